"""Enrolment ended early: what was planned, what is lost, and every result the missing participants could have had."""

from __future__ import annotations

from trialwright.operating.early_end import EarlyEnd, Possibility, Power, Share as Shared
from trialwright.report.documents.findings import NO, YES, Findings
from trialwright.report.model import (
    Block,
    Callout,
    Cell,
    Column,
    Estimate,
    Figure,
    Filled,
    Joined,
    Paragraph,
    Section,
    Share,
    Table,
    Words,
    fill,
)
from trialwright.report.specifications import Curve, CurveFigure
from trialwright.vocabulary.words import Text

TITLE = Text(en="Enrolment ended early", fr="Fin anticipée des inclusions")
LEAD = Text(
    en="Enrolment was closed on {on} by the {by} with {treated} of {planned} planned participants treated "
    "(“{reason}”). {informative}",
    fr="Les inclusions ont été closes le {on} par {by}, {treated} personnes traitées sur {planned} prévues (« "
    "{reason} »). {informative}",
)
NOT_INFORMATIVE = Text(
    en="The record says that the trial's own data were not the reason: the end carries no information on toxicity, "
    "and the analysis conditions on the participants there are.",
    fr="Le registre indique que les données de l'essai n'en sont pas la raison : cette fin n'apporte pas "
    "d'information sur la toxicité, et l'analyse porte sur les personnes présentes.",
)
INFORMATIVE = Text(
    en="The record says that the trial's own data were the reason: intervals and posteriors do not account for that, "
    "and the missing participants are not missing at random.",
    fr="Le registre indique que les données de l'essai en sont la raison : intervalles et lois a posteriori n'en "
    "tiennent pas compte, et les personnes manquantes ne le sont pas au hasard.",
)
BY = {
    "sponsor": Text(en="sponsor", fr="le promoteur"),
    "board": Text(en="safety board", fr="le comité de surveillance"),
    "investigator": Text(en="investigator", fr="l'investigateur"),
    "recruitment": Text(en="trial for lack of recruitment", fr="l'essai faute de recrutement"),
    "rule": Text(en="protocol's own rule", fr="la règle du protocole"),
    "planned": Text(en="trial as planned", fr="l'essai comme prévu"),
}
PLANNED = Text(
    en="As planned, the DLT rate would have been estimated from {planned} participants. With {count} of {of} the "
    "exact 95% interval is {width:percent1} wide; with as many more as are missing, and no further DLT, it would have "
    "been {least:percent1} wide.",
    fr="Comme prévu, le taux de DLT aurait été estimé sur {planned} personnes. Avec {count} sur {of}, l'intervalle "
    "exact à 95 % a une largeur de {width:percent1} ; avec les personnes manquantes et aucune DLT de plus, elle "
    "aurait été de {least:percent1}.",
)
NEXT = Text(
    en="Were enrolment open, the next participant would have been treated at {dose}.",
    fr="Si les inclusions étaient ouvertes, la personne suivante aurait été traitée au {dose}.",
)
NO_NEXT = Text(
    en="The protocol itself would have treated nobody else: nothing is missing from its decisions.",
    fr="Le protocole lui-même n'aurait traité personne d'autre : rien ne manque à ses décisions.",
)
CHANGES = Text(
    en="Of all results the missing {missing} could have had, those that change the recommendation ({selected}) have a "
    "predictive probability of {changed:percent1}; those in which a rule of safety would have spoken, or no level "
    "would have been left, {stopped:percent1}.",
    fr="Parmi tous les résultats possibles des {missing} personnes manquantes, ceux qui changent la recommandation "
    "({selected}) ont une probabilité prédictive de {changed:percent1} ; ceux où une règle de sécurité se serait "
    "exprimée, ou sans palier restant, {stopped:percent1}.",
)
NONE = Text(en="no dose level", fr="aucun palier")
BY_MODEL = Text(
    en="Probability: posterior predictive of the design's own model, one participant after the other, all results "
    "enumerated; they add up to 100%. Levels and recommendations by the same decision function as in the trial.",
    fr="Probabilité : loi prédictive a posteriori du modèle du plan, une personne après l'autre, tous les résultats "
    "énumérés ; leur total est de 100 %. Paliers et doses recommandées par la même fonction de décision que dans "
    "l'essai.",
)
BY_BETA = Text(
    en="Probability: posterior predictive with a Beta({a:plain}, {b:plain}) prior at each level alone, because the "
    "design keeps no posterior; all results enumerated, they add up to 100%. Levels and recommendations by the same "
    "decision function as in the trial.",
    fr="Probabilité : loi prédictive a posteriori avec un a priori Beta({a:plain} ; {b:plain}) à chaque palier, le "
    "plan n'ayant pas de loi a posteriori ; tous les résultats énumérés, leur total est de 100 %. Paliers et doses "
    "recommandées par la même fonction de décision que dans l'essai.",
)
OVERALL = Text(
    en="DLT rate over all levels together: exact (Clopper–Pearson) interval; P(above target) after the prior "
    "Beta({a:plain}, {b:plain}).",
    fr="Taux de DLT tous paliers confondus : intervalle exact (Clopper–Pearson) ; P(au-dessus de la cible) après l'a "
    "priori Beta({a:plain} ; {b:plain}).",
)
TOO_MANY = Text(
    en="Not every result of the missing participants could be followed: {why}.",
    fr="Tous les résultats des personnes manquantes n'ont pu être suivis : {why}.",
)
SAME_POWER = Text(
    en="The same for both numbers: with these rules nothing can stop the trial between {treated} and {planned} "
    "participants.",
    fr="Identique pour les deux effectifs : avec ces règles, rien ne peut arrêter l'essai entre {treated} et "
    "{planned} personnes.",
)
NOT_ASKED = Text(
    en="The probability that the trial stops for safety is not shown: it cannot be enumerated exactly for this design.",
    fr="La probabilité d'un arrêt pour sécurité n'est pas présentée : elle ne peut être énumérée exactement pour ce "
    "plan.",
)
NEVER = Text(
    en="Under its rules this trial never stops for safety before the planned number, at any true DLT rate up to "
    "{most:percent0}: the early end costs it no such protection.",
    fr="Avec ses règles, cet essai ne s'arrête jamais pour sécurité avant l'effectif prévu, pour tout vrai taux de "
    "DLT jusqu'à {most:percent0} : la fin anticipée ne lui ôte aucune protection de ce type.",
)
NO_LEVEL_LEFT = Text(en="yes: no level is left", fr="oui : plus aucun palier")
FOR_SAFETY = Text(
    en="For safety: by a rule that judges it, or before the planned number with no dose level left to recommend. "
    "Exact.",
    fr="Pour sécurité : par une règle qui la juge, ou avant l'effectif prévu sans palier à recommander. Exact.",
)


def early_end_section(findings: Findings) -> Section | None:
    """What the early end costs; None where enrolment is open or the planned number was treated."""
    one = findings.early_end
    if one is None:
        return None
    blocks: list[Block] = [Paragraph(_lead(one))]
    if one.refused is not None:
        blocks.append(Callout("warning", fill(TOO_MANY, why=one.refused)))
    else:
        blocks += [Paragraph(_next(findings, one)), _table(findings, one), Paragraph(_changes(findings, one))]
    blocks.append(_power(one))
    return Section("early-end", TITLE, tuple(blocks))


def _lead(one: EarlyEnd) -> Words:
    informative = INFORMATIVE if one.closed.informative else NOT_INFORMATIVE
    lead = fill(
        LEAD,
        on=one.closed.on,
        by=BY[one.closed.by],
        treated=one.treated,
        planned=one.planned,
        reason=one.closed.reason,
        informative=informative,
    )
    none = [each.share for each in one.possibilities if sum(each.added_dlt) == 0 < sum(each.added)]
    if not none or not one.share.of:
        return lead
    said = {"planned": one.planned, "count": one.share.count, "of": one.share.of}
    lost = fill(PLANNED, **said, width=one.share.width, least=none[0].width)
    return Joined((lead, lost), " ")


def _next(findings: Findings, one: EarlyEnd) -> Words:
    return fill(NEXT, dose=findings.dose(one.next_level)) if one.next_level else NO_NEXT


def _selected(findings: Findings, level: int) -> Words:
    return findings.dose(level) if level else NONE


def _changes(findings: Findings, one: EarlyEnd) -> Filled:
    said = {"missing": one.missing, "selected": _selected(findings, one.selected)}
    return fill(CHANGES, **said, changed=one.changed, stopped=one.stopped)


def _table(findings: Findings, one: EarlyEnd) -> Table:
    target = findings.case.study.target
    above = Text(en="P(rate > {rate:percent0})", fr="P(taux > {rate:percent0})")
    columns = [
        Column("added", Text(en="The missing: DLT / treated", fr="Manquants : DLT / traités")),
        Column("probability", Text(en="Probability", fr="Probabilité"), "right"),
        Column("selected", Text(en="Recommended", fr="Recommandé")),
        Column("changes", Text(en="Changes it", fr="La change")),
        Column("safety", Text(en="Rule of safety", fr="Règle de sécurité")),
        Column("rate", Text(en="DLT rate (exact 95%)", fr="Taux de DLT (exact à 95 %)"), "right"),
        Column("width", Text(en="Width", fr="Largeur"), "right"),
    ]
    columns += [] if target is None else [Column("above", fill(above, rate=target), "right")]
    prior = {"a": one.prior[0], "b": one.prior[1]}
    return Table(
        name="early-end",
        title=Text(
            en="What the missing participants could have changed", fr="Ce que les manquants auraient pu changer"
        ),
        columns=tuple(columns),
        rows=(_now(findings, one), *(_row(findings, one, each=each) for each in one.possibilities)),
        notes=(BY_MODEL if one.model else fill(BY_BETA, **prior), fill(OVERALL, **prior)),
    )


def _now(findings: Findings, one: EarlyEnd) -> tuple[Cell, ...]:
    now = Text(en="as it is: none", fr="tel quel : aucun")
    cells = [Cell(now, emphasis=True), Cell(None), Cell(_selected(findings, one.selected)), Cell(None), Cell(None)]
    return (*cells, *_share(findings, one.share))


def _share(findings: Findings, share: Shared) -> list[Cell]:
    if not share.of:
        return [Cell(None) for _ in range(2 if findings.case.study.target is None else 3)]
    rate = Estimate(share.count / share.of, share.lower, share.upper, 1, as_share=True)
    cells = [Cell(rate), Cell(Share(share.width))]
    return cells if share.above_target is None else [*cells, Cell(Share(share.above_target))]


def _row(findings: Findings, one: EarlyEnd, *, each: Possibility) -> tuple[Cell, ...]:
    at = Text(en="{dlt}/{n} at level {level}", fr="{dlt}/{n} au palier {level}")
    groups = tuple(
        fill(at, dlt=dlt, n=n, level=level)
        for level, (n, dlt) in enumerate(zip(each.added, each.added_dlt, strict=True), start=1)
        if n
    )
    changes = each.selected != one.selected
    safety = Joined(tuple(each.safety), " ") if each.safety else NO_LEVEL_LEFT if each.is_for_safety else NO
    return (
        Cell(Joined(groups) if groups else Text(en="nobody", fr="personne")),
        Cell(Share(each.probability)),
        Cell(_selected(findings, each.selected)),
        Cell(YES if changes else NO, emphasis=changes),
        Cell(safety),
        *_share(findings, each.share),
    )


def _power(one: EarlyEnd) -> Block:
    if one.power is None:
        return Paragraph(NOT_ASKED)
    if not any((*one.power.planned, *one.power.treated)):
        return Paragraph(fill(NEVER, most=max(one.power.rates)))
    return _power_figure(one, one.power)


def _power_figure(one: EarlyEnd, power: Power) -> Figure:
    name = Text(en="planned for {n}", fr="prévu pour {n}")
    either = Text(en="planned for {treated} or {n}", fr="prévu pour {treated} ou {n}")
    shared = power.planned == power.treated
    notes: list[Words] = [FOR_SAFETY]
    notes += [fill(SAME_POWER, treated=one.treated, planned=one.planned)] if shared else []
    words = fill(either if shared else name, n=one.planned, treated=one.treated)
    curves = [Curve(words, tuple(zip(power.rates, power.planned, strict=True)))]
    if not shared:
        curves.append(Curve(fill(name, n=one.treated), tuple(zip(power.rates, power.treated, strict=True))))
    label = Text(en="probability of a stop for safety", fr="probabilité d'un arrêt pour sécurité")
    return Figure(
        name="early-end-power",
        title=Text(
            en="Probability that the trial stops for safety",
            fr="Probabilité que l'essai s'arrête pour sécurité",
        ),
        alt=Text(
            en="Curves over the true DLT rate, the same at every level: the trial as planned, and planned for as many "
            "as were treated. Exact.",
            fr="Courbes selon le vrai taux de DLT, le même à chaque palier : essai prévu, et prévu pour les personnes "
            "traitées. Exact.",
        ),
        spec=CurveFigure(
            curves=tuple(curves),
            x_label=Text(en="true DLT rate, the same at every level", fr="vrai taux de DLT, le même à chaque palier"),
            y_label=fill(Text(en="{label}, {words}", fr="{label}, {words}"), label=label, words=words)
            if shared
            else label,
            as_share=True,
            x_as_share=True,
        ),
        notes=tuple(notes),
    )
