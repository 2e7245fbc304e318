"""The stopping tables of a protocol: which number of DLTs stops at which number of participants, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

from trialwright.numerics.stopping_boundary import crossing_probability
from trialwright.protocol import Study
from trialwright.rules.stop_at_boundary import StopAtBoundary

__all__ = ["StoppingTable", "stopping_tables"]


@final
@dataclass(frozen=True, slots=True)
class StoppingTable:
    """What one rule ``stop_at_boundary`` of a protocol stands for."""

    place: int  # of the rule among the rules, from 1
    level: str  # whose DLTs count: "all", "any" or the number of a level
    derived: bool  # from probabilities; otherwise given in the protocol
    steps: tuple[tuple[int, int | None], ...]  # settled participants, and the DLTs that stop there; None: none can
    crossed: tuple[tuple[float, float], ...]  # a true DLT rate, and the probability of ever reaching the boundary

    def as_data(self) -> dict[str, Any]:
        """Plain values, for a program that reads it."""
        return {
            "rule": self.place,
            "level": self.level,
            "derived": self.derived,
            "table": [{"settled": settled, "dlts_that_stop": dlts} for settled, dlts in self.steps],
            "stops_with_probability": [{"dlt_rate": rate, "probability": chance} for rate, chance in self.crossed],
        }


def stopping_tables(study: Study) -> tuple[StoppingTable, ...]:
    """The table of every rule ``stop_at_boundary``, in the order of the rules.

    The probabilities are exact, for a trial asked at these looks and no others that goes on to the last one; with
    ``level = "any"`` or a level number they are those of one level.
    """
    rules = [(place, rule) for place, rule in enumerate(study.rules, start=1) if isinstance(rule, StopAtBoundary)]
    return tuple(_table(place, rule) for place, rule in rules)


def _table(place: int, rule: StopAtBoundary) -> StoppingTable:
    rates = [rate for rate in (rule.acceptable_rate, rule.unacceptable_rate) if rate is not None]
    steps = zip(rule.looks, rule.boundary, strict=True)
    return StoppingTable(
        place=place,
        level=str(rule.level),
        derived=rule.stop_at is None,
        steps=tuple((look, count if count <= look else None) for look, count in steps),
        crossed=tuple((rate, crossing_probability(rule.looks, rule.boundary, rate=rate)) for rate in rates),
    )
