"""Time to event: one line for each participant, Kaplan-Meier with numbers at risk, spells, deaths that compete."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trialwright.analysis.time_to_event import EventTime, Followed, GroupCurve, Line, StateSpells
from trialwright.numerics.survival import survival_at
from trialwright.report.documents.activity import group_words
from trialwright.report.documents.findings import NO, UNKNOWN, YES, Findings
from trialwright.report.documents.swimmer import swimmer_figure
from trialwright.report.model import (
    Block,
    Cell,
    Column,
    Estimate,
    Figure,
    Number,
    Paragraph,
    Section,
    Share,
    Table,
    Words,
    fill,
)
from trialwright.report.specifications import Curve, CurveFigure, ReferenceLine
from trialwright.vocabulary.words import Text

TITLE = Text(en="Time to event", fr="Délais de survenue")
NO_ENDPOINT = Text(
    en="The protocol names no endpoint of the kind flare or remission: no time to a flare and no duration of "
    "remission is analysed.",
    fr="Le protocole ne nomme aucun critère de type poussée ou rémission : ni délai de poussée ni durée de rémission "
    "ne sont analysés.",
)
NO_TIME = Text(
    en="{title}: no participant has a visit that says so after the start of the time; there is no curve.",
    fr="{title} : aucune personne n'a de visite qui le dise après le début du délai ; il n'y a pas de courbe.",
)
FREE = Text(en="free of: {title}", fr="indemnes de : {title}")
STILL = Text(en="still in: {title}", fr="encore en : {title}")
FROM_INFUSION = Text(en="days since the first infusion", fr="jours depuis la première perfusion")
FROM_REMISSION = Text(
    en="days since the first visit with it", fr="jours depuis la première visite où elle est présente"
)
HOW = Text(
    en="Kaplan–Meier; 95% limits by log(−log), Greenwood's variance; median with the limits of the curve at one half. "
    "While nobody has the event the limits have nothing to say and are left out. An event is counted at the visit "
    "that found it; without one, a participant is censored at the last visit that says so.",
    fr="Kaplan–Meier ; limites à 95 % par log(−log), variance de Greenwood ; médiane avec les limites de la courbe à "
    "un demi. Tant que personne n'a l'événement, les limites ne disent rien et sont omises. Un événement est compté à "
    "la visite qui l'a constaté ; sinon, la personne est censurée à la dernière visite informative.",
)
LEFT_OUT = Text(
    en="Not in the analysis, because nothing is known after the start of the time, or it never began: {who}.",
    fr="Hors analyse, parce que rien n'est connu après le début du délai, ou qu'il n'a jamais commencé : {who}.",
)
DEATHS = Text(
    en="Deaths without the event are censored here; the next table counts them as what they are.",
    fr="Les décès sans l'événement sont censurés ici ; le tableau suivant les compte comme tels.",
)


def time_to_event_section(findings: Findings) -> Section | None:
    """Swimmer figure, then one analysis for each flare and remission; None while nobody was infused."""
    if not findings.lines:
        return None
    blocks: list[Block] = [swimmer_figure(findings)]
    if not findings.event_times:
        blocks.append(Paragraph(NO_ENDPOINT))
    for one in findings.event_times:
        blocks += _blocks(findings, one)
    if any(_followed(state) for line in findings.lines for state in line.states):
        blocks.append(_spells_table(findings))
    return Section("time-to-event", TITLE, tuple(blocks))


def _blocks(findings: Findings, one: EventTime) -> list[Block]:
    if not one.people:
        return [Paragraph(fill(NO_TIME, title=one.endpoint.title))]
    blocks: list[Block] = [_figure(findings, one), _table(one)]
    return [*blocks, _competing_table(one)] if one.competing is not None else blocks


def _figure(findings: Findings, one: EventTime) -> Figure:
    shown = [group for group in one.groups if group.dose_level is not None] or list(one.groups)
    return survival_figure(one, tuple(_curve(findings, one, group=group) for group in shown))


def survival_figure(one: EventTime, curves: tuple[Curve, ...]) -> Figure:
    """Step curves on the axes of one flare or remission."""
    is_flare = one.endpoint.kind == "flare"
    alt = Text(
        en="Step curves over days, one for each group, with the numbers at risk below; the values are in the next "
        "table.",
        fr="Courbes en escalier selon les jours, une par groupe, avec les effectifs à risque ; valeurs dans le "
        "tableau suivant.",
    )
    title = Text(en="{title}: Kaplan–Meier", fr="{title} : Kaplan–Meier")
    return Figure(
        name=f"survival-{one.endpoint.name}",
        title=fill(title, title=one.endpoint.title),
        alt=alt,
        spec=CurveFigure(
            curves=curves,
            x_label=FROM_INFUSION if is_flare else FROM_REMISSION,
            y_label=fill(FREE if is_flare else STILL, title=one.endpoint.title),
            as_share=True,
            x_ticks=one.times,
            y_end=1.0,
            y_references=(ReferenceLine(0.5, Text(en="one half", fr="un demi")),),
            at_risk_label=Text(en="at risk", fr="à risque"),
            tick_label=Text(en="censored", fr="censuré"),
            band_label=Text(en="95% limits", fr="limites à 95 %"),
        ),
    )


def _curve(findings: Findings, one: EventTime, *, group: GroupCurve) -> Curve:
    people = [each for each in one.people if group.dose_level in (None, each.dose_level)]
    label = group_words(None) if group.dose_level is None else findings.dose(group.dose_level)
    has_band = group.dose_level is None
    return step_curve(group, people, label=label, has_band=has_band, illustrative=one.illustrative)


def step_curve(
    group: GroupCurve, people: Sequence[Followed], *, label: Words, has_band: bool, illustrative: bool
) -> Curve:
    """A Kaplan-Meier curve of the people given, with a tick where somebody was censored and the numbers at risk."""
    curve = group.curve
    points = [
        (0.0, 1.0),
        *((float(time), float(share)) for time, share in zip(curve.time, curve.survival, strict=True)),
    ]
    said = [survival_at(curve, float(time)) for time in curve.time]
    band = [(at.time, *at.limits) for at in said if at.limits is not None and 0 < at.survival < 1]
    censored = [person.days for person in people if person.outcome != "event"]
    return Curve(
        label=label,
        points=tuple(points),
        kind="step",
        band=tuple(band) if has_band else (),
        ticks=tuple(sorted(set(censored))),
        at_risk=tuple(at.at_risk for at in group.at),
        illustrative=illustrative,
    )


def _table(one: EventTime) -> Table:
    flag = one.illustrative
    rows = [
        (
            Cell(group_words(group.dose_level), emphasis=place == 0),
            Cell(group.n if place == 0 else ""),
            Cell(group.events if place == 0 else "", illustrative=flag and place == 0),
            Cell(median_of(group) if place == 0 else "", illustrative=flag and place == 0),
            Cell(Number(at.time, 0)),
            Cell(at.at_risk, illustrative=flag),
            Cell(share_at(group, place=place), illustrative=flag),
        )
        for group in one.groups
        for place, at in enumerate(group.at)
    ]
    notes = [one.endpoint.definition, HOW]
    who = fill(LEFT_OUT, who=", ".join(one.without))
    return Table(
        name=f"time-{one.endpoint.name}",
        title=fill(Text(en="{title}: time to event", fr="{title} : délai"), title=one.endpoint.title),
        columns=(
            Column("group", Text(en="Group", fr="Groupe")),
            Column("n", "n", "right"),
            Column("events", Text(en="Events", fr="Événements"), "right"),
            Column("median", Text(en="Median, days (95%)", fr="Médiane, jours (95 %)"), "right"),
            Column("day", Text(en="Day", fr="Jour"), "right"),
            Column("at_risk", Text(en="At risk", fr="À risque"), "right"),
            Column("share", Text(en="Share without (95% limits)", fr="Part indemne (limites à 95 %)"), "right")
            if one.endpoint.kind == "flare"
            else Column(
                "share", Text(en="Share still in it (95% limits)", fr="Part encore en (limites à 95 %)"), "right"
            ),
        ),
        rows=tuple(rows),
        notes=(*notes, *([who] if one.without else []), *([DEATHS] if one.competing is not None else [])),
    )


def median_of(group: GroupCurve) -> Text | Estimate:
    """The median with its limits; a limit that the curve does not reach is open."""
    if group.median is None:
        return Text(en="not reached", fr="non atteinte")
    low, high = (math.nan if one is None else one for one in group.median_limits)
    if math.isnan(low):
        return Estimate(group.median, math.nan, math.nan, 0)
    return Estimate(group.median, low, math.inf if math.isnan(high) else high, 0)


def share_at(group: GroupCurve, *, place: int) -> Estimate | None:
    """The share still without the event at one of the times, with its limits; None once nobody is followed."""
    at = group.at[place]
    if not at.followed:
        return None
    if at.limits is None or at.survival == 1.0:
        return Estimate(at.survival, math.nan, math.nan, 1, as_share=True)
    return Estimate(at.survival, *at.limits, 1, as_share=True)


def _competing_table(one: EventTime) -> Table:
    incidence = one.competing
    assert incidence is not None, "asked only where somebody died first"
    rows = tuple(
        (
            Cell(Number(float(time), 0)),
            Cell(int(incidence.at_risk[place])),
            Cell(Share(float(incidence.cumulative[place, 0]))),
            Cell(Share(float(incidence.cumulative[place, 1]))),
            Cell(Share(float(incidence.free[place]))),
        )
        for place, time in enumerate(incidence.time)
    )
    how = Text(
        en="Aalen–Johansen: a death without the event ends the time in which it could come, and is not counted as one "
        "in whom it still may. The three shares add up to 100%.",
        fr="Aalen–Johansen : un décès sans l'événement met fin au délai où il pouvait survenir. Les trois parts "
        "totalisent 100 %.",
    )
    title = Text(en="{title}, death competing", fr="{title}, décès en concurrence")
    return Table(
        name=f"competing-{one.endpoint.name}",
        title=fill(title, title=one.endpoint.title),
        columns=(
            Column("day", Text(en="Day", fr="Jour")),
            Column("at_risk", Text(en="At risk", fr="À risque"), "right"),
            Column("event", Text(en="Event", fr="Événement"), "right"),
            Column("died", Text(en="Died without it", fr="Décès sans l'événement"), "right"),
            Column("free", Text(en="Neither", fr="Ni l'un ni l'autre"), "right"),
        ),
        rows=rows,
        notes=(how,),
    )


def _spells_table(findings: Findings) -> Table:
    rows = [
        row for line in findings.lines for state in line.states if _followed(state) for row in _spell_rows(line, state)
    ]
    how = Text(
        en="Days from the first infusion. A spell runs from the first to the last visit with it; lost by: the visit "
        "that found it gone (none: not seen to end, the duration is censored).",
        fr="Jours depuis la première perfusion. Un épisode va de la première à la dernière visite où il est présent ; "
        "perdu au : visite qui a constaté sa fin (aucune : fin non observée, durée censurée).",
    )
    return Table(
        name="spells",
        title=Text(en="Spells, and the state at the last visit", fr="Épisodes, et état à la dernière visite"),
        columns=(
            Column("usubjid", Text(en="Participant", fr="Personne")),
            Column("level", Text(en="Dose level", fr="Palier"), "right"),
            Column("endpoint", Text(en="Endpoint", fr="Critère")),
            Column("from", Text(en="From day", fr="Du jour"), "right"),
            Column("to", Text(en="To day", fr="Au jour"), "right"),
            Column("days", Text(en="Days seen", fr="Jours observés"), "right"),
            Column("lost", Text(en="Lost by day", fr="Perdu au jour"), "right"),
            Column("last", Text(en="Last visit, day", fr="Dernière visite, jour"), "right"),
            Column("state", Text(en="With it then", fr="Présent alors")),
        ),
        rows=tuple(rows),
        notes=(how,),
    )


def _followed(state: StateSpells) -> bool:
    """Whether the protocol asks how long it lasts: a remission, or a response that is to be sustained."""
    return state.endpoint.kind == "remission" or state.endpoint.sustained_days is not None


def _spell_rows(line: Line, state: StateSpells) -> list[tuple[Cell, ...]]:
    flag = state.illustrative
    last = UNKNOWN if state.last_state is None else YES if state.last_state else NO
    who = (Cell(line.usubjid), Cell(line.dose_level), Cell(state.endpoint.title))
    end = (Cell(state.last_day, illustrative=flag), Cell(last, illustrative=flag))
    if not state.spells:
        return [(*who, *(Cell(None) for _ in range(4)), *end)]
    return [
        (
            *who,
            *(Cell(day, illustrative=flag) for day in (one.first, one.last, int(one.days()), one.absent_after)),
            *end,
        )
        for one in state.spells
    ]
