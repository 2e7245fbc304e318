"""Observe the first participant of every cohort before the others are treated.

Rule in words. Once a cohort has been opened by its first participant, nobody else joins it until ``days`` full days
have passed since that participant's infusion. A stop is never held up, nor is a step down.

Formula. wait when exactly one evaluable participant is in the cohort being filled and the follow-up of the last
assigned one is below ``days``; the day of the infusion is day 0.

Reference. EMA 2017, guideline on strategies to identify and mitigate risks for first-in-human trials (sentinel
dosing); as in NCT07488546, whose sentinel is observed for 14 days.

Choose it for the first use of a product, or of a dose, in people. It needs ``cohort_size`` of 2 or more to mean
anything, and to know who was infused when: where only counts per level are kept (exact enumeration) it refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from trialwright.rules import check_days, people_infused
from trialwright.vocabulary.seen import Ints, People, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.words import Text

WATCHED = Text(
    en="The first participant of this cohort is observed for {days} days before anyone else joins it.",
    fr="La première personne de cette cohorte est observée {days} jours avant toute autre inclusion.",
)
NO_PEOPLE = Text(
    en="sentinel looks at days since an infusion; simulate the trial instead of enumerating counts",
    fr="sentinel regarde les jours écoulés depuis une perfusion ; simulez l'essai au lieu d'énumérer des effectifs",
)


@final
@dataclass(frozen=True, slots=True)
class Sentinel:
    """Parameters: full days for which the first participant of a cohort is observed alone."""

    days: int  # full days after the first infusion of a cohort

    def __post_init__(self) -> None:
        check_days(self.days, rule="sentinel")

    needs_one_order: ClassVar[bool] = False  # it keeps the level, waits or stops
    fits = any_number_of_levels
    about_time: ClassVar[bool] = True  # it speaks of days alone: with everybody settled it is silent

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """The proposal, on hold where the cohort's first participant is still watched alone."""
        people = people_infused(seen, otherwise=NO_PEOPLE)
        if people is None:
            return proposal
        alone = (seen.counted_in_cohort == 1) & (_last_follow_up(people, seen.n_assigned) < self.days)
        held = alone & ~seen.goes_down(proposal.dose_level) & ~proposal.stop & ~proposal.wait
        return proposal.changed(held, code="sentinel.watched", text=WATCHED, values={"days": self.days}, wait=True)


def _last_follow_up(people: People, n_assigned: Ints) -> Ints:
    """Days since the infusion of the last evaluable participant of the cohorts, ``[B]``; 0 where there is none."""
    places = np.arange(people.assigned.shape[1])
    counted = people.evaluable & people.in_cohorts & (places < n_assigned[:, None])
    last = np.where(counted, places, -1).max(axis=1, initial=-1)
    if people.assigned.shape[1] == 0:
        return np.zeros(len(n_assigned), np.int64)
    found = np.take_along_axis(people.follow_up, np.maximum(last, 0)[:, None], axis=1)[:, 0]
    return np.where(last >= 0, found, 0)


EXAMPLE: Mapping[str, Any] = {"days": 7}
RULE = Sentinel
IN_FRENCH = "Observer la première personne de chaque cohorte avant de traiter les autres."
