"""The data files say what the forms say: weights, groups, operators, sources; in two languages, in our own words."""

from __future__ import annotations

import pytest

from trialwright import diseases
from trialwright.diseases import lupus
from trialwright.diseases.lupus import tables
from trialwright.diseases.lupus.evidence import Comparison, Finding, Joined, read
from trialwright.diseases.lupus.sledai import FILES, Sledai, instruments
from trialwright.vocabulary.words import LANGUAGES, Text

WEIGHTS = {8: 8, 4: 6, 2: 7, 1: 3}  # weight: how many items carry it
LABORATORY = {
    "urinary_casts",
    "haematuria",
    "proteinuria",
    "pyuria",
    "low_complement",
    "dna_binding",
    "thrombocytopenia",
    "leukopenia",
}


@pytest.mark.parametrize("name", FILES)
class TestEveryFile:
    def test_twenty_four_items_weigh_105(self, name: str) -> None:
        weights = [item.weight for item in tables.table(name).items]
        assert {weight: weights.count(weight) for weight in weights} == WEIGHTS
        assert sum(weights) == 105

    def test_eight_laboratory_items_weigh_22(self, name: str) -> None:
        laboratory = [item for item in tables.table(name).items if "laboratory" in item.groups]
        assert {item.key for item in laboratory} == LABORATORY
        assert sum(item.weight for item in laboratory) == 22

    def test_serology_is_complement_and_anti_dna(self, name: str) -> None:
        serology = {item.key for item in tables.table(name).items if "serology" in item.groups}
        assert serology == {"low_complement", "dna_binding"}

    def test_rules_read_only_what_may_be_recorded(self, name: str) -> None:
        table = tables.table(name)
        known = {recorded.key for recorded in table.recorded} | {parameter.name for parameter in table.parameters}
        read = {each for item in table.items if item.evidence is not None for each in item.evidence.names()}
        assert read <= known

    def test_keys_are_given_once(self, name: str) -> None:
        keys = tables.table(name).keys
        assert len(set(keys)) == len(keys)

    def test_every_parameter_offers_its_default_and_says_why(self, name: str) -> None:
        for parameter in tables.table(name).parameters:
            assert parameter.default in parameter.values
            assert all(option.source for option in parameter.options)
            assert parameter.because.en
            assert parameter.because.fr

    def test_every_conflict_is_a_parameter(self, name: str) -> None:
        table = tables.table(name)
        in_conflict = {item.key for item in table.items if item.status == "conflict"}
        assert in_conflict == {parameter.item for parameter in table.parameters if parameter.status == "conflict"}

    def test_the_window_is_10_28_or_30_days(self, name: str) -> None:
        [window] = [parameter for parameter in tables.table(name).parameters if parameter.name == "window_days"]
        assert set(window.values) == {10, 28, 30}
        assert window.default == (30 if name == "sledai-2k" else 10)

    def test_french_is_french(self, name: str) -> None:
        table = tables.table(name)
        texts: list[Text] = [recorded.label for recorded in table.recorded]
        for item in table.items:
            texts += [item.label, item.rule, *([item.note] if item.note else [])]
        assert all(getattr(text, language).strip() for text in texts for language in LANGUAGES)
        assert not [text for text in texts if text.en == text.fr]


def test_only_proteinuria_tells_the_hybrid_from_selena() -> None:
    selena, hybrid = (tables.table(name).items for name in ("selena-sledai", "hybrid-selena-sledai"))
    assert [one.key for one, other in zip(selena, hybrid, strict=True) if one != other] == ["proteinuria"]


def test_rules_that_tell_selena_from_2k() -> None:
    two_k, selena = (tables.table(name).items for name in ("sledai-2k", "selena-sledai"))
    differ = {one.key for one, other in zip(two_k, selena, strict=True) if one.evidence != other.evidence}
    serology = {"dna_binding", "thrombocytopenia"}
    assert differ - serology == {
        "seizure",
        "visual_disturbance",
        "cranial_nerve",
        "cva",
        "arthritis",
        "myositis",
        "proteinuria",
        "pleurisy",
        "pericarditis",
    }


def test_a_file_names_the_version_it_is_based_on(monkeypatch: pytest.MonkeyPatch) -> None:
    written = tables._written

    def newer(name: str) -> dict[str, object]:
        return written(name) | ({"version": "2.0"} if name == "sledai-2k" else {})

    monkeypatch.setattr(tables, "_written", newer)
    with pytest.raises(ValueError, match=r"selena-sledai.toml was written against version 1.0; the file below is 2.0"):
        written("selena-sledai")


def test_nine_indices_by_name() -> None:
    names = [instrument.name for instrument in instruments()]
    assert list(diseases.disease("lupus").instruments())[:9] == names
    assert len(set(names)) == 9


@pytest.mark.parametrize(
    ("name", "maximum"), [("sledai-2k", 105), ("sledai-2k-clinical", 101), ("sledai-2k-without-laboratory", 83)]
)
def test_largest_total(name: str, maximum: int) -> None:
    index = diseases.disease("lupus").instruments()[name]
    assert isinstance(index, Sledai)
    assert index.score(dict.fromkeys(index.scale, True)).value == maximum


class TestWrittenRules:
    def test_a_rule_is_read_as_it_is_written(self) -> None:
        assert read({"all": ["temperature_c > 38.0", "not fever_infection"]}) == Joined(
            "all", (Comparison("temperature_c", ">", limit=38.0), Finding("fever_infection", opposite=True))
        )
        assert read("joints >= min_joints") == Comparison("joints", ">=", limit="min_joints")
        assert read("now - before > 0.5") == Comparison("now", ">", limit=0.5, minus="before")

    @pytest.mark.parametrize("written", ["a = 1", "not a > 1", "a - b", "a b", "", {"some": ["a"]}, {}, 3])
    def test_what_is_no_rule_is_refused(self, written: object) -> None:
        with pytest.raises(ValueError, match="is not a rule"):
            read(written)


def test_a_data_file_is_read_when_an_instrument_of_it_is_asked_for() -> None:
    registered = lupus._registered.__wrapped__()
    assert registered["sledai-2k-clinical"].name == "sledai-2k-clinical"
    assert list(registered._read) == ["sledai-2k"]
    assert registered["bilag-2004-letters"].name == "bilag-2004-letters"
    assert list(registered._read) == ["sledai-2k", "bilag-2004-letters"]
    assert registered["swollen-joints-28"].name == "swollen-joints-28", (
        "in joints-28, whose name it does not begin with"
    )
    assert "sledai" not in registered
    assert list(registered) == list(lupus.DISEASE.instruments())
