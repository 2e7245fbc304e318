"""A trial with accounts, for tests: people and their roles as events, an entry that waits for signatures."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from trials import DAY_0, on, protocol_text, recorded
from trialwright.conduct.offers import Offer, entries_from
from trialwright.protocol import Study, parse_protocol
from trialwright.vocabulary.errors import Finding, RecordError
from trialwright.vocabulary.events import AccountOpened, DoseDecided, Event, Role, RoleDelegated, Signed
from trialwright.vocabulary.records import Record, body_of, event_digest

DECIDED = DoseDecided(
    on=on(3), dose_level=1, advised_dose_level=1, advised_action="start", endorsed=True, reason="-", decided_by="anna"
)
ELSEWHERE = '[conduct]\nelsewhere = ["accounts"]\nwhere = { en = "CTMS", fr = "CTMS" }\n'
ONLY_ACCOUNTS = (
    '[conduct]\nelsewhere = ["eligibility", "decision", "product", "identity"]\nwhere = { en = "CTMS", fr = "CTMS" }\n'
)


def study_with_accounts(extra: str = "") -> Study:
    return parse_protocol(protocol_text(extra=extra).encode())


def person(account: str, role: Role, *, first_day: date = DAY_0, last_day: date | None = None) -> tuple[Event, ...]:
    return (
        AccountOpened(account=account, printed_name=account.title(), on=DAY_0),
        RoleDelegated(account=account, role=role, first_day=first_day, last_day=last_day, on=DAY_0),
    )


def signed(event: Event, *, position: int, account: str, role: Role, day: int = 4) -> Signed:
    return Signed(
        position=position,
        event_digest=event_digest(event),
        on=on(day),
        meaning="approval",
        account=account,
        printed_name=account.title(),
        role=role,
        second_factor=True,
    )


def moment(day: int) -> datetime:
    return datetime.combine(on(day), time(20), UTC)


def refused(study: Study, records: tuple[Record, ...], *events: Event, by: str, day: int = 4) -> tuple[Finding, ...]:
    """What stands in the way of recording these events; nothing where they would be recorded."""
    offers = [Offer(number, one.kind, body_of(one), computed=True) for number, one in enumerate(events, start=1)]
    try:
        entries_from(study, records, offers=offers, by=by, at=moment(day))
    except RecordError as error:
        return error.findings
    return ()


__all__ = ["DECIDED", "ELSEWHERE", "ONLY_ACCOUNTS", "person", "recorded", "refused", "signed", "study_with_accounts"]
