"""BILAG-2004 at its edges: which side was chosen, and that nothing recorded hides anything else."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from trialwright import diseases
from trialwright.diseases.lupus.bilag import Bilag, truth_of
from trialwright.diseases.lupus.bilag_form import LETTERS
from trialwright.testing.diseases import absent
from trialwright.vocabulary.errors import ParameterError

INDEX = diseases.disease("lupus").instruments()["bilag-2004"]
assert isinstance(INDEX, Bilag)
CODED = [item for item in INDEX.form.items if item.coded]
NOTHING = absent(INDEX)
FLAGS = {key: True for key in INDEX.items if key.endswith("_due_to_lupus")}
NEVER = {f"{system.key}_before": False for system in INDEX.form.systems}
CLEAR = NOTHING | FLAGS | NEVER


def grade(system: str, *, index: Bilag = INDEX, **recorded: object) -> str | None:
    return index.grades(CLEAR | recorded)[system]  # type: ignore[arg-type]


class TestStructure:
    def test_97_items_in_nine_systems(self) -> None:
        assert sorted(item.number for item in INDEX.form.items) == list(range(1, 98))
        counts = [sum(item.system == system.key for item in INDEX.form.items) for system in INDEX.form.systems]
        assert counts == [4, 14, 20, 5, 12, 9, 13, 12, 8]

    def test_everything_as_bad_as_it_can_be_is_108(self) -> None:
        worst = {key: answers[-1] for key, answers in INDEX.scale.items()}
        assert INDEX.score(worst).value == 108
        assert INDEX.score(NOTHING).value == 0

    def test_lists_are_those_of_the_form(self) -> None:
        def numbers(system: str, name: str) -> list[int]:
            return [item.number for item in CODED if item.system == system and item.list == name]

        assert numbers("mucocutaneous", "A") == [5, 7, 9, 11, 13]
        assert numbers("mucocutaneous", "B") == [6, 12, 14, 15]
        assert numbers("neuropsychiatric", "A") == [*range(19, 30), 31, 36]
        assert numbers("cardiorespiratory", "A") == [45, 46, 47, *range(49, 56)]
        assert numbers("gastrointestinal", "A") == [56, 58, 61, 63, 64]
        assert numbers("ophthalmic", "B") == [67, 68, 70, 73]
        assert numbers("ophthalmic", "C") == [71, 75]

    def test_what_nobody_has_checked_says_so(self) -> None:
        assert INDEX.score(CLEAR).unverified == ("musculoskeletal", "cardiorespiratory", "haematological")
        assert "Unverified rules were used" in INDEX.score(CLEAR).explained("en")[-1]
        assert "non vérifiées" in INDEX.score(CLEAR).explained("fr")[-1]


class TestOrderTrap:
    """A legacy tool stops at the first list-A item that is 1 and answers B, whatever stands further down."""

    def test_an_improving_item_does_not_hide_a_new_one(self) -> None:
        assert grade("mucocutaneous", skin_eruption_severe=1, mucosal_ulceration_severe=4) == "A"
        assert grade("mucocutaneous", skin_eruption_severe=4, mucosal_ulceration_severe=1) == "A"

    @pytest.mark.parametrize("system", [system.key for system in INDEX.form.systems[1:7]])
    def test_in_every_system_that_has_lists(self, system: str) -> None:
        of_a = [item.key for item in CODED if item.system == system and item.list == "A"]
        assert INDEX.grades(CLEAR | {of_a[0]: 1, of_a[-1]: 2})[system] == "A"
        assert INDEX.grades(CLEAR | {of_a[0]: 1})[system] == "B"


class TestDipstick:
    """It counts only when there is no quantitative result of this visit."""

    def without(self, **recorded: object) -> dict[str, object]:
        kept = {key: value for key, value in CLEAR.items() if not key.startswith("urine_pcr")}
        return kept | recorded

    @pytest.mark.parametrize(
        ("now", "before", "expected"), [(2, 0, "B"), (2, 1, "B"), (2, 2, "C"), (1, 0, "C"), (1, 1, "C"), (0, 2, "E")]
    )
    def test_alone_it_counts(self, now: int, before: int, expected: str) -> None:
        items = self.without(dipstick_protein=now, dipstick_protein_previous=before)
        assert INDEX.grades(items)["renal"] == expected  # type: ignore[arg-type]

    def test_two_levels_up_are_a_feature_of_grade_a(self) -> None:
        items = self.without(dipstick_protein=3, dipstick_protein_previous=1, active_sediment=True)
        assert INDEX.grades(items)["renal"] == "A"  # type: ignore[arg-type]
        items["dipstick_protein"] = 2
        assert INDEX.grades(items)["renal"] == "B"  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "measured",
        [
            {"urine_pcr_mg_per_mmol": 20, "urine_pcr_previous_mg_per_mmol": 20},
            {"urine_acr_mg_per_mmol": 20, "urine_acr_previous_mg_per_mmol": 20},
            {"urine_protein_g_per_24h": 0.2, "urine_protein_previous_g_per_24h": 0.2},
        ],
    )
    def test_beside_a_quantitative_result_it_does_not(self, measured: dict[str, object]) -> None:
        items = self.without(dipstick_protein=4, dipstick_protein_previous=0, **measured)
        assert INDEX.grades(items)["renal"] == "E"  # type: ignore[arg-type]


class TestFirstVisit:
    """Limits decide alone; a rise of blood pressure cannot be known, so it does not count."""

    ALONE = {key: value for key, value in CLEAR.items() if "_previous" not in key} | {"first_visit": True}

    @pytest.mark.parametrize(
        ("recorded", "expected"),
        [
            ({"urine_pcr_mg_per_mmol": 101, "active_sediment": True}, "A"),
            ({"urine_pcr_mg_per_mmol": 100, "active_sediment": True}, "B"),
            ({"urine_pcr_mg_per_mmol": 50}, "B"),
            ({"urine_pcr_mg_per_mmol": 49.9}, "C"),
            ({"creatinine_umol_per_l": 131, "active_histology": True}, "A"),
            ({"creatinine_umol_per_l": 130, "active_histology": True}, "B"),
            ({"gfr_ml_per_min": 79}, "B"),
            ({"gfr_ml_per_min": 80}, "E"),
            ({"systolic_bp_mmhg": 200, "diastolic_bp_mmhg": 120}, "E"),
        ],
    )
    def test_limits_decide_alone(self, recorded: dict[str, object], expected: str) -> None:
        assert INDEX.grades(self.ALONE | recorded)["renal"] == expected  # type: ignore[arg-type]

    def test_a_first_visit_with_earlier_values_is_refused(self) -> None:
        with pytest.raises(ParameterError, match="contradicts the earlier values"):
            INDEX.score(CLEAR | {"first_visit": True})

    def test_without_a_word_about_it_a_rise_is_open(self) -> None:
        later = {key: value for key, value in self.ALONE.items() if key != "first_visit"}
        score = INDEX.score(later | {"urine_pcr_mg_per_mmol": 60})
        assert (score.value, score.lower, score.upper) == (None, 1, 8)


class TestGfr:
    """Below 50 counts when it was above 50, or never measured before; a visit with other earlier values is no first."""

    @pytest.mark.parametrize(
        ("now", "before", "expected"),
        [(79, 118, "B"), (79, 117, "E"), (80, 200, "E"), (49, 51, "B"), (49, 50, "E"), (50, 51, "E")],
    )
    def test_limits(self, now: float, before: float, expected: str) -> None:
        assert grade("renal", gfr_ml_per_min=now, gfr_previous_ml_per_min=before) == expected

    def test_never_measured_before(self) -> None:
        without = {key: value for key, value in CLEAR.items() if key != "gfr_previous_ml_per_min"}
        low = without | {"gfr_ml_per_min": 49}
        assert INDEX.grades(low)["renal"] is None
        assert INDEX.grades(low | {"gfr_previous_not_measured": True})["renal"] == "B"
        assert INDEX.grades(low | {"gfr_previous_not_measured": False})["renal"] is None

    def test_creatinine_or_gfr_is_enough(self) -> None:
        only_gfr = {key: value for key, value in CLEAR.items() if not key.startswith("creatinine")}
        assert INDEX.score(only_gfr).value == 0


class TestEdgesInConflict:
    """Exactly 25 % fallen is improved, and exactly 130 % is not above 130 %: the usual wording, not a legacy tool's."""

    @pytest.mark.parametrize(("now", "usual", "legacy"), [(149, "C", "C"), (150, "C", "B"), (151, "B", "B")])
    def test_exactly_25_percent(self, now: float, usual: str, legacy: str) -> None:
        recorded = {"urine_pcr_mg_per_mmol": now, "urine_pcr_previous_mg_per_mmol": 200}
        assert grade("renal", **recorded) == usual
        assert grade("renal", index=INDEX.with_parameters(exactly_25_percent_counts=True), **recorded) == legacy

    def test_exactly_25_percent_in_decimals(self) -> None:
        """0.9 of 1.2 g is exactly three quarters, though not in binary."""
        kept = {key: value for key, value in CLEAR.items() if not key.startswith("urine_pcr")}
        items = kept | {"urine_protein_g_per_24h": 0.9, "urine_protein_previous_g_per_24h": 1.2}
        assert INDEX.grades(items)["renal"] == "C"

    @pytest.mark.parametrize(("now", "usual", "legacy"), [(155, "B", "B"), (156, "B", "A"), (157, "A", "A")])
    def test_exactly_130_percent(self, now: float, usual: str, legacy: str) -> None:
        recorded = {"creatinine_umol_per_l": now, "creatinine_previous_umol_per_l": 120, "active_histology": True}
        assert grade("renal", **recorded) == usual
        assert grade("renal", index=INDEX.with_parameters(exactly_130_percent_counts=True), **recorded) == legacy

    @pytest.mark.parametrize(("ratio", "usual", "legacy"), [(25, "E", "C"), (25.1, "C", "C"), (100, "B", "B")])
    def test_albumin_at_its_limits(self, ratio: float, usual: str, legacy: str) -> None:
        kept = {key: value for key, value in CLEAR.items() if not key.startswith("urine_pcr")}
        items = kept | {"urine_acr_mg_per_mmol": ratio, "urine_acr_previous_mg_per_mmol": ratio}
        assert INDEX.grades(items)["renal"] == usual
        assert INDEX.with_parameters(acr_at_its_limit_counts=True).grades(items)["renal"] == legacy

    def test_a_side_taken_is_said_where_it_matters(self) -> None:
        at = CLEAR | {"urine_pcr_mg_per_mmol": 150, "urine_pcr_previous_mg_per_mmol": 200}
        said = INDEX.score(at).conflicts
        assert "renal: exactly_25_percent_counts = false" in said
        assert INDEX.score(CLEAR).conflicts == ()

    @pytest.mark.parametrize(("ratio", "expected"), [(1.149, "E"), (1.15, "B")])
    def test_exactly_115_percent_counts(self, ratio: float, expected: str) -> None:
        recorded = {"creatinine_umol_per_l": 200 * ratio, "creatinine_previous_umol_per_l": 200}
        assert grade("renal", **recorded) == expected


class TestBlood:
    @pytest.mark.parametrize(
        ("value", "expected"), [(7.9, "A"), (8.0, "B"), (8.95, "B"), (9.0, "C"), (10.9, "C"), (10.95, "C"), (11.0, "E")]
    )
    def test_haemoglobin_leaves_no_gap_between_bands(self, value: float, expected: str) -> None:
        assert grade("haematological", haemoglobin_g_per_dl=value) == expected

    @pytest.mark.parametrize(
        ("value", "expected"), [(24, "A"), (25, "B"), (49, "B"), (50, "C"), (149, "C"), (150, "E")]
    )
    def test_platelets(self, value: float, expected: str) -> None:
        assert grade("haematological", platelets_e9_per_l=value) == expected

    def test_lymphocytes_are_a_choice(self) -> None:
        assert grade("haematological", lymphocytes_e9_per_l=0.9) == "C"
        without = INDEX.with_parameters(lymphocytes_count=False)
        assert grade("haematological", index=without, lymphocytes_e9_per_l=0.9) == "E"

    def test_a_value_not_due_to_lupus_is_ignored(self) -> None:
        assert grade("haematological", platelets_e9_per_l=10, platelets_due_to_lupus=False) == "E"
        assert grade("haematological", platelets_e9_per_l=10, platelets_due_to_lupus=None) is None


class TestMissing:
    def test_a_certain_a_needs_nothing_else(self) -> None:
        assert INDEX.grades({"psychosis": 4})["neuropsychiatric"] == "A"

    def test_not_done_is_not_absent(self) -> None:
        without = {key: value for key, value in CLEAR.items() if key != "psychosis"}
        score = INDEX.score(without)
        assert (score.value, score.lower, score.upper) == (None, 0, 12)
        assert score.not_assessed == ("psychosis",)

    def test_d_and_e_add_nothing_either_way(self) -> None:
        score = INDEX.score(NOTHING)
        assert score.value == 0
        assert INDEX.grades(NOTHING)["renal"] is None
        assert INDEX.grades(NOTHING | {"renal_before": True})["renal"] == "D"


codes = st.fixed_dictionaries({}, optional={item.key: st.sampled_from([0, 1, 2, 3, 4, None]) for item in CODED})


def _row(recorded: Mapping[str, object]) -> list[float]:
    return [math.nan if recorded.get(key) is None else float(recorded[key]) for key in INDEX.items]  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(codes, st.sampled_from([item.key for item in CODED]))
def test_a_worse_item_never_lowers_the_sum(recorded: dict[str, int | None], key: str) -> None:
    sums = [INDEX.score(CLEAR | recorded | {key: code}) for code in range(5)]
    assert [one.lower for one in sums] == sorted(one.lower for one in sums)
    assert [one.upper for one in sums] == sorted(one.upper for one in sums)


@settings(max_examples=40, deadline=None)
@given(st.lists(codes, min_size=1, max_size=4))
def test_a_batch_and_one_by_one_agree(batch: list[dict[str, int | None]]) -> None:
    rows = [CLEAR | recorded for recorded in batch]
    table = np.array(
        [[math.nan if row.get(key) is None else float(row[key] or 0) for key in INDEX.items] for row in rows]
    )
    together, ranks = INDEX.score_many(table), INDEX.grade_many(table)
    for place, row in enumerate(rows):
        alone = INDEX.score(row)
        assert (together.lower[place], together.upper[place]) == (alone.lower, alone.upper)
        letters = INDEX.grades(row)
        for system, letter in letters.items():
            value = ranks[system].value[place]
            assert (None if np.isnan(value) else LETTERS[int(value)]) == letter


@settings(max_examples=40, deadline=None)
@given(codes, st.sampled_from([item.key for item in CODED]))
def test_knowing_more_stays_within_the_bounds(recorded: dict[str, int | None], key: str) -> None:
    before = INDEX.score(CLEAR | recorded | {key: None})
    for code in range(5):
        after = INDEX.score(CLEAR | recorded | {key: code})
        assert before.lower <= after.lower <= after.upper <= before.upper


def test_at_least_a_letter_over_a_batch() -> None:
    table = np.array([_row(CLEAR)])
    renal = INDEX.grade_many(table)["renal"]
    assert not truth_of(renal, "C").possible[0]
    assert truth_of(renal, "E").sure[0]
