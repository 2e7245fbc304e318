"""The study: everything the protocol file says, checked and ready to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from trialwright.protocol.activity import ActivityDefinition
from trialwright.protocol.conduct import ConductSection, Guarded
from trialwright.protocol.laboratory import LaboratoryTest
from trialwright.protocol.product import Product
from trialwright.protocol.randomisation import Randomisation
from trialwright.protocol.safety import Clock, SafetySection
from trialwright.protocol.sections import (
    About,
    DiseaseSection,
    DltDefinition,
    Dosing,
    EligibilitySection,
    Endpoint,
    Identity,
    NamedParameters,
    Published,
    Visit,
)
from trialwright.rules.replace_non_evaluable import ReplaceNonEvaluable
from trialwright.vocabulary.doses import DoseLevel, Placed, place
from trialwright.vocabulary.given import uses_dose_given
from trialwright.vocabulary.orders import Order, order_of
from trialwright.vocabulary.scores import Disease, Instrument
from trialwright.vocabulary.seen import Design, Rule
from trialwright.vocabulary.words import Language, Text


def dose_set(dosing: Dosing) -> tuple[DoseLevel, ...]:
    """The dose levels of a protocol, level 1 first."""
    infusions = dosing.infusions or (1,) * len(dosing.amounts)
    return tuple(
        DoseLevel(level, amount, count, dosing.interval_days if count > 1 else None)
        for level, (amount, count) in enumerate(zip(dosing.amounts, infusions, strict=True), start=1)
    )


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A trial as its protocol describes it; two studies with the same digest decide the same."""

    identity: Identity
    product: Product | None
    dosing: Dosing
    design: Design
    design_name: str
    design_parameters: Mapping[str, object]
    rules: tuple[Rule, ...]
    rule_names: tuple[NamedParameters, ...]
    dlt: DltDefinition
    eligibility: EligibilitySection
    visits: tuple[Visit, ...]
    laboratory: tuple[LaboratoryTest, ...]
    disease: Disease | None
    disease_section: DiseaseSection | None
    endpoints: tuple[Endpoint, ...]
    activity: ActivityDefinition | None  # what counts as activity for dose finding
    conduct: ConductSection
    safety: SafetySection
    clocks: tuple[Clock, ...]  # of expedited reporting: those of the profiles named, then the protocol's own
    about: tuple[About, ...]
    published: tuple[Published, ...]
    digest: str  # SHA-256 of the protocol file's bytes
    randomisation: Randomisation | None = None

    @property
    def dose_levels(self) -> tuple[DoseLevel, ...]:
        """The declared dose set, level 1 first."""
        return dose_set(self.dosing)

    @property
    def looks_at_activity(self) -> bool:
        """Whether the design decides by activity as well as by DLTs."""
        return self.design.looks_at == "counts with activity"

    def guards(self, what: Guarded) -> bool:
        """Whether this record itself makes sure of something; not where another system does, or in a reconstruction."""
        return not self.identity.reconstruction and what not in self.conduct.elsewhere

    @property
    def is_blinded(self) -> bool:
        """Whether people of this trial do not know the arms: then nothing that would tell one is recorded openly."""
        return self.randomisation is not None and self.randomisation.is_blinded

    @property
    def uses_dose_given(self) -> bool:
        """Whether the design judges each participant by the dose given itself, instead of the nearest level."""
        return uses_dose_given(self.design)

    @property
    def target(self) -> float | None:
        """The DLT rate the design aims at, if it has one."""
        return getattr(self.design, "target_toxicity_rate", None)

    @property
    def replacements(self) -> int | None:
        """How many participants who do not count give their place in a cohort back; None: all, 0: no rule says so."""
        said = [rule.replacements for rule in self.rules if isinstance(rule, ReplaceNonEvaluable)]
        return said[0] if said else 0

    @property
    def order(self) -> Order | None:
        """What the design knows of the order of its levels; None where their numbers say it."""
        return order_of(self.design)

    def placed(self, dose_given: float, *, assigned: int) -> Placed:
        """The level a dose given counts for, among those with as many infusions as the assigned level."""
        planned = self.dose_levels[assigned - 1].infusions
        alike = [level for level in self.dose_levels if level.infusions == planned]
        return place(dose_given, alike, tolerance=self.dosing.tolerance)

    def instrument(self, name: str) -> Instrument | None:
        """An instrument of this trial's disease."""
        return None if self.disease is None else self.disease.instruments().get(name)

    def activity_said(self, language: Language) -> str:
        """What counts as activity, in words; nothing where the protocol does not say."""
        if self.activity is None:
            return ""
        named = next((one.title for one in self.endpoints if one.name == self.activity.endpoint), None)
        instrument = self.instrument(self.activity.instrument)
        title = named or (instrument.title if instrument else Text(en="activity", fr="activité"))
        return self.activity.said(language, title=title, visit=self.visit_name(self.activity.judged_at(self.endpoints)))

    def noted(self, place_name: str) -> tuple[About, ...]:
        """What the file says about one of its places: source, status, our reading."""
        return tuple(about for about in self.about if about.place == place_name)

    def visit_name(self, name: str) -> Text:
        """A visit in every language, by its English name; the name itself when the protocol plans no such visit."""
        return next((visit.name for visit in self.visits if visit.name.en == name), Text(en=name, fr=name))
