"""CONSORT-DEFINE from a trial: for each item, whether its report holds it, in which section, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from trialwright.report.documents.checklists import (
    Answer,
    Checklist,
    item_list,
    missing,
    numbered,
    outside,
    partly,
    there,
)
from trialwright.report.documents.findings import Findings
from trialwright.report.documents.spirit import NO_BACKFILL, NO_RANDOMISATION, names_dose_finding, skipping
from trialwright.report.model import Section, fill
from trialwright.vocabulary.words import Text

FOOT = Text(en="title page", fr="page de titre")
UNDOCUMENTED = Text(
    en="this is a reconstruction: dates and decisions that were never published are illustrative",
    fr="reconstitution : les dates et décisions jamais publiées sont illustratives",
)
BOARD = Text(
    en="its members have accounts here; charter, composition and meetings are to be added",
    fr="ses membres ont un compte ici ; charte, composition et réunions sont à ajouter",
)
NO_DLT = Text(en="there was none", fr="il n'y en a pas eu")
NOT_JUDGED = Text(en="{n} events whose relation is not judged", fr="{n} événements dont l'imputabilité n'est pas jugée")
NO_REASON = Text(en="{n} left without a recorded reason", fr="{n} sorties sans motif recueilli")
NOT_ASSESSED = Text(
    en="the protocol file names no endpoint; only toxicity is estimated",
    fr="le fichier de protocole ne nomme aucun critère ; seule la toxicité est estimée",
)


@final
@dataclass(frozen=True, slots=True)
class Reported:
    """What the questions look at: the findings, and which sections the report has."""

    findings: Findings
    sections: frozenset[str]

    def has(self, *ids: str) -> tuple[str, ...]:
        """Those of these sections that the report has."""
        return tuple(one for one in ids if one in self.sections)

    def says_why(self, *places: str) -> bool:
        """Whether the protocol file gives a reason or source for one of these places."""
        return any(about.place.startswith(places) for about in self.findings.case.study.about)

    def has_rule(self, *names: str) -> bool:
        """Whether the protocol has one of these rules."""
        return any(one.name.startswith(names) for one in self.findings.case.study.rule_names)


Question = Callable[[Reported], Answer]


def consort_checklist(findings: Findings, sections: Sequence[Section]) -> Checklist:
    """The list answered from a trial and the report made of it."""
    listed = item_list("consort_define")
    seen = Reported(findings, frozenset(section.id for section, _ in numbered(sections)))
    return Checklist(listed, {one.id: QUESTIONS[one.id](seen) for one in listed.items})


def _eligibility(one: Reported) -> Answer:
    section = one.findings.case.study.eligibility
    if not section.inclusion and not section.exclusion:
        return missing()
    where = one.has("protocol")
    return there(*where) if section.complete else partly(*where, note=section.note)


def _treatment(one: Reported) -> Answer:
    product = one.findings.case.study.product
    where = one.has("p-design", "exposure")
    return there(*where) if product is not None and product.preparation is not None else partly(*where)


def _outcomes(one: Reported) -> Answer:
    if one.findings.case.study.endpoints:
        return there(*one.has("p-toxicity", "responses", "activity"))
    return partly(*one.has("p-toxicity"), note=NOT_ASSESSED)


def _deciders(one: Reported) -> Answer:
    if one.findings.case.study.identity.reconstruction:
        return partly(*one.has("decisions"), note=UNDOCUMENTED) if one.findings.decisions else missing()
    if one.findings.decisions:
        return there(*one.has("p-deciding", "decisions"))
    return partly(*one.has("p-deciding"))


def _flow(one: Reported) -> Answer:
    where = one.has("disposition")
    return there(*where) if one.findings.case.state.logs.screening.screened else partly(*where)


def _losses(one: Reported) -> Answer:
    ended = [person.ended.event for person in one.findings.case.state.participants.values() if person.ended]
    silent = sum(not event.completed and not event.reason and event.how is None for event in ended)
    where = one.has("disposition")
    return partly(*where, note=fill(NO_REASON, n=silent)) if silent else there(*where)


def _dates(one: Reported) -> Answer:
    if not one.findings.case.state.participants:
        return missing()
    where = one.has("exposure", "disposition")
    return partly(*where, note=UNDOCUMENTED) if one.findings.invented else there(*where)


def _decisions(one: Reported) -> Answer:
    where = one.has("decisions")
    if not one.findings.decisions:
        return missing()
    return partly(*where, note=UNDOCUMENTED) if one.findings.invented else there(*where)


def _baseline(one: Reported) -> Answer:
    people = one.findings.case.state.participants.values()
    if not people:
        return missing()
    known = all(person.baseline for person in people) and one.findings.baseline is not None
    where = one.has("baseline", "demographics")
    return there(*where) if known else partly(*where) if where else missing()


def _estimates(one: Reported) -> Answer:
    where = one.has("toxicity", "responses", "activity", "time-to-event")
    return there(*where) if one.findings.toxicity.overall.of else missing()


def _recommended(one: Reported) -> Answer:
    where = one.has("synopsis", "toxicity", "decisions")
    return partly(*where) if one.findings.toxicity.overall.of else missing()


def _exposure(one: Reported) -> Answer:
    return there(*one.has("exposure")) if one.findings.exposures else missing()


def _harms(one: Reported) -> Answer:
    if not one.findings.case.infused:
        return missing()
    silent = sum(listed.course.relation.counts is None for listed in one.findings.listing)
    where = one.has("adverse-events")
    return partly(*where, note=fill(NOT_JUDGED, n=silent)) if silent else there(*where)


def _dlts(one: Reported) -> Answer:
    where = one.has("toxicity", "adverse-events")
    if not one.findings.toxicity.overall.of:
        return missing()
    if any(listed.dlt is None for listed in one.findings.listing):
        return partly(*where)
    seen = any(listed.dlt for listed in one.findings.listing)
    return there(*where, note=None if seen else NO_DLT)


def _oversight(one: Reported) -> Answer:
    delegated = one.findings.case.state.logs.staff.delegations.values()
    named = any(known.event.role == "board" for held in delegated for known in held)
    return partly(*one.has("decisions"), note=BOARD) if named else missing()


def _if_there(*ids: str) -> Question:
    """There where the report has any of these sections."""
    return lambda one: there(*one.has(*ids)) if one.has(*ids) else missing()


def _never(one: Reported) -> Answer:
    return missing()


QUESTIONS: Mapping[str, Question] = {
    "title": lambda one: there(FOOT) if names_dose_finding(one.findings.case.study) else partly(FOOT),
    "abstract": lambda one: partly(*one.has("synopsis")),
    "rationale": _never,
    "preclinical": _never,
    "biomarkers": _never,
    "objectives": _never,
    "design": _if_there("p-design", "p-model"),
    "schema": _never,
    "model": _if_there("p-model"),
    "starting-dose": lambda one: (there if one.says_why("dose.start_level") else partly)(*one.has("p-design")),
    "dose-range": _if_there("p-design"),
    "dose-rationale": lambda one: there(*one.has("protocol")) if one.says_why("dose.amounts") else missing(),
    "skipping": lambda one: skipping(one.findings.case.study),
    "cohort-size": _if_there("p-design"),
    "within-level": lambda one: there(*one.has("p-intervals")) if one.has_rule("sentinel", "stagger") else missing(),
    "expansion": lambda one: there(*one.has("p-rules")) if one.has_rule("backfill") else outside(NO_BACKFILL),
    "changes": _never,
    "eligibility": _eligibility,
    "setting": lambda one: there(*one.has("synopsis")) if one.findings.case.study.identity.site else missing(),
    "treatment": _treatment,
    "modification": _never,
    "outcomes": _outcomes,
    "dlt-definition": _if_there("p-toxicity"),
    "dlt-window": _if_there("p-toxicity"),
    "outcome-changes": _never,
    "sample-size": _if_there("p-stopping"),
    "operating": _if_there("operating"),
    "interim": lambda one: there(*one.has("p-design", "p-deciding")),
    "stopping": lambda one: there(*one.has("p-stopping")) if one.has_rule("stop_") else missing(),
    "deciders": _deciders,
    "randomisation": lambda one: outside(NO_RANDOMISATION),
    "blinding": _never,
    "methods": _if_there("toxicity", "p-model"),
    "populations": _if_there("p-populations", "populations"),
    "replacement": _if_there("p-populations"),
    "missing-data": _if_there("p-populations", "early-end"),
    "additional": _never,
    "flow": _flow,
    "losses": _losses,
    "dates": _dates,
    "ended": lambda one: there(*one.has("disposition")) if one.findings.case.state.closed else missing(),
    "decisions": _decisions,
    "baseline": _baseline,
    "numbers": lambda one: there(*one.has("disposition", "populations", "toxicity")),
    "estimates": _estimates,
    "recommended": _recommended,
    "exposure": _exposure,
    "ancillary": _if_there("laboratory", "time-to-event", "response-course", "early-end"),
    "harms": _harms,
    "dlts": _dlts,
    "limitations": _never,
    "generalisability": _never,
    "interpretation": _never,
    "registration": lambda one: there(*one.has("synopsis")) if one.findings.case.study.identity.registry else missing(),
    "protocol": lambda one: partly(*one.has("protocol-brief")),
    "funding": lambda one: partly(*one.has("synopsis")),
    "oversight": _oversight,
    "software": lambda one: there(FOOT),
    "data-sharing": _never,
}
