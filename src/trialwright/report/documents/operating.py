"""Operating characteristics of a protocol under some scenarios, as a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from trialwright.operating import Aim, Characteristics, Conditions
from trialwright.operating.ends import PLANNED
from trialwright.operating.scenarios import WITHOUT_TARGET, Scenario
from trialwright.operating.worst_case import WorstCase
from trialwright.protocol import Study
from trialwright.report.model import (
    Block,
    Cell,
    Column,
    Document,
    Fact,
    Figure,
    KeyFacts,
    Number,
    Paragraph,
    Provenance,
    Section,
    Share,
    Table,
    Value,
    Words,
    fill,
    row,
)
from trialwright.report.specifications import BarFigure, BarRow
from trialwright.vocabulary.seen import Floats
from trialwright.vocabulary.words import Text

TITLE = Text(en="Operating characteristics", fr="Caractéristiques opératoires")
SUBTITLE = Text(en="{id}, {trial}", fr="{id}, {trial}")
THE_TRIAL = Text(en="The trial as it is run", fr="L'essai tel qu'il est conduit")
RESULTS = Text(en="What it does", fr="Ce qu'il fait")
IGNORED = Text(en="If the dose given were ignored", fr="Si la dose administrée était ignorée")
WORST = Text(en="The worst in a region", fr="Le pire dans une région")
EXACT = Text(
    en="Exact: every way the trial can go has been walked ({ends} different ends), so there is no simulation error.",
    fr="Calcul exact : tous les déroulements possibles ont été parcourus ({ends} fins différentes) ; il n'y a donc pas "
    "d'erreur de simulation.",
)
BY_COHORT = Text(
    en="A decision follows each complete cohort, once everybody in it is settled.",
    fr="Une décision suit chaque cohorte complète, une fois tous ses membres évalués.",
)
AFTER_EACH = Text(
    en="A decision follows each participant, once settled.",
    fr="Une décision suit chaque participant, une fois évalué.",
)
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
IGNORING = Text(
    en="The same trial, had everybody been counted at the level assigned, whatever was given. The right level is "
    "the same as above; what the design sees is a mixture of levels.",
    fr="Le même essai, si chacun avait été compté au palier attribué, quelle que soit la dose administrée. Le bon "
    "choix est le même que ci-dessus ; ce que voit le plan est un mélange de paliers.",
)
DESIGN = Text(en="Design", fr="Plan")
RULES = Text(en="Rules, in order", fr="Règles, dans l'ordre")
LIMIT = Text(en="Participants at most", fr="Participants au plus")
DECISIONS = Text(en="Decisions", fr="Décisions")
SCENARIO = Text(en="Scenario", fr="Scénario")
TRUE_RATES = Text(en="True DLT rates by level", fr="Taux réels de DLT par palier")
TRUE_ACTIVITY = Text(en="True activity rates by level", fr="Taux réels d'activité par palier")
SELECTION = Text(en="Level selected at the end", fr="Palier retenu à la fin")
PEOPLE = Text(en="Participants and DLTs (means)", fr="Participants et DLT (moyennes)")
ENDING = Text(en="Why the trial ends", fr="Pourquoi l'essai s'arrête")
LEVEL = Text(en="Level {level}", fr="Palier {level}")
NONE = Text(en="None", fr="Aucun")
RIGHT = Text(en="Right", fr="Bon choix")
ABOVE = Text(en="Above it", fr="Au-dessus")
TOTAL = Text(en="All", fr="Total")
SPREAD = Text(en="sd", fr="écart-type")
DLTS = Text(en="DLTs", fr="DLT")
EARLY = Text(en="Early end", fr="Fin précoce")
DAYS = Text(en="Days", fr="Jours")
PLANNED_NUMBER = Text(en="Planned number", fr="Nombre prévu")
SHARE_OF_TRIALS = Text(en="Share of trials", fr="Part des essais")
FIGURE = Text(en="Level selected, by scenario", fr="Palier retenu, selon le scénario")
FIGURE_ALT = Text(
    en="One bar per scenario, divided by the probability that no level, level 1, … is selected.",
    fr="Une barre par scénario, partagée selon la probabilité qu'aucun palier, le palier 1, … soit retenu.",
)
TRUTH_OF = Text(en="Truth", fr="Vérité")
WORST_NOTE = Text(
    en="Over all truths whose rates lie within {within:number2} of the scenario's and do not fall from level to level, "
    "the probability of the right selection in the scenario is nowhere below the bound (proven; the truth found "
    "comes close to it).",
    fr="Sur toutes les vérités dont les taux sont à moins de {within:number2} de ceux du scénario et ne décroissent "
    "pas d'un palier à l'autre, la probabilité du bon choix dans le scénario n'est nulle part inférieure "
    "à la borne (démontrée ; la vérité trouvée s'en approche).",
)
HERE = Text(en="In the scenario", fr="Dans le scénario")
LOWEST = Text(en="Lowest found", fr="Minimum trouvé")
BOUND = Text(en="Proven bound", fr="Borne démontrée")
AT_TRUTH = Text(en="Found at", fr="Trouvé en")
SOURCE = Text(
    en="Protocol file and scenarios; no participant is involved",
    fr="Fichier de protocole et scénarios ; aucun participant n'est concerné",
)
NOTHING = Text(
    en="Scenarios are assumptions, not findings.", fr="Les scénarios sont des hypothèses, non des résultats."
)


@final
@dataclass(frozen=True, slots=True)
class Foreseen:
    """The characteristics of a protocol under some scenarios, and how they were obtained."""

    study: Study
    conditions: Conditions
    scenarios: tuple[Scenario, ...]
    found: Characteristics
    ends: int
    ignored: Characteristics | None  # had everybody been counted at the level assigned
    worst: tuple[WorstCase, ...]  # one per scenario, or none
    within: float
    gap_days: float | None

    @property
    def aim(self) -> Aim:
        """What is looked for; around 25 % for a design without a target."""
        return aim_of(self.study)

    @property
    def correct(self) -> Floats:
        """Probability of the right selection in every scenario, ``[T]``."""
        right = self.aim.right(self.found.truths)
        return np.asarray(np.take_along_axis(self.found.selection, right[:, None], axis=1)[:, 0], np.float64)


def aim_of(study: Study) -> Aim:
    """What a study looks for; around 25 % where its design has no target."""
    return Aim.of(study, target=study.target if study.target is not None else WITHOUT_TARGET)


def operating_document(foreseen: Foreseen, *, software: str, version: str) -> Document:
    """The whole document, in both languages."""
    study = foreseen.study
    sections = [_trial_section(foreseen), _results_section(foreseen)]
    if foreseen.ignored is not None:
        selection = selection_table(foreseen, foreseen.ignored, name="selection-ignored")
        sections.append(Section("ignored", IGNORED, (Paragraph(IGNORING), selection)))
    if foreseen.worst:
        note = Paragraph(fill(WORST_NOTE, within=foreseen.within))
        sections.append(Section("worst", WORST, (note, _worst_table(foreseen))))
    return Document(
        title=TITLE,
        subtitle=fill(SUBTITLE, id=study.identity.id, trial=study.identity.title),
        running_head=study.identity.id,
        sections=tuple(sections),
        provenance=Provenance(
            source=SOURCE, data_cut=None, software=software, version=version, protocol_digest=study.digest
        ),
        illustrative_note=NOTHING,
    )


def _trial_section(foreseen: Foreseen) -> Section:
    study, conditions = foreseen.study, foreseen.conditions
    rules = ", ".join(rule.name for rule in study.rule_names)
    facts = (
        Fact(DESIGN, Cell(study.design_name)),
        Fact(RULES, Cell(rules or None)),
        Fact(LIMIT, Cell(conditions.limit(study))),
        Fact(DECISIONS, Cell(AFTER_EACH if conditions.after_each else BY_COHORT)),
    )
    notes = [
        Paragraph(fill(EXACT, ends=foreseen.ends)),
        Paragraph(fill(MEANING, target=foreseen.aim.target, too_toxic=foreseen.aim.too_toxic)),
    ]
    if conditions.given:
        notes.append(Paragraph(GIVEN))
    return Section("trial", THE_TRIAL, (KeyFacts(facts), *notes))


def _results_section(foreseen: Foreseen) -> Section:
    blocks: list[Block] = [_truth_table(foreseen, TRUE_RATES, name="truth", rates=foreseen.found.truths.dlt)]
    if foreseen.found.truths.cells.shape[2] > 2:
        rates = foreseen.found.truths.activity
        blocks.append(_truth_table(foreseen, TRUE_ACTIVITY, name="truth-activity", rates=rates))
    blocks += [
        selection_table(foreseen, foreseen.found, name="selection"),
        _selection_figure(foreseen),
        _people_table(foreseen),
        _ending_table(foreseen),
    ]
    return Section("results", RESULTS, tuple(blocks))


def _levels(foreseen: Foreseen) -> list[Column]:
    levels = range(1, len(foreseen.study.dosing.amounts) + 1)
    return [Column(f"level_{level}", fill(LEVEL, level=level), align="right") for level in levels]


def _first() -> Column:
    return Column("scenario", SCENARIO)


def _truth_table(foreseen: Foreseen, title: Text, *, name: str, rates: Floats) -> Table:
    rows = [
        row(scenario.name, *(Share(float(rate)) for rate in truth))
        for scenario, truth in zip(foreseen.scenarios, rates, strict=True)
    ]
    return Table(name=name, title=title, columns=(_first(), *_levels(foreseen)), rows=tuple(rows))


def selection_table(foreseen: Foreseen, found: Characteristics, *, name: str) -> Table:
    """Which level is selected, and how often the right one; the level on target stands out."""
    best = foreseen.aim.right(foreseen.found.truths)
    levels = np.arange(found.selection.shape[1])
    rows = []
    for scenario, shares, right in zip(foreseen.scenarios, found.selection, best, strict=True):
        cells = [Cell(Share(float(share)), emphasis=bool(level == right)) for level, share in enumerate(shares)]
        above = float(shares[levels > right].sum())
        rows.append(row(scenario.name, *cells, Share(float(shares[right])), Share(above)))
    none = Column("none", NONE, align="right")
    last = (Column("right", RIGHT, align="right"), Column("above", ABOVE, align="right"))
    columns = (_first(), none, *_levels(foreseen), *last)
    return Table(name=name, title=SELECTION, columns=columns, rows=tuple(rows), landscape=len(columns) > 9)


def _selection_figure(foreseen: Foreseen) -> Figure:
    names: tuple[Words, ...] = (
        NONE,
        *(fill(LEVEL, level=level) for level in range(1, foreseen.found.selection.shape[1])),
    )
    bars = tuple(
        BarRow(scenario.name, tuple(100 * float(share) for share in shares))
        for scenario, shares in zip(foreseen.scenarios, foreseen.found.selection, strict=True)
    )
    spec = BarFigure(series=names, rows=bars, axis_label=Text(en="% of trials", fr="% des essais"))
    return Figure(name="selection", title=FIGURE, alt=FIGURE_ALT, spec=spec)


def _people_table(foreseen: Foreseen) -> Table:
    found, gap = foreseen.found, foreseen.gap_days
    columns = [_first(), *_levels(foreseen)]
    columns += [
        Column(key, label, align="right")
        for key, label in (("n", TOTAL), ("sd", SPREAD), ("n_dlt", DLTS), ("early", EARLY))
    ]
    days = None
    if gap is not None:
        columns.append(Column("days", DAYS, align="right"))
        days = found.duration(gap_days=gap, window_days=foreseen.study.dlt.window_days)
    rows = []
    for place, scenario in enumerate(foreseen.scenarios):
        values: list[Value] = [Number(float(mean), 1) for mean in found.n[place]]
        values += [Number(float(found.expected_n[place]), 1), Number(float(found.sd_n[place]), 1)]
        values += [Number(float(found.expected_dlts[place]), 1), Share(float(found.early[place]))]
        if days is not None:
            values.append(Number(float(days[place]), 0))
        rows.append(row(scenario.name, *values))
    return Table(name="people", title=PEOPLE, columns=tuple(columns), rows=tuple(rows), landscape=len(columns) > 9)


def long_operating_table(foreseen: Foreseen) -> Table:
    """Every number, one a line, with stable words for machines; level 0 of the selection: none."""
    found = foreseen.found
    by_level = {"true_dlt_rate": found.truths.dlt, "n": found.n, "n_dlt": found.n_dlt, "stopped_at": found.stopped_at}
    whole = {"expected_n": found.expected_n, "sd_n": found.sd_n, "early": found.early, "correct": foreseen.correct}
    rows = []
    for place, scenario in enumerate(foreseen.scenarios):
        rows += [
            row(scenario.name, "selection", level, Number(float(p), 12))
            for level, p in enumerate(found.selection[place])
        ]
        for name, values in by_level.items():
            rows += [
                row(scenario.name, name, level, Number(float(v), 12)) for level, v in enumerate(values[place], start=1)
            ]
        rows += [row(scenario.name, name, None, Number(float(values[place]), 12)) for name, values in whole.items()]
    columns = tuple(Column(key, key) for key in ("scenario", "quantity", "level", "value"))
    return Table(name="operating-characteristics", title=TITLE, columns=columns, rows=tuple(rows))


def _ending_table(foreseen: Foreseen) -> Table:
    found = foreseen.found
    columns = [_first()]
    columns += [Column(code, PLANNED_NUMBER if code == PLANNED else code, align="right") for code in found.reasons]
    rows = [
        row(scenario.name, *(Share(float(share)) for share in shares))
        for scenario, shares in zip(foreseen.scenarios, found.ended, strict=True)
    ]
    return Table(name="ending", title=ENDING, columns=tuple(columns), rows=tuple(rows))


def _worst_table(foreseen: Foreseen) -> Table:
    right = foreseen.correct
    rows = [
        row(
            scenario.name,
            Share(float(here)),
            Share(worst.value),
            Share(worst.bound),
            ", ".join(f"{rate:.3f}" for rate in worst.truth),
        )
        for scenario, worst, here in zip(foreseen.scenarios, foreseen.worst, right, strict=True)
    ]
    labels = (("here", HERE), ("lowest", LOWEST), ("bound", BOUND))
    columns = (_first(), *(Column(key, label, align="right") for key, label in labels), Column("at", AT_TRUTH))
    return Table(name="worst", title=WORST, columns=columns, rows=tuple(rows))
