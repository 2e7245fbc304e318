"""What is fast, and how fast: every row in processes of its own, one core, the best of some runs.

``python benchmarks/run.py`` prints the table; ``--fast`` takes one run of each; ``-o FILE`` keeps pyperf's own result.
Times differ between machines: compare ratios within one run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np  # noqa: E402 - after the number of threads is set
import pyperf  # noqa: E402 - likewise
from studies import BLRM, CRM, INTERVAL, TRUTH, study  # noqa: E402 - beside this file

from trialwright.operating import TrialEnds, Truths, every_end  # noqa: E402 - likewise
from trialwright.protocol import Study  # noqa: E402 - likewise


@cache
def read(design: str, size: int) -> Study:
    return study(design, size=size)


@cache
def ends_of_the_first_row() -> TrialEnds:
    return every_end(study(CRM))


@cache
def thousand_truths() -> Truths:
    return Truths.of_dlt(np.sort(np.random.default_rng(1).random((1000, 5)), axis=1))


def exact(design: str, *, size: int = 3) -> Callable[[], object]:
    """A design from nothing to its characteristics under one truth; its protocol has been read."""
    return lambda: every_end(read(design, size)).characteristics(Truths.of_dlt(TRUTH))


def further_truths() -> object:
    return ends_of_the_first_row().characteristics(thousand_truths())


ROWS: dict[str, tuple[Callable[[], object], float, str]] = {
    "CRM, cohorts of 3": (exact(CRM), 0.02, "exact, from nothing"),
    "CRM, one by one": (exact(CRM, size=1), 0.6, "exact, about 130 000 ends"),
    "1 000 further truths": (further_truths, 0.1, "on the ends of the first row"),
    "BOIN": (exact(INTERVAL.format(name="boin")), 0.1, "exact"),
    "mTPI-2": (exact(INTERVAL.format(name="mtpi2")), 0.1, "exact"),
    "Keyboard": (exact(INTERVAL.format(name="keyboard")), 0.1, "exact"),
    "3+3": (exact('name = "three_plus_three"'), 0.1, "exact"),
    "BLRM": (exact(BLRM), 1.0, "exact, two parameters"),
}


def main() -> None:
    """Time every row and print the table."""
    fast = "--fast" in sys.argv
    if fast:
        sys.argv.remove("--fast")
    runner = pyperf.Runner(processes=1 if fast else 3, values=1 if fast else 3, warmups=1)
    results = [(name, runner.bench_func(name, work)) for name, (work, _, _) in ROWS.items()]
    if not runner.args.worker:
        show([(name, result) for name, result in results if result is not None])


def show(results: list[tuple[str, pyperf.Benchmark]]) -> None:
    """The table: best time, aim, ratio to the first row, memory."""
    first = min(results[0][1].get_values())
    print(f"\n{'work':<24}{'best s':>9}{'aim s':>8}{'ratio':>8}{'MB':>7}  what")
    for name, result in results:
        best, (_, aim, what) = min(result.get_values()), ROWS[name]
        memory = max(run.get_metadata().get("mem_max_rss", 0) for run in result.get_runs()) / 1e6
        mark = " " if best <= aim else "*"
        print(f"{name:<24}{best:>9.4f}{aim:>7g}{mark}{best / first:>8.1f}{memory:>7.0f}  {what}")
    print("* slower than its aim on this machine")


if __name__ == "__main__":
    main()
