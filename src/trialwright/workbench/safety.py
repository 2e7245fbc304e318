"""Adverse events and clocks: reported, followed, judged, coded, adjudicated, told to authorities; as they stand."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, final

from trialwright.conduct.adverse_events import Course, courses
from trialwright.conduct.aids import RELATED, crs, icans, naranjo, who_umc
from trialwright.conduct.clocks import Page, clocks_page
from trialwright.conduct.dose_limiting import DoseLimiting, dose_limiting
from trialwright.conduct.inconsistencies import inconsistencies
from trialwright.conduct.offers import Offer, entries_from
from trialwright.protocol import Study
from trialwright.vocabulary.errors import MISSING, Complaints, NotFound, ParameterError, RecordError
from trialwright.vocabulary.events import (
    AdverseEventCoded,
    AdverseEventFollowed,
    AdverseEventReported,
    CausalityAssessed,
    CutPoint,
    DltAdjudicated,
    Event,
    ExpectednessAssessed,
    SafetyReportSent,
)
from trialwright.vocabulary.records import Record, revive
from trialwright.workbench.recording import record_events, record_offers
from trialwright.workbench.safety_files import UNKNOWN, columns, read_facts
from trialwright.workbench.trials import Trial

Verb = Literal["report", "follow", "judge", "expect", "code", "adjudicate", "sent"]
VERBS: Mapping[Verb, type[Event]] = {
    "report": AdverseEventReported,
    "follow": AdverseEventFollowed,
    "judge": CausalityAssessed,
    "expect": ExpectednessAssessed,
    "code": AdverseEventCoded,
    "adjudicate": DltAdjudicated,
    "sent": SafetyReportSent,
}
Facts = Mapping[str, Any]
AIDS = ("naranjo", "who-umc", "crs", "icans")


@final
@dataclass(frozen=True, slots=True)
class AdverseEventNow:
    """One adverse event as it stands."""

    course: Course
    limiting: DoseLimiting


@final
@dataclass(frozen=True, slots=True)
class AdverseEvents:
    """Every adverse event on a day, and what does not go together."""

    events: tuple[AdverseEventNow, ...]
    points: tuple[CutPoint, ...]


def adverse_events(trial: Trial, *, on: date | None = None) -> AdverseEvents:
    """Every adverse event as it stood on a day, by what was known then."""
    state, day = trial.state(on=on), on or trial.today()
    listed = tuple(
        AdverseEventNow(one, dose_limiting(trial.study, state, known=one.known, on=day))
        for one in courses(state, on=day)
    )
    return AdverseEvents(listed, inconsistencies(trial.study, state, on=day))


def clocks(trial: Trial, *, on: date | None = None) -> Page:
    """Every clock of the trial on a day, by what was known then."""
    return clocks_page(trial.study, trial.state(on=on), on=on or trial.today())


def record_safety(trial: Trial, verb: Verb, *, facts: Facts, by: str, at: datetime | None = None) -> Record:
    """Record one thing about an adverse event.

    A report without a number gets the next one, an entry without a day that of its recording. RecordError holds every
    finding.
    """
    given = _given(trial, verb, facts=facts, taken=0, at=at)
    return record_events(trial, [revive(VERBS[verb].kind, given)], by=by, at=at)[0]


def record_safety_file(
    trial: Trial, verb: Verb, *, path: Path, by: str, at: datetime | None = None, also: Facts | None = None
) -> tuple[Record, ...]:
    """Record the lines of a CSV file, all or none; ``also`` fills the cells that are empty.

    RecordError holds every finding, by line and column; NotFound says that the file cannot be read.
    """
    complaints = Complaints()
    rows = read_facts(path, kind=VERBS[verb], known=columns(trial.study, VERBS[verb]), complaints=complaints)
    offers: list[Offer] = []
    for line, facts in rows:
        filled = {**(also or {}), **facts}
        each = _spread(trial, filled, place=f"line {line}", complaints=complaints) if verb == "code" else [filled]
        for one in each:
            body = _given(trial, verb, facts=one, taken=len(offers), at=at)
            offers.append(Offer(line=line, kind=VERBS[verb].kind, body=body))
    if complaints.findings:
        _add_what_does_not_fit(trial, offers, complaints=complaints, by=by, at=trial.moment(at))
        complaints.raise_as(RecordError, f"{path.name} cannot be recorded; nothing was recorded")
    return record_offers(trial, offers, by=by, at=trial.moment(at))


def _add_what_does_not_fit(
    trial: Trial, offers: Sequence[Offer], *, complaints: Complaints, by: str, at: datetime
) -> None:
    """The findings of the trial beside those of the file, so that all of them come at once."""
    try:
        entries_from(trial.study, trial.records(), offers=offers, by=by, at=at)
    except RecordError as error:
        complaints.add(error.findings)


def _given(trial: Trial, verb: Verb, *, facts: Facts, taken: int, at: datetime | None) -> dict[str, Any]:
    """The facts that were given, with a number and a day where they had none."""
    given = {name: value for name, value in facts.items() if value not in (None, "", ())}
    if "on" not in given and verb != "report":
        given["on"] = trial.day_of(at).isoformat()
    if verb == "judge" and "related" not in given and given.get("causality") in RELATED:
        given["related"] = RELATED[given["causality"]]
    if given.get("related", UNKNOWN if verb == "report" else True) == UNKNOWN:
        given["related"] = None
    if "ae" not in given and verb == "report":
        numbers = trial.state().adverse_events
        free = (f"AE-{number}" for number in itertools.count(1) if f"AE-{number}" not in numbers)
        given["ae"] = next(itertools.islice(free, taken, None))
    return given


def _spread(trial: Trial, facts: Facts, *, place: str, complaints: Complaints) -> Sequence[Facts]:
    """A code given for a reported term, once for every event of that term."""
    bare = {name: value for name, value in facts.items() if name != "term"}
    if facts.get("ae") or not facts.get("term"):
        return [bare]
    wanted = str(facts["term"]).strip().casefold()
    events = [known.event for known in trial.state().adverse_events.values()]
    alike = [event.ae for event in events if event.term.casefold() == wanted]
    complaints.unless(bool(alike), f"{place}.term", facts["term"], "is not the reported term of any event")
    return [{**bare, "ae": number} for number in alike]


def safety_template(study: Study, verb: Verb) -> str:
    """The first line of a CSV file to fill in: the columns that this protocol asks for."""
    return ",".join(columns(study, VERBS[verb])) + "\n"


def aid(name: str, answers: Mapping[str, str], *, treated: bool = False, died: bool = False) -> Any:
    """What an aid to a judgement suggests: naranjo, who-umc, crs or icans; nothing is recorded.

    NotFound when there is no such aid; ParameterError names what cannot be read.
    """
    if name == "naranjo":
        return naranjo(answers)
    if name == "who-umc":
        return who_umc(answers)
    if name == "crs":
        return crs(answers, treated=treated, died=died)
    if name != "icans":
        raise NotFound(f"there is no aid {name!r}; there is {', '.join(AIDS)}")
    ice = answers.get("ice")
    complaints = Complaints()
    complaints.unless(ice is None or ice.isdigit(), "ice", ice or MISSING, "must be a whole number from 0 to 10")
    complaints.raise_as(ParameterError, "the ICANS grade cannot be answered like this")
    others = {question: answer for question, answer in answers.items() if question != "ice"}
    return icans(others, ice=None if ice is None else int(ice), died=died)
