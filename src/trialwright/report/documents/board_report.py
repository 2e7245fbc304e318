"""The report for a monitoring board on frozen data: closed, by arm, or open, of everybody together. One layout.

A closed report says UNBLINDED in its title, in the head and the foot of each page, in each section and in the names of
its tables' files. The open one is made without the allocation, and could not show an arm if it wanted to.
"""

from __future__ import annotations

from trialwright.analysis import Case
from trialwright.analysis.arms import ArmOverview, Group, adverse_events_of, by_arm, disposition_of, everybody
from trialwright.planning.interim import Looked
from trialwright.report.documents.adverse_events import OPTIONAL_KINDS
from trialwright.report.documents.board_efficacy import efficacy_sections
from trialwright.report.documents.board_groups import group_columns, named
from trialwright.report.documents.event_kinds import KINDS
from trialwright.report.documents.interim_report import look_blocks
from trialwright.report.model import (
    Block,
    Callout,
    Cell,
    Column,
    Document,
    Filled,
    Paragraph,
    Provenance,
    Section,
    Table,
    Tally as TallyCell,
    Words,
    fill,
)
from trialwright.vocabulary.words import Text

UNBLINDED = Text(
    en="UNBLINDED: by arm. For the members of the monitoring board and the unblinded statistician only.",
    fr="NON AVEUGLE : par bras. Réservé aux membres du comité de surveillance et au statisticien non aveugle.",
)
POOLED = Text(
    en="Everybody together: this report was made without the allocation.",
    fr="Tous ensemble : ce rapport est établi sans la répartition.",
)
TITLES = {
    True: Text(en="UNBLINDED — closed report: {title}", fr="NON AVEUGLE — rapport fermé : {title}"),
    False: Text(en="Open report: {title}", fr="Rapport ouvert : {title}"),
}
HEADS = {
    True: Text(en="UNBLINDED · {id} · closed report", fr="NON AVEUGLE · {id} · rapport fermé"),
    False: Text(en="{id} · open report", fr="{id} · rapport ouvert"),
}
SOURCES = {
    True: Text(
        en="UNBLINDED. Trial record, with the sealed list opened", fr="NON AVEUGLE. Registre et liste descellée"
    ),
    False: Text(en="Trial record, blinded", fr="Registre de l'essai, en aveugle"),
}
SUBTITLE = Text(en="{rehearsal}{id} — data cut {cut} of {on}", fr="{rehearsal}{id} — gel des données {cut} du {on}")
REHEARSAL = Text(en="REHEARSAL: none of this happened. ", fr="RÉPÉTITION : rien de ceci n'a eu lieu. ")
NOT_ILLUSTRATIVE = Text(en="illustrative", fr="illustratif")
ROWS = {
    "randomised": Text(en="Randomised", fr="Randomisées"),
    "infused": Text(en="Infused", fr="Perfusées"),
    "completed": Text(en="Completed follow-up", fr="Suivi complet"),
    "left_early": Text(en="Left early", fr="Sorties prématurées"),
    "in_follow_up": Text(en="In follow-up", fr="En cours de suivi"),
    "unblinded": Text(en="Unblinded one by one", fr="Aveugle levé individuellement"),
}
AS_RANDOMISED = Text(
    en="Everybody counts in the arm of randomisation.", fr="Chacun compte dans son bras de randomisation."
)
LOOK_OF_PLAN = Text(en="Look {look} of the plan", fr="Analyse {look} du plan")
JUDGED = Text(
    en="By the plan, on the same outcomes as above: whoever counts there counts here.",
    fr="Selon le plan, sur les mêmes résultats que ci-dessus : qui compte là compte ici.",
)
OF_INFUSED = Text(
    en="Participants with at least one such event, share of those infused, number of events in brackets.",
    fr="Personnes ayant au moins un tel événement, part des personnes perfusées, nombre d'événements entre crochets.",
)


Judged = Looked | Filled  # what a look found, or why the data give no answer


def board_report(
    case: Case, *, closed: bool, cut: str, software: str, version: str, judged: Judged | None = None, look: int = 1
) -> Document:
    """The report of one frozen cut; closed: by arm, which is refused where the case holds no allocation.

    ``judged``: the look of the plan at these data, in a closed report that was asked for it.
    """
    groups = by_arm(case) if closed else everybody(case)
    identity, head = case.study.identity, case.state.head
    mark: Block = Callout("warning", UNBLINDED) if closed else Callout("info", POOLED)
    rehearsal: Words = REHEARSAL if case.state.is_rehearsal else ""
    sections = (
        Section("disposition", Text(en="Disposition", fr="Devenir des personnes"), (mark, _disposition(case, groups))),
        Section(
            "adverse-events", Text(en="Adverse events", fr="Événements indésirables"), (mark, _events(case, groups))
        ),
        *efficacy_sections(case, groups, mark=mark),
        *((_judgement(judged, look=look, mark=mark),) if judged is not None else ()),
    )
    return Document(
        title=fill(TITLES[closed], title=identity.title),
        subtitle=fill(SUBTITLE, rehearsal=rehearsal, id=identity.id, cut=cut, on=case.on),
        running_head=fill(HEADS[closed], id=identity.id),
        sections=sections,
        provenance=Provenance(
            source=SOURCES[closed],
            data_cut=case.on,
            software=software,
            version=version,
            protocol_digest=case.study.digest,
            ledger_position=head.position,
            ledger_digest=head.digest,
        ),
        illustrative_note=NOT_ILLUSTRATIVE,
    )


def _judgement(judged: Judged, *, look: int, mark: Block) -> Section:
    """The look against the boundaries of the plan, or why there is none."""
    blocks = look_blocks(judged) if isinstance(judged, Looked) else (Callout("warning", judged),)
    return Section("interim", fill(LOOK_OF_PLAN, look=look), (mark, Paragraph(JUDGED), *blocks))


def _disposition(case: Case, groups: tuple[Group, ...]) -> Table:
    found = disposition_of(case, groups)
    return Table(
        name=named("disposition", groups),
        title=Text(en="Participants randomised", fr="Personnes randomisées"),
        columns=(
            Column("what", Text(en="Participants", fr="Personnes")),
            *group_columns(case, groups, sizes=tuple(one.randomised for one in found)),
        ),
        rows=tuple((Cell(label), *(Cell(getattr(one, name)) for one in found)) for name, label in ROWS.items()),
        notes=(AS_RANDOMISED,) if groups[0].arm else (),
    )


def _events(case: Case, groups: tuple[Group, ...]) -> Table:
    rows = [one for one in adverse_events_of(case, groups) if one.kind not in OPTIONAL_KINDS or _any(one)]
    return Table(
        name=named("adverse-events", groups),
        title=Text(en="Adverse events", fr="Événements indésirables"),
        columns=(
            Column("kind", Text(en="Participants with (events)", fr="Personnes avec (événements)")),
            *group_columns(case, groups, sizes=tuple(tally.of for tally in rows[0].groups)),
        ),
        rows=tuple(
            (Cell(KINDS[one.kind]), *(Cell(TallyCell(each.people, each.of, each.events)) for each in one.groups))
            for one in rows
        ),
        notes=(OF_INFUSED,),
    )


def _any(one: ArmOverview) -> bool:
    return any(tally.events for tally in one.groups)
