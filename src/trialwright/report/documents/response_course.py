"""Endpoints over the visits: responders by both rules for the missing, the posterior, and who kept the response."""

from __future__ import annotations

from trialwright.analysis.response_course import EndpointCourse, Posterior, VisitResponse
from trialwright.analysis.toxicity import Rate
from trialwright.report.documents.activity import group_words
from trialwright.report.documents.activity_figures import visit_words
from trialwright.report.documents.findings import Findings
from trialwright.report.model import Block, Cell, Column, Count, Estimate, Paragraph, Section, Table, Words, fill
from trialwright.vocabulary.words import Text

TITLE = Text(en="Responses over the visits", fr="Réponses au fil des visites")
NONE_ASSESSED = Text(
    en="{title}: no answer is known, and no visit at which one was due has passed.",
    fr="{title} : aucune réponse n'est connue, et aucune visite où elle était attendue n'est échue.",
)
MISSING = Text(
    en="Participants infused. Observed: of those with an answer. Non-responder imputation: of everybody whose visit "
    "has passed by the data cut; no answer counts as not met, whatever the reason (missed, left, died). Other "
    "treatment in between counts as it was recorded. Exact: Clopper–Pearson.",
    fr="Personnes perfusées. Observé : parmi les personnes évaluées. Non-réponse imputée : parmi toutes celles dont "
    "la visite est échue à la date d'extraction ; l'absence de réponse vaut échec, quel qu'en soit le motif (visite "
    "manquée, sortie, décès). Un autre traitement entre-temps compte comme il a été enregistré. Exact : "
    "Clopper–Pearson.",
)
NO_IMPUTATION = Text(
    en="Nobody is imputed as free of flare: only the observed share is shown.",
    fr="Aucune absence de poussée n'est imputée : seule la part observée est présentée.",
)
PRIOR = Text(
    en="Posterior probability: mean and 95% equal-tailed interval after the prior Beta({a:plain}, {b:plain}) ({why}) "
    "and those with an answer.",
    fr="Probabilité a posteriori : moyenne et intervalle à 95 % à queues égales après l'a priori Beta({a:plain} ; "
    "{b:plain}) ({why}) et les personnes évaluées.",
)
TALL = 6  # rows from which the table has a page of its own on its side
UNIFORM = Text(en="uniform, the default", fr="uniforme, par défaut")
OF_PROTOCOL = Text(en="from the protocol", fr="du protocole")
BY_SCORE = Text(
    en="Where nobody recorded an answer, the score decides: {instrument} {operator} {value:plain}.",
    fr="Quand aucune réponse n'a été enregistrée, le score décide : {instrument} {operator} {value:plain}.",
)
NOT_DEFINED = Text(
    en="The protocol does not say how long a response has to last to count as sustained: none is counted.",
    fr="Le protocole ne dit pas combien de temps une réponse doit durer pour être soutenue : aucune n'est comptée.",
)


def response_course_section(findings: Findings) -> Section | None:
    """Every endpoint over the visits; None when the protocol names no endpoint, or nobody was infused."""
    if not findings.endpoint_courses or not findings.case.infused:
        return None
    blocks = [block for one in findings.endpoint_courses for block in _blocks(findings, one)]
    if all(one.endpoint.sustained_days is None for one in findings.endpoint_courses if one.endpoint.kind != "flare"):
        blocks.append(Paragraph(NOT_DEFINED))
    return Section("response-course", TITLE, tuple(blocks))


def _blocks(findings: Findings, one: EndpointCourse) -> list[Block]:
    if not any(row.observed.of or row.missing for row in one.rows):
        return [Paragraph(fill(NONE_ASSESSED, title=one.endpoint.title))]
    kept = [_sustained_table(one)] if one.sustained is not None else []
    return [_table(findings, one), *kept]


def _table(findings: Findings, one: EndpointCourse) -> Table:
    met = Text(en="Observed (exact 95% interval)", fr="Observé (intervalle exact à 95 %)")
    imputed = Text(en="Non-responder imputation (exact 95%)", fr="Non-réponse imputée (exact à 95 %)")
    posterior = Text(en="Posterior probability (95%)", fr="Probabilité a posteriori (95 %)")
    return Table(
        name=f"response-course-{one.endpoint.name}",
        title=fill(Text(en="{title} by visit", fr="{title} par visite"), title=one.endpoint.title),
        columns=(
            Column("visit", Text(en="Visit", fr="Visite")),
            Column("group", Text(en="Group", fr="Groupe")),
            Column("met", Text(en="Met / with an answer", fr="Atteint / évaluées"), "right"),
            Column("missing", Text(en="No answer", fr="Sans réponse"), "right"),
            Column("observed", met, "right"),
            Column("imputed", imputed, "right"),
            Column("posterior", posterior, "right"),
        ),
        rows=tuple(_row(findings, one, row=row) for row in one.rows),
        notes=_notes(findings, one),
        landscape=len(one.rows) > TALL,
    )


def _notes(findings: Findings, one: EndpointCourse) -> tuple[Words, ...]:
    endpoint = one.endpoint
    why = UNIFORM if endpoint.prior == (1.0, 1.0) else OF_PROTOCOL
    notes: list[Words] = [endpoint.definition, NO_IMPUTATION if endpoint.kind == "flare" else MISSING]
    notes.append(fill(PRIOR, a=endpoint.prior[0], b=endpoint.prior[1], why=why))
    instrument = findings.case.study.instrument(endpoint.instrument)
    if instrument is not None:
        said = {"instrument": instrument.title, "operator": endpoint.operator, "value": endpoint.value}
        notes.append(fill(BY_SCORE, **said))
    return tuple(notes)


def _row(findings: Findings, one: EndpointCourse, *, row: VisitResponse) -> tuple[Cell, ...]:
    flag = any(
        answer is not None and answer.illustrative and row.dose_level in (None, course.dose_level)
        for course in one.people
        for answer in [course.at(row.when)]
    )
    # Who met it may be made up where how many is published: at all levels together the count is as published.
    flag = flag and row.dose_level is not None
    return (
        Cell(visit_words(findings, row.when, all_visits=one.visits), emphasis=row.dose_level is None),
        Cell(group_words(row.dose_level)),
        Cell(f"{row.observed.count}/{row.observed.of}", illustrative=flag and row.observed.of > 0),
        Cell(row.missing),
        Cell(_share(row.observed), illustrative=flag),
        Cell(None if row.imputed is None else _share(row.imputed), illustrative=flag),
        Cell(_posterior(row.posterior) if row.observed.of else None, illustrative=flag),
    )


def _share(rate: Rate) -> Estimate | None:
    if rate.lower is None or rate.upper is None:
        return None
    return Estimate(rate.count / rate.of, rate.lower, rate.upper, 1, as_share=True)


def _posterior(one: Posterior) -> Estimate:
    return Estimate(one.mean, one.lower, one.upper, 1, as_share=True)


def _sustained_table(one: EndpointCourse) -> Table:
    kept = one.sustained
    assert kept is not None, "asked only where the protocol defines it"
    said = Text(
        en="Sustained: seen to last at least {days} days from its first to its last visit. Not known: still with it "
        "at the last visit, not yet for so long, or never assessed; these are in no denominator.",
        fr="Soutenue : observée pendant au moins {days} jours, de la première à la dernière visite. Non connu : "
        "encore présente à la dernière visite, pas encore aussi longtemps, ou jamais évaluée ; hors dénominateur.",
    )
    share = _share(kept.rate)
    return Table(
        name=f"sustained-{one.endpoint.name}",
        title=fill(Text(en="{title}: sustained", fr="{title} : maintien"), title=one.endpoint.title),
        columns=(
            Column("sustained", Text(en="Sustained", fr="Soutenue"), "right"),
            Column("not", Text(en="Not sustained", fr="Non soutenue"), "right"),
            Column("open", Text(en="Not known", fr="Non connu"), "right"),
            Column("share", Text(en="Share (exact 95% interval)", fr="Part (intervalle exact à 95 %)"), "right"),
        ),
        rows=(
            (
                Cell(Count(len(kept.sustained), len(one.people))),
                Cell(Count(len(kept.not_sustained), len(one.people))),
                Cell(Count(len(kept.open), len(one.people))),
                Cell(share),
            ),
        ),
        notes=(fill(said, days=kept.days),),
    )
