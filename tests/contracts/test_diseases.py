"""Every disease keeps the contract, because it is registered; and the contract notices who does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import toy_disease
from trialwright import diseases
from trialwright.testing.diseases import broken_promises, check_disease
from trialwright.vocabulary.errors import NotFound
from trialwright.vocabulary.scores import Disease, Instrument, Items, Score
from trialwright.vocabulary.words import Text

SOUND = toy_disease.ColdScore()
OTHER = Text(en="Other", fr="Autre")


@pytest.fixture
def cold_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy disease as another package would declare it."""
    metadata = tmp_path / "cold-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: cold\nVersion: 1.0\n", "utf-8")
    (metadata / "entry_points.txt").write_text("[trialwright.diseases]\ncold = toy_disease\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.parametrize("name", diseases.available())
class TestEveryDisease:
    def test_keeps_its_promises(self, name: str) -> None:
        check_disease(diseases.disease(name))

    def test_answers_to_its_folder_name(self, name: str) -> None:
        assert diseases.disease(name).name == name

    def test_is_introduced_in_one_sentence(self, name: str) -> None:
        assert diseases.sentence(name).endswith(".")


class TestRegistry:
    def test_helpers_are_not_diseases(self) -> None:
        assert all(isinstance(diseases.disease(name), Disease) for name in diseases.available())

    @pytest.mark.usefixtures("cold_installed")
    def test_another_package_adds_a_disease(self) -> None:
        assert "cold" in diseases.available()
        assert diseases.disease("cold") == toy_disease.DISEASE

    @pytest.mark.usefixtures("cold_installed")
    def test_a_misspelt_disease_is_named(self) -> None:
        with pytest.raises(NotFound, match="did you mean cold"):
            diseases.disease("cald")


@dataclass(frozen=True)
class Other:
    """A disease with one instrument, spoilt on purpose."""

    instrument: Any
    name: str = "other"
    title: Text = OTHER

    def instruments(self) -> Mapping[str, Instrument]:
        return {"cold-3": self.instrument}


@dataclass(frozen=True)
class Spoilt:
    """The toy instrument with its answer changed."""

    spoil: Callable[[Score, Items], Score] = lambda score, items: score
    name: str = "cold-3"
    version: str = "1.0"
    paramcd: str = "COLD3"
    title: Text = SOUND.title
    sound: toy_disease.ColdScore = SOUND

    @property
    def items(self) -> Sequence[str]:
        return self.sound.items

    @property
    def scale(self) -> Mapping[str, Sequence[toy_disease.Answer]]:
        return self.sound.scale

    def score(self, items: Items) -> Score:
        return self.spoil(self.sound.score({key: items[key] for key in items if key in self.items}), items)


def missing_is_zero(score: Score, items: Items) -> Score:
    return replace(score, value=score.lower, not_assessed=())


def upside_down(score: Score, items: Items) -> Score:
    return score if score.value is None else replace(score, value=-score.value, lower=-9, upper=0)


def first_key_counts(score: Score, items: Items) -> Score:
    return replace(score, version=next(iter(items), ""))


def tight(score: Score, items: Items) -> Score:
    return replace(score, upper=score.lower)


def unsourced(score: Score, items: Items) -> Score:
    return replace(score, points=tuple(replace(point, source="", status="sure") for point in score.points))  # type: ignore[arg-type]


def english_only(score: Score, items: Items) -> Score:
    points = tuple(
        replace(point, rule=Text(en=point.rule.en, fr=""), label=Text(en="x", fr="{x}")) for point in score.points
    )
    return replace(score, points=points)


def drifting() -> Callable[[Score, Items], Score]:
    calls = iter(range(10**6))
    return lambda score, items: replace(score, version=str(next(calls)))


class TestTheKitNotices:
    def test_nothing_wrong_with_the_toy(self) -> None:
        check_disease(toy_disease.DISEASE)

    @pytest.mark.parametrize(
        ("instrument", "broken"),
        [
            (Spoilt(), "takes the unknown key"),
            (Spoilt(missing_is_zero), "left out counts as absent"),
            (Spoilt(missing_is_zero), "an empty assessment scores 0"),
            (Spoilt(upside_down), "falls as sneezing gets worse"),
            (Spoilt(upside_down), "below that of nothing found"),
            (Spoilt(first_key_counts), "order of the items changes the score"),
            (Spoilt(tight), "outside"),
            (Spoilt(unsourced), "runny_nose has no source"),
            (Spoilt(unsourced), "has status 'sure'"),
            (Spoilt(english_only), "rule of hoarse says '' in fr"),
            (Spoilt(english_only), "label of hoarse says '{x}' in fr"),
            (Spoilt(drifting()), "does not score the same twice"),
            (Spoilt(paramcd="COLDSCORE"), "PARAMCD 'COLDSCORE'"),
            (Spoilt(name="warm"), "calls itself warm"),
            (Spoilt(version=""), "has no version"),
            (Spoilt(title=Text(en="Cold", fr=" ")), "title says ' ' in fr"),
            ("a string", "is not an Instrument"),
        ],
    )
    def test_a_broken_promise(self, instrument: object, broken: str) -> None:
        with pytest.raises(AssertionError) as caught:
            check_disease(Other(instrument))
        assert broken in str(caught.value)

    def test_two_instruments_with_one_code(self) -> None:
        class Twice:
            name, title = "twice", OTHER

            def instruments(self) -> Mapping[str, Instrument]:
                return {"cold-3": toy_disease.ColdScore(), "cold-4": toy_disease.ColdScore(name="cold-4")}

        assert list(broken_promises(Twice())) == ["PARAMCD COLD3 is given twice"]

    def test_what_is_no_disease(self) -> None:
        assert "is not a Disease" in next(broken_promises("influenza"))  # type: ignore[arg-type]
