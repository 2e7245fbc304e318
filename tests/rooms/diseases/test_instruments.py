"""What holds for every instrument of the disease, because it is registered."""

from __future__ import annotations

import random
import re
import tomllib
from importlib import resources
from typing import Any

import numpy as np
import pytest

from trialwright import diseases
from trialwright.testing.diseases import absent, scale_of, worst
from trialwright.vocabulary.scores import Documented
from trialwright.vocabulary.words import LANGUAGES, Text

INDICES: dict[str, Any] = dict(diseases.disease("lupus").instruments())
SAME_IN_BOTH = {"Prednisone", "Points"}
DATA = resources.files("trialwright.diseases.lupus").joinpath("data")
FILES = sorted(each.name for each in DATA.iterdir() if each.name.endswith(".toml"))


@pytest.mark.parametrize("name", INDICES)
class TestEveryInstrument:
    def test_is_laid_out_for_review(self, name: str) -> None:
        instrument = INDICES[name]
        assert isinstance(instrument, Documented)
        assert instrument.rules
        assert {each.key for each in instrument.questions} >= set(scale_of(instrument))

    def test_speaks_french(self, name: str) -> None:
        instrument = INDICES[name]
        texts: list[Text] = [each.label for each in instrument.questions]
        for rule in instrument.rules:
            texts += [rule.label, rule.rule, *([rule.note] if rule.note else [])]
        for choice in instrument.choices:
            texts.append(choice.because)
        assert all(getattr(text, language).strip() for text in texts for language in LANGUAGES)
        assert not [text for text in texts if text.en == text.fr and text.en not in SAME_IN_BOTH]

    def test_every_choice_offers_its_default_with_sources(self, name: str) -> None:
        for choice in INDICES[name].choices:
            values = [value for value, _, _ in choice.options]
            assert choice.taken in values
            assert len(values) > 1
            assert all(source for _, _, source in choice.options)

    def test_a_choice_made_is_said(self, name: str) -> None:
        instrument = INDICES[name]
        for choice in instrument.choices:
            other = next(value for value, _, _ in choice.options if value != choice.taken)
            score = instrument.with_parameters(**{choice.name: other}).score(absent(instrument))
            assert score.parameters[choice.name] == other

    def test_what_is_unverified_is_said_in_every_result(self, name: str) -> None:
        instrument = INDICES[name]
        unverified = [rule.label.en for rule in instrument.rules if rule.status == "unverified"]
        for items in (absent(instrument), worst(instrument), {}):
            last = instrument.score(items).explained("en")[-1]
            assert last.startswith("Unverified rules were used") == bool(unverified)

    @pytest.mark.parametrize("seed", [1, 2])
    def test_knowing_more_narrows_what_may_come(self, name: str, seed: int) -> None:
        instrument, scale = INDICES[name], scale_of(INDICES[name])
        drawn = random.Random(seed)
        full = {key: drawn.choice(list(answers)) for key, answers in scale.items()}
        keys = drawn.sample(list(full), len(full))
        before = instrument.score({})
        for known in range(0, len(keys) + 1, max(1, len(keys) // 5)):
            now = instrument.score({key: full[key] for key in keys[:known]})
            assert before.lower <= now.lower <= now.upper <= before.upper
            before = now
        whole = instrument.score(full)
        assert before.lower <= whole.value <= before.upper

    def test_a_batch_of_nothing_is_open(self, name: str) -> None:
        instrument = INDICES[name]
        nothing = instrument.score_many(np.full((2, 3, len(instrument.items)), np.nan))
        value = nothing if isinstance(nothing, np.ndarray) else nothing.value
        assert value.shape == (2, 3)
        assert np.isnan(value).all()


def test_every_data_file_has_a_version() -> None:
    for name in FILES:
        assert re.fullmatch(r"1\.\d", tomllib.loads(DATA.joinpath(name).read_text("utf-8"))["version"])


def test_codes_are_unique() -> None:
    codes = [instrument.paramcd for instrument in INDICES.values()]
    assert len(set(codes)) == len(codes)
    assert all(len(code) <= 8 for code in codes)
