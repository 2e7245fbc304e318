"""The worked trials: opened, filled from the published reconstruction, decided, analysed and reported in one go."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import final

from trialwright.conduct.offers import read_offers
from trialwright.planning.belief import Assured
from trialwright.planning.outlook import Outlook
from trialwright.report import Written
from trialwright.vocabulary.errors import NotFound, TrialError
from trialwright.vocabulary.records import Head
from trialwright.vocabulary.words import LANGUAGES, Language, Text
from trialwright.workbench.asking import Status, status
from trialwright.workbench.keeping import verify_trial
from trialwright.workbench.planning import assure_plan, plan_trial, write_plan_report
from trialwright.workbench.recording import record_offers
from trialwright.workbench.reporting import report_trial
from trialwright.workbench.trials import LEDGER_FILE, Trial, open_trial, reach_trial

DEMOS = ("msc-sle", "kamen-2022")
PLANS = {"msc-sle-rct": "msc-sle"}  # a plan, and the trial whose record it is assured by
REHEARSAL = "rehearsal.sh"  # beside the plan and its protocol
Progress = Callable[[Text, int, int], None]  # what is being done, how much of it is done, how much there is

OPENING = Text(en="Opening the trial from its protocol", fr="Ouverture de l'essai à partir du protocole")
RECORDING = Text(
    en="Recording the published course, event by event",
    fr="Enregistrement du déroulement publié, événement par événement",
)
VERIFYING = Text(en="Verifying the digest chain", fr="Vérification de la chaîne d'empreintes")
PLANNING = Text(en="Sizing the plan, averaging over belief", fr="Calcul du plan, moyenne sur la croyance")
REPORTING = Text(en="Analysing and writing the report", fr="Analyse et rédaction du rapport")


@final
@dataclass(frozen=True, slots=True)
class Demonstration:
    """Where everything lies, and how the trial stands."""

    folder: Path
    status: Status
    head: Head
    written: Written  # in the language asked for
    others: tuple[Written, ...]  # in the other languages


@final
@dataclass(frozen=True, slots=True)
class PlannedDemonstration:
    """Where everything lies, and what the plan says."""

    name: str
    folder: Path
    outlook: Outlook
    assured: Assured
    written: Written  # in the language asked for
    others: tuple[Written, ...]

    @property
    def next_steps(self) -> tuple[str, str]:
        """The commands that come next: simulate the trial that was planned, and rehearse it."""
        return (
            f"trialwright simulate-rct {shlex.quote(str(self.folder / 'plan.toml'))}",
            f"cd {shlex.quote(str(protocols_folder() / self.name))} && bash {REHEARSAL}",
        )


def protocols_folder() -> Path:
    """The worked protocols: inside the installed package, or beside ``src`` in a checkout."""
    packaged = Path(str(files("trialwright"))) / "_protocols"
    checkout = Path(str(files("trialwright"))).parents[1] / "protocols"
    for folder in (packaged, checkout):
        if folder.is_dir():
            return folder
    raise NotFound("the worked protocols are not installed; run from a checkout, or install the wheel")


def demonstrate(name: str, out: Path, *, language: Language, progress: Progress) -> Demonstration:
    """Run a worked trial from its protocol to its report, in a new folder; running it again replaces that folder.

    Raises NotFound for an unknown name, TrialError when the folder holds something else.
    """
    if name not in DEMOS:
        raise NotFound(f"there is no worked trial {name!r}; there is {', '.join((*DEMOS, *PLANS))}")
    _clear(out)
    head = _recorded(name, out, progress=progress)
    with reach_trial(out) as trial:
        return _reported(trial, head, language=language, progress=progress)


def demonstrate_plan(name: str, out: Path, *, language: Language, progress: Progress) -> PlannedDemonstration:
    """Plan the trial that follows a worked one, with that one's record as part of what is believed.

    Writes the earlier trial into a folder of its name, the plan and its report beside it; running it again replaces
    them. Raises NotFound for an unknown name, TrialError when the folder holds something else.
    """
    before = PLANS[name]
    _clear(out, holding=Path(before) / LEDGER_FILE)
    _recorded(before, out / before, progress=progress)
    plan = out / "plan.toml"
    shutil.copyfile(protocols_folder() / name / "plan.toml", plan)
    progress(PLANNING, 0, 1)
    found, _ = plan_trial(plan)
    assured = assure_plan(plan, trial=out / before)
    progress(PLANNING, 1, 1)
    written = []
    for done, spoken in enumerate(wanted := _languages(language)):
        progress(REPORTING, done, len(wanted))
        place = out / ("report" if spoken == language else f"report-{spoken}")
        written.append(write_plan_report(found, place, assurance=assured, language=spoken))
    progress(REPORTING, len(wanted), len(wanted))
    return PlannedDemonstration(name, out, found, assured, written[0], tuple(written[1:]))


def _recorded(name: str, out: Path, *, progress: Progress) -> Head:
    """A worked trial in a new folder, from its protocol and its published course; verified."""
    source = protocols_folder() / name
    offers = read_offers((source / "events.jsonl").read_text(encoding="utf-8"))
    progress(OPENING, 0, 1)
    opened = open_trial(source / "protocol.toml", out, by="reconstruction", at=offers[0].at)
    progress(OPENING, 1, 1)
    for done, offer in enumerate(offers):
        progress(RECORDING, done, len(offers))
        record_offers(opened, [offer], by="reconstruction")
    progress(RECORDING, len(offers), len(offers))
    opened.ledger.close()
    progress(VERIFYING, 0, 1)
    head = verify_trial(out)
    progress(VERIFYING, 1, 1)
    return head


def _languages(first: Language) -> tuple[Language, ...]:
    return (first, *(other for other in LANGUAGES if other != first))


def _reported(trial: Trial, head: Head, *, language: Language, progress: Progress) -> Demonstration:
    """The reports, the language asked for first and in the plain place."""
    written = []
    wanted = _languages(language)
    for done, spoken in enumerate(wanted):
        progress(REPORTING, done, len(wanted))
        name = "report" if spoken == language else f"report-{spoken}"
        written.append(report_trial(trial, trial.folder / name, language=spoken))
    progress(REPORTING, len(wanted), len(wanted))
    return Demonstration(trial.folder, status(trial), head, written[0], tuple(written[1:]))


def _clear(out: Path, *, holding: str | Path = LEDGER_FILE) -> None:
    """Make room, but never in a folder that holds anything but an earlier demonstration."""
    if not out.exists() or not any(out.iterdir()):
        return
    if not (out / holding).exists():
        raise TrialError(f"{out} holds something that is not a demonstration; choose another folder with --out")
    shutil.rmtree(out)


__all__ = [
    "DEMOS",
    "PLANS",
    "Demonstration",
    "PlannedDemonstration",
    "Progress",
    "demonstrate",
    "demonstrate_plan",
    "protocols_folder",
]
