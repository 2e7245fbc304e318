"""The logs of a trial: what is known of one theme, in the containers in which it is asked for.

* `screening`    who was screened, what was found, what was waived, who withdrew consent
* `product`      donations, batches, bags, tests, releases, storage
* `visits`       visits held and missed, measurements, the ranges of each laboratory
* `safety`       how adverse events went on, how they were judged, coded and reported
* `randomisation` sealed lists, numbers given, kits, unblindings; never an arm
* `staff`        accounts, and which role each holds on which day
* `oversight`    data cuts, signatures, queries, deviations, locks, reviews of the trail

A log is filled by the fold, which gives out copies; nobody else changes one. To add a log: a file here with a class
that answers `TAKES`, `take` and `copy`, a field in `Logs`, and a line in `LOG_OF`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import final

from trialwright.conduct.known import Known
from trialwright.conduct.logs.oversight import OversightLog
from trialwright.conduct.logs.product import ProductLog
from trialwright.conduct.logs.randomisation import RandomisationLog
from trialwright.conduct.logs.safety import SafetyLog
from trialwright.conduct.logs.screening import ScreeningLog
from trialwright.conduct.logs.staff import StaffLog
from trialwright.conduct.logs.visits import VisitLog
from trialwright.vocabulary.events import Event

__all__ = [
    "LOG_OF",
    "Logs",
    "OversightLog",
    "ProductLog",
    "RandomisationLog",
    "SafetyLog",
    "ScreeningLog",
    "StaffLog",
    "VisitLog",
]


@final
@dataclass(slots=True)
class Logs:
    """Every log of a trial."""

    screening: ScreeningLog = field(default_factory=ScreeningLog)
    product: ProductLog = field(default_factory=ProductLog)
    visits: VisitLog = field(default_factory=VisitLog)
    safety: SafetyLog = field(default_factory=SafetyLog)
    staff: StaffLog = field(default_factory=StaffLog)
    oversight: OversightLog = field(default_factory=OversightLog)
    randomisation: RandomisationLog = field(default_factory=RandomisationLog)

    def take(self, event: Event, known: Known[Event]) -> None:
        """Add one event to the log it belongs to; OutOfOrder when it does not fit what is there."""
        getattr(self, LOG_OF[type(event)]).take(event, known)

    def copy(self) -> Logs:
        """The same logs, which do not grow with these."""
        return Logs(**{one.name: getattr(self, one.name).copy() for one in fields(self)})


LOG_OF: Mapping[type[Event], str] = {
    kind: name
    for name, log in (
        ("screening", ScreeningLog),
        ("product", ProductLog),
        ("visits", VisitLog),
        ("safety", SafetyLog),
        ("staff", StaffLog),
        ("oversight", OversightLog),
        ("randomisation", RandomisationLog),
    )
    for kind in log.TAKES
}
