"""When a bag may no longer be used, and until when the trace of a batch is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import final

from trialwright.conduct.known import Known
from trialwright.conduct.state import TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary.events import BatchMade


@final
@dataclass(frozen=True, slots=True)
class BagClock:
    """A bag that has been neither given nor destroyed."""

    bag: str
    batch: str
    expires_on: date
    thawed_on: date | None
    thawed_at: datetime | None  # the moment from which the hours after thaw are counted, where recorded
    usable_until: datetime | None  # that moment and the protocol's hours after thaw
    days_left: int  # to the expiry of the batch; negative once it is over


@final
@dataclass(frozen=True, slots=True)
class Kept:
    """A batch and the day until which its trace is kept."""

    batch: str
    expires_on: date
    given: int  # infusions from it
    keep_until: date | None  # None: the protocol does not say for how long


def bags(study: Study, state: TrialState, *, on: date) -> tuple[BagClock, ...]:
    """Bags in hand, those thawed first, then by expiry."""
    log = state.logs.product
    hours = getattr(getattr(study.product, "infusion", None), "hours_after_thaw", None)
    used = {bag for one in state.participants.values() for known in one.infusions for bag in known.event.bags}
    found = []
    for number, known in log.bags.items():
        history = [entry.event for entry in log.storage.get(number, ())]
        if number in used or any(event.what == "destroyed" for event in history):
            continue
        thawed = [event for event in history if event.what == "thawed"]
        at = thawed[0].at if thawed else None
        expires = log.batches[known.event.batch].event.expires_on
        found.append(
            BagClock(
                bag=number,
                batch=known.event.batch,
                expires_on=expires,
                thawed_on=thawed[0].on if thawed else None,
                thawed_at=at,
                usable_until=at + timedelta(hours=hours) if at is not None and hours is not None else None,
                days_left=(expires - on).days,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.thawed_on is None, one.expires_on, one.bag)))


def retention(study: Study, state: TrialState) -> tuple[Kept, ...]:
    """Every batch, with the last day of the years that the protocol asks for after its expiry."""
    given = [known.event.batch for one in state.participants.values() for known in one.infusions]
    kept_for = getattr(study.product, "kept_for", None)  # how long, where the product section says so
    years = getattr(kept_for, "years", None)
    return tuple(
        Kept(number, expires, given.count(number), years_after(expires, years) if years else None)
        for number, expires in sorted((number, known.event.expires_on) for number, known in _batches(state))
    )


def _batches(state: TrialState) -> Iterable[tuple[str, Known[BatchMade]]]:
    return state.logs.product.batches.items()


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 1 March where that year has no 29 February.

    >>> years_after(date(2028, 2, 29), 30)
    datetime.date(2058, 3, 1)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
