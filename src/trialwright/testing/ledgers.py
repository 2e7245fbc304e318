"""What every ledger promises, as one named check per promise.

``check_ledger(make)`` runs them all. ``make`` gives a fresh, empty ledger each time; a ledger that outlives the program
also passes ``reopen``, which closes the one it is given and opens the same record again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

from trialwright.vocabulary.errors import LedgerMoved, OutOfOrder, RecordError, TrialError
from trialwright.vocabulary.events import (
    AdverseEventReported,
    AssessmentRecorded,
    Corrected,
    InfusionGiven,
    ParticipantEnrolled,
    TrialOpened,
)
from trialwright.vocabulary.records import GENESIS, Entry, Head, Ledger, Provenance, Record, chained

Make = Callable[[], Ledger]
Reopen = Callable[[Ledger], Ledger]

START = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)
DAY = date(2024, 3, 1)


def check_ledger(make: Make, *, reopen: Reopen | None = None) -> None:
    """Run every check on one kind of ledger; an ExceptionGroup holds each promise that was broken."""
    broken = []
    for check in [*LEDGER_CHECKS, *(REOPEN_CHECKS if reopen else ())]:
        try:
            check(make, reopen) if check in REOPEN_CHECKS else check(make)
        except Exception as error:
            error.add_note(f"promise: {check.__doc__}")
            broken.append(error)
    if broken:
        raise ExceptionGroup(f"the ledger breaks {len(broken)} of its promises", broken)


# The checks


def what_it_keeps_it_gives_back(make: Make) -> None:
    """Everything appended is read back, in order, with its author, time and provenance."""
    with closing(make()) as ledger:
        ledger.append(STORY)
        _promise([record.entry for record in ledger.read()] == [*STORY], "the entries read are those appended")


def append_answers_what_read_will_give(make: Make) -> None:
    """What append answers is exactly what read gives later."""
    with closing(make()) as ledger:
        answered = [*ledger.append(STORY[:2]), *ledger.append(STORY[2:])]
        _promise(answered == [*ledger.read()], "append and read give the same records")


def an_empty_ledger_starts_at_zero(make: Make) -> None:
    """A new ledger is empty: position 0, nothing to read, and it verifies."""
    with closing(make()) as ledger:
        _promise(ledger.head() == Head(0, GENESIS), "the head of an empty ledger is position 0 and 64 zeros")
        _promise([*ledger.read()] == [], "an empty ledger has no records")
        _promise(ledger.verify() == Head(), "an empty ledger verifies")


def positions_count_from_one(make: Make) -> None:
    """Positions are 1, 2, 3 … without a gap, however the entries were offered."""
    with closing(make()) as ledger:
        ledger.append(STORY[:1])
        ledger.append(STORY[1:])
        positions = [record.position for record in ledger.read()]
        _promise(positions == [*range(1, len(STORY) + 1)], f"positions have no gap: {positions}")


def digests_form_a_chain(make: Make) -> None:
    """Each digest can be recomputed by anyone from the one before it, the position and the entry's text."""
    with closing(make()) as ledger:
        for entry in STORY:
            ledger.append([entry])
        head = Head()
        for record in ledger.read():
            digest = chained(head.digest, record.position, record.entry.canonical())
            _promise(record.digest == digest, f"the digest of entry {record.position} follows from the one before")
            head = Head(record.position, digest)
        _promise(ledger.head() == ledger.verify() == head, "head and verify give the end of the chain")


def the_digest_does_not_depend_on_the_backend(make: Make) -> None:
    """The same entries give the same head digest in every kind of ledger, in one batch or in several."""
    with closing(make()) as one, closing(make()) as other:
        one.append(STORY)
        for entry in STORY:
            other.append([entry])
        _promise(one.head() == other.head() == STORY_HEAD, f"the head is {STORY_HEAD}, not {one.head()}")


def read_starts_after_a_position(make: Make) -> None:
    """Reading after a position gives the records that follow it, and none past the end."""
    with closing(make()) as ledger:
        records = ledger.append(STORY)
        for after in range(len(records) + 2):
            _promise([*ledger.read(after=after)] == [*records[after:]], f"read(after={after}) starts at {after + 1}")


def a_reader_is_not_disturbed(make: Make) -> None:
    """A reading gives what was there when it began, whatever is appended meanwhile."""
    with closing(make()) as ledger:
        records = ledger.append(STORY)
        seen = []
        for record in ledger.read():
            ledger.append([_later(STORY[-1])])
            seen.append(record)
        _promise(seen == [*records], "the reading ends where the ledger ended when it began")


def a_moved_ledger_refuses(make: Make) -> None:
    """With ``expected``, nothing is written unless the ledger still ends there; the error says where it ends now."""
    with closing(make()) as ledger:
        ledger.append(STORY[:2], expected=0)
        error = _refused(ledger, STORY[2:], error=LedgerMoved, expected=1)
        _promise(isinstance(error, LedgerMoved) and error.actual == 2, "the error gives the actual position")
        _refused(ledger, STORY[2:], error=LedgerMoved, expected=3)
        ledger.append(STORY[2:], expected=2)


def a_batch_is_recorded_whole_or_not_at_all(make: Make) -> None:
    """One entry that cannot be recorded keeps its whole batch out, and the error says which."""
    bad = Entry(replace(ENROLLED, dose_level=0), "a nurse", START + timedelta(days=9))
    with closing(make()) as ledger:
        ledger.append(STORY[:1])
        error = _refused(ledger, [*STORY[1:], bad, bad], error=RecordError)
        findings = error.findings if isinstance(error, RecordError) else ()
        places = [finding.place for finding in findings]
        expected = [f"entry {len(STORY) + more}.dose_level" for more in (0, 1)]
        _promise(places == expected, f"every bad entry of the batch is named: {places}")


def what_could_not_be_read_is_not_written(make: Make) -> None:
    """Half a character or a number that is none is refused when it is offered, not discovered when it is read."""
    with closing(make()) as ledger:
        for term in ("\ud83d", ""):
            _refused(ledger, [Entry(replace(REACTION, term=term), "a nurse", START)], error=RecordError)
        _refused(ledger, [Entry(replace(INFUSED, dose_given=float("nan")), "a nurse", START)], error=RecordError)
        _refused(ledger, [Entry(ENROLLED, "half a name \ud83d", START)], error=RecordError)


def time_never_runs_backwards(make: Make) -> None:
    """An entry earlier than the last one is refused, within a batch too; the same moment is fine."""
    with closing(make()) as ledger:
        ledger.append([Entry(OPENED, "a nurse", START)])
        earlier = Entry(ENROLLED, "a nurse", START - timedelta(microseconds=1))
        _refused(ledger, [earlier], error=OutOfOrder)
        _refused(ledger, [_later(STORY[-1]), STORY[-1]], error=OutOfOrder)
        elsewhere = START.astimezone(timezone(timedelta(hours=-5)))
        ledger.append([Entry(ENROLLED, "a nurse", elsewhere)])


def a_time_without_zone_is_refused(make: Make) -> None:
    """A time that names no zone could mean another day, and is refused."""
    with closing(make()) as ledger:
        _refused(ledger, [Entry(OPENED, "a nurse", START.replace(tzinfo=None))], error=OutOfOrder)


def nothing_offered_nothing_written(make: Make) -> None:
    """An empty batch is recorded as nothing; ``expected`` is still looked at."""
    with closing(make()) as ledger:
        _promise(ledger.append([]) == (), "an empty batch gives no records")
        _refused(ledger, [], error=LedgerMoved, expected=1)


def reopened_it_is_the_same(make: Make, reopen: Reopen | None) -> None:
    """Closed and opened again, the ledger has the same records and head, and goes on from there."""
    ledger = make()
    records, head = ledger.append(STORY[:-1]), ledger.head()
    if reopen is None:
        raise TypeError("this check needs a way to open the same ledger again")
    with closing(reopen(ledger)) as again:
        _promise((*again.read(),) == records, "the records are the same")
        _promise(again.head() == again.verify() == head, "the head is the same")
        again.append(STORY[-1:], expected=head.position)
        _promise(again.verify() == STORY_HEAD, "the chain goes on from where it was")


LEDGER_CHECKS: tuple[Callable[..., None], ...] = (
    what_it_keeps_it_gives_back,
    append_answers_what_read_will_give,
    an_empty_ledger_starts_at_zero,
    positions_count_from_one,
    digests_form_a_chain,
    the_digest_does_not_depend_on_the_backend,
    read_starts_after_a_position,
    a_reader_is_not_disturbed,
    a_moved_ledger_refuses,
    a_batch_is_recorded_whole_or_not_at_all,
    what_could_not_be_read_is_not_written,
    time_never_runs_backwards,
    a_time_without_zone_is_refused,
    nothing_offered_nothing_written,
)
REOPEN_CHECKS: tuple[Callable[..., None], ...] = (reopened_it_is_the_same,)


# What the checks record

OPENED = TrialOpened(trial="A trial", protocol_digest="0" * 64, on=DAY)
ENROLLED = ParticipantEnrolled(usubjid="A-001", on=DAY, dose_level=1)
INFUSED = InfusionGiven(usubjid="A-001", on=DAY, dose_given=1e6, batch="Lot № 7 «β»")
REACTION = AdverseEventReported(usubjid="A-001", ae="1", term="Fièvre 🌡", on=DAY, grade=2, related=None)
ASSESSED = AssessmentRecorded(
    usubjid="A-001", on=DAY, visit="Day 1", instrument="A score", items={"a": True, "b": 0.1, "c": None, "d": 'x"\n\0'}
)
CORRECTION = Corrected(
    position=2, reason="wrong level", replacement_kind=ENROLLED.kind, replacement={"usubjid": "A-001", "dose_level": 2}
)
STORY: Sequence[Entry] = tuple(
    Entry(event, "Dr Åse Noël", START + timedelta(hours=hour, microseconds=hour), provenance)
    for hour, (event, provenance) in enumerate(
        [
            (OPENED, None),
            (ENROLLED, Provenance("a paper, table 2", ("on",))),
            (INFUSED, None),
            (REACTION, Provenance("a paper, p. 4")),
            (ASSESSED, None),
            (CORRECTION, None),
        ]
    )
)


def _end_of_chain(entries: Sequence[Entry]) -> Head:
    head = Head()
    for position, entry in enumerate(entries, start=1):
        head = Head(position, chained(head.digest, position, entry.canonical()))
    return head


STORY_HEAD = _end_of_chain(STORY)


def _later(entry: Entry) -> Entry:
    return replace(entry, at=entry.at + timedelta(days=1))


def _promise(kept: bool, words: str) -> None:
    if not kept:
        raise AssertionError(f"promised, but not kept: {words}")


def _refused(
    ledger: Ledger, entries: Sequence[Entry], *, error: type[TrialError], expected: int | None = None
) -> TrialError:
    """The error with which the ledger refused; an AssertionError when it took the entries, or took some of them."""
    before: tuple[Head, list[Record]] = ledger.head(), [*ledger.read()]
    try:
        ledger.append(entries, expected=expected)
    except error as refusal:
        _promise((ledger.verify(), [*ledger.read()]) == before, "a refused append leaves the ledger as it was")
        return refusal
    raise AssertionError(f"promised, but not kept: this is refused with {error.__name__}")
