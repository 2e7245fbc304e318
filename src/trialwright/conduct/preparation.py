"""Dose preparation: dose × weight on the day → cells → volume → bags, line by line, and everything against it.

The assigned dose (the protocol's), the released dose (what the bags gave) and the dose given are three things, and all
are kept. The arithmetic is written so that a pharmacist can check each line by hand. Bags are suggested in the order in
which they expire, from one batch; a bag that may not be used is refused with every reason at once. A dose released
above the assigned one by more than the protocol's tolerance is refused; one below it is possible, and said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import final

from trialwright.conduct.contents import Portion, content, portions
from trialwright.conduct.product import UNKNOWN, bags_on
from trialwright.conduct.sheet import Sheet
from trialwright.conduct.state import TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary.decisions import Reason
from trialwright.vocabulary.errors import Complaints, OutOfOrder, ParameterError
from trialwright.vocabulary.events import ProductReleased
from trialwright.vocabulary.words import Text

NOT_PLANNED = Text(
    en="level {level} plans {planned} infusion(s), and this would be number {number}",
    fr="le palier {level} prévoit {planned} perfusion(s), et celle-ci serait la numéro {number}",
)


@final
@dataclass(frozen=True, slots=True)
class Prepared:
    """A dose as it would be released: the arithmetic, the bags, and everything that stands against releasing it."""

    usubjid: str
    infusion_number: int
    on: date
    level: int
    weight_kg: float
    dose_assigned: float  # in the protocol's dose unit
    cells_needed: float
    batch: str = ""
    portions: tuple[Portion, ...] = ()
    dose_released: float = 0.0
    lines: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()
    against: tuple[Reason, ...] = ()  # of the dose as a whole
    refused: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)  # by bag: why it may not be used
    named: bool = False  # whether the bags were named by a person

    @property
    def cells(self) -> float:
        """Cells in the volume released, as the dose counts them."""
        return sum(one.cells for one in self.portions)

    @property
    def volume_ml(self) -> float:
        """The volume released."""
        return sum(one.volume_ml for one in self.portions)

    @property
    def stands(self) -> bool:
        """Whether it may be released as it is."""
        return not self.against and not (self.named and self.refused)

    def released(self, *, thawed_at: datetime | None = None, note: str = "") -> ProductReleased:
        """The release of this dose, as an event."""
        return ProductReleased(
            usubjid=self.usubjid,
            on=self.on,
            batch=self.batch,
            dose_released=self.dose_released,
            infusion_number=self.infusion_number,
            bags=tuple(one.bag.bag for one in self.portions),
            weight_kg=self.weight_kg,
            cells=self.cells,
            volume_ml=self.volume_ml,
            thawed_at=thawed_at,
            note=note,
        )


def prepare(
    study: Study,
    state: TrialState,
    *,
    usubjid: str,
    weight_kg: float,
    on: date,
    moment: datetime | None = None,
    infusion_number: int | None = None,
    bags: Sequence[str] = (),
) -> Prepared:
    """The dose of one participant's next infusion, or of the one named, from the bags named or suggested.

    ``weight_kg`` is the weight on the day. Raises OutOfOrder when nobody of that number is enrolled, Refused when the
    protocol does not say how a dose is prepared, ParameterError for a weight that is none.
    """
    complaints = Complaints()
    complaints.unless(math.isfinite(weight_kg) and weight_kg > 0, "weight_kg", weight_kg, "must be above 0 kg")
    complaints.raise_as(ParameterError, "the dose cannot be worked out")
    if usubjid not in state.participants:
        raise OutOfOrder(f"{usubjid} is not enrolled")
    sheet = Sheet.of(study, weight_kg=weight_kg, level=state.participants[usubjid].enrolled.event.dose_level)
    number = infusion_number or len(state.participants[usubjid].infusions) + 1
    stored = bags_on(study, state, on=on, moment=moment, purpose=(usubjid, number))
    known = {one.filled.bag: one for one in stored}
    wanted = [known[bag] for bag in bags if bag in known] if bags else list(stored)
    refused: dict[str, tuple[Reason, ...]] = {bag: (Reason("unknown", UNKNOWN),) for bag in bags if bag not in known}
    refused |= {one.filled.bag: reasons for one in wanted if (reasons := sheet.against_bag(one))}
    free = [one for one in wanted if one.filled.bag not in refused]
    if bags:  # a dose from bags that somebody named is worked out from these, whatever speaks against them
        free = [one for one in wanted if content(sheet.preparation, one.filled).cells is not None]
    earlier = same_day(state, usubjid=usubjid, number=number, on=on, sheet=sheet)
    made = sheet.made(free, named=bool(bags), earlier=earlier)
    planned = study.dose_levels[sheet.level - 1].infusions
    values = {"level": sheet.level, "planned": planned, "number": number}
    unplanned = (Reason("not-planned", NOT_PLANNED, values),) if number > planned else ()
    return Prepared(
        usubjid=usubjid,
        infusion_number=number,
        on=on,
        level=sheet.level,
        weight_kg=weight_kg,
        dose_assigned=sheet.dose,
        cells_needed=sheet.needed,
        batch=made.batch,
        portions=made.portions,
        dose_released=made.dose,
        lines=(*sheet.lines(), *made.lines),
        notes=made.notes,
        against=(*unplanned, *made.against),
        refused=refused,
        named=bool(bags),
    )


def same_day(state: TrialState, *, usubjid: str, number: int, on: date, sheet: Sheet) -> tuple[Portion, ...]:
    """What the same participant was released that day for other infusions, whose DMSO counts too."""
    log = state.logs.product
    taken: list[Portion] = []
    for known in state.participants[usubjid].releases:
        event = known.event
        if event.on != on or event.infusion_number == number:
            continue
        held = [content(sheet.preparation, log.bags[bag].event) for bag in event.bags if bag in log.bags]
        volume = event.volume_ml if event.volume_ml is not None else sum(one.bag.volume_ml for one in held)
        taken += portions(held, volume)
    return tuple(taken)
