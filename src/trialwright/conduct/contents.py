"""What a bag holds, in cells as the protocol's dose counts them, and what is taken from several bags.

A count is turned into the dose's own count by the viability recorded with the bag and by the protocol's recovery after
thawing; where a factor is needed and not known, the content cannot be assessed, and the bag is of no use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import final

from trialwright.protocol.product import Preparation
from trialwright.vocabulary.decisions import Reason
from trialwright.vocabulary.events import BagFilled
from trialwright.vocabulary.words import Text

COUNTED = Text(
    en="Bag {bag}: {cells:amount} {kind} cells, counted {when}, in {volume:plain} mL",
    fr="Poche {bag} : {cells:amount} cellules {kind}, comptées {when}, dans {volume:plain} mL",
)
KINDS = {"viable": Text(en="viable", fr="viables"), "total": Text(en="total", fr="totales")}
WHEN = {
    "pre-freeze": Text(en="before freezing", fr="avant congélation"),
    "post-thaw": Text(en="after thawing", fr="après décongélation"),
}
TIMES_VIABILITY = Text(
    en="  × viability {viability:plain} = {cells:amount} viable cells",
    fr="  × viabilité {viability:plain} = {cells:amount} cellules viables",
)
OVER_VIABILITY = Text(
    en="  ÷ viability {viability:plain} = {cells:amount} cells in total",
    fr="  ÷ viabilité {viability:plain} = {cells:amount} cellules au total",
)
TIMES_RECOVERY = Text(
    en="  × recovery after thawing {recovery:plain} = {cells:amount} cells",
    fr="  × récupération après décongélation {recovery:plain} = {cells:amount} cellules",
)
PER_ML = Text(
    en="  ÷ {volume:plain} mL = {per_ml:amount} cells/mL", fr="  ÷ {volume:plain} mL = {per_ml:amount} cellules/mL"
)
NO_VIABILITY = Text(
    en="its content cannot be assessed: the dose counts {wanted} cells, the bag {counted} cells, and no viability "
    "above zero is recorded",
    fr="son contenu ne peut être évalué : la dose compte des cellules {wanted}, la poche des cellules {counted}, et "
    "aucune viabilité supérieure à zéro n'est enregistrée",
)
NO_RECOVERY = Text(
    en="its content cannot be assessed: the dose counts cells after thawing, the bag before freezing, and the protocol "
    "declares no recovery",
    fr="son contenu ne peut être évalué : la dose compte les cellules après décongélation, la poche avant congélation, "
    "et le protocole ne déclare pas de récupération",
)
NO_WAY_BACK = Text(
    en="its content cannot be assessed: the dose counts cells before freezing, and the bag was counted after thawing",
    fr="son contenu ne peut être évalué : la dose compte les cellules avant congélation, et la poche a été comptée "
    "après décongélation",
)


@final
@dataclass(frozen=True, slots=True)
class Content:
    """The cells of a bag as the dose counts them, with the arithmetic; or why they cannot be assessed."""

    bag: BagFilled
    cells: float | None
    lines: tuple[Reason, ...] = ()
    against: Reason | None = None


@final
@dataclass(frozen=True, slots=True)
class Portion:
    """What is taken from one bag."""

    bag: BagFilled
    volume_ml: float
    cells: float

    @property
    def dmso_ml(self) -> float | None:
        """DMSO in it, mL; None where the bag does not say how much it holds."""
        return None if self.bag.dmso_percent is None else self.volume_ml * self.bag.dmso_percent / 100


def content(preparation: Preparation, bag: BagFilled) -> Content:
    """The cells of a bag as the protocol's dose counts them."""
    cells = bag.cells
    lines = [
        Reason(
            "counted",
            COUNTED,
            {
                "bag": bag.bag,
                "cells": cells,
                "kind": KINDS[bag.counts],
                "when": WHEN[bag.counted],
                "volume": bag.volume_ml,
            },
        )
    ]
    if bag.counts != preparation.cells:
        if not bag.viability:
            values = {"wanted": KINDS[preparation.cells], "counted": KINDS[bag.counts]}
            return Content(bag, None, tuple(lines), Reason("no-viability", NO_VIABILITY, values))
        dividing = preparation.cells == "total"
        cells = cells / bag.viability if dividing else cells * bag.viability
        said = OVER_VIABILITY if dividing else TIMES_VIABILITY
        lines.append(Reason("viability", said, {"viability": bag.viability, "cells": cells}))
    if bag.counted != preparation.counted:
        if preparation.counted == "pre-freeze":
            return Content(bag, None, tuple(lines), Reason("no-way-back", NO_WAY_BACK))
        if preparation.recovery is None:
            return Content(bag, None, tuple(lines), Reason("no-recovery", NO_RECOVERY))
        cells *= preparation.recovery
        lines.append(Reason("recovery", TIMES_RECOVERY, {"recovery": preparation.recovery, "cells": cells}))
    lines.append(Reason("per-ml", PER_ML, {"volume": bag.volume_ml, "per_ml": cells / bag.volume_ml}))
    return Content(bag, cells, tuple(lines))


def whole_bags(contents: Sequence[Content], needed: float, *, towards: str) -> int:
    """How many bags, in this order, come to the cells needed under the protocol's rounding; a tie goes up."""
    held, count = 0.0, 0
    while count < len(contents) and held < needed:
        held += contents[count].cells or 0.0
        count += 1
    if count == 0 or held <= needed or towards == "up":
        return count
    before = held - (contents[count - 1].cells or 0.0)
    fewer = towards == "down" or needed - before < held - needed
    return count - 1 if fewer else count


def volume_for(contents: Sequence[Content], needed: float) -> float:
    """The volume, in mL, that holds the cells needed when the bags are emptied in this order; all of it at most."""
    volume, left = 0.0, needed
    for one in contents:
        cells = one.cells or 0.0
        if left <= cells:
            return volume + one.bag.volume_ml * (left / cells if cells else 0.0)
        volume, left = volume + one.bag.volume_ml, left - cells
    return volume


def stepped(volume: float, step: float, *, towards: str) -> float:
    """A volume as a multiple of a step; a tie goes up.

    >>> stepped(36.75, 0.5, towards="nearest"), stepped(36.75, 0.5, towards="down"), stepped(0.3, 0.1, towards="up")
    (37.0, 36.5, 0.3)
    """
    rounding = {"nearest": ROUND_HALF_UP, "down": ROUND_FLOOR, "up": ROUND_CEILING}[towards]
    steps = Decimal(f"{volume:.9f}") / Decimal(repr(step))  # a billionth of a mL is no volume, only arithmetic
    return float(steps.to_integral_value(rounding) * Decimal(repr(step)))


def portions(contents: Sequence[Content], volume: float) -> tuple[Portion, ...]:
    """What is taken from each bag when they are emptied in this order up to a volume, in mL."""
    taken = []
    left = volume
    for one in contents:
        drawn = min(left, one.bag.volume_ml)
        if drawn <= 0:
            break
        taken.append(Portion(one.bag, drawn, (one.cells or 0.0) * drawn / one.bag.volume_ml))
        left -= drawn
    return tuple(taken)
