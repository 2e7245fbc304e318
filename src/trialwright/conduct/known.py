"""A fact of the record, with its place, day and author; and the copying of what was collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Generic, TypeVar, final

from trialwright.vocabulary.errors import OutOfOrder
from trialwright.vocabulary.events import Event
from trialwright.vocabulary.records import Provenance

E_co = TypeVar("E_co", bound=Event, covariant=True)
L = TypeVar("L")


@final
@dataclass(frozen=True, slots=True)
class Known(Generic[E_co]):
    """A fact, where it stands in the record, when and by whom it was recorded, and whether parts are illustrative."""

    event: E_co
    position: int
    recorded_on: date
    provenance: Provenance | None = None
    by: str = ""
    at: datetime | None = None  # the moment of recording

    def illustrative(self, name: str) -> bool:
        """Whether one field of the fact was made up to fill a gap in what is published."""
        return self.provenance is not None and not self.provenance.shows(name)


def require(fine: bool, otherwise: str) -> None:
    """OutOfOrder with these words, unless fine."""
    if not fine:
        raise OutOfOrder(otherwise)


def copied(log: L) -> L:
    """A log again, with containers of its own, so that it does not grow with the first."""
    return replace(log, **{one.name: _copied(getattr(log, one.name)) for one in fields(log)})  # type: ignore[type-var, arg-type]


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copied(inner) for name, inner in value.items()}
    return list(value) if isinstance(value, list) else value
