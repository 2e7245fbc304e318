"""What was found about a person at screening: the last fact of each name, the treatment history, the weight."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import final

from trialwright.conduct.known import Known
from trialwright.conduct.names import HEIGHT, SURFACE, same
from trialwright.conduct.units import Body, converted, exact, mosteller
from trialwright.vocabulary.events import Fact, ScreeningRecorded, Taken


@final
@dataclass(frozen=True, slots=True)
class Found:
    """A fact, and where it stands in the record."""

    fact: Fact
    position: int


@final
@dataclass(frozen=True)
class Findings:
    """Everything found about one person; a later day stands in place of an earlier one of the same name.

    The day of a fact is its own, or that of the screening entry; on the same day the later entry counts.
    """

    facts: Mapping[str, Found] = field(default_factory=dict)  # by name, as ``same`` writes it
    treatments: tuple[Taken, ...] | None = None  # None: nothing was said of treatments
    history_position: int | None = None
    weight_kg: Fraction | None = None
    last: int = 0  # position of the last entry

    def named(self, names: Collection[str]) -> Found | None:
        """The fact recorded under one of these names; where there are several, the one recorded last."""
        found = [self.facts[name] for name in names if name in self.facts]
        return max(found, key=lambda one: one.position) if found else None

    @cached_property
    def body(self) -> Body:
        """Weight and body surface, as far as known; the surface as measured, else from weight and height."""
        surface = self._amount(SURFACE.en, SURFACE.fr, unit="m2")
        height = self._amount(HEIGHT.en, HEIGHT.fr, unit="cm")
        if surface is None and height and self.weight_kg:
            surface = mosteller(weight_kg=self.weight_kg, height_cm=height)
        return Body(weight_kg=self.weight_kg, area_m2=surface)

    def _amount(self, *names: str, unit: str) -> Fraction | None:
        found = self.named([same(name) for name in names])
        value = None if found is None else found.fact.value
        if found is None or isinstance(value, bool | str) or value is None:
            return None
        there = converted(exact(value), found.fact.unit, to=unit)
        return there if isinstance(there, Fraction) else None


def findings_of(recorded: Sequence[Known[ScreeningRecorded]]) -> Findings:
    """What these screening entries say together."""
    facts: dict[str, tuple[tuple[object, int], Found]] = {}
    for known in recorded:
        for name, fact in known.event.facts.items():
            order = (fact.on or known.event.on, known.position)
            if same(name) not in facts or facts[same(name)][0] <= order:
                facts[same(name)] = (order, Found(fact, known.position))
    ordered = sorted(recorded, key=lambda known: (known.event.on, known.position))
    histories = [known for known in ordered if known.event.treatments is not None]
    weights = [known.event.weight_kg for known in ordered if known.event.weight_kg is not None]
    return Findings(
        facts={name: found for name, (_, found) in facts.items()},
        treatments=histories[-1].event.treatments if histories else None,
        history_position=histories[-1].position if histories else None,
        weight_kg=exact(weights[-1]) if weights else None,
        last=max((known.position for known in recorded), default=0),
    )
