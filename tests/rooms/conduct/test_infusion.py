"""How long an infusion ran, how fast, and how much of the dose was given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as property_of, strategies as st

from product_days import at, dose, given, study_of
from trialwright.conduct.infusion import dose_of_volume, minutes_running, rate
from trialwright.vocabulary.events import InfusionGiven, Interruption, ProductReleased

BEGAN = at(10, 9)


def minute(after: float) -> Any:
    return BEGAN + timedelta(minutes=after)


def infusion(*pauses: tuple[float, float | None], ended: float | None = 60.0, **more: Any) -> InfusionGiven:
    interruptions = tuple(
        Interruption(began=minute(start), resumed=None if stop is None else minute(stop)) for start, stop in pauses
    )
    facts = {"began": BEGAN, "ended": None if ended is None else minute(ended), "interruptions": interruptions}
    event = given(**{**facts, **more})
    assert isinstance(event, InfusionGiven)
    return event


class TestMinutes:
    @pytest.mark.parametrize(
        ("pauses", "minutes"),
        [
            ((), 60.0),
            (((10.0, 20.0),), 50.0),
            (((10.0, 20.0), (30.0, 45.0)), 35.0),
            (((10.0, 30.0), (20.0, 40.0)), 30.0),  # overlapping: no minute is taken off twice
            (((40.0, None),), 40.0),  # never resumed: it ended there
            (((10.0, 20.0), (40.0, None)), 30.0),
        ],
    )
    def test_without_the_pauses(self, pauses: tuple[tuple[float, float | None], ...], minutes: float) -> None:
        assert minutes_running(infusion(*pauses)) == pytest.approx(minutes)

    def test_not_known_is_not_zero(self) -> None:
        assert minutes_running(infusion(ended=None)) is None
        assert minutes_running(infusion(began=None)) is None

    @property_of(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=5))
    def test_against_counting_every_minute(self, spans: list[tuple[int, int]]) -> None:
        pauses = [(float(min(span)), float(max(span))) for span in spans]
        running = [m for m in range(60) if not any(start <= m < stop for start, stop in pauses)]
        assert minutes_running(infusion(*pauses)) == pytest.approx(len(running))


class TestRate:
    def of(self, unit: str, **more: Any) -> float | None:
        study = study_of(('max_rate = { value = 5, unit = "mL/min"', f'max_rate = {{ value = 5, unit = "{unit}"'))
        ran = rate(study, infusion(volume_ml=30.0, dose_given=6e5, **more), weight_kg=60.0)
        assert ran is not None
        return ran.value

    @pytest.mark.parametrize(
        ("unit", "value"),
        [("mL/min", 0.5), ("mL/h", 30.0), ("mL/kg/h", 0.5), ("dose/min", 1e4), ("dose/h", 6e5)],
    )
    def test_in_the_unit_of_the_limit(self, unit: str, value: float) -> None:
        assert self.of(unit) == pytest.approx(value)

    def test_cannot_be_assessed_without_its_end(self) -> None:
        assert self.of("mL/min", ended=None) is None

    def test_exactly_the_limit_is_not_too_fast(self) -> None:
        study = study_of()
        for volume, fast in ((300.0, False), (300.1, True)):
            ran = rate(study, infusion(volume_ml=volume), weight_kg=60.0)
            assert ran is not None
            assert ran.too_fast is fast

    def test_no_limit_no_rate(self) -> None:
        text = 'max_rate = { value = 5, unit = "mL/min", source = "made up for this example", status = "choice" }\n'
        assert rate(study_of((text, "")), infusion(), weight_kg=60.0) is None


def test_the_dose_in_a_part_of_the_volume() -> None:
    release = dose(dose_released=1e6, volume_ml=20.0)
    assert isinstance(release, ProductReleased)
    assert dose_of_volume(release, 5.0) == pytest.approx(2.5e5)
    without = dose(volume_ml=None)
    assert isinstance(without, ProductReleased)
    assert dose_of_volume(without, 5.0) is None
