"""The `[[laboratory]]` list: which tests are done, in which unit, at which visits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, final

from pydantic import Field

from trialwright.protocol.sections import DiseaseSection, Part, Visit
from trialwright.vocabulary.errors import Complaints, Finding
from trialwright.vocabulary.words import Text

BESIDE = ("Screening", "Baseline", "Unscheduled")  # visits that every trial may have


@final
class LaboratoryTest(Part):
    """A laboratory test or vital sign of this trial."""

    name: Annotated[Text, Field(description="Name under which results are recorded (the English one)")]
    unit: Annotated[str, Field(description="Unit in which results are expected; others are converted")] = ""
    analyte: Annotated[str, Field(description="Analyte it measures, where its name does not say so, e.g. alt")] = ""
    visits: Annotated[
        tuple[str, ...], Field(description="Visits at which it is done, by English name; all if absent")
    ] = ()


def misplanned(
    visits: Sequence[Visit], laboratory: Sequence[LaboratoryTest], *, disease: DiseaseSection | None
) -> Iterable[Finding]:
    """Complaints where visits share a name, or name instruments or visits that the protocol does not have."""
    complaints, names = Complaints(), [visit.name.en for visit in visits]
    instruments = disease.instruments if disease else ()
    for place, visit in enumerate(visits, start=1):
        allowed = "is the name of an earlier visit too; every visit has its own"
        complaints.unless(visit.name.en not in names[: place - 1], f"visits[{place}].name", visit.name.en, allowed)
        for one in visit.instruments or ():
            allowed = f"is not assessed in this protocol; it declares {', '.join(instruments) or 'none'}"
            complaints.unless(one in instruments, f"visits[{place}].instruments", one, allowed)
    tests = [test.name.en for test in laboratory]
    for place, test in enumerate(laboratory, start=1):
        allowed = "is the name of an earlier test too; every test has its own"
        complaints.unless(test.name.en not in tests[: place - 1], f"laboratory[{place}].name", test.name.en, allowed)
        for one in test.visits:
            allowed = f"is not a visit of the protocol; there is {', '.join(names) or 'none'}"
            complaints.unless(one in names or one in BESIDE, f"laboratory[{place}].visits", one, allowed)
    return complaints.findings
