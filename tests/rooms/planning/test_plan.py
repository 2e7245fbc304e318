"""Plans by file, sized and looked through: against the kernels, whole simulated trials, and publications."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.special as sp
import scipy.stats as st

from trialwright.numerics import reestimation, sample_size
from trialwright.planning import Comparison, Errors, Looks, Rates, boundaries
from trialwright.planning.belief import assured, believed
from trialwright.planning.interim import Seen, blinded_size, look_at, read_columns, seen_in
from trialwright.planning.outlook import outlook, power_under, powers
from trialwright.planning.plan_file import parse_plan
from trialwright.planning.record import Recorded
from trialwright.planning.sizing import Sized, drift_under, size_plan
from trialwright.vocabulary.errors import ParameterError, Refused
from trialwright.vocabulary.words import Text

ROOT = Path(__file__).parents[3]
DENG, MISLE = (ROOT / f"docs/examples/plans/{name}.toml" for name in ("deng-2017", "misle"))
RCT = ROOT / "protocols/msc-sle-rct/plan.toml"
BASE = """
identity = {{ id = "T", title = "T" }}
[[arms]]
name = "new"
label = "New"
ratio = {ratio}
assumed = {{ {new} }}
[[arms]]
name = "old"
label = "Old"
control = true
assumed = {{ {old} }}
[endpoint]
label = "E"
{endpoint}
{more}
"""
BINARY: dict[str, Any] = {
    "new": "share = 0.6", "old": "share = 0.35", "endpoint": 'kind = "binary"', "ratio": 1.0, "more": ""
}  # fmt: skip
LOOKS = '[looks]\nfractions = [0.4, 0.7, 1]\nshape = "{}"\n{}'
TRIALS = 20000


def sized(**changed: Any) -> Sized:
    return size_plan(parse_plan(BASE.format(**{**BINARY, **changed}).encode()))


def of(path: Path) -> Sized:
    return size_plan(parse_plan(path.read_bytes()))


class TestSizes:
    @pytest.mark.parametrize("treatment", [0.65, 0.6, 0.5])
    def test_the_numbers_of_the_planning_notes(self, treatment: float) -> None:
        """Placebo 35%, two-sided 5%, 80%: about 43, 62 and 170 an arm."""
        found = sized(new=f"share = {treatment}", more="[errors]\nalpha = 0.05\nsides = 2")
        assert found.evaluable["old"] == {0.65: 43, 0.6: 62, 0.5: 170}[treatment]

    def test_a_plan_is_the_comparison_it_says(self) -> None:
        more = LOOKS.format("asOF", 'futility_spending = "asHSD"\nfutility_parameter = -2') + "\n[errors]\npower = 0.9"
        looks = Looks((0.4, 0.7, 1.0), "asOF", futility_spending="asHSD", futility_parameter=-2)
        same = Comparison(Rates(0.6, 0.35), looks, Errors(power=0.9), ratio=2.0).size()
        found = sized(ratio=2.0, more=more)
        assert (found.evaluable["new"], found.evaluable["old"]) == same.participants
        assert found.first.size.expected == same.expected

    def test_ancova_takes_one_less_the_squared_correlation(self) -> None:
        endpoint = 'kind = "continuous"\nsd = 6\nsd_known = true\nbaseline_correlation = {}'
        told = {"new": "mean = -4", "old": "mean = -1"}
        plain, helped = (sized(endpoint=endpoint.format(rho), **told).first.size.total for rho in (0.0, 0.6))
        assert helped == pytest.approx(plain * (1 - 0.36))

    def test_leaving_and_clusters_enlarge_what_is_judged(self) -> None:
        more = "[dropout]\nshare = 0.2\n[clusters]\nsize = 5\nicc = 0.05\ncv = 0.4"
        plain, found = sized(), sized(more=more)
        effect = 1 + (1.16 * 5 - 1) * 0.05
        assert found.evaluable == plain.evaluable
        assert found.enrolled["old"] == math.ceil(plain.evaluable["old"] * effect / 0.8)
        counted = sized(more='[dropout]\nshare = 0.2\nhandling = "in the assumptions"')
        assert counted.enrolled == plain.evaluable

    def test_the_worse_side_is_refused_in_both_languages(self) -> None:
        with pytest.raises(Refused) as caught:
            sized(new="share = 0.3")
        assert "worse side" in caught.value.said("en")
        assert "mauvais côté" in caught.value.said("fr")
        assert sized(new="share = 0.3", endpoint='kind = "binary"\nmargin = -0.2').total > 0
        assert sized(new="share = 0.3", endpoint='kind = "binary"\nbetter = "lower"').total > 0

    @pytest.mark.parametrize(
        ("endpoint", "new", "old"),
        [
            ('kind = "binary"\nmeasure = "risk ratio"', "share = 0.6", "share = 0.35"),
            ('kind = "binary"\nmeasure = "odds ratio"\nmargin = 0.8', "share = 0.5", "share = 0.5"),
            ('kind = "time to event"\nunit = "months"\naccrual = 18\nfollow_up = 12\nmargin = 1.3', "median = 20",
             "median = 18"),
            ('kind = "recurrent events"\nunit = "years"\nfollow_up = 1\ndispersion = 0.5', "rate = 0.5", "rate = 0.9"),
            ('kind = "repeated measures"\nvisits = [4, 8, 24]\nsd = 6\ncorrelation = 0.5',
             "mean = -4, retained = [1, 0.9, 0.8]", "mean = -1"),
        ],
    )  # fmt: skip
    def test_every_endpoint_is_sized_and_looked_through(self, endpoint: str, new: str, old: str) -> None:
        plan = sized(endpoint=endpoint, new=new, old=old, more=LOOKS.format("asOF", ""))
        found = outlook(plan)
        assert found.power == pytest.approx(0.8, abs=1e-6)
        assert found.looks[-1].spent == pytest.approx(0.025, abs=1e-9)
        assert np.diff([one.power for one in found.curve]).min() > -1e-9
        assert found.curve[0].power < 0.5 < found.curve[-1].power
        assert any(one.total == plan.total for one in found.elsewhere)


class TestSeveralTreatments:
    MORE = '[[arms]]\nname = "third"\nlabel = "Third"\nratio = 1.0\nassumed = {{ share = 0.62 }}\n[errors]\n{}'

    def test_levels_and_joint_power(self) -> None:
        shared = {
            name: sized(more=self.MORE.format(f'multiplicity = "{name}"'))
            for name in ("bonferroni", "dunnett", "hierarchical")
        }
        levels = {name: found.first.errors.alpha for name, found in shared.items()}
        assert levels["bonferroni"] == 0.0125
        assert 0.0125 < levels["dunnett"] < 0.025
        assert levels["hierarchical"] == 0.025
        for found in shared.values():
            assert found.joint is not None
            assert found.joint.all_shown < 0.8 + 1e-9 < found.joint.any_shown + 2e-9
            each = powers(found)
            assert each["new"] == pytest.approx(0.8, abs=1e-9)  # the more demanding one decides the size
            assert (
                0.8 < each["third"] < found.joint.any_shown + 1e-9 or found.plan.errors.multiplicity == "hierarchical"
            )
            assert found.joint.all_shown >= each["new"] + each["third"] - 1
        assert shared["hierarchical"].total < shared["dunnett"].total < shared["bonferroni"].total

    @pytest.mark.parametrize("name", ["bonferroni", "dunnett"])
    def test_the_error_of_all_together_by_simulation(self, name: str) -> None:
        """Score tests of two treatments that are no better than the control."""
        found = sized(more=self.MORE.format(f'multiplicity = "{name}"'))
        bound, n = -sp.ndtri(found.first.errors.one_side), found.evaluable["old"]
        draw = np.random.default_rng(2)
        arms = draw.binomial(n, 0.35, (3, TRIALS)) / n
        pooled = (arms[1:] + arms[0]) / 2
        z = (arms[1:] - arms[0]) / np.sqrt(2 * pooled * (1 - pooled) / n)
        assert (z > bound).any(axis=0).mean() < 0.025 + 4 * math.sqrt(0.025 / TRIALS)


class TestWholeTrials:
    """Type I error and power of every shape, by whole trials of responders, against the recursion."""

    @pytest.mark.parametrize(
        ("shape", "more"),
        [
            ("OF", ""), ("P", ""), ("WT", "parameter = 0.25"), ("HP", ""), ("asOF", ""), ("asP", ""),
            ("asHSD", "parameter = -4"), ("asKD", "parameter = 2"),
            ("asOF", 'futility_spending = "asHSD"\nfutility_parameter = -2'),
            ("asP", 'futility_spending = "asP"\nbinding = true'), ("OF", "futility = [0.0, 0.5]"),
        ],
    )  # fmt: skip
    def test_normal_data_stop_as_the_recursion_says(self, shape: str, more: str) -> None:
        plan = sized(
            endpoint='kind = "continuous"\nsd = 1\nsd_known = true\nbetter = "higher"',
            new="mean = 0.5", old="mean = 0", more=LOOKS.format(shape, more),
        )  # fmt: skip
        times, found = np.array([0.4, 0.7, 1.0]), outlook(plan)
        steps = np.sqrt(np.diff(times, prepend=0))
        noise = np.random.default_rng(4).standard_normal((TRIALS, 3)) * steps
        for place, drift in enumerate((0.0, plan.drift)):
            z = (noise + drift * steps**2).cumsum(axis=1) / np.sqrt(times)
            going, stops = np.ones(TRIALS, bool), []
            for k, one in enumerate(found.looks):
                above = going & (z[:, k] >= one.upper_z)
                going = going & ~above & (z[:, k] > one.lower_z)
                stops.append(above.mean())
            expected = [one.efficacy[place] for one in found.looks]
            assert np.abs(np.array(stops) - expected).max() < 4 * math.sqrt(0.25 / TRIALS)
            assert sum(stops) <= (0.025, 1)[place] + 4 * math.sqrt(0.025 / TRIALS)
        assert sum(one.efficacy[1] for one in found.looks) == pytest.approx(0.8, abs=1e-8)

    @pytest.mark.parametrize("sides", [1, 2])
    def test_responders_by_the_worked_plan_of_two_looks(self, sides: int) -> None:
        more = f'[looks]\nfractions = [0.5, 1]\nshape = "asOF"\n[errors]\nalpha = {0.025 * sides}\nsides = {sides}'
        plan = sized(new="share = 0.5", more=more)
        n, draw = plan.evaluable["old"], np.random.default_rng(9)
        first, upper = n // 2, plan.boundaries.upper
        for rates, wanted, slack in (((0.35, 0.35), 0.025, 0.005), ((0.5, 0.35), 0.8, 0.015)):
            early = np.stack([draw.binomial(first, rate, TRIALS) for rate in rates])
            late = early + np.stack([draw.binomial(n - first, rate, TRIALS) for rate in rates])
            z = [_score(early / first, first), _score(late / n, n)]
            shown = (z[0] >= upper[0]) | ((z[0] > plan.boundaries.lower[0]) & (z[1] >= upper[1]))
            assert shown.mean() == pytest.approx(wanted, abs=slack)

    def test_times_to_an_event_under_a_hazard_ratio(self) -> None:
        """Whole trials with accrual and leaving, analysed by the log-rank test."""
        from trialwright.numerics.survival import log_rank

        plan = sized(
            endpoint='kind = "time to event"\nunit = "months"\naccrual = 12\nfollow_up = 12\nleaving = 0.01',
            new="median = 24", old="median = 12",
        )  # fmt: skip
        draw, trials, shown, events = np.random.default_rng(6), 400, 0, []
        n = [plan.evaluable["old"], plan.evaluable["new"]]
        group = np.repeat([0, 1], n)
        for _ in range(trials):
            follow = 12 + 12 * draw.random(sum(n))
            time = draw.exponential(np.repeat([12.0, 24.0], n) / math.log(2))
            end = np.minimum(follow, draw.exponential(100.0, sum(n)))
            event = time <= end
            events.append(event.sum())
            found = log_rank(np.minimum(time, end), event, group=group)
            assert found is not None
            shown += found.p < 0.05 and found.observed[1] < found.expected[1]
        assert shown / trials == pytest.approx(0.8, abs=4 * 0.02 + 0.02)
        assert plan.first.size.events is not None
        assert np.mean(events) == pytest.approx(plan.first.size.events, rel=0.04)


def _score(rates: Any, n: int) -> Any:
    pooled = rates.mean(axis=0)
    return (rates[0] - rates[1]) / np.sqrt(np.maximum(2 * pooled * (1 - pooled) / n, 1e-12))


class TestPublishedTrials:
    def test_deng_2017_had_next_to_no_chance(self) -> None:
        found = outlook(of(DENG))
        assert found.best == pytest.approx(float(st.binom.cdf(3, 6, 5 / 6)), abs=1e-12)
        assert found.power == pytest.approx(0.0367, abs=5e-5)
        assert found.detectable is None
        assert found.looks[0].spent < 0.0125  # the error an exact test of 12 and 6 really has

    def test_misle_detects_what_the_planning_notes_say(self) -> None:
        found = outlook(of(MISLE))
        assert found.detectable == pytest.approx(0.72, abs=0.005)
        assert of(MISLE).evaluable == {"cells": 27, "placebo": 27}

    def test_a_size_that_is_given_has_its_exact_power(self) -> None:
        """27 an arm, 72% against 35%: the formula against the sum over all tables of the score test."""
        plan = of(MISLE)
        x, y = np.meshgrid(np.arange(28), np.arange(28), indexing="ij")
        p = (x + y) / 54
        z = np.divide((x - y) / 27, np.sqrt(2 * p * (1 - p) / 27), out=np.zeros(p.shape), where=p * (1 - p) > 0)
        exact = st.binom.pmf(x, 27, 0.72) * st.binom.pmf(y, 27, 0.35)
        assert outlook(plan).power == pytest.approx(float(exact[z >= 1.959964].sum()), abs=0.02)

    def test_a_given_size_may_ask_for_non_inferiority(self) -> None:
        found = outlook(sized(new="share = 0.6", old="share = 0.6", endpoint='kind = "binary"\nmargin = -0.2',
                              more="[size]\ncontrol = 90"))  # fmt: skip
        assert found.detectable is None
        assert 0.5 < found.power < 0.9

    def test_the_power_curve_passes_the_level_and_the_plan(self) -> None:
        plan = of(RCT)
        power, stops = power_under(plan, [0.35, 0.6], control=0.35)
        assert power[1] == pytest.approx(0.9, abs=1e-8)
        assert power[0] < 0.025
        assert (stops < 1).all()
        assert drift_under(plan, treatment=0.3, control=0.35) < 0


class TestAssurance:
    def test_it_is_what_whole_trials_drawn_from_the_belief_give(self) -> None:
        plan = of(RCT)
        found = assured(plan)
        assert found.treatment is not None
        assert found.control is not None
        draw, n = np.random.default_rng(1), plan.evaluable["placebo"]
        p = [draw.beta(*both, 100_000) for both in (found.treatment, found.control)]
        early = np.stack([draw.binomial(n // 2, rate) for rate in p])
        late = early + np.stack([draw.binomial(n - n // 2, rate) for rate in p])
        z = [_score(early / (n // 2), n // 2), _score(late / n, n)]
        upper, lower = plan.boundaries.upper, plan.boundaries.lower
        shown = (z[0] >= upper[0]) | ((z[0] > lower[0]) & (z[1] >= upper[1]))
        assert found.at_plan == pytest.approx(shown.mean(), abs=0.01)
        assert found.ceiling == pytest.approx((p[0] > p[1]).mean(), abs=0.005)

    def test_no_size_passes_the_ceiling_and_it_is_said(self) -> None:
        found = assured(of(RCT))
        values = [value for _, value in found.curve]
        assert values == sorted(values)
        assert values[-1] < found.ceiling
        assert found.reached[0.9] is None
        control = found.reached[0.8]
        assert control is not None
        assert 100 < control < 150

    def test_a_record_joins_what_the_plan_believes(self) -> None:
        record = Recorded("BEFORE", Text(en="x", fr="x"), 4, 5, 1, 0, 8, 60, "d", is_reconstruction=True)
        plan = of(RCT)
        assert plan.plan.assurance is not None
        assert believed(plan.plan.assurance, record=record)[0] == (7.5, 2.5)
        found, without = assured(plan, record=record), assured(plan)
        assert found.at_plan > without.at_plan
        assert found.safety is not None
        assert without.safety is not None
        assert found.safety.posterior == (0.5, 8.5)
        assert found.safety.above == pytest.approx(float(st.beta.sf(0.2, 0.5, 8.5)), abs=1e-12)
        assert found.safety.stopped < without.safety.stopped
        n, needed = found.safety.treated, found.safety.stops_from
        assert found.safety.stopped == pytest.approx(float(st.betabinom.sf(needed - 1, n, 0.5, 8.5)), abs=1e-10)

    def test_another_endpoint_believes_in_its_effect(self) -> None:
        more = "[assurance]\neffect = [1.0, 0.4]"
        plan = sized(
            endpoint='kind = "continuous"\nsd = 6\nsd_known = true', new="mean = -4", old="mean = -1", more=more
        )
        n = plan.evaluable["old"]
        drift = plan.drift * math.sqrt(n / plan.control)
        exact = float(sp.ndtr((drift - 1.959964) / math.sqrt(1 + (0.4 * drift) ** 2)))
        assert assured(plan).at_plan == pytest.approx(exact, abs=1e-4)

    def test_an_exact_test_is_assured_exactly(self) -> None:
        more = "[size]\ncontrol = 20\n[assurance]\n[[assurance.control]]\nresponders = 4\nof = 10"
        plan = sized(endpoint='kind = "binary"\ntest = "fisher"', more=more)
        found, draw = assured(plan), np.random.default_rng(8)
        x = draw.binomial(20, draw.beta(1, 1, 4000)), draw.binomial(20, draw.beta(5, 7, 4000))
        shown = st.hypergeom.sf(x[0] - 1, 40, x[0] + x[1], 20) <= 0.025
        assert found.at_plan == pytest.approx(shown.mean(), abs=0.03)

    def test_nothing_believed_is_refused(self) -> None:
        with pytest.raises(Refused, match="--from"):
            assured(sized())


class TestInterim:
    PLAN = LOOKS.format("asOF", 'futility_spending = "asHSD"\nfutility_parameter = -2')

    def test_data_give_the_score_statistic_and_spend_again(self) -> None:
        plan = of(RCT)
        rows = [{"arm": "cells", "outcome": "yes" if i < 25 else "no"} for i in range(40)]
        rows += [{"arm": "placebo", "outcome": "1" if i < 12 else "0"} for i in range(42)]
        columns, arms = read_columns(plan.plan, rows)
        seen = seen_in(plan, columns, arms=arms)
        p = 37 / 82
        assert seen.z == pytest.approx((25 / 40 - 12 / 42) / math.sqrt(p * (1 - p) * (1 / 40 + 1 / 42)))
        assert seen.fraction == pytest.approx(82 / plan.first.size.at_looks[-1])
        found = look_at(plan, 1, seen=seen)
        there = boundaries(Looks((seen.fraction, 1.0), "asOF", futility_spending="asHSD", futility_parameter=-2),
                           Errors(power=0.9))  # fmt: skip
        assert found.boundaries.upper.tolist() == pytest.approx(there.upper.tolist())
        assert found.verdict == ("efficacy" if seen.z >= there.upper[0] else "on")

    @pytest.mark.parametrize(("z", "verdict"), [(3.5, "efficacy"), (1.2, "on"), (-0.5, "futility")])
    def test_the_boundaries_decide(self, z: float, verdict: str) -> None:
        found = look_at(of(RCT), 1, seen=Seen(z, 0.5))
        assert found.verdict == verdict
        assert (found.chances is None) == (verdict != "on")
        assert (found.ended is None) == (verdict == "on")

    def test_the_looks_before_that_came_at_other_times_count(self) -> None:
        """Spent by 0.3 instead of 0.4: the second bound is the one of looks at 0.3 and 0.65."""
        plan = sized(more=LOOKS.format("asOF", ""))
        found = look_at(plan, 2, seen=Seen(2.0, 0.65), earlier=(0.3,))
        there = boundaries(Looks((0.3, 0.65, 1.0), "asOF"), Errors())
        assert found.boundaries.upper.tolist() == pytest.approx(there.upper.tolist())
        assert look_at(plan, 3, seen=Seen(2.0, 1.0), earlier=(0.3, 0.65)).verdict == (
            "efficacy" if there.upper[2] <= 2 else "not shown"
        )
        for wrong in ((0.3, 0.4), (0.9,)):
            with pytest.raises(ParameterError):
                look_at(plan, 2, seen=Seen(2.0, 0.65), earlier=wrong)

    def test_several_treatments_are_not_looked_at_as_one(self) -> None:
        plan = sized(more=TestSeveralTreatments.MORE.format('multiplicity = "bonferroni"'))
        with pytest.raises(Refused, match="one treatment"):
            blinded_size(plan, {"outcome": [1.0, 0.0]})

    def test_an_analysis_of_covariance_is_the_one_of_least_squares(self) -> None:
        plan = sized(endpoint='kind = "continuous"\nsd = 6', new="mean = -4", old="mean = -1")
        draw = np.random.default_rng(3)
        baseline, arms = draw.normal(10, 4, 60), ["new", "old"] * 30
        value = 0.5 * baseline + draw.normal(0, 3, 60) - 2.0 * np.array([arm == "new" for arm in arms])
        seen = seen_in(plan, {"value": value.tolist(), "baseline": baseline.tolist()}, arms=arms)
        treated = np.array([arm == "new" for arm in arms], float)
        residual = [
            series
            - np.stack([np.ones(60), baseline], 1) @ np.linalg.lstsq(np.stack([np.ones(60), baseline], 1), series)[0]
            for series in (value, treated)
        ]
        r = float(np.corrcoef(*residual)[0, 1])
        t = r * math.sqrt(57 / (1 - r**2))
        assert sp.ndtr(-seen.z) == pytest.approx(float(st.t.sf(-t, 57)), rel=1e-9)

    def test_every_cell_that_cannot_be_meant_is_named(self) -> None:
        with pytest.raises(ParameterError) as caught:
            read_columns(of(RCT).plan, [{"arm": "x", "outcome": "maybe"}, {"arm": "cells", "outcome": ""}])
        assert {one.place for one in caught.value.findings} == {"line 2.arm", "line 2.outcome", "line 3.outcome"}
        with pytest.raises(ParameterError):
            look_at(of(RCT), 1, seen=Seen(1.0, 1.2))

    def test_data_that_say_nothing_are_refused(self) -> None:
        for outcomes in ([1.0, 1.0], [0.0, 0.0]):
            with pytest.raises(Refused):
                seen_in(of(RCT), {"outcome": outcomes}, arms=["cells", "placebo"])
        with pytest.raises(Refused, match="--z"):
            read_columns(sized(endpoint='kind = "recurrent events"\nunit = "y"\nfollow_up = 1\ndispersion = 0',
                               new="rate = 0.5", old="rate = 1").plan, [{"arm": "new"}])  # fmt: skip

    def test_the_size_again_without_arms(self) -> None:
        plan = of(RCT)
        asit = blinded_size(plan, {"outcome": [1.0] * 19 + [0.0] * 21})
        assert asit.again is not None
        assert asit.again.total == plan.total  # 47.5% is what was planned
        assert blinded_size(plan, {"outcome": [0.0] * 40}).again is None
        measured = sized(endpoint='kind = "continuous"\nsd = 6', new="mean = -4", old="mean = -1")
        values = np.random.default_rng(0).normal(0, 8, 50).tolist()
        again = blinded_size(measured, {"value": values})
        assert again.again is not None
        assert again.again.total / measured.total == pytest.approx((np.std(values, ddof=1) / 6) ** 2, rel=0.05)


class TestPromisingZone:
    @pytest.mark.parametrize(
        ("power", "most", "published"), [(0.8, 1.5, (0.42, 0.41, 0.38)), (0.9, 1.5, (0.42, 0.41, 0.38))]
    )
    def test_where_it_begins_in_mehta_and_pocock(self, power: float, most: float, published: tuple[float, ...]) -> None:
        """Table I, looks at a quarter, half and three quarters."""
        found = [
            reestimation.least_promising(seen=seen, bound=1.959964, power=power, most=most)
            for seen in (0.25, 0.5, 0.75)
        ]
        assert found == pytest.approx(published, abs=0.006)

    def test_both_tests_keep_the_error_by_simulation(self) -> None:
        draw, seen, bound = np.random.default_rng(12), 0.5, 1.959964
        z1, z2 = draw.standard_normal((2, 200_000))
        begins = reestimation.least_promising(seen=seen, bound=bound, power=0.9, most=2.0)
        grid = np.linspace(-5, 5, 4001)
        shape = {"seen": seen, "bound": bound, "power": 0.9, "least": begins, "most": 2.0}
        enlarged = np.interp(z1, grid, [reestimation.second_stage(float(z), **shape).enlarged for z in grid])
        combined = (z1 + z2) * math.sqrt(0.5)
        rest = 0.5 * enlarged
        usual = (z1 * math.sqrt(0.5) + z2 * np.sqrt(rest)) / np.sqrt(0.5 + rest)
        slack = 4 * math.sqrt(0.025 / 200_000)
        assert (combined >= bound).mean() == pytest.approx(0.025, abs=slack)
        assert (usual >= bound).mean() < 0.025 + slack
        assert (enlarged > 1).any()

    def test_it_reaches_the_power_unless_the_limit_stops_it(self) -> None:
        free = reestimation.second_stage(1.7, seen=0.5, bound=1.96, power=0.9, least=0.3, most=50.0)
        assert free.reached == pytest.approx(0.9, abs=1e-9)
        kept = reestimation.second_stage(1.7, seen=0.5, bound=1.96, power=0.9, least=0.3, most=1.2)
        assert kept.enlarged == pytest.approx(1.4)
        assert kept.conditional_power < kept.reached < 0.9


class TestSources:
    """What the worked plans say of published arms is what was published, line by line with its source."""

    def test_the_placebo_arms_of_the_plan_are_those_published(self) -> None:
        with (ROOT / "protocols/msc-sle-rct/published_arms.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["arm"] == "placebo" and row["endpoint"] == "SRI-4"]
        assert all(row["source"] for row in rows)
        published = {(int(row["count"]), int(row["n"])) for row in rows if row["count"]}
        section = parse_plan(RCT.read_bytes()).assurance
        assert section is not None
        assert {(one.responders, one.of) for one in section.control} <= published
        lowest, highest = (pick(float(row["percent"]) for row in rows) / 100 for pick in (min, max))
        share = parse_plan(RCT.read_bytes()).control.assumed.share
        assert share is not None
        assert lowest - 0.1 < share < highest

    def test_deng_2017_is_planned_with_the_remissions_it_published(self) -> None:
        with DENG.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
            row = next(row for row in csv.DictReader(file) if row["measure"] == "any_remission_nephritis")
        plan = of(DENG)
        assert plan.evaluable == {"cells": int(row["msc_n"]), "placebo": int(row["placebo_n"])}
        assert plan.plan.control.assumed.share == int(row["placebo_value"]) / int(row["placebo_n"])


class TestOtherErrors:
    """Error and power by simulation where a plan takes another test than those above."""

    def test_an_analysis_of_covariance(self) -> None:
        plan = sized(
            endpoint='kind = "continuous"\nsd = 6\nbaseline_correlation = 0.6', new="mean = -4", old="mean = 0"
        )
        n, draw = plan.evaluable["old"], np.random.default_rng(21)
        treated = np.repeat([0.0, 1.0], n)
        for effect, wanted in ((0.0, 0.025), (-4.0, 0.8)):
            shown = []
            for _ in range(1500):
                baseline = draw.standard_normal(2 * n)
                value = 6 * (0.6 * baseline + 0.8 * draw.standard_normal(2 * n)) + effect * treated
                design = np.stack([np.ones(2 * n), treated, baseline], axis=1)
                inverse = np.linalg.inv(design.T @ design)
                fitted = inverse @ design.T @ value
                spread = ((value - design @ fitted) ** 2).sum() / (2 * n - 3) * inverse[1, 1]
                shown.append(fitted[1] / math.sqrt(spread) < sp.stdtrit(2 * n - 3, 0.025))
            slack = 4 * math.sqrt(wanted * (1 - wanted) / 1500) + 0.015 * (effect != 0)
            assert np.mean(shown) == pytest.approx(wanted, abs=slack)

    def test_non_inferiority_of_shares_and_of_means(self) -> None:
        draw = np.random.default_rng(22)
        plan = sized(new="share = 0.6", old="share = 0.6", endpoint='kind = "binary"\nmargin = -0.15')
        n, (low, bound) = plan.evaluable["old"], (-0.15, 1.959964)
        for rate, wanted in ((0.45, 0.025), (0.6, 0.8)):
            p1, p2 = draw.binomial(n, rate, TRIALS) / n, draw.binomial(n, 0.6, TRIALS) / n
            null1, null2 = sample_size.rates_under_null(p1, p2, ratio=1.0, margin=low)
            z = (p1 - p2 - low) / np.sqrt((null1 * (1 - null1) + null2 * (1 - null2)) / n)
            assert (z > bound).mean() == pytest.approx(
                wanted, abs=4 * math.sqrt(wanted * (1 - wanted) / TRIALS) + 0.008
            )
        means = sized(
            endpoint='kind = "continuous"\nsd = 2\nmargin = 1.0\nsd_known = true', new="mean = 0", old="mean = 0"
        )
        n = means.evaluable["old"]
        z = (draw.standard_normal(TRIALS) * 2 * math.sqrt(2 / n) - 1.0) / (2 * math.sqrt(2 / n))
        assert (z < -bound).mean() == pytest.approx(0.8, abs=0.015)

    def test_one_treatment_after_the_other_keeps_the_error_of_both(self) -> None:
        """The first works, the second does not: it may only be taken for better in 2.5%."""
        found = sized(more=TestSeveralTreatments.MORE.format('multiplicity = "hierarchical"'))
        n, draw = found.evaluable["old"], np.random.default_rng(23)
        arms = np.stack([draw.binomial(n, rate, TRIALS) for rate in (0.35, 0.65, 0.35)]) / n
        pooled = (arms[1:] + arms[0]) / 2
        z = (arms[1:] - arms[0]) / np.sqrt(2 * pooled * (1 - pooled) / n)
        assert ((z[0] > 1.959964) & (z[1] > 1.959964)).mean() < 0.025 + 4 * math.sqrt(0.025 / TRIALS)
