"""Virtual people of a randomised trial: the numbers behind each, by address, and the population they come from.

Trial i, person j meets the same numbers whatever else is simulated, in whatever order, on however many machines: a
counter-based generator (Philox 4x64-10, Salmon et al. 2011) has the seed as its key and purpose and trial as its
counter. So schedules, sizes and endpoints are compared on the same people.

Who enters was active at screening: a population is followed for years without a trial and shows itself at screening
and, some weeks later, at baseline. For each place in a trial people of it are screened in a random order, with
replacement, until one fulfils the entry criterion at screening and, unless it is asked once only, again at baseline.
Entry therefore meets people at a high moment, and regression to the mean follows by itself; nothing adds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np

from trialwright.numerics.arrays import Floats, Ints
from trialwright.planning.care import baseline_dose
from trialwright.planning.disease_course import Course, Spells
from trialwright.vocabulary.disease_course import FLARE, STATES, Appearance, Entry, Shown, Values
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.words import Text

CANDIDATES = 40_000  # people of the population: part of what a seed means
EARLIER_WEEKS = 104  # of a person's course before screening
SCREENING_WEEKS = 4  # from screening to baseline, unless a plan says otherwise
POPULATION, ENTERING, WEEKS, VISITS = range(4)  # what the numbers are for
AT_SCREENING, CHECKED, UNTIL_BASELINE = range(3)  # which numbers of the population
SCREENED_AT_MOST = 64  # people for one place; after that any of those who are eligible
INFUSIONS_AT_MOST = 24
CARE_DRAWS = 5
NOBODY = Text(
    en="Nobody of {people} screened people fulfils this entry criterion; ask for less.",
    fr="Personne, sur {people} personnes examinées, ne remplit ce critère d'entrée ; demandez moins.",
)


@final
@dataclass(frozen=True, slots=True)
class Entrants:
    """People at a visit: who they are, where their course stands, what the visit showed. Arrays lead with them."""

    traits: Floats
    frailty: Floats
    dose: Floats
    spells: Spells
    hidden: Floats
    columns: Floats

    def __len__(self) -> int:
        """How many people."""
        return len(self.frailty)

    def those(self, which: Ints) -> Entrants:
        """Some of them, perhaps several times."""
        spells = Spells(self.spells.state[which], self.spells.age[which])
        kept = (self.traits[which], self.frailty[which], self.dose[which])
        return Entrants(*kept, spells, self.hidden[which], self.columns[which])


def uniforms(seed: int, *, purpose: int, trial: int, shape: tuple[int, ...]) -> Floats:
    """The numbers of one trial for one purpose; more people (first axis) only add to the end."""
    return np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, purpose, trial])).random(shape)


def stacked(seed: int, *, purpose: int, trials: range, shape: tuple[int, ...]) -> Floats:
    """The numbers of several trials, one after the other: ``[B * shape[0], …]``."""
    return np.concatenate([uniforms(seed, purpose=purpose, trial=trial, shape=shape) for trial in trials])


def population(
    appearance: Appearance, values: Values, *, seed: int, people: int = CANDIDATES, weeks: int = EARLIER_WEEKS
) -> Entrants:
    """People as they live with the disease, seen once; nobody selected."""
    course, traits = Course.of(values), appearance.trait_draws
    shape = (people, traits + 3 + appearance.visit_draws + weeks)
    numbers = uniforms(seed, purpose=POPULATION, trial=AT_SCREENING, shape=shape)
    own, rest = numbers[:, :traits], numbers[:, traits:]
    frailty = course.frailty(np.clip(rest[:, 0], 1e-9, 1 - 1e-9))
    spells = Spells((rest[:, 1] * STATES).astype(np.int64), np.zeros(people, np.int64))
    ones = np.ones(people)
    for week in range(weeks):
        spells = course.week(spells, rest[:, 3 + appearance.visit_draws + week], worse=frailty, better=ones)
    draws = rest[:, 3 : 3 + appearance.visit_draws]
    shown = appearance.shown(own, spells.state, draws=draws, before=None, weeks=0.0, values=values)
    return Entrants(own, frailty, baseline_dose(rest[:, 2], values), spells, shown.hidden, shown.columns)


def weeks_later(who: Entrants, numbers: Floats, *, weeks: int, appearance: Appearance, values: Values) -> Entrants:
    """The same people after some weeks without a trial, seen again. ``numbers``: ``[N, weeks + visit_draws]``."""
    course, spells = Course.of(values), who.spells
    for week in range(weeks):
        spells = course.week(spells, numbers[:, week], worse=who.frailty, better=np.ones(len(who)))
    shown = appearance.shown(
        who.traits, spells.state, draws=numbers[:, weeks:], before=Shown(who.columns, who.hidden),
        weeks=float(weeks), values=values,
    )  # fmt: skip
    return Entrants(who.traits, who.frailty, who.dose, spells, shown.hidden, shown.columns)


@final
@dataclass(frozen=True, slots=True)
class Register:
    """Those of a population who fulfil an entry criterion, and where in the population each of them stands."""

    eligible: Entrants  # at baseline
    place: Ints  # [population]: the row of ``eligible``, -1 for who is not

    @property
    def eligible_share(self) -> float:
        """Of the population."""
        return len(self.eligible) / len(self.place)


def register(
    appearance: Appearance, values: Values, *, seed: int, entry: Entry, screening_weeks: int = SCREENING_WEEKS
) -> Register:
    """Who of a population may enter, as they are at baseline; Refused where nobody does."""
    before = ((one.key, values[one.key]) for one in appearance.parameters if one.about != "effect")
    # nobody is infused before a trial
    return _register(appearance, tuple(before), seed=seed, entry=entry, weeks=screening_weeks)


@lru_cache(maxsize=4)
def _register(
    appearance: Appearance, values: tuple[tuple[str, float], ...], *, seed: int, entry: Entry, weeks: int
) -> Register:
    everybody, known = population(appearance, dict(values), seed=seed), dict(values)
    who = np.flatnonzero(appearance.is_eligible(Shown(everybody.columns, everybody.hidden), entry))
    shape = (len(everybody), weeks + appearance.visit_draws)
    numbers = uniforms(seed, purpose=POPULATION, trial=UNTIL_BASELINE, shape=shape)[who]
    found = weeks_later(everybody.those(who), numbers, weeks=weeks, appearance=appearance, values=known)
    if entry.again:
        still = np.flatnonzero(appearance.is_eligible(Shown(found.columns, found.hidden), entry))
        who, found = who[still], found.those(still)
    if len(who) == 0:
        raise Refused(NOBODY, {"people": len(everybody)})
    place = np.full(len(everybody), -1)
    place[who] = np.arange(len(who))
    return Register(found, place)


def entrants(found: Register, *, seed: int, trials: range, people: int) -> Entrants:
    """Who enters each of some trials, ``B * people`` of them: the first eligible of those screened for a place."""
    draws = stacked(seed, purpose=ENTERING, trials=trials, shape=(people, SCREENED_AT_MOST))
    screened = found.place[(draws * len(found.place)).astype(np.int64)]
    first = (screened >= 0).argmax(axis=1)
    row = screened[np.arange(len(screened)), first]
    otherwise = (draws[:, 0] * len(found.eligible)).astype(np.int64)
    return found.eligible.those(np.where(row >= 0, row, otherwise))


def flare_rate_from(entry: int, *, course: Course, seed: int, people: int = 4000, weeks: int = 104) -> float:
    """Flares per year of people who have been in a state since today, with their first spell's end (a check)."""
    numbers = uniforms(seed, purpose=POPULATION, trial=CHECKED, shape=(people, weeks + 1))
    frailty = course.frailty(np.clip(numbers[:, 0], 1e-9, 1 - 1e-9))
    spells = Spells(np.full(people, entry), np.zeros(people, np.int64))
    events = years = 0.0
    for week in range(weeks):
        there = spells.state == entry
        spells = course.week(spells, numbers[:, 1 + week], worse=frailty, better=np.ones(people))
        years += float(there.sum()) * 7 / 365.25
        events += float((there & (spells.state == FLARE)).sum())
    return events / max(years, 1e-12)
