"""Reading a protocol file: every complaint about it at once, or a study."""

from __future__ import annotations

import hashlib
import itertools
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

import numpy as np
from pydantic import TypeAdapter, ValidationError

from trialwright import designs, diseases, rules
from trialwright.protocol import sections
from trialwright.protocol.activity import ActivityDefinition
from trialwright.protocol.amounts import amount_misfits
from trialwright.protocol.conduct import ConductSection
from trialwright.protocol.laboratory import LaboratoryTest, misplanned
from trialwright.protocol.misread import did_you_mean, finding_of, or_near
from trialwright.protocol.order import misplaced
from trialwright.protocol.product import Product
from trialwright.protocol.randomisation import Randomisation
from trialwright.protocol.safety import Clock, SafetySection, clock_findings, clocks_of
from trialwright.protocol.sections import NamedParameters
from trialwright.protocol.study import Study, dose_set
from trialwright.vocabulary.errors import MISSING, Complaints, Finding, NotFound, ParameterError, ProtocolError, Refused
from trialwright.vocabulary.orders import Order, order_of
from trialwright.vocabulary.registry import Registry
from trialwright.vocabulary.seen import Seen

# Every table a protocol file may hold: its name, what stands in it, and whether it may be absent.
SECTIONS: Mapping[str, tuple[TypeAdapter[Any], bool]] = {
    "identity": (TypeAdapter(sections.Identity), False),
    "product": (TypeAdapter(Product), True),
    "dose": (TypeAdapter(sections.Dosing), False),
    "design": (TypeAdapter(NamedParameters), False),
    "rules": (TypeAdapter(tuple[NamedParameters, ...]), True),
    "dlt": (TypeAdapter(sections.DltDefinition), False),
    "eligibility": (TypeAdapter(sections.EligibilitySection), True),
    "visits": (TypeAdapter(tuple[sections.Visit, ...]), True),
    "laboratory": (TypeAdapter(tuple[LaboratoryTest, ...]), True),
    "disease": (TypeAdapter(sections.DiseaseSection), True),
    "endpoints": (TypeAdapter(tuple[sections.Endpoint, ...]), True),
    "activity": (TypeAdapter(ActivityDefinition), True),
    "randomisation": (TypeAdapter(Randomisation), True),
    "conduct": (TypeAdapter(ConductSection), True),
    "safety": (TypeAdapter(SafetySection), True),
    "clocks": (TypeAdapter(tuple[Clock, ...]), True),
    "about": (TypeAdapter(tuple[sections.About, ...]), True),
    "published": (TypeAdapter(tuple[sections.Published, ...]), True),
}
LISTS = ("rules", "visits", "laboratory", "endpoints", "clocks", "about", "published")


def read_protocol(path: Path) -> Study:
    """The study a protocol file describes; ProtocolError with every finding when it does not describe one yet."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotFound(
            f"there is no protocol file to read at {path} ({error.strerror}); give the path of a .toml file"
        ) from error
    return parse_protocol(content, name=str(path))


def parse_protocol(content: bytes, *, name: str = "the protocol") -> Study:
    """The study described by the bytes of a protocol file."""
    try:
        tables = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, a number of thousands of digits
        finding = Finding("file", MISSING, f"is not TOML: {error}", "mend that line; the rest is read afterwards")
        raise ProtocolError(f"{name} cannot be read", [finding]) from error
    reading = _Reading(tables)
    reading.sections()
    study = reading.study(hashlib.sha256(content).hexdigest())
    reading.complaints.raise_as(ProtocolError, f"{name} does not describe a trial yet")
    assert study is not None
    return study


@final
@dataclass(slots=True)
class _Reading:
    """One pass over a file: what was understood so far, and every complaint."""

    tables: Mapping[str, Any]
    parts: dict[str, Any] = field(default_factory=dict)
    complaints: Complaints = field(default_factory=Complaints)

    def sections(self) -> None:
        """Check each table on its own, so that a mistake in one does not hide those in another."""
        for name, (adapter, optional) in SECTIONS.items():
            if name in self.tables:
                self._section(name, adapter)
            elif optional:
                self.parts[name] = () if name in LISTS else None
            else:
                self.complaints.unless(False, name, MISSING, "is required", f"add a [{name}] table")
        for name, value in self.tables.items():
            if name not in SECTIONS:
                self.complaints.unless(False, name, value, f"is not a part of a protocol; {or_near(name, SECTIONS)}")

    def _section(self, name: str, adapter: TypeAdapter[Any]) -> None:
        try:
            written = json.dumps(self.tables[name], default=str)  # days and times of day as ISO text
            self.parts[name] = adapter.validate_json(written, strict=True)  # "3" is no number, and true is not 1
        except ValidationError as error:
            self.complaints.add(finding_of(name, detail, adapter=adapter) for detail in error.errors())

    def study(self, digest: str) -> Study | None:
        """Build what stands behind the names, check the parts against each other, and join them."""
        levels = self._levels()
        design = self._named("design", self.parts.get("design"), registry=designs.REGISTRY, levels=levels)
        rule_names = self.parts.get("rules", ())
        built = [
            self._named(f"rules[{place}]", named, registry=rules.REGISTRY, levels=levels)
            for place, named in enumerate(rule_names, start=1)
        ]
        self.complaints.add(misplaced([named.name for named in rule_names]))
        if design is not None and levels is not None:
            self._check_order(design, built, levels=levels)
            self.complaints.add(amount_misfits(design, self.parts.get("dose")))
            self._apply(design, built, levels=levels)
        disease = self._disease()
        self._activity()
        self._endpoints()
        self._clocks()
        if {"visits", "laboratory", "disease"} <= self.parts.keys():
            planned = (self.parts["visits"], self.parts["laboratory"])
            self.complaints.add(misplanned(*planned, disease=self.parts["disease"]))
        if self.complaints.findings:
            return None
        return Study(
            identity=self.parts["identity"],
            product=self.parts["product"],
            dosing=self.parts["dose"],
            design=design,
            design_name=self.parts["design"].name,
            design_parameters=self.parts["design"].parameters,
            rules=tuple(built),
            rule_names=rule_names,
            dlt=self.parts["dlt"],
            eligibility=self.parts["eligibility"] or sections.EligibilitySection(),
            visits=self.parts["visits"],
            laboratory=self.parts["laboratory"],
            disease=disease,
            disease_section=self.parts["disease"],
            endpoints=self.parts["endpoints"],
            activity=self.parts["activity"],
            conduct=self.parts["conduct"] or ConductSection(),
            safety=self.parts["safety"] or SafetySection(),
            clocks=clocks_of(self.parts["safety"] or SafetySection(), self.parts["clocks"]),
            about=self.parts["about"],
            published=self.parts["published"],
            randomisation=self.parts["randomisation"],
            digest=digest,
        )

    def _levels(self) -> int | None:
        """How many dose levels there are, with complaints about how the parts of a section go together.

        Works on what stands in the file, so that one field that cannot be read hides nothing about its neighbours.
        """
        dlt, dose, rows = self._numbers("dlt"), self._numbers("dose"), self._rows_of_numbers("dose")
        first, last = dlt.get("first_day", 0), dlt.get("last_day")
        if last is not None:
            self.complaints.unless(last >= first, "dlt.last_day", last, f"must not lie before first_day ({first})")
        amounts, infusions = rows.get("amounts"), rows.get("infusions", [])
        if not amounts:
            return None
        levels, start = len(amounts), dose.get("start_level")
        if start is not None:
            allowed = f"must be one of the {levels} dose levels"
            self.complaints.unless(start <= levels, "dose.start_level", start, allowed)
        if infusions:
            allowed = f"must hold one number for each of the {levels} dose levels"
            if not self.complaints.unless(len(infusions) == levels, "dose.infusions", infusions, allowed):
                return levels
        self._check_doses(amounts, infusions)
        return levels

    def _check_doses(self, amounts: list[Any], infusions: list[Any]) -> None:
        """No level may give as little as a level of a smaller number, or less."""
        if not infusions:
            rising = all(low < high for low, high in itertools.pairwise(amounts))
            self.complaints.unless(rising, "dose.amounts", amounts, "must increase from level 1 upwards")
            return
        doses = list(zip(amounts, infusions, strict=True))
        for (first, before), (second, after) in itertools.combinations(enumerate(doses, start=1), 2):
            allowed = f"must give more than level {first}, in amount or in infusions: low levels come first"
            fine = after[0] > before[0] or after[1] > before[1]
            self.complaints.unless(fine, f"dose, level {second}", list(after), allowed)

    def _numbers(self, section: str) -> dict[str, Any]:
        """The fields of a section that are numbers."""
        return {name: value for name, value in self._fields(section) if _is_number(value)}

    def _rows_of_numbers(self, section: str) -> dict[str, list[Any]]:
        """The fields of a section that are lists of nothing but numbers."""
        fields = self._fields(section)
        return {name: row for name, row in fields if isinstance(row, list) and all(map(_is_number, row))}

    def _fields(self, section: str) -> Iterable[tuple[str, Any]]:
        table = self.tables.get(section)
        return table.items() if isinstance(table, dict) else ()

    def _named(self, place: str, named: NamedParameters | None, *, registry: Registry, levels: int | None) -> Any:
        """The design or rule behind a name; its own complaints appear under its place in the file."""
        if named is None:
            return None
        if named.name not in registry.available():
            allowed = f"is not registered; there is {', '.join(registry.available())}"
            self.complaints.unless(
                False, f"{place}.name", named.name, allowed, did_you_mean(named.name, registry.available())
            )
            return None
        try:
            built = registry.build(named.name, named.parameters)
        except ParameterError as error:
            self.complaints.add(finding.within(place) for finding in error.findings)
            return None
        if levels is not None:
            self.complaints.add(finding.within(place) for finding in built.fits(levels))
        return built

    def _check_order(self, design: Any, built: list[Any], *, levels: int) -> None:
        """A design that knows only part of the order of its levels: what the doses say, and what the rules need."""
        order, dose = order_of(design), self.parts.get("dose")
        if order is None or design.fits(levels):
            return
        for place, rule in enumerate(built, start=1):
            allowed = "needs dose levels in one order, and this design knows only part of theirs"
            fine = rule is None or not getattr(rule, "needs_one_order", True)
            named = self.parts["rules"][place - 1].name
            self.complaints.unless(fine, f"rules[{place}]", named, allowed, "leave it out; see the page of the design")
        if dose is None or len(dose.infusions or dose.amounts) != levels:
            return
        for low, high in Order.of_doses(dose_set(dose)).pairs():
            allowed = f"must put level {low} below level {high}: it gives no more at an infusion, and no more infusions"
            self.complaints.unless(bool(order.below[low - 1, high - 1]), "design", MISSING, allowed)

    def _apply(self, design: Any, built: list[Any], *, levels: int) -> None:
        """Ask the design and every rule about an empty trial: what cannot work here says so now, not later."""
        if design.fits(levels):
            return
        none = np.zeros((1, levels))
        observed = {"n_active": none, "n_both": none} if "activity" in self.tables else {}
        nobody = Seen.of_counts(none, none, np.ones(1), **observed)
        try:
            proposal = design.propose(nobody)
        except Refused as refusal:
            self.complaints.unless(False, "design", MISSING, f"cannot be used in this trial: {refusal}")
            return
        for place, rule in enumerate(built, start=1):
            try:
                if rule is not None:
                    rule(proposal, nobody)
            except Refused as refusal:
                self.complaints.unless(False, f"rules[{place}]", MISSING, f"does not go with this design: {refusal}")

    def _activity(self) -> None:
        """Whether what counts as activity is said in the terms of this protocol."""
        definition = self.parts.get("activity")
        if definition is None or not {"endpoints", "visits", "disease"} <= self.parts.keys():
            return
        named = {name: self.parts[name] for name in ("endpoints", "visits", "disease")}
        self.complaints.add(finding.within("activity") for finding in definition.findings(**named))

    def _endpoints(self) -> None:
        """Whether what an endpoint is judged by is assessed in this protocol."""
        if {"endpoints", "disease"} <= self.parts.keys():
            for place, endpoint in enumerate(self.parts["endpoints"], start=1):
                found = endpoint.findings(self.parts["disease"])
                self.complaints.add(finding.within(f"endpoints[{place}]") for finding in found)

    def _clocks(self) -> None:
        """Whether every clock has a name of its own, and every profile is there."""
        if {"safety", "clocks"} <= self.parts.keys():
            self.complaints.add(clock_findings(self.parts["safety"] or SafetySection(), self.parts["clocks"]))

    def _disease(self) -> Any:
        """The disease and its instruments, looked up by the names in the file."""
        section = self.parts.get("disease")
        if section is None:
            return None
        if section.name not in diseases.available():
            allowed = f"is not registered; there is {', '.join(diseases.available())}"
            self.complaints.unless(False, "disease.name", section.name, allowed)
            return None
        disease = diseases.disease(section.name)
        known = disease.instruments()
        for wanted in (*section.instruments, *([section.baseline] if section.baseline else [])):
            allowed = f"is not an instrument of this disease; there is {', '.join(known)}"
            self.complaints.unless(wanted in known, "disease.instruments", wanted, allowed, did_you_mean(wanted, known))
        return disease


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
