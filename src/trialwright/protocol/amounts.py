"""Whether a design that uses the dose given itself knows the same amounts as the protocol."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trialwright.protocol.sections import Dosing
from trialwright.vocabulary.errors import Finding
from trialwright.vocabulary.given import uses_dose_given

ONE_INFUSION = "cannot be used where a level has more than one infusion: the amount of one is not the dose there"
SAME = "must be the amounts of the [dose] section, {amounts}: doses given are recorded in their unit"


def amount_misfits(design: Any, dosing: Dosing | None) -> Iterable[Finding]:
    """Complaints where the amounts of a design and of the dose section do not go together; none for other designs."""
    if dosing is None or not uses_dose_given(design):
        return
    if any(infusions > 1 for infusions in dosing.infusions):
        yield Finding("design.dose", design.dose, ONE_INFUSION, 'take dose = "level"')
    if tuple(design.doses) != tuple(map(float, dosing.amounts)):
        allowed = SAME.format(amounts=list(dosing.amounts))
        yield Finding("design.doses", list(design.doses), allowed, "copy them from there")
