"""Repeated measures in simulated trials: how long they take beside ANCOVA, and whether they keep their level.

Trials of the lupus course with two infusions of nothing: 2.5 % one-sided should find a difference at week 24, by ANCOVA
and by MMRM, for several sizes. Then the time of one trial by the batch and by the single analysis, which must agree.
``python benchmarks/rct_mmrm.py [TRIALS]``.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import numpy as np

from trialwright.diseases import appearance
from trialwright.numerics.intervals import clopper_pearson
from trialwright.planning.follow_up import Visits
from trialwright.planning.infusion_effect import Schedule
from trialwright.planning.rct_analysis import Analysis, changes, single_repeated_z, z_of
from trialwright.planning.rct_campaign import RctCampaign, run_rct_lot
from trialwright.planning.rct_simulation import Arm, RctPlan, trial_data
from trialwright.vocabulary.disease_course import Entry
from trialwright.workbench.campaigns import pool_for

TWO = Schedule((0.0, 4.0))
PLAN = RctPlan(
    arms=(Arm("placebo", TWO, active=False), Arm("cells", TWO, active=False)),
    participants=200,
    visits=Visits((0, 4, 8, 12, 16, 20, 24)),
    entry=Entry(6.0),
    primary=Analysis("sledai-2k", 24, "ancova"),
    secondary=(Analysis("sledai-2k", 24, "mmrm"), Analysis("sledai-2k", 24, "mmrm", after_rescue="kept")),
)
CRITICAL = 1.959963984540054
SIZES = (40, 80, 200)
YEAR = tuple(range(0, 53, 4))


def main() -> None:
    """Level by size, then time."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    for size in SIZES:
        campaign = RctCampaign(replace(PLAN, participants=size), appearance("lupus"), trials=trials, seed=11)
        with pool_for(run_rct_lot, workers=2, cluster=None) as pool:
            assert pool is not None
            found = campaign.run(pool)
        named = {"ANCOVA": found.z[:, 0, 0], "MMRM": found.others[:, 0, 0, 0], "rescue kept": found.others[:, 0, 1, 0]}
        for name, z in named.items():
            count = int((z >= CRITICAL).sum())
            low, high = clopper_pearson(count, trials)
            print(f"{size} people, {name}: {count / trials:.2%} ({low:.2%} to {high:.2%}) above, sd of z {z.std():.3f}")
    for week, weeks in ((24, PLAN.visits.weeks), (52, YEAR)):
        time_of(replace(PLAN, visits=Visits(weeks), primary=Analysis("sledai-2k", week, "mmrm"), secondary=()))


def time_of(plan: RctPlan) -> None:
    """Twenty trials at once and the first of them alone; the same z."""
    data, _ = trial_data(plan, appearance("lupus"), seed=3, trials=range(20))
    begin = time.perf_counter()
    many = z_of(data, plan.primary, arm=1)
    taken = (time.perf_counter() - begin) / 20
    value, baseline = changes(data, plan.primary), data.found["sledai-2k"][:, :, 0]
    begin = time.perf_counter()
    alone = -single_repeated_z(value[0], baseline=baseline[0], treated=data.arm == 1)
    print(f"week {plan.primary.week}, {value.shape[2]} visits: {1e3 * taken:.1f} ms a trial, alone ", end="")
    print(f"{1e3 * (time.perf_counter() - begin):.0f} ms, z {many[0]:.6f} and {alone:.6f}")
    assert np.isclose(many[0], alone, rtol=0, atol=1e-6)


if __name__ == "__main__":
    main()
