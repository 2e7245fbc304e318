"""SPIRIT-DEFINE from a protocol file alone: for each item, whether the file holds it, and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

from trialwright.protocol import Study
from trialwright.report.documents.checklists import Answer, Checklist, item_list, missing, outside, partly, there
from trialwright.vocabulary.words import Text

DOSE_FINDING = ("dose-finding", "dose finding", "dose escalation", "dose-escalation", "de-escalation")
# Designs whose published rule moves to a neighbouring level or stays.
ONE_AT_A_TIME = (
    "boin",
    "cumulative_cohort",
    "fixed_blocks",
    "i3_plus_3",
    "keyboard",
    "mtpi",
    "mtpi2",
    "rolling_six",
    "three_plus_three",
    "tite_boin",
    "tpi",
)
NO_RANDOMISATION = Text(
    en="nobody is randomised: the design assigns the dose level",
    fr="personne n'est randomisé : le plan attribue le palier de dose",
)
NO_BACKFILL = Text(en="no backfill in this protocol", fr="pas de complément (backfill) dans ce protocole")


@final
@dataclass(frozen=True, slots=True)
class Planned:
    """What the questions look at."""

    study: Study
    with_operating: bool

    def has_rule(self, *names: str) -> bool:
        """Whether the protocol has one of these rules."""
        return any(one.name.startswith(names) for one in self.study.rule_names)

    def says_why(self, *places: str) -> bool:
        """Whether the file gives a reason or source for one of these places."""
        return any(about.place.startswith(places) for about in self.study.about)


Question = Callable[[Planned], Answer]


def spirit_checklist(study: Study, *, with_operating: bool) -> Checklist:
    """The list answered from a protocol file."""
    listed, planned = item_list("spirit_define"), Planned(study, with_operating)
    return Checklist(listed, {one.id: QUESTIONS[one.id](planned) for one in listed.items})


def names_dose_finding(study: Study) -> bool:
    """Whether the title says that a dose is looked for."""
    title = study.identity.title.en.lower()
    return any(words in title for words in DOSE_FINDING)


def skipping(study: Study) -> Answer:
    """Whether levels may be skipped: a rule says no, or the design itself goes up one level at a time."""
    if any(one.name == "no_skipping" for one in study.rule_names):
        return there("p-rules")
    return there("p-model") if study.design_name in ONE_AT_A_TIME else missing()


def _if(fine: bool, *where: str) -> Answer:
    """There, or missing."""
    return there(*where) if fine else missing()


def _more(fine: bool, *where: str, some: bool = True) -> Answer:
    """There, in part, or missing."""
    return there(*where) if fine else partly(*where) if some else missing()


def _eligibility(one: Planned) -> Answer:
    section = one.study.eligibility
    return _more(
        section.complete and bool(section.inclusion),
        "[eligibility]",
        some=bool(section.inclusion or section.exclusion),
    )


def _treatment(one: Planned) -> Answer:
    product = one.study.product
    full = product is not None and product.preparation is not None
    return _more(full, "[dose]", "[product]", "p-design")


def _collection(one: Planned) -> Answer:
    section = one.study.disease_section
    instruments = section is not None and bool(section.instruments)
    return _more(
        instruments and bool(one.study.laboratory), "[disease]", some=instruments or bool(one.study.laboratory)
    )


def _deciders(one: Planned) -> Answer:
    return missing() if one.study.identity.reconstruction else there("p-deciding", "[conduct]")


QUESTIONS: Mapping[str, Question] = {
    "title": lambda one: _more(names_dose_finding(one.study), "identity.title"),
    "registration": lambda one: _if(bool(one.study.identity.registry), "identity.registry"),
    "version": lambda one: partly("identity"),
    "funding": lambda one: missing(),
    "roles": lambda one: partly("identity.sponsor"),
    "rationale": lambda one: missing(),
    "preclinical": lambda one: missing(),
    "objectives": lambda one: missing(),
    "design": lambda one: there("p-design", "p-model"),
    "schema": lambda one: missing(),
    "model": lambda one: there("p-model"),
    "starting-dose": lambda one: _more(one.says_why("dose.start_level"), "p-design"),
    "dose-range": lambda one: there("p-design"),
    "dose-rationale": lambda one: _if(one.says_why("dose.amounts"), "[[about]]"),
    "skipping": lambda one: skipping(one.study),
    "cohort-size": lambda one: there("p-design"),
    "within-level": lambda one: _if(one.has_rule("sentinel", "stagger"), "p-intervals"),
    "expansion": lambda one: there("p-rules") if one.has_rule("backfill") else outside(NO_BACKFILL),
    "setting": lambda one: _if(bool(one.study.identity.site), "identity.site"),
    "eligibility": _eligibility,
    "treatment": _treatment,
    "modification": lambda one: missing(),
    "adherence": lambda one: there("p-design"),
    "concomitant": lambda one: missing(),
    "outcomes": lambda one: _more(bool(one.study.endpoints), "p-toxicity", "[[endpoints]]"),
    "dlt-definition": lambda one: there("p-toxicity"),
    "dlt-window": lambda one: there("p-toxicity"),
    "schedule": lambda one: _if(bool(one.study.visits), "[[visits]]"),
    "sample-size": lambda one: there("p-stopping"),
    "operating": lambda one: _if(one.with_operating, "operating"),
    "recruitment": lambda one: missing(),
    "allocation": lambda one: outside(NO_RANDOMISATION),
    "blinding": lambda one: missing(),
    "collection": _collection,
    "management": lambda one: _if(not one.study.identity.reconstruction, "[conduct]"),
    "methods": lambda one: there("p-model", "p-rules"),
    "additional": lambda one: missing(),
    "populations": lambda one: there("p-populations"),
    "replacement": lambda one: there("p-populations"),
    "deciders": _deciders,
    "stopping": lambda one: _if(one.has_rule("stop_"), "p-stopping"),
    "harms": lambda one: _more(bool(one.study.clocks), "[safety]"),
    "auditing": lambda one: missing() if one.study.identity.reconstruction else partly("[conduct]"),
    "ethics": lambda one: missing(),
    "amendments": lambda one: missing(),
    "consent": lambda one: missing(),
    "confidentiality": lambda one: missing(),
    "interests": lambda one: missing(),
    "access": lambda one: missing(),
    "after-care": lambda one: missing(),
    "dissemination": lambda one: missing(),
}
