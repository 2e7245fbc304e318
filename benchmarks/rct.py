"""How long simulated randomised trials take: 1 000 trials of 200 participants and 13 visits after baseline.

By the live instruments: SLEDAI-2K and BILAG flares at every visit, SRI-4, BICLA and LLDAS where they are analysed; five
analyses of each trial. One process, then two; the aim is a minute on two cores. ``every`` judges the three responses at
every visit too. ``python benchmarks/rct.py [TRIALS] [every]``.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

from trialwright.diseases import appearance
from trialwright.planning.follow_up import Visits
from trialwright.planning.infusion_effect import Schedule
from trialwright.planning.rct_analysis import Analysis
from trialwright.planning.rct_campaign import RctCampaign, content, here, run_rct_lot
from trialwright.planning.rct_simulation import Arm, RctPlan
from trialwright.vocabulary.disease_course import Entry
from trialwright.workbench.campaigns import pool_for

TWO = Schedule((0.0, 4.0))
PLAN = RctPlan(
    arms=(Arm("placebo", TWO, active=False), Arm("cells", TWO)),
    participants=200,
    visits=Visits(tuple(range(0, 53, 4))),
    entry=Entry(6.0),
    primary=Analysis("sri-4", 52, "cmh", strata_at=10.0),
    secondary=(
        Analysis("bicla", 52, "exact"),
        Analysis("lldas", 52, "cmh"),
        Analysis("sledai-2k", 52, "ancova"),
        Analysis("tulip-flare", 52, "log-rank"),
    ),
)

EVERY = (
    *PLAN.secondary,
    *(Analysis(name, week, "cmh") for name in ("sri-4", "bicla", "lldas") for week in PLAN.visits.weeks[1:]),
)


def main() -> None:
    """Both ways, and that they agree."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    plan = replace(PLAN, secondary=EVERY) if "every" in sys.argv else PLAN
    campaign = RctCampaign(plan, appearance("lupus"), trials=trials, seed=1)
    bytes_found = set()
    for workers in (1, 2):
        begin = time.perf_counter()
        with pool_for(run_rct_lot, workers=workers, cluster=None) as pool:
            found = campaign.run(pool or here)
        taken = time.perf_counter() - begin
        bytes_found.add(content(campaign, found))
        print(f"{trials} trials, processes: {workers}, {taken:.1f} s, {trials / taken:.0f} trials a second", flush=True)
    assert len(bytes_found) == 1


if __name__ == "__main__":
    main()
