"""Units and their conversion, exactly: fractions, so that 2 g/day is 2000 mg/day and never a little more.

A threshold decides who is treated: ``> 2000 mg/day`` must not become true by a rounding in the fifteenth decimal.
Which units there are, and that a month is 365.25/12 days, stands in ``data/units.toml``. A unit that is not there
(``points``) is itself and converts to nothing else.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Literal, final

Gap = Literal["units", "weight", "body surface", "molar mass", "valence"]
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
MULTIPLE = re.compile(
    r"(?:[x×*]?\s*10\s*(?:\^|\*\*?|[eE])\s*(?P<ten>-?\d{1,2}(?!\d))|1[eE](?P<one>\d{1,2}(?!\d))|(?P<plain>\d+(?:\.\d+)?))"
)


@final
@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as powers of dimensions, and how many of their bases it is."""

    factor: Fraction
    powers: Mapping[str, int]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a dose per kilogram or per square metre needs to become a dose, where it is known."""

    weight_kg: Fraction | None = None
    area_m2: Fraction | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Substance:
    """What an amount of substance needs to become a mass, where it is known."""

    molar_mass: Fraction | None = None  # g/mol
    valence: int | None = None


NOBODY, NOTHING = Body(), Substance()


def exact(value: float) -> Fraction:
    """The number as it was written: 0.1 is a tenth."""
    return Fraction(repr(float(value)))


def converted(
    value: Fraction, unit: str, *, to: str, body: Body = NOBODY, substance: Substance = NOTHING
) -> Fraction | Gap:
    """A value in another unit, exactly; or what is missing to convert it.

    ``"units"`` says that the two units measure different things. A dose per kilogram becomes a dose with the body
    weight, one per m² with the body surface, a mass becomes an amount with the molar mass, an amount milliequivalents
    with the valence.

    >>> converted(Fraction(14), "g/week", to="mg/day")
    Fraction(2000, 1)
    """
    start, end = parsed(unit), parsed(to)
    value *= start.factor / end.factor
    left = {name: end.powers.get(name, 0) - start.powers.get(name, 0) for name in {*start.powers, *end.powers}}
    bridges: tuple[tuple[Fraction | None, Mapping[str, int], Gap], ...] = (
        (body.weight_kg, {"body": 1}, "weight"),
        (body.area_m2, {"area": 1}, "body surface"),
        (substance.molar_mass, {"mass": 1, "substance": -1}, "molar mass"),
        (None if substance.valence is None else Fraction(substance.valence), {"charge": 1, "substance": -1}, "valence"),
    )
    gaps: list[Gap] = []
    for size, step, gap in bridges:
        times = left.get(next(iter(step)), 0)
        if not times:
            continue
        left = {name: power - times * step.get(name, 0) for name, power in (dict.fromkeys(step, 0) | left).items()}
        if size is None:
            gaps.append(gap)
        else:
            value *= size**times
    if any(left.values()):
        return "units"
    return gaps[0] if gaps else value


def same_kind(unit: str, other: str) -> bool:
    """Whether one unit can become the other, if need be with body weight, body surface or molar mass."""
    every = Body(weight_kg=Fraction(1), area_m2=Fraction(1))
    anything = Substance(molar_mass=Fraction(1), valence=1)
    return converted(Fraction(1), unit, to=other, body=every, substance=anything) != "units"


def mosteller(*, weight_kg: Fraction, height_cm: Fraction) -> Fraction:
    """Body surface in m²: √(height × weight / 3600) (Mosteller, N Engl J Med 1987;317:1098)."""
    return exact(math.sqrt(height_cm * weight_kg / 3600))


@cache
def parsed(text: str) -> Unit:
    """A unit from the way it is written: ``mg/kg/day``, ``10^9/L``, ``G/L``, ``µmol/L``, ``mg/2 weeks``."""
    plain = re.sub(r"[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: "^" + found[0].translate(SUPERSCRIPTS), text)
    plain = " ".join(plain.replace("µ", "u").replace("μ", "u").split())
    plain = re.sub(r"[·*\s]([A-Za-z]+)\^-1", r"/\1", re.sub(r"\b(per|par)\b", "/", plain))
    factor, powers = Fraction(1), dict[str, int]()
    for place, part in enumerate(plain.split("/")):
        size, dimension = _part(part.strip(), below=place > 0)
        if size is None:
            return Unit(Fraction(1), {plain.casefold(): 1})
        sign = -1 if place else 1
        factor *= size**sign
        if dimension:
            powers[dimension] = powers.get(dimension, 0) + sign
    return Unit(factor, {name: power for name, power in powers.items() if power})


def _part(part: str, *, below: bool) -> tuple[Fraction | None, str]:
    """One side of a stroke: how many of the base of which dimension; None when it is not a known unit."""
    size, found = Fraction(1), MULTIPLE.match(part)
    if found and part not in _table():
        size = Fraction(found["plain"]) if found["plain"] else Fraction(10) ** int(found["ten"] or found["one"])
        part = part[found.end() :].strip()
    if not part or not size:
        return size or None, ""
    known = _table().get(part) or _table().get(part.casefold())
    if known is None:
        return None, ""
    dimension, factor = known
    if below and part == "kg":
        return size, "body"
    return size * factor, dimension


@cache
def _table() -> Mapping[str, tuple[str, Fraction]]:
    """Every unit by each of its names; by its name in small letters too, where that has one reading."""
    text = resources.files(__package__).joinpath("data", "units.toml").read_text("utf-8")
    named = [
        (name, (unit["dimension"], Fraction(unit["factor"])))
        for unit in tomllib.loads(text)["unit"]
        for name in unit["names"]
    ]
    small: dict[str, set[tuple[str, Fraction]]] = {}
    for name, meaning in named:
        small.setdefault(name.casefold(), set()).add(meaning)
    return {name: next(iter(meanings)) for name, meanings in small.items() if len(meanings) == 1} | dict(named)
