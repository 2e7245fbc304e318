"""What documents about a trial that has not begun share: aim, scenarios, selections, and where it all comes from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trialwright.operating import Aim, OperatingCharacteristics
from trialwright.operating.scenarios import WITHOUT_TARGET, Scenario
from trialwright.protocol import Study
from trialwright.report.model import (
    Column,
    Document,
    Figure,
    Filled,
    Provenance,
    Section,
    Share,
    Table,
    Words,
    fill,
    row,
)
from trialwright.report.specifications import BarFigure, BarRow
from trialwright.rules.backfill import Backfill
from trialwright.vocabulary.seen import Floats
from trialwright.vocabulary.words import Text

SUBTITLE = Text(en="{id}, {trial}", fr="{id}, {trial}")
SOURCE = Text(
    en="Protocol file and scenarios; no participant is involved",
    fr="Fichier de protocole et scénarios ; aucun participant n'est concerné",
)
NOTHING = Text(
    en="Scenarios are assumptions, not findings.", fr="Les scénarios sont des hypothèses, non des résultats."
)
THE_TRIAL = Text(en="The trial as it is run", fr="L'essai tel qu'il est conduit")
RESULTS = Text(en="What it does", fr="Ce qu'il fait")
DESIGN = Text(en="Design", fr="Plan")
RULES = Text(en="Rules, in order", fr="Règles, dans l'ordre")
LIMIT = Text(en="Participants at most", fr="Participants au plus")
DECISIONS = Text(en="Decisions", fr="Décisions")
MEANING = Text(
    en="“Early” is before the planned number of participants. Right is the level whose true DLT rate is closest to "
    "{target:percent1} (ties: the lower), and none where even the lowest rate is above {too_toxic:percent1}.",
    fr="« Précoce » signifie avant le nombre prévu de participants. Le bon choix est le palier dont le taux réel de "
    "DLT est le plus proche de {target:percent1} (à égalité, le plus bas), et aucun palier si même le plus faible "
    "taux dépasse {too_toxic:percent1}.",
)
GIVEN = Text(
    en="The dose given is not always the dose assigned: participants count at the level given, and some not at all.",
    fr="La dose administrée n'est pas toujours la dose attribuée : on compte les personnes au palier administré, et "
    "certaines pas du tout.",
)
SILENT = Text(
    en="Everybody is settled when a decision is taken, so nobody waits, and the rules about days and waiting have no "
    "effect here: {rules}.",
    fr="Tout le monde est évalué quand une décision est prise : personne n'attend, et les règles sur les jours et "
    "l'attente sont ici sans effet : {rules}.",
)
NO_BACKFILL = Text(
    en="No extra participants are therefore treated at cleared levels (backfill): the numbers are those of the trial "
    "without them. “trialwright simulate” treats them.",
    fr="Aucune personne de plus n'est donc traitée aux paliers acquis (backfill) : les nombres sont ceux de l'essai "
    "sans elles. « trialwright simulate » les traite.",
)
SCENARIO = Text(en="Scenario", fr="Scénario")
TRUE_RATES = Text(en="True DLT rates by level", fr="Taux réels de DLT par palier")
TRUE_ACTIVITY = Text(en="True activity rates by level", fr="Taux réels d'activité par palier")
SELECTION = Text(en="Level selected at the end", fr="Palier retenu à la fin")
ENDING = Text(en="Why the trial ends", fr="Pourquoi l'essai s'arrête")
LEVEL = Text(en="Level {level}", fr="Palier {level}")
NONE = Text(en="None", fr="Aucun")
RIGHT = Text(en="Right", fr="Bon choix")
ABOVE = Text(en="Above it", fr="Au-dessus")
DLTS = Text(en="DLTs", fr="DLT")
EARLY = Text(en="Early end", fr="Fin précoce")
PLANNED_NUMBER = Text(en="Planned number", fr="Nombre prévu")
FIGURE = Text(en="Level selected, by scenario", fr="Palier retenu, selon le scénario")
FIGURE_ALT = Text(
    en="One bar per scenario, divided by the probability that no level, level 1, … is selected.",
    fr="Une barre par scénario, partagée selon la probabilité qu'aucun palier, le palier 1, … soit retenu.",
)


def aim_of(study: Study) -> Aim:
    """What a study looks for; around 25 % where its design has no target."""
    return Aim.of(study, target=study.target if study.target is not None else WITHOUT_TARGET)


def silent_rules(study: Study) -> tuple[Filled, ...]:
    """What rules of a protocol do not say where everybody is settled; nothing where it has none of them."""
    named = zip(study.rule_names, study.rules, strict=True)
    silent = [one.name for one, rule in named if getattr(rule, "about_time", False)]
    if not silent:
        return ()
    extra = (fill(NO_BACKFILL),) if any(isinstance(rule, Backfill) for rule in study.rules) else ()
    return (fill(SILENT, rules=", ".join(silent)), *extra)


def before_a_trial(
    study: Study, sections: Sequence[Section], *, title: Words, subtitle: Words, software: str, version: str
) -> Document:
    """A document about a protocol and some scenarios: no record, no participant, no data cut."""
    return Document(
        title=title,
        subtitle=subtitle,
        running_head=study.identity.id,
        sections=tuple(sections),
        provenance=Provenance(SOURCE, None, software, version, study.digest),
        illustrative_note=NOTHING,
    )


def trial_and_id(study: Study) -> Words:
    """The protocol's number and the name of the trial."""
    return fill(SUBTITLE, id=study.identity.id, trial=study.identity.title)


def level_columns(study: Study) -> list[Column]:
    """A column of numbers for each dose level."""
    levels = range(1, len(study.dosing.amounts) + 1)
    return [Column(f"level_{level}", fill(LEVEL, level=level), align="right") for level in levels]


def scenario_column() -> Column:
    """The column that names the scenario."""
    return Column("scenario", SCENARIO)


def truth_tables(study: Study, scenarios: Sequence[Scenario], *, found: OperatingCharacteristics) -> list[Table]:
    """What is true in every scenario: DLT rates, and activity rates where they are looked at."""
    tables = [_truth_table(study, scenarios, title=TRUE_RATES, name="truth", rates=found.truths.dlt)]
    if found.truths.cells.shape[2] > 2:
        rates = found.truths.activity
        tables.append(_truth_table(study, scenarios, title=TRUE_ACTIVITY, name="truth-activity", rates=rates))
    return tables


def _truth_table(study: Study, scenarios: Sequence[Scenario], *, title: Text, name: str, rates: Floats) -> Table:
    rows = [
        row(scenario.name, *(Share(float(rate)) for rate in truth))
        for scenario, truth in zip(scenarios, rates, strict=True)
    ]
    return Table(name=name, title=title, columns=(scenario_column(), *level_columns(study)), rows=tuple(rows))


def selection_figure(scenarios: Sequence[Scenario], found: OperatingCharacteristics) -> Figure:
    """One bar per scenario, divided by the level selected."""
    names: tuple[Words, ...] = (NONE, *(fill(LEVEL, level=level) for level in range(1, found.selection.shape[1])))
    bars = tuple(
        BarRow(scenario.name, tuple(100 * float(share) for share in shares))
        for scenario, shares in zip(scenarios, found.selection, strict=True)
    )
    spec = BarFigure(series=names, rows=bars, axis_label=Text(en="% of trials", fr="% des essais"))
    return Figure(name="selection", title=FIGURE, alt=FIGURE_ALT, spec=spec)


def share_right(found: OperatingCharacteristics, aim: Aim) -> Floats:
    """Probability of the right selection in every scenario, ``[T]``."""
    right = aim.right(found.truths)
    return np.asarray(np.take_along_axis(found.selection, right[:, None], axis=1)[:, 0], np.float64)


def share_above(found: OperatingCharacteristics, aim: Aim) -> Floats:
    """Probability to select a level above the right one, ``[T]``."""
    above = np.arange(found.selection.shape[1]) > aim.right(found.truths)[:, None]
    return np.asarray((found.selection * above).sum(axis=1), np.float64)
