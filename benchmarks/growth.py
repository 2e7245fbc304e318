"""How the exact work grows with participants, levels and cohort size: a figure and its numbers, for a CRM.

``python benchmarks/growth.py`` writes growth.svg and growth.csv beside this file. Seconds are of this machine's
processor time; the number of ends is the same everywhere.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from studies import CRM, study  # noqa: E402 - beside this file

from trialwright.operating import every_end  # noqa: E402 - after the number of threads is set

BY_SIZE = {
    1: (6, 10, 14, 18, 22, 26, 30),
    2: (12, 18, 24, 30, 36),
    3: (12, 18, 24, 30, 36, 45),
    6: (12, 24, 36, 48, 60),
}
BY_LEVELS = (2, 3, 4, 5, 6, 7)


def timed(**settings: int) -> dict[str, float]:
    """One trial walked: how many ends, how long."""
    began = time.process_time()
    ends = len(every_end(study(CRM, **settings)).ways)
    return {**settings, "ends": ends, "seconds": time.process_time() - began}


def main() -> None:
    """Walk, write the numbers, draw."""
    timed(n=6, size=3, levels=5)  # what is loaded once is loaded
    by_n = [timed(n=n, size=size, levels=5) for size, numbers in BY_SIZE.items() for n in numbers]
    by_levels = [timed(n=30, size=3, levels=levels) for levels in BY_LEVELS]
    with (HERE / "growth.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["n", "size", "levels", "ends", "seconds"], lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "seconds": f"{row['seconds']:.3f}"} for row in [*by_n, *by_levels])
    draw(by_n, by_levels)


def draw(by_n: list[dict[str, float]], by_levels: list[dict[str, float]]) -> None:
    """Ends and seconds, against participants and against levels."""
    import matplotlib as mpl  # loaded when there is something to draw

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # likewise

    mpl.rcParams.update({"svg.hashsalt": "growth", "font.size": 9})
    figure, places = plt.subplots(2, 2, figsize=(8, 6), sharex="col", layout="constrained")
    for row, (quantity, label) in enumerate((("ends", "ends"), ("seconds", "seconds (one core)"))):
        for (size, _), marker in zip(BY_SIZE.items(), "osD^", strict=True):
            line = [one for one in by_n if one["size"] == size]
            places[row, 0].plot(
                [one["n"] for one in line], [one[quantity] for one in line], marker=marker, label=f"cohorts of {size}"
            )
        places[row, 1].plot([one["levels"] for one in by_levels], [one[quantity] for one in by_levels], marker="D")
        for place in places[row]:
            place.set_yscale("log")
            place.set_ylabel(label)
            place.grid(alpha=0.3)
    places[0, 0].set_title("five levels")
    places[0, 1].set_title("30 participants, cohorts of 3")
    places[1, 0].set_xlabel("participants")
    places[1, 1].set_xlabel("levels")
    places[0, 0].legend(frameon=False)
    figure.savefig(HERE / "growth.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
