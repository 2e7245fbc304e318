"""Calibrate the simulated course of a disease to published numbers, and write the result beside its data.

``python tools/calibrate_course.py [ROUNDS] [--onwards]`` takes some minutes on one core and changes nothing by chance:
the same people meet every set of values. ``--onwards`` begins at the values in use, not at the priors. It writes
course-calibrated.csv (value, what is left of the prior), course-fit.csv (published and simulated, by other people than
those of the calibration, with a taper where the published arm had one) and course-uncertainty.csv (the factor from
which parameters are drawn).
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from trialwright.diseases.lupus.simulated import APPEARANCE
from trialwright.planning.care import Taper
from trialwright.planning.course_calibration import PlaceboArm, calibrate_course, fit_of
from trialwright.planning.follow_up import Visits
from trialwright.vocabulary.disease_course import Entry

DATA = Path(__file__).resolve().parents[1] / "src" / "trialwright" / "diseases" / "lupus" / "data"
SEED, PEOPLE, ENTRY, ROUNDS = 20261123, 6000, Entry(6.0), 8
VISITS = Visits(tuple(range(0, 53, 4)))
CHECKED = PlaceboArm(APPEARANCE, ENTRY, VISITS, people=12_000, seed=1)  # people the values were not fitted to

TAPER = Taper(8, 40, 7.5)  # of the published arms that had one (course-targets.toml)


def main() -> None:
    """Calibrate, say how it goes, write."""
    counts = [int(word) for word in sys.argv[1:] if word != "--onwards"]
    arm, onwards = PlaceboArm(APPEARANCE, ENTRY, VISITS, people=PEOPLE, seed=SEED), "--onwards" in sys.argv
    found = calibrate_course(
        arm,
        rounds=counts[0] if counts else ROUNDS,
        onwards=onwards,
        progress=lambda number, squares: say(f"round {number}: {squares:.2f}"),
    )
    rows = [[key, f"{found.values[key]:.6g}", f"{sd:.3f}"] for key, sd in zip(found.free, found.sds, strict=True)]
    _write("course-calibrated.csv", ["key", "value", "share_of_prior_sd"], rows)
    targets, shown = APPEARANCE.targets, fit_of(CHECKED, found.values, taper=TAPER)
    fit = [[one.key, f"{one.value:g}", f"{one.tolerance:g}", f"{shown[one.key]:.4f}"] for one in targets]
    _write("course-fit.csv", ["key", "published", "tolerance", "simulated"], fit)
    factor = [[key, *(f"{value:.5f}" for value in row)] for key, row in zip(found.free, found.factor, strict=True)]
    _write("course-uncertainty.csv", ["key", *found.free], factor)
    for row in fit:
        say("  ".join(f"{cell:>28}" if place == 0 else f"{cell:>8}" for place, cell in enumerate(row)))
    say("not identified: " + ", ".join(found.not_identified))
    say("together: " + "; ".join(f"{one} and {other} ({value:.2f})" for one, other, value in found.together))


def say(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _write(name: str, head: list[str], rows: list[list[str]]) -> None:
    with (DATA / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


if __name__ == "__main__":
    main()
