"""How long simulated operating characteristics take: five levels, 30 participants, 10 000 trials, one process.

`reach` is the time to stay within on a two-core machine. The first run of each row is left out: it warms up.
"""

from __future__ import annotations

import resource
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from trialwright import designs, rules
from trialwright.operating import Accrual, Circumstances, Truths, simulate
from trialwright.protocol import Study, read_protocol

ROOT = Path(__file__).resolve().parents[1]
SKELETON = (0.05, 0.12, 0.25, 0.4, 0.55)
TRIALS, REPEATS = 10_000, 3
CRM = {"target_toxicity_rate": 0.25, "skeleton": SKELETON}
BOIN = {"target_toxicity_rate": 0.25}
COHORTS = (("complete_cohort", {}), ("wait_for_pending", {"scope": "before_next_cohort"}))
SETTLED = Circumstances(accrual=Accrual(7), decisions="when_settled")
AS_THEY_COME = Circumstances(accrual=Accrual(7))
ROWS: tuple[tuple[str, str, dict[str, Any], tuple[Any, ...], int, Circumstances, str], ...] = (
    ("CRM, cohorts of 3, everybody settled", "crm", CRM, (), 3, SETTLED, "0.3"),
    ("TITE-CRM, continuous accrual", "tite_crm", CRM, (), 1, AS_THEY_COME, "10"),
    ("CRM, cohorts of 3, by the calendar", "crm", CRM, COHORTS, 3, AS_THEY_COME, "-"),
    ("BOIN, cohorts of 3, by the calendar", "boin", BOIN, COHORTS, 3, AS_THEY_COME, "-"),
    ("TITE-BOIN, continuous accrual", "tite_boin", BOIN, (), 1, AS_THEY_COME, "-"),
)


def study_for(name: str, parameters: dict[str, Any], applied: tuple[Any, ...], cohort_size: int) -> Study:
    """A worked protocol with another design, five levels, 30 participants and a window of 28 days."""
    study = read_protocol(next((ROOT / "protocols").glob("*/protocol.toml")))
    dosing = {"amounts": (1.0, 2.0, 3.0, 4.0, 5.0), "infusions": None, "cohort_size": cohort_size, "start_level": 1}
    return replace(
        study,
        identity=study.identity.model_copy(update={"planned_n": 30}),
        dosing=study.dosing.model_copy(update=dosing),
        dlt=study.dlt.model_copy(update={"first_day": 0, "last_day": 27}),
        design=designs.build(name, parameters),
        rules=tuple(rules.build(rule, settings) for rule, settings in applied),
    )


def seconds(study: Study, circumstances: Circumstances) -> float:
    """The shortest of some runs."""
    taken = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        simulate(study, Truths.of_dlt((0.05, 0.1, 0.25, 0.4, 0.55)), circumstances=circumstances, trials=TRIALS, seed=1)
        taken.append(time.perf_counter() - begin)
    return min(taken)


if __name__ == "__main__":
    print(f"{'10 000 simulated trials':40} {'seconds':>8} {'reach':>6} {'trials/s':>9}")
    for label, name, parameters, applied, size, circumstances, reach in ROWS:
        best = seconds(study_for(name, parameters, applied, size), circumstances)
        print(f"{label:40} {best:8.2f} {reach:>6} {TRIALS / best:9.0f}")
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB (reach: 500)")
