"""Two published tables that disagree: patient 9 responds and relapses after dying on day 7."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from trialwright.analysis.toxicity import rate
from trialwright.cli import main
from trialwright.numerics.competing_risks import cumulative_incidence
from trialwright.numerics.survival import kaplan_meier, survival_at
from trialwright.workbench import check_data

MAP = Path(__file__).parents[2] / "references" / "wang_2014" / "map.toml"


def test_patient_9_responds_and_relapses_after_dying_on_day_7() -> None:
    checked = check_data(MAP)
    assert [(point.code, point.about, point.values["limit"]) for point in checked.points] == [
        ("response-after-death", "9", "D7"),
        ("relapse-after-death", "9", "D7"),
    ]
    assert (checked.people, checked.happenings) == (11, 19)


def test_it_is_said_in_both_languages(capsys) -> None:  # type: ignore[no-untyped-def]
    for language, said in (
        ("en", "9: a response (MCR) on day 30 or later, after the death of day 7"),
        ("fr", "9 : une réponse (MCR) le jour 30 ou plus tard, après le décès du jour 7"),
    ):
        status = 0
        try:
            main(["check-data", str(MAP), "--lang", language])
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0
        assert status == 2
        assert said in capsys.readouterr().out


def test_without_the_death_nothing_is_found(tmp_path: Path) -> None:
    for name in ("map.toml", "patients.csv", "adverse_events.csv"):
        text = (MAP.parent / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("9,death,SAE,7,", "9,death,SAE,370,"), "utf-8")
    assert check_data(tmp_path / "map.toml").points == ()


def test_three_of_forty_died_within_a_year_and_the_curve_says_so() -> None:
    """Published: 37 of 40 alive after 12 months; the days of the deaths are in table 2."""
    with (MAP.parent / "adverse_events.csv").open(encoding="utf-8", newline="") as file:
        died = [int(row["day"]) for row in csv.DictReader(file) if row["event"] == "death"]
    assert died == [7, 256, 192]
    alive = 40 - len(died)
    curve = kaplan_meier([*died, *[365] * alive], [True] * len(died) + [False] * alive)
    assert survival_at(curve, 365).survival == pytest.approx(37 / 40)
    assert cumulative_incidence([*died, *[365] * alive], [1] * len(died) + [0] * alive, causes=1).cumulative[
        -1, 0
    ] == pytest.approx(3 / 40)


def test_responses_and_relapses_as_published() -> None:
    """Published: 13 major and 11 partial responses of 40; of the 24, 3 relapses at 9 and 4 at 12 months."""
    printed = {(13, 40): 32.5, (11, 40): 27.5, (3, 24): 12.5, (4, 24): 16.7}
    for (count, of), percentage in printed.items():
        share = rate(count, of)
        assert 100 * share.count / share.of == pytest.approx(percentage, abs=0.05)
        assert share.lower is not None
        assert share.upper is not None
        assert 100 * share.lower < percentage < 100 * share.upper
