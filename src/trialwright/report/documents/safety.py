"""Dose-limiting toxicity."""

from __future__ import annotations

from itertools import compress

from trialwright.analysis.toxicity import ASKED_RATES, LevelToxicity, Rate, rate
from trialwright.report.documents.boundaries import boundary_table
from trialwright.report.documents.findings import Findings
from trialwright.report.model import (
    Block,
    Cell,
    Column,
    Estimate,
    Figure,
    Number,
    Section,
    Share,
    Table,
    Value,
    fill,
)
from trialwright.report.specifications import IntervalFigure, IntervalRow, ReferenceLine
from trialwright.vocabulary.words import Language, Text


def toxicity_section(findings: Findings) -> Section:
    """Dose-limiting toxicities by level, with what the design believes."""
    blocks: list[Block] = [toxicity_table(findings), _alone_table(findings), _plain_table(findings)]
    if any(one.evidence.mean is not None for one in findings.toxicity.levels):
        blocks.insert(1, _toxicity_figure(findings))
    if findings.toxicity.boundaries:
        blocks.append(boundary_table(findings))
    if findings.case.study.activity is not None:
        blocks.append(_activity_table(findings))
    return Section("toxicity", Text(en="Dose-limiting toxicity", fr="Toxicité limitant la dose"), tuple(blocks))


def toxicity_table(findings: Findings) -> Table:
    """DLTs by level with exact interval, posterior and the probability of being above the target."""
    target = findings.case.study.target
    above = fill(Text(en="P(rate > {target:percent0})", fr="P(taux > {target:percent0})"), target=target or 0.0)
    columns = [
        Column("level", Text(en="Dose level (as given)", fr="Palier de dose (reçue)")),
        Column("n", Text(en="Evaluable", fr="Évaluables"), "right"),
        Column("dlt", Text(en="DLT", fr="DLT"), "right"),
        Column(
            "rate", Text(en="Observed rate (exact 95% interval)", fr="Taux observé (intervalle exact à 95 %)"), "right"
        ),
        Column(
            "posterior",
            Text(en="Posterior mean (90% interval)", fr="Moyenne a posteriori (intervalle à 90 %)"),
            "right",
        ),
        Column("above", above, "right"),
    ]
    rows = [_toxicity_row(findings, one) for one in findings.toxicity.levels]
    total = findings.toxicity.overall
    rows.append(
        (
            Cell(Text(en="All levels", fr="Tous paliers"), emphasis=True),
            Cell(total.of),
            Cell(total.count),
            Cell(_rate(total)),
            *(Cell("") for _ in range(2)),
        )
    )
    kept = [True] * 4 + [any(one.evidence.mean is not None for one in findings.toxicity.levels)] + [target is not None]
    columns, rows = list(compress(columns, kept)), [tuple(compress(cells, kept)) for cells in rows]
    return Table(
        name="toxicity",
        title=Text(en="Dose-limiting toxicities by dose level", fr="Toxicités limitant la dose par palier"),
        columns=tuple(columns),
        rows=tuple(rows),
        notes=(
            Text(
                en="Observed rates with exact (Clopper–Pearson) two-sided 95% intervals; the posterior is that of "
                "the design.",
                fr="Taux observés avec intervalles bilatéraux exacts (Clopper–Pearson) à 95 % ; l'a posteriori est "
                "celui du plan d'escalade.",
            ),
            *(about.note for about in findings.case.study.noted("design")),
        ),
    )


def _alone_table(findings: Findings) -> Table:
    """Each dose level by itself, for a reader who does not want to borrow from the others."""
    rows = tuple(
        (
            Cell(findings.dose(one.evidence.dose_level)),
            Cell(one.evidence.n),
            Cell(one.evidence.n_dlt),
            Cell(Estimate(one.alone.mean, one.alone.lower, one.alone.upper, 1, as_share=True)),
            *(Cell(Share(above)) for above in one.alone.above),
        )
        for one in findings.toxicity.levels
    )
    a, b = findings.toxicity.prior
    return Table(
        name="toxicity-alone",
        title=fill(ALONE, a=a, b=b),
        columns=(
            Column("level", Text(en="Dose level (as given)", fr="Palier de dose (reçue)")),
            Column("n", Text(en="Evaluable", fr="Évaluables"), "right"),
            Column("dlt", Text(en="DLT", fr="DLT"), "right"),
            Column("posterior", Text(en="Mean (90% interval)", fr="Moyenne (intervalle à 90 %)"), "right"),
            *(
                Column(f"above_{place}", fill(ABOVE, rate=rate), "right")
                for place, rate in enumerate(ASKED_RATES, start=1)
            ),
        ),
        rows=rows,
        notes=(BORROWS_NOTHING,),
    )


ALONE = Text(
    en="Each dose level alone: posterior of the DLT rate, prior Beta({a:g}, {b:g})",
    fr="Chaque palier seul : a posteriori du taux de DLT, a priori Beta({a:g}, {b:g})",
)
ABOVE = Text(en="P(rate > {rate:percent0})", fr="P(taux > {rate:percent0})")
BORROWS_NOTHING = Text(
    en="Nothing is borrowed from other levels or from the design; where nobody is evaluable this is the prior.",
    fr="Rien n'est emprunté aux autres paliers ni au plan d'escalade ; sans personne évaluable, c'est l'a priori.",
)


def _activity_table(findings: Findings) -> Table:
    """Activity by level, as dose finding counts it: of those whose activity is known."""
    study = findings.case.study
    columns = (
        Column("level", Text(en="Dose level (as given)", fr="Palier de dose (reçue)")),
        Column("n", Text(en="Evaluable for DLT", fr="Évaluables pour la DLT"), "right"),
        Column("known", Text(en="Activity known", fr="Activité connue"), "right"),
        Column("active", Text(en="With activity", fr="Avec activité"), "right"),
        Column(
            "rate", Text(en="Observed rate (exact 95% interval)", fr="Taux observé (intervalle exact à 95 %)"), "right"
        ),
    )
    seen = [one.evidence for one in findings.toxicity.levels]
    rows = tuple(
        (
            Cell(findings.dose(one.dose_level)),
            Cell(one.n),
            Cell(one.n_judged),
            Cell(one.n_active),
            Cell(_rate(rate(one.n_active or 0, one.n_judged or 0))),
        )
        for one in seen
    )
    definition = Text(en="Activity: {what}.", fr="Activité : {what}.")
    unknown = Text(
        en="Activity that is not known is not counted as absent.",
        fr="Une activité qui n'est pas connue n'est pas comptée comme absente.",
    )
    looked_at = Text(en="The dose design decides by DLTs alone.", fr="Le plan d'escalade décide par les seules DLT.")
    said = Text(
        en=definition.said("en", what=study.activity_said("en")),
        fr=definition.said("fr", what=study.activity_said("fr")),
    )
    return Table(
        name="activity",
        title=Text(en="Activity by dose level, as dose finding counts it", fr="Activité par palier de dose"),
        columns=columns,
        rows=rows,
        notes=(said, unknown) if study.looks_at_activity else (said, unknown, looked_at),
    )


def _toxicity_row(findings: Findings, one: LevelToxicity) -> tuple[Cell, ...]:
    seen = one.evidence
    known = seen.mean is not None and seen.lower is not None and seen.upper is not None
    posterior = Estimate(seen.mean or 0.0, seen.lower or 0.0, seen.upper or 0.0, 1, as_share=True) if known else None
    return (
        Cell(findings.dose(seen.dose_level)),
        Cell(seen.n),
        Cell(seen.n_dlt),
        Cell(_rate(one.rate)),
        Cell(posterior),
        Cell(None if seen.above_target is None else Share(seen.above_target)),
    )


def _rate(rate: Rate) -> Value:
    if rate.lower is None or rate.upper is None:
        return None
    return Estimate(rate.count / rate.of, rate.lower, rate.upper, 1, as_share=True)


def _toxicity_figure(findings: Findings) -> Figure:
    target = findings.case.study.target
    count = Text(en="{dlt} of {n}", fr="{dlt} sur {n}")
    above = Text(en="{p:percent0}", fr="{p:percent0}")
    rows = tuple(
        IntervalRow(
            label=findings.dose(one.evidence.dose_level),
            value=one.evidence.mean,
            lower=one.evidence.lower,
            upper=one.evidence.upper,
            count=fill(count, dlt=one.evidence.n_dlt, n=one.evidence.n),
            annotation="" if one.evidence.above_target is None else fill(above, p=one.evidence.above_target),
        )
        for one in findings.toxicity.levels
    )
    label = Text(en="target {target:percent0}", fr="cible {target:percent0}")
    title = Text(en="Posterior DLT rate by dose level", fr="Taux de DLT a posteriori par palier de dose")
    return Figure(
        name="posterior",
        title=title,
        alt=_toxicity_alt(findings),
        spec=IntervalFigure(
            rows=rows,
            axis_label=Text(
                en="DLT rate: posterior mean and 90% interval",
                fr="Taux de DLT : moyenne a posteriori et intervalle à 90 %",
            ),
            row_label=Text(en="Dose level", fr="Palier de dose"),
            count_label=Text(en="DLT", fr="DLT"),
            annotation_label=Text(en="P(above target)", fr="P(au-dessus de la cible)"),
            reference=None if target is None else ReferenceLine(target, fill(label, target=target)),
        ),
    )


class _Alt:
    """The figure in words, level by level, for a reader who cannot see it."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    def said(self, language: Language, /) -> str:
        """One sentence per dose level."""
        words = Text(
            en="{level}: posterior mean {mean:percent1}, 90% interval {lower:percent1} to {upper:percent1}.",
            fr="{level} : moyenne a posteriori {mean:percent1}, intervalle à 90 % {lower:percent1} à {upper:percent1}.",
        )
        return " ".join(
            words.said(
                language,
                level=self.findings.dose(one.evidence.dose_level).said(language),
                mean=one.evidence.mean,
                lower=one.evidence.lower,
                upper=one.evidence.upper,
            )
            for one in self.findings.toxicity.levels
            if one.evidence.mean is not None
        )


def _toxicity_alt(findings: Findings) -> _Alt:
    return _Alt(findings)


def _plain_table(findings: Findings) -> Table:
    toxicity = findings.toxicity
    a, b = toxicity.prior
    title = Text(
        en="How little these data exclude: posterior of the DLT rate over all levels, prior Beta({a:g}, {b:g})",
        fr="Ce que ces données n'excluent pas : a posteriori du taux de DLT, tous paliers, a priori Beta({a:g}, {b:g})",
    )
    asked = Text(en="True DLT rate above {rate:percent0}", fr="Taux réel de DLT supérieur à {rate:percent0}")
    return Table(
        name="exceedance",
        title=fill(title, a=a, b=b),
        columns=(
            Column("statement", Text(en="Statement", fr="Énoncé")),
            Column("probability", Text(en="Probability", fr="Probabilité"), "right"),
        ),
        rows=tuple((Cell(fill(asked, rate=rate)), Cell(Number(value, 3))) for rate, value in toxicity.exceedance),
        notes=(
            Text(
                en="No event in a few people is not proof of safety: this prior gives every rate from 0 to 100% the "
                "same weight beforehand.",
                fr="L'absence d'événement chez quelques personnes ne prouve pas la sécurité : cet a priori donne au "
                "départ le même poids à tout taux de 0 à 100 %.",
            ),
        ),
    )
