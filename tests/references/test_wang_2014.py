"""Two published tables that disagree: patient 9 responds and relapses after dying on day 7."""

from __future__ import annotations

from pathlib import Path

from trialwright.cli import main
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
