"""Efficacy in the report for a monitoring board: responses, indices and times to a flare, by arm or of everybody."""

from __future__ import annotations

import math

from trialwright.analysis import Case
from trialwright.analysis.activity import FEW, VisitRow
from trialwright.analysis.arms import Group
from trialwright.analysis.efficacy import (
    ArmActivity,
    ArmResponse,
    ArmTime,
    Contrast,
    Difference,
    activities_of,
    responses_of,
    times_of,
)
from trialwright.analysis.toxicity import Rate
from trialwright.report.documents.activity import middle_of
from trialwright.report.documents.activity_figures import visit_of
from trialwright.report.documents.board_groups import arm_title, group_columns, named
from trialwright.report.documents.time_to_event import (
    HOW as HOW_TIMES,
    median_of,
    share_at,
    step_curve,
    survival_figure,
)
from trialwright.report.model import (
    Block,
    Cell,
    Column,
    Count,
    Estimate,
    Figure,
    Number,
    Paragraph,
    Section,
    Table,
    Words,
    fill,
)
from trialwright.report.specifications import Curve, CurveFigure
from trialwright.vocabulary.words import Text

AGAINST = Text(en="{arm} less {control}", fr="{arm} moins {control}")
TO = Text(en="{arm} to {control}", fr="{arm} sur {control}")
AT = Text(en="{title}, {visit}", fr="{title}, {visit}")
WHO = Text(
    en="Everybody randomised whose visit is answered, or lies behind with its window (counted from the first infusion, "
    "without one from randomisation). No answer counts as no response, whatever the reason. Interval of a share: exact "
    "95% (Clopper–Pearson).",
    fr="Toutes les personnes randomisées dont la visite a une réponse, ou est passée avec sa fenêtre (comptée depuis "
    "la première perfusion, à défaut depuis la randomisation). L'absence de réponse compte comme non-réponse, quelle "
    "qu'en soit la cause. Intervalle d'une part : exact à 95 % (Clopper–Pearson).",
)
HOW_DIFFERENT = Text(
    en="95% intervals of the difference after Newcombe (from the score limits of each share) and Miettinen and "
    "Nurminen. P, two-sided: Fisher's exact test, and Cochran–Mantel–Haenszel over the strata of randomisation "
    "without the site (no number: everybody is in one stratum, or an arm is empty). None of these is adjusted for "
    "several looks or endpoints; the boundaries of the plan are.",
    fr="Intervalles à 95 % de la différence selon Newcombe (à partir des limites du score de chaque part) et Miettinen "
    "et Nurminen. P bilatéral : test exact de Fisher, et Cochran–Mantel–Haenszel sur les strates de randomisation "
    "sans le centre (aucun nombre : une seule strate, ou un bras vide). Rien n'est ajusté pour plusieurs analyses ou "
    "critères ; les limites du plan le sont.",
)
HOW_INDEX = Text(
    en="Those infused. Median (quartiles, interpolated, type 7); with fewer than {few} values, the values themselves. "
    "Missing: the visit was due and the score is not known. Nothing is imputed. Change: of those with both values.",
    fr="Personnes perfusées. Médiane (quartiles interpolés, type 7) ; à moins de {few} valeurs, les valeurs "
    "elles-mêmes. Manquant : visite échue et score inconnu. Aucune imputation. Variation : chez les personnes ayant "
    "les deux valeurs.",
)
HOW_CONTRAST = Text(
    en="P: log-rank test, two-sided. Hazard ratio: proportional hazards, ties after Efron, 95% limits by Wald; none "
    "where an arm has no event. Not adjusted for several looks.",
    fr="P : test du log-rank, bilatéral. Rapport de risques : risques proportionnels, ex æquo selon Efron, limites de "
    "Wald à 95 % ; aucun quand un bras n'a pas d'événement. Sans correction pour plusieurs analyses.",
)
NO_INDEX = Text(en="{title}: nothing was recorded.", fr="{title} : aucune donnée n'a été enregistrée.")
NO_TIMES = Text(
    en="{title}: nobody has a visit that says so after the first infusion; there is no curve.",
    fr="{title} : personne n'a de visite qui le dise après la première perfusion ; il n'y a pas de courbe.",
)
RESPONSE_ROWS = {
    "met": Text(en="Responders", fr="Répondeurs"),
    "interval": Text(en="… share (exact 95% interval)", fr="… part (intervalle exact à 95 %)"),
    "silent": Text(en="… without an answer, counted as no response", fr="… sans réponse recueillie, comptées non"),
    "waiting": Text(en="Visit still to come", fr="Visite encore à venir"),
}


def efficacy_sections(case: Case, groups: tuple[Group, ...], *, mark: Block) -> tuple[Section, ...]:
    """Responses, indices and times, each in a section of its own; none for what the protocol does not name."""
    responses, times = responses_of(case, groups), times_of(case, groups)
    index = [block for one in activities_of(case, groups) for block in _index(case, groups, one=one)]
    answered = [block for one in responses for block in _response(case, groups, one=one)]
    timed = [block for one in times for block in _time(case, groups, one=one)]
    found = (
        ("responses", Text(en="Responses", fr="Réponses"), answered),
        ("activity", Text(en="Disease activity by visit", fr="Activité de la maladie par visite"), index),
        ("times", Text(en="Time to event", fr="Délais de survenue"), timed),
    )
    return tuple(Section(name, title, (mark, *blocks)) for name, title, blocks in found if blocks)


def _response(case: Case, groups: tuple[Group, ...], *, one: ArmResponse) -> list[Block]:
    endpoint = one.endpoint
    title = fill(AT, title=endpoint.title, visit=case.study.visit_name(endpoint.visit))
    cells = {
        "met": [Cell(Count(each.rate.count, each.rate.of), each.illustrative) for each in one.groups],
        "interval": [Cell(_share(each.rate), each.illustrative) for each in one.groups],
        "silent": [Cell(each.silent) for each in one.groups],
        "waiting": [Cell(each.waiting) for each in one.groups],
    }
    table = Table(
        name=named(f"response-{endpoint.name}", groups),
        title=title,
        columns=(
            Column("what", Text(en="Participants", fr="Personnes")),
            *group_columns(case, groups, sizes=tuple(each.rate.of for each in one.groups)),
        ),
        rows=tuple((Cell(label), *cells[name]) for name, label in RESPONSE_ROWS.items()),
        notes=(endpoint.definition, WHO),
    )
    return [table, _differences(case, groups, one=one)] if one.differences else [table]


def _share(found: Rate) -> Estimate | None:
    if found.lower is None or found.upper is None:
        return None
    return Estimate(found.count / found.of, found.lower, found.upper, 1, as_share=True)


def _differences(case: Case, groups: tuple[Group, ...], *, one: ArmResponse) -> Table:
    title = Text(en="{title}: difference of the shares", fr="{title} : différence des parts")
    return Table(
        name=named(f"difference-{one.endpoint.name}", groups),
        title=fill(title, title=one.endpoint.title),
        columns=(
            Column("comparison", Text(en="Comparison", fr="Comparaison")),
            Column("newcombe", Text(en="Difference (Newcombe)", fr="Différence (Newcombe)"), "right"),
            Column("score", Text(en="(Miettinen–Nurminen)", fr="(Miettinen–Nurminen)"), "right"),
            Column("fisher", Text(en="P, Fisher", fr="P, Fisher"), "right"),
            Column("stratified", Text(en="P, stratified", fr="P, stratifié"), "right"),
        ),
        rows=tuple(_difference(case, each) for each in one.differences),
        notes=(HOW_DIFFERENT,),
    )


def _difference(case: Case, one: Difference) -> tuple[Cell, ...]:
    pair = {"arm": arm_title(case, one.arm), "control": arm_title(case, one.control)}
    intervals = [
        None if one.difference is None or limits is None else Estimate(one.difference, *limits, 1, as_share=True)
        for limits in (one.newcombe, one.miettinen_nurminen)
    ]
    tests = (None if p is None else Number(p, 4) for p in (one.fisher, one.stratified))
    return (Cell(fill(AGAINST, **pair)), *(Cell(value) for value in (*intervals, *tests)))


def _index(case: Case, groups: tuple[Group, ...], *, one: ArmActivity) -> list[Block]:
    instrument = one.activity.instrument
    if not one.activity.is_recorded:
        return [Paragraph(fill(NO_INDEX, title=instrument.title))]
    table = Table(
        name=named(f"activity-{instrument.name}", groups),
        title=fill(Text(en="{title} by visit", fr="{title} par visite"), title=instrument.title),
        columns=(
            Column("visit", Text(en="Visit", fr="Visite")),
            Column("group", Text(en="Group", fr="Groupe")),
            Column("n", "n", "right"),
            Column("missing", Text(en="Missing", fr="Manquants"), "right"),
            Column("value", Text(en="Median (quartiles)", fr="Médiane (quartiles)"), "right"),
            Column("changed", Text(en="n, change", fr="n, variation"), "right"),
            Column("change", Text(en="Change: median (quartiles)", fr="Variation : médiane (quartiles)"), "right"),
        ),
        rows=tuple(_index_row(case, row, one=one, group=group) for row, group in _by_visit(groups, one)),
        notes=(fill(HOW_INDEX, few=FEW),),
    )
    return [table, _index_figure(case, groups, one=one)] if one.activity.is_followed else [table]


def _reached(one: ArmActivity) -> list[int]:
    """The visits, by their place, at which anything is known or should be."""
    due = [{place for place, row in enumerate(rows) if row.summary.n or row.summary.missing} for rows in one.rows]
    return sorted(set().union(*due))


def _by_visit(groups: tuple[Group, ...], one: ArmActivity) -> list[tuple[VisitRow, Group]]:
    """Visit after visit the groups, those left out of whom nobody was infused."""
    there = [(rows, group) for rows, group in zip(one.rows, groups, strict=True) if rows]
    return [(rows[place], group) for place in _reached(one) for rows, group in there]


def _index_row(case: Case, row: VisitRow, *, one: ArmActivity, group: Group) -> tuple[Cell, ...]:
    mine = set(group.usubjids)
    measured = [each for course in one.activity.people for each in course if each.usubjid in mine]
    invented = {each.when for each in measured if each.illustrative}
    flag, changed = row.when in invented, bool({row.when, one.activity.visits[0]} & invented)
    return (
        Cell(visit_of(case.study, row.when, all_visits=one.activity.visits)),
        Cell(arm_title(case, group.arm)),
        Cell(row.summary.n),
        Cell(row.summary.missing),
        Cell(middle_of(row.summary, row.values), illustrative=flag and bool(row.values)),
        Cell(None if row.change is None else row.change.n),
        Cell(middle_of(row.change, row.changes), illustrative=changed and bool(row.changes)),
    )


def _index_figure(case: Case, groups: tuple[Group, ...], *, one: ArmActivity) -> Figure:
    """The median change from baseline over the visits, a line for each group."""
    visits, title = one.activity.visits, one.activity.instrument.title
    curves, reached = [], _reached(one)
    for group, every in zip(groups, one.rows, strict=True):
        rows = [every[place] for place in reached] if every else []
        changes = [(float(place), _middle(row)) for place, row in enumerate(rows)]
        invented = any(
            each.illustrative for course in one.activity.people for each in course if each.usubjid in group.usubjids
        )
        n = tuple(len(row.changes) if place else row.summary.n for place, row in enumerate(rows))
        if rows:
            label = arm_title(case, group.arm)
            curves.append(Curve(label, tuple(changes), at_risk=n, has_dots=True, illustrative=invented))
    caption = Text(en="{title}: median change from baseline", fr="{title} : variation médiane depuis l'état initial")
    alt = Text(
        en="One line for each group over the visits, with the numbers below; the values are in the table before.",
        fr="Une ligne par groupe selon les visites, avec les effectifs ; valeurs dans le tableau précédent.",
    )
    return Figure(
        name=named(f"change-{one.activity.instrument.name}", groups),
        title=fill(caption, title=title),
        alt=alt,
        spec=CurveFigure(
            curves=tuple(curves),
            x_label=Text(en="visit", fr="visite"),
            y_label=Text(en="median change", fr="variation médiane"),
            x_ticks=tuple(float(place) for place in range(len(reached))),
            x_names=tuple(visit_of(case.study, visits[place], all_visits=visits) for place in reached),
            y_start=None,
            at_risk_label="n",
        ),
    )


def _middle(row: VisitRow) -> float | None:
    """The median change; nothing has changed yet at baseline."""
    if row.when.is_baseline:
        return 0.0 if row.values else None
    return None if row.change is None else row.change.median


def _time(case: Case, groups: tuple[Group, ...], *, one: ArmTime) -> list[Block]:
    endpoint = one.time.endpoint
    if not one.time.people:
        return [Paragraph(fill(NO_TIMES, title=endpoint.title))]
    curves = tuple(
        step_curve(curve, mine, label=arm_title(case, group.arm), has_band=True, illustrative=one.time.illustrative)
        for curve, mine, group in zip(one.curves, one.people, groups, strict=True)
        if curve is not None
    )
    drawn = survival_figure(one.time, curves)
    figure = Figure(named(drawn.name, groups), drawn.title, drawn.alt, drawn.spec, drawn.notes)
    blocks: list[Block] = [figure, _times_table(case, groups, one=one)]
    return [*blocks, _contrasts(case, groups, one=one)] if one.contrasts else blocks


def _times_table(case: Case, groups: tuple[Group, ...], *, one: ArmTime) -> Table:
    flag, rows = one.time.illustrative, []
    for curve, group in zip(one.curves, groups, strict=True):
        for place, at in enumerate(curve.at if curve is not None else ()):
            assert curve is not None, "there are no times without a curve"
            first = place == 0
            rows.append(
                (
                    Cell(arm_title(case, group.arm)),
                    Cell(curve.n if first else ""),
                    Cell(curve.events if first else "", illustrative=flag and first),
                    Cell(median_of(curve) if first else "", illustrative=flag and first),
                    Cell(Number(at.time, 0)),
                    Cell(at.at_risk, illustrative=flag),
                    Cell(share_at(curve, place=place), illustrative=flag),
                )
            )
    return Table(
        name=named(f"time-{one.time.endpoint.name}", groups),
        title=fill(Text(en="{title}: time to event", fr="{title} : délai"), title=one.time.endpoint.title),
        columns=(
            Column("group", Text(en="Group", fr="Groupe")),
            Column("n", "n", "right"),
            Column("events", Text(en="Events", fr="Événements"), "right"),
            Column("median", Text(en="Median, days (95%)", fr="Médiane, jours (95 %)"), "right"),
            Column("day", Text(en="Day", fr="Jour"), "right"),
            Column("at_risk", Text(en="At risk", fr="À risque"), "right"),
            Column("share", Text(en="Share (95% limits)", fr="Part (limites à 95 %)"), "right"),
        ),
        rows=tuple(rows),
        notes=(one.time.endpoint.definition, HOW_TIMES),
    )


def _contrasts(case: Case, groups: tuple[Group, ...], *, one: ArmTime) -> Table:
    title = Text(en="{title}: comparison", fr="{title} : comparaison")
    return Table(
        name=named(f"hazard-{one.time.endpoint.name}", groups),
        title=fill(title, title=one.time.endpoint.title),
        columns=(
            Column("comparison", Text(en="Comparison", fr="Comparaison")),
            Column("ratio", Text(en="Hazard ratio (95%)", fr="Rapport de risques (95 %)"), "right"),
            Column("p", Text(en="P, log-rank", fr="P, log-rank"), "right"),
        ),
        rows=tuple(_contrast(case, each) for each in one.contrasts),
        notes=(HOW_CONTRAST,),
    )


def _contrast(case: Case, one: Contrast) -> tuple[Cell, ...]:
    words: Words = fill(TO, arm=arm_title(case, one.arm), control=arm_title(case, one.control))
    ratio = None if one.hazard_ratio is None else Estimate(*one.hazard_ratio, 2)
    return Cell(words), Cell(ratio), Cell(None if one.p is None or math.isnan(one.p) else Number(one.p, 4))
