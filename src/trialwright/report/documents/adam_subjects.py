"""Who is in somebody else's trial: populations, disposition, demographics, exposure, laid out."""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.analysis.adam import demographics, disposition, exposure, populations
from trialwright.analysis.adam.results import TOTAL, Answer, Lookup
from trialwright.analysis.adam.summaries import ALL_ARMS
from trialwright.analysis.adam.trial import Population
from trialwright.report.documents.adam_layout import (
    OF_POPULATION,
    P_ALL,
    Told,
    arm_columns,
    counts,
    heading,
    notes_of,
    p_of,
    summary_rows,
    table,
)
from trialwright.report.model import Cell, Column, Section, Table, Words, fill
from trialwright.vocabulary.words import Text

VARIABLES: Mapping[str, Text] = {
    "AGE": Text(en="Age (years)", fr="Âge (années)"),
    "AGEGR1": Text(en="Age group", fr="Groupe d'âge"),
    "SEX": Text(en="Sex", fr="Sexe"),
    "RACE": Text(en="Race", fr="Origine"),
    "ETHNIC": Text(en="Ethnicity", fr="Ethnie"),
    "HEIGHTBL": Text(en="Height at baseline (cm)", fr="Taille à l'inclusion (cm)"),
    "WEIGHTBL": Text(en="Weight at baseline (kg)", fr="Poids à l'inclusion (kg)"),
    "BMIBL": Text(en="Body-mass index at baseline (kg/m²)", fr="Indice de masse corporelle à l'inclusion (kg/m²)"),
    "TRTDUR": Text(en="Duration of treatment (days)", fr="Durée du traitement (jours)"),
    "TRTDURD": Text(en="Duration of treatment (days)", fr="Durée du traitement (jours)"),
    "AVGDD": Text(en="Average daily dose", fr="Dose quotidienne moyenne"),
    "CUMDOSE": Text(en="Cumulative dose", fr="Dose cumulée"),
    exposure.DERIVED: Text(en="Days from first to last treatment", fr="Jours du premier au dernier traitement"),
    populations.IN_ADSL: Text(en="With a treatment in ADSL", fr="Avec un traitement dans ADSL"),
    "ITTFL": Text(en="Intention to treat", fr="Intention de traiter"),
    "SAFFL": Text(en="Safety", fr="Tolérance"),
    "EFFFL": Text(en="Efficacy", fr="Efficacité"),
    "FASFL": Text(en="Full analysis set", fr="Ensemble d'analyse complet"),
    "PPROTFL": Text(en="Per protocol", fr="Per protocole"),
    "RANDFL": Text(en="Randomised", fr="Randomisés"),
    "ENRLFL": Text(en="Enrolled", fr="Inclus"),
    "COMPLFL": Text(en="Completed", fr="Ont terminé"),
}
STATES: Mapping[str, Words] = {
    disposition.COMPLETED: Text(en="Completed", fr="Ont terminé"),
    disposition.ENDED: Text(en="Ended early", fr="Arrêt prématuré"),
    disposition.UNKNOWN: Text(en="Not stated", fr="Non précisé"),
    demographics.MISSING: Text(en="Missing", fr="Manquant"),
}
COMPLETION = Text(en="Completion ({column})", fr="Fin de l'essai ({column})")
REASONS = Text(en="Reason of those who ended early", fr="Raison des arrêts prématurés")
ROW = Text(en="Characteristic", fr="Caractéristique")
SECTION = Text(en="Participants", fr="Participants")
EXACT_ALL = Text(
    en="P: exact test of no association with the arms (Fisher, Freeman and Halton, by enumeration).",
    fr="P : test exact d'absence d'association avec les bras (Fisher, Freeman et Halton, par énumération).",
)
BASELINE_P = Text(
    en="P: analysis of variance for numbers, exact test for categories; of use to find errors, not to judge balance.",
    fr="P : analyse de variance (nombres), test exact (catégories) ; pour trouver des erreurs, non juger l'équilibre.",
)
HALF_UP = Text(
    en="Numbers are rounded half up. Quartiles by averaging at ties (SAS definition 5).",
    fr="Arrondi à la demi-unité supérieure. Quartiles par moyenne en cas d'égalité (définition 5 de SAS).",
)


def subjects_section(told: Told) -> Section | None:
    """Populations, disposition, demographics and exposure; None where none was asked for."""
    made = (_populations(told), _disposition(told), _demographics(told), _exposure(told))
    blocks = tuple(one for one in made if one is not None)
    return Section("participants", SECTION, blocks) if blocks else None


def variable(told: Told, name: str) -> Words:
    """What a column of ADSL is called: in the reader's language, else as its file says."""
    return VARIABLES.get(name) or told.trial.labels.get(f"ADSL.{name}") or name


def _populations(told: Told) -> Table | None:
    answer = told.answer(populations.TABLE)
    if answer is None:
        return None
    everybody, lookup = told.trial.everybody(), Lookup(answer.results)
    rows = [
        (Cell(variable(told, item[0])), Cell(item[0]), *counts(lookup, item, arms=told.trial.arms))
        for item in answer.items()
    ]
    columns = [Column("population", Text(en="Population", fr="Population")), Column("flag", Text(en="Flag", fr="Code"))]
    columns += arm_columns(told.trial.arms, everybody.sizes)
    return table(
        "populations", Text(en="Populations", fr="Populations"), columns=columns, rows=rows, notes=notes_of(answer)
    )


def _disposition(told: Told) -> Table | None:
    answer = told.answer(disposition.TABLE)
    if answer is None:
        return None
    population, lookup = told.trial.population("baseline"), Lookup(answer.results)
    tested = told.trial.settings.tests
    columns = [Column("state", ROW), *arm_columns(told.trial.arms, population.sizes)]
    columns += [Column("p", P_ALL, "right")] if tested else []
    rows, headed = [], ""
    for item in answer.items():
        p = [p_of(lookup, item if item[0] == disposition.REASON else item[:1], group=ALL_ARMS)] if tested else []
        if item[0] != headed:
            headed = item[0]
            is_reason = headed == disposition.REASON
            head = REASONS if is_reason else fill(COMPLETION, column=headed)
            rows.append(heading(head, len(columns), *([""] if is_reason and tested else p)))
        if len(item) > 1:
            own = [Cell(one) for one in p] if item[0] == disposition.REASON else [Cell("")] * len(p)
            label = STATES.get(item[1], item[1])
            rows.append((Cell(label, indent=1), *counts(lookup, item, arms=told.trial.arms), *own))
    notes = notes_of(answer, _of(population), *([EXACT_ALL] if tested else []))
    return table("disposition", Text(en="Disposition", fr="Devenir"), columns=columns, rows=rows, notes=notes)


def _of(population: Population) -> Words:
    return fill(OF_POPULATION, flag=population.flag, treatment=population.treatment)


def _demographics(told: Told) -> Table | None:
    answer = told.answer(demographics.TABLE)
    if answer is None:
        return None
    title = Text(en="Demographic and baseline characteristics", fr="Caractéristiques démographiques et à l'inclusion")
    tested = told.trial.settings.baseline_tests
    notes = [BASELINE_P] if tested else []
    return _summaries(
        told, answer, name="demographics", title=title, theme=told.trial.population("baseline"), p=tested, notes=notes
    )


def _exposure(told: Told) -> Table | None:
    answer = told.answer(exposure.TABLE)
    if answer is None:
        return None
    title = Text(en="Exposure to treatment", fr="Exposition au traitement")
    return _summaries(told, answer, name="exposure", title=title, theme=told.trial.population("safety"))


def _summaries(
    told: Told,
    answer: Answer,
    *,
    name: str,
    title: Text,
    theme: Population,
    p: bool = False,
    notes: list[Text] | None = None,
) -> Table:
    """Variables one below the other: a heading, then the rows of a summary or of its categories."""
    lookup, groups = Lookup(answer.results), (*told.trial.arms, TOTAL)
    columns = [Column("characteristic", ROW), *arm_columns(told.trial.arms, theme.sizes)]
    columns += [Column("p", P_ALL, "right")] if p else []
    rows, headed = [], ""
    for item in answer.items():
        if item[0] != headed:
            headed = item[0]
            rows.append(
                heading(variable(told, headed), len(columns), *([p_of(lookup, item[:1], group=ALL_ARMS)] if p else []))
            )
        if len(item) > 1:
            label = STATES.get(item[1], item[1])
            after = [Cell("")] * int(p)
            rows.append((Cell(label, indent=1), *counts(lookup, item, arms=told.trial.arms), *after))
        elif lookup.find(item, TOTAL, statistic="n"):
            rows += summary_rows(lookup, item, groups=groups, further=int(p))
    empty = Text(en="ADSL has nothing for this table.", fr="ADSL n'a rien pour ce tableau.")
    said = notes_of(answer, _of(theme), HALF_UP, *(notes or []))
    return table(name, title, columns=columns, rows=rows, notes=said, empty=empty)
