"""Somebody else's data, large: adverse events of 10 000 people and 1 000 000 rows, from a file and from memory.

    python benchmarks/adam.py [PEOPLE] [EVENTS]

Made up from a seed: 3 arms, 27 system organ classes, 1 080 preferred terms. Shown: seconds to write the file (not part
of the task), to read it and make sense of it, and to make each table; and the most memory that was ever in use.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import adam_made as made
from trialwright.analysis.adam import adverse_events
from trialwright.analysis.adam.settings import Settings
from trialwright.analysis.adam.trial import trial_of
from trialwright.exchange.coerce import make_sense
from trialwright.exchange.mapping import Mapped
from trialwright.exchange.package import read_package
from trialwright.exchange.table import Table


def timed(what: str, work: Callable[[], Any]) -> Any:
    """Do some work and show how long it took."""
    start = time.perf_counter()
    found = work()
    print(f"{what:<60} {time.perf_counter() - start:6.1f} s", flush=True)
    return found


def main(people: int = 10_000, events: int = 1_000_000) -> None:
    """Make the data, then every table of adverse events from a Parquet file and from memory."""
    print(f"{people} people, {events} adverse events")
    subjects = made.adsl(people)
    frames = {"ADSL": subjects, "ADAE": made.adae(subjects, events, socs=27, terms=40)}
    with tempfile.TemporaryDirectory() as folder:
        for name, frame in frames.items():
            made.write(frame, Path(folder) / f"{name.lower()}.parquet")
        package = timed("read from Parquet, make sense", lambda: read_package(Path(folder), Mapped()))
    trial = timed("who counts where", lambda: trial_of(package.datasets, settings=Settings()))
    for what in (adverse_events.overview, adverse_events.by_term, adverse_events.serious, adverse_events.by_severity):
        answer = timed(f"{what.__name__}", lambda what=what: what(trial))
        print(f"    {len(answer.results)} statistics")
    sense = timed(
        "make sense, from memory",
        lambda: {name: make_sense(Table(name, Path(name), frame)).frame for name, frame in frames.items()},
    )
    timed("by_term, from memory", lambda: adverse_events.by_term(trial_of(sense, settings=Settings())))
    print(f"most memory in use: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
