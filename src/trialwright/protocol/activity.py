"""What counts as activity for dose finding: an endpoint that is met, or an instrument that has changed by so much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, final

from pydantic import Field

from trialwright.protocol.eligibility import SIGN
from trialwright.protocol.sections import DiseaseSection, Endpoint, Part, Visit
from trialwright.vocabulary.errors import MISSING, Complaints, Finding
from trialwright.vocabulary.words import Language, Text, plain

BY_ENDPOINT = Text(en="{title}, {visit}", fr="{title}, {visit}")
BY_CHANGE = Text(
    en="change of {instrument} from baseline {sign} {change}, {visit}{days}",
    fr="variation de {instrument} depuis l'état initial {sign} {change}, {visit}{days}",
)
FROM_TO = Text(en=" (day {first} to day {last})", fr=" (du jour {first} au jour {last})")


@final
class ActivityDefinition(Part):
    """What counts as activity for dose finding: either an endpoint, or the change of an instrument since baseline."""

    endpoint: Annotated[str, Field(description="Name of an endpoint of this protocol; met means activity")] = ""
    instrument: Annotated[str, Field(description="Or: an instrument of this protocol, scored before and after")] = ""
    visit: Annotated[str, Field(description="Visit that is judged, by its English name; the endpoint's if absent")] = ""
    operator: Annotated[
        Literal[">", ">=", "<", "<="] | None, Field(description="How the change compares; <= for a fall")
    ] = None
    change: Annotated[
        float | None,
        Field(allow_inf_nan=False, description="Score at the visit minus score at baseline; negative for a fall"),
    ] = None
    first_day: Annotated[int | None, Field(ge=0, description="First day counted, from the first infusion")] = None
    last_day: Annotated[int | None, Field(ge=0, description="Last day counted, included")] = None

    def in_window(self, day: int) -> bool:
        """Whether a day, counted from the first infusion, is one on which an assessment counts."""
        return (self.first_day is None or day >= self.first_day) and (self.last_day is None or day <= self.last_day)

    def judged_at(self, endpoints: Sequence[Endpoint]) -> str:
        """The visit that is judged."""
        named = (endpoint.visit for endpoint in endpoints if endpoint.name == self.endpoint)
        return self.visit or next(named, "")

    def findings(
        self, *, endpoints: Sequence[Endpoint], visits: Sequence[Visit], disease: DiseaseSection | None
    ) -> Sequence[Finding]:
        """Complaints when the fields do not go together, or name what the protocol does not have."""
        complaints = Complaints()
        one = bool(self.endpoint) != bool(self.instrument)
        complaints.unless(
            one, "endpoint", self.endpoint or MISSING, "name an endpoint or an instrument, one of the two"
        )
        if self.endpoint:
            self._check_endpoint(complaints, endpoints)
        if self.instrument:
            self._check_instrument(complaints, disease)
        planned = [visit.name.en for visit in visits]
        fine = not self.visit or not planned or self.visit in planned
        complaints.unless(fine, "visit", self.visit, f"is not a visit of the protocol; there is {', '.join(planned)}")
        rising = self.first_day is None or self.last_day is None or self.last_day >= self.first_day
        complaints.unless(rising, "last_day", self.last_day, f"must not lie before first_day ({self.first_day})")
        return complaints.findings

    def _check_endpoint(self, complaints: Complaints, endpoints: Sequence[Endpoint]) -> None:
        known = [endpoint.name for endpoint in endpoints]
        there = self.endpoint in known
        allowed = f"is not an endpoint of the protocol; there is {', '.join(known) or 'none'}"
        complaints.unless(there, "endpoint", self.endpoint, allowed, "add it under [[endpoints]]")
        of_it = [endpoint.visit for endpoint in endpoints if endpoint.name == self.endpoint]
        allowed = f"is not a visit of this endpoint; there is {', '.join(of_it)}"
        complaints.unless(not there or not self.visit or self.visit in of_it, "visit", self.visit, allowed)
        for place in ("operator", "change"):
            value = getattr(self, place)
            allowed = "goes with an instrument; an endpoint is met or not"
            complaints.unless(value is None or bool(self.instrument), place, value, allowed, "remove it")

    def _check_instrument(self, complaints: Complaints, disease: DiseaseSection | None) -> None:
        declared = disease.instruments if disease else ()
        allowed = f"is not assessed in this protocol; it declares {', '.join(declared) or 'none'}"
        complaints.unless(
            self.instrument in declared, "instrument", self.instrument, allowed, "add it to disease.instruments"
        )
        for place, remedy in {"visit": "name it", "operator": '"<=" for a fall', "change": "-4, say"}.items():
            given = getattr(self, place) not in (None, "")
            complaints.unless(given, place, MISSING, "is required with an instrument", remedy)

    def said(self, language: Language, *, title: Text, visit: Text) -> str:
        """The definition in words; ``title`` is that of the endpoint or instrument."""
        if self.operator is None or self.change is None:
            return BY_ENDPOINT.said(language, title=title, visit=visit)
        bounded = self.first_day is not None and self.last_day is not None
        days = FROM_TO.said(language, first=self.first_day, last=self.last_day) if bounded else ""
        change = plain(self.change, language)
        sign = SIGN[self.operator]
        return BY_CHANGE.said(language, instrument=title, sign=sign, change=change, visit=visit, days=days)
