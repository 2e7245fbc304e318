"""Calibration finds what the targets say, and says what they do not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest

from trialwright.diseases.lupus.simulated import APPEARANCE
from trialwright.planning.care import Taper
from trialwright.planning.course_calibration import NOT_IDENTIFIED, PlaceboArm, calibrate_course, fit_of
from trialwright.planning.follow_up import Visits
from trialwright.vocabulary.disease_course import CourseParameter, CourseTarget, Entry, central
from trialwright.vocabulary.words import Text

WORDS = Text(en="a number", fr="un nombre")


def parameter(key: str, *, low: float = -1.96, high: float = 1.96) -> CourseParameter:
    return CourseParameter(
        key, WORDS, unit="1", prior=(low + high) / 2, low=low, high=high, scale="plain", about="course",
        source="invented", status="unverified",
    )  # fmt: skip


def target(key: str, value: float) -> CourseTarget:
    return CourseTarget(key, WORDS, value, tolerance=0.1, kind="number", source="invented", status="unverified")


@dataclass(frozen=True)
class Linear:
    """A course whose numbers are linear in its parameters: a alone, b and c only together, d not at all."""

    appearance: SimpleNamespace

    def summaries(self, values: dict[str, float]) -> dict[str, float]:
        return {"first": 2 * values["a"], "second": values["b"] + values["c"]}


class TestLinear:
    FREE = ("a", "b", "c", "d")
    ARM = Linear(
        SimpleNamespace(
            parameters=(*map(parameter, FREE), parameter("fixed", low=3, high=3)),
            targets=(target("first", 1.0), target("second", 0.6)),
        )
    )

    def test_it_finds_the_least_squares_with_its_prior(self) -> None:
        found = calibrate_course(self.ARM)  # type: ignore[arg-type]
        jacobian = np.asarray([[20, 0, 0, 0], [0, 10, 10, 0]])
        wanted = np.linalg.solve(np.eye(4) + jacobian.T @ jacobian, jacobian.T @ [10, 6])
        assert [found.values[key] for key in self.FREE] == pytest.approx(wanted.tolist(), abs=1e-3)
        assert found.values["fixed"] == 3

    def test_onwards_ends_where_it_ends_from_the_prior(self) -> None:
        moved = tuple(replace(one, calibrated=3.0) for one in self.ARM.appearance.parameters[:-1])
        near = Linear(SimpleNamespace(parameters=moved, targets=self.ARM.appearance.targets))
        assert [one.moved for one in moved] == pytest.approx([3.0] * len(moved), rel=1e-4)
        starts = list[float]()
        found = [
            calibrate_course(near, onwards=onwards, progress=lambda number, squares: starts.append(squares))  # type: ignore[arg-type]
            for onwards in (True, False)
        ]
        assert starts[0] > 1000  # it does begin at 3
        for key in self.FREE:
            assert found[0].values[key] == pytest.approx(found[1].values[key], abs=1e-3)

    def test_it_says_what_is_not_identified_and_what_goes_together(self) -> None:
        found = calibrate_course(self.ARM)  # type: ignore[arg-type]
        assert found.sds[0] == pytest.approx(1 / np.sqrt(401), rel=1e-3)
        assert found.not_identified == ("d",)
        [(one, other, correlation)] = found.together
        assert {one, other} == {"b", "c"}
        assert correlation == pytest.approx(-100 / 101, rel=1e-3)


class TestCommitted:
    """The numbers that are shipped are those that the script gives, and honest about themselves."""

    def test_the_fit_is_that_of_the_values(self) -> None:
        arm = PlaceboArm(APPEARANCE, Entry(6.0), Visits(tuple(range(0, 53, 4))), people=12_000, seed=1)
        found = fit_of(arm, central(APPEARANCE.parameters), taper=Taper(8, 40, 7.5))
        assert {one.key for one in APPEARANCE.targets} == set(APPEARANCE.fit) == set(found)
        for one in APPEARANCE.targets:
            assert found[one.key] == pytest.approx(APPEARANCE.fit[one.key], abs=0.02 * one.tolerance), one.key

    def test_published_numbers_are_reproduced_each_under_the_steroid_rule_of_its_trial(self) -> None:
        far = [one.key for one in APPEARANCE.targets if abs(APPEARANCE.fit[one.key] - one.value) > 2 * one.tolerance]
        assert far == []
        tapered = {one.key for one in APPEARANCE.targets if one.tapered}
        assert tapered == {
            one.key for one in APPEARANCE.targets if one.source.startswith("TULIP") and "base" not in one.key
        }

    def test_bicla_is_harder_to_meet_than_sri_4_as_in_trials(self) -> None:
        assert APPEARANCE.fit["bicla_52"] < APPEARANCE.fit["sri_4_52"]

    def test_every_free_number_says_what_is_left_of_its_prior(self) -> None:
        free = {one.key for one in APPEARANCE.parameters if not one.is_fixed and one.about != "effect"}
        assert set(APPEARANCE.left_open) == free
        keys = [one.key for one in APPEARANCE.parameters]
        for key, left in APPEARANCE.left_open.items():
            row = APPEARANCE.uncertainty[keys.index(key)]
            assert np.sqrt((row**2).sum()) == pytest.approx(left, abs=2e-3)
            assert left <= 1.0001
        assert APPEARANCE.left_open["taper_flare_ratio"] >= NOT_IDENTIFIED
