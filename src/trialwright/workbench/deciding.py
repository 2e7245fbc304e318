"""From data to a decision: freeze a cut, advise on it, decide, ask the gate, close enrolment, lock the data."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import final

from trialwright.conduct import TrialState, advise, fold
from trialwright.conduct.cuts import cut_named, cut_points, data_as_seen, freeze, said, state_at
from trialwright.conduct.fold import known_of
from trialwright.conduct.gate import Gate, next_gate
from trialwright.conduct.known import Known
from trialwright.conduct.offers import decided
from trialwright.conduct.signatures import ToSign, given_signatures, missing_signatures
from trialwright.operating.pathways import Pathways, pathways
from trialwright.protocol import Study
from trialwright.report import Document, render_pdf, table_csv
from trialwright.report.documents.decision_record import DecisionRecord, decision_document
from trialwright.report.documents.pathways import long_table
from trialwright.vocabulary.decisions import Decision
from trialwright.vocabulary.errors import NotFound, Refused, TrialError
from trialwright.vocabulary.events import (
    CutPoint,
    DataCutFrozen,
    DataLocked,
    DataUnlocked,
    DoseDecided,
    EnrolmentClosed,
    Role,
)
from trialwright.vocabulary.records import Record, revive
from trialwright.vocabulary.words import Language
from trialwright.workbench.files import write_file
from trialwright.workbench.recording import record_events
from trialwright.workbench.trials import Trial

COHORTS_AHEAD = 1  # of the dose-transition pathways kept with a decision


@final
@dataclass(frozen=True, slots=True)
class OnCut:
    """What is advised on frozen data."""

    cut: DataCutFrozen
    advice: Decision
    pathways: Pathways | None  # None: there is nothing ahead, or too much to list


def freeze_cut(trial: Trial, *, by: str, at: datetime | None = None) -> Record:
    """Freeze the data as they stand: checked, hashed, with everything open listed in the entry."""
    on = _day(trial, at)
    cut = freeze(trial.study, trial.records(), on=on)
    return record_events(trial, [cut], by=by, at=at, computed=True)[0]


def advise_on_cut(trial: Trial, number: str = "") -> OnCut:
    """What the protocol advises on a frozen cut, the last one where none is named, and what may come next."""
    records = trial.records()
    state = trial.state()
    cut = cut_named(state, number or next(reversed(state.logs.oversight.cuts), ""))
    frozen = state_at(trial.study, records, cut=cut)
    return OnCut(cut, advise(trial.study, frozen, on=cut.on), _ahead(trial, frozen, on=cut.on))


def decide_trial(
    trial: Trial, *, dose_level: int | None, reason: str, by: str, cut: str = "", at: datetime | None = None
) -> Record:
    """Record what people decided today, beside what was advised: endorsed when the two agree.

    Where the record itself guards decisions, they rest on a frozen ``cut``, the last one where none is named.
    ``dose_level`` None endorses the advice; 0 decides not to treat. A departure needs its reason.
    """
    on = _day(trial, at)
    levels = len(trial.study.dosing.amounts)
    if dose_level is not None and not 0 <= dose_level <= levels:
        raise TrialError(
            f"dose level {dose_level} does not exist; the protocol declares 1 to {levels}, and 0 means no treatment"
        )
    seen = advise_on_cut(trial, cut) if cut or trial.study.guards("decision") else None
    event = decided(
        trial.study,
        trial.state() if seen is None else state_at(trial.study, trial.records(), cut=seen.cut),
        on=on,
        dose_level=dose_level,
        reason=reason or "-",
        decided_by=by,
        cut=seen.cut if seen else None,
        pathways_digest=pathways_digest(seen.pathways) if seen and seen.pathways else "",
    )
    if not event.endorsed and not reason.strip():
        raise TrialError(
            f"level {event.dose_level} departs from the advice (level {event.advised_dose_level}); "
            "a departure needs --reason"
        )
    return record_events(trial, [event], by=by, at=at, computed=True)[0]


def decision_record(trial: Trial, position: int | None = None) -> Document:
    """The record of a dose decision, the last one where no entry is named: data, advice, pathways, signatures.

    NotFound when the entry is no decision.
    """
    records, state = trial.records(), trial.state()
    known = _decision_at(state, position)
    cuts = state.logs.oversight.cuts
    cut = cuts[known.event.cut].event if known.event.cut in cuts else None
    frozen = (
        state_at(trial.study, records, cut=cut) if cut else _fold_before(trial.study, records, position=known.position)
    )
    day = cut.on if cut else known.event.on
    ahead = _ahead(trial, frozen, on=day)
    kept = known.event.pathways_digest
    record = DecisionRecord(
        study=trial.study,
        known=known,
        cut=cut,
        data=data_as_seen(trial.study, frozen, on=day)["participants"],
        advice=advise(trial.study, frozen, on=day),
        pathways=ahead,
        pathways_same=not kept or ahead is None or pathways_digest(ahead) == kept,
        signing=ToSign(
            known, given_signatures(state, known=known), missing_signatures(trial.study, state, known=known)
        ),
        head=state.head,
        rehearsal=state.is_rehearsal,
    )
    return decision_document(record, software="trialwright", version=version("trialwright"))


def write_document(document: Document, path: Path, *, language: Language) -> None:
    """A document as a PDF file."""
    write_file(path, render_pdf(document, language=language))


def _decision_at(state: TrialState, position: int | None) -> Known[DoseDecided]:
    found = [known for known in state.decisions if position in (None, known.position)]
    if not found:
        there = ", ".join(str(known.position) for known in state.decisions) or "none yet"
        raise NotFound(f"entry {position or ''} is no dose decision; there are decisions in entries: {there}")
    return found[-1]


def _fold_before(study: Study, records: Sequence[Record], *, position: int) -> TrialState:
    """The state just before an entry."""
    return fold(records[: position - 1], zone=study.identity.zone)


def _ahead(trial: Trial, frozen: TrialState, *, on: date) -> Pathways | None:
    try:
        return pathways(trial.study, cohorts=COHORTS_AHEAD, state=frozen, on=on)
    except Refused:
        return None


def pathways_digest(ahead: Pathways) -> str:
    """SHA-256 of the pathways as the table that is kept with a decision."""
    return hashlib.sha256(table_csv(long_table(ahead), language="en").encode()).hexdigest()


def gate_of(trial: Trial, *, on: date | None = None) -> Gate:
    """Whether the next participant may be treated on a day, at which level, and why or why not."""
    day = on or trial.today()
    return next_gate(trial.study, trial.state(on=day), on=day)


def still_to_sign(trial: Trial, position: int) -> tuple[Role, ...]:
    """The roles that have to sign an entry before it counts; none where nothing is signed here."""
    record = next(trial.ledger.read(after=position - 1))
    known = known_of(record, record.event, zone=trial.study.identity.zone)
    return missing_signatures(trial.study, trial.state(), known=known)


def point_said(point: CutPoint, language: Language) -> str:
    """A point that was open when data were cut, in words."""
    return said(point, language)


def close_enrolment(
    trial: Trial,
    *,
    who: str,
    informative: bool,
    reason: str,
    on: date | None = None,
    by: str,
    at: datetime | None = None,
) -> Record:
    """Nobody else is enrolled from that day on; whether the reason has to do with the data goes into every analysis.

    ``who`` closed it: sponsor, board, investigator, recruitment, rule or planned. ``on``: today, where none is given.
    """
    facts = {"on": (on or _day(trial, at)).isoformat(), "by": who, "informative": informative, "reason": reason}
    return record_events(trial, [revive(EnrolmentClosed.kind, facts)], by=by, at=at)[0]


def lock_data(trial: Trial, *, reason: str, by: str, at: datetime | None = None, with_open: bool = False) -> Record:
    """The data are final. What is open is listed in the entry, and refuses the lock unless ``with_open``."""
    on = _day(trial, at)
    points = cut_points(trial.study, trial.state(), on=on)
    asked = [point for point in points if point.code == "query-open"]
    if asked and not with_open:
        raise TrialError(
            f"{len(asked)} queries are open ({', '.join(point.about for point in asked)}); close them, "
            "or lock with --with-open and a reason that says why"
        )
    locked = DataLocked(on=on, reason=reason, points=points)
    return record_events(trial, [locked], by=by, at=at, computed=True)[0]


def unlock_data(trial: Trial, *, reason: str, by: str, at: datetime | None = None) -> Record:
    """The data may be changed again, for a reason that stays in the record."""
    return record_events(trial, [DataUnlocked(on=_day(trial, at), reason=reason)], by=by, at=at)[0]


def _day(trial: Trial, at: datetime | None) -> date:
    return trial.moment(at).astimezone(trial.study.identity.zone).date()
