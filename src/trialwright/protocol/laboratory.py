"""The `[[laboratory]]` list: which tests are done, in which unit, at which visits."""

from __future__ import annotations

from typing import Annotated, final

from pydantic import Field

from trialwright.protocol.sections import Part
from trialwright.vocabulary.words import Text


@final
class LaboratoryTest(Part):
    """A laboratory test or vital sign of this trial."""

    name: Annotated[Text, Field(description="Name under which results are recorded (the English one)")]
    unit: Annotated[str, Field(description="Unit in which results are expected; others are converted")] = ""
    analyte: Annotated[str, Field(description="Analyte it measures, where its name does not say so, e.g. alt")] = ""
    visits: Annotated[
        tuple[str, ...], Field(description="Visits at which it is done, by English name; all if absent")
    ] = ()
