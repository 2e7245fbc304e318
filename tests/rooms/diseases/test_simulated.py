"""A simulated visit is scored by the live instruments: person by person, as recorded items, the answer is the same."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from trialwright import diseases
from trialwright.diseases.lupus.composed import Visit, endpoint_items
from trialwright.diseases.lupus.simulated import APPEARANCE, last_attended, layout
from trialwright.planning.follow_up import Followed, Numbers, Visits, follow
from trialwright.planning.infusion_effect import Effect, Schedule
from trialwright.planning.virtual_people import entrants, register
from trialwright.vocabulary.disease_course import Appearance, Entry, central

PEOPLE, SEED = 240, 11
VISITS = Visits((0, 4, 8, 12, 24, 52))
LETTERS = "EDCBA"
LIVE = diseases.disease("lupus").instruments()


@pytest.fixture(scope="module")
def followed() -> Followed:
    values = central(APPEARANCE.parameters) | {"missed_share": 0.1, "leaving_per_year": 0.3}
    found = register(APPEARANCE, values, seed=SEED, entry=Entry(6.0))
    who = entrants(found, seed=SEED, trials=range(1), people=PEOPLE)
    numbers = Numbers.of(APPEARANCE, VISITS, seed=SEED, trials=range(1), people=PEOPLE)
    effect = Effect.of(values).for_people(np.zeros(PEOPLE, np.int64))
    return follow(
        who, VISITS, schedule=Schedule((0.0, 4.0)), effect=effect, numbers=numbers, appearance=APPEARANCE, values=values
    )


def recorded(followed: Followed, person: int, *, asking: str) -> list[Visit]:
    """The visits a person attended, as a site would record them."""
    place, visits = layout(), []
    for number, week in enumerate(VISITS.weeks):
        row = followed.observed.columns[person, number]
        if np.isnan(row[-1]):
            continue
        items = {key: bool(row[column]) for column, key in enumerate(place.items)}
        letters = {
            key: LETTERS[int(row[len(place.items) + column])]
            for column, key in enumerate(f"bilag_{system}" for system in place.systems)
        }
        answers = {
            **letters,
            "pga": float(row[-1]),
            "prednisone_mg_per_day": float(followed.observed.dose[person, number]),
            "haemolytic_anaemia": False,
            "gastrointestinal_activity": False,
            "standard_treatment": True,
        }
        known = {key: value for key, value in answers.items() if key in LIVE[asking].items}
        visits.append(Visit(7 * week, {"sledai-2k": items, asking: known}))
    return visits


@pytest.mark.parametrize(
    ("endpoint", "on"), [("sri-4", 52), ("sri-4-tulip", 24), ("bicla", 12), ("lldas", 24), ("tulip-flare", 8)]
)
def test_one_person_at_a_time_gives_the_same(followed: Followed, endpoint: str, on: int) -> None:
    batch = APPEARANCE.evaluate((endpoint,), followed.observed)[endpoint]
    number = VISITS.weeks.index(on)
    compared = 0
    start = sorted(LIVE).index(endpoint) % 3
    for person in range(start, PEOPLE, 3):
        visits = recorded(followed, person, asking=endpoint)
        said = {
            "rescue": bool(followed.observed.rescued[person, number]),
            "withdrawn": bool(followed.observed.withdrawn[person, number]),
        }
        given = {key: value for key, value in said.items() if key in LIVE[endpoint].items}
        found = float(batch[person, number])
        if 7 * on not in [visit.day for visit in visits]:
            assert math.isnan(found) or found == 0  # nobody responds at a visit that was missed
            assert found == 0 or not given.get("withdrawn")
            continue
        items = endpoint_items(LIVE[endpoint], visits, on=7 * on, given=given)
        value = LIVE[endpoint].score(items).value
        assert (value is None) == math.isnan(found), (person, items)
        assert value is None or value == found, (person, items)
        compared += value is not None
    assert compared > 0.15 * PEOPLE
    assert 0 < np.nansum(batch[:, number]) < PEOPLE


def test_totals_are_the_live_ones(followed: Followed) -> None:
    totals = APPEARANCE.evaluate(("sledai-2k",), followed.observed)["sledai-2k"]
    for person in range(0, PEOPLE, 4):
        row = followed.observed.columns[person, 0]
        items = {key: bool(row[column]) for column, key in enumerate(layout().items)}
        assert LIVE["sledai-2k"].score(items).value == totals[person, 0]


def test_the_previous_visit_is_the_last_attended() -> None:
    seen = np.asarray([[True, False, True, True], [True, False, False, False]])
    assert last_attended(seen).tolist() == [[-1, 0, 0, 2], [-1, 0, 0, 0]]


def test_flares_are_seen_where_something_is_new(followed: Followed) -> None:
    """A slow reading of new arthritis, rash and raised prednisone never misses a flare, and severe ones are flares."""
    found = APPEARANCE.evaluate(("sfi-any", "sfi-severe"), followed.observed)
    place, columns = layout(), followed.observed.columns
    arthritis = place.items.index("arthritis")
    checked = 0
    for person in range(PEOPLE):
        attended = [visit for visit in range(len(VISITS.weeks)) if not np.isnan(columns[person, visit, -1])]
        for before, now in pairwise(attended):
            new = columns[person, now, arthritis] == 1 and columns[person, before, arthritis] == 0
            raised = followed.observed.dose[person, now] > followed.observed.dose[person, before]
            if new or raised:
                assert found["sfi-any"][person, now] == 1
                checked += 1
    assert checked > 20
    assert (np.nan_to_num(found["sfi-severe"]) <= np.nan_to_num(found["sfi-any"])).all()


class TestNumbers:
    def test_it_is_an_appearance(self) -> None:
        assert isinstance(APPEARANCE, Appearance)

    def test_every_number_has_a_prior_around_it_and_a_source(self) -> None:
        for one in APPEARANCE.parameters:
            assert one.source.strip(), one.key
            assert one.status in ("confirmed", "conflict", "unverified")
            assert one.low <= one.prior <= one.high, one.key
            assert one.label.en
            assert one.label.fr

    def test_a_grade_needs_an_affected_system(self, followed: Followed) -> None:
        place = layout()
        first = followed.observed.columns[:, 0]
        items, grades = first[:, : len(place.items)], first[:, len(place.items) : -1]
        affected = items @ place.belongs > 0
        assert ((grades >= 2) == affected).all()

    def test_every_system_but_one_can_be_affected(self) -> None:
        place = layout()
        without = [
            system for system, any_item in zip(place.systems, place.belongs.any(axis=0), strict=True) if not any_item
        ]
        assert without == ["gastrointestinal"]
        clinical = ~place.is_serology
        assert (place.belongs[clinical].sum(axis=1) == 1).all()
