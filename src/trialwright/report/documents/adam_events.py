"""Adverse events of somebody else's trial, laid out: overview, by class and term, serious, by worst severity."""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.analysis.adam.adverse_events import ANY, BY_TERM, NOT_STATED, OVERVIEW, SERIOUS, SEVERITY
from trialwright.analysis.adam.results import Answer, Lookup
from trialwright.report.documents.adam_cells import Steps
from trialwright.report.documents.adam_layout import (
    EXACT,
    OF_POPULATION,
    Told,
    arm_columns,
    comparisons,
    counts,
    notes_of,
    p_columns,
    p_of,
    table,
    tallies,
)
from trialwright.report.model import Cell, Column, Section, Table, Words, fill
from trialwright.vocabulary.words import Text

SECTION = Text(en="Adverse events", fr="Évènements indésirables")
KINDS: Mapping[str, Text] = {
    "any": Text(en="Any event", fr="Tout évènement"),
    "related": Text(en="Related to treatment", fr="Imputable au traitement"),
    "not_judged": Text(en="Relation not judged", fr="Imputabilité non jugée"),
    "serious": Text(en="Serious", fr="Grave"),
    "serious_related": Text(en="Serious and related", fr="Grave et imputable"),
    "severe": Text(en="Severe or worse", fr="Sévère ou pire"),
    "grade_3": Text(en="Grade 3 or higher", fr="Grade 3 ou plus"),
    "discontinued": Text(en="Leading to the end of treatment", fr="Ayant conduit à l'arrêt du traitement"),
    "fatal": Text(en="Fatal", fr="Mortel"),
}
SPECIAL = Text(en="Of special interest: {name}", fr="D'intérêt particulier : {name}")
WORST = Text(en="Worst: {word}", fr="Au pire : {word}")
ANY_ROW = Text(en="Any event", fr="Tout évènement")
UNKNOWN = Text(en="not stated", fr="non précisé")
TERM = Text(en="System organ class / preferred term", fr="Classe de système d'organe / terme préférentiel")
PEOPLE_EVENTS = Text(
    en="People with at least one event (% of the arm) [events]. People count once in a row.",
    fr="Personnes avec au moins un évènement (% du bras) [évènements]. Chacune compte une fois par ligne.",
)
NO_EVENTS = Text(
    en="There is no treatment-emergent adverse event to show.", fr="Aucun évènement indésirable sous traitement."
)
BY_WORST = Text(
    en="People by their worst event in that row: {words}.",
    fr="Personnes selon leur pire évènement de la ligne : {words}.",
)
TITLES: Mapping[str, Text] = {
    OVERVIEW: Text(en="Overview of adverse events", fr="Vue d'ensemble des évènements indésirables"),
    BY_TERM: Text(
        en="Treatment-emergent adverse events by system organ class and preferred term",
        fr="Évènements indésirables sous traitement par classe de système d'organe et terme préférentiel",
    ),
    SERIOUS: Text(en="Serious treatment-emergent adverse events", fr="Évènements indésirables graves sous traitement"),
    SEVERITY: Text(
        en="Treatment-emergent adverse events by worst severity",
        fr="Évènements indésirables sous traitement selon la pire sévérité",
    ),
}


def events_section(told: Told) -> Section | None:
    """The tables of adverse events; None where none was asked for."""
    made = (_overview(told), _terms(told, BY_TERM), _terms(told, SERIOUS), _severity(told))
    blocks = tuple(one for one in made if one is not None)
    return Section("adverse-events", SECTION, blocks) if blocks else None


def _frame(told: Told, first: Text) -> tuple[list[Column], list[Words]]:
    """The columns and first notes of a table of people and events."""
    population, trial = told.trial.population("safety"), told.trial
    columns = [Column("event", first), *arm_columns(trial.arms, population.sizes)]
    notes: list[Words] = [fill(OF_POPULATION, flag=population.flag, treatment=population.treatment), PEOPLE_EVENTS]
    if trial.settings.tests and len(trial.arms) > 1:
        columns += p_columns(trial)
        notes.append(fill(EXACT, reference=trial.reference))
    return columns, notes


def _ps(told: Told, lookup: Lookup, *, item: tuple[str, ...]) -> list[Cell]:
    if not told.trial.settings.tests or len(told.trial.arms) < 2:
        return []
    return [Cell(p_of(lookup, item, group=group)) for group in comparisons(told.trial)]


def _overview(told: Told) -> Table | None:
    answer = told.answer(OVERVIEW)
    if answer is None:
        return None
    lookup, arms = Lookup(answer.results), told.trial.arms
    columns, notes = _frame(told, Text(en="Kind", fr="Type"))
    rows = []
    for item in answer.items():
        if item[0] == "worst severity":
            word = UNKNOWN if item[1] == NOT_STATED else item[1]
            cells = counts(lookup, item, arms=arms)
            rows.append(
                (Cell(fill(WORST, word=word), indent=1), *cells, *[Cell("") for _ in _ps(told, lookup, item=item)])
            )
            continue
        label = fill(SPECIAL, name=item[1]) if item[0] == "special" else KINDS[item[0]]
        rows.append((Cell(label), *tallies(lookup, item, arms=arms), *_ps(told, lookup, item=item)))
    return table(
        OVERVIEW, TITLES[OVERVIEW], columns=columns, rows=rows, notes=notes_of(answer, *notes), empty=NO_EVENTS
    )


def _label(item: tuple[str, ...]) -> Cell:
    if item == (ANY,):
        return Cell(ANY_ROW, emphasis=True)
    return Cell(item[-1], emphasis=len(item) == 1, indent=len(item) - 1)


def _terms(told: Told, name: str) -> Table | None:
    answer = told.answer(name)
    if answer is None:
        return None
    lookup, arms = Lookup(answer.results), told.trial.arms
    columns, notes = _frame(told, TERM)
    rows = [(_label(item), *tallies(lookup, item, arms=arms), *_ps(told, lookup, item=item)) for item in answer.items()]
    rows = rows if any(one.value for one in answer.results) else []
    return table(name, TITLES[name], columns=columns, rows=rows, notes=notes_of(answer, *notes), empty=NO_EVENTS)


def _severity(told: Told) -> Table | None:
    answer = told.answer(SEVERITY)
    if answer is None:
        return None
    lookup, population = Lookup(answer.results), told.trial.population("safety")
    words = _severities(answer)
    shown = " / ".join(word if word != NOT_STATED else "?" for word in words)
    columns = [Column("event", TERM), *arm_columns(told.trial.arms, population.sizes, total=False)]
    rows = []
    for item in answer.items():
        if not any(lookup.value(item, arm, statistic="people") for arm in told.trial.arms):
            continue
        cells = [Cell(_steps(lookup, item, arm=arm, words=words)) for arm in told.trial.arms]
        rows.append((_label(item), *cells))
    first = fill(OF_POPULATION, flag=population.flag, treatment=population.treatment)
    notes = notes_of(answer, first, *([fill(BY_WORST, words=shown)] if words else []))
    return table(SEVERITY, TITLES[SEVERITY], columns=columns, rows=rows, notes=notes, empty=NO_EVENTS)


def _severities(answer: Answer) -> tuple[str, ...]:
    """The severities in their order; "not stated" last, where it is used."""
    names = dict.fromkeys(one.statistic for one in answer.results if one.statistic not in ("people", "of"))
    known = [name for name in names if name != NOT_STATED]
    return (*known, *(name for name in names if name == NOT_STATED))


def _steps(lookup: Lookup, item: tuple[str, ...], *, arm: str, words: tuple[str, ...]) -> Steps:
    found = (lookup.find(item, arm, statistic=word) for word in words)
    return Steps(tuple(0 if one is None else int(one.value) for one in found))
