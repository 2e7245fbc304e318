"""One person, one line: infusions, DLT window, severe events, flares, remissions, end of follow-up, last state."""

from __future__ import annotations

from trialwright.analysis.time_to_event import Line, StateSpells
from trialwright.report.documents.findings import Findings
from trialwright.report.model import Figure, Words, fill
from trialwright.report.specifications import Lane, TimelineFigure, TimelineMark, TimelinePoint, TimelineSpan, Tone
from trialwright.vocabulary.words import Text

LANE = Text(en="{who}, level {level}", fr="{who}, palier {level}")
LAST_WITH = Text(en="{title} at the last visit", fr="{title} à la dernière visite")
LAST_WITHOUT = Text(en="without {title} at the last visit", fr="sans {title} à la dernière visite")
WINDOW = Text(en="end of the DLT window", fr="fin de la fenêtre de DLT")
DIED = Text(en="died", fr="décès")
KEY = Text(
    en="Grey bar: follow-up, with an arrow where it goes on. Diamond: infusion. Triangle: adverse event of grade 3 or "
    "more, by onset. Cross: visit at which a flare was found. Square: death.",
    fr="Barre grise : suivi, avec une flèche s'il se poursuit. Losange : perfusion. Triangle : événement indésirable "
    "de grade 3 ou plus, à son début. Croix : visite constatant une poussée. Carré : décès.",
)
SPELLS = Text(
    en="Blue bar: {titles}, from the first to the last visit with it.",
    fr="Barre bleue : {titles}, de la première à la dernière visite où il est présent.",
)
HOLLOW_DOT = Text(en="Dot: end of the DLT window.", fr="Point : fin de la fenêtre de DLT.")


def swimmer_figure(findings: Findings) -> Figure:
    """One lane for each participant infused, by dose level."""
    ends = {line.window_ends for line in findings.lines}
    common = next(iter(ends)) if len(ends) == 1 else None
    remissions = [one.endpoint for one in findings.endpoint_courses if one.endpoint.kind == "remission"]
    ordered = sorted(findings.lines, key=lambda line: line.dose_level)
    titles = ", ".join(dict.fromkeys(endpoint.name for endpoint in remissions))
    notes: list[Words] = [KEY]
    notes += [fill(SPELLS, titles=titles)] if remissions else []
    notes += [HOLLOW_DOT] if common is None and ends != {None} else []
    return Figure(
        name="swimmer",
        title=Text(en="One line for each participant", fr="Une ligne par personne"),
        alt=Text(
            en="One line for each participant, in days since the first infusion: infusions, adverse events of grade 3 "
            "or more, flares, remissions, the end of follow-up and the state at the last visit.",
            fr="Une ligne par personne, en jours depuis la première perfusion : perfusions, événements de grade 3 ou "
            "plus, poussées, rémissions, fin du suivi et état à la dernière visite.",
        ),
        spec=TimelineFigure(
            lanes=tuple(_lane(line, marks_window=common is None) for line in ordered),
            axis_label=Text(en="Days since the first infusion", fr="Jours depuis la première perfusion"),
            marks=(TimelineMark(common, WINDOW),) if common is not None else (),
        ),
        notes=tuple(notes),
    )


def _lane(line: Line, *, marks_window: bool) -> Lane:
    made_up = line.illustrative
    spans = [TimelineSpan(0, max(line.end, 1), "", "neutral", is_open=line.is_open, illustrative=made_up)]
    spans += [
        TimelineSpan(spell.first, spell.last, "", "accent", illustrative=state.illustrative)
        for state in line.states
        if state.endpoint.kind == "remission"
        for spell in state.spells
    ]
    points = [TimelinePoint(day, "", "diamond", "accent") for day in line.infusions]
    points += [TimelinePoint(day, "", "triangle", "warning", illustrative=fake) for day, fake in line.severe]
    points += [TimelinePoint(day, "", "cross", "warning", illustrative=fake) for day, fake in line.flares]
    if marks_window and line.window_ends is not None:
        points.append(TimelinePoint(line.window_ends, "", "dot", "neutral"))
    if line.death is not None:
        points.append(TimelinePoint(line.death, DIED, "square", "warning"))
    points += [point for state in line.states if (point := _last(state)) is not None]
    return Lane(fill(LANE, who=line.usubjid, level=line.dose_level), tuple(points), tuple(spans))


def _last(state: StateSpells) -> TimelinePoint | None:
    """The state at the last visit, in words, where it is a remission."""
    if state.endpoint.kind != "remission" or state.last_day is None:
        return None
    words = fill(LAST_WITH if state.last_state else LAST_WITHOUT, title=state.endpoint.name)
    tone: Tone = "accent" if state.last_state else "neutral"
    return TimelinePoint(state.last_day, words, "dot", tone, illustrative=state.illustrative)
