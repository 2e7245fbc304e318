"""The safety half of a report: a full trial, and trials in which there is next to nothing, in both languages."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from safety_trial import case, enrolled, event, everything, infused, measured, ranges, study
from trials import on
from trialwright.report import Document, render_html, render_pdf
from trialwright.report.documents.trial_report import trial_report
from trialwright.vocabulary.events import Event, FollowUpEnded
from trialwright.vocabulary.words import LANGUAGES, Language

WITHIN = 20  # a day before the window is over


def nobody() -> tuple[Event, ...]:
    return tuple(ranges())


def no_event() -> tuple[Event, ...]:
    return tuple(one for one in everything() if getattr(one, "usubjid", "") == "P-3")


def one_participant() -> tuple[Event, ...]:
    return (enrolled("P-1"), *infused("P-1"), measured("P-1", day=8, visit="Day 1"))


def nobody_evaluable() -> tuple[Event, ...]:
    def leaves() -> Iterator[Event]:
        for who in ("P-1", "P-5"):
            yield enrolled(who)
            yield from infused(who)
            yield FollowUpEnded(usubjid=who, on=on(WITHIN), completed=False, reason="moved away")

    return tuple(leaves())


def never_infused() -> tuple[Event, ...]:
    left = FollowUpEnded(usubjid="P-1", on=on(5), completed=False, reason="no product", how="no product")
    return (enrolled("P-1"), left, enrolled("P-2"))


def two_levels() -> tuple[Event, ...]:
    return (enrolled("P-1"), *infused("P-1"), *infused("P-1", number=2, day=35, dose=2.0))


def visits_missing() -> tuple[Event, ...]:
    return (*ranges(), enrolled("P-1"), *infused("P-1"), enrolled("P-5"), *infused("P-5"))


SAYS = {  # what the report has to say in words, besides everything else
    nobody: ("Nobody has been enrolled.", "Personne n’a été inclus."),
    no_event: (
        "No treatment-emergent adverse event has been recorded.",
        "Aucun événement indésirable survenu sous traitement n’a été enregistré.",
    ),
    one_participant: (
        "1 of 2 planned infusions given; the DLT window counts from the last",
        "1 perfusion(s) sur 2 prévues ; la fenêtre de DLT compte à partir de la dernière",
    ),
    nobody_evaluable: (
        "left on 21 Jan 2024, before the end of the DLT window, without a DLT",
        "sortie de l’essai le 21 janv. 2024, avant la fin de la fenêtre de DLT, sans DLT",
    ),
    never_infused: (
        "left on 6 Jan 2024 before any infusion",
        "sortie de l’essai le 6 janv. 2024 avant toute perfusion",
    ),
    two_levels: (
        "A participant counts at one level only, by the dose given at the first infusion",
        "Chaque personne compte à un seul palier, selon la dose reçue à la première perfusion",
    ),
    visits_missing: ("0 / 1", "0 / 1"),
}


def read(document: Document, language: Language) -> str:
    """The words of a page, without its tags, its scripts and its drawings."""
    page = render_html(document, language=language)
    assert not re.search(r"<tbody>\s*</tbody>", page), "a table without a row"
    bare = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", bare)).replace("\u00a0", " "))


@pytest.mark.parametrize("course", SAYS, ids=lambda course: course.__name__)
def test_a_trial_with_next_to_nothing_says_so(course: object) -> None:
    document = trial_report(case(*course()), software="trialwright", version="0")  # type: ignore[operator]
    for place, language in enumerate(LANGUAGES):
        words = read(document, language)
        assert SAYS[course][place] in words  # type: ignore[index]
        assert not re.search(r"\b(nan|None|inf|Traceback)\b", words)


def test_nothing_is_drawn_of_nothing() -> None:
    document = trial_report(case(*nobody()), software="trialwright", version="0")
    page = render_html(document, language="en")
    sections = {one.id for one in document.sections}
    assert {"populations", "exposure", "toxicity", "adverse-events", "laboratory"} <= sections
    assert 'id="f-adverse-event-butterfly"' not in page


def test_a_trial_without_planned_tests_says_so() -> None:
    bare = study(laboratory="", visits="", safety="")
    document = trial_report(case(enrolled("P-1"), *infused("P-1"), protocol=bare), software="trialwright", version="0")
    words = read(document, "en")
    assert "The protocol plans no laboratory test or vital sign, and none has been recorded." in words
    assert "The protocol names no adverse events of special interest." in words


def test_the_whole_report_is_written_in_both_languages_and_on_paper() -> None:
    document = trial_report(case(), software="trialwright", version="0")
    english, french = (read(document, language) for language in LANGUAGES)
    for words in (english, french):
        assert not re.search(r"\b(nan|None|Traceback)\b", words)
    for said in (
        "Infection 1 (25.0%) [2] 1 (25.0%) [1] – 2 (25.0%) [3]",
        "Left the trial because of an event 0 (0.0%) 1 (25.0%) – 1 (12.5%)",
        "P-1 1 4.50 × (day 14)",
        "Participant-years at risk 0.92 0.73 – 1.65",
        "Candidate: ALT or AST at least 3 × ULN, bilirubin above 2 × ULN",
        "Limit of alkaline phosphatase: JMP Clinical, manual: 2 × ULN; FDA, Drug-Induced Liver Injury, July 2009: no "
        "number; status: sources disagree.",
    ):
        assert said in english
    assert "ALAT ou ASAT d’au moins 3 × LSN, bilirubine au-dessus de 2 × LSN" in french
    assert re.search(r"Limite \(ALAT et ASAT\) : FDA[^;]* ; statut : confirmé", french)
    assert "Réaction à la perfusion 1 (25,0 %) [1]" in french
    assert render_pdf(document, language="fr").startswith(b"%PDF")


def test_an_event_before_the_first_infusion_is_in_the_first_row_only() -> None:
    only = case(enrolled("P-1"), *infused("P-1"), event("AE-1", "P-1", day=3, term="headache", grade=4))
    words = read(trial_report(only, software="trialwright", version="0"), "en")
    assert "Any adverse event 1 (100.0%) [1]" in words
    assert "Treatment-emergent 0 (0.0%) [0]" in words
    assert "Grade 3 or more 0 (0.0%) [0]" in words
