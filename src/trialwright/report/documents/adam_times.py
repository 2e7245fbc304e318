"""Time to event in somebody else's trial, laid out: events and medians, hazard ratios, numbers at risk."""

from __future__ import annotations

import math

from trialwright.analysis.adam.results import Answer, Lookup
from trialwright.analysis.adam.summaries import ALL_ARMS, against
from trialwright.analysis.adam.time_to_event import QUARTILES, TABLE
from trialwright.report.documents.adam_cells import P
from trialwright.report.documents.adam_layout import Told, notes_of, table
from trialwright.report.model import (
    Block,
    Cell,
    Column,
    Count,
    Estimate,
    Figure,
    Number,
    Section,
    Table,
    Value,
    Words,
    fill,
)
from trialwright.report.specifications.curves import Curve, CurveFigure
from trialwright.vocabulary.words import Text

SECTION = Text(en="Time to event", fr="Temps jusqu'à l'évènement")
TITLE = Text(en="{title}", fr="{title}")
CURVES = Text(en="{title}: Kaplan-Meier curves", fr="{title} : courbes de Kaplan-Meier")
CURVES_ALT = Text(
    en="Share without the event over time by arm: {title}; the table after it gives the numbers.",
    fr="Part sans évènement au cours du temps par bras : {title} ; le tableau qui suit donne les nombres.",
)
SHARE = Text(en="Without the event", fr="Sans évènement")
AT_RISK_LABEL = Text(en="At risk", fr="À risque")
TICK = Text(en="censored", fr="censuré")
BAND = Text(en="{level:percent0} limits", fr="limites à {level:percent0}")
NOBODY = Text(en="Nobody was followed.", fr="Personne n'a été suivi.")
AT_RISK = Text(
    en="{title}: numbers at risk and share without the event", fr="{title} : à risque et part sans évènement"
)
ROW = Text(en="Statistic", fr="Statistique")
TIME = Text(en="Time", fr="Temps")
WITH = Text(en="With the event", fr="Avec l'évènement")
CENSORED = Text(en="Censored", fr="Censurés")
QUARTILE_ROWS = {
    "25%": Text(en="25% have had it by (limits)", fr="25 % l'ont eu avant (limites)"),
    "median": Text(en="Median (limits)", fr="Médiane (limites)"),
    "75%": Text(en="75% have had it by (limits)", fr="75 % l'ont eu avant (limites)"),
}
RATIO = Text(en="Hazard ratio v {reference} (limits)", fr="Rapport de risques contre {reference} (limites)")
RATIO_P = Text(en="P, hazard ratio", fr="P, rapport de risques")
LOG_RANK = Text(en="P, log-rank v {reference}", fr="P, log-rank contre {reference}")
LOG_RANK_ALL = Text(en="P, log-rank, all arms", fr="P, log-rank, tous les bras")
METHODS = Text(
    en="Population: {flag}. Kaplan-Meier with log-log limits of {level:percent0}; Cox with Efron's ties. A limit "
    "that is not reached is shown as ∞. Whoever is censored at a time is still at risk then.",
    fr="Population : {flag}. Kaplan-Meier, limites log-log à {level:percent0} ; Cox, ex æquo selon Efron. Une limite "
    "supérieure non atteinte est notée ∞. Qui est censuré à un temps y est encore à risque.",
)
RISK = Text(en="{arm}: at risk", fr="{arm} : à risque")
WITHOUT = Text(en="{arm}: without the event (limits)", fr="{arm} : sans évènement (limites)")


def times_section(told: Told) -> Section | None:
    """One pair of tables for each parameter; None where there is none."""
    answer = told.answer(TABLE)
    if answer is None:
        return None
    blocks: list[Block] = []
    for item in dict.fromkeys(one.item for one in answer.results):
        own = Answer(TABLE, [one for one in answer.results if one.item == item], answer.notes)
        blocks += [_summary(told, own, item=item), _figure(told, own, item=item), _at_risk(told, own, item=item)]
    if not blocks and not answer.notes:
        return None
    if not blocks:
        blocks.append(
            table(TABLE, SECTION, columns=[Column("statistic", ROW)], rows=(), notes=notes_of(answer), empty=SECTION)
        )
    return Section("time-to-event", SECTION, tuple(blocks))


def _methods(told: Told, answer: Answer) -> Words:
    return fill(METHODS, flag=answer.results[0].population, level=told.trial.settings.confidence)


def _sizes(told: Told, lookup: Lookup, *, item: tuple[str, ...]) -> dict[str, int]:
    return {arm: int(lookup.value(item, arm, statistic="n")) for arm in told.trial.arms}


def _summary(told: Told, answer: Answer, *, item: tuple[str, ...]) -> Table:
    lookup, arms, reference = Lookup(answer.results), told.trial.arms, told.trial.reference
    sizes = _sizes(told, lookup, item=item)
    columns = [Column("statistic", ROW)]
    columns += [Column(f"arm_{place}", arm, "right", big_n=sizes[arm]) for place, arm in enumerate(arms, 1)]

    def counted(name: str) -> list[Cell]:
        return [Cell(Count(int(lookup.value(item, arm, statistic=name)), sizes[arm])) for arm in arms]

    rows = [(Cell(WITH), *counted("events")), (Cell(CENSORED), *counted("censored"))]
    for _, name in QUARTILES:
        rows.append((Cell(QUARTILE_ROWS[name]), *(Cell(_quantile(lookup, item, arm=arm, name=name)) for arm in arms)))
    if len(arms) > 1:
        compared = [against(arm, reference) if arm != reference else "" for arm in arms]
        rows.append(
            (Cell(fill(RATIO, reference=reference)), *(Cell(_ratio(lookup, item, group=one)) for one in compared))
        )
        for label, statistic in ((RATIO_P, "hazard ratio p"), (fill(LOG_RANK, reference=reference), "log-rank p")):
            ps = (lookup.value(item, one, statistic=statistic) for one in compared)
            rows.append((Cell(label), *(Cell(P(p) if math.isfinite(p) else "") for p in ps)))
        whole = lookup.value(item, ALL_ARMS, statistic="log-rank p")
        if math.isfinite(whole):
            rows.append((Cell(LOG_RANK_ALL), *[Cell("")] * (len(arms) - 1), Cell(P(whole))))
    name = f"{item[0]}_{item[1]}".lower()
    title = told.title_of(*item[:2])
    return table(name, title, columns=columns, rows=rows, notes=notes_of(answer, _methods(told, answer)))


def _quantile(lookup: Lookup, item: tuple[str, ...], *, arm: str, name: str) -> Value:
    found, low, high = (lookup.value(item, arm, statistic=one) for one in (name, f"{name} lower", f"{name} upper"))
    if not math.isfinite(found) and not math.isfinite(low):
        return None
    middle = found if math.isfinite(found) else math.inf
    return Estimate(middle, low, high if math.isfinite(high) else math.inf, decimals=1)


def _ratio(lookup: Lookup, item: tuple[str, ...], *, group: str) -> Value:
    names = ("hazard ratio", "hazard ratio lower", "hazard ratio upper")
    ratio, low, high = (lookup.value(item, group, statistic=name) for name in names)
    return Estimate(ratio, low, high) if math.isfinite(ratio) else ""


def _figure(told: Told, answer: Answer, *, item: tuple[str, ...]) -> Figure:
    """The Kaplan-Meier curves with numbers at risk below."""
    ticks = tuple(dict.fromkeys(float(one.visit) for one in answer.results if one.statistic == "at risk"))
    curves = [_curve(answer, arm, item=item) for arm in told.trial.arms]
    title = told.title_of(*item[:2])
    return Figure(
        name=f"{item[0]}_{item[1]}_curves".lower(),
        title=fill(CURVES, title=title),
        alt=fill(CURVES_ALT, title=title),
        spec=CurveFigure(
            curves=tuple(curve for curve in curves if curve is not None),
            x_label=TIME,
            y_label=SHARE,
            as_share=True,
            x_ticks=ticks,
            y_end=1.0,
            at_risk_label=AT_RISK_LABEL,
            tick_label=TICK,
            band_label=fill(BAND, level=told.trial.settings.confidence),
        ),
        notes=(_methods(told, answer),),
        empty=NOBODY,
    )


def _curve(answer: Answer, arm: str, *, item: tuple[str, ...]) -> Curve | None:
    """The curve of one arm; None where nobody was followed."""
    own = [one for one in answer.results if one.group == arm and one.item == item]
    at_risk = tuple(int(one.value) for one in own if one.statistic == "at risk")
    if not at_risk:
        return None
    steps = [(float(one.visit), one.value) for one in own if one.statistic == "curve"]
    low = {one.visit: one.value for one in own if one.statistic == "curve lower"}
    high = {one.visit: one.value for one in own if one.statistic == "curve upper"}
    censored = tuple(float(one.visit) for one in own if one.statistic == "censored at")
    last = max([moment for moment, _ in steps] + list(censored))
    points = [(0.0, 1.0), *steps]
    band = [(0.0, 1.0, 1.0)] + [(float(when), low[when], high[when]) for when in low]
    return Curve(
        label=arm,
        points=(*points, (last, points[-1][1])) if last > points[-1][0] else tuple(points),
        kind="step",
        band=(*band, (last, *band[-1][1:])) if last > band[-1][0] else tuple(band),
        ticks=censored,
        at_risk=at_risk,
    )


def _at_risk(told: Told, answer: Answer, *, item: tuple[str, ...]) -> Table:
    lookup, arms = Lookup(answer.results), told.trial.arms
    columns = [Column("time", TIME, "right")]
    columns += [Column(f"at_risk_{place}", fill(RISK, arm=arm), "right") for place, arm in enumerate(arms, 1)]
    columns += [Column(f"without_{place}", fill(WITHOUT, arm=arm), "right") for place, arm in enumerate(arms, 1)]
    rows = []
    for when in dict.fromkeys(one.visit for one in answer.results if one.statistic == "at risk"):
        at_risk = (lookup.find(item, arm, statistic="at risk", visit=when) for arm in arms)
        shares = (_without(lookup, item, arm=arm, when=when) for arm in arms)
        cells = (Cell(None if one is None else int(one.value)) for one in at_risk)
        rows.append((Cell(Number(float(when), 0 if float(when).is_integer() else 1)), *cells, *map(Cell, shares)))
    title = fill(AT_RISK, title=told.title_of(*item[:2]))
    return table(
        f"{item[0]}_{item[1]}_at_risk".lower(), title, columns=columns, rows=rows, notes=(_methods(told, answer),)
    )


def _without(lookup: Lookup, item: tuple[str, ...], *, arm: str, when: str) -> Value:
    names = ("survival", "survival lower", "survival upper")
    share, low, high = (lookup.value(item, arm, statistic=name, visit=when) for name in names)
    return Estimate(share, low, high, decimals=1, as_share=True) if math.isfinite(share) else None
