"""The states designs and rules are asked about: trials drawn once and for all from a fixed seed, or told in letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from trialwright.vocabulary.given import uses_dose_given
from trialwright.vocabulary.seen import NO_LEVEL, NOT_YET, Bools, Design, People, Seen

PARTICIPANTS, COHORT, TRIALS = 24, 3, 300
WINDOW = 28  # days in the DLT window


def people_of(levels: int, *, trials: int = TRIALS, seed: int = 20_260_101) -> People:
    """Trials at every stage, the first of them before its first participant."""
    draw = np.random.default_rng(seed)
    shape = (trials, PARTICIPANTS)
    steps = draw.integers(-1, 2, (trials, PARTICIPANTS // COHORT))
    steps[:, 0] = draw.integers(0, levels, trials)
    walk = np.clip(steps.cumsum(axis=1) + 1, 1, levels).repeat(COHORT, axis=1)
    enrolled = draw.integers(0, PARTICIPANTS + 1, trials)
    enrolled[0] = 0
    taken = np.arange(PARTICIPANTS) < enrolled[:, None]
    assigned = np.where(taken, walk, NO_LEVEL)
    risk = draw.uniform(0.0, 0.6, (trials, 1))
    late = np.arange(PARTICIPANTS) >= enrolled[:, None] - draw.integers(0, 4, (trials, 1))
    dlt = taken & (draw.random(shape) < risk)
    complete = taken & ~late & ~dlt
    follow_up = np.where(taken, np.where(late, draw.integers(NOT_YET, WINDOW, shape), WINDOW), NOT_YET)
    dlt &= follow_up > NOT_YET
    return People(
        assigned=assigned,
        dose_level=assigned.copy(),
        dlt=dlt,
        complete=complete,
        evaluable=taken & (draw.random(shape) < 0.95),
        follow_up=follow_up,
        dlt_after=np.where(dlt, np.minimum(draw.integers(0, WINDOW, shape), follow_up), NOT_YET),
    )


def seen_of(people: People, levels: int) -> Seen:
    """The trials as a design sees them."""
    return Seen.of_people(people, levels=levels, start_level=1, cohort_size=COHORT, window_days=WINDOW)


def seen_for(design: Design, people: People, *, levels: int) -> Seen:
    """The trials as this design sees them: with activity, or with the doses given, only where it looks at them."""
    told = with_amounts(people, amounts=design.doses) if uses_dose_given(design) else people  # type: ignore[attr-defined]
    seen = seen_of(told, levels)
    if not needs_activity(design):
        return seen
    drawn = np.random.default_rng(20_260_102).random(people.dlt.shape)
    active = drawn < np.linspace(0.1, 0.7, len(drawn))[:, None]
    return with_activity(seen, people, active=active)


def with_amounts(people: People, *, amounts: Sequence[float]) -> People:
    """The same people, given between half of the amount assigned and a fifth more; nothing before the infusion."""
    share = np.random.default_rng(20_260_103).choice([0.5, 0.7, 0.9, 1.0, 1.2], people.dlt.shape)
    own = np.asarray(amounts, np.float64)[np.maximum(people.dose_level, 1) - 1]
    return replace(people, amount=np.where(people.follow_up > NOT_YET, own * share, np.nan))


def needs_activity(design: Design) -> bool:
    """Whether it asks for counts of activity."""
    return design.looks_at == "counts with activity"


def with_activity(seen: Seen, people: People, *, active: Bools) -> Seen:
    """The same trials with the activity of the settled participants counted, alone and together with a DLT."""
    counted = people.evaluable & (people.dlt | people.complete) & active
    at_level = people.dose_level[:, :, None] == np.arange(1, seen.levels + 1)
    n_active, n_both = (
        (at_level & some[:, :, None]).sum(axis=1).astype(np.int64) for some in (counted, counted & people.dlt)
    )
    return replace(seen, n_active=n_active, n_both=n_both)


def row_of(seen: Seen, trial: int) -> Seen:
    """One trial of the batch, as a batch of one."""
    here = slice(trial, trial + 1)
    told = {} if seen.people is None else {field.name: getattr(seen.people, field.name) for field in fields(People)}
    kept = {name: None if values is None else values[here] for name, values in told.items()}
    people = People(**kept) if kept else None  # type: ignore[arg-type]
    whole = {field.name: getattr(seen, field.name) for field in fields(Seen) if field.name != "people"}
    rest: dict[str, Any] = {
        name: value[here] if isinstance(value, np.ndarray) else value for name, value in whole.items()
    }
    return Seen(**rest, people=people)


def seen_after(outcomes: str, levels: int, *, activity: bool = False) -> Seen:
    """The trial after cohorts written as "1NNN 2NTN": the level, then N or T (a DLT) for every participant.

    With ``activity`` the letters are N (neither), T (a DLT), E (activity) and B (both), and activity is counted.
    """
    letters = "NTEB" if activity else "NT"
    pairs = [
        (int(cohort.rstrip(letters)), letter) for cohort in outcomes.split() for letter in cohort.lstrip("0123456789")
    ]
    assigned = np.array([[level for level, _ in pairs]], np.int64)
    dlt = np.array([[letter in "TB" for _, letter in pairs]])
    people = People.settled(assigned, dlt, window_days=WINDOW)
    seen = Seen.of_people(people, levels=levels, start_level=1, cohort_size=1, window_days=WINDOW)
    active = np.array([[letter in "EB" for _, letter in pairs]])
    return with_activity(seen, people, active=active) if activity else seen
