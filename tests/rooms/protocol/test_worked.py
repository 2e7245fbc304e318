"""The worked protocols: each can be read, says where it comes from in both languages, and can be looked ahead in."""

from __future__ import annotations

from typing import Any

import pytest

from trials import PROTOCOLS
from trialwright.cli import main
from trialwright.protocol import read_protocol
from trialwright.rules.sentinel import Sentinel

ALL = sorted(path.parent.name for path in PROTOCOLS.glob("*/protocol.toml"))
TO_START_FROM = ("cs20at04", "msc-ssc", "nct07041801", "nct07488546")
PUBLISHED: dict[str, dict[str, Any]] = {
    "msc-ssc": {"amounts": (1e6, 3e6), "last_day": 10, "design": "fixed_blocks", "n": 20},
    "nct07488546": {"amounts": (1e6, 2e6, 4e6), "last_day": 29, "design": "three_plus_three", "n": 18},
    "cs20at04": {"amounts": (2e6, 3e6), "last_day": 28, "design": "three_plus_three", "n": 12},
    "nct07041801": {"amounts": (1e6, 3e6, 5e6, 3e6), "last_day": 28, "design": "po_crm", "n": 24},
}


def ran(*arguments: object) -> int:
    with pytest.raises(SystemExit) as end:
        main([str(argument) for argument in arguments])
    return int(end.value.code or 0)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_file_is_checked_in_both_languages(name: str, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = PROTOCOLS / name / "protocol.toml"
    assert ran("check", path, "--lang", language) == 0
    assert read_protocol(path).identity.title.said(language) in " ".join(capsys.readouterr().out.split())  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ALL)
def test_every_file_says_where_it_comes_from(name: str) -> None:
    study = read_protocol(PROTOCOLS / name / "protocol.toml")
    places = {about.place.partition(".")[0] for about in study.about}
    assert {"design", "rules", "dlt", "dose"} <= places
    assert all(about.note.en != about.note.fr for about in study.about)
    assert all(about.source for about in study.about if about.status == "confirmed")


@pytest.mark.parametrize("name", TO_START_FROM)
def test_a_file_to_start_from_says_what_is_published(name: str) -> None:
    study, known = read_protocol(PROTOCOLS / name / "protocol.toml"), PUBLISHED[name]
    assert study.dosing.amounts == known["amounts"]
    assert study.dlt.last_day == known["last_day"]
    assert study.design_name == known["design"]
    assert study.identity.planned_n == known["n"]
    assert study.dosing.basis == "per kg"
    assert study.guards("identity")  # a team starts a real trial from it
    assert study.product is not None
    assert not study.product.tests  # none is published, so none is made up


def test_a_sentinel_and_no_parallel_cohorts() -> None:
    study = read_protocol(PROTOCOLS / "nct07488546" / "protocol.toml")
    assert Sentinel(days=14) in study.rules
    assert any(
        rule.name == "wait_for_pending" and rule.parameters["scope"] == "before_next_cohort"
        for rule in study.rule_names
    )


def test_the_chosen_level_twice_four_weeks_apart() -> None:
    levels = read_protocol(PROTOCOLS / "nct07041801" / "protocol.toml").dose_levels
    assert [(one.infusions, one.interval_days) for one in levels] == [(1, None), (1, None), (1, None), (2, 28)]


@pytest.mark.parametrize("name", TO_START_FROM)
def test_it_can_be_looked_ahead_in(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran("operating", PROTOCOLS / name / "protocol.toml", "--json") == 0
    assert '"scenarios"' in capsys.readouterr().out


@pytest.mark.parametrize("name", TO_START_FROM)
def test_every_file_is_listed(name: str) -> None:
    page = (PROTOCOLS.parent / "docs" / "worked-trials.md").read_text(encoding="utf-8")
    assert f"`{name}`" in page
