"""Visits: what was seen recorded singly or from a table, the calendar, and the grades laboratory values suggest.

The table is generated from the protocol: the items of its instruments with their labels, its laboratory tests with
their units. An entry of a file is taken whole or not at all, with every finding at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, final

from trialwright.conduct.laboratory import Suggestion, suggestions
from trialwright.conduct.state import TrialState
from trialwright.conduct.visits import Appointment, calendar, counted_from, instruments_at, tests_at
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Complaints, RecordError, TrialError
from trialwright.vocabulary.events import (
    AssessmentRecorded,
    Event,
    LaboratoryRangeSet,
    MeasurementsRecorded,
    VisitHeld,
    VisitMissed,
)
from trialwright.vocabulary.records import Record, revive
from trialwright.vocabulary.words import Language
from trialwright.workbench.recording import record_events
from trialwright.workbench.tables import NO, UNKNOWN, YES, Row, read_rows, written
from trialwright.workbench.trials import Trial

COLUMNS = (
    *("usubjid", "visit", "infusion", "on", "what", "name", "item", "question"),
    *("value", "unit", "limit", "laboratory"),
)
HELD, MISSED, ASSESSMENT, RESULT = "held", "missed", "assessment", "result"
ROWS = (HELD, MISSED, ASSESSMENT, RESULT)
RANGE_COLUMNS = ("laboratory", "test", "unit", "on", "lower", "upper", "sex", "age_from", "age_below")
LIMITS = ("", "<", ">")


@final
@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one person at one visit."""

    usubjid: str
    visit: str
    on: date
    infusion: int | None = None
    missed: str | None = None  # the reason of a visit that will not take place
    held: bool = True
    items: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by instrument
    results: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by laboratory, then test


def visit_template(
    trial: Trial, *, usubjid: str = "", visit: str = "", infusion: int | None = None, language: Language = "en"
) -> str:
    """A CSV table to fill in for one visit: every item of its instruments, every laboratory test with its unit."""
    study = trial.study
    shared = {"usubjid": usubjid, "visit": visit, "infusion": str(infusion or "")}
    rows = [shared | {"what": HELD, "question": "yes" if language == "en" else "oui"}]
    for name in instruments_at(study, visit):
        instrument = study.instrument(name)
        labels = (
            {} if instrument is None else {one.item: one.label.said(language) for one in instrument.score({}).points}
        )
        for item in instrument.items if instrument else ():
            rows.append(shared | {"what": ASSESSMENT, "name": name, "item": item, "question": labels.get(item, item)})
    declared = {test.name.en: test for test in study.laboratory}
    for name in tests_at(study, visit):
        test = declared[name]
        rows.append(shared | {"what": RESULT, "name": name, "question": test.name.said(language), "unit": test.unit})
    return written(COLUMNS, rows)


def assess(trial: Trial, seen: Sequence[Seen], *, by: str, at: datetime | None = None) -> tuple[Record, ...]:
    """Record visits held or missed, assessments and measurements; all of them, or none and every finding."""
    state = trial.state()
    events = [event for one in seen for event in _events(trial.study, state, seen=one)]
    if not events:
        raise TrialError(
            "there is nothing to record; name a visit (--visit), what was seen (--item, --result), or a --file; "
            "`--template` writes the file to fill in"
        )
    return record_events(trial, events, by=by, at=at)


def read_visits(
    path: Path, *, today: date, usubjid: str = "", visit: str = "", infusion: int | None = None
) -> tuple[Seen, ...]:
    """What a filled-in table says was seen; a column left empty takes what the command says.

    Raises RecordError with every finding.
    """
    complaints = Complaints()
    groups: dict[tuple[str, str, int | None, date], list[Row]] = {}
    for row in read_rows(path, columns=COLUMNS, complaints=complaints):
        row.complain(row.text("what") in ROWS, "what", allowed=f"must be one of {', '.join(ROWS)}")
        who, name = row.text("usubjid") or usubjid, row.text("visit") or visit
        row.complain(bool(who), "usubjid", allowed="is required")
        row.complain(bool(name), "visit", allowed="is required")
        number = row.number("infusion")
        counted = infusion if number is None else int(number)
        groups.setdefault((who, name, counted, row.day("on") or today), []).append(row)
    seen = [_seen(rows, key=key) for key, rows in groups.items()]
    complaints.raise_as(RecordError, f"{path.name} cannot be read; nothing was recorded")
    return tuple(seen)


def _seen(rows: Iterable[Row], *, key: tuple[str, str, int | None, date]) -> Seen:
    usubjid, visit, infusion, on = key
    items: dict[str, dict[str, Any]] = {}
    results: dict[str, dict[str, Any]] = {}
    held, missed = True, None
    for row in rows:
        match row.text("what"):
            case "missed" if row.text("value"):
                missed = row.text("value")
            case "held" if row.text("value"):
                held = row.truth("value") is not False
            case "assessment" if row.text("value"):
                items.setdefault(row.text("name"), {})[row.text("item")] = answer(row.text("value"))
            case "result" if row.text("value"):
                results.setdefault(row.text("laboratory"), {})[row.text("name")] = _result(row)
    return Seen(usubjid, visit, on, infusion, missed, held, items, results)


def answer(text: str) -> bool | float | str | None:
    """An answer as it is typed: yes and no, a number, ``?`` for looked for and not known, else the words themselves."""
    plain = text.strip().casefold()
    if plain in UNKNOWN:
        return None
    if plain in YES or plain in NO:
        return plain in YES
    try:
        value = float(plain.replace(",", "."))
    except ValueError:
        return text.strip()
    return value if abs(value) < float("inf") else text.strip()


def _result(row: Row) -> dict[str, Any]:
    row.complain(row.text("limit") in LIMITS, "limit", allowed="must be <, > or nothing")
    limit = row.text("limit") if row.text("limit") in LIMITS else ""
    return {"value": answer(row.text("value")), "unit": row.text("unit"), "limit": limit}


def _events(study: Study, state: TrialState, *, seen: Seen) -> Iterable[Event]:
    """The entries of one visit: missed; or held, where that is not recorded yet, and what was seen at it."""
    shared: dict[str, Any] = {"usubjid": seen.usubjid, "on": seen.on.isoformat(), "visit": seen.visit}
    shared |= {"infusion_number": seen.infusion}
    if seen.missed is not None:
        yield revive(VisitMissed.kind, shared | {"reason": seen.missed})
        return
    if seen.held and not _recorded(study, state, seen=seen):
        yield revive(VisitHeld.kind, shared)
    for instrument, items in seen.items.items():
        yield revive(AssessmentRecorded.kind, shared | {"instrument": instrument, "items": items})
    for laboratory, results in seen.results.items():
        yield revive(MeasurementsRecorded.kind, shared | {"laboratory": laboratory, "results": results})


def _recorded(study: Study, state: TrialState, *, seen: Seen) -> bool:
    """Whether the visit stands in the record as held already."""
    number = counted_from(study, seen.visit, stated=seen.infusion)
    return any(
        known.event.visit == seen.visit
        and counted_from(study, seen.visit, stated=known.event.infusion_number) == number
        and (known.event.on == seen.on or seen.visit not in ("Unscheduled",))
        for known in state.logs.visits.held.get(seen.usubjid, [])
    )


# Asking


def visits_of(trial: Trial, *, on: date | None = None) -> tuple[date, tuple[Appointment, ...]]:
    """The calendar on a day, as known then."""
    day = on or trial.today()
    return day, calendar(trial.study, trial.state(on=on), on=day)


def labs_of(trial: Trial, *, usubjid: str = "", on: date | None = None) -> tuple[Suggestion, ...]:
    """The CTCAE grades that laboratory values suggest, of one person or of everybody."""
    state = trial.state(on=on)
    people = [usubjid] if usubjid else list(state.logs.visits.measurements)
    return tuple(one for who in people for one in suggestions(trial.study, state, usubjid=who))


def range_template(trial: Trial) -> str:
    """A CSV table to fill in with the ranges of a laboratory, one line a test of the protocol."""
    return written(RANGE_COLUMNS, ({"test": test.name.en, "unit": test.unit} for test in trial.study.laboratory))


def set_ranges(trial: Trial, path: Path, *, by: str, at: datetime | None = None) -> tuple[Record, ...]:
    """Record the ranges of a table; lines without a limit are left out."""
    complaints = Complaints()
    events: list[Event] = []
    for row in read_rows(path, columns=RANGE_COLUMNS, complaints=complaints):
        body: dict[str, Any] = {name: row.text(name) for name in ("laboratory", "test", "unit", "sex")}
        body |= {name: row.number(name) for name in ("lower", "upper", "age_from", "age_below")}
        if body["lower"] is None and body["upper"] is None:
            continue
        day = row.day("on")
        row.complain(day is not None, "on", allowed="is required: the first day the range holds")
        row.complain(body["sex"] in ("", "female", "male"), "sex", allowed="must be female, male or nothing")
        row.complain(bool(body["laboratory"]), "laboratory", allowed="is required")
        low, high = body["lower"], body["upper"]
        row.complain(low is None or high is None or low <= high, "upper", allowed="must not lie below the lower limit")
        if not complaints.findings:
            events.append(revive(LaboratoryRangeSet.kind, body | {"on": day and day.isoformat()}))
    complaints.raise_as(RecordError, f"{path.name} cannot be read; nothing was recorded")
    if not events:
        raise TrialError(f"{path.name} holds no limits; fill in lower, upper or both")
    return record_events(trial, events, by=by, at=at)
