"""Keep a number of days between two infusions.

Rule in words. Nobody is assigned while someone who was assigned has not been infused yet, or until ``days`` full days
have passed since the last infusion. A stop is never held up.

Formula. wait when any participant has follow-up below ``days``; the day of the infusion is day 0.

Reference. EMA 2017, guideline on strategies to identify and mitigate risks for first-in-human trials (an interval
between participants, to be justified in the protocol).

Choose it when a reaction is expected within hours or days of the infusion, with ``days`` long enough to see it. It
needs to know who was infused when: where only counts per level are kept (exact enumeration) it refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, final

from trialwright.rules import check_days, people_infused
from trialwright.vocabulary.seen import NO_LEVEL, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.words import Text

TOO_SOON = Text(
    en="{n} infused less than {days} days ago, or not infused yet; nobody is assigned before that interval has passed.",
    fr="{n} perfusé(s) depuis moins de {days} jours, ou pas encore perfusé(s) ; aucune inclusion avant ce délai.",
)
NO_PEOPLE = Text(
    en="stagger looks at days since each infusion; simulate the trial instead of enumerating counts",
    fr="stagger regarde les jours écoulés depuis chaque perfusion ; simulez l'essai au lieu d'énumérer des effectifs",
)


@final
@dataclass(frozen=True, slots=True)
class Stagger:
    """Parameters: full days between an infusion and the next assignment."""

    days: int  # full days between two infusions

    def __post_init__(self) -> None:
        check_days(self.days, rule="stagger")

    needs_one_order: ClassVar[bool] = False  # it keeps the level, waits or stops
    fits = any_number_of_levels
    about_time: ClassVar[bool] = True  # it speaks of days alone: with everybody settled it is silent

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """The proposal, on hold where an infusion is too recent."""
        people = people_infused(seen, otherwise=NO_PEOPLE)
        if people is None:
            return proposal
        recent = (people.assigned > NO_LEVEL) & people.evaluable & (people.follow_up < self.days)
        n = recent.sum(axis=1)
        held = (n > 0) & ~proposal.stop & ~proposal.wait
        values = {"n": n, "days": self.days}
        return proposal.changed(held, code="stagger.too_soon", text=TOO_SOON, values=values, wait=True)


EXAMPLE: Mapping[str, Any] = {"days": 3}
RULE = Stagger
IN_FRENCH = "Laisser un nombre de jours entre deux perfusions."
