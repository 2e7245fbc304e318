"""Finished virtual trials, counted: whole numbers only, so that slices add up to the same in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, final

import numpy as np

from trialwright.operating.ends import PLANNED
from trialwright.operating.lockstep import Finished
from trialwright.vocabulary.seen import Ints


@final
@dataclass(frozen=True, slots=True)
class Tally:
    """Some finished trials under one truth, each row a list over levels or over numbers from 0."""

    trials: int
    selection: tuple[int, ...]  # trials that select no level, level 1, …
    n: tuple[int, ...]  # participants at each level in all trials together
    n_squared: tuple[int, ...]  # sums over trials of the squares, for standard errors
    n_dlt: tuple[int, ...]
    n_dlt_squared: tuple[int, ...]
    n_active: tuple[int, ...]
    n_active_squared: tuple[int, ...]
    stopped_at: tuple[int, ...]  # trials that stop early at level 1, …
    n_distribution: Mapping[int, int]  # trials with so many participants
    dlt_distribution: Mapping[int, int]
    ended: Mapping[str, int]  # trials that end for each reason
    days: Mapping[int, int]  # trials that last so many days

    @classmethod
    def of(cls, finished: Finished) -> Tally:
        """Counted from trials as they ended."""
        levels = finished.n.shape[1]
        reason = [finished.reasons[place] for place in finished.reason.tolist()]
        early = np.array([why != PLANNED for why in reason], np.bool_)
        sums: dict[str, Any] = {}
        for name in ("n", "n_dlt", "n_active"):
            values: Ints = getattr(finished, name)
            sums |= {name: _row(values.sum(axis=0)), f"{name}_squared": _row((values**2).sum(axis=0))}
        return cls(
            trials=len(finished.selected),
            selection=_row(np.bincount(finished.selected, minlength=levels + 1)),
            stopped_at=_row(np.bincount(finished.current[early], minlength=levels + 1)[1:]),
            n_distribution=_counted(finished.assigned.tolist()),
            dlt_distribution=_counted(finished.n_dlt.sum(axis=1).tolist()),
            ended=_counted(reason),
            days=_counted(finished.days.tolist()),
            **sums,
        )

    @classmethod
    def together(cls, parts: Iterable[Tally]) -> Tally:
        """Several lots of trials as one; at least one."""
        lots = list(parts)
        return cls(**{field.name: _added([getattr(lot, field.name) for lot in lots]) for field in fields(cls)})

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: [list(pair) for pair in value.items()] if isinstance(value, Mapping) else value
            for name, value in values.items()
        }

    @classmethod
    def revived(cls, plain: Mapping[str, Any]) -> Tally:
        """Back from ``plain``."""
        kept: dict[str, Any] = {"trials": int(plain["trials"])}
        for name in ("n_distribution", "dlt_distribution", "ended", "days"):
            kept[name] = {key: int(count) for key, count in plain[name]}
        rest = [field.name for field in fields(cls) if field.name not in kept]
        kept |= {name: tuple(map(int, plain[name])) for name in rest}
        return cls(**kept)


def _row(values: Any) -> tuple[int, ...]:
    return tuple(int(value) for value in values)


def _counted(values: Iterable[Any]) -> dict[Any, int]:
    return dict(sorted(Counter(values).items()))


def _added(values: list[Any]) -> Any:
    """Numbers, rows of numbers or counts by key, added up; keys in their order."""
    if isinstance(values[0], Mapping):
        total: Counter[Any] = Counter()
        for counts in values:
            total.update(counts)
        return dict(sorted(total.items()))
    if isinstance(values[0], tuple):
        return tuple(map(sum, zip(*values, strict=True)))
    return sum(values)
