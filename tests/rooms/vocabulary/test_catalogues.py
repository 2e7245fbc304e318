"""Complaints in French: every sentence of the code has its French, and is recognised with values in its places."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from complaints import PLACE, every_sentence, sentences_of
from trialwright.protocol.misread import finding_of
from trialwright.protocol.sections import Identity
from trialwright.vocabulary.catalogues import Bilingual, messages, translated
from trialwright.vocabulary.errors import MISSING, Finding, LedgerMoved, NotFound, ParameterError
from trialwright.vocabulary.words import Text

FRENCH = messages("trialwright.vocabulary", "fr")
OF_SEVERAL = frozenset({"{0}; {1}", "{0}: {1} ({2})"})  # two complaints in one, each known by itself
WRONG: tuple[tuple[Any, Any], ...] = (  # what a validator finds wrong: a type, and what does not fit it
    (float, "x"),
    (int, 1.5),
    (bool, []),
    (str, 1),
    (date, []),
    (list[int], 1),
    (dict[str, int], 1),
    (Identity, 1),
    (Text, 1),
    (Annotated[float, Field(allow_inf_nan=False)], float("inf")),
    (Annotated[float, Field(gt=2)], 1),
    (Annotated[float, Field(le=2)], 3),
    (Annotated[str, Field(min_length=2)], ""),
    (Annotated[str, Field(pattern="^a$")], "b"),
    (Annotated[tuple[int, ...], Field(min_length=2)], ()),
)


def _of_pydantic(kind: Any, value: object) -> str:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value)
    return finding_of("section", caught.value.errors()[0], adapter=adapter).allowed


def test_every_complaint_of_the_code_has_its_french() -> None:
    lacking = {sentence: place for sentence, place in every_sentence().items() if sentence not in FRENCH}
    assert lacking == {}, "say it in vocabulary/locale/fr.po, or with Bilingual"


def test_no_french_that_nobody_says() -> None:
    said = set(every_sentence()) | OF_SEVERAL
    by_pydantic = [_of_pydantic(*wrong) for wrong in WRONG]
    assert [one for one in by_pydantic if translated(one, "fr") == one] == []
    assert [one for one in FRENCH if one not in said and not any(_is_of(one, other) for other in by_pydantic)] == []


def _is_of(sentence: str, said: str) -> bool:
    """Whether this is the sentence, with something in its places."""
    return bool(re.fullmatch(".*?".join(map(re.escape, PLACE.split(sentence))), said))


def test_places_and_ends_are_the_same_in_both_languages() -> None:
    for english, french in FRENCH.items():
        assert set(PLACE.findall(english)) == set(PLACE.findall(french)), english
        assert english.startswith((" ", ";")) == french.startswith((" ", ";")), english
        assert english.endswith(" ") == french.endswith(" "), english


def test_no_sentence_is_taken_for_another() -> None:
    for english, french in FRENCH.items():
        said = _with_values(english)
        assert translated(said, "fr") in (_with_values(french), said), english


def _with_values(sentence: str) -> str:
    """The sentence as the code says it, with a name in each place."""
    return PLACE.sub(lambda place: f"P-0{place[0][1:-1]}", sentence)


class TestTranslated:
    def test_what_stood_in_the_places_is_kept_and_translated_where_it_is_known(self) -> None:
        known = "P-01 again; `trialwright sign TRIAL 7`"
        assert translated("must be a whole number from 1 to 3", "fr") == "doit être un nombre entier de 1 à 3"
        assert translated("cannot be kept with these looks: the trial could never stop", "fr") == (
            "ne peut pas être tenu avec ces examens : l'essai ne pourrait jamais s'arrêter"
        )
        assert translated(known, "en") == known

    def test_a_sentence_nobody_knows_stays_as_it_is(self) -> None:
        for sentence in ("", "must be odd", "odd for a prime", "once again", "this; that"):
            assert translated(sentence, "fr") == sentence

    def test_a_file_that_stands_by_itself_brings_its_french_along(self) -> None:
        odd = Bilingual("must be odd", fr="doit être impair")
        finding = Finding("design.n", 4, odd, "remove it")
        assert (finding.line(), finding.line(language="fr")) == (
            "  design.n  4  must be odd; remove it",
            "  design.n  4  doit être impair ; l'enlever",
        )


class TestErrors:
    def test_findings_in_french(self) -> None:
        findings = [
            Finding("skeleton", [0.2, 0.1], "must increase from level to level"),
            Finding("n", MISSING, "is required"),
        ]
        error = ParameterError("crm cannot be built", findings)
        assert error.said("en") == str(error)
        assert error.said("fr").splitlines() == [
            "crm ne peut pas être construit — 2 constats",
            "  skeleton  [0.2, 0.1]  doit augmenter de palier en palier",
            "  n         est requis",
        ]

    def test_other_errors_in_french(self) -> None:
        assert NotFound("there is no trial in x; open one with `trialwright open PROTOCOL --trial x`").said("fr") == (
            "il n'y a pas d'essai dans x ; en ouvrir un avec `trialwright open PROTOCOL --trial x`"
        )
        assert "il finit maintenant à l'entrée 9" in LedgerMoved(expected=7, actual=9).said("fr")


class TestReader:
    """What finds the sentences finds them."""

    SOURCE = """
USUAL = "0.5 is usual"
def _allowed(n):
    return "must be even" if n else f"must be {n}"
def check(complaints, n, held=()):
    why = "lies " + f"below {n}" + ("" if n else " (no number)")
    complaints.unless(n > 1, "n", n, why, USUAL)
    complaints.unless(n > 2, "n", n, _allowed(n))
    complaints.unless(n > 3, "n", n, Bilingual("must be odd", fr="impair"))
    print("is not a complaint")
    raise NotFound(f"there is no {n} here")
"""

    def test_names_calls_choices_and_places(self) -> None:
        assert set(sentences_of("rules/one.py", self.SOURCE)) == {
            "0.5 is usual",
            "must be even",
            "must be {0}",
            "lies below {0}{1}",
            " (no number)",
            "there is no {0} here",
        }
