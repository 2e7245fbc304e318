"""Endpoints from what was recorded at visits: scores, letters and items of a visit become what an endpoint asks.

A visit holds assessments by instrument, as the record of a trial has them. What an endpoint asks is taken from what was
given to it directly, from its own assessment at the visit, and from scores that follow from the others: the SLEDAI of
the trial's version, its clinical form and its items, letters of BILAG-2004, SLE-DAS, physician's global on 0 to 3,
prednisone, eGFR. An answer of one index is never taken for an answer of another that happens to bear the same name.
``…previous…`` is the visit before, ``…baseline…`` the last visit by the baseline day. Nothing is guessed: a score that
is not certain is not passed on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from trialwright.diseases.lupus import bilag, laboratory, sledai
from trialwright.diseases.lupus.bilag_form import LETTERS
from trialwright.diseases.lupus.endpoints import Endpoint
from trialwright.diseases.lupus.sums import sums
from trialwright.vocabulary.errors import NotFound
from trialwright.vocabulary.scores import Instrument, Items

Answer = bool | float | str | None
DAYS_A_WEEK, DAYS_A_MONTH = 7, 365.25 / 12
EARLIER = ("previous", "baseline")
WORSE = 3  # worse; 4 is new
VALUES = {  # instrument: the key under which endpoints ask for its score
    "pga": "pga",
    "sle-das": "sle_das",
    "oral-glucocorticoid": "prednisone_mg_per_day",
    "egfr-ckd-epi-2021": "egfr_ml_per_min",
    "swollen-joints-28": "swollen_joints_28",
    "clasi-activity": "clasi",
}


@final
@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: its day from the first infusion, and its assessments by instrument name."""

    day: int
    assessments: Mapping[str, Items]


def endpoint_items(
    instrument: Instrument,
    visits: Sequence[Visit],
    *,
    on: int,
    given: Items | None = None,
    index: str = "sledai-2k",
    baseline_day: int = 0,
) -> dict[str, Answer]:
    """The answers an instrument asks at the visit on a day; what cannot be said is left out.

    ``given`` adds what no visit records (rescue, withdrawal). ``index`` names the SLEDAI of the trial.
    """
    course = sorted(visits, key=lambda visit: visit.day)
    place = next((place for place, visit in enumerate(course) if visit.day == on), None)
    if place is None:
        raise NotFound(f"there is no visit on day {on}; there is {', '.join(str(visit.day) for visit in course)}")
    before = [number for number, visit in enumerate(course) if visit.day <= baseline_day]
    places = {"": place, "previous": place - 1, "baseline": before[-1] if before else -1}
    facts = {
        which: _facts(course, number, index=index, asking=instrument) for which, number in places.items() if number >= 0
    }
    facts[""] |= {"week": on / DAYS_A_WEEK, "month": on / DAYS_A_MONTH, "first_visit": place == 0}
    facts[""] |= dict(given or {})
    found: dict[str, Answer] = {}
    for key in instrument.items:
        which, now = earlier(key)
        value = facts[""].get(key)
        found[key] = facts.get(which, {}).get(now) if value is None and which else value
    return {key: value for key, value in found.items() if value is not None}


def earlier(key: str) -> tuple[str, str]:
    """Which earlier visit a key speaks of, and the key under which that visit answered.

    >>> earlier("urine_pcr_previous_mg_per_mmol"), earlier("pga_baseline"), earlier("pga")
    (('previous', 'urine_pcr_mg_per_mmol'), ('baseline', 'pga'), ('', 'pga'))
    """
    parts = key.split("_")
    which = next((part for part in parts if part in EARLIER), "")
    return which, "_".join(part for part in parts if part != which)


def _facts(course: Sequence[Visit], place: int, *, index: str, asking: Instrument) -> dict[str, Answer]:
    """Everything a visit says to an endpoint: its own assessment, the items it derives from, and what follows."""
    assessed = course[place].assessments
    said: dict[str, Answer] = {}
    if isinstance(asking, Endpoint) and any(each.instrument.startswith("sledai") for each in asking.sheet.derived):
        said |= _given(assessed.get(index, {}))
    said |= _scores(assessed, index=index)
    if "bilag-2004" in assessed:
        said |= _letters(course, place)
    return said | _given(assessed.get(asking.name, {}))


def _given(items: Items) -> dict[str, Answer]:
    return {key: value for key, value in items.items() if value is not None}


def _scores(assessed: Mapping[str, Items], *, index: str) -> dict[str, Answer]:
    """Scores that are certain, under the keys by which endpoints ask for them."""
    found: dict[str, Answer] = {}
    known = {each.name: each for each in sledai.instruments()}
    for name, key in ((index, "sledai"), (f"{index}-clinical", "clinical_sledai")):
        items = assessed.get(name, assessed.get(index))
        if items is not None:
            value = known[name].score({key: items[key] for key in items if key in known[name].items}).value
            found[key] = None if value is None else int(value)
    others: dict[str, Instrument] = {each.name: each for file in (*VALUES, "joints-28") for each in _of(file)}
    for name, key in VALUES.items():
        if name in assessed:
            found[key] = others[name].score(assessed[name]).value
    return {key: value for key, value in found.items() if value is not None}


def _of(file: str) -> Sequence[Instrument]:
    if file == "egfr-ckd-epi-2021":
        return laboratory.instruments()
    return () if file == "swollen-joints-28" else sums(file)


def _letters(course: Sequence[Visit], place: int) -> dict[str, Answer]:
    """The letters of a visit and whether new or worse items brought them, its earlier values from the visit before."""
    [instrument] = bilag.instruments()
    items = _bilag_items(course, place)
    now = instrument.grades(items)
    coded = {item.key for item in instrument.form.items if item.coded}
    kept: dict[str, Answer] = {
        key: 0 if key in coded and _code(value) < WORSE else value for key, value in items.items()
    }
    due = instrument.grades(kept)
    by_value = {item.system for item in instrument.form.items if not item.coded}
    before: Mapping[str, str | None] = {}
    if place > 0 and "bilag-2004" in course[place - 1].assessments:
        before = instrument.grades(_bilag_items(course, place - 1))
    found: dict[str, Answer] = {}
    for system, letter in now.items():
        found[f"bilag_{system}"] = letter
        compared = before.get(system) if system in by_value else due[system]
        if letter is not None and compared is not None:
            rose = LETTERS.index(letter) > LETTERS.index(compared)
            found[f"bilag_{system}_new_or_worse"] = rose if system in by_value else letter == compared
    return {key: value for key, value in found.items() if value is not None}


def _bilag_items(course: Sequence[Visit], place: int) -> dict[str, Answer]:
    items = _given(course[place].assessments["bilag-2004"])
    [instrument] = bilag.instruments()
    if place == 0:
        has_earlier = any(earlier(key)[0] for key in items)
        return items if has_earlier else {"first_visit": True, **items}
    past = course[place - 1].assessments.get("bilag-2004", {})
    for key in instrument.items:
        which, now = earlier(key)
        if which and key not in items and past.get(now) is not None:
            items[key] = past[now]
    return items


def _code(value: Answer) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
