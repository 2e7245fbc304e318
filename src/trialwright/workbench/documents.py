"""Documents made from a trial or its protocol, each in one call: text, checklists, and where they are written."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from trialwright.analysis import Case, case_of
from trialwright.analysis.board import board
from trialwright.analysis.registry import RegistryResults, registry_results
from trialwright.conduct.clocks import clocks_page
from trialwright.conduct.cuts import cut_points
from trialwright.protocol import read_protocol
from trialwright.report import Document, Written, write_report
from trialwright.report.documents.board_pack import BoardPack, board_document
from trialwright.report.documents.checklists import Checklist
from trialwright.report.documents.consort import consort_checklist
from trialwright.report.documents.findings import Findings
from trialwright.report.documents.lay_summary import lay_summary
from trialwright.report.documents.listings import listings_document
from trialwright.report.documents.operating import Foreseen
from trialwright.report.documents.protocol_section import protocol_document
from trialwright.report.documents.registry import registry_document
from trialwright.report.documents.spirit import spirit_checklist
from trialwright.report.documents.trial_report import trial_report
from trialwright.report.registries import REGISTRIES
from trialwright.vocabulary.errors import NotFound, Refused
from trialwright.vocabulary.words import Language, Text
from trialwright.workbench.characteristics import operating_characteristics
from trialwright.workbench.deciding import ahead_of
from trialwright.workbench.trials import PROTOCOL_FILE, Trial, reach_trial

NAME = "trialwright"
MEETING_LATER = Text(
    en="the last meeting ({since}) cannot be after the day of the pack ({on}); name an earlier --since",
    fr="la dernière réunion ({since}) ne peut suivre le jour du dossier ({on}) ; nommez un --since antérieur",
)


def protocol_section(path: Path, *, with_operating: bool = False) -> Document:
    """The dose-escalation section of a protocol, with the SPIRIT-DEFINE checklist, from a protocol file.

    ``with_operating``: with exact operating characteristics under a scenario for every level on target. Refused for a
    design that cannot be walked; ProtocolError with every finding of the file.
    """
    study = read_protocol(path)
    foreseen = operating_characteristics(path) if with_operating else None
    return protocol_document(study, foreseen, software=NAME, version=version(NAME))


def checklist_of(target: Path, *, on: date | None = None) -> Checklist:
    """CONSORT-DEFINE of the trial in a folder, on a day; SPIRIT-DEFINE of a protocol file."""
    if target.is_dir():
        with reach_trial(target) as trial:
            case = case_on(trial, on)
            document = trial_report(case, software=NAME, version=version(NAME))
            return consort_checklist(Findings.of(case), document.sections)
    return spirit_checklist(read_protocol(target), with_operating=False)


def board_pack(trial: Trial, *, on: date | None = None, since: date | None = None) -> Document:
    """What the safety board needs on a day, by what was known then; the same day gives the same bytes for ever.

    ``since``: the day of the board's last meeting; the last dose decision before the day, where none is named.
    """
    case = case_on(trial, on)
    study, state = case.study, case.state
    if since is not None and since > case.on:
        raise Refused(MEETING_LATER, {"since": since, "on": case.on})
    pack = BoardPack(
        case=case,
        board=board(case, since=since),
        findings=Findings.of(case),
        page=clocks_page(study, state, on=case.on),
        points=cut_points(study, state, on=case.on),
        pathways=ahead_of(trial, state, on=case.on),
    )
    return board_document(pack, software=NAME, version=version(NAME))


def listings(trial: Trial, *, on: date | None = None) -> Document:
    """The listings of ICH E3 16.2, with narratives of deaths and serious events, as known on a day."""
    return listings_document(Findings.of(case_on(trial, on)), software=NAME, version=version(NAME))


def plain_summary(trial: Trial, *, on: date | None = None) -> Document:
    """The summary of a trial in plain words, from its own numbers, as known on a day."""
    return lay_summary(Findings.of(case_on(trial, on)), software=NAME, version=version(NAME))


def results_for_registries(trial: Trial, *, on: date | None = None) -> RegistryResults:
    """What registries are told of a trial, as known on a day."""
    return registry_results(case_on(trial, on))


def registry_as_document(results: RegistryResults) -> Document:
    """The results to read: flow, baseline, outcomes, three tables of adverse events, what is not covered."""
    return registry_document(results, software=NAME, version=version(NAME))


def registry_as_data(results: RegistryResults, registry: str) -> dict[str, Any]:
    """The results in the shape of a registry, ``clinicaltrials.gov`` or ``eudract``; NotFound for another."""
    if registry not in REGISTRIES:
        raise NotFound(f"{registry!r} is not a registry of this program; there is {', '.join(REGISTRIES)}")
    return REGISTRIES[registry](results)


def foreseen_of(trial: Trial) -> Foreseen:
    """The operating characteristics of a trial's own protocol."""
    return operating_characteristics(trial.folder / PROTOCOL_FILE)


def case_on(trial: Trial, on: date | None) -> Case:
    """The trial at a data cut: what was known at the end of a day; today where none is named."""
    day = on or trial.today()
    return case_of(trial.study, trial.state(on=day), on=day)


def write_documents(document: Document, out: Path, *, language: Language) -> Written:
    """A document in every format in a folder; an earlier one there is replaced."""
    return write_report(document, out, language=language)
