"""The working sheet of a dose: the protocol's rules, one participant's weight, and the lines of the arithmetic.

``Sheet.made`` makes the dose up from bags; whoever reads the lines can redo each of them by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import final

from trialwright.conduct.contents import Content, Portion, content, portions, stepped, volume_for, whole_bags
from trialwright.conduct.product import Bag
from trialwright.protocol.product import DmsoLimit, Preparation
from trialwright.protocol.study import Study
from trialwright.vocabulary.decisions import Reason
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.words import Text

UNSAID = Text(
    en="the protocol does not say how a dose is prepared; it needs dose.basis (per kg, or total) and "
    "[product.preparation], see docs/product.md",
    fr="le protocole ne dit pas comment une dose est préparée ; il faut dose.basis (per kg, ou total) et "
    "[product.preparation], voir docs/product.md",
)
WEIGHT = Text(en="Weight on the day: {weight:plain} kg", fr="Poids du jour : {weight:plain} kg")
CAPPED = Text(
    en="Weight on the day: {weight:plain} kg; dosed at the protocol's cap of {used:plain} kg",
    fr="Poids du jour : {weight:plain} kg ; dose calculée au plafond du protocole, {used:plain} kg",
)
CELLS_PER_KG = Text(
    en="Cells to give: {dose:amount} {unit} (level {level}) × {used:plain} kg{times} = {cells:amount} cells",
    fr="Cellules à donner : {dose:amount} {unit} (palier {level}) × {used:plain} kg{times} = {cells:amount} cellules",
)
CELLS_TOTAL = Text(
    en="Cells to give: {dose:amount} {unit} (level {level}), whatever the weight{times} = {cells:amount} cells",
    fr="Cellules à donner : {dose:amount} {unit} (palier {level}), quel que soit le poids{times} = {cells:amount} "
    "cellules",
)
TIMES = Text(en=" × {factor:amount} cells per unit", fr=" × {factor:amount} cellules par unité")
NOTHING = Text(en="", fr="")
BAGS = Text(
    en="Whole bags, rounded {towards}: {count} of batch {batch} hold {cells:amount} cells in {volume:plain} mL",
    fr="Poches entières, arrondi {towards} : {count} du lot {batch}, soit {cells:amount} cellules dans "
    "{volume:plain} mL",
)
VOLUME = Text(
    en="Volume: {exact:plain} mL of batch {batch}, rounded {towards} to {step:plain} mL = {volume:plain} mL, which "
    "holds {cells:amount} cells",
    fr="Volume : {exact:plain} mL du lot {batch}, arrondi {towards} à {step:plain} mL près = {volume:plain} mL, soit "
    "{cells:amount} cellules",
)
ALL_OF_IT = Text(
    en="Volume: {exact:plain} mL of batch {batch}; rounded, it would be more than the bags hold: all of it, "
    "{volume:plain} mL, which holds {cells:amount} cells",
    fr="Volume : {exact:plain} mL du lot {batch} ; arrondi, ce serait plus que le contenu des poches : la totalité, "
    "{volume:plain} mL, soit {cells:amount} cellules",
)
TOWARDS = {
    "nearest": Text(en="to the nearest", fr="au plus proche"),
    "down": Text(en="down", fr="vers le bas"),
    "up": Text(en="up", fr="vers le haut"),
}
DRAWN = Text(
    en="  from bag {bag}: {volume:plain} mL, {cells:amount} cells",
    fr="  de la poche {bag} : {volume:plain} mL, {cells:amount} cellules",
)
RELEASED = Text(
    en="Dose released: {cells:amount} cells{per} = {dose:amount} {unit}, {share:percent1} of the assigned dose",
    fr="Dose libérée : {cells:amount} cellules{per} = {dose:amount} {unit}, soit {share:percent1} de la dose assignée",
)
PER = Text(en=" ÷ {used:plain} kg", fr=" ÷ {used:plain} kg")
DMSO = Text(
    en="DMSO: {ml:plain} mL{mass} ÷ {weight:plain} kg = {per_kg:plain} {unit} that day; limit {limit:plain} {unit}",
    fr="DMSO : {ml:plain} mL{mass} ÷ {weight:plain} kg = {per_kg:plain} {unit} ce jour ; limite {limit:plain} {unit}",
)
MASS = Text(en=" × {density:plain} g/mL", fr=" × {density:plain} g/mL")
FULL = Text(
    en="Volume: {volume:plain} mL; limit {limit:plain} mL", fr="Volume : {volume:plain} mL ; limite {limit:plain} mL"
)
FULL_PER_KG = Text(
    en="Volume: {volume:plain} mL ÷ {weight:plain} kg = {per_kg:plain} mL/kg; limit {limit:plain} mL/kg",
    fr="Volume : {volume:plain} mL ÷ {weight:plain} kg = {per_kg:plain} mL/kg ; limite {limit:plain} mL/kg",
)
TOO_MUCH_VOLUME = Text(
    en="the volume is above the protocol's limit of {limit:plain} {unit}",
    fr="le volume dépasse la limite du protocole, {limit:plain} {unit}",
)
TOO_MUCH_DMSO = Text(
    en="the DMSO of that day is above the protocol's limit of {limit:plain} {unit}",
    fr="le DMSO de ce jour dépasse la limite du protocole, {limit:plain} {unit}",
)
DMSO_UNKNOWN = Text(
    en="the DMSO cannot be assessed: bag {bag} does not say how much it holds",
    fr="le DMSO ne peut être évalué : la poche {bag} n'indique pas sa teneur",
)
ABOVE = Text(
    en="the dose released is {share:percent1} of the assigned dose, above it by more than the protocol's "
    "{tolerance:percent1}",
    fr="la dose libérée est de {share:percent1} de la dose assignée, au-dessus de plus que les {tolerance:percent1} du "
    "protocole",
)
BELOW = Text(
    en="The dose released is {share:percent1} of the assigned dose, below it by more than the protocol's "
    "{tolerance:percent1}: the participant will count at the nearest level, and is listed.",
    fr="La dose libérée est de {share:percent1} de la dose assignée, en dessous de plus que les {tolerance:percent1} "
    "du protocole : la personne comptera au palier le plus proche, et sera signalée.",
)
NO_BAG_LEFT = Text(en="the protocol's rounding leaves no bag", fr="l'arrondi du protocole ne laisse aucune poche")
NONE_FREE = Text(en="no bag may be used", fr="aucune poche ne peut être utilisée")
TWO_BATCHES = Text(
    en="the bags come from batches {batches}; a release names one",
    fr="les poches viennent des lots {batches} ; une libération en nomme un seul",
)


@final
@dataclass(frozen=True, slots=True)
class Made:
    """One way of making the dose up."""

    batch: str = ""
    portions: tuple[Portion, ...] = ()
    dose: float = 0.0
    lines: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()
    against: tuple[Reason, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Sheet:
    """The protocol's rules for one participant's dose on one day."""

    study: Study
    preparation: Preparation
    level: int
    dose: float  # assigned
    weight_kg: float
    weight_used: float  # after the protocol's cap
    needed: float  # cells

    @classmethod
    def of(cls, study: Study, *, weight_kg: float, level: int) -> Sheet:
        """The sheet; Refused where the protocol does not say how a dose is prepared."""
        preparation = study.product.preparation if study.product else None
        if preparation is None or study.dosing.basis is None:
            raise Refused(UNSAID)
        cap = preparation.weight_cap_kg
        used = weight_kg if cap is None else min(weight_kg, cap)
        dose = study.dose_levels[level - 1].amount
        per = used if study.dosing.basis == "per kg" else 1.0
        return cls(study, preparation, level, dose, weight_kg, used, dose * per * preparation.cells_per_dose_unit)

    @property
    def per_kg(self) -> bool:
        """Whether a dose is per kg of body weight."""
        return self.study.dosing.basis == "per kg"

    def dose_of(self, cells: float) -> float:
        """Cells as a dose, in the protocol's unit."""
        return cells / self.preparation.cells_per_dose_unit / (self.weight_used if self.per_kg else 1.0)

    def lines(self) -> tuple[Reason, ...]:
        """From the weight to the cells."""
        weight = {"weight": self.weight_kg, "used": self.weight_used}
        factor = self.preparation.cells_per_dose_unit
        values = {
            "dose": self.dose,
            "unit": self.study.dosing.unit,
            "level": self.level,
            "used": self.weight_used,
            "times": NOTHING if factor == 1 else Reason("times", TIMES, {"factor": factor}),
            "cells": self.needed,
        }
        first = Reason("weight", WEIGHT if self.weight_used == self.weight_kg or not self.per_kg else CAPPED, weight)
        return (first, Reason("cells", CELLS_PER_KG if self.per_kg else CELLS_TOTAL, values))

    def against_bag(self, bag: Bag) -> tuple[Reason, ...]:
        """Everything against using a bag for this dose."""
        held = content(self.preparation, bag.filled)
        return bag.against if held.against is None else (*bag.against, held.against)

    def made(self, free: Sequence[Bag], *, named: bool, earlier: Sequence[Portion]) -> Made:
        """The dose from these bags: all of those named, or of the first batch from which it can be made."""
        if not free:
            return Made(against=(Reason("no-bag", NONE_FREE),))
        if named:
            return self._from([content(self.preparation, one.filled) for one in free], every=True, earlier=earlier)
        ways = [
            self._from([content(self.preparation, one.filled) for one in batch], every=False, earlier=earlier)
            for _, batch in groupby(free, key=lambda one: one.made.batch)
        ]
        return min(ways, key=lambda way: (bool(way.against), bool(way.notes), -way.dose * bool(way.notes)))

    def _from(self, held: Sequence[Content], *, every: bool, earlier: Sequence[Portion]) -> Made:
        batches = sorted({one.bag.batch for one in held})
        taken, said = self._taken(held, every=every, batch=batches[0])
        dose = self.dose_of(sum(one.cells for one in taken))
        used = [one for one in held if any(one.bag is part.bag for part in taken)]
        lines = [line for one in used for line in one.lines]
        lines += [said, *(self._drawn(one) for one in taken), self._released(taken, dose)]
        against = [Reason("two-batches", TWO_BATCHES, {"batches": ", ".join(batches)})] if len(batches) > 1 else []
        against += [Reason("no-bag", NO_BAG_LEFT)] if not taken else []
        notes, above = self._beside(dose)
        limits = list(self.limits(taken, earlier=earlier))
        lines += [line for line, _ in limits if line is not None]
        against += [*above, *(reason for _, reason in limits if reason is not None)]
        return Made(batches[0], taken, dose, tuple(lines), notes, tuple(against))

    def _taken(self, held: Sequence[Content], *, every: bool, batch: str) -> tuple[tuple[Portion, ...], Reason]:
        """What is taken from each bag, under the protocol's rounding."""
        rules = self.preparation
        if rules.rounding == "whole bags":
            count = len(held) if every else whole_bags(held, self.needed, towards=rules.towards)
            taken = portions(held[:count], sum(one.bag.volume_ml for one in held[:count]))
            values = {"towards": TOWARDS[rules.towards], "count": count, "batch": batch, **_sums(taken)}
            return taken, Reason("bags", BAGS, values)
        assert rules.volume_step_ml is not None  # checked when the protocol was read
        exact = volume_for(held, self.needed)
        rounded = stepped(exact, rules.volume_step_ml, towards=rules.towards)
        opened = sum(one.bag.volume_ml for one in held)
        taken = portions(held, min(rounded, opened))
        values = {"exact": exact, "batch": batch, "towards": TOWARDS[rules.towards], "step": rules.volume_step_ml}
        said = VOLUME if rounded <= opened else ALL_OF_IT
        return taken, Reason("volume", said, {**values, **_sums(taken)})

    def _drawn(self, part: Portion) -> Reason:
        return Reason("drawn", DRAWN, {"bag": part.bag.bag, "volume": part.volume_ml, "cells": part.cells})

    def _released(self, taken: Sequence[Portion], dose: float) -> Reason:
        per = Reason("per", PER, {"used": self.weight_used}) if self.per_kg else NOTHING
        cells = sum(one.cells for one in taken)
        values = {"cells": cells, "per": per, "dose": dose, "unit": self.study.dosing.unit, "share": dose / self.dose}
        return Reason("released", RELEASED, values)

    def _beside(self, dose: float) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
        """What is said about a dose far below the assigned one, and what stands against one far above it."""
        share, tolerance = dose / self.dose, self.study.dosing.tolerance
        values = {"share": share, "tolerance": tolerance}
        below = (Reason("below", BELOW, values),) if is_below(dose, self.dose, tolerance=tolerance) else ()
        above = (Reason("above", ABOVE, values),) if is_above(dose, self.dose, tolerance=tolerance) else ()
        return below, above

    def limits(
        self, taken: Sequence[Portion], *, earlier: Sequence[Portion]
    ) -> Iterable[tuple[Reason | None, Reason | None]]:
        """Each limit of the protocol as a line, and the complaint where it is passed or cannot be assessed."""
        rules, volume = self.preparation, sum(one.volume_ml for one in taken)
        if rules.max_volume_ml is not None:
            values = {"volume": volume, "limit": rules.max_volume_ml, "unit": "mL"}
            over = Reason("volume-limit", TOO_MUCH_VOLUME, values) if _over(volume, rules.max_volume_ml) else None
            yield Reason("full", FULL, values), over
        if rules.max_volume_ml_per_kg is not None:
            per_kg = volume / self.weight_kg
            values = {"volume": volume, "weight": self.weight_kg, "per_kg": per_kg, "limit": rules.max_volume_ml_per_kg}
            over = Reason("volume-limit", TOO_MUCH_VOLUME, {**values, "unit": "mL/kg"})
            yield Reason("full", FULL_PER_KG, values), over if _over(per_kg, rules.max_volume_ml_per_kg) else None
        if rules.max_dmso is not None:
            yield self._dmso(rules.max_dmso, [*earlier, *taken])

    def _dmso(self, limit: DmsoLimit, taken: Sequence[Portion]) -> tuple[Reason | None, Reason | None]:
        held = 0.0
        for one in taken:
            if one.dmso_ml is None:
                return None, Reason("dmso-unknown", DMSO_UNKNOWN, {"bag": one.bag.bag})
            held += one.dmso_ml
        by_mass = limit.unit == "g/kg"
        density = limit.density_g_per_ml if by_mass and limit.density_g_per_ml is not None else 1.0
        per_kg = held * density / self.weight_kg
        values = {
            "ml": held,
            "mass": Reason("mass", MASS, {"density": density}) if by_mass else NOTHING,
            "weight": self.weight_kg,
            "per_kg": per_kg,
            "limit": limit.value,
            "unit": limit.unit,
        }
        over = Reason("dmso-limit", TOO_MUCH_DMSO, values) if _over(per_kg, limit.value) else None
        return Reason("dmso", DMSO, values), over


ROUNDING = 1e-9  # relative: what adding and multiplying leaves behind, no more


def _over(value: float, limit: float) -> bool:
    return value > limit * (1 + ROUNDING)


def is_above(dose: float, assigned: float, *, tolerance: float) -> bool:
    """Whether a dose lies above another by more than a share of it."""
    return _over(dose, assigned * (1 + tolerance))


def is_below(dose: float, assigned: float, *, tolerance: float) -> bool:
    """Whether a dose lies below another by more than a share of it."""
    return dose < assigned * (1 - tolerance) * (1 - ROUNDING)


def _sums(taken: Sequence[Portion]) -> dict[str, float]:
    return {"cells": sum(one.cells for one in taken), "volume": sum(one.volume_ml for one in taken)}
