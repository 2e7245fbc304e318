"""CTCAE as data: which grades a term has, and what is said of one that is not there."""

from __future__ import annotations

from importlib import resources

import pytest

from trialwright.vocabulary import ctcae


def test_every_term_of_version_5_is_there_once() -> None:
    assert len(ctcae.terms()) == 837
    assert {term.status for term in ctcae.terms().values()} == {"confirmed"}
    assert all(term.grades == tuple(sorted(set(term.grades))) for term in ctcae.terms().values())
    assert (
        sum(5 in term.grades for term in ctcae.terms().values()) == 494
    )  # 330 + 100 + 45 + 10 + 4 + 3 + 1 + 1, by kind of term


def test_nothing_of_a_licensed_dictionary_is_in_the_file() -> None:
    header = resources.files("trialwright.vocabulary").joinpath("data", "ctcae-v5.csv").read_text("utf-8")
    assert header.splitlines()[0] == "term,grades,grade_1,grade_2,grade_3,grade_4,grade_5,note,status"


@pytest.mark.parametrize(
    ("name", "grades"),
    [
        ("Nausea", (1, 2, 3)),
        ("anaphylaxis", (3, 4, 5)),
        ("  sinus   TACHYCARDIA ", (1, 2, 3)),
        ("Fever", (1, 2, 3, 4, 5)),
        ("Death NOS", (5,)),
        ("Bacteremia", (2,)),
        ("Alopecia", (1, 2)),
    ],
)
def test_a_term_has_its_own_grades(name: str, grades: tuple[int, ...]) -> None:
    term = ctcae.find(name)
    assert term is not None
    assert term.grades == grades
    refused = [grade for grade in ctcae.GRADES if list(ctcae.grade_findings(name, grade, place="grade"))]
    assert set(refused) == set(ctcae.GRADES) - set(grades)


def test_a_refused_grade_names_those_that_exist() -> None:
    (finding,) = ctcae.grade_findings("nausea", 4, place="grade")
    assert (finding.place, finding.value) == ("grade", 4)
    assert "Nausea" in finding.allowed
    assert "1, 2, 3" in finding.allowed


def test_what_a_term_asks_for_stands_only_at_grades_it_has() -> None:
    assert all(set(term.asks) <= set(term.grades) for term in ctcae.terms().values())
    assert sum(bool(term.asks) for term in ctcae.terms().values()) > 90


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("anaemia", "Anemia"),
        ("headeche", "Headache"),
        ("infusion reaction", "Infusion related reaction"),
        ("oedema", "Neck edema"),
        ("rash", "Rash acneiform"),
    ],
)
def test_a_term_that_is_not_there_is_answered_with_near_ones(written: str, meant: str) -> None:
    assert ctcae.find(written) is None
    assert meant in ctcae.near(written)
    (finding,) = ctcae.term_findings(written, place="ctcae_term")
    assert meant in finding.remedy


def test_words_that_are_like_no_term_get_a_way_out_too() -> None:
    (finding,) = ctcae.term_findings("zzzzqq", place="ctcae_term")
    assert "`term`" in finding.remedy
    assert ctcae.near("") == ()
