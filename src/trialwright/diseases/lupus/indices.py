"""The indices whose totals an endpoint may take from their items, by name."""

from __future__ import annotations

from functools import cache

from trialwright.diseases.lupus import sledai
from trialwright.diseases.lupus.sledai import Sledai
from trialwright.diseases.lupus.sums import Sum, sums
from trialwright.diseases.lupus.tables import Recorded

SUMS = ("eular-acr-2019-points",)


@cache
def index(name: str) -> Sledai | Sum:
    """One index by its name."""
    known: dict[str, Sledai | Sum] = {each.name: each for each in sledai.instruments()}
    known |= {each.name: each for file in SUMS for each in sums(file)}
    return known[name]


def questions(name: str) -> tuple[Recorded, ...]:
    """The yes-or-no items of an index, with their labels."""
    found = index(name)
    if isinstance(found, Sledai):
        scale = (False, True)
        return tuple(Recorded(item.key, "yes-no", label=item.label, scale=scale) for item in found.table.items)
    return found.listing.recorded
