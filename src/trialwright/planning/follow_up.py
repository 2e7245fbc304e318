"""Following virtual people through a trial: week by week between visits, with infusions, care and leaving.

Nothing is known of them but what visits show; the latent course is kept beside it for checks only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from trialwright.numerics.arrays import Bools, Floats, Ints
from trialwright.numerics.scalars import is_list_of, is_number
from trialwright.planning.care import CareDraws, Taper, UnderCare
from trialwright.planning.disease_course import Course, Spells
from trialwright.planning.infusion_effect import Effect, Schedule, sensitised
from trialwright.planning.virtual_people import (
    CARE_DRAWS,
    INFUSIONS_AT_MOST,
    SCREENING_WEEKS,
    VISITS,
    WEEKS,
    Entrants,
    stacked,
)
from trialwright.vocabulary.disease_course import FLARE, Appearance, Observed, Shown, Values
from trialwright.vocabulary.errors import Complaints, ParameterError


@final
@dataclass(frozen=True, slots=True)
class Visits:
    """The visits of a trial: baseline at week 0, screening some weeks before, then in whole weeks."""

    weeks: tuple[int, ...]
    screening_weeks: int = SCREENING_WEEKS  # before baseline
    taper: Taper | None = None

    def __post_init__(self) -> None:
        complaints = Complaints()
        fine = is_list_of(is_number, self.weeks) and self.weeks[0] == 0
        fine = fine and all(one < other for one, other in zip(self.weeks, self.weeks[1:], strict=False))
        fine = fine and all(float(week).is_integer() for week in self.weeks)
        complaints.unless(fine, "visits", self.weeks, "must be whole weeks that rise from 0", "as in [0, 4, 8]")
        fine = is_number(self.screening_weeks) and self.screening_weeks >= 0
        complaints.unless(fine, "screening_weeks", self.screening_weeks, "must be 0 or more")
        complaints.raise_as(ParameterError, "these visits cannot be followed")

    @property
    def span(self) -> int:
        """Weeks from baseline to the last visit."""
        return self.weeks[-1]


@final
@dataclass(frozen=True, slots=True)
class Numbers:
    """All the numbers behind the follow-up of N people; the same for every arm and schedule."""

    weekly: Floats  # [N, weeks]
    visit: Floats  # [N, V, visit_draws]
    care: Floats  # [N, V, CARE_DRAWS]
    infusion: Floats  # [N, INFUSIONS_AT_MOST, 2]: sensitised, reaction

    @classmethod
    def of(cls, appearance: Appearance, visits: Visits, *, seed: int, trials: range, people: int) -> Numbers:
        """Those of some trials with so many people each."""
        count, wide = len(visits.weeks), appearance.visit_draws + CARE_DRAWS
        alone = visits.span + 2 * INFUSIONS_AT_MOST
        weekly = stacked(seed, purpose=WEEKS, trials=trials, shape=(people, alone))
        visit = stacked(seed, purpose=VISITS, trials=trials, shape=(people, count, wide))
        infusion = weekly[:, visits.span :].reshape(-1, INFUSIONS_AT_MOST, 2)
        narrow = appearance.visit_draws
        return cls(weekly[:, : visits.span], visit[:, :, :narrow], visit[:, :, narrow:], infusion)

    def rows(self, which: slice | Ints) -> Numbers:
        """Those of some of the people."""
        return Numbers(self.weekly[which], self.visit[which], self.care[which], self.infusion[which])


@final
@dataclass(frozen=True, slots=True)
class Followed:
    """What came of N people: what visits showed, and what lies behind it."""

    observed: Observed
    state: Ints  # [N, V], latent
    infusions: Ints  # [N], given
    reactions: Ints  # [N]


@final
@dataclass(slots=True)
class _Ward:
    """People on their way through a trial; the one place where time passes."""

    course: Course
    values: Values
    frailty: Floats
    spells: Spells
    care: UnderCare
    given: Floats
    is_sensitised: Bools
    effect: Effect
    week: int
    flared: Bools  # since the last visit

    def go_on(self, weekly: Floats) -> None:
        """So many weeks as there are columns of numbers."""
        self.flared = np.zeros(len(self.frailty), np.bool_)
        for number in range(weekly.shape[1]):
            activity = self.effect.activity(self.given, week=float(self.week), is_sensitised=self.is_sensitised)
            worse, better = self.effect.multipliers(activity)
            worse = worse * self.frailty * self.care.worse_by_taper(self.values)
            better = better * self.care.better_by_rescue(self.values)
            before = self.spells.state
            self.spells = self.course.week(self.spells, weekly[:, number], worse=worse, better=better)
            self.flared |= (self.spells.state == FLARE) & (before != FLARE)
            self.week += 1


def follow(
    who: Entrants,
    visits: Visits,
    *,
    schedule: Schedule,
    effect: Effect,
    numbers: Numbers,
    appearance: Appearance,
    values: Values,
) -> Followed:
    """Follow people from baseline through every visit. ``effect``: one entry per person (``Effect.for_people``)."""
    people = len(who)
    nobody, infusions = np.zeros(people, np.bool_), numbers.infusion[:, : schedule.most]
    ward = _Ward(
        course=Course.of(values), values=values, frailty=who.frailty, spells=who.spells,
        care=UnderCare(who.dose, who.dose, nobody, nobody), given=schedule.planned(people),
        is_sensitised=sensitised(infusions[:, :, 0], effect=effect), effect=effect,
        week=0, flared=nobody,
    )  # fmt: skip
    shown = Shown(who.columns, who.hidden)
    columns, doses, rescued, withdrawn, states = [], [], [], [], []
    at = 0
    for number, week in enumerate(visits.weeks):
        ward.go_on(numbers.weekly[:, at:week])
        draws = CareDraws(*numbers.care[:, number].T)
        if number:
            ward.care = ward.care.leaving(
                weeks=week - at, in_flare=ward.spells.state == FLARE, draws=draws, values=values
            )
            shown = appearance.shown(
                who.traits, ward.spells.state, draws=numbers.visit[:, number], before=shown, weeks=week - at,
                values=values,
            )  # fmt: skip
        lost = ward.care.withdrawn | (draws.missed < values["missed_share"]) & (number > 0)
        columns.append(np.where(lost[:, None], np.nan, shown.columns))
        withdrawn.append(ward.care.withdrawn)
        states.append(ward.spells.state)
        _treat(ward, week=week, draws=draws, visits=visits, schedule=schedule, seen=~lost & (number > 0))
        doses.append(ward.care.dose)
        rescued.append(ward.care.rescued)
        at = week
    observed = Observed(
        np.asarray(visits.weeks, np.float64), np.stack(columns, 1), np.stack(doses, 1), np.stack(rescued, 1),
        np.stack(withdrawn, 1),
    )  # fmt: skip
    return Followed(observed, np.stack(states, 1), *_infused(ward, observed, uniform=infusions[:, :, 1]))


def _treat(ward: _Ward, *, week: int, draws: CareDraws, visits: Visits, schedule: Schedule, seen: Bools) -> None:
    """What is decided at a visit, for those who came."""
    in_flare = seen & (ward.spells.state == FLARE)
    new = in_flare & ward.flared
    if week > 0:
        ward.care = ward.care.after_visit(
            week=week, new_flare=new, in_flare=in_flare | ~seen, draws=draws, taper=visits.taper, values=ward.values
        )
    staying = ~ward.care.withdrawn
    ward.given = schedule.after_visit(ward.given, week=float(week), relapsed=new & staying)
    gone = ~staying[:, None] & (ward.given >= week)
    ward.given = np.where(gone, np.inf, ward.given)


def _infused(ward: _Ward, observed: Observed, *, uniform: Floats) -> tuple[Ints, Ints]:
    """How many infusions each person was given by the last visit, and how many brought a reaction."""
    there = ward.given <= observed.weeks[-1]
    effect = ward.effect
    share = effect.reaction_share[:, None] * np.where(ward.is_sensitised, effect.sensitised_reactions[:, None], 1.0)
    return there.sum(axis=1), (there & (uniform < share)).sum(axis=1)
