"""Open and closed reports of a frozen cut: by arm with the key and marked as such, everybody together without."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from pathlib import Path

import pytest

import randomised as rct
from trials import state_of, study_of
from trialwright.analysis import case_of
from trialwright.analysis.arms import adverse_events_of, by_arm, disposition_of, everybody
from trialwright.report.documents.board_report import board_report
from trialwright.vocabulary.errors import Refused
from trialwright.workbench import reach_trial
from trialwright.workbench.trials import Trial


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = rct.opened(tmp_path_factory.mktemp("board"))
    rct.entered(made)
    rct.treated(made)
    return made


def arms(folder: Path) -> dict[str, str]:
    listed = rct.must("kit-list", folder, "--key", folder.parent / "list.key", *rct.at(28), "--json")
    return {one["usubjid"]: one["arm"] for one in json.loads(listed)["kits"]}


def rows(file: Path) -> dict[str, dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return {next(iter(one.values())): one for one in csv.DictReader(lines)}


def test_a_closed_report_counts_by_arm_and_says_so_everywhere(folder: Path, tmp_path: Path) -> None:
    allocated = arms(folder)
    key = ("--key", folder.parent / "list.key")
    said = rct.must("closed-report", folder, "--out", tmp_path / "closed", *key, *rct.at(28), "--by", "key.holder")
    assert said.startswith("UNBLINDED report")
    found = rows(tmp_path / "closed" / "tables" / "01-unblinded-disposition.csv")
    events = rows(tmp_path / "closed" / "tables" / "02-unblinded-adverse-events.csv")
    for arm in rct.ARMS:
        mine = [who for who, one in allocated.items() if one == arm]
        assert int(found["Randomised"][arm]) == int(found["Infused"][arm]) == len(mine)
        assert int(found["Left early"][arm]) == (rct.PEOPLE[-1] in mine)
        assert int(events["Any adverse event"][arm]) == len(set(mine) & set(rct.PEOPLE[:3]))
    page = (tmp_path / "closed" / "report.html").read_text(encoding="utf-8")
    assert page.count("UNBLINDED") >= 5


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext here")
def test_each_sheet_of_it_is_marked(folder: Path, tmp_path: Path) -> None:
    key = ("--key", folder.parent / "list.key")
    rct.must("closed-report", folder, "--out", tmp_path / "closed", *key, *rct.at(28))
    command = ["pdftotext", tmp_path / "closed" / "report.pdf", "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    sheets = [sheet for sheet in text.split("\f") if sheet.strip()]
    assert len(sheets) > 1
    assert all("UNBLINDED" in sheet for sheet in sheets)


def test_that_it_was_made_is_an_entry_with_its_cut(folder: Path, tmp_path: Path) -> None:
    key = ("--key", folder.parent / "list.key", "--lang", "fr")
    said = rct.must("closed-report", folder, "--out", tmp_path / "ferme", *key, *rct.at(28), "--by", "key.holder")
    assert said.startswith("Rapport NON AVEUGLE")
    with reach_trial(folder) as trial:
        last = list(trial.ledger.read())[-1]
    assert (last.event.kind, last.entry.by) == ("sealed-list-opened.1", "key.holder")
    assert (last.event.purpose, last.event.cut) == ("closed report", "1")  # type: ignore[attr-defined]
    assert "NON AVEUGLE" in (tmp_path / "ferme" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (("--out", "trial/closed", "--key", "list.key"), 1, "name a place outside it"),
        (("--out", "closed", "--key", "sites/break-glass-1.key"), 1, "does not open the list"),
        (("--out", "closed", "--key", "none.key"), 1, "cannot be read"),
        (("--out", "closed", "--key", "list.key", "--cut", "9"), 1, "no data cut '9'"),
        (("--out", "closed"), 2, "--key"),
    ],
)
def test_without_the_key_it_is_refused_and_nothing_is_written(
    folder: Path, options: tuple[str, ...], status: int, said: str
) -> None:
    place = folder.parent
    filled = [place / one if "." in one or "closed" in one else one for one in options]
    with reach_trial(folder) as trial:
        before = trial.ledger.head()
    ended, printed = rct.run("closed-report", folder, *filled, *rct.at(28))
    assert (ended, said in printed.replace("\n", " ")) == (status, True)
    assert not (place / "closed").exists()
    with reach_trial(folder) as trial:
        assert trial.ledger.head() == before


def test_an_open_report_is_of_everybody_together(folder: Path, tmp_path: Path) -> None:
    rct.must("open-report", folder, "--out", tmp_path / "open", "--cut", "1")
    found = rows(tmp_path / "open" / "tables" / "01-disposition.csv")
    assert found["Randomised"]["all"] == "6"
    page = (tmp_path / "open" / "report.html").read_text(encoding="utf-8")
    assert "UNBLINDED" not in page
    assert not [word for word in rct.TOKENS if word in page]


class TestAnalyses:
    def test_by_arm_needs_the_allocation(self, folder: Path) -> None:
        with reach_trial(folder) as trial:
            case = _case(trial)
            with pytest.raises(Refused) as refusal:
                by_arm(case)
            assert "needs the list key" in refusal.value.said("en")
            assert "demande la clé" in refusal.value.said("fr")
            with pytest.raises(Refused):
                board_report(case, closed=True, cut="1", software="-", version="-")

    def test_the_arms_add_up_to_everybody(self, folder: Path) -> None:
        with reach_trial(folder) as trial:
            case = _case(trial, arms(folder))
        groups, (everyone,) = by_arm(case), disposition_of(case, everybody(case))
        found = disposition_of(case, groups)
        for name in ("randomised", "infused", "completed", "left_early", "in_follow_up", "unblinded"):
            assert sum(getattr(one, name) for one in found) == getattr(everyone, name)
        for one, pooled in zip(adverse_events_of(case, groups), adverse_events_of(case, everybody(case)), strict=True):
            assert sum(tally.events for tally in one.groups) == pooled.groups[0].events

    def test_a_trial_without_arms_has_no_such_report(self) -> None:
        study = study_of()
        case = case_of(study, state_of(study), on=state_of(study).opened.event.on)  # type: ignore[union-attr]
        with pytest.raises(Refused, match="has no arms"):
            everybody(case)


def _case(trial: Trial, allocation: dict[str, str] | None = None):  # type: ignore[no-untyped-def]
    return case_of(trial.study, trial.state(), on=trial.today(), allocation=allocation)
