"""Screening: consent and findings recorded, every criterion shown, eligibility confirmed, a criterion waived, enrolled.

The findings come from a CSV file generated from the criteria (`screening_template`) or a JSON file of the same facts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from trialwright.conduct import advise
from trialwright.conduct.asked_for import question_named
from trialwright.conduct.eligibility import Eligibility, eligibility
from trialwright.conduct.names import BESIDE_THE_CRITERIA, asked, same, title_of
from trialwright.conduct.units import parsed
from trialwright.protocol.eligibility import Comparison, Statement, Treatment
from trialwright.vocabulary.errors import Complaints, Finding, NotFound, RecordError, TrialError
from trialwright.vocabulary.events import (
    BaselineRecorded,
    EligibilityConfirmed,
    Event,
    ParticipantEnrolled,
    ParticipantScreened,
    ScreeningRecorded,
    Value,
    WaiverGranted,
)
from trialwright.vocabulary.records import Record, revive
from trialwright.vocabulary.words import Language, Text
from trialwright.workbench.recording import record_events
from trialwright.workbench.tables import Row, read_rows, written
from trialwright.workbench.trials import Trial

COLUMNS = (
    *("what", "name", "question", "value", "unit", "dose", "dose_unit", "duration", "duration_unit"),
    *("course", "route", "from_day", "to_day", "on", "source"),
)
FACT, TREATMENT, WEIGHT, HISTORY = "fact", "treatment", "weight", "history"
ROWS = (FACT, TREATMENT, WEIGHT, HISTORY)
DURATIONS = ("days", "weeks", "months", "years")
HISTORY_ASKED = Text(
    en="is the treatment history below complete? yes or no",
    fr="les antécédents de traitement ci-dessous sont-ils complets ? oui ou non",
)
TAKEN_ASKED = Text(en="taken: yes or no; {rule}", fr="pris : oui ou non ; {rule}")
WEIGHT_ASKED = Text(en="body weight", fr="poids")


def screening_template(trial: Trial, *, language: Language = "en") -> str:
    """A CSV table with a row for everything the criteria ask for, with its unit; to be filled in for one person."""
    section = trial.study.eligibility
    rules = asked(section)
    drugs = [rule for rule in rules if isinstance(rule, Treatment)]
    rows = [{"what": WEIGHT, "name": "weight", "question": WEIGHT_ASKED.said(language), "unit": "kg"}]
    for rule in rules:
        if not isinstance(rule, Treatment):
            unit = rule.unit if isinstance(rule, Comparison) else ""
            text = title_of(rule)
            question = text.said(language)
            rows.append({"what": FACT, "name": rule.key or text.en, "question": question, "unit": unit})
    if any("area" in parsed(limit.unit).powers for rule in drugs for limit in rule.dose):
        rows += [
            {"what": FACT, "name": text.en, "question": text.said(language), "unit": unit}
            for text, unit in BESIDE_THE_CRITERIA.items()
        ]
    rows += [{"what": HISTORY, "name": HISTORY, "question": HISTORY_ASKED.said(language)}] if drugs else []
    rows += [_drug_row(rule, language) for rule in drugs]
    return written(COLUMNS, rows)


def _drug_row(rule: Treatment, language: Language) -> dict[str, str]:
    question = TAKEN_ASKED.said(language, rule=rule)
    row = {"what": TREATMENT, "name": rule.key or rule.drug.en, "question": question}
    row |= {"dose_unit": rule.dose[0].unit} if rule.dose else {}
    row |= {"duration_unit": rule.duration.unit} if rule.duration else {}
    return row


def screen(
    trial: Trial,
    usubjid: str,
    *,
    by: str,
    consented_on: date | None = None,
    consent_version: str = "",
    facts: Path | None = None,
    on: date | None = None,
    at: datetime | None = None,
) -> tuple[Record, ...]:
    """Record that a person consented and is screened, what was found, or both; all of it, or none and every finding."""
    day = on or trial.day_of(at)
    events: list[Event] = []
    if consented_on is not None:
        events.append(
            ParticipantScreened(usubjid=usubjid, on=day, consented_on=consented_on, consent_version=consent_version)
        )
    if facts is not None:
        events.append(_found(trial, facts, usubjid=usubjid, on=day))
    if not events:
        raise TrialError(
            "there is nothing to record; give --consented DAY, --facts FILE, or both. "
            "`--template` writes the file to fill in, `--show` lists the criteria"
        )
    return record_events(trial, events, by=by, at=at)


def eligibility_of(trial: Trial, usubjid: str, *, on: date | None = None) -> Eligibility:
    """Every criterion for one person, as known now or at the end of a day."""
    state = trial.state(on=on)
    if usubjid not in state.logs.screening.screened:
        known = ", ".join(state.logs.screening.screened) or "nobody yet"
        raise NotFound(f"{usubjid} has not been screened; there is {known}")
    return eligibility(trial.study, state, usubjid=usubjid)


def confirm(
    trial: Trial,
    usubjid: str,
    *,
    by: str,
    eligible: bool = True,
    reason: str = "",
    on: date | None = None,
    at: datetime | None = None,
) -> Record:
    """Record an investigator's judgement of eligibility, with what the criteria give and which of them are waived."""
    known = eligibility_of(trial, usubjid)
    day = on or trial.day_of(at)
    if not eligible and not reason.strip():
        raise TrialError("a person judged not eligible needs a --reason")
    event = EligibilityConfirmed(
        usubjid=usubjid,
        on=day,
        eligible=eligible,
        computed=known.computed,
        waived=tuple(one.criterion.id for one in known.in_the_way if one.waiver is not None),
        reason=reason,
        findings_digest=known.digest,
    )
    return record_events(trial, [event], by=by, at=at)[0]


def waive(
    trial: Trial,
    usubjid: str,
    *,
    criterion: str,
    reason: str,
    by: str,
    on: date | None = None,
    at: datetime | None = None,
) -> Record:
    """Record that a criterion is set aside for one person, with a reason; it counts once it is signed."""
    day = on or trial.day_of(at)
    if not reason.strip():
        raise TrialError("a waiver needs a --reason")
    event = WaiverGranted(usubjid=usubjid, on=day, criterion=criterion, reason=reason)
    return record_events(trial, [event], by=by, at=at)[0]


def enrol(
    trial: Trial,
    usubjid: str,
    *,
    by: str,
    dose_level: int | None = None,
    backfill: bool = False,
    baseline: Mapping[str, Value] | None = None,
    on: date | None = None,
    at: datetime | None = None,
) -> Record:
    """Record an enrolment, at the level the protocol advises that day unless another is named, with characteristics."""
    day = on or trial.day_of(at)
    if dose_level is None:
        advice = advise(trial.study, trial.state(), on=day)
        if advice.dose_level == 0 or advice.action in ("wait", "stop"):
            raise TrialError(
                "the protocol advises to treat nobody for now (`trialwright advise` says why); "
                "name a --dose-level only where the committee decided otherwise"
            )
        dose_level = advice.dose_level
    events: list[Event] = [ParticipantEnrolled(usubjid=usubjid, on=day, dose_level=dose_level, backfill=backfill)]
    for name, value in (baseline or {}).items():
        events.append(BaselineRecorded(usubjid=usubjid, on=day, characteristic=name, value=value))
    return record_events(trial, events, by=by, at=at)[0]


# Reading what was found


def _found(trial: Trial, path: Path, *, usubjid: str, on: date) -> ScreeningRecorded:
    """The findings of a file: CSV made by ``screening_template``, or JSON with facts, treatments and weight_kg."""
    if path.suffix.casefold() == ".json":
        return _found_in_json(path, usubjid=usubjid, on=on)
    complaints = Complaints()
    rows = read_rows(path, columns=COLUMNS, complaints=complaints)
    for row in rows:
        row.complain(row.text("what") in ROWS, "what", allowed=f"must be one of {', '.join(ROWS)}")
    facts = _facts(trial, [row for row in rows if row.text("what") == FACT])
    treatments = _treatments(rows, complaints=complaints)
    weights = [row.number("value") for row in rows if row.text("what") == WEIGHT]
    for row in rows:
        if row.text("what") == WEIGHT:
            row.complain(row.text("unit") in ("", "kg"), "unit", allowed="must be kg")
    complaints.raise_as(RecordError, f"{path.name} cannot be read; nothing was recorded")
    body: dict[str, Any] = {"facts": facts, "treatments": treatments, "weight_kg": weights[-1] if weights else None}
    return _event(body, usubjid=usubjid, on=on)


def _event(body: Mapping[str, Any], *, usubjid: str, on: date) -> ScreeningRecorded:
    event = revive(ScreeningRecorded.kind, {**body, "usubjid": usubjid, "on": body.get("on", on.isoformat())})
    assert isinstance(event, ScreeningRecorded)
    return event


def _found_in_json(path: Path, *, usubjid: str, on: date) -> ScreeningRecorded:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise NotFound(f"{path} cannot be read as JSON ({error})") from error
    if not isinstance(body, dict):
        raise RecordError(f"{path.name} does not fit", [Finding("file", path.name, "must hold one object")])
    return _event(body, usubjid=usubjid, on=on)


def _facts(trial: Trial, rows: Iterable[Row]) -> dict[str, Any]:
    """The facts of the rows that were filled in, by name."""
    facts: dict[str, Any] = {}
    for row in rows:
        name = row.text("name")
        row.complain(bool(name), "name", allowed="is required")
        if not row.text("value"):
            continue
        row.complain(same(name) not in {same(known) for known in facts}, "name", allowed="stands here twice")
        statement = isinstance(question_named(trial.study.eligibility, name), Statement)
        value = row.truth("value") if statement else row.number("value")
        day = row.day("on")
        facts[name] = {
            "value": value,
            "unit": row.text("unit"),
            "on": day and day.isoformat(),
            "source": row.text("source"),
        }
    return facts


def _treatments(rows: Iterable[Row], *, complaints: Complaints) -> list[dict[str, Any]] | None:
    """The treatment history, where it is said to be complete; None where the file says nothing of treatments."""
    kept = tuple(rows)
    drugs = [row for row in kept if row.text("what") == TREATMENT]
    histories = [row for row in kept if row.text("what") == HISTORY]
    complete = any(row.truth("value") for row in histories)
    touched = [row for row in drugs if any(row.text(name) for name in ("value", "dose", "duration", "course"))]
    if not complete:
        allowed = "treatments count only as a complete history; answer the history row with yes"
        complaints.unless(not touched, "history", "no", allowed)
        return None
    taken = []
    for row in drugs:
        answer = row.truth("value")
        row.complain(answer is not None, "value", allowed="must say whether the drug was taken: yes or no")
        taken += [_taken(row)] if answer else []
    return taken


def _taken(row: Row) -> dict[str, Any]:
    first, last = row.day("from_day"), row.day("to_day")
    unit = row.text("duration_unit") or "days"
    row.complain(unit in DURATIONS, "duration_unit", allowed=f"must be one of {', '.join(DURATIONS)}")
    return {
        "drug": row.text("name"),
        "dose": row.number("dose"),
        "unit": row.text("dose_unit"),
        "duration": row.number("duration"),
        "duration_unit": unit,
        "course": row.truth("course"),
        "route": row.text("route"),
        "from_day": first and first.isoformat(),
        "to_day": last and last.isoformat(),
    }
