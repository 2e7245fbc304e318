"""The synopsis and the disposition of participants."""

from __future__ import annotations

from trialwright.report.documents.findings import DoseSet, Findings
from trialwright.report.documents.flow import flow_figure
from trialwright.report.model import (
    Block,
    Callout,
    Cell,
    Column,
    Fact,
    Filled,
    KeyFacts,
    Paragraph,
    Section,
    Table,
    doses_in_words,
    fill,
    row,
)
from trialwright.vocabulary.decisions import ACTIONS
from trialwright.vocabulary.words import Text

RECONSTRUCTED = Text(
    en="The record behind this report was reconstructed from published aggregates. Participant-level data were never "
    "published: dates, the order of participants, and which participant had which event are illustrative and marked †. "
    "Counts by dose level, events and their grades are published.",
    fr="Le registre à la base de ce rapport a été reconstitué à partir d'agrégats publiés. Les données individuelles "
    "n'ont jamais été publiées : les dates, l'ordre des personnes et la personne ayant présenté chaque événement sont "
    "illustratifs et marqués †. Les effectifs par palier, les événements et leurs grades sont publiés.",
)
CLOSED_BY = {
    "sponsor": Text(en="the sponsor", fr="le promoteur"),
    "board": Text(en="the safety board", fr="le comité de surveillance"),
    "investigator": Text(en="the investigator", fr="l'investigateur"),
    "rule": Text(en="a rule of the protocol", fr="une règle du protocole"),
    "planned": Text(en="completion of the planned enrolment", fr="l'atteinte de l'effectif prévu"),
}
CLOSED = Text(
    en="Enrolment was closed by {by} on {on}: “{reason}”. The reason {informative} the data of the trial.",
    fr="Les inclusions ont été closes par {by} le {on} : « {reason} ». Le motif {informative} aux données de l'essai.",
)
OPEN = Text(en="Enrolment is open.", fr="Les inclusions sont ouvertes.")
INFORMATIVE = {
    True: Text(en="has to do with", fr="est lié"),
    False: Text(en="has nothing to do with", fr="n'est pas lié"),
}


def synopsis(findings: Findings) -> Section:
    """One page: what was done, to whom, and what came out."""
    blocks: list[Block] = [Callout("illustrative", RECONSTRUCTED)] if findings.invented else []
    blocks += [KeyFacts(_facts(findings)), *_closing(findings)[:1], *_published(findings)]
    return Section("synopsis", Text(en="Synopsis", fr="Synopsis"), tuple(blocks))


def _facts(findings: Findings) -> tuple[Fact, ...]:
    case, toxicity = findings.case, findings.toxicity
    study, identity = case.study, case.study.identity
    dosing = study.dosing
    doses = DoseSet(doses_in_words(study.dose_levels, dosing.unit))
    registered = Text(en="{doses}; start at level {start}", fr="{doses} ; début au palier {start}")
    dlt = Text(
        en="{relation} adverse event of CTCAE grade {grade} or more, day {first} to day {last} of an infusion",
        fr="événement indésirable {relation} de grade CTCAE {grade} ou plus, du jour {first} au jour {last} d'une "
        "perfusion",
    )
    relation = {"related": Text(en="related", fr="lié au produit"), "any": Text(en="any", fr="quelconque")}[
        study.dlt.relation
    ]
    rate = toxicity.overall
    seen = (
        Cell(None)
        if rate.lower is None or rate.upper is None
        else Cell(_share(rate.count, rate.of, lower=rate.lower, upper=rate.upper))
    )
    doses_fact = Fact(
        Text(en="Dose levels", fr="Paliers de dose"), Cell(fill(registered, doses=doses, start=dosing.start_level))
    )
    facts = [
        Fact(Text(en="Trial", fr="Essai"), Cell(f"{identity.id} · {', '.join(identity.registry)}")),
        Fact(Text(en="Sponsor", fr="Promoteur"), Cell(identity.sponsor)),
        *([Fact(Text(en="Site", fr="Centre"), Cell(identity.site))] if identity.site else []),
        doses_fact,
        Fact(
            Text(en="Dose-limiting toxicity (DLT)", fr="Toxicité limitant la dose (DLT)"),
            Cell(
                fill(
                    dlt,
                    relation=relation,
                    grade=study.dlt.min_grade,
                    first=study.dlt.first_day,
                    last=study.dlt.last_day,
                )
            ),
        ),
        Fact(
            Text(en="Infused / planned", fr="Perfusées / prévues"), Cell(f"{len(case.infused)} / {identity.planned_n}")
        ),
        Fact(Text(en="DLT, with exact 95% interval", fr="DLT, avec intervalle exact à 95 %"), seen),
    ]
    if study.product is not None:
        facts.insert(facts.index(doses_fact), Fact(Text(en="Product", fr="Produit"), Cell(study.product.name)))
    facts += [_exceedance(findings, asked, probability=probability) for asked, probability in toxicity.exceedance]
    facts += _response_facts(findings)
    facts += _recommended(findings)
    facts.append(
        Fact(
            Text(en="Advice at the data cut", fr="Avis à la date d'extraction"),
            Cell(fill(ACTIONS[findings.advice.action], level=findings.advice.dose_level)),
        )
    )
    return tuple(facts)


RECOMMENDED = Text(
    en="Level the design recommends if the trial ends here (no decision)",
    fr="Palier que le plan recommande si l'essai s'arrête ici (sans décision)",
)
NONE_RECOMMENDED = Text(en="none", fr="aucun")
WITH_INTERVAL = Text(
    en="{level}; DLT {dlt} of {n}; posterior DLT rate {mean:percent1} ({lower:percent1} to {upper:percent1}, 90% "
    "interval)",
    fr="{level} ; DLT {dlt} sur {n} ; taux de DLT a posteriori {mean:percent1} ({lower:percent1} à {upper:percent1}, "
    "intervalle à 90 %)",
)
WITHOUT_POSTERIOR = Text(
    en="{level}; DLT {dlt} of {n}; this design has no posterior",
    fr="{level} ; DLT {dlt} sur {n} ; ce plan n'a pas d'a posteriori",
)


def _recommended(findings: Findings) -> list[Fact]:
    """What the design would recommend, with its uncertainty; nothing before anybody can be evaluated."""
    level = findings.advice.evidence.get("selected_if_stopped_now")
    if not isinstance(level, int) or not findings.toxicity.overall.of:
        return []
    if level == 0:
        return [Fact(RECOMMENDED, Cell(NONE_RECOMMENDED))]
    seen = findings.toxicity.levels[level - 1].evidence
    counted = {"level": findings.dose(level), "dlt": seen.n_dlt, "n": seen.n}
    if seen.mean is None or seen.lower is None or seen.upper is None:
        return [Fact(RECOMMENDED, Cell(fill(WITHOUT_POSTERIOR, **counted)))]
    words = fill(WITH_INTERVAL, **counted, mean=seen.mean, lower=seen.lower, upper=seen.upper)
    return [Fact(RECOMMENDED, Cell(words))]


def _share(count: int, of: int, *, lower: float, upper: float) -> Filled:
    words = Text(
        en="{count} of {of} = {share:percent1} ({lower:percent1} to {upper:percent1})",
        fr="{count} sur {of} = {share:percent1} ({lower:percent1} à {upper:percent1})",
    )
    return fill(words, count=count, of=of, share=count / of, lower=lower, upper=upper)


def _exceedance(findings: Findings, asked: float, *, probability: float) -> Fact:
    label = Text(
        en="P(DLT rate > {asked:percent0}), prior Beta({a:g}, {b:g})",
        fr="P(taux de DLT > {asked:percent0}), a priori Beta({a:g}, {b:g})",
    )
    a, b = findings.toxicity.prior
    return Fact(fill(label, asked=asked, a=a, b=b), Cell(fill(Text(en="{p:number3}", fr="{p:number3}"), p=probability)))


def _response_facts(findings: Findings) -> list[Fact]:
    facts = []
    for one in findings.responders:
        if one.rate.lower is not None and one.rate.upper is not None:
            value = _share(one.rate.count, one.rate.of, lower=one.rate.lower, upper=one.rate.upper)
            facts.append(Fact(one.endpoint.title, Cell(value)))
    return facts


def _closing(findings: Findings) -> list[Block]:
    closed = findings.case.state.closed
    if closed is None:
        return [Callout("info", OPEN)]
    event = closed.event
    sentence = fill(
        CLOSED, by=CLOSED_BY[event.by], on=event.on, reason=event.reason, informative=INFORMATIVE[event.informative]
    )
    planned, infused = findings.case.study.identity.planned_n, len(findings.case.infused)
    early = Text(
        en="{infused} of {planned} planned participants were infused.",
        fr="{infused} personnes sur {planned} prévues ont été perfusées.",
    )
    return [Callout("info", sentence), Paragraph(fill(early, infused=infused, planned=planned))]


def _published(findings: Findings) -> list[Block]:
    rows = tuple(row(one.label, one.value, one.source) for one in findings.case.study.published)
    if not rows:
        return []
    return [
        Table(
            name="published",
            title=Text(en="What is published about this trial", fr="Ce qui est publié sur cet essai"),
            columns=(
                Column("item", Text(en="Item", fr="Élément")),
                Column("value", Text(en="Published value", fr="Valeur publiée")),
                Column("source", Text(en="Source", fr="Source")),
            ),
            rows=rows,
        )
    ]


def disposition_section(findings: Findings) -> Section:
    """Who entered, by assigned dose level, and why the trial ended."""
    columns = [
        Column("level", Text(en="Assigned dose level", fr="Palier de dose assigné")),
        Column("enrolled", Text(en="Enrolled", fr="Incluses"), "right"),
        Column("infused", Text(en="Infused", fr="Perfusées"), "right"),
        Column("evaluable", Text(en="DLT-evaluable", fr="Évaluables pour la DLT"), "right"),
        Column("completed", Text(en="Completed follow-up", fr="Suivi complet"), "right"),
        Column("left_early", Text(en="Left early", fr="Sorties prématurées"), "right"),
        Column("not_infused", Text(en="of them never infused", fr="dont jamais perfusées"), "right"),
        Column("in_follow_up", Text(en="In follow-up", fr="En cours de suivi"), "right"),
    ]
    names = ("enrolled", "infused", "evaluable", "completed", "left_early", "not_infused", "in_follow_up")
    invented = findings.invented and any(
        one.ended is not None and one.ended.illustrative("completed")
        for one in findings.case.state.participants.values()
    )
    rows = [
        (
            Cell(findings.dose(one.dose_level)),
            *(Cell(getattr(one, name), illustrative=invented and name == "completed") for name in names),
        )
        for one in findings.disposition
    ]
    totals = [sum(getattr(one, name) for one in findings.disposition) for name in names]
    flags = [invented and name == "completed" for name in names]
    sums = (Cell(total, illustrative=flag, emphasis=True) for total, flag in zip(totals, flags, strict=True))
    rows.append((Cell(Text(en="Total", fr="Total"), emphasis=True), *sums))
    table = Table(
        name="disposition",
        title=Text(en="Participants by assigned dose level", fr="Personnes par palier de dose assigné"),
        columns=tuple(columns),
        rows=tuple(rows),
        notes=(_screening_note(findings), *_backfills(findings), *_reasons(findings)),
    )
    blocks = (flow_figure(findings), table, *_closing(findings))
    return Section("disposition", Text(en="Disposition", fr="Devenir des personnes"), blocks)


EVALUABLE = Text(
    en="DLT-evaluable: infused and observed for the whole window, or with a DLT. {screening}",
    fr="Évaluable pour la DLT : perfusée et observée pendant toute la fenêtre, ou ayant une DLT. {screening}",
)
NOT_HERE = Text(en="Screening is not part of this record.", fr="La sélection ne fait pas partie de ce registre.")
SCREENED = Text(
    en="Screened: {n}; of them enrolled: {enrolled}.", fr="Sélectionnées : {n}, dont incluses : {enrolled}."
)


def _screening_note(findings: Findings) -> Filled:
    state = findings.case.state
    screened = state.logs.screening.screened
    enrolled = sum(usubjid in screened for usubjid in state.participants)
    said = fill(SCREENED, n=len(screened), enrolled=enrolled) if screened else NOT_HERE
    return fill(EVALUABLE, screening=said)


def _backfills(findings: Findings) -> list[Filled]:
    words = Text(
        en="At level {level}, {backfill} of the {enrolled} enrolled were assigned as backfill, outside the cohorts.",
        fr="Au palier {level}, {backfill} des {enrolled} personnes incluses l'ont été en complément (backfill), hors "
        "cohorte.",
    )
    return [
        fill(words, level=one.dose_level, backfill=one.backfill, enrolled=one.enrolled)
        for one in findings.disposition
        if one.backfill
    ]


def _reasons(findings: Findings) -> list[Filled]:
    left = Text(en="{who} left early: {why}.", fr="{who} est sorti(e) prématurément : {why}.")
    before = Text(
        en="{who} left before any infusion and does not count for dose finding: {why}.",
        fr="{who} est sorti(e) avant toute perfusion et ne compte pas pour la recherche de dose : {why}.",
    )
    people = findings.case.state.participants
    return [
        fill(left if people[who].infusions else before, who=who, why=why or "–")
        for one in findings.disposition
        for who, why in one.reasons
    ]
