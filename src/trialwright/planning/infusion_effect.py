"""What infusions do to the course: onset, peak, waning, saturation, and the price of being sensitised.

One infusion acts on a relative scale on which its own peak is 1: activity rises in a line to 1 over the onset and then
wanes as 0.5^(((t - onset) / half_life)^shape). Infusions add up against a ceiling c, the most there can be:
A = c (1 - prod(1 - a_k / c)); with c = 1 a second infusion at the peak of the first adds nothing. The hazard of
a flare is multiplied by r_f^A and that of getting better by r_b^A, so that r_f and r_b are hazard ratios at the peak of
one infusion. A person may become sensitised by an infusion (antibodies to the donor): every later one then acts on a
lower peak, and causes a reaction more often.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from trialwright.numerics.arrays import Bools, Floats, Ints
from trialwright.numerics.scalars import is_count, is_list_of, is_number
from trialwright.vocabulary.disease_course import Values
from trialwright.vocabulary.errors import Complaints, ParameterError

NEVER = np.inf


@final
@dataclass(frozen=True, slots=True)
class Schedule:
    """When infusions are given: at fixed weeks, or the first at once and then whenever a visit shows a new flare."""

    weeks: tuple[float, ...] = (0.0,)
    on_relapse: int = 0  # how many more may be given on relapse
    apart_weeks: float = 12.0  # between the last infusion and one on relapse, at least

    def __post_init__(self) -> None:
        complaints = Complaints()
        fine = is_list_of(is_number, self.weeks) and all(week >= 0 for week in self.weeks)
        fine = fine and all(one < other for one, other in zip(self.weeks, self.weeks[1:], strict=False))
        complaints.unless(fine, "weeks", self.weeks, "must rise from 0 or later", "as in [0, 4]")
        complaints.unless(is_count(self.on_relapse, least=0), "on_relapse", self.on_relapse, "must be 0 or more")
        fine = is_number(self.apart_weeks) and self.apart_weeks > 0
        complaints.unless(fine, "apart_weeks", self.apart_weeks, "must be above 0")
        complaints.raise_as(ParameterError, "this schedule cannot be followed")

    @property
    def most(self) -> int:
        """Infusions at most."""
        return len(self.weeks) + self.on_relapse

    def planned(self, people: int) -> Floats:
        """The weeks of everybody's infusions, ``[N, most]``; never for those that wait for a relapse."""
        fixed = np.broadcast_to(np.asarray(self.weeks, np.float64), (people, len(self.weeks)))
        return np.concatenate([fixed, np.full((people, self.on_relapse), NEVER)], axis=1)

    def after_visit(self, given: Floats, *, week: float, relapsed: Bools) -> Floats:
        """The infusions after a visit: who relapsed, and was last infused long enough ago, gets the next one."""
        if not self.on_relapse:
            return given
        last = np.where(given <= week, given, -NEVER).max(axis=1)
        free = np.isinf(given) & (given > 0)
        wanted = relapsed & free.any(axis=1) & (week - last >= self.apart_weeks)
        place = free.argmax(axis=1)
        found = given.copy()
        found[wanted, place[wanted]] = week
        return found


@final
@dataclass(frozen=True, slots=True)
class Effect:
    """What infusions do; a field is one number, or one for each trial where they are drawn from a prior, ``[B]``."""

    flare_ratio: Floats
    better_ratio: Floats
    onset_weeks: Floats
    half_life_weeks: Floats
    waning_shape: Floats
    ceiling: Floats
    sensitised_share: Floats
    sensitised_loss: Floats
    reaction_share: Floats
    sensitised_reactions: Floats

    @classmethod
    def of(cls, *drawn: Values) -> Effect:
        """The effect that parameters describe; several sets of values for several trials.

        ParameterError with everything that cannot be meant.
        """
        found = {name: np.asarray([values[key] for values in drawn], np.float64) for name, key in EFFECT_KEYS.items()}
        complaints = Complaints()
        for name, key in EFFECT_KEYS.items():
            least, most, allowed = LIMITS[name]
            fine = bool(((found[name] >= least) & (found[name] <= most)).all())
            complaints.unless(fine, key, float(found[name].min()), allowed)
        complaints.raise_as(ParameterError, "this effect cannot be simulated")
        return cls(**found)

    def none(self) -> Effect:
        """The same infusions without any effect on the disease: what a placebo does."""
        return replace(self, flare_ratio=np.ones_like(self.flare_ratio), better_ratio=np.ones_like(self.better_ratio))

    def for_people(self, trial: Ints) -> Effect:
        """One entry per person; ``trial``: the place of each person's trial, ``[N]``."""
        if len(self.flare_ratio) == 1:
            trial = np.zeros_like(trial)
        return Effect(**{name: getattr(self, name)[trial] for name in self.__dataclass_fields__})

    def activity(self, given: Floats, *, week: float, is_sensitised: Bools) -> Floats:
        """A at a week, ``[N]``. ``given``: weeks of infusion ``[N, K]``; ``is_sensitised``: before each one."""
        since = np.maximum(week - given, 0.0)
        rise = np.minimum(since / self.onset_weeks[:, None], 1.0)
        later = np.maximum(since - self.onset_weeks[:, None], 0.0) / self.half_life_weeks[:, None]
        one = np.where(given <= week, rise * 0.5 ** (later ** self.waning_shape[:, None]), 0.0)
        one = one * np.where(is_sensitised, 1 - self.sensitised_loss[:, None], 1.0)
        ceiling = self.ceiling[:, None]
        return np.asarray(self.ceiling * (1 - np.prod(1 - one / ceiling, axis=1)))

    def multipliers(self, activity: Floats) -> tuple[Floats, Floats]:
        """What an activity makes of the hazard of a flare, and of that of getting better."""
        return self.flare_ratio**activity, self.better_ratio**activity


EFFECT_KEYS = {
    "flare_ratio": "effect_flare_ratio",
    "better_ratio": "effect_better_ratio",
    "onset_weeks": "effect_onset_weeks",
    "half_life_weeks": "effect_half_life_weeks",
    "waning_shape": "effect_waning_shape",
    "ceiling": "effect_ceiling",
    "sensitised_share": "sensitised_share",
    "sensitised_loss": "sensitised_loss",
    "reaction_share": "reaction_share",
    "sensitised_reactions": "sensitised_reactions",
}

ABOVE_0, SHARE = (1e-9, np.inf, "must be above 0"), (0.0, 1.0, "must lie between 0 and 1")
LIMITS = {
    "flare_ratio": ABOVE_0,
    "better_ratio": ABOVE_0,
    "onset_weeks": ABOVE_0,
    "half_life_weeks": ABOVE_0,
    "waning_shape": ABOVE_0,
    "ceiling": (1.0, np.inf, "must be at least 1, the peak of one infusion"),
    "sensitised_share": SHARE,
    "sensitised_loss": SHARE,
    "reaction_share": SHARE,
    "sensitised_reactions": ABOVE_0,
}


def sensitised(uniform: Floats, *, effect: Effect) -> Bools:
    """Who is sensitised before each infusion, ``[N, K]``: the first never meets anybody who is."""
    by_this_one = uniform < effect.sensitised_share[:, None]
    before = np.zeros(uniform.shape, np.bool_)
    before[:, 1:] = np.logical_or.accumulate(by_this_one, axis=1)[:, :-1]
    return before
