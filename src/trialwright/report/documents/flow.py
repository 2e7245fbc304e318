"""The flow figure of a trial: screened, enrolled, then by dose level, with the reasons of those who left."""

from __future__ import annotations

from trialwright.analysis.flow import Excluded, Flow, LevelFlow, Lost, flow
from trialwright.report.documents.findings import Findings
from trialwright.report.model import Figure, Filled, Words, fill
from trialwright.report.specifications import FlowBox, FlowBranch, FlowFigure, FlowStep
from trialwright.vocabulary.events.participants import Departure
from trialwright.vocabulary.words import Language, Text

SCREENED = Text(en="Screened: {n}", fr="Sélectionnées : {n}")
NO_SCREENING = Text(en="Screened: not in this record", fr="Sélection : absente de ce registre")
ENROLLED = Text(en="Enrolled: {n}", fr="Incluses : {n}")
UNSCREENED = Text(en="{n} of them without screening in this record", fr="dont {n} sans sélection dans ce registre")
NOT_ENROLLED = Text(en="Not enrolled: {n}", fr="Non incluses : {n}")
EXCLUDED: dict[Excluded, Text] = {
    "not eligible": Text(en="not eligible: {n}", fr="non éligibles : {n}"),
    "withdrew": Text(en="withdrew consent: {n}", fr="consentement retiré : {n}"),
    "eligible": Text(en="eligible, not enrolled: {n}", fr="éligibles, non incluses : {n}"),
    "in screening": Text(en="no judgement of eligibility yet: {n}", fr="éligibilité non encore jugée : {n}"),
}
CRITERION = Text(en="– criterion {id}: {n}", fr="– critère {id} : {n}")
ROWS = (
    Text(en="Allocation", fr="Attribution"),
    Text(en="Infusion", fr="Perfusion"),
    Text(en="DLT evaluation", fr="Évaluation de la DLT"),
    Text(en="Follow-up", fr="Suivi"),
)
ALLOCATED = Text(en="Allocated: {n}", fr="Attribuées : {n}")
BACKFILL = Text(en="backfill: {n}", fr="complément (backfill) : {n}")
INFUSED = Text(en="Infused: {n}", fr="Perfusées : {n}")
NEVER = Text(en="never infused: {n}", fr="jamais perfusées : {n}")
AWAITING = Text(en="awaiting infusion: {n}", fr="en attente de perfusion : {n}")
PARTLY = Text(en="not all infusions: {n}", fr="perfusions incomplètes : {n}")
EVALUABLE = Text(en="Evaluable: {n}", fr="Évaluables : {n}")
WITH_DLT = Text(en="with a DLT: {n}", fr="avec DLT : {n}")
NOT_EVALUABLE = Text(en="not evaluable: {n}", fr="non évaluables : {n}")
REPLACED = Text(en="replaced: {n}", fr="remplacées : {n}")
UNSETTLED = Text(en="not settled yet: {n}", fr="non encore tranchées : {n}")
COMPLETED = Text(en="Completed: {n}", fr="Terminé : {n}")
LEFT = Text(en="left early: {n}", fr="sorties prématurées : {n}")
REASON = Text(en="– {why}: {n}", fr="– {why} : {n}")
ONGOING = Text(en="in follow-up: {n}", fr="en cours : {n}")
UNKNOWN_REASON = Text(en="reason not recorded", fr="motif non recueilli")
HOW: dict[Departure, Text] = {
    "completed": Text(en="completed", fr="terminé"),
    "consent withdrawn": Text(en="consent withdrawn", fr="consentement retiré"),
    "adverse event": Text(en="adverse event", fr="événement indésirable"),
    "died": Text(en="died", fr="décès"),
    "lost to follow-up": Text(en="lost to follow-up", fr="perdue de vue"),
    "investigator": Text(en="investigator's decision", fr="décision de l'investigateur"),
    "sponsor": Text(en="sponsor's decision", fr="décision du promoteur"),
    "no product": Text(en="no product", fr="produit indisponible"),
    "other": Text(en="other", fr="autre"),
}
TITLE = Text(en="Flow of participants by dose level", fr="Devenir des personnes par palier de dose")
NOTES = (
    Text(
        en="By the dose level assigned. Evaluable: infused and observed for the whole DLT window, or with a DLT.",
        fr="Selon le palier assigné. Évaluable : perfusée et observée pendant toute la fenêtre de DLT, ou avec DLT.",
    ),
    Text(
        en="Replaced: not evaluable, and the place in the cohort given back by the rule of the protocol.",
        fr="Remplacée : non évaluable, sa place dans la cohorte étant rendue selon la règle du protocole.",
    ),
    Text(
        en="A person may fail several criteria, so their numbers may add up to more than the people not eligible.",
        fr="Une personne peut ne pas remplir plusieurs critères : leur somme peut dépasser le nombre de personnes.",
    ),
)


def flow_figure(findings: Findings) -> Figure:
    """The figure, and its numbers in words for a reader who cannot see it."""
    found = flow(findings.case)
    spec = FlowFigure(
        trunk=_trunk(found),
        branches=tuple(
            FlowBranch(findings.dose(one.dose_level), _boxes(one, findings=findings)) for one in found.levels
        ),
        rows=ROWS,
        illustrative=findings.invented,
    )
    with_replacement = any(one.replaced for one in found.levels)
    notes = (NOTES[0], *((NOTES[1],) if with_replacement else ()), *((NOTES[2],) if found.criteria else ()))
    return Figure(name="flow", title=TITLE, alt=_Alt(spec), spec=spec, notes=notes)


def _trunk(found: Flow) -> tuple[FlowStep, ...]:
    enrolled = FlowBox(
        fill(ENROLLED, n=found.enrolled),
        (fill(UNSCREENED, n=found.enrolled_unscreened),) if found.enrolled_unscreened else (),
    )
    if found.screened is None:
        return (FlowStep(FlowBox(NO_SCREENING)), FlowStep(enrolled))
    lines: list[Filled] = []
    for kind, people in found.excluded:
        lines.append(fill(EXCLUDED[kind], n=people))
        if kind == "not eligible":
            lines += [fill(CRITERION, id=name, n=count) for name, count in found.criteria]
    aside = FlowBox(fill(NOT_ENROLLED, n=found.not_enrolled), tuple(lines))
    return (FlowStep(FlowBox(fill(SCREENED, n=found.screened)), aside), FlowStep(enrolled))


def _boxes(one: LevelFlow, *, findings: Findings) -> tuple[FlowBox, ...]:
    lost: list[Words] = [fill(LEFT, n=one.left_early)] if one.lost else []
    lost += [fill(REASON, why=_why(reason), n=reason.people) for reason in one.lost]
    several = findings.case.study.dose_levels[one.dose_level - 1].infusions > 1
    return (
        FlowBox(fill(ALLOCATED, n=one.allocated), _some((BACKFILL, one.backfill))),
        FlowBox(
            fill(INFUSED, n=one.infused),
            _some((NEVER, one.never_infused), (AWAITING, one.awaiting), (PARTLY, one.not_all_infusions * several)),
        ),
        FlowBox(
            fill(EVALUABLE, n=one.evaluable),
            _some(
                (WITH_DLT, one.with_dlt),
                (NOT_EVALUABLE, one.not_evaluable),
                (REPLACED, one.replaced),
                (UNSETTLED, one.unsettled),
            ),
        ),
        FlowBox(fill(COMPLETED, n=one.completed), (*lost, *_some((ONGOING, one.in_follow_up)))),
    )


def _why(one: Lost) -> Words:
    if one.how is None or one.how == "other":
        return one.reason or UNKNOWN_REASON
    return HOW[one.how]


def _some(*counted: tuple[Text, int]) -> tuple[Filled, ...]:
    """The lines whose count is not zero."""
    return tuple(fill(words, n=count) for words, count in counted if count)


class _Alt:
    """The figure in words, box after box."""

    def __init__(self, spec: FlowFigure) -> None:
        self.spec = spec

    def said(self, language: Language, /) -> str:
        """Every box of the trunk, then every dose level."""
        parts = [self._box(box, language) for step in self.spec.trunk for box in (step.box, step.aside) if box]
        for branch in self.spec.branches:
            title = branch.title if isinstance(branch.title, str) else branch.title.said(language)
            parts.append(f"{title}: " + ", ".join(self._box(box, language) for box in branch.boxes))
        return ". ".join(parts) + "."

    def _box(self, box: FlowBox, language: Language) -> str:
        return ", ".join(words if isinstance(words, str) else words.said(language) for words in (box.head, *box.lines))


__all__ = ["HOW", "flow_figure"]
