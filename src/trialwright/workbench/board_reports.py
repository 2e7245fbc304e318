"""The closed and the open report of a frozen cut: the same document, with the sealed list opened or without it."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from trialwright.analysis import Case, case_of
from trialwright.conduct.cuts import cut_named, state_at
from trialwright.ledger.sealing import Key
from trialwright.report import Written, write_report
from trialwright.report.documents.board_report import board_report
from trialwright.vocabulary.events import DataCutFrozen
from trialwright.vocabulary.words import Language
from trialwright.workbench.randomising import outside
from trialwright.workbench.sealed_lists import checked_key
from trialwright.workbench.trials import Trial
from trialwright.workbench.unblinding import allocation


def open_report(trial: Trial, out: Path, *, cut: str = "", language: Language = "en") -> Written:
    """Disposition and adverse events of everybody together, on a frozen cut, the last one where none is named."""
    frozen, case = _case(trial, cut)
    return _write(case, out, cut=frozen, closed=False, language=language)


def closed_report(
    trial: Trial,
    out: Path,
    *,
    key: Key,
    cut: str = "",
    by: str,
    at: datetime | None = None,
    language: Language = "en",
) -> Written:
    """The same by arm: UNBLINDED on each page, written outside the trial's folder, after an entry says so."""
    outside(trial, out)
    checked_key(trial, key)
    frozen, case = _case(trial, cut)
    arms = allocation(trial, key, purpose="closed report", by=by, at=at, cut=frozen.cut)
    opened = Case(case.study, case.state, case.on, case.observed, arms)
    return _write(opened, out, cut=frozen, closed=True, language=language)


def _case(trial: Trial, cut: str) -> tuple[DataCutFrozen, Case]:
    records, state = trial.records(), trial.state()
    frozen = cut_named(state, cut or next(reversed(state.logs.oversight.cuts), ""))
    return frozen, case_of(trial.study, state_at(trial.study, records, cut=frozen), on=frozen.on)


def _write(case: Case, out: Path, *, cut: DataCutFrozen, closed: bool, language: Language) -> Written:
    document = board_report(case, closed=closed, cut=cut.cut, software="trialwright", version=version("trialwright"))
    return write_report(document, out, language=language)
