"""Simulated trials keep their errors, agree with formulas where there are any, and do not depend on who runs them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.stats

from trialwright.diseases.lupus.simulated import APPEARANCE
from trialwright.planning.follow_up import Visits
from trialwright.planning.infusion_effect import Schedule
from trialwright.planning.looks import Errors, Looks
from trialwright.planning.rct_analysis import Analysis
from trialwright.planning.rct_campaign import RctCampaign, content
from trialwright.planning.rct_simulation import Arm, RctPlan, RctResults
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
TRIALS = 400


def run(plan: RctPlan, *, trials: int = TRIALS, seed: int = 9) -> RctResults:
    return RctCampaign(plan, APPEARANCE, trials=trials, seed=seed).run()


@pytest.fixture(scope="module")
def null() -> RctResults:
    """Two looks, both arms without the product."""
    arms = (PLAN.arms[0], replace(PLAN.arms[1], active=False))
    return run(replace(PLAN, arms=arms, looks=Looks((0.5, 1.0), "P")))


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
        for z in (null.z[:, 0, 1], null.others[:, 0, 1, 1], null.others[:, 0, 2, 1]):
            assert abs(z.mean()) < 4 / np.sqrt(TRIALS)
            assert z.std() == pytest.approx(1, abs=0.15)

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
            PLAN, participants=2, primary=Analysis("sri-4", 25, "ancova"), changed=(("no_such_number", 1.0),)
        )
        with pytest.raises(ParameterError) as caught:
            wrong.check(APPEARANCE)
        assert {finding.place for finding in caught.value.findings} == {
            "participants", "course.change.no_such_number", "analysis.week", "analysis.method"
        }  # fmt: skip
