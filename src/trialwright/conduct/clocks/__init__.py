"""Everything that runs out, on one page: windows, intervals between participants, product, reports, visits, retention.

Lives here: one file for each kind of clock, a function of ``Study``, ``TrialState`` and a day that answers values;
nothing is stored that can be computed. May import: the rest of conduct. To add a clock: a file and a field in ``Page``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import final

from trialwright.conduct.clocks.intervals import Interval, intervals
from trialwright.conduct.clocks.product import BagClock, Kept, bags, retention
from trialwright.conduct.clocks.reporting import Reporting, reportings
from trialwright.conduct.clocks.visits import NextVisit, next_visits
from trialwright.conduct.clocks.windows import Window, dlt_windows
from trialwright.conduct.state import TrialState
from trialwright.protocol.study import Study

__all__ = [
    "BagClock",
    "Interval",
    "Kept",
    "NextVisit",
    "Page",
    "Reporting",
    "Window",
    "clocks_page",
]


@final
@dataclass(frozen=True, slots=True)
class Page:
    """Every clock of a trial on one day."""

    on: date
    reports: tuple[Reporting, ...]
    windows: tuple[Window, ...]
    intervals: tuple[Interval, ...]
    bags: tuple[BagClock, ...]
    visits: tuple[NextVisit, ...]
    retention: tuple[Kept, ...]


def clocks_page(study: Study, state: TrialState, *, on: date) -> Page:
    """Every clock of a trial on one day; ``state`` is what was known then."""
    return Page(
        on=on,
        reports=reportings(study, state, on=on),
        windows=dlt_windows(study, state, on=on),
        intervals=intervals(study, state, on=on),
        bags=bags(study, state, on=on),
        visits=next_visits(study, state, on=on),
        retention=retention(study, state),
    )
