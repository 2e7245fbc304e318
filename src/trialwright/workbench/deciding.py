"""The dose decision: taken on frozen data, with the pathways ahead; and its record as a document."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path

from trialwright.conduct import TrialState, advise, fold
from trialwright.conduct.cuts import data_as_seen, state_at
from trialwright.conduct.known import Known
from trialwright.conduct.offers import decided
from trialwright.conduct.signatures import ToSign, given_signatures, missing_signatures
from trialwright.operating.pathways import Pathways, pathways
from trialwright.protocol import Study
from trialwright.report import Document, render_pdf, table_csv
from trialwright.report.documents.decision_record import DecisionRecord, decision_document
from trialwright.report.documents.pathways import long_table
from trialwright.vocabulary.errors import NotFound, Refused, TrialError
from trialwright.vocabulary.events import (
    DoseDecided,
)
from trialwright.vocabulary.records import Record
from trialwright.vocabulary.words import Language
from trialwright.workbench.cutting import advise_on_cut
from trialwright.workbench.files import write_file
from trialwright.workbench.recording import record_events
from trialwright.workbench.trials import Trial

COHORTS_AHEAD = 1  # of the dose-transition pathways kept with a decision


def decide_trial(
    trial: Trial, *, dose_level: int | None, reason: str, by: str, cut: str = "", at: datetime | None = None
) -> Record:
    """Record what people decided today, beside what was advised: endorsed when the two agree.

    Where the record itself guards decisions, they rest on a frozen ``cut``, the last one where none is named.
    ``dose_level`` None endorses the advice; 0 decides not to treat. A departure needs its reason.
    """
    on = trial.day_of(at)
    levels = len(trial.study.dosing.amounts)
    if dose_level is not None and not 0 <= dose_level <= levels:
        raise TrialError(
            f"dose level {dose_level} does not exist; the protocol declares 1 to {levels}, and 0 means no treatment"
        )
    seen = advise_on_cut(trial, cut) if cut or trial.study.guards("decision") else None
    ahead = ahead_of(trial, seen.state, on=seen.cut.on) if seen else None
    event = decided(
        trial.study,
        seen.state if seen else trial.state(),
        on=on,
        dose_level=dose_level,
        reason=reason or "-",
        decided_by=by,
        cut=seen.cut if seen else None,
        pathways_digest=pathways_digest(ahead) if ahead else "",
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
    ahead = ahead_of(trial, frozen, on=day)
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


def ahead_of(trial: Trial, frozen: TrialState, *, on: date) -> Pathways | None:
    """The pathways of the next cohort from a state; None where there is nothing to list."""
    try:
        return pathways(trial.study, cohorts=COHORTS_AHEAD, state=frozen, on=on)
    except Refused:
        return None


def pathways_digest(ahead: Pathways) -> str:
    """SHA-256 of the pathways as the table that is kept with a decision."""
    return hashlib.sha256(table_csv(long_table(ahead), language="en").encode()).hexdigest()
