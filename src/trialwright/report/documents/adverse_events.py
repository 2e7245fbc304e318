"""Adverse events: the overview by dose level, the grades of each participant, and one line per event."""

from __future__ import annotations

from trialwright.analysis.adverse_events import (
    ListedEvent,
    OverviewRow,
    departures_unclassified,
    people_by_level,
)
from trialwright.conduct.inconsistencies import POINTS, inconsistencies
from trialwright.report.documents.event_kinds import kind_words, tally_cell
from trialwright.report.documents.event_terms import term_blocks
from trialwright.report.documents.event_times import time_blocks
from trialwright.report.documents.findings import NO, UNKNOWN, YES, Findings
from trialwright.report.model import (
    Block,
    Bullets,
    Cell,
    Column,
    Count,
    Filled,
    Paragraph,
    Section,
    Table,
    fill,
)
from trialwright.vocabulary.words import Text

OPTIONAL_KINDS = ("not_judged", "serious_unknown", "after_relapse")  # shown only where there are any


def adverse_events_section(findings: Findings) -> Section:
    """Overview, events of each grade by participant, and one line per event."""
    if not findings.case.infused and not findings.listing:
        return Section("adverse-events", TITLE, (Paragraph(NOBODY_INFUSED),))
    blocks: tuple[Block, ...] = (
        _overview_table(findings),
        *term_blocks(findings),
        *time_blocks(findings),
        _person_table(findings),
        _listing_table(findings),
    )
    if any(one.limiting.adjudicated is not None for one in findings.listing):
        blocks += (_adjudication_table(findings),)
    points = () if findings.case.state.is_reconstruction else inconsistencies_of(findings)
    if points:
        blocks += (Paragraph(_TOGETHER), Bullets(points))
    return Section("adverse-events", TITLE, blocks)


TITLE = Text(en="Adverse events", fr="Événements indésirables")
NOBODY_INFUSED = Text(
    en="Nobody has been infused, and no adverse event has been recorded.",
    fr="Personne n'a été perfusé, et aucun événement indésirable n'a été enregistré.",
)
_TOGETHER = Text(
    en="What does not go together in the adverse events at this data cut, for somebody to look at:",
    fr="Ce qui ne concorde pas dans les événements indésirables à ce gel des données, à examiner :",
)


def inconsistencies_of(findings: Findings) -> tuple[Filled, ...]:
    """What does not go together, in words; in a reconstruction most of it was never published."""
    case = findings.case
    points = inconsistencies(case.study, case.state, on=case.on)
    return tuple(fill(POINTS[point.code], about=point.about, **point.values) for point in points)


def _overview_table(findings: Findings) -> Table:
    shown = [one for one in findings.overview if one.kind not in OPTIONAL_KINDS or one.total.events]
    unclassified = departures_unclassified(findings.case)
    levels = findings.case.study.dose_levels
    columns = [Column("kind", Text(en="Participants with (events)", fr="Personnes avec (événements)"))]
    columns += [
        Column(f"level_{level.level}", findings.dose(level.level), "right", big_n=shown[0].levels[level.level - 1].of)
        for level in levels
    ]
    columns.append(Column("total", Text(en="Total", fr="Total"), "right", big_n=shown[0].total.of))
    return Table(
        name="adverse-events",
        title=Text(en="Adverse events by dose level as given", fr="Événements indésirables par palier de dose reçue"),
        columns=tuple(columns),
        rows=(*(_overview_row(findings, one) for one in shown), *_departures(findings)),
        notes=(
            Text(
                en="Participants with at least one such event, share of those infused, number of events in brackets. "
                "Percentages are rounded half up.",
                fr="Personnes ayant au moins un tel événement, part des personnes perfusées, nombre d'événements "
                "entre crochets. Pourcentages arrondis au plus proche (demi vers le haut).",
            ),
            EMERGENT,
            *([] if findings.case.study.safety.special_interest else [NO_INTEREST]),
            *([] if not unclassified else [fill(UNCLASSIFIED, n=unclassified)]),
            *([_WHICH] if findings.invented and len(levels) > 1 else []),
        ),
    )


EMERGENT = Text(
    en="Treatment-emergent: the event began, or rose to a higher grade, on or after the day of the first infusion. All "
    "further rows count such events only.",
    fr="Survenu sous traitement : l'événement a débuté, ou s'est aggravé, le jour de la première perfusion ou après. "
    "Toutes les lignes suivantes ne comptent que ces événements.",
)
NO_INTEREST = Text(
    en="The protocol names no adverse events of special interest.",
    fr="Le protocole ne désigne aucun événement indésirable d'intérêt particulier.",
)
UNCLASSIFIED = Text(
    en="For {n} who left early the kind of reason is not recorded; they are not counted as leaving because of an "
    "event.",
    fr="Pour {n} sortie(s) prématurée(s), la nature du motif n'est pas enregistrée ; elles ne sont pas comptées comme "
    "liées à un événement.",
)
LEFT = Text(en="Left the trial because of an event", fr="Sortie de l'essai en raison d'un événement")


def _departures(findings: Findings) -> list[tuple[Cell, ...]]:
    """Those who left because of an adverse event; people only, because the record does not say which event."""
    left, case = set(findings.left_because_of_events), findings.case
    at_level = people_by_level(case)
    cells = [Cell(Count(len(left & set(people)), len(people)) if people else None) for people in at_level]
    total = Cell(Count(len(left), len(case.infused)) if case.infused else None, emphasis=True)
    return [(Cell(LEFT), *cells, total)]


_WHICH = Text(
    en="Which participant had which event is not published, so the split by dose level is illustrative; totals are "
    "published.",
    fr="La personne ayant présenté chaque événement n'est pas publiée : la répartition par palier est illustrative "
    "; les totaux sont publiés.",
)


def _overview_row(findings: Findings, one: OverviewRow) -> tuple[Cell, ...]:
    split = findings.invented and len(one.levels) > 1 and one.total.events > 0
    cells = [Cell(tally_cell(tally), illustrative=split and tally.of > 0) for tally in one.levels]
    return (Cell(kind_words(findings, one.kind)), *cells, Cell(tally_cell(one.total), emphasis=True))


def _person_table(findings: Findings) -> Table:
    columns = [Column("usubjid", Text(en="Participant", fr="Personne"))]
    columns += [Column(f"grade_{grade}", f"Grade {grade}", "right") for grade in range(1, 6)]
    columns += [
        Column("related", Text(en="Related", fr="Liés"), "right"),
        Column("serious", Text(en="Serious", fr="Graves"), "right"),
    ]
    people = findings.by_person
    unsure = {
        known.event.usubjid for known in findings.case.state.adverse_events.values() if known.illustrative("usubjid")
    }
    rows = [
        (
            Cell(one.usubjid),
            *(Cell(count, illustrative=bool(unsure)) for count in (*one.grades, one.related, one.serious)),
        )
        for one in people
    ]
    totals = [sum(one.grades[grade] for one in people) for grade in range(5)]
    totals += [sum(one.related for one in people), sum(one.serious for one in people)]
    rows.append((Cell(Text(en="Total", fr="Total"), emphasis=True), *(Cell(total, emphasis=True) for total in totals)))
    return Table(
        name="adverse-events-by-participant",
        title=Text(
            en="Adverse events of each grade, by participant",
            fr="Événements indésirables de chaque grade, par personne",
        ),
        columns=tuple(columns),
        rows=tuple(rows),
    )


def _listing_table(findings: Findings) -> Table:
    columns = (
        Column("ae", Text(en="Event", fr="Événement")),
        Column("usubjid", Text(en="Participant", fr="Personne")),
        Column("level", Text(en="Level", fr="Palier"), "right"),
        Column("term", Text(en="Term", fr="Terme")),
        Column("on", Text(en="Onset", fr="Début")),
        Column("day", Text(en="Day from infusion", fr="Jour depuis la perfusion"), "right"),
        Column("emergent", Text(en="Treatment-emergent", fr="Sous traitement")),
        Column("infusion", Text(en="After infusion", fr="Après perfusion"), "right"),
        Column("grade", Text(en="Worst grade", fr="Grade maximal"), "right"),
        Column("related", Text(en="Related", fr="Lié")),
        Column("serious", Text(en="Serious", fr="Grave")),
        Column("dlt", Text(en="DLT", fr="DLT")),
    )
    return Table(
        name="adverse-event-listing",
        title=Text(en="Listing of adverse events", fr="Liste des événements indésirables"),
        landscape=True,
        columns=columns,
        rows=tuple(_listing_row(one) for one in findings.listing),
        empty=Text(en="No adverse event has been recorded.", fr="Aucun événement indésirable n'a été enregistré."),
    )


def _listing_row(one: ListedEvent) -> tuple[Cell, ...]:
    event, known = one.known.event, one.known
    who = known.illustrative("usubjid")
    return (
        Cell(event.ae, illustrative=known.illustrative("ae")),
        Cell(event.usubjid, illustrative=who),
        Cell(one.dose_level, illustrative=who),
        Cell(event.term, illustrative=known.illustrative("term")),
        Cell(event.on, illustrative=known.illustrative("on")),
        Cell(one.day, illustrative=known.illustrative("on")),
        Cell(YES if one.emergent else NO, illustrative=known.illustrative("on")),
        Cell(one.infusion or None, illustrative=known.illustrative("on")),
        Cell(one.course.worst, illustrative=known.illustrative("grade")),
        Cell(_answer(one.course.relation.counts), illustrative=known.illustrative("related")),
        Cell(_answer(one.course.serious), illustrative=known.illustrative("serious")),
        Cell(_answer(one.dlt), emphasis=one.dlt is True),
    )


def _adjudication_table(findings: Findings) -> Table:
    """Every event that a person adjudicated, beside what the definition says of it."""
    judged = [one for one in findings.listing if one.limiting.adjudicated is not None]
    said = findings.case.state.adjudications
    return Table(
        name="dlt-adjudication",
        title=Text(
            en="Dose-limiting toxicity: by definition and as adjudicated",
            fr="Toxicité limitant la dose : selon la définition et selon l'adjudication",
        ),
        columns=(
            Column("ae", Text(en="Event", fr="Événement")),
            Column("usubjid", Text(en="Participant", fr="Personne")),
            Column("term", Text(en="Term", fr="Terme")),
            Column("grade", Text(en="Worst grade", fr="Grade maximal"), "right"),
            Column("computed", Text(en="By definition", fr="Selon la définition")),
            Column("adjudicated", Text(en="Adjudicated", fr="Adjugé")),
            Column("differs", Text(en="They differ", fr="Divergence")),
            Column("reason", Text(en="Reason", fr="Motif")),
        ),
        rows=tuple(_adjudication_row(one, said[one.known.event.ae].event.reason) for one in judged),
        notes=(
            Text(
                en="Dose finding uses the adjudication; the definition's answer is kept beside it.",
                fr="La recherche de dose utilise l'adjudication ; la réponse de la définition est gardée à côté.",
            ),
        ),
    )


def _adjudication_row(one: ListedEvent, reason: str) -> tuple[Cell, ...]:
    event, limiting = one.known.event, one.limiting
    return (
        Cell(event.ae),
        Cell(event.usubjid, illustrative=one.known.illustrative("usubjid")),
        Cell(event.term),
        Cell(one.course.worst),
        Cell(_answer(limiting.computed)),
        Cell(_answer(limiting.adjudicated), emphasis=True),
        Cell(YES if limiting.disagree else NO, emphasis=limiting.disagree),
        Cell(reason),
    )


def _answer(value: bool | None) -> Text:
    return UNKNOWN if value is None else YES if value else NO
