"""The pack of the safety board: how the trial stands on a day, and what is new since its last meeting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialwright.analysis import Case
from trialwright.analysis.adverse_events import ListedEvent
from trialwright.analysis.board import Board, Counted, Stands
from trialwright.conduct.clocks import Page
from trialwright.conduct.clocks.windows import Window
from trialwright.conduct.cuts import said as point_said
from trialwright.operating.pathways import Pathways
from trialwright.report.documents.clocks import clocks_section
from trialwright.report.documents.course import decision_columns, decision_row
from trialwright.report.documents.event_kinds import kind_words
from trialwright.report.documents.findings import Findings
from trialwright.report.documents.flow import HOW
from trialwright.report.documents.framing import trial_document
from trialwright.report.documents.listed_events import event_columns, event_row
from trialwright.report.documents.pathways import opening, tree_figure
from trialwright.report.documents.safety import toxicity_table
from trialwright.report.model import (
    Block,
    Bullets,
    Callout,
    Cell,
    Column,
    Document,
    Fact,
    KeyFacts,
    Paragraph,
    Section,
    Table,
    Tally,
    Value,
    Words,
    fill,
)
from trialwright.vocabulary.decisions import ACTIONS
from trialwright.vocabulary.events import CutPoint
from trialwright.vocabulary.words import Language, Text

TITLE = Text(en="Safety board: {title}", fr="Comité de surveillance : {title}")
SUBTITLE = Text(en="{id} — as known at the end of {on}", fr="{id} — état connu à la fin du {on}")
SINCE = Text(en="{on}", fr="{on}")
NEVER = Text(en="none; everything is new", fr="aucune ; tout est nouveau")
GLANCE = Text(en="At a glance", fr="En bref")
PEOPLE = Text(en="Participants", fr="Personnes")
NOBODY = Text(en="Nobody has been enrolled.", fr="Personne n'a été inclus.")
EVENTS = Text(en="Adverse events", fr="Événements indésirables")
NOTABLE = Text(
    en="Serious, of grade 3 or more, dose-limiting, or waiting for that judgement",
    fr="Graves, de grade 3 ou plus, limitants, ou en attente de ce jugement",
)
NO_NOTABLE = Text(en="There is none.", fr="Il n'y en a pas.")
NO_INTEREST = Text(
    en="The protocol file names no events of special interest; infusion reactions, infections and thromboses are among "
    "the events above like any other.",
    fr="Le fichier de protocole ne nomme pas d'événements d'intérêt particulier ; réactions à la perfusion, infections "
    "et thromboses figurent ci-dessus comme les autres.",
)
ADVICE = Text(en="Advice for the next cohort", fr="Avis pour la prochaine cohorte")
ADVISED = Text(
    en="On these data the protocol's design and rules advise: {action}.",
    fr="Sur ces données, le plan d'escalade et les règles du protocole préconisent : {action}.",
)
NO_PATHWAYS = Text(
    en="The results of the next cohort cannot be listed beforehand for this design or at this point.",
    fr="Pour ce plan, ou à ce stade, les résultats de la prochaine cohorte ne peuvent être énumérés d'avance.",
)
DECISIONS = Text(en="Dose decisions since the last meeting", fr="Décisions de dose depuis la dernière réunion")
DEPARTED = Text(en="Departures from the advice: {n}.", fr="Écarts par rapport à l'avis : {n}.")
OPEN = Text(en="What is open in the data", fr="Ce qui est en suspens dans les données")
NOTHING_OPEN = Text(en="Nothing is open in these data.", fr="Rien n'est en suspens dans ces données.")
QUERY = Text(en="query {number}, raised on {on}: {text}", fr="question {number}, posée le {on} : {text}")
DEVIATION = Text(
    en="new deviation {number} ({weight}), {on}: {text}", fr="nouvel écart {number} ({weight}), {on} : {text}"
)
WEIGHT = {True: Text(en="major", fr="majeur"), False: Text(en="minor", fr="mineur")}
SAID_ABOVE = ("query-open", "in-window", "not-infused", "infusions-to-come", "not-evaluable")
NEW_EVENT = Text(en="{number} (new)", fr="{number} (nouveau)")
BRIEF = ("usubjid", "ae", "term", "on", "grade", "related", "serious", "dlt", "outcome")
WINDOW: dict[str, Text] = {
    "open": Text(en="in its window, {left} days left", fr="en fenêtre, encore {left} jours"),
    "passed": Text(en="complete, no DLT", fr="terminée, sans DLT"),
    "waits for judgement": Text(en="waits for a judgement", fr="en attente d'un jugement"),
    "dlt": Text(en="DLT", fr="DLT"),
    "not evaluable": Text(en="not evaluable", fr="non évaluable"),
    "infusions to come": Text(en="infusions to come", fr="perfusions à venir"),
}
ENDED = Text(en="ended {on}: {why}", fr="fin le {on} : {why}")
ONGOING = Text(en="day {days}, ongoing", fr="jour {days}, en cours")
NOT_INFUSED = Text(en="not infused yet", fr="pas encore perfusée")
NEW_PERSON = Text(en="{who} (new)", fr="{who} (nouvelle)")
COUNTS_AT = Text(en="{level}, counts at {counted}", fr="{level}, compte au {counted}")
COMPLETED = Text(en="completed", fr="comme prévu")
NO_REASON = Text(en="no reason recorded", fr="sans motif recueilli")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPack:
    """Everything the pack is written from."""

    case: Case
    board: Board
    findings: Findings
    page: Page
    points: tuple[CutPoint, ...]
    pathways: Pathways | None


def board_document(pack: BoardPack, *, software: str, version: str) -> Document:
    """The pack as a document in both languages; same record and day, same document."""
    sections = (
        _glance(pack),
        _people(pack),
        _events(pack),
        _advice(pack),
        _decisions(pack),
        _open(pack),
        clocks_section(pack.page, has_clocks=bool(pack.case.study.clocks), with_visits=not pack.findings.invented),
    )
    title = fill(TITLE, title=pack.case.study.identity.title)
    return trial_document(pack.case, sections, title=title, subtitle=SUBTITLE, software=software, version=version)


def _glance(pack: BoardPack) -> Section:
    board, advice, standings = pack.board, pack.findings.advice, [one.window.standing for one in pack.board.people]
    overdue = sum(one.is_overdue for one in pack.page.reports)
    evaluable = pack.findings.toxicity.overall
    planned = pack.case.study.identity.planned_n
    facts: list[tuple[Text, Value]] = [
        (
            Text(en="Last meeting (last dose decision before)", fr="Dernière réunion (décision de dose précédente)"),
            fill(SINCE, on=board.since) if board.since else NEVER,
        ),
        (
            Text(en="Enrolled / infused / planned", fr="Incluses / perfusées / prévues"),
            f"{len(board.people)} / {board.infused} / {planned}",
        ),
        (Text(en="DLT / evaluable", fr="DLT / évaluables"), f"{evaluable.count} / {evaluable.of}"),
        (Text(en="Still in their DLT window", fr="Encore en fenêtre de DLT"), standings.count("open")),
        (Text(en="Waiting for a judgement", fr="En attente d'un jugement"), standings.count("waits for judgement")),
        (Text(en="Advice", fr="Avis"), fill(ACTIONS[advice.action], level=advice.dose_level)),
        (Text(en="Open queries", fr="Questions ouvertes"), len(board.queries)),
        (Text(en="Reports overdue", fr="Déclarations en retard"), overdue),
    ]
    closed = pack.case.state.closed
    if closed is not None:
        facts.append((Text(en="Enrolment closed on", fr="Inclusions closes le"), closed.event.on))
    return Section("glance", GLANCE, (KeyFacts(tuple(Fact(label, Cell(value)) for label, value in facts)),))


def _people(pack: BoardPack) -> Section:
    several = any(level.infusions > 1 for level in pack.case.study.dose_levels)
    columns = [
        Column("usubjid", Text(en="Participant", fr="Personne")),
        Column("level", Text(en="Level", fr="Palier")),
        Column("infused", Text(en="Infused on", fr="Perfusée le")),
        Column("window_ends", Text(en="Window until", fr="Fenêtre jusqu'au")),
        Column("dlt", Text(en="DLT status", fr="Statut DLT")),
        Column("grade", Text(en="Worst grade", fr="Grade maximal"), "right"),
        Column("follow_up", Text(en="Follow-up", fr="Suivi")),
    ]
    table = Table(
        name="participants",
        title=Text(en="Everybody enrolled, and how they stand", fr="Toutes les personnes incluses et leur état"),
        columns=tuple(columns),
        rows=tuple(_person(one, several=several) for one in pack.board.people),
        empty=NOBODY,
    )
    return Section("participants", PEOPLE, (table,))


def _person(one: Stands, *, several: bool) -> tuple[Cell, ...]:
    person, waits = one.participant, one.window.standing in ("open", "waits for judgement")
    days = [known.event.on for known in person.infusions]
    doubtful = any(known.illustrative("on") for known in person.infusions)
    infused: Value = days[0] if days and not several else _Days(tuple(days)) if days else None
    return (
        Cell(
            fill(NEW_PERSON, who=person.usubjid) if one.new else person.usubjid,
            illustrative=person.enrolled.illustrative("usubjid"),
        ),
        Cell(_level(one)),
        Cell(infused, illustrative=doubtful),
        Cell(one.window.ends, illustrative=doubtful and one.window.ends is not None),
        Cell(_window(one.window), emphasis=waits or one.window.standing == "dlt"),
        Cell(one.worst_grade),
        Cell(_follow_up(one), illustrative=doubtful),
    )


def _level(one: Stands) -> Value:
    assigned = one.participant.enrolled.event.dose_level
    return assigned if assigned == one.counted_level else fill(COUNTS_AT, level=assigned, counted=one.counted_level)


def _window(window: Window) -> Words:
    return fill(WINDOW[window.standing], left=window.days_left)


def _follow_up(one: Stands) -> Words:
    ended = one.participant.ended
    if ended is None:
        return NOT_INFUSED if one.follow_up_days is None else fill(ONGOING, days=one.follow_up_days)
    event = ended.event
    classified = HOW[event.how] if event.how not in (None, "other") else None
    why: Words = COMPLETED if event.completed else classified or event.reason or NO_REASON
    return fill(ENDED, on=event.on, why=why)


def _events(pack: BoardPack) -> Section:
    board = pack.board
    columns = (
        Column("kind", Text(en="Participants with (events)", fr="Personnes avec (événements)")),
        Column("all", Text(en="In all", fr="Au total"), "right", big_n=board.infused),
        Column("new", Text(en="Since the last meeting", fr="Depuis la dernière réunion"), "right", big_n=board.infused),
    )
    table = Table(
        name="events",
        title=EVENTS,
        columns=columns,
        rows=tuple(_counted(pack.findings, one, of=board.infused) for one in board.counted),
        notes=(
            Text(
                en="New: first recorded after the day of the last meeting, whenever it began.",
                fr="Nouveau : enregistré pour la première fois après le jour de la dernière réunion.",
            ),
        ),
    )
    notable = Table(
        name="notable",
        title=NOTABLE,
        columns=tuple(column for column in event_columns() if column.key in BRIEF),
        rows=tuple(_notable_row(one, is_new=one.known.event.ae in board.new_events) for one in board.notable),
        empty=NO_NOTABLE,
    )
    told = () if pack.findings.case.study.safety.special_interest else (Paragraph(NO_INTEREST),)
    return Section("adverse-events", EVENTS, (table, *told, notable))


def _notable_row(one: ListedEvent, *, is_new: bool) -> tuple[Cell, ...]:
    """The brief row of an event; a new one stands out by its number."""
    cells = {column.key: cell for column, cell in zip(event_columns(), event_row(one), strict=True)}
    if is_new:
        cells["ae"] = Cell(fill(NEW_EVENT, number=one.known.event.ae), cells["ae"].illustrative, emphasis=True)
    return tuple(cells[column.key] for column in event_columns() if column.key in BRIEF)


def _counted(findings: Findings, one: Counted, *, of: int) -> tuple[Cell, ...]:
    return (
        Cell(kind_words(findings, one.kind)),
        Cell(Tally(one.people, of, one.events)),
        Cell(Tally(one.new_people, of, one.new_events)),
    )


def _advice(pack: BoardPack) -> Section:
    advice = pack.findings.advice
    action = fill(ACTIONS[advice.action], level=advice.dose_level)
    blocks: list[Block] = [Callout("info", fill(ADVISED, action=action)), Bullets(advice.reasons)]
    blocks.append(toxicity_table(pack.findings))
    if pack.pathways is None:
        blocks.append(Paragraph(NO_PATHWAYS))
    else:
        blocks += [*(Paragraph(line) for line in opening(pack.pathways)), tree_figure(pack.pathways)]
    return Section("advice", ADVICE, tuple(blocks))


def _decisions(pack: BoardPack) -> Section:
    decisions = pack.board.decisions
    table = Table(
        name="decisions",
        title=DECISIONS,
        columns=decision_columns(),
        rows=tuple(decision_row(one) for one in decisions),
        empty=Text(en="No decision has been recorded.", fr="Aucune décision n'a été enregistrée."),
    )
    departures = sum(not one.known.event.endorsed for one in decisions)
    said = (Callout("warning", fill(DEPARTED, n=departures)),) if departures else ()
    return Section("decisions", DECISIONS, (*said, table))


def _open(pack: BoardPack) -> Section:
    queries = [
        fill(QUERY, number=known.event.query, on=known.event.on, text=known.event.text) for known in pack.board.queries
    ]
    deviations = [
        fill(
            DEVIATION,
            number=known.event.deviation,
            weight=WEIGHT[known.event.major],
            on=known.event.on,
            text=known.event.description,
        )
        for known in pack.board.deviations
    ]
    # Published records leave most of what is checked here unsaid; people and queries are shown above.
    points = [] if pack.case.state.is_reconstruction else [one for one in pack.points if one.code not in SAID_ABOVE]
    items: tuple[Words, ...] = (*queries, *deviations, *(_Point(point) for point in points))
    return Section("open", OPEN, (Bullets(items) if items else Paragraph(NOTHING_OPEN),))


@final
@dataclass(frozen=True, slots=True)
class _Point:
    """What was open, in the language of the reader."""

    point: CutPoint

    def said(self, language: Language, /) -> str:
        """The point in words."""
        return point_said(self.point, language)


@final
@dataclass(frozen=True, slots=True)
class _Days:
    """Several days in a row."""

    days: tuple[object, ...]

    def said(self, language: Language, /) -> str:
        """The days, joined by commas."""
        each = Text(en="{on}", fr="{on}")
        return ", ".join(each.said(language, on=on) for on in self.days)
