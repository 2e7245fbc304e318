"""Simulated trials keep their errors, agree with formulas where there are any, and do not depend on who runs them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.stats

from trialwright.analysis.repeated_measures import by_visit
from trialwright.diseases.lupus.simulated import APPEARANCE
from trialwright.planning.follow_up import Visits
from trialwright.planning.infusion_effect import Schedule
from trialwright.planning.looks import Errors, Looks
from trialwright.planning.rct_analysis import (
    AfterRescue,
    Analysis,
    TrialData,
    change,
    changes,
    repeated_z,
    single_repeated_z,
    z_of,
)
from trialwright.planning.rct_campaign import RctCampaign, content
from trialwright.planning.rct_simulation import Arm, RctPlan, RctResults, trial_data
from trialwright.vocabulary.disease_course import Entry
from trialwright.vocabulary.errors import ParameterError

TWO = Schedule((0.0, 4.0))
PLAN = RctPlan(
    arms=(Arm("placebo", TWO, active=False), Arm("cells", TWO)),
    participants=80,
    visits=Visits((0, 4, 12, 24)),
    entry=Entry(6.0),
    primary=Analysis("sri-4", 24, "cmh", strata_at=10.0),
    secondary=(
        Analysis("bicla", 24, "exact"),
        Analysis("sledai-2k", 24, "ancova"),
        Analysis("tulip-flare", 24, "log-rank"),
    ),
    errors=Errors(0.1, 0.8),
)
MMRM = Analysis("sledai-2k", 24, "mmrm")
TRIALS = 400


def run(plan: RctPlan, *, trials: int = TRIALS, seed: int = 9) -> RctResults:
    return RctCampaign(plan, APPEARANCE, trials=trials, seed=seed).run()


@pytest.fixture(scope="module")
def null() -> RctResults:
    """Two looks, both arms without the product; repeated measures with values after rescue left out, and kept."""
    arms = (PLAN.arms[0], replace(PLAN.arms[1], active=False))
    others = (*PLAN.secondary, MMRM, replace(MMRM, after_rescue="kept"))
    return run(replace(PLAN, arms=arms, looks=Looks((0.5, 1.0), "P"), secondary=others))


@pytest.fixture(scope="module")
def active() -> RctResults:
    return run(replace(PLAN, participants=120, secondary=()), trials=300)


def within(count: int, share: float, *, of: int) -> bool:
    """Whether a count is one that the binomial gives with 99.9 %."""
    low, high = scipy.stats.binom.ppf([0.0005, 0.9995], of, share)
    return bool(low <= count <= high)


class TestErrors:
    def test_the_level_is_kept_over_two_looks(self, null: RctResults) -> None:
        assert within(int(null.rejections[0]), 0.1, of=TRIALS)
        assert null.by_look.sum() == null.rejections.sum()
        for count, share in zip(null.by_look[0], null.plan.boundaries.error_by_look, strict=True):
            assert within(int(count), float(share), of=TRIALS)  # the recursion of group-sequential designs

    def test_every_analysis_has_the_spread_of_a_normal(self, null: RctResults) -> None:
        for z in (null.z[:, 0, 1], *(null.others[:, 0, place, 1] for place in (1, 2, 3, 4))):
            assert abs(z.mean()) < 4 / np.sqrt(TRIALS)
            assert z.std() == pytest.approx(1, abs=0.15)

    @pytest.mark.parametrize("place", [1, 3, 4])
    def test_a_change_keeps_its_level_at_every_look(self, null: RctResults, place: int) -> None:
        """ANCOVA and repeated measures, with values after rescue left out and kept; 40 people, then 80."""
        for look in (0, 1):
            for level in (0.05, 0.2):
                found = scipy.stats.norm.sf(null.others[:, 0, place, look]) <= level
                assert within(int(found.sum()), level, of=TRIALS)

    def test_the_exact_test_is_conservative(self, null: RctResults) -> None:
        one_sided = scipy.stats.norm.sf(null.others[:, 0, 0, 1])
        assert int((one_sided <= 0.1).sum()) <= scipy.stats.binom.ppf(0.9995, TRIALS, 0.1)

    def test_arms_without_the_product_respond_alike(self, null: RctResults) -> None:
        difference = null.means[:, 1, 0] - null.means[:, 0, 0]
        assert abs(difference.mean()) < 4 * difference.std() / np.sqrt(TRIALS)

    def test_power_is_that_of_the_formula_for_the_rates_it_simulates(self, active: RctResults) -> None:
        """Normal approximation for two shares: z = (p1 - p0) sqrt(n / 2) / sqrt(p (1 - p) 2) at the simulated rates."""
        p0, p1 = active.means[:, :, 0].mean(axis=0)
        n, pooled = 60, (p0 + p1) / 2
        drift = (p1 - p0) / np.sqrt(2 * pooled * (1 - pooled) / n)
        power = scipy.stats.norm.sf(scipy.stats.norm.isf(0.1) - drift)
        assert active.rejections[0] / active.trials == pytest.approx(power, abs=0.09)


class TestRepeatedMeasures:
    DATA, _ = trial_data(replace(PLAN, primary=MMRM, secondary=()), APPEARANCE, seed=4, trials=range(20))

    @pytest.mark.parametrize("after_rescue", ["left out", "kept"])
    def test_they_are_the_single_analysis_of_each_trial(self, after_rescue: AfterRescue) -> None:
        """The slow twin: by participant and visit, Kenward-Roger, as a live trial is analysed."""
        analysis = replace(MMRM, after_rescue=after_rescue)
        many = z_of(self.DATA, analysis, arm=1)
        for trial in (0, 7, 19):
            assert many[trial] == pytest.approx(alone(self.DATA, analysis, trial=trial), abs=1e-7)

    def test_rescue_ends_what_counts_and_leaving_what_is_seen(self) -> None:
        """A value counts up to the visit that decides on rescue; nothing is filled in."""
        data, counted = self.DATA, np.isfinite(changes(self.DATA, MMRM))
        before = data.rescued[:, :, :-1]
        assert np.array_equal(counted, data.seen[:, :, 1:] & ~before)
        assert (data.seen[:, :, 1:] & before).any()
        kept = np.isfinite(changes(data, replace(MMRM, after_rescue="kept")))
        assert np.array_equal(kept, data.seen[:, :, 1:])
        ancova = Analysis("sledai-2k", 24, "ancova")
        assert np.array_equal(np.isfinite(change(data, ancova)), data.seen[:, :, -1])
        assert np.array_equal(np.isfinite(change(data, replace(ancova, after_rescue="left out"))), counted[:, :, -1])

    def test_what_has_no_unstructured_estimate_is_analysed_by_the_next_pattern_or_finds_nothing(self) -> None:
        data = self.DATA
        value, baseline = changes(data, MMRM)[:2, :30].copy(), data.found["sledai-2k"][:2, :30, 0]
        value[0, :15, 0], value[0, 15:, 1], value[1] = np.nan, np.nan, np.nan
        found = repeated_z(value, baseline=baseline, treated=data.arm[:30] == 1)
        assert found[1] == 0
        assert found[0] == single_repeated_z(value[0], baseline=baseline[0], treated=data.arm[:30] == 1) != 0


def alone(data: TrialData, analysis: Analysis, *, trial: int) -> float:
    """Rows of one trial as an analyst has them; a fall is good."""
    rows = [
        (person, visit, values[visit] - values[0], values[0])
        for person, values in enumerate(data.found["sledai-2k"][trial])
        for visit in (1, 2, 3)
        if np.isfinite(values[visit]) and not (analysis.leaves_out_rescued and data.rescued[trial, person, visit - 1])
    ]
    person, visit, value, baseline = (np.asarray(column) for column in zip(*rows, strict=True))
    found = by_visit(value, participant=person, visit=visit, baseline=baseline, arm=data.arm[person])
    mean = found.differences[-1].mean
    return -float(scipy.stats.norm.isf(scipy.stats.t.sf(mean.t, mean.degrees_of_freedom)))


class TestLots:
    def test_a_trial_is_the_same_whatever_else_is_run(self) -> None:
        few, more = run(PLAN, trials=5), run(PLAN, trials=25)
        assert np.array_equal(few.z, more.z[:5])
        assert np.array_equal(few.means, more.means[:5])

    def test_lots_may_come_in_any_order(self) -> None:
        campaign = RctCampaign(PLAN, APPEARANCE, trials=45, seed=1)
        straight = campaign.run()
        turned = campaign.run(lambda lots: ((lot, found) for lot, found in reversed([*_ran(campaign, lots)])))
        assert content(campaign, straight) == content(campaign, turned)

    def test_a_stopped_campaign_goes_on(self) -> None:
        campaign, kept = RctCampaign(PLAN, APPEARANCE, trials=45, seed=1), {}

        def stop(done: int, of: int) -> None:
            if done >= 20:
                raise KeyboardInterrupt

        assert campaign.run(kept=kept, progress=stop).trials == 20
        assert content(campaign, campaign.run(kept=kept)) == content(campaign, campaign.run())

    def test_more_people_only_add(self) -> None:
        few, more = run(PLAN, trials=3), run(replace(PLAN, participants=120), trials=3)
        assert few.trials == more.trials
        assert not np.array_equal(few.z, more.z)


def _ran(campaign: RctCampaign, lots):  # type: ignore[no-untyped-def]
    from trialwright.planning.rct_campaign import here

    return here(lots)


class TestPlans:
    def test_allocation_is_spread_evenly(self) -> None:
        arms = (Arm("a", TWO, active=False, share=2), Arm("b", TWO, share=4), Arm("c", TWO, share=2))
        found = replace(PLAN, arms=arms, participants=24).allocation
        assert np.bincount(found).tolist() == [6, 12, 6]
        assert np.bincount(found[:8]).tolist() == [2, 4, 2]

    def test_several_arms_share_the_level_or_stand_in_order(self) -> None:
        arms = (*PLAN.arms, Arm("later", Schedule((12.0,))))
        shared = replace(PLAN, arms=arms)
        assert shared.boundaries.upper[-1] == pytest.approx(scipy.stats.norm.isf(0.05), abs=1e-6)
        ordered = run(replace(shared, multiplicity="hierarchical", secondary=(), participants=60), trials=40)
        assert (ordered.won[:, 1] <= ordered.won[:, 0]).all()

    def test_drawn_effects_differ_between_trials(self) -> None:
        fixed, drawn = run(PLAN, trials=20), run(replace(PLAN, drawn="effect"), trials=20)
        assert np.array_equal(fixed.means[:, 0], drawn.means[:, 0])
        assert not np.array_equal(fixed.means[:, 1], drawn.means[:, 1])

    def test_everything_wrong_is_said_at_once(self) -> None:
        wrong = replace(
            PLAN, participants=2, primary=Analysis("sri-4", 25, "ancova"), changed=(("no_such_number", 1.0),),
            secondary=(Analysis("sri-4", 24, "cmh", after_rescue="kept"),),
        )  # fmt: skip
        with pytest.raises(ParameterError) as caught:
            wrong.check(APPEARANCE)
        assert {finding.place for finding in caught.value.findings} == {
            "participants", "course.change.no_such_number", "analysis.week", "analysis.method", "analysis.after_rescue"
        }  # fmt: skip
        weekly = replace(PLAN, visits=Visits(tuple(range(25))), primary=MMRM)
        with pytest.raises(ParameterError, match="24 visits up to week 24, more than 13"):
            weekly.check(APPEARANCE)
