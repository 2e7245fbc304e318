"""Operating characteristics of a protocol under some scenarios, as a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from trialwright.operating import Aim, Characteristics, Conditions
from trialwright.operating.ends import PLANNED
from trialwright.operating.scenarios import Scenario
from trialwright.operating.worst_case import WorstCase
from trialwright.protocol import Study
from trialwright.report.documents import foreseeing as words
from trialwright.report.model import (
    Block,
    Cell,
    Column,
    Document,
    Fact,
    KeyFacts,
    Number,
    Paragraph,
    Section,
    Share,
    Table,
    Value,
    fill,
    row,
)
from trialwright.vocabulary.seen import Floats
from trialwright.vocabulary.words import Text

TITLE = Text(en="Operating characteristics", fr="Caractéristiques opératoires")
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
IGNORING = Text(
    en="The same trial, had everybody been counted at the level assigned, whatever was given. The right level is "
    "the same as above; what the design sees is a mixture of levels.",
    fr="Le même essai, si chacun avait été compté au palier attribué, quelle que soit la dose administrée. Le bon "
    "choix est le même que ci-dessus ; ce que voit le plan est un mélange de paliers.",
)
PEOPLE = Text(en="Participants and DLTs (means)", fr="Participants et DLT (moyennes)")
TOTAL = Text(en="All", fr="Total")
SPREAD = Text(en="sd", fr="écart-type")
DAYS = Text(en="Days", fr="Jours")
TRUTH_OF = Text(en="Truth", fr="Vérité")
WORST_NOTE = Text(
    en="Over all truths whose rates lie within {within:number2} of the scenario's and do not fall from level to level, "
    "the probability of the right selection in the scenario is nowhere below the bound (proven; the truth found "
    "comes close to it).",
    fr="Sur toutes les vérités dont les taux sont à moins de {within:number2} de ceux du scénario et ne décroissent "
    "pas d'un palier à l'autre, la probabilité du bon choix dans le scénario n'est nulle part inférieure "
    "à la borne (démontrée ; la vérité trouvée s'en approche).",
)
PARTLY = Text(
    en="Only a part of the order of the levels is known to this design; rates do not fall along that part.",
    fr="Ce plan ne connaît l'ordre de ses paliers qu'en partie ; les taux ne décroissent pas le long de cette partie.",
)
HERE = Text(en="In the scenario", fr="Dans le scénario")
LOWEST = Text(en="Lowest found", fr="Minimum trouvé")
BOUND = Text(en="Proven bound", fr="Borne démontrée")
AT_TRUTH = Text(en="Found at", fr="Trouvé en")


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
        return words.aim_of(self.study)

    @property
    def correct(self) -> Floats:
        """Probability of the right selection in every scenario, ``[T]``."""
        return words.share_right(self.found, self.aim)


def operating_document(foreseen: Foreseen, *, software: str, version: str) -> Document:
    """The whole document, in both languages."""
    study = foreseen.study
    sections = [_trial_section(foreseen), _results_section(foreseen)]
    if foreseen.ignored is not None:
        selection = selection_table(foreseen, foreseen.ignored, name="selection-ignored")
        sections.append(Section("ignored", IGNORED, (Paragraph(IGNORING), selection)))
    if foreseen.worst:
        notes = [Paragraph(fill(WORST_NOTE, within=foreseen.within))]
        notes += [Paragraph(PARTLY)] if study.order is not None else []
        sections.append(Section("worst", WORST, (*notes, _worst_table(foreseen))))
    subtitle = words.trial_and_id(study)
    return words.before_a_trial(study, sections, title=TITLE, subtitle=subtitle, software=software, version=version)


def _trial_section(foreseen: Foreseen) -> Section:
    study, conditions = foreseen.study, foreseen.conditions
    rules = ", ".join(rule.name for rule in study.rule_names)
    facts = (
        Fact(words.DESIGN, Cell(study.design_name)),
        Fact(words.RULES, Cell(rules or None)),
        Fact(words.LIMIT, Cell(conditions.limit(study))),
        Fact(words.DECISIONS, Cell(AFTER_EACH if conditions.after_each else BY_COHORT)),
    )
    notes = [
        Paragraph(fill(EXACT, ends=foreseen.ends)),
        Paragraph(fill(words.MEANING, target=foreseen.aim.target, too_toxic=foreseen.aim.too_toxic)),
    ]
    notes += [Paragraph(said) for said in words.silent_rules(study)]
    if conditions.given:
        notes.append(Paragraph(words.GIVEN))
    return Section("trial", words.THE_TRIAL, (KeyFacts(facts), *notes))


def _results_section(foreseen: Foreseen) -> Section:
    blocks: tuple[Block, ...] = (
        *words.truth_tables(foreseen.study, foreseen.scenarios, found=foreseen.found),
        selection_table(foreseen, foreseen.found, name="selection"),
        words.selection_figure(foreseen.scenarios, foreseen.found),
        _people_table(foreseen),
        _ending_table(foreseen),
    )
    return Section("results", words.RESULTS, blocks)


def selection_table(foreseen: Foreseen, found: Characteristics, *, name: str) -> Table:
    """Which level is selected, and how often the right one; the level on target stands out."""
    best = foreseen.aim.right(foreseen.found.truths)
    levels = np.arange(found.selection.shape[1])
    rows = []
    for scenario, shares, right in zip(foreseen.scenarios, found.selection, best, strict=True):
        cells = [Cell(Share(float(share)), emphasis=bool(level == right)) for level, share in enumerate(shares)]
        above = float(shares[levels > right].sum())
        rows.append(row(scenario.name, *cells, Share(float(shares[right])), Share(above)))
    none = Column("none", words.NONE, align="right")
    last = (Column("right", words.RIGHT, align="right"), Column("above", words.ABOVE, align="right"))
    columns = (words.scenario_column(), none, *words.level_columns(foreseen.study), *last)
    return Table(name=name, title=words.SELECTION, columns=columns, rows=tuple(rows), landscape=len(columns) > 9)


def _people_table(foreseen: Foreseen) -> Table:
    found, gap = foreseen.found, foreseen.gap_days
    columns = [words.scenario_column(), *words.level_columns(foreseen.study)]
    columns += [
        Column(key, label, align="right")
        for key, label in (("n", TOTAL), ("sd", SPREAD), ("n_dlt", words.DLTS), ("early", words.EARLY))
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
    columns = [words.scenario_column()]
    columns += [
        Column(code, words.PLANNED_NUMBER if code == PLANNED else code, align="right") for code in found.reasons
    ]
    rows = [
        row(scenario.name, *(Share(float(share)) for share in shares))
        for scenario, shares in zip(foreseen.scenarios, found.ended, strict=True)
    ]
    return Table(name="ending", title=words.ENDING, columns=tuple(columns), rows=tuple(rows))


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
    columns = (
        words.scenario_column(),
        *(Column(key, label, align="right") for key, label in labels),
        Column("at", AT_TRUTH),
    )
    return Table(name="worst", title=WORST, columns=columns, rows=tuple(rows))
