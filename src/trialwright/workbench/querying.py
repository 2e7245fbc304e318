"""Queries and deviations: raised, answered, closed, listed; each gets the next number of its kind."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal, final

from trialwright.conduct.state import Known, TrialState
from trialwright.vocabulary.events import DeviationRecorded, Event, QueryAnswered, QueryClosed, QueryRaised
from trialwright.vocabulary.records import Record, revive
from trialwright.workbench.recording import record_events
from trialwright.workbench.trials import Trial


@final
@dataclass(frozen=True, slots=True)
class QueryState:
    """A query as it stands."""

    query: str
    on: date
    text: str
    about: str
    state: Literal["open", "answered", "closed"]
    answer: str  # the last one
    position: int  # of the entry that brought it here

    def as_data(self) -> dict[str, Any]:
        """The query as plain values."""
        return {**asdict(self), "on": self.on.isoformat()}


def raise_query(
    trial: Trial,
    *,
    text: str,
    usubjid: str = "",
    position: int | None = None,
    field: str = "",
    by: str,
    at: datetime | None = None,
) -> QueryState:
    """Raise a query under the next number."""
    number = str(len(trial.state().logs.oversight.queries) + 1)
    facts = {"query": number, "text": text, "usubjid": usubjid, "position": position, "field": field}
    return _recorded(trial, QueryRaised, facts=facts, by=by, at=at)


def answer_query(trial: Trial, *, query: str, text: str, by: str, at: datetime | None = None) -> QueryState:
    """Answer a query."""
    return _recorded(trial, QueryAnswered, facts={"query": query, "text": text}, by=by, at=at)


def close_query(trial: Trial, *, query: str, reason: str = "", by: str, at: datetime | None = None) -> QueryState:
    """Close a query."""
    return _recorded(trial, QueryClosed, facts={"query": query, "reason": reason}, by=by, at=at)


def queries(trial: Trial, *, on: date | None = None) -> tuple[QueryState, ...]:
    """Every query, in the order in which they were raised."""
    state = trial.state(on=on)
    return tuple(_query(state, known) for known in state.logs.oversight.queries.values())


def record_deviation(
    trial: Trial,
    *,
    category: str,
    description: str,
    major: bool,
    usubjid: str = "",
    action: str = "",
    on: date | None = None,
    by: str,
    at: datetime | None = None,
) -> Record:
    """Record a deviation under the next number."""
    facts = {
        "deviation": str(len(trial.state().logs.oversight.deviations) + 1),
        "on": (on or trial.day_of(at)).isoformat(),
        "category": category,
        "description": description,
        "major": major,
        "usubjid": usubjid,
        "action": action,
    }
    return record_events(trial, [revive(DeviationRecorded.kind, facts)], by=by, at=at)[0]


def _recorded(trial: Trial, kind: type[Event], *, facts: dict[str, Any], by: str, at: datetime | None) -> QueryState:
    event = revive(kind.kind, {"on": trial.day_of(at).isoformat(), **facts})
    written = record_events(trial, [event], by=by, at=at)[0]
    state = trial.state()
    asked = _query(state, state.logs.oversight.queries[str(facts["query"])])
    assert asked.position == written.position
    return asked


def _query(state: TrialState, known: Known[QueryRaised]) -> QueryState:
    log, number = state.logs.oversight, known.event.query
    answers, closing = log.answers.get(number, []), log.closings.get(number)
    last = max([known, *answers, *([closing] if closing else [])], key=lambda one: one.position)
    entry = f"#{known.event.position}" if known.event.position else ""
    about = " ".join(filter(None, [known.event.usubjid, entry, known.event.field]))
    return QueryState(
        query=number,
        on=known.event.on,
        text=known.event.text,
        about=about,
        state="closed" if closing else "answered" if answers else "open",
        answer=answers[-1].event.text if answers else "",
        position=last.position,
    )
