"""Designs compared: table, figures, the paragraph for the protocol, and one long table for machines."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.operating.comparison import Compared, Comparison
from trialwright.report.documents.comparison_text import how_it_runs, percent_of, protocol_text
from trialwright.report.documents.foreseeing import GIVEN, before_a_trial, silent_rules
from trialwright.report.model import (
    Bullets,
    Column,
    Document,
    Figure,
    Filled,
    Number,
    Paragraph,
    Section,
    Share,
    Table,
    Words,
    fill,
    row,
)
from trialwright.report.specifications import BarFigure, BarRow, Panel, PanelFigure
from trialwright.vocabulary.words import Text

TITLE = Text(en="Designs compared for {id}", fr="Comparaison de plans pour {id}")
RESULTS = Text(en="Operating characteristics", fr="Caractéristiques opératoires")
PROTOCOL_TEXT = Text(en="Text for the protocol", fr="Texte pour le protocole")
SCENARIOS = Text(en="Scenarios", fr="Scénarios")
LEFT_OUT = Text(en="Not compared", fr="Non comparés")
WHY = Text(en="{design}: {why}", fr="{design} : {why}")
SCENARIO, DESIGN = Text(en="Scenario", fr="Scénario"), Text(en="Design", fr="Plan")
CORRECT = Text(en="Right selection", fr="Bonne sélection")
OVERDOSE = Text(en="Too high selected", fr="Sélection trop élevée")
NONE = Text(en="None selected", fr="Aucun palier")
LEVEL_SELECTED = Text(en="Level {level}", fr="Palier {level}")
PARTICIPANTS = Text(en="Participants", fr="Participants")
DLTS = Text(en="DLTs", fr="DLT")
EARLY = Text(en="Stops early", fr="Arrêt précoce")
TABLE_TITLE = Text(en="Designs under every scenario", fr="Les plans sous chaque scénario")
SELECTION_TABLE = Text(en="Probability to select each level", fr="Probabilité de sélection de chaque palier")
TRUTH_TABLE = Text(en="True DLT rates", fr="Taux réels de DLT")
RIGHT = Text(en="Right selection", fr="Bonne réponse")
EXACT = Text(
    en="All numbers are exact: every way the trial can go was counted, nothing was simulated.",
    fr="Tous les nombres sont exacts : tous les déroulements possibles ont été dénombrés, rien n'a été simulé.",
)
RULE = Text(
    en="Right is the level whose true DLT rate is closest to {target:percent0} (ties: the lower), and no level where "
    "even the lowest rate is above {too_toxic:percent0}; too high is any level above the right one.",
    fr="Le bon palier est celui dont le taux réel de DLT est le plus proche de {target:percent0} (à égalité, le "
    "plus bas), et aucun lorsque même le taux le plus bas dépasse {too_toxic:percent0} ; trop élevé : tout palier "
    "au-dessus.",
)
RUN = Text(
    en="Cohorts of {size}, at most {n} participants; a decision once each cohort is settled. The rules are the "
    "protocol's: {rules}.",
    fr="Cohortes de {size}, au plus {n} participants ; une décision une fois chaque cohorte évaluée. Les règles sont "
    "celles du protocole : {rules}.",
)
SELECTION = Text(en="Probability to select each level", fr="Probabilité de sélection de chaque palier")
ALLOCATION = Text(en="Mean number treated at each level", fr="Nombre moyen de personnes traitées à chaque palier")
SUMMARY_N = Text(en="Mean number of participants", fr="Nombre moyen de participants")
SUMMARY_DLT = Text(en="Mean number of DLTs", fr="Nombre moyen de DLT")
ALT = Text(
    en="{what} for each design, by scenario; the tables hold the numbers.",
    fr="{what} par plan et scénario ; les nombres sont dans les tableaux.",
)
MARK = Text(en="right selection", fr="bonne sélection")
LEVEL = Text(en="level {level}", fr="palier {level}")
NO_LEVEL = Text(en="none", fr="aucun")
LONG_TITLE = Text(
    en="Designs compared, one design and scenario a line", fr="Plans comparés, un plan et un scénario par ligne"
)


def overview_table(found: Comparison) -> Table:
    """One row per scenario and design."""
    columns = (
        Column("scenario", SCENARIO),
        Column("design", DESIGN),
        Column("correct", CORRECT, align="right"),
        Column("overdosing", OVERDOSE, align="right"),
        Column("none", NONE, align="right"),
        Column("n", PARTICIPANTS, align="right"),
        Column("n_dlt", DLTS, align="right"),
        Column("early", EARLY, align="right"),
    )
    rows = []
    for place, scenario in enumerate(found.scenarios):
        for one in found.compared:
            numbers = one.characteristics
            rows.append(
                row(
                    scenario.name,
                    one.title,
                    Share(one.correct[place]),
                    Share(one.overdosing[place]),
                    Share(one.none[place]),
                    Number(numbers.expected_n[place], 1),
                    Number(numbers.expected_dlts[place], 1),
                    Share(percent_of(numbers.early[place])),
                )
            )
    rule = fill(RULE, target=found.aim.target, too_toxic=found.aim.too_toxic)
    given = (GIVEN,) if found.conditions.given else ()
    return Table("overview", TABLE_TITLE, columns, tuple(rows), notes=(EXACT, rule, *given, *silent_rules(found.study)))


def selection_table(found: Comparison) -> Table:
    """The probability to select every level, one row per scenario and design."""
    levels = range(1, len(found.study.dosing.amounts) + 1)
    columns = (
        Column("scenario", SCENARIO),
        Column("design", DESIGN),
        Column("none", NONE, align="right"),
        *(Column(f"level_{level}", fill(LEVEL_SELECTED, level=level), align="right") for level in levels),
    )
    rows = [
        row(scenario.name, one.title, *(Share(share) for share in one.characteristics.selection[place].tolist()))
        for place, scenario in enumerate(found.scenarios)
        for one in found.compared
    ]
    return Table("selection", SELECTION_TABLE, columns, tuple(rows), notes=(EXACT,))


def _truth_table(found: Comparison) -> Table:
    levels = range(1, len(found.study.dosing.amounts) + 1)
    columns = (
        Column("scenario", SCENARIO),
        *(Column(f"level_{level}", fill(LEVEL_SELECTED, level=level), align="right") for level in levels),
        Column("right", RIGHT),
    )
    rows = [
        row(scenario.name, *(Number(rate, 3) for rate in scenario.dlt), _level(right))
        for scenario, right in zip(found.scenarios, found.right.tolist(), strict=True)
    ]
    return Table("scenarios", TRUTH_TABLE, columns, tuple(rows))


def _level(level: int) -> Words:
    return fill(LEVEL, level=level) if level else NO_LEVEL


def selection_figure(found: Comparison) -> Figure:
    """Selection of every level by every design, a panel per scenario."""
    levels = range(len(found.study.dosing.amounts) + 1)
    values = [one.characteristics.selection for one in found.compared]
    panels = [
        Panel(scenario.name, tuple(tuple(float(one[place, level]) for one in values) for level in levels), right)
        for (place, scenario), right in zip(enumerate(found.scenarios), found.right.tolist(), strict=True)
    ]
    return _figure(
        found, "selection", title=SELECTION, rows=tuple(_level(level) for level in levels), panels=panels, mark=MARK
    )


def _allocation_figure(found: Comparison) -> Figure:
    levels = range(len(found.study.dosing.amounts))
    values = [one.characteristics.n for one in found.compared]
    panels = [
        Panel(
            scenario.name,
            tuple(tuple(float(one[place, level]) for one in values) for level in levels),
            right - 1 if right else None,
        )
        for (place, scenario), right in zip(enumerate(found.scenarios), found.right.tolist(), strict=True)
    ]
    rows = tuple(_level(level + 1) for level in levels)
    return _figure(found, "allocation", title=ALLOCATION, rows=rows, panels=panels, mark=MARK, as_share=False)


def _numbers_figure(found: Comparison, title: Text, *, of: str) -> Figure:
    """A mean number under every scenario, a bar per design."""
    values = [getattr(one.characteristics, of) for one in found.compared]
    rows = tuple(
        BarRow(scenario.name, tuple(float(one[place]) for one in values))
        for place, scenario in enumerate(found.scenarios)
    )
    series = tuple(one.title for one in found.compared)
    spec = BarFigure(series, rows, title, arrangement="grouped", decimals=1)
    return Figure(of.replace("_", "-"), title, fill(ALT, what=title), spec)


def _figure(
    found: Comparison,
    name: str,
    *,
    title: Text,
    rows: tuple[Words, ...],
    panels: Sequence[Panel],
    mark: Words = "",
    as_share: bool = True,
) -> Figure:
    series = tuple(one.title for one in found.compared)
    spec = PanelFigure(rows, series, tuple(panels), title, as_share=as_share, mark=mark)
    return Figure(name, title, fill(ALT, what=title), spec)


def comparison_document(found: Comparison, *, software: str, version: str) -> Document:
    """The whole comparison in both languages."""
    study = found.study
    run: tuple[Paragraph, ...] = (Paragraph(fill(RUN, **how_it_runs(found.compared[0]))),) if found.compared else ()
    run += (Paragraph(GIVEN),) if found.conditions.given else ()
    results = (
        (
            overview_table(found),
            selection_figure(found),
            _allocation_figure(found),
            _numbers_figure(found, SUMMARY_N, of="expected_n"),
            _numbers_figure(found, SUMMARY_DLT, of="expected_dlts"),
            selection_table(found),
        )
        if found.compared
        else ()
    )
    text = tuple(Paragraph(one) for one in protocol_text(found))
    left = (Bullets(left_out(found)),) if found.left_out else ()
    sections = [
        Section("scenarios", SCENARIOS, (*run, _truth_table(found))),
        Section("results", RESULTS, results),
        Section("text", PROTOCOL_TEXT, text),
        *([Section("left-out", LEFT_OUT, left)] if left else []),
    ]
    title = fill(TITLE, id=study.identity.id)
    return before_a_trial(
        study, sections, title=title, subtitle=study.identity.title, software=software, version=version
    )


def left_out(found: Comparison) -> tuple[Filled, ...]:
    """The designs that are not in the comparison, each with the reason."""
    return tuple(fill(WHY, design=one.candidate.title, why=one.why) for one in found.left_out)


def long_table(found: Comparison) -> Table:
    """Every design under every scenario, one a line, with stable words for machines."""
    levels = range(1, len(found.study.dosing.amounts) + 1)
    keys: tuple[str, ...] = (
        "design",
        "scenario",
        "right_level",
        "p_right",
        "p_too_high",
        "p_none",
        "mean_n",
        "mean_dlts",
        "p_early",
    )
    keys += tuple(f"p_select_{level}" for level in levels) + tuple(f"mean_n_{level}" for level in levels)
    rows = [
        row(one.title, scenario.name, int(one.right[place]), *map(_number, _numbers(one, place)))
        for one in found.compared
        for place, scenario in enumerate(found.scenarios)
    ]
    return Table("comparison", LONG_TITLE, tuple(Column(key, key) for key in keys), tuple(rows))


def _numbers(one: Compared, place: int) -> list[float]:
    numbers = one.characteristics
    return [
        one.correct[place],
        one.overdosing[place],
        one.none[place],
        numbers.expected_n[place],
        numbers.expected_dlts[place],
        percent_of(numbers.early[place]),
        *numbers.selection[place, 1:],
        *numbers.n[place],
    ]


def _number(value: float) -> Number:
    return Number(float(value), 6)
