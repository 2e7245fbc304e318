"""A randomised comparison of two arms: its endpoint, allocation, looks and errors, and how large that makes it.

The fixed number of the endpoint times the inflation of the boundaries is the most information, in participants or
events; looks come at fractions of it. Each arm is rounded up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import final, get_args

from trialwright.numerics.scalars import is_positive
from trialwright.planning.endpoints import Endpoint
from trialwright.planning.looks import Boundaries, Errors, Looks, boundaries
from trialwright.vocabulary.errors import Complaints, ParameterError, Refused
from trialwright.vocabulary.words import Text

ROUNDING = 1e-9  # a number of participants this close to a whole one is that one
MANY_ARMS = Text(
    en="{arms} arms need a rule for several comparisons, which a plan file states: see trialwright plan. Or plan each "
    "treatment against the control with the level divided by their number.",
    fr="{arms} bras demandent une règle pour plusieurs comparaisons, qu’un fichier de plan énonce : voir trialwright "
    "plan. Ou planifiez chaque traitement contre le contrôle avec le niveau divisé par leur nombre.",
)


@final
@dataclass(frozen=True, slots=True)
class Size:
    """How large the comparison is: participants per arm, not rounded totals, and what is expected."""

    participants: tuple[int, int]  # treatment, control; rounded up
    total: float  # participants, not rounded
    events: float | None  # for a time to an event
    fixed_total: float  # participants with one look
    at_looks: tuple[float, ...]  # participants, or events for a time to an event, by each look
    expected: tuple[float, float]  # the same unit, when it stops: without and with the effect
    boundaries: Boundaries


@final
@dataclass(frozen=True, slots=True)
class Comparison:
    """Two arms compared on one endpoint."""

    endpoint: Endpoint
    looks: Looks = field(default_factory=Looks)
    errors: Errors = field(default_factory=Errors)
    ratio: float = 1.0  # treatment over control
    arms: tuple[str, ...] = ("treatment", "control")

    def __post_init__(self) -> None:
        complaints = Complaints()
        names = " or ".join(", ".join(kind.__name__ for kind in get_args(Endpoint)).rsplit(", ", 1))
        fine = isinstance(self.endpoint, get_args(Endpoint))
        complaints.unless(fine, "endpoint", self.endpoint, f"must be {names}")
        complaints.unless(is_positive(self.ratio), "ratio", self.ratio, "must be above 0", "2 is two to one")
        fine = len(self.arms) > 1 and len(set(self.arms)) == len(self.arms)
        complaints.unless(fine, "arms", self.arms, "must be two names or more, all different")
        complaints.raise_as(ParameterError, "this comparison cannot be planned")
        if len(self.arms) > 2:
            raise Refused(MANY_ARMS, {"arms": len(self.arms)})

    def size(self) -> Size:
        """How many participants, and events, it needs; Refused where no number is enough."""
        found, fixed = boundaries(self.looks, self.errors), self.endpoint.fixed(self.errors, ratio=self.ratio)
        total = fixed.participants * found.inflation
        events = None if fixed.events is None else fixed.events * found.inflation
        once = fixed.participants if fixed.events is None else fixed.events
        control = total / (1 + self.ratio)
        return Size(
            participants=(_up(total - control), _up(control)),
            total=total,
            events=events,
            fixed_total=fixed.participants,
            at_looks=tuple(float(once * found.inflation * at) for at in found.fractions),
            expected=(once * found.expected[0], once * found.expected[1]),
            boundaries=found,
        )


def _up(number: float) -> int:
    return math.ceil(number - ROUNDING)
