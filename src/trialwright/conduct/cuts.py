"""The data behind a decision: frozen up to an entry, checked, hashed, with everything that was open listed.

A cut is kept by naming the last entry that belongs to it: the record is never changed, so the same data can be brought
back at any time, and two digests show that they are the same. Nothing that is open forbids a decision; it is listed,
in the cut, in the decision's record and in the report (inspectors' findings 3 to 5).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from trialwright.conduct import consistency
from trialwright.conduct.adverse_events import course
from trialwright.conduct.fold import fold
from trialwright.conduct.inconsistencies import POINTS as OF_EVENTS, inconsistencies
from trialwright.conduct.signatures import is_signed
from trialwright.conduct.state import Participant, TrialState
from trialwright.conduct.toxicity import Observed, computed_dlt, everyone
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import NotFound
from trialwright.vocabulary.events import CutPoint, DataCutFrozen
from trialwright.vocabulary.records import Record, canonical_json
from trialwright.vocabulary.words import Language, Text

POINTS: Mapping[str, Text] = {
    "query-open": Text(en="query {about} is open: {text}", fr="la question {about} est ouverte : {text}"),
    "in-window": Text(
        en="{about} is in the DLT window until {until}", fr="{about} est dans la fenêtre de DLT jusqu'au {until}"
    ),
    "not-infused": Text(en="{about} is enrolled and not infused yet", fr="{about} est inclus et pas encore perfusé"),
    "infusions-to-come": Text(
        en="{about} has had {given:g} of {planned:g} infusions; the DLT window is not over before the last one",
        fr="{about} a reçu {given:g} des {planned:g} perfusions ; la fenêtre de DLT court jusqu'après la dernière",
    ),
    "not-judged": Text(
        en="adverse event {about} (grade {grade:g}) of {usubjid}: whether it is dose-limiting waits for a judgement",
        fr="événement indésirable {about} (grade {grade:g}) de {usubjid} : une évaluation manque pour savoir "
        "s'il limite la dose",
    ),
    "not-adjudicated": Text(
        en="adverse event {about} of {usubjid} is dose-limiting by definition and not adjudicated",
        fr="événement indésirable {about} de {usubjid} : DLT selon la définition, non adjugé",
    ),
    "adjudicated-otherwise": Text(
        en="adverse event {about} of {usubjid}: adjudicated otherwise than the definition says",
        fr="événement indésirable {about} de {usubjid} : adjugé autrement que selon la définition",
    ),
    "eligibility-unconfirmed": Text(
        en="{about} was enrolled without confirmed eligibility", fr="{about} a été inclus sans éligibilité confirmée"
    ),
    "criterion-waived": Text(
        en="{about}: criterion {criterion} was waived: {reason}",
        fr="{about} : dérogation au critère {criterion} : {reason}",
    ),
    "waiver-not-signed": Text(
        en="{about}: the waiver of criterion {criterion} is not signed: {reason}",
        fr="{about} : la dérogation au critère {criterion} n'est pas signée : {reason}",
    ),
    "dose-outside-tolerance": Text(
        en="{about} received a dose outside the tolerance of level {level:g}",
        fr="{about} a reçu une dose hors de la tolérance du palier {level:g}",
    ),
    "not-evaluable": Text(
        en="{about} does not count for dose finding", fr="{about} ne compte pas pour la recherche de dose"
    ),
    "deviation": Text(en="major deviation {about}: {description}", fr="déviation majeure {about} : {description}"),
}


def freeze(study: Study, records: Sequence[Record], *, on: date) -> DataCutFrozen:
    """The cut of everything recorded so far, for a decision on this day; its number follows the last one."""
    state = fold(records, zone=study.identity.zone)
    return DataCutFrozen(
        cut=str(len(state.logs.oversight.cuts) + 1),
        on=on,
        upto=state.head.position,
        ledger_digest=state.head.digest,
        data_digest=data_digest(study, state, on=on),
        points=cut_points(study, state, on=on),
    )


def cut_named(state: TrialState, number: str) -> DataCutFrozen:
    """One frozen cut; NotFound names those there are."""
    cuts = state.logs.oversight.cuts
    if number not in cuts:
        there = ", ".join(cuts) or "none yet; freeze one with `trialwright cut`"
        raise NotFound(f"there is no data cut {number!r}; there is {there}")
    return cuts[number].event


def state_at(study: Study, records: Sequence[Record], *, cut: DataCutFrozen) -> TrialState:
    """The state as it was frozen."""
    return fold(records[: cut.upto], zone=study.identity.zone)


def data_as_seen(study: Study, state: TrialState, *, on: date) -> dict[str, Any]:
    """The data a dose decision rests on: one row a participant, in the order of enrolment, as plain values."""
    rows = [_row(one, state.participants[one.usubjid]) for one in everyone(study, state, on=on)]
    return {"protocol": study.digest, "on": on.isoformat(), "participants": rows}


def data_digest(study: Study, state: TrialState, *, on: date) -> str:
    """SHA-256 of those data, written canonically."""
    return hashlib.sha256(canonical_json(data_as_seen(study, state, on=on)).encode()).hexdigest()


def _row(one: Observed, participant: Participant) -> dict[str, Any]:
    names = ("usubjid", "assigned", "dose_level", "dlt", "complete", "evaluable", "backfill", "active")
    row: dict[str, Any] = {name: getattr(one, name) for name in names}
    row["window_ends"] = one.window_ends.isoformat() if one.window_ends else None
    row["follow_up"] = one.follow_up
    row["dlt_after"] = one.dlt_after
    row["infusions"] = [[known.event.on.isoformat(), known.event.dose_given] for known in participant.infusions]
    return row


def is_stale(study: Study, state: TrialState, *, cut: DataCutFrozen) -> bool:
    """Whether what has been recorded since the cut changes the data it froze."""
    return data_digest(study, state, on=cut.on) != cut.data_digest


# What is open


def cut_points(study: Study, state: TrialState, *, on: date) -> tuple[CutPoint, ...]:
    """Everything open, missing or unsettled in the data on a day, in a fixed order."""
    checks: tuple[Callable[..., Iterable[CutPoint]], ...] = (
        _queries,
        _people,
        _events,
        contradictions,
        _eligibility,
        _deviations,
    )
    return tuple(point for check in checks for point in check(study, state, on=on))


def said(point: CutPoint, language: Language) -> str:
    """A point in words; one of a newer version of this program by its code."""
    if point.code in consistency.TEXTS:
        return consistency.said(point, language)
    text = POINTS.get(point.code) or OF_EVENTS.get(point.code)
    values = {name: _readable(name, value) for name, value in point.values.items()}
    return f"{point.code}: {point.about}" if text is None else text.said(language, about=point.about, **values)


def _readable(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name == "until" else value


def _queries(study: Study, state: TrialState, *, on: date) -> Iterable[CutPoint]:
    for known in state.logs.oversight.open_queries:
        yield CutPoint(code="query-open", about=known.event.query, values={"text": known.event.text})


def _people(study: Study, state: TrialState, *, on: date) -> Iterable[CutPoint]:
    for one in everyone(study, state, on=on):
        if not one.evaluable:
            yield CutPoint(code="not-evaluable", about=one.usubjid, values={})
        elif one.window_ends is None:
            yield _to_come(study, state, one)
        elif on <= one.window_ends:
            yield CutPoint(code="in-window", about=one.usubjid, values={"until": one.window_ends.isoformat()})
        if not one.within_tolerance:
            values = {"level": float(one.dose_level)}
            yield CutPoint(code="dose-outside-tolerance", about=one.usubjid, values=values)


def _to_come(study: Study, state: TrialState, one: Observed) -> CutPoint:
    """Somebody whose last infusion is still to come, the first of them or a later one."""
    given = len(state.participants[one.usubjid].infusions)
    if given == 0:
        return CutPoint(code="not-infused", about=one.usubjid, values={})
    planned = study.dose_levels[one.assigned - 1].infusions
    return CutPoint(code="infusions-to-come", about=one.usubjid, values={"given": given, "planned": planned})


def _events(study: Study, state: TrialState, *, on: date) -> Iterable[CutPoint]:
    for number, known in state.adverse_events.items():
        computed = computed_dlt(study, state, known=known)
        judged = state.adjudications.get(number)
        of = {"usubjid": known.event.usubjid}
        if computed is None and judged is None:
            yield CutPoint(code="not-judged", about=number, values={"grade": float(course(state, known).worst), **of})
        elif computed is True and judged is None:
            yield CutPoint(code="not-adjudicated", about=number, values=of)
        elif judged is not None and judged.event.dlt is not computed:
            yield CutPoint(code="adjudicated-otherwise", about=number, values=of)


# Said of each adverse event by its own checks already.
OF_EVENTS_ALREADY = ("death-not-ended", "event-ends-before-it-begins")


def contradictions(study: Study, state: TrialState, *, on: date) -> Iterable[CutPoint]:
    """What does not go together in the record: of each adverse event, then of each person; nothing is said twice."""
    of_events = [one for one in inconsistencies(study, state, on=on) if one.code != "ae-dlt-otherwise"]
    late = {one.about for one in of_events if one.code == "ae-after-death"}
    yield from of_events
    for point in consistency.consistency(study, state):
        again = point.code == "event-after-death" and point.values["detail"] in late
        if point.code not in OF_EVENTS_ALREADY and not again:
            yield point


def _eligibility(study: Study, state: TrialState, *, on: date) -> Iterable[CutPoint]:
    if not study.guards("eligibility"):
        return
    for usubjid in state.participants:
        confirmed = state.logs.screening.confirmed(usubjid)
        if confirmed is None or not confirmed.event.eligible:
            yield CutPoint(code="eligibility-unconfirmed", about=usubjid, values={})
        for known in state.logs.screening.waivers.get(usubjid, []):
            code = "criterion-waived" if is_signed(study, state, known=known) else "waiver-not-signed"
            values = {"criterion": known.event.criterion, "reason": known.event.reason}
            yield CutPoint(code=code, about=usubjid, values=values)


def _deviations(study: Study, state: TrialState, *, on: date) -> Iterable[CutPoint]:
    for number, known in state.logs.oversight.deviations.items():
        if known.event.major:
            yield CutPoint(code="deviation", about=number, values={"description": known.event.description})
