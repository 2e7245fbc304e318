"""The dose given itself: participants counted by the amount they got, instead of by the nearest level.

What designs have in common that can use it, by their parameter ``dose``: "level" or "given".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from trialwright.vocabulary.seen import Bools, Floats, Ints, Note, Proposal, Seen, count_per_level
from trialwright.vocabulary.words import Text

OTHER_AMOUNTS = Text(
    en="Everybody counts at the dose given: for {others} of {n} settled participants it is not the amount of the "
    "level.",
    fr="Chacun compte à la dose administrée : pour {others} des {n} participants évalués, ce n'est pas la quantité du "
    "palier.",
)
OTHER_AMOUNTS_SO_FAR = Text(
    en="Everybody counts at the dose given: for {others} of the {n} participants who count so far it is not the amount "
    "of the level.",
    fr="Chacun compte à la dose administrée : pour {others} des {n} participants qui comptent à ce jour, ce n'est pas "
    "la quantité du palier.",
)
GIVEN = "given"
DOSE = ("level", GIVEN)  # choices of the parameter ``dose`` of a design


def uses_dose_given(design: object) -> bool:
    """Whether a design judges each participant by the dose given itself."""
    return getattr(design, "dose", None) == GIVEN


@final
@dataclass(frozen=True, slots=True)
class Places:
    """At which of a list of amounts each participant counts: what ``People.dose_level`` is by level."""

    amounts: Floats  # [S] rising; the amounts of all levels are among them
    place: Ints  # [B, P] 1 ... S; 0 for who does not count
    others: Ints  # [B] who count, with another amount than that of the level they count at
    n: Ints  # [B] who count


def places_of(seen: Seen, *, counted: Bools, levels: tuple[float, ...]) -> Places:
    """At which amount each of some participants, ``[B, P]``, counts; ``levels``: the amount of every level, rising.

    Whoever's amount is not told counts with that of the level: in a hypothetical course. Who counts at no level does
    not count at an amount either.
    """
    declared, people = np.asarray(levels, np.float64), seen.people
    if people is None:
        nobody = np.zeros(seen.batch, np.int64)
        return Places(declared, np.zeros(counted.shape, np.int64), nobody, nobody)
    who = counted & (people.dose_level > 0)
    own = declared[np.clip(people.dose_level, 1, len(declared)) - 1]
    amount = own if people.amount is None else np.where(np.isnan(people.amount), own, people.amount)
    amounts = np.union1d(declared, amount[who])
    place = np.where(who, np.searchsorted(amounts, amount) + 1, 0)
    return Places(amounts, place, (who & (amount != own)).sum(axis=1), who.sum(axis=1))


@final
@dataclass(frozen=True, slots=True)
class ByAmount:
    """Settled participants by the amount given: what ``Seen.n`` and ``Seen.n_dlt`` are by level."""

    amounts: Floats  # [S] rising; the amounts of all levels are among them
    n: Ints  # [B, S] settled participants
    n_dlt: Ints  # [B, S] of them with a DLT
    others: Ints  # [B] of them with another amount than that of the level they count at


def by_amount(seen: Seen, *, levels: tuple[float, ...]) -> ByAmount:
    """Settled participants counted by the amount given; ``levels``: the amount of every level, rising.

    Whoever's amount is not told counts with that of the level: in a hypothetical course, and where a design is asked
    about counts alone.
    """
    declared, people = np.asarray(levels, np.float64), seen.people
    if people is None or people.amount is None:
        return ByAmount(declared, seen.n, seen.n_dlt, np.zeros(seen.batch, np.int64))
    settled = people.evaluable & (people.dlt | people.complete)
    found = places_of(seen, counted=settled, levels=levels)
    size = len(found.amounts)
    n, n_dlt = (count_per_level(found.place, some, levels=size) for some in (settled, settled & people.dlt))
    return ByAmount(found.amounts, n, n_dlt, found.others)


def with_other_amounts(proposal: Proposal, seen: Seen, *, levels: tuple[float, ...], design: str) -> Proposal:
    """The same proposal; where somebody got another amount than the level's, it says that this amount counted."""
    counted = by_amount(seen, levels=levels)
    said = note_of_others(OTHER_AMOUNTS, others=counted.others, n=counted.n.sum(axis=1), design=design)
    return replace(proposal, notes=(*proposal.notes, *said))


def note_of_others(text: Text, *, others: Ints, n: Ints, design: str) -> tuple[Note, ...]:
    """The reason that of ``n`` participants, ``[B]``, ``others`` got another amount than the level's."""
    note = Note(f"{design}.dose_given", text, others > 0, {"others": others, "n": n})
    return (note,) if note.where.any() else ()
