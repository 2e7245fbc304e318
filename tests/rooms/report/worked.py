"""The report of a worked trial, from its published events, without writing a file of it."""

from __future__ import annotations

from pathlib import Path

from trials import PROTOCOLS
from trialwright.analysis import case_of
from trialwright.conduct.offers import read_offers
from trialwright.report import Document
from trialwright.report.documents.trial_report import trial_report
from trialwright.workbench import open_trial
from trialwright.workbench.recording import record_offers


def worked(name: str, folder: Path) -> Document:
    """The document of the worked trial of this name; its ledger is made in the folder."""
    source = PROTOCOLS / name
    offers = read_offers((source / "events.jsonl").read_text("utf-8"))
    trial = open_trial(source / "protocol.toml", folder, by="reconstruction", at=offers[0].at)
    record_offers(trial, offers, by="reconstruction")
    case = case_of(trial.study, trial.state(), on=trial.today())
    trial.ledger.close()
    return trial_report(case, software="trialwright", version="0")
