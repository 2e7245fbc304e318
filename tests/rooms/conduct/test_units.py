"""Units: exact conversion, refusal of what measures something else."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from trialwright.conduct.units import Body, Substance, converted, exact, mosteller, parsed, same_kind


@pytest.mark.parametrize(
    ("value", "unit", "to", "answer"),
    [
        ("2", "g/day", "mg/day", "2000"),
        ("14", "g/week", "mg/day", "2000"),
        ("14", "g/semaine", "mg/jour", "2000"),
        ("2", "years", "months", "24"),
        ("1", "month", "days", "30.4375"),
        ("500", "mg/2 weeks", "mg/week", "250"),
        ("12.5", "g/dL", "g/L", "125"),
        ("150", "10^3/µL", "1e9/L", "150"),
        ("150000", "/mm³", "10⁹/L", "150"),
        ("150", "G/L", "1e9/L", "150"),
        ("3", "Points", "points", "3"),
        ("0.4", "ratio", "%", "40"),
        ("2", "mg·kg⁻¹·day⁻¹", "mg/kg/day", "2"),
        ("2", "mg/kg per day", "mg/kg/day", "2"),
    ],
)
def test_a_value_in_another_unit_is_exact(value: str, unit: str, to: str, answer: str) -> None:
    assert converted(Fraction(value), unit, to=to) == Fraction(answer)


@pytest.mark.parametrize(
    ("unit", "to", "gap"),
    [
        ("mg/day", "mg", "units"),
        ("points", "years", "units"),
        ("mg/kg/day", "mg/day", "weight"),
        ("mg/m²", "mg", "body surface"),
        ("µmol/L", "mg/dL", "molar mass"),
        ("mEq/L", "mmol/L", "valence"),
        ("mg/kg", "µmol/L", "units"),
        ("g", "G", "units"),
    ],
)
def test_what_is_missing_is_named(unit: str, to: str, gap: str) -> None:
    assert converted(Fraction(1), unit, to=to) == gap


def test_bodies_and_substances_bridge() -> None:
    person = Body(weight_kg=Fraction(60), area_m2=exact(1.6))
    assert converted(Fraction(2), "mg/kg/day", to="mg/day", body=person) == 120
    assert converted(Fraction(120), "mg/day", to="mg/kg/day", body=person) == 2
    assert converted(Fraction(375), "mg/m2", to="mg", body=person) == 600
    assert converted(Fraction(600), "mg", to="mg/kg", body=person) == 10
    creatinine = Substance(molar_mass=Fraction("113.12"))
    assert converted(Fraction(100), "µmol/L", to="mg/dL", substance=creatinine) == Fraction("1.1312")
    assert converted(Fraction(5), "mEq/L", to="mmol/L", substance=Substance(valence=2)) == Fraction("2.5")


def test_body_surface_by_mosteller() -> None:
    assert float(mosteller(weight_kg=Fraction(80), height_cm=Fraction(180))) == 2.0


def test_kilograms_below_a_stroke_are_body_weight() -> None:
    assert parsed("mg/kg").powers == {"mass": 1, "body": -1}
    assert not same_kind("mg/kg/day", "mg")
    assert same_kind("mg/kg/day", "g/week")


@given(st.floats(1e-6, 1e9), st.sampled_from(["mg/day", "g/week", "g/month", "µg/h", "kg/year"]))
def test_there_and_back_is_the_same_number(value: float, unit: str) -> None:
    there = converted(exact(value), unit, to="mg/day")
    assert isinstance(there, Fraction)
    assert converted(there, "mg/day", to=unit) == exact(value)


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_text_is_a_unit_or_its_own_kind(unit: str, other: str) -> None:
    assert same_kind(unit, unit)
    assert isinstance(same_kind(unit, other), bool)
