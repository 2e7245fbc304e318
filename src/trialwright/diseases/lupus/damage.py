"""SLICC/ACR damage over time: episodes counted once they lie far enough apart, and totals that never fall.

Damage is irreversible by definition, so what an earlier visit found is carried forward; where a later visit answers
less, the earlier answer stands and is named. Reference: Gladman 1996, Arthritis Rheum 39:363 (table and glossary).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import final

from trialwright.diseases.lupus.sums import Sum
from trialwright.vocabulary.scores import Items, Score

Answer = bool | float | str | None
MONTHS_APART = 6  # Gladman 1996: repeat episodes occur at least six months apart


@final
@dataclass(frozen=True, slots=True)
class DamageVisit:
    """The damage of one visit: its score with everything earlier carried forward, and the items that answered less."""

    score: Score
    fell: tuple[str, ...] = ()


def separate_episodes(days: Sequence[date]) -> int:
    """How many episodes count: each at least six calendar months after the last one that counted.

    >>> separate_episodes([date(2020, 1, 10), date(2020, 4, 10), date(2020, 7, 10)])
    2
    """
    counted: list[date] = []
    for day in sorted(days):
        if not counted or day >= _months_later(counted[-1]):
            counted.append(day)
    return len(counted)


def _months_later(day: date) -> date:
    """The same day six months on; the last day of that month where it has no such day."""
    months = day.year * 12 + day.month - 1 + MONTHS_APART
    year, month = months // 12, months % 12 + 1
    for back in range(4):
        try:
            return date(year, month, day.day - back)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th day")


def over_time(index: Sum, visits: Sequence[Items]) -> tuple[DamageVisit, ...]:
    """The damage at each visit in order, nothing ever taken back.

    An item not assessed now keeps what an earlier visit found; one that was absent before is then not assessed.
    """
    carried: dict[str, Answer] = {}
    found = []
    for items in visits:
        fell = tuple(key for key, before in carried.items() if _less(items.get(key), before))
        carried |= {
            key: value for key, value in items.items() if value is not None and not _less(value, carried.get(key))
        }
        now = {key: value for key, value in carried.items() if value or items.get(key) is not None}
        found.append(DamageVisit(index.score(now), fell))
    return tuple(found)


def _less(now: Answer, before: Answer) -> bool:
    """Whether an answer says less than one before it."""
    if now is None or before is None:
        return False
    return float(now) < float(before)
