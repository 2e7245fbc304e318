"""The decision history, baseline activity, and responses."""

from __future__ import annotations

from datetime import date

from trialwright.analysis.baseline import BaselineActivity, PersonScore
from trialwright.analysis.decision_history import Decided
from trialwright.conduct.adverse_events import course
from trialwright.conduct.signatures import signing_list
from trialwright.report.documents.findings import NO, UNKNOWN, YES, Findings
from trialwright.report.documents.signatures import signature_table
from trialwright.report.model import (
    Block,
    Bullets,
    Cell,
    Column,
    Estimate,
    Figure,
    Number,
    Paragraph,
    Section,
    Table,
    Value,
    fill,
)
from trialwright.report.specifications import Lane, TimelineFigure, TimelineMark, TimelinePoint, TimelineSpan
from trialwright.vocabulary.decisions import ACTIONS
from trialwright.vocabulary.events import DoseDecided
from trialwright.vocabulary.words import Language, Text


def decisions_section(findings: Findings) -> Section:
    """Every decision with the advice of its day, the timeline, and the advice at the data cut with its reasons."""
    blocks: list[Block] = [_decisions_table(findings)]
    study, state = findings.case.study, findings.case.state
    if signed := [one for one in signing_list(study, state) if isinstance(one.known.event, DoseDecided)]:
        blocks.append(signature_table(signed, zone=study.identity.zone))
    if findings.case.state.participants:
        blocks.append(_timeline(findings))
    advice = findings.advice
    lead = Text(
        en="At the data cut of {on} the advice of the protocol's design and rules is: {action}.",
        fr="À la date d'extraction du {on}, l'avis du plan d'escalade et des règles du protocole est : {action}.",
    )
    blocks.append(
        Paragraph(fill(lead, on=findings.case.on, action=fill(ACTIONS[advice.action], level=advice.dose_level)))
    )
    blocks.append(Bullets(advice.reasons))
    return Section("decisions", Text(en="Dose decisions", fr="Décisions de dose"), tuple(blocks))


def _decisions_table(findings: Findings) -> Table:
    return Table(
        name="decisions",
        title=Text(en="Dose decisions, with the advice of the day", fr="Décisions de dose, avec l'avis du jour"),
        columns=decision_columns(),
        rows=tuple(decision_row(one) for one in findings.decisions),
        notes=(_ADVICE,),
        empty=Text(en="No decision has been recorded.", fr="Aucune décision n'a été enregistrée."),
    )


def decision_columns() -> tuple[Column, ...]:
    """The columns of a list of dose decisions."""
    return (
        Column("number", Text(en="No.", fr="N°"), "right"),
        Column("on", Text(en="Date", fr="Date")),
        Column("enrolled", Text(en="Enrolled", fr="Incluses"), "right"),
        Column("advised", Text(en="Advised", fr="Avis")),
        Column("decided", Text(en="Decided", fr="Décidé")),
        Column("endorsed", Text(en="Followed", fr="Suivi")),
        Column("by", Text(en="By", fr="Par")),
        Column("reason", Text(en="Reason", fr="Motif")),
    )


_ADVICE = Text(
    en="The advice is computed by this program from what the record held at that moment.",
    fr="L'avis est calculé par ce programme à partir de ce que le registre contenait à ce moment.",
)


def decision_row(one: Decided) -> tuple[Cell, ...]:
    """One decision beside its advice; a departure stands out."""
    event, known = one.known.event, one.known
    decided = Text(en="level {level}", fr="palier {level}") if event.dose_level else ACTIONS["stop"]
    return (
        Cell(one.number),
        Cell(event.on, illustrative=known.illustrative("on")),
        Cell(one.enrolled),
        Cell(
            fill(ACTIONS[event.advised_action], level=event.advised_dose_level),
            illustrative=known.illustrative("advised_action"),
        ),
        Cell(fill(decided, level=event.dose_level), illustrative=known.illustrative("dose_level")),
        Cell(YES if event.endorsed else NO, emphasis=not event.endorsed),
        Cell(event.decided_by, illustrative=known.illustrative("decided_by")),
        Cell(event.reason, illustrative=known.illustrative("reason")),
    )


def _timeline(findings: Findings) -> Figure:
    """One lane per participant from infusion to end of follow-up, and one for the decisions."""
    case = findings.case
    enrolled = [one.enrolled.event.on for one in case.state.participants.values()]
    start = min([*enrolled, *(one.known.event.on for one in findings.decisions)])
    lanes = [
        _decision_lane(findings, start),
        *(_person_lane(findings, usubjid, start=start) for usubjid in case.state.participants),
    ]
    marks = []
    if case.state.closed is not None:
        marks.append(
            TimelineMark((case.state.closed.event.on - start).days, Text(en="enrolment closed", fr="inclusions closes"))
        )
    return Figure(
        name="timeline",
        title=Text(en="Course of the trial", fr="Déroulement de l'essai"),
        alt=Text(
            en="One line per participant from infusion to the end of follow-up, with dose level, adverse events of "
            "grade 3 or more and the dose decisions above.",
            fr="Une ligne par personne de la perfusion à la fin du suivi, avec le palier de dose, les événements de "
            "grade 3 ou plus et, au-dessus, les décisions de dose.",
        ),
        spec=TimelineFigure(
            lanes=tuple(lanes),
            axis_label=Text(
                en="Days since the first decision or enrolment", fr="Jours depuis la première décision ou inclusion"
            ),
            marks=tuple(marks),
        ),
        notes=(fill(_BARS, grade=case.study.dlt.min_grade), *([_HATCHED] if findings.invented else [])),
    )


_BARS = Text(
    en="Bars run from the infusion to the end of follow-up. Triangles: adverse events of grade {grade} or more.",
    fr="Les barres vont de la perfusion à la fin du suivi. Triangles : événements de grade {grade} ou plus.",
)
_HATCHED = Text(
    en="Hollow marks and hatched bars are illustrative in time.",
    fr="Les symboles creux et les barres hachurées sont illustratifs dans le temps.",
)


def _decision_lane(findings: Findings, start: date) -> Lane:
    words = Text(en="level {level}", fr="palier {level}")
    points = tuple(
        TimelinePoint(
            (one.known.event.on - start).days,
            fill(words, level=one.known.event.dose_level),
            "diamond",
            "accent" if one.known.event.endorsed else "warning",
            illustrative=one.known.illustrative("on"),
        )
        for one in findings.decisions
    )
    return Lane(Text(en="Decisions", fr="Décisions"), points)


def _person_lane(findings: Findings, usubjid: str, *, start: date) -> Lane:
    case = findings.case
    person = case.state.participants[usubjid]
    events = (course(case.state, known) for known in case.state.events_of(usubjid))
    severe = [one.known for one in events if one.worst >= case.study.dlt.min_grade]
    points = tuple(
        TimelinePoint((known.event.on - start).days, "", "triangle", "warning", illustrative=known.illustrative("on"))
        for known in severe
    )
    if not person.infusions:
        return Lane(usubjid, points)
    first = person.infusions[0]
    last = person.ended.event.on if person.ended else case.on
    span = TimelineSpan(
        (first.event.on - start).days,
        (last - start).days,
        fill(Text(en="level {level}", fr="palier {level}"), level=case.level_of(usubjid)),
        is_open=person.ended is None,
        illustrative=first.illustrative("on"),
    )
    return Lane(usubjid, points, (span,))


def baseline_section(findings: Findings) -> Section | None:
    """Disease activity at baseline; None when the protocol names no instrument for it."""
    baseline = findings.baseline
    if baseline is None:
        return None
    blocks: tuple[Block, ...] = (_summary_table(baseline), _score_table(findings, baseline))
    return Section(
        "baseline", Text(en="Disease activity at baseline", fr="Activité de la maladie à l'inclusion"), blocks
    )


def _summary_table(baseline: BaselineActivity) -> Table:
    summary = baseline.summary
    columns = (
        Column("instrument", Text(en="Instrument", fr="Instrument")),
        Column("n", Text(en="n", fr="n"), "right"),
        Column("missing", Text(en="Missing", fr="Manquants"), "right"),
        Column("median", Text(en="Median", fr="Médiane"), "right"),
        Column("lower_quartile", Text(en="Lower quartile", fr="Premier quartile"), "right"),
        Column("upper_quartile", Text(en="Upper quartile", fr="Troisième quartile"), "right"),
        Column("minimum", Text(en="Minimum", fr="Minimum"), "right"),
        Column("maximum", Text(en="Maximum", fr="Maximum"), "right"),
    )
    invented = any(one.known is not None and one.known.illustrative("items") for one in baseline.people)
    values = (
        (summary.median, 2),
        (summary.lower_quartile, 2),
        (summary.upper_quartile, 2),
        (summary.minimum, 0),
        (summary.maximum, 0),
    )
    cells = (
        Cell(baseline.instrument.title),
        Cell(summary.n),
        Cell(summary.missing),
        *(
            Cell(None if value is None else Number(value, decimals), illustrative=invented)
            for value, decimals in values
        ),
    )
    return Table(
        name="baseline-activity",
        title=Text(en="Disease activity at baseline", fr="Activité de la maladie à l'inclusion"),
        columns=columns,
        rows=(cells,),
        notes=(
            Text(
                en="Quartiles interpolate between order statistics (type 7). Baseline: last assessment on or before "
                "the first infusion.",
                fr="Quartiles interpolés entre statistiques d'ordre (type 7). Inclusion : dernière évaluation au "
                "plus tard le jour de la première perfusion.",
            ),
            *([_MATCHES] if invented else []),
        ),
    )


_MATCHES = Text(
    en="The items of each participant are illustrative: chosen so that median and quartiles agree with those "
    "published.",
    fr="Les items de chaque personne sont illustratifs : choisis pour que médiane et quartiles concordent avec ceux "
    "publiés.",
)


def _score_table(findings: Findings, baseline: BaselineActivity) -> Table:
    columns = (
        Column("usubjid", Text(en="Participant", fr="Personne")),
        Column("level", Text(en="Dose level", fr="Palier de dose"), "right"),
        Column("score", baseline.instrument.title, "right"),
        Column("items", Text(en="Items present", fr="Items présents")),
    )
    notes = sorted({note for one in baseline.people if one.score for note in one.score.conflicts})
    return Table(
        name="baseline-activity-by-participant",
        title=Text(en="Baseline score of each participant", fr="Score à l'inclusion de chaque personne"),
        columns=columns,
        rows=tuple(_score_row(one) for one in baseline.people),
        notes=tuple(notes),
        empty=Text(en="Nobody has been enrolled.", fr="Personne n'a été inclus."),
    )


def _score_row(one: PersonScore) -> tuple[Cell, ...]:
    invented = one.known is not None and one.known.illustrative("items")
    if one.score is None:
        return (Cell(one.usubjid), Cell(one.dose_level), Cell(None), Cell(UNKNOWN))
    value: Value = None if one.score.value is None else Number(one.score.value, 0)
    return (
        Cell(one.usubjid),
        Cell(one.dose_level),
        Cell(value, illustrative=invented),
        Cell(_Present(one), illustrative=invented),
    )


class _Present:
    """The items that added points, with what each added."""

    def __init__(self, one: PersonScore) -> None:
        self.one = one

    def said(self, language: Language, /) -> str:
        """Labels and points, joined by commas."""
        points = self.one.score.points if self.one.score else ()
        return ", ".join(f"{point.label.said(language)} {point.points:g}" for point in points if point.points) or "–"


def responses_section(findings: Findings) -> Section | None:
    """Responders with exact intervals; None when the protocol names no endpoint."""
    if not findings.responders:
        return None
    rows = tuple(
        (
            Cell(one.endpoint.title),
            Cell(findings.case.study.visit_name(one.endpoint.visit)),
            Cell(one.rate.count),
            Cell(one.rate.of),
            Cell(
                None
                if one.rate.lower is None or one.rate.upper is None
                else Estimate(one.rate.count / one.rate.of, one.rate.lower, one.rate.upper, 1, as_share=True)
            ),
            Cell(one.not_assessed),
        )
        for one in findings.responders
    )
    table = Table(
        name="responses",
        title=Text(en="Responders", fr="Répondeurs"),
        columns=(
            Column("endpoint", Text(en="Endpoint", fr="Critère")),
            Column("visit", Text(en="Visit", fr="Visite")),
            Column("responders", Text(en="Responders", fr="Répondeurs"), "right"),
            Column("assessed", Text(en="Assessed", fr="Évalués"), "right"),
            Column("share", Text(en="Share (exact 95% interval)", fr="Part (intervalle exact à 95 %)"), "right"),
            Column("not_assessed", Text(en="Not assessed", fr="Non évalués"), "right"),
        ),
        rows=rows,
        notes=tuple(one.endpoint.definition for one in findings.responders),
    )
    return Section("responses", Text(en="Responses", fr="Réponses"), (table, _answers_table(findings)))


def _answers_table(findings: Findings) -> Table:
    rows = []
    for one in findings.responders:
        for (usubjid, known), (_, judged) in zip(one.answers, one.met, strict=True):
            met = UNKNOWN if judged is None else YES if judged else NO
            which = known is not None and known.illustrative("usubjid")
            reason = known.event.reason if known else ""
            rows.append((Cell(usubjid), Cell(one.endpoint.title), Cell(met, illustrative=which), Cell(reason or None)))
    return Table(
        name="responses-by-participant",
        title=Text(en="Response of each participant", fr="Réponse de chaque personne"),
        columns=(
            Column("usubjid", Text(en="Participant", fr="Personne")),
            Column("endpoint", Text(en="Endpoint", fr="Critère")),
            Column("met", Text(en="Met", fr="Atteint")),
            Column("reason", Text(en="Remark", fr="Remarque")),
        ),
        rows=tuple(rows),
    )
