"""The worked randomised trial from an empty folder to the board's reports, line by line as people rehearse it."""

from __future__ import annotations

import csv
import json
import shlex
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import randomised as rct
from trialwright.analysis import Case, case_of
from trialwright.analysis.arms import by_arm, everybody
from trialwright.analysis.efficacy import activities_of, responses_of, times_of
from trialwright.ledger.sealing import read_key
from trialwright.numerics.two_proportions import fisher_exact, newcombe
from trialwright.report.documents.board_report import board_report
from trialwright.report.edition import edition_of
from trialwright.vocabulary.errors import ParameterError
from trialwright.vocabulary.words import LANGUAGES
from trialwright.workbench import LookAsked, closed_report, reach_trial
from trialwright.workbench.sealed_lists import arms_by_number

HERE = Path(__file__).parents[3] / "protocols" / "msc-sle-rct"
CUT = date(2027, 7, 29)
LEFT_BEFORE = "R-12"  # never infused
LOST = "R-10"  # left before week 24; the visit and its window still lie ahead at the cut
WAITING = {"R-10", "R-11"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the script put the trial, its keys and its reports."""
    made = tmp_path_factory.mktemp("rehearsal")
    lines = (HERE / "rehearsal.sh").read_text(encoding="utf-8").splitlines()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(HERE)
        said = [
            rct.must(*(word.replace("$PLACE", str(made)) for word in shlex.split(line)[1:]))
            for line in lines
            if line.startswith("trialwright ")
        ]
    assert len(said) > 50
    assert "The chain is whole" in said[-1]
    return made


@pytest.fixture(scope="module")
def case(place: Path) -> Case:
    """The case of the cut, with the list opened."""
    with reach_trial(place / "trial") as trial:
        arms = arms_by_number(trial, read_key(place / "list.key", passphrase=str))
        state = trial.state(on=CUT)
        randomised = state.logs.randomisation.randomised
        allocation = {who: arms[known.event.number] for who, known in randomised.items()}
        return case_of(trial.study, state, on=CUT, allocation=allocation)


def rows(file: Path) -> dict[str, dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return {next(iter(one.values())): one for one in csv.DictReader(lines)}


def table(folder: Path, name: str) -> dict[str, dict[str, str]]:
    (file,) = folder.glob(f"tables/*-{name}.csv")
    return rows(file)


def answers(case: Case, endpoint: str) -> dict[str, bool | None]:
    """What was recorded, read from the rehearsal's own file."""
    lines = (HERE / "rehearsal" / "visits.jsonl").read_text(encoding="utf-8").splitlines()
    bodies = [json.loads(line)["body"] for line in lines]
    return {one["usubjid"]: one["met"] for one in bodies if one.get("endpoint") == endpoint}


def by_hand(case: Case, endpoint: str) -> dict[str, tuple[int, int]]:
    """Responders and how many count, by arm: the answers as recorded, whoever never came as no response."""
    recorded, counted = answers(case, endpoint), dict[str, tuple[int, int]]()
    assert case.allocation is not None
    for arm in ("cells", "placebo"):
        mine = [who for who, one in case.allocation.items() if one == arm and who not in WAITING]
        counted[arm] = (sum(recorded.get(who) is True for who in mine), len(mine))
    return counted


def test_responders_by_arm_are_those_recorded(case: Case) -> None:
    for one in responses_of(case, by_arm(case)):
        expected = by_hand(case, one.endpoint.name)
        assert {each.arm: (each.rate.count, each.rate.of) for each in one.groups} == expected
        assert sum(each.waiting for each in one.groups) == len(WAITING)
        assert sum(each.silent for each in one.groups) == 1  # whoever was never infused counts as no response
        assert one.outcomes[LEFT_BEFORE] is False
        (difference,) = one.differences
        assert (difference.arm, difference.control) == ("cells", "placebo")
        assert difference.newcombe == newcombe(expected["cells"], expected["placebo"])
        exact = fisher_exact(expected["cells"], expected["placebo"])
        assert difference.fisher == (None if exact is None else exact[0])


def test_whoever_left_counts_when_their_visit_is_over_and_not_before(case: Case) -> None:
    later = replace(case, on=date(2027, 8, 20))
    (one, _) = responses_of(later, by_arm(later))
    assert sum(each.waiting for each in one.groups) == 0
    assert one.outcomes[LOST] is False
    early = replace(case, on=date(2027, 7, 1))
    (one, _) = responses_of(early, by_arm(early))
    assert LEFT_BEFORE not in one.outcomes


def test_the_arms_add_up_to_everybody(case: Case) -> None:
    arms, pooled = by_arm(case), everybody(case)
    for one, all_of in zip(responses_of(case, arms), responses_of(case, pooled), strict=True):
        assert sum(each.rate.count for each in one.groups) == all_of.groups[0].rate.count
        assert one.outcomes == all_of.outcomes
        assert all_of.differences == ()
    for index, whole in zip(activities_of(case, arms), activities_of(case, pooled), strict=True):
        for place, row in enumerate(whole.rows[0]):
            mine = [found[place] for found in index.rows if found]
            assert sorted(value for each in mine for value in each.changes) == sorted(row.changes)
    for time, together in zip(times_of(case, arms), times_of(case, pooled), strict=True):
        assert sum(curve.events for curve in time.curves if curve) == together.curves[0].events  # type: ignore[union-attr]
        assert together.contrasts == ()
        assert len(time.contrasts) == 1


def test_the_closed_report_shows_them_and_judges_the_look(place: Path, case: Case, tmp_path: Path) -> None:
    expected = by_hand(case, "SRI-4")
    shown = table(place / "closed", "unblinded-response-sri-4")["Responders"]
    for arm, (count, _) in expected.items():
        assert int(shown[arm]) == count
    page = (place / "closed" / "report.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert page.count("UNBLINDED: by arm") == 6
    assert "Look 1 of the plan" in page
    data = tmp_path / "data.csv"
    (one, _) = responses_of(case, by_arm(case))
    lines = [f"{case.allocation[who]},{int(met)}" for who, met in one.outcomes.items()]  # type: ignore[index]
    data.write_text("\n".join(["arm,outcome", *lines]), encoding="utf-8")
    found = json.loads(rct.must("interim", HERE / "plan.toml", "--look", 1, "--data", data, "--json"))
    said = f"{found['z']:.3f}".replace("-", "−")
    assert said in page, said


def test_the_open_report_has_the_same_sections_of_everybody_and_no_arm(place: Path, case: Case) -> None:
    shown = table(place / "open", "response-sri-4")["Responders"]
    count = sum(count for count, _ in by_hand(case, "SRI-4").values())
    assert int(shown["all"]) == count
    page = (place / "open" / "report.html").read_text(encoding="utf-8")
    assert not [word for word in ("UNBLINDED", "Newcombe", "log-rank", "Look 1") if word in page]
    title = case.study.randomisation.arm("cells").title.en  # type: ignore[union-attr]
    assert title not in page
    assert not list((place / "open").glob("tables/*difference*"))


def test_both_languages(case: Case) -> None:
    closed = board_report(case, closed=True, cut="1", software="-", version="-")
    assert [one.id for one in closed.sections] == ["disposition", "adverse-events", "responses", "activity", "times"]
    for spoken in LANGUAGES:
        assert len(edition_of(closed, spoken).figures) == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({'name = "placebo"': 'name = "sham"'}, "must be those of the protocol"),
        ({"control = true": "", 'name = "cells"': 'name = "cells"\ncontrol = true'}, "must be that of the protocol"),
    ],
)
def test_a_plan_of_another_trial_is_refused_before_anything_is_opened(
    place: Path, tmp_path: Path, changed: Mapping[str, str], said: str
) -> None:
    text = (HERE / "plan.toml").read_text(encoding="utf-8")
    for old, new in changed.items():
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "plan.toml"
    file.write_text(text, encoding="utf-8")
    with reach_trial(place / "trial") as trial:
        before, key = trial.ledger.head(), read_key(place / "list.key", passphrase=str)
        with pytest.raises(ParameterError, match=said):
            closed_report(trial, tmp_path / "out", key=key, asked=LookAsked(file), by="key.holder")
        assert trial.ledger.head() == before
    assert not (tmp_path / "out").exists()


def test_a_look_that_the_plan_has_not_is_refused(place: Path, tmp_path: Path) -> None:
    key = ("--key", place / "list.key", "--plan", HERE / "plan.toml", "--look", 3)
    status, said = rct.run("closed-report", place / "trial", "--out", tmp_path / "out", *key)
    assert status != 0
    assert "must be the number of a look, 1 to 2" in " ".join(said.split())
