"""Bayesian monitoring, borrowing, single-arm steps, dropped arms, adaptive allocation: from a plan to its report."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.stats as st

from trialwright.cli.main import main
from trialwright.cli.planning import further_data
from trialwright.planning.borrowing import EarlierArm, read_earlier_arms
from trialwright.planning.further import Further, further
from trialwright.planning.plan_file import parse_plan
from trialwright.planning.posterior_monitoring import bounds_on_z, cut_off, futile_below, monitoring
from trialwright.planning.sizing import Sized, size_plan
from trialwright.vocabulary.errors import ParameterError, Refused

ROOT = Path(__file__).parents[3]
BAYES, THREE = ROOT / "protocols/msc-sle-rct/bayesian.toml", ROOT / "docs/examples/plans/one-or-two-infusions.toml"
BASE = """
identity = {{ id = "T", title = "T" }}
{arms}
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
ARM = '[[arms]]\nname = "{0}"\nlabel = "{0}"\nassumed = {{ {1} }}\n'
LOOKS = "[size]\ncontrol = 30\n[looks]\nfractions = [0.5, 1.0]\n"
TWO = ARM.format("new", "share = 0.65")
ARMS = (EarlierArm("A", 30, 100, ""), EarlierArm("B", 38, 100, ""))


def written(**changed: str) -> bytes:
    told = {"arms": TWO, "old": "share = 0.35", "endpoint": 'kind = "binary"', "more": ""} | changed
    return BASE.format(**told).encode()


def sized(**changed: str) -> Sized:
    return size_plan(parse_plan(written(**changed)))


def places(**changed: str) -> set[str]:
    with pytest.raises(ParameterError) as refused:
        parse_plan(written(**changed))
    return {finding.place for finding in refused.value.findings}


class TestReading:
    def test_everything_that_cannot_be_meant_is_said_at_once(self) -> None:
        more = """
        [errors]
        sides = 2
        alpha = 0.05
        [bayesian]
        futlity = 0.1
        null_rates = [0.9, 0.1]
        [single_arm]
        poor = 0.4
        good = 0.2
        monitoring = { looks = [20, 10], second = { label = "T", poor = 0.1, good = 0.3, together_poor = 0.2 } }
        [arms_dropped]
        keep = 3
        [adaptive_allocation]
        least = 0.7
        """
        found = places(more=more)
        assert {
            "bayesian.futlity",
            "single_arm.good",
            "single_arm.monitoring.looks",
            "single_arm.monitoring.second.good",
            "single_arm.monitoring.second.together_poor",
            "arms_dropped",
            "arms_dropped.keep",
            "errors.sides",
            "adaptive_allocation.least",
        } <= found

    def test_what_does_not_go_with_the_endpoint(self) -> None:
        told = {"arms": ARM.format("new", "mean = -4"), "old": "mean = -1", "endpoint": 'kind = "continuous"\nsd = 6'}
        more = "[bayesian]\nprior = [1, 1]\n[adaptive_allocation]\n"
        assert {"bayesian.prior", "adaptive_allocation"} <= places(**told, more=more)
        assert "bayesian.effect_prior" in places(more="[bayesian]\neffect_prior = [1, 1]")

    def test_earlier_arms_with_every_finding(self) -> None:
        content = b"trial,responders,of,source\nA,3,2,x\nB,x,9,y\nC,1,9,z\nC,2,9,z\n"
        with pytest.raises(ParameterError) as refused:
            read_earlier_arms(content)
        assert {finding.place for finding in refused.value.findings} == {"line 2", "line 3", "trial"}
        with pytest.raises(ParameterError, match="must hold trial"):
            read_earlier_arms(b"a,b\n1,2\n")


class TestMonitoring:
    plan = sized(more=LOOKS + "[bayesian]\nfutility = 0.1")

    def test_the_error_is_kept_over_all_true_shares_and_simulation_agrees(self) -> None:
        section = self.plan.plan.bayesian
        assert section is not None
        found = monitoring(self.plan, section)
        assert found.error <= 0.025
        rng, trials = np.random.default_rng(1), 200_000
        first, more = rng.binomial(15, [0.35, 0.35], (trials, 2)), rng.binomial(15, [0.35, 0.35], (trials, 2))
        shown = _shown(first, 15, found.cut) | _shown(first + more, 30, found.cut)
        exact = np.interp(0.35, *zip(*found.curve, strict=True))
        assert shown.mean() == pytest.approx(exact, abs=4 * math.sqrt(0.025 / trials) + 5e-4)

    def test_a_finer_grid_of_true_shares_hardly_passes_the_level(self) -> None:
        from trialwright.numerics.two_arm_posterior import largest
        from trialwright.planning.posterior_monitoring import TwoArms, control_prior

        section = self.plan.plan.bayesian
        assert section is not None
        arms = TwoArms.of(self.plan, section)
        tables = arms.tables(control_prior(self.plan, section))
        nulls = [(p, p) for p in np.linspace(0.01, 0.99, 400)]
        assert largest(tables, cut_off(self.plan, section), sizes=arms.sizes, nulls=nulls) <= 0.025 * 1.01

    def test_a_low_share_that_is_good_is_the_mirror(self) -> None:
        more = LOOKS + "[bayesian]\nprior = [2, 1]\ncontrol_prior = [3, 1]"
        mirror = LOOKS + "[bayesian]\nprior = [1, 2]\ncontrol_prior = [1, 3]"
        told = {"arms": ARM.format("new", "share = 0.35"), "old": "share = 0.65"}
        one = further(sized(more=more)).monitoring
        other = further(sized(**told, endpoint='kind = "binary"\nbetter = "lower"', more=mirror)).monitoring
        assert one is not None
        assert other is not None
        assert (one.cut, one.error, one.power) == pytest.approx((other.cut, other.error, other.power), abs=1e-6)

    def test_a_flat_prior_is_a_bound_on_z(self) -> None:
        information = np.array([4.0, 9.0])
        np.testing.assert_allclose(bounds_on_z(information, 1.96, prior=None), 1.96)
        z, (mean, sd) = bounds_on_z(information, 1.96, prior=(0.4, 0.5)), (0.4, 0.5)
        precision = 1 / sd**2 + information
        after = (mean / sd**2 + z * np.sqrt(information)) / precision
        np.testing.assert_allclose(st.norm.sf(0, after, 1 / np.sqrt(precision)), st.norm.cdf(1.96))

    def test_futility_of_an_effect_by_simulation(self) -> None:
        information, prior = np.array([4.0, 9.0]), (0.4, 0.5)
        z = futile_below(information, 2.0, prior=prior, below=0.1)[0]
        rng = np.random.default_rng(3)
        precision = 4 + 4.0
        effect = rng.normal((0.4 * 4 + z * 2) / precision, precision**-0.5, 200_000)
        ends = (z * 2 + effect * 5 + rng.normal(0, math.sqrt(5), 200_000)) / 3
        assert (ends >= 2.0).mean() == pytest.approx(0.1, abs=0.004)

    def test_other_endpoints_keep_the_level(self) -> None:
        told = {"arms": ARM.format("new", "mean = -4"), "old": "mean = -1", "endpoint": 'kind = "continuous"\nsd = 6'}
        looks = "[looks]\nfractions = [0.5, 1.0]\n[bayesian]\n"
        found = further(sized(**told, more=looks)).monitoring
        assert found is not None
        assert found.error == pytest.approx(0.025, abs=1e-6)
        assert found.rows[0].upper_z == pytest.approx(2.178, abs=0.001)  # Pocock's bound for two looks
        enthusiastic = further(sized(**told, more=looks + "effect_prior = [1.0, 0.5]\nefficacy = 0.975")).monitoring
        assert enthusiastic is not None
        assert enthusiastic.error > 0.025


def _shown(x: Any, n: int, cut: float) -> Any:
    """By drawing from a table of posterior probabilities made another way."""
    a, grid = np.arange(n + 1)[:, None], (np.arange(4000) + 0.5) / 4000
    density, below = st.beta.pdf(grid, 1 + a, 1 + n - a), st.beta.cdf(grid, 1 + a, 1 + n - a)
    table = (density @ (1 - below).T / 4000).T
    return table[x[:, 0], x[:, 1]] > cut


class TestBorrowing:
    def test_it_is_worth_people_and_its_error_is_shown(self) -> None:
        more = LOOKS + '[bayesian]\n[bayesian.borrowing]\nfile = "x.csv"\nheterogeneity = 0.3'
        found = further(sized(more=more), arms=ARMS).borrowed
        assert found is not None
        (none, _), (robust, at), (full, _) = (found.largest(kind) for kind in range(3))
        assert none <= 0.026 < robust < full
        assert at > found.prior.mean
        near = min(found.shown, key=lambda one: abs(one.share - 0.35))
        assert near.weight > 0.8
        assert near.power is not None
        assert near.power[1] > near.power[0]
        assert found.shown[-1].weight < 0.1
        assert found.moments[0] > found.moments[1]

    def test_the_shipped_arms_are_read(self) -> None:
        arms = read_earlier_arms((BAYES.parent / "placebo_arms.csv").read_bytes())
        assert [(one.responders, one.of) for one in arms] == [(125, 287), (92, 275), (147, 366)]


class TestSingleArm:
    def step(self, more: str) -> Further:
        return further(sized(more="[single_arm]\npoor = 0.35\ngood = 0.6\nalpha = 0.1\n" + more))

    def test_simon_is_reached_from_the_plan(self) -> None:
        found = self.step("").single
        assert found is not None
        assert found.simon.optimal[:4] == (4, 10, 10, 23)
        assert found.monitored is None

    def test_the_error_is_kept_where_it_is_asked(self) -> None:
        second = 'looks = [10, 20, 30]\nnulls = "{}"\nsecond = {{ label = "T", poor = 0.3, good = 0.1 }}'
        each, overall = (self.step("[single_arm.monitoring]\n" + second.format(kind)) for kind in ("each", "global"))
        declared = [{name: seen.declared for name, _, seen in one.single.truths} for one in (each, overall)]  # type: ignore[union-attr]
        assert max(value for name, value in declared[0].items() if name != "good") <= 0.1
        assert declared[1]["null"] <= 0.1 < max(declared[1]["second poor"], declared[1]["first poor"])
        assert declared[1]["good"] >= declared[0]["good"]

    def test_a_level_that_cannot_be_kept_is_refused(self) -> None:
        more = "[single_arm]\npoor = 0.35\ngood = 0.6\nalpha = 0.01\nmonitoring = { looks = [3] }"
        with pytest.raises(Refused, match=r"No cut-off keeps the error 1\.0%"):
            further(sized(more=more))


class TestSimulated:
    def test_dropping_keeps_the_familywise_error_and_saves_people(self) -> None:
        found = further(size_plan(parse_plan(THREE.read_bytes()))).dropped
        assert found is not None
        for each in found.truths:
            if each.any_wrong is not None:
                assert each.any_wrong / found.trials <= 0.025 + 0.002 + 4 * math.sqrt(0.025 * 0.975 / found.trials)
        assert found.truths[0].naive_wrong > 1.3 * found.truths[0].any_wrong  # type: ignore[operator]
        assert found.truths[0].people == 212

    def test_dropping_means(self) -> None:
        arms = "".join(ARM.format(name, f"mean = {mean}") for name, mean in (("one", -2), ("two", -4)))
        more = (
            "[size]\ncontrol = 60\n[errors]\nmultiplicity = 'dunnett'\n[arms_dropped]\nfutile_below = 0\ntrials = 4000"
        )
        found = further(sized(arms=arms, old="mean = 0", endpoint='kind = "continuous"\nsd = 6', more=more)).dropped
        assert found is not None
        assert [each.truth for each in found.truths] == [(0, 0, 0), (0, 0, 4), (0, 2, 4)]
        assert found.truths[0].people < found.truths[2].people < 180
        assert found.truths[2].rejected[1] > found.truths[2].rejected[0]

    def test_adaptive_allocation_is_shown_with_its_cost(self) -> None:
        more = "[size]\ncontrol = 60\n[adaptive_allocation]\ntrials = 600\ndrift = 2.5\nburn_in = 20\nblock = 20"
        found = further(sized(more=more)).adaptive
        assert found is not None
        by = {(one.adaptive, one.which): one for one in found.rows}
        assert by[True, "drift"].shown > by[False, "drift"].shown
        assert by[True, "assumed"].failures < by[False, "assumed"].failures
        assert by[True, "assumed"].sd > by[False, "assumed"].sd == 0


@pytest.mark.parametrize(("language", "says"), [("en", "What it costs"), ("fr", "Ce qu’elle coûte")])
def test_the_command_shows_everything(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, language: str, says: str
) -> None:
    path = tmp_path / "plan.toml"
    (tmp_path / "arms.csv").write_text("trial,responders,of,source\nA,30,100,x\nB,38,100,y\n")
    more = (
        LOOKS + '[bayesian]\n[bayesian.borrowing]\nfile = "arms.csv"\n[single_arm]\npoor = 0.35\ngood = 0.6\n'
        "monitoring = { looks = [10, 20] }\n[adaptive_allocation]\ntrials = 200\nburn_in = 20\nblock = 20"
    )
    path.write_bytes(written(more=more))
    with pytest.raises(SystemExit) as ended:
        main(["plan", str(path), "--lang", language])
    assert not ended.value.code
    assert says in " ".join(capsys.readouterr().out.split())


def test_a_program_is_told_only_what_was_asked() -> None:
    found = json.loads(json.dumps(further_data(further(sized(more=LOOKS + "[bayesian]")))))
    assert list(found) == ["monitoring"]
    assert 0 < found["monitoring"]["error"] <= 0.025
    assert found["monitoring"]["rows"][0]["upper_z"] is None
