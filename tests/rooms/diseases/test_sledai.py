"""How an item is decided, at the edges where the indices and their prints differ."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright import diseases
from trialwright.diseases.lupus.sledai import Sledai
from trialwright.vocabulary.errors import ParameterError
from trialwright.vocabulary.scores import Items, Point, Score


def index(name: str) -> Sledai:
    found = diseases.disease("lupus").instruments()[name]
    assert isinstance(found, Sledai)
    return found


TWO_K, SELENA, HYBRID = (index(name) for name in ("sledai-2k", "selena-sledai", "hybrid-selena-sledai"))
NOTHING = dict.fromkeys(TWO_K.scale, False)


def point(sledai: Sledai, item: str, recorded: Items) -> Point:
    return next(point for point in sledai.score(recorded).points if point.item == item)


def points(sledai: Sledai, item: str, **recorded: bool | float | None) -> float | None:
    return point(sledai, item, recorded).points


class TestEdges:
    @pytest.mark.parametrize(("temperature", "expected"), [(37.9, 0), (38.0, 0), (38.1, 1)])
    def test_exactly_38_degrees_is_no_fever(self, temperature: float, expected: float) -> None:
        assert points(TWO_K, "fever", temperature_c=temperature, fever_infection=False) == expected

    @pytest.mark.parametrize(("platelets", "expected"), [(99.9, 1), (100, 0), (100.1, 0)])
    def test_exactly_100_platelets_is_no_thrombocytopenia(self, platelets: float, expected: float) -> None:
        recorded = {"platelets_e9_per_l": platelets, "thrombocytopenia_drug_cause": False}
        assert points(TWO_K, "thrombocytopenia", **recorded) == expected
        assert points(SELENA, "thrombocytopenia", **recorded) == expected

    @pytest.mark.parametrize(("leukocytes", "expected"), [(2.9, 1), (3.0, 0)])
    def test_exactly_3_leukocytes_is_no_leukopenia(self, leukocytes: float, expected: float) -> None:
        assert points(TWO_K, "leukopenia", leukocytes_e9_per_l=leukocytes, leukopenia_drug_cause=False) == expected

    @pytest.mark.parametrize(("joints", "two_k", "three", "selena"), [(1, 0, 0, 0), (2, 4, 0, 0), (3, 4, 4, 4)])
    def test_exactly_2_joints_tell_the_prints_apart(
        self, joints: int, two_k: float, three: float, selena: float
    ) -> None:
        narrow = TWO_K.with_parameters(min_joints=3)
        found = [points(each, "arthritis", arthritis_joints=joints) for each in (TWO_K, narrow, SELENA)]
        assert found == [two_k, three, selena]

    @pytest.mark.parametrize(("grams", "expected"), [(0.49, 0), (0.5, 0), (0.51, 4)])
    def test_exactly_half_a_gram_is_no_proteinuria(self, grams: float, expected: float) -> None:
        assert points(TWO_K, "proteinuria", proteinuria_g_per_24h=grams) == expected
        assert points(HYBRID, "proteinuria", proteinuria_g_per_24h=grams) == expected
        new = {"proteinuria_g_per_24h": grams, "proteinuria_previous_g_per_24h": 0.0}
        assert points(SELENA, "proteinuria", **new) == expected

    @pytest.mark.parametrize(
        ("now", "before", "expected"),
        [(0.8, 0.8, 0), (1.1, 0.6, 0), (1.2, 0.7, 0), (1.11, 0.6, 4), (0.7, 0.3, 4), (0.7, 0.5, 4), (0.4, 0.0, 0)],
    )
    def test_selena_counts_new_or_risen_proteinuria(self, now: float, before: float, expected: float) -> None:
        """1.1 - 0.6 is a hair above 0.5 in binary; the rise is exactly 0.5 g and does not count."""
        recorded = {"proteinuria_g_per_24h": now, "proteinuria_previous_g_per_24h": before}
        assert points(SELENA, "proteinuria", **recorded) == expected

    @pytest.mark.parametrize("key", ["rbc_per_hpf", "wbc_per_hpf"])
    @pytest.mark.parametrize(("cells", "present"), [(5, False), (6, True)])
    def test_exactly_5_cells_per_field_are_none(self, key: str, cells: float, present: bool) -> None:
        item, cause = {
            "rbc_per_hpf": ("haematuria", "haematuria_other_cause"),
            "wbc_per_hpf": ("pyuria", "pyuria_infection"),
        }[key]
        assert points(TWO_K, item, **{key: cells, cause: False}) == 4 * present

    @pytest.mark.parametrize(("percent", "expected"), [(25, 0), (25.1, 2)])
    def test_exactly_25_per_cent_farr_is_not_raised(self, percent: float, expected: float) -> None:
        assert points(SELENA, "dna_binding", dna_farr_percent=percent) == expected
        assert points(TWO_K.with_parameters(farr_25_percent=True), "dna_binding", dna_farr_percent=percent) == expected
        assert points(TWO_K, "dna_binding", dna_farr_percent=percent) is None


class TestWhereTheIndicesDiffer:
    @pytest.mark.parametrize("organ", ["pleurisy", "pericarditis"])
    @pytest.mark.parametrize(
        ("pain", "severe", "sign", "two_k", "selena"),
        [
            (True, False, False, 0, 0),
            (True, True, False, 0, 2),
            (True, False, True, 2, 2),
            (False, None, True, 0, 2),
            (False, None, False, 0, 0),
            (None, True, True, 2, 2),
            (True, None, None, None, None),
            (True, None, False, 0, None),
            (None, None, True, None, 2),
        ],
    )
    def test_pain_and_sign_or_severe_pain_or_sign(
        self,
        *,
        organ: str,
        pain: bool | None,
        severe: bool | None,
        sign: bool | None,
        two_k: float | None,
        selena: float | None,
    ) -> None:
        recorded = {f"{organ}_pain": pain, f"{organ}_severe_pain": severe, f"{organ}_sign": sign}
        echo = {"pericarditis_echo": False} if organ == "pericarditis" else {}
        assert points(TWO_K, organ, **recorded, **echo) == two_k
        assert points(SELENA, organ, **recorded, **echo) == selena

    @pytest.mark.parametrize(
        ("item", "recorded", "two_k", "selena"),
        [
            ("visual_disturbance", {"eye_retina_or_optic_nerve": False, "eye_scleritis": True}, 0, 8),
            ("visual_disturbance", {"eye_scleritis": True}, None, 8),
            ("cranial_nerve", {"cranial_neuropathy": False, "cranial_vertigo": True}, 0, 8),
            ("seizure", {"seizure_recent": True, "seizure_old_damage": True}, 8, 0),
            ("cva", {"cva_new": True, "cva_arteriosclerotic": False, "cva_hypertensive": True}, 8, 0),
            ("cva", {"cva_new": True, "cva_arteriosclerotic": True}, 0, 0),
            (
                "myositis",
                {
                    "myositis_symptoms": True,
                    "myositis_ck_raised": False,
                    "myositis_aldolase_raised": True,
                    "myositis_emg_or_biopsy": False,
                },
                4,
                0,
            ),
            (
                "pericarditis",
                {"pericarditis_pain": True, "pericarditis_severe_pain": False, "pericarditis_sign": False}
                | {"pericarditis_echo": True},
                2,
                0,
            ),
            ("thrombocytopenia", {"platelets_e9_per_l": 80, "thrombocytopenia_drug_cause": True}, 0, 1),
        ],
    )
    def test_same_findings_other_points(
        self, *, item: str, recorded: Items, two_k: float | None, selena: float | None
    ) -> None:
        assert point(TWO_K, item, recorded).points == two_k
        assert point(SELENA, item, recorded).points == selena

    def test_the_hybrid_counts_persistent_proteinuria(self) -> None:
        recorded = {"proteinuria_g_per_24h": 0.8, "proteinuria_previous_g_per_24h": 0.8}
        assert [points(each, "proteinuria", **recorded) for each in (TWO_K, SELENA, HYBRID)] == [4, 0, 4]


class TestAttribution:
    @pytest.mark.parametrize(
        ("answer", "joints", "expected"),
        [
            (True, None, 4),
            (False, None, 0),
            (None, None, None),
            (True, 3, 4),
            (False, 3, 0),
            (None, 3, 4),
            (True, 1, 0),
            (False, 1, 0),
            (None, 1, 0),
        ],
    )
    def test_a_no_wins_and_a_yes_does_not_turn_a_value(
        self, answer: bool | None, joints: int | None, expected: float | None
    ) -> None:
        assert points(TWO_K, "arthritis", arthritis=answer, arthritis_joints=joints) == expected

    @pytest.mark.parametrize(
        ("answer", "infection", "expected"),
        [(None, None, None), (None, False, 1), (None, True, 0), (True, None, 1), (False, None, 0), (True, True, 0)],
    )
    def test_a_value_alone_is_not_attributed(
        self, answer: bool | None, infection: bool | None, expected: float | None
    ) -> None:
        """39 °C is fever only when infection was excluded, by its own answer or by that of the item."""
        assert points(TWO_K, "fever", temperature_c=39.0, fever=answer, fever_infection=infection) == expected

    def test_a_normal_value_needs_no_attribution(self) -> None:
        assert points(TWO_K, "fever", temperature_c=37.0) == 0

    def test_one_assay_is_enough_for_anti_dna(self) -> None:
        assert points(SELENA, "dna_binding", dna_above_lab_range=False) == 0
        assert points(SELENA, "dna_binding", dna_above_lab_range=False, dna_farr_percent=30.0) == 2

    @pytest.mark.parametrize(
        ("recorded", "english", "french"),
        [
            ({"arthritis": True, "arthritis_joints": 1}, "misses the rule", "n'est pas remplie"),
            ({"arthritis": False, "arthritis_joints": 3}, "not attributed", "non attribué"),
        ],
    )
    def test_a_disagreement_is_said(self, recorded: Items, english: str, french: str) -> None:
        said = point(TWO_K, "arthritis", recorded).rule
        assert english in said.en
        assert french in said.fr

    def test_what_is_still_open_is_said(self) -> None:
        fever = point(TWO_K, "fever", {"temperature_c": 39.0})
        assert fever.value == "temperature_c = 39"
        assert "still open: fever_infection" in fever.rule.en
        assert "à préciser : fever_infection" in fever.rule.fr

    def test_what_was_recorded_is_shown(self) -> None:
        assert point(TWO_K, "arthritis", {"arthritis": True}).value is True
        both = point(TWO_K, "arthritis", {"arthritis": True, "arthritis_joints": 4})
        assert both.value == "yes; arthritis_joints = 4"
        assert point(TWO_K, "arthritis", {}).value is None


class TestConflicts:
    def conflicts(self, sledai: Sledai, **recorded: bool | float | None) -> tuple[str, ...]:
        return sledai.score(recorded).conflicts

    def test_two_joints_depend_on_the_print(self) -> None:
        assert self.conflicts(TWO_K, arthritis_joints=2) == ("arthritis: min_joints = 2",)
        assert self.conflicts(TWO_K.with_parameters(min_joints=3), arthritis_joints=2) == ("arthritis: min_joints = 3",)

    @pytest.mark.parametrize("joints", [0, 1, 3, 10])
    def test_other_counts_do_not(self, joints: int) -> None:
        assert self.conflicts(TWO_K, arthritis_joints=joints) == ()

    @pytest.mark.parametrize(
        ("min_joints", "answer", "depends"), [(2, True, 1), (2, False, 0), (3, True, 0), (3, False, 1)]
    )
    def test_an_answer_without_a_count_may_depend(self, min_joints: int, answer: bool, depends: int) -> None:
        """Yes to "at least 2" may be exactly 2; no to "at least 2" is also no to "at least 3"."""
        assert len(self.conflicts(TWO_K.with_parameters(min_joints=min_joints), arthritis=answer)) == depends

    def test_what_is_not_counted_has_no_conflict(self) -> None:
        assert self.conflicts(index("sledai-2k-clinical"), dna_binding=False) == ()
        assert self.conflicts(TWO_K, dna_binding=False) == ("dna_binding: farr_25_percent = false",)

    def test_a_low_platelet_count_depends_on_the_drug_rule(self) -> None:
        taken = ("thrombocytopenia: platelets_exclude_drug_cause = true",)
        assert self.conflicts(TWO_K, platelets_e9_per_l=80, thrombocytopenia_drug_cause=True) == taken
        assert self.conflicts(TWO_K, platelets_e9_per_l=80, thrombocytopenia_drug_cause=False) == ()
        assert self.conflicts(TWO_K, platelets_e9_per_l=180) == ()

    def test_new_onset_below_a_rise_of_half_a_gram_is_our_reading(self) -> None:
        recorded = {"proteinuria_g_per_24h": 0.7, "proteinuria_previous_g_per_24h": 0.3}
        assert self.conflicts(SELENA, **recorded) == ("proteinuria: proteinuria_new_onset = true",)
        narrow = SELENA.with_parameters(proteinuria_new_onset=False)
        assert points(narrow, "proteinuria", **recorded) == 0
        assert self.conflicts(SELENA, **(recorded | {"proteinuria_g_per_24h": 2.0})) == ()

    def test_rules_show_the_side_taken(self) -> None:
        narrow = TWO_K.with_parameters(min_joints=3, farr_25_percent=True, platelets_exclude_drug_cause=False)
        rules = {each.item: each.rule for each in narrow.score({}).points}
        assert rules["arthritis"].en.startswith("at least 3 joints")
        assert rules["dna_binding"].fr.endswith(", ou Farr supérieur à 25 %")
        assert rules["thrombocytopenia"].en == "platelets below 100 × 10⁹/L"


class TestParameters:
    def test_defaults_and_choices_are_reported(self) -> None:
        assert TWO_K.score({}).parameters == {
            "window_days": 30,
            "min_joints": 2,
            "farr_25_percent": False,
            "platelets_exclude_drug_cause": True,
        }
        assert SELENA.with_parameters(window_days=28).score({}).parameters["window_days"] == 28

    def test_every_wrong_choice_is_named(self) -> None:
        with pytest.raises(ParameterError) as caught:
            TWO_K.with_parameters(window_days=14, min_joint=3, farr_25_percent=1)
        assert [finding.place for finding in caught.value.findings] == ["window_days", "min_joint", "farr_25_percent"]
        assert caught.value.findings[1].remedy == "Did you mean min_joints?"

    def test_choices_add_up(self) -> None:
        assert TWO_K.with_parameters(min_joints=3).with_parameters(window_days=10).chosen == {
            "min_joints": 3,
            "window_days": 10,
        }


class TestFindings:
    def of(self, **recorded: object) -> dict[str, str]:
        with pytest.raises(ParameterError) as caught:
            TWO_K.score(recorded)  # type: ignore[arg-type]
        return {finding.place: f"{finding.allowed}. {finding.remedy}" for finding in caught.value.findings}

    def test_units_are_not_guessed(self) -> None:
        """The forms misprint 100,000 and 3,000 "× 10⁹/L": a count per µL is refused, with the way out."""
        found = self.of(
            platelets_e9_per_l=100_000, leukocytes_e9_per_l=3_000, temperature_c=100.4, proteinuria_g_per_24h=800
        )
        assert "100,000 per µL is 100" in found["platelets_e9_per_l"]
        assert "3,000 per µL is 3.0" in found["leukocytes_e9_per_l"]
        assert "100.4 °F is 38.0 °C" in found["temperature_c"]
        assert "divide milligrams by 1000" in found["proteinuria_g_per_24h"]

    def test_everything_wrong_is_said_at_once(self) -> None:
        found = self.of(
            arthritsi=True,
            fever="yes",
            rash=1,
            temperature_c=float("nan"),
            rbc_per_hpf=float("inf"),
            wbc_per_hpf=True,
            arthritis_joints=2.5,
            platelets_e9_per_l=-1,
            pleurisy_pain=False,
            pleurisy_severe_pain=True,
        )
        assert set(found) == {
            "arthritsi",
            "fever",
            "rash",
            "temperature_c",
            "rbc_per_hpf",
            "wbc_per_hpf",
            "arthritis_joints",
            "platelets_e9_per_l",
            "pleurisy_severe_pain",
        }
        assert "Did you mean arthritis?" in found["arthritsi"]

    def test_numpy_answers_are_answers(self) -> None:
        recorded = {"rash": np.bool_(True), "arthritis_joints": np.int64(2), "temperature_c": np.float64(37)}
        score = TWO_K.score(recorded)  # type: ignore[arg-type]
        assert score.lower == 6


class TestTotals:
    def test_nothing_found_is_zero_and_nothing_asked_is_not(self) -> None:
        assert TWO_K.score(NOTHING).value == 0
        empty = TWO_K.score({})
        assert (empty.value, empty.lower, empty.upper, len(empty.not_assessed)) == (None, 0, 105, 24)

    def test_what_does_not_count_need_not_be_assessed(self) -> None:
        clinical = index("sledai-2k-clinical")
        without = {key: value for key, value in NOTHING.items() if key not in ("low_complement", "dna_binding")}
        assert clinical.score(without | {"rash": True}).value == 2
        assert TWO_K.score(without).value is None

    def test_one_open_item_bounds_the_total(self) -> None:
        score = TWO_K.score(NOTHING | {"rash": True, "vasculitis": None})
        assert (score.value, score.lower, score.upper, score.not_assessed) == (None, 2, 10, ("vasculitis",))

    def test_explained_in_both_languages(self) -> None:
        score: Score = TWO_K.score(NOTHING | {"arthritis": True, "haematuria": None})
        assert score.explained("en") == (
            "Arthritis: +4 — at least 2 joints with both pain and a sign of inflammation "
            f"(sources disagree; {score.points[8].source})",
            "Haematuria: not assessed",
            "Total: cannot be assessed (items not assessed: 1); between 4 and 8",
        )
        added, missing, total = score.explained("fr")
        assert "+4 — au moins 2 articulations avec douleur et signe d'inflammation (sources discordantes" in added
        assert missing == "Hématurie : non évalué"
        assert total.endswith("entre 4 et 8")
