"""The dose-escalation section of a protocol, written from the protocol file; and in brief, for the end of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from trialwright import designs, rules
from trialwright.protocol import Study
from trialwright.protocol.sections import NamedParameters
from trialwright.report.documents import protocol_words as words
from trialwright.report.documents.checklists import checklist_section
from trialwright.report.documents.foreseeing import before_a_trial, trial_and_id
from trialwright.report.documents.operating import Foreseen, operating_document
from trialwright.report.documents.signatures import ROLES
from trialwright.report.documents.spirit import spirit_checklist
from trialwright.report.model import (
    Block,
    Bullets,
    Column,
    Document,
    Filled,
    Joined,
    Paragraph,
    Section,
    Table,
    Words,
    doses_in_words,
    fill,
    row,
)
from trialwright.vocabulary.registry import Registry
from trialwright.vocabulary.words import Language, Text

STOPPING = ("stop_", "demand_n_at_dose")


def protocol_document(study: Study, foreseen: Foreseen | None, *, software: str, version: str) -> Document:
    """The section with the SPIRIT-DEFINE checklist; the same protocol gives the same document."""
    sections = [*protocol_sections(study, asked=foreseen is not None)]
    if foreseen is not None:
        found = operating_document(foreseen, software=software, version=version)
        sections.append(Section("operating", words.OPERATING, sections=found.sections))
    sections.append(checklist_section(spirit_checklist(study, with_operating=foreseen is not None), sections))
    return before_a_trial(
        study, sections, title=words.TITLE, subtitle=trial_and_id(study), software=software, version=version
    )


def protocol_digest(study: Study) -> Section:
    """The same text as one chapter of a report."""
    return Section("protocol-brief", words.DIGEST, sections=protocol_sections(study))


def protocol_sections(study: Study, *, asked: bool = True) -> tuple[Section, ...]:
    """Design, model, rules, toxicity, intervals, stopping, decisions, populations: one section each.

    ``asked``: whether nothing has to be said of operating characteristics that nobody asked for.
    """
    return (
        Section("p-design", words.DESIGN, _design(study)),
        Section("p-model", words.MODEL, _model(study)),
        Section("p-rules", words.RULES, _rules(study)),
        Section("p-toxicity", words.TOXICITY, _toxicity(study)),
        Section("p-intervals", words.INTERVALS, _intervals(study)),
        Section("p-stopping", words.STOPPING, _stopping(study, asked=asked)),
        Section("p-deciding", words.DECIDING, (_deciding(study),)),
        Section("p-populations", words.POPULATIONS, _populations(study)),
    )


def _design(study: Study) -> tuple[Block, ...]:
    dosing = study.dosing
    product: Words = "" if study.product is None else fill(words.OF_PRODUCT, name=study.product.name)
    count = len(dosing.amounts)
    levels = words.ONE_LEVEL if count == 1 else fill(words.LEVELS, n=count)
    opening = fill(
        words.INTRODUCTION, phase=study.identity.phase, product=product, levels=levels, start=dosing.start_level
    )
    said: list[Words] = [opening]
    if dosing.start_level > 1:
        said.append(fill(words.LOWER_HELD, start=dosing.start_level))
    said.append(words.ONE_BY_ONE if dosing.cohort_size == 1 else fill(words.COHORTS, size=dosing.cohort_size))
    if dosing.interval_days is not None:
        days = dosing.interval_window_days
        window = "" if days is None else fill(words.GIVE_OR_TAKE, days=days)
        said.append(fill(words.SEVERAL, days=dosing.interval_days, window=window))
    said.append(words.BY_DOSE_GIVEN if study.uses_dose_given else fill(words.GIVEN, tolerance=dosing.tolerance))
    return (*map(Paragraph, said), _dose_table(study))


def _dose_table(study: Study) -> Table:
    level, dose = Text(en="Level", fr="Palier"), Text(en="Dose", fr="Dose")
    doses = doses_in_words(study.dose_levels, study.dosing.unit)
    return Table(
        name="dose-levels",
        title=words.DOSE_TABLE,
        columns=(Column("level", level), Column("dose", dose)),
        rows=tuple(row(number, said) for number, said in enumerate(doses, start=1)),
        notes=tuple(about.note for about in study.noted("dose.start_level")),
    )


def _model(study: Study) -> tuple[Block, ...]:
    said: list[Words] = [
        fill(words.CHOSEN_BY, name=study.design_name, sentence=sentence_of(designs.REGISTRY, study.design_name)),
        words.NO_TARGET if study.target is None else fill(words.TARGET, target=study.target),
    ]
    if study.looks_at_activity:
        said.append(fill(words.ACTIVITY, what=Joined((_Activity(study),))))
    return (*map(Paragraph, said), _parameters(study))


def _parameters(study: Study) -> Table:
    """Every parameter the design was built with, and whether the file states it."""
    stated = study.design_parameters
    defaults = {one.name: getattr(study.design, one.name, None) for one in fields(study.design) if one.init}  # type: ignore[arg-type]
    values = {**{name: value for name, value in defaults.items() if name not in stated}, **stated}
    ordered = [*(name for name in defaults if name in values), *(name for name in values if name not in defaults)]
    return Table(
        name="design-parameters",
        title=words.PARAMETERS,
        columns=(
            Column("parameter", Text(en="Parameter", fr="Paramètre")),
            Column("value", Text(en="Value", fr="Valeur")),
            Column("from", Text(en="From", fr="Origine")),
        ),
        rows=tuple(
            row(name, plain_value(values[name]), words.IN_FILE if name in stated else words.DEFAULT) for name in ordered
        ),
        notes=(words.DEFAULTS, *(about.note for about in study.noted("design"))),
        empty=Text(en="This design has no parameters.", fr="Ce plan n'a pas de paramètres."),
    )


def plain_value(value: Any) -> str:
    """A parameter as it would stand in the protocol file: numbers and names, the same in every language.

    >>> plain_value((0.06, 0.12)), plain_value(True), plain_value(None)
    ('[0.06, 0.12]', 'true', '–')
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(plain_value(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {plain_value(one)}" for name, one in value.items()) + " }"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def sentence_of(registry: Registry, name: str) -> Text:
    """The sentence of a design or rule; its name alone where nothing is registered under it."""
    if not registry.knows(name):
        return Text.literally(name, name)
    english = registry.sentence(name)
    return Text.literally(english, registry.sentence_in_french(name) or f"{english} (en anglais)")


def _rules(study: Study) -> tuple[Block, ...]:
    if not study.rule_names:
        return (Paragraph(words.NO_RULES),)
    return (Paragraph(words.RULES_LEAD), Bullets(tuple(_rule(one) for one in study.rule_names)))


def _rule(named: NamedParameters) -> Filled:
    given = ", ".join(f"{name} = {plain_value(value)}" for name, value in named.parameters.items())
    sentence = sentence_of(rules.REGISTRY, named.name)
    return fill(words.RULE, sentence=sentence, name=named.name, parameters=f": {given}" if given else "")


def _toxicity(study: Study) -> tuple[Block, ...]:
    dlt = study.dlt
    relation = words.RELATED if dlt.relation == "related" else words.ANY
    opening = fill(words.DLT, relation=relation, grade=dlt.min_grade, first=dlt.first_day, last=dlt.last_day)
    more: list[Words] = [fill(words.TERM, term=one.term, grade=one.min_grade) for one in dlt.terms]
    if dlt.excluded_terms:
        more.append(fill(words.EXCLUDED, terms=", ".join(dlt.excluded_terms)))
    if dlt.needs_meaning:
        more.append(fill(words.MEANING, terms=", ".join(dlt.needs_meaning)))
    more += [words.NOT_RELAPSE] if dlt.excludes_relapse else []
    more += [words.SERIOUS[dlt.serious]] if dlt.serious in words.SERIOUS else []
    more += [about.note for about in study.about if about.place.startswith("dlt")]
    return (Paragraph(opening), Bullets(tuple(more))) if more else (Paragraph(opening),)


def _intervals(study: Study) -> tuple[Block, ...]:
    kinds = {"sentinel": words.SENTINEL, "stagger": words.STAGGER}
    said = [fill(kinds[one.name], days=one.parameters.get("days")) for one in study.rule_names if one.name in kinds]
    return tuple(map(Paragraph, said)) or (Paragraph(words.NO_INTERVAL),)


def _stopping(study: Study, *, asked: bool) -> tuple[Block, ...]:
    stops = tuple(_rule(one) for one in study.rule_names if one.name.startswith(STOPPING))
    planned = fill(words.PLANNED, n=study.identity.planned_n)
    rest: Block = Bullets(stops) if stops else Paragraph(words.NO_STOP)
    return (Paragraph(planned), rest) if asked else (Paragraph(planned), rest, Paragraph(words.NOT_JUSTIFIED))


def _deciding(study: Study) -> Paragraph:
    conduct = study.conduct
    if study.identity.reconstruction:
        return Paragraph(words.NOT_PUBLISHED)
    if "decision" in conduct.elsewhere and conduct.where is not None:
        return Paragraph(fill(words.DECIDED_ELSEWHERE, where=conduct.where))
    roles = Joined(tuple(ROLES[role] for role in conduct.signatures.dose_decision))
    return Paragraph(fill(words.SIGNED_BY, roles=roles))


def _populations(study: Study) -> tuple[Block, ...]:
    limit = study.replacements
    most: Words = fill(words.AT_MOST, n=limit) if limit else ""
    replaced: Words = words.NOT_REPLACED if limit == 0 else fill(words.REPLACED, most=most)
    said: Sequence[Words] = (*words.POPULATION, replaced)
    return (Bullets(tuple(said)),)


class _Activity:
    """What counts as activity, in the reader's language."""

    def __init__(self, study: Study) -> None:
        self.study = study

    def said(self, language: Language, /) -> str:
        """The definition in words."""
        return self.study.activity_said(language)
