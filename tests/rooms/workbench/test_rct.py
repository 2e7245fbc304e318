"""A plan's trial is simulated alike by one process and by two workers of a cluster, and shown in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trialwright.cli import main
from trialwright.cli.simulating_rct import rct_data
from trialwright.planning.plan_file import parse_plan
from trialwright.report.edition import edition_of
from trialwright.vocabulary.errors import ParameterError
from trialwright.vocabulary.words import LANGUAGES
from trialwright.workbench import RctAsked, rct_as_document, rct_bytes, simulate_rct_plan

WORKED = Path(__file__).parents[3] / "protocols" / "msc-sle-rct" / "plan.toml"
SMALL = (
    WORKED.read_text("utf-8")
    .replace("visits = [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52]", "visits = [0, 12, 24, 52]")
    .replace('endpoint = "sri-4"\nweek = 24', 'participants = 24\nendpoint = "sri-4"\nweek = 24', 1)
    .replace("sizes = [80, 120, 160, 200]", "sizes = [12, 24]")
    .replace('trial = "../msc-sle"', "")
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path / "plan.toml"
    place.write_text(SMALL, "utf-8")
    return place


def test_two_workers_of_a_cluster_give_the_same_bytes(file: Path) -> None:
    file.write_text(SMALL.replace('method = "ancova"', 'method = "mmrm"'), "utf-8")
    alone = simulate_rct_plan(file, RctAsked(trials=45))
    shared = simulate_rct_plan(file, RctAsked(trials=45, workers=2, cluster="local"))
    assert rct_bytes(shared) == rct_bytes(alone)
    assert json.loads(rct_bytes(alone))["trials"] == 45
    assert rct_data(shared) == rct_data(alone)


def test_a_calendar_is_added_and_changes_nothing_else(file: Path) -> None:
    with_it = simulate_rct_plan(file, RctAsked(trials=20))
    begin, end = SMALL.index("# When: nobody"), SMALL.index("[optimise]")
    file.write_text(SMALL[:begin] + SMALL[end:], "utf-8")
    without = simulate_rct_plan(file, RctAsked(trials=20))
    assert rct_bytes(with_it) == rct_bytes(without)
    data, bare = rct_data(with_it), rct_data(without)
    assert set(data) - set(bare) == {"calendar"}
    assert {key for key in bare if data[key] != bare[key]} == {"plan_digest"}
    ids = [[section.id for section in rct_as_document(run).sections] for run in (with_it, without)]
    assert ids == [["trial", "calendar", "course"], ["trial", "course"]]


def test_questions_become_sections_with_figures_in_both_languages(file: Path) -> None:
    run = simulate_rct_plan(file, RctAsked(trials=4, questions=True))
    document = rct_as_document(run)
    names = [section.id for section in document.sections]
    assert names == ["trial", "calendar", "schedule", "endpoint", "size", "taper", "waning", "choice", "course"]
    for spoken in LANGUAGES:
        assert len(edition_of(document, spoken).figures) >= 8
    assert run.ranked


def test_a_stopped_simulation_says_so(file: Path) -> None:
    def stop(done: int, of: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    run = simulate_rct_plan(file, RctAsked(trials=45, questions=True), progress=stop)
    assert list(run.found) == ["trial"]
    assert run.results.trials == 20


def test_the_command_answers_a_program_and_a_person(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(SMALL.replace('method = "ancova"', 'method = "mmrm"\nafter_rescue = "kept"'), "utf-8")
    for arguments in (["--json"], ["--lang", "fr"]):
        with pytest.raises(SystemExit) as end:
            main(["simulate-rct", str(file), "--trials", "20", *arguments])
        assert not end.value.code
        shown = capsys.readouterr().out
        if arguments == ["--json"]:
            data = json.loads(shown)
            assert data["trials"] == 20
            assert data["arms"] == ["placebo", "cells"]
            assert len(data["found"]["found"]["z"]) == 20
        else:
            said = (
                "Essai simulé MSC-SLE-RCT",
                "semaine 24, MMRM",
                "Kenward–Roger. Valeurs après",
                "Calendrier de l'essai",
            )
            assert [words for words in said if words not in " ".join(shown.split())] == []


def test_a_plan_that_says_nothing_of_simulation_is_told_all_at_once(file: Path) -> None:
    text = SMALL[: SMALL.index("# How the trial is simulated")]
    file.write_text(text, "utf-8")
    assert parse_plan(text.encode()).simulation is None
    with pytest.raises(ParameterError) as caught:
        simulate_rct_plan(file, RctAsked())
    assert {finding.place for finding in caught.value.findings} == {"simulation", "course"}


def test_what_does_not_fit_the_course_is_named(file: Path) -> None:
    file.write_text(SMALL.replace('endpoint = "sri-4"\nweek = 24', 'endpoint = "sri-44"\nweek = 25', 1), "utf-8")
    with pytest.raises(ParameterError) as caught:
        simulate_rct_plan(file, RctAsked(trials=1))
    assert {finding.place for finding in caught.value.findings} == {"analysis.endpoint", "analysis.week"}
