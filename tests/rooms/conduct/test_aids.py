"""Aids to a judgement: what they suggest, and what they leave open."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, strategies as st

from trialwright.conduct.aids import RELATED, crs, icans, naranjo, who_umc
from trialwright.conduct.aids.answers import written
from trialwright.conduct.aids.naranjo import ANSWERS
from trialwright.vocabulary.errors import ParameterError

ITEMS = tuple(str(number) for number in range(1, 11))


CERTAIN = {
    "time": "plausible",
    "other_causes": "cannot explain",
    "withdrawal": "plausible",
    "definitive": "yes",
    "rechallenge": "not needed",
}
WELL = {"consciousness": "awake", "seizure": "none", "motor_deficit": "no", "oedema": "none"}


@pytest.mark.parametrize("name", ["naranjo", "who-umc", "astct"])
def test_every_aid_names_its_source_and_status(name: str) -> None:
    assert written(name)["source"]
    assert written(name)["status"] in ("confirmed", "unverified", "conflict")


class TestNaranjo:
    def test_nothing_known_is_doubtful(self) -> None:
        for answers in ({}, dict.fromkeys(ITEMS, "unknown")):
            one = naranjo(answers)
            assert (one.score, one.category.en, one.unanswered) == (0, "doubtful", ITEMS)
            assert (one.lowest, one.highest) == (-4, 13)

    @pytest.mark.parametrize(
        ("answers", "score", "category"),
        [
            ({"2": "yes", "5": "no"}, 4, "possible"),
            ({"2": "yes", "5": "no", "9": "yes"}, 5, "probable"),
            ({"2": "yes", "4": "yes", "5": "no", "6": "no", "7": "yes"}, 8, "probable"),
            ({"2": "yes", "4": "yes", "5": "no", "6": "no", "7": "yes", "8": "yes"}, 9, "definite"),
            ({"2": "no", "4": "no", "5": "yes", "6": "yes"}, -4, "doubtful"),
            ({"1": "yes"}, 1, "possible"),
        ],
    )
    def test_scores_and_categories(self, answers: dict[str, str], score: int, category: str) -> None:
        one = naranjo(answers)
        assert (one.score, one.category.en) == (score, category)

    def test_after_a_single_infusion_definite_is_out_of_reach(self) -> None:
        answers = {item: "yes" for item in ITEMS if item not in ("3", "4", "5", "6", "7")} | {"5": "no"}
        assert naranjo(answers).score == 8

    @given(st.dictionaries(st.sampled_from(ITEMS), st.sampled_from(ANSWERS)))
    def test_the_score_lies_between_its_limits_whatever_is_answered_next(self, answers: dict[str, str]) -> None:
        one = naranjo(answers)
        assert -4 <= one.lowest <= one.score <= one.highest <= 13
        for item, answer in product(one.unanswered, ("yes", "no")):
            assert one.lowest <= naranjo({**answers, item: answer}).score <= one.highest

    def test_what_is_not_asked_is_named(self) -> None:
        with pytest.raises(ParameterError, match="2 findings"):
            naranjo({"11": "yes", "2": "perhaps"})


class TestWhoUmc:
    @pytest.mark.parametrize(
        ("changes", "category", "related"),
        [
            ({}, "certain", True),
            ({"definitive": "no"}, "probable", True),
            ({"rechallenge": "negative"}, "probable", True),
            ({"other_causes": "unlikely", "withdrawal": "reasonable"}, "probable", True),
            ({"withdrawal": "unclear"}, "possible", True),
            ({"other_causes": "could also explain"}, "possible", True),
            ({"time": "improbable", "other_causes": "plausible"}, "unlikely", False),
            ({"time": "improbable"}, None, None),
            ({"information": "more is coming"}, "unclassified", None),
            ({"information": "cannot be completed"}, "unassessable", None),
        ],
    )
    def test_categories(self, changes: dict[str, str], category: str | None, related: bool | None) -> None:
        one = who_umc({**CERTAIN, **changes})
        assert (one.category, one.related) == (category, related)

    def test_nothing_answered_suggests_nothing(self) -> None:
        one = who_umc({})
        assert one.category is None
        assert len(one.unanswered) == 6

    def test_which_categories_are_a_reasonable_possibility(self) -> None:
        assert {name for name, related in RELATED.items() if related} == {"certain", "probable", "possible"}
        assert [name for name, related in RELATED.items() if related is False] == ["unlikely"]


class TestCytokineRelease:
    @pytest.mark.parametrize(
        ("hypotension", "hypoxia", "grade"),
        [
            ("none", "none", 1),
            ("without pressor", "none", 2),
            ("none", "low flow", 2),
            ("one pressor", "low flow", 3),
            ("none", "high flow", 3),
            ("several pressors", "none", 4),
            ("none", "positive pressure", 4),
        ],
    )
    def test_the_worse_of_the_two_decides(self, hypotension: str, hypoxia: str, grade: int) -> None:
        answers = {"fever": "yes", "hypotension": hypotension, "hypoxia": hypoxia}
        assert crs(answers).grade == grade
        assert crs({**answers, "fever": "no"}).grade == 0
        treated = crs({**answers, "fever": "no"}, treated=True)
        assert treated.grade == (grade if grade > 1 else 0)

    def test_what_is_open_matters_only_where_it_could_be_worse(self) -> None:
        assert crs({"fever": "yes", "hypotension": "one pressor"}).grade is None
        assert crs({"fever": "yes", "hypotension": "one pressor"}).at_least == 3
        assert crs({"fever": "yes", "hypotension": "several pressors"}).grade == 4
        assert crs({"hypotension": "several pressors", "hypoxia": "none"}).grade is None
        assert crs({}, died=True).grade == 5

    def test_an_answer_that_is_not_known_is_named_with_those_that_are(self) -> None:
        with pytest.raises(ParameterError, match="one pressor"):
            crs({"hypotension": "mild"})


class TestNeurotoxicity:
    @pytest.mark.parametrize(("ice", "grade"), [(10, 0), (9, 1), (7, 1), (6, 2), (3, 2), (2, 3), (1, 3), (0, 3)])
    def test_the_ice_score_by_itself(self, ice: int, grade: int) -> None:
        assert icans(WELL, ice=ice).grade == grade

    @pytest.mark.parametrize(
        ("changes", "grade"),
        [
            ({"consciousness": "spontaneously"}, 1),
            ({"consciousness": "voice"}, 2),
            ({"consciousness": "touch"}, 3),
            ({"consciousness": "unarousable"}, 4),
            ({"seizure": "brief"}, 3),
            ({"seizure": "prolonged"}, 4),
            ({"oedema": "focal"}, 3),
            ({"oedema": "diffuse"}, 4),
            ({"motor_deficit": "yes"}, 4),
        ],
    )
    def test_the_worst_item_decides(self, changes: dict[str, str], grade: int) -> None:
        assert icans({**WELL, **changes}, ice=10).grade == grade

    def test_a_score_of_nought_in_who_cannot_be_roused_is_grade_4(self) -> None:
        assert icans({**WELL, "consciousness": "unarousable"}, ice=0).grade == 4

    def test_without_the_score_the_grade_is_open_unless_nothing_could_be_worse(self) -> None:
        assert icans(WELL).grade is None
        assert icans({**WELL, "seizure": "brief"}).grade == 3
        with pytest.raises(ParameterError, match="between 0 and 10"):
            icans({}, ice=11)
