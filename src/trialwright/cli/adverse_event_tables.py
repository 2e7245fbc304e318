"""Adverse events on a terminal: the list, one event in a line, CTCAE terms, aids to a judgement."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright import workbench
from trialwright.cli.terminal import AsOf, Json, Lang, TrialFolder, day, language, print_json, say, say_item, show_table
from trialwright.vocabulary import ctcae
from trialwright.vocabulary.errors import NotFound
from trialwright.vocabulary.words import NOT_AVAILABLE, Text, day as written_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trialwright.conduct.clocks import Page
    from trialwright.vocabulary.words import Language
    from trialwright.workbench.safety import AdverseEventNow

ANSWERS = {"yes": True, "oui": True, "no": False, "non": False, "unknown": None, "inconnu": None, "?": None, "": None}
WORDS = {
    True: Text(en="yes", fr="oui"),
    False: Text(en="no", fr="non"),
    None: Text(en="not known", fr="inconnu"),
}
TITLE = Text(en="Adverse events", fr="Événements indésirables")
NOBODY = Text(en="No adverse event has been recorded.", fr="Aucun événement indésirable n'a été enregistré.")
COLUMNS = (
    Text(en="event", fr="événement"),
    Text(en="participant", fr="personne"),
    Text(en="term", fr="terme"),
    Text(en="onset", fr="début"),
    Text(en="end", fr="fin"),
    Text(en="grade now / worst", fr="grade actuel / maximal"),
    Text(en="related (inv. / sponsor)", fr="lié (inv. / promoteur)"),
    Text(en="serious", fr="grave"),
    Text(en="expected", fr="attendu"),
    Text(en="DLT by definition", fr="DLT par définition"),
    Text(en="adjudicated", fr="adjugé"),
)
POINTS = Text(en="Does not go together", fr="Incohérences")
ONE = Text(
    en="{ae} of {usubjid}, {term}: worst grade {worst}; related: {related}; serious: {serious}; dose-limiting by "
    "definition: {computed}; adjudicated: {adjudicated}.",
    fr="{ae} de {usubjid}, {term} : grade maximal {worst} ; lié : {related} ; grave : {serious} ; DLT "
    "par définition : {computed} ; adjugé : {adjudicated}.",
)
DUE = Text(en="  · {clock}: last day {due}", fr="  · {clock} : dernier jour {due}")
DUE_IF = Text(
    en="  · {clock}: last day {due}, if it applies", fr="  · {clock} : dernier jour {due}, si elle s'applique"
)
NO_DAY_0 = Text(
    en="  · {clock}: day 0 is not known; record the day of awareness",
    fr="  · {clock} : jour 0 inconnu ; enregistrer le jour où cela a été connu",
)
TERM = Text(en="{term} (CTCAE 5.0)", fr="{term} (CTCAE 5.0)")
GRADE, ASKS = (
    Text(en="grade", fr="grade"),
    Text(en="what it asks for, in short", fr="ce qu'il demande, en bref (anglais)"),
)
SUGGESTS = Text(
    en="A suggestion only: a person judges, and records it with `trialwright ae judge`.",
    fr="Simple suggestion : une personne juge, et l'enregistre avec `trialwright ae judge`.",
)


def answer(given: str, option: str) -> bool | None:
    """Yes, no or not known; a clear refusal of anything else."""
    if given.casefold() not in ANSWERS:
        raise typer.BadParameter(f"{given!r} must be yes, no or unknown", param_hint=option)
    return ANSWERS[given.casefold()]


def pairs(given: Iterable[str]) -> dict[str, str]:
    """Answers as they are typed, ``2=yes``; a clear refusal of anything else."""
    parted = [one.partition("=") for one in given]
    if any(not (name and sign and value) for name, sign, value in parted):
        raise typer.BadParameter("an answer is written as QUESTION=ANSWER, as in 2=yes", param_hint="ANSWERS")
    return {name.strip(): value.strip() for name, _, value in parted}


def listed(
    trial: TrialFolder,
    *,
    participant: Annotated[str, typer.Option("--participant", help="Only the events of one participant.")] = "",
    as_of: AsOf = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Every adverse event as it stands: grades, judgements, the DLT as computed and as adjudicated, side by side."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        found = workbench.adverse_events(reached, on=day(as_of))
    events = [one for one in found.events if participant in ("", one.course.event.usubjid)]
    points = [point for point in found.points if participant in ("", point.about, point.values.get("usubjid"))]
    if as_json:
        print_json({"events": [as_data(one) for one in events], "points": [_point_as_data(one) for one in points]})
        return
    if not events:
        say(NOBODY.said(spoken))
    else:
        show_table(
            TITLE.said(spoken), [one.said(spoken) for one in COLUMNS], rows=[_row(one, spoken) for one in events]
        )
    if points:
        from trialwright.conduct.cuts import said  # loaded when there is something to show

        say()
        say(POINTS.said(spoken), style="bold yellow")
        for point in points:
            say_item(said(point, spoken))


def _row(one: AdverseEventNow, spoken: Language) -> list[str]:
    course, relation = one.course, one.course.relation
    now = NOT_AVAILABLE if course.grade is None else str(course.grade)
    by_whom = [_said(relation.investigator, spoken), _said(relation.sponsor, spoken, absent=NOT_AVAILABLE)]
    return [
        course.event.ae,
        course.event.usubjid,
        course.event.term,
        written_day(course.event.on, spoken),
        written_day(course.ended_on, spoken),
        f"{now} / {course.worst}",
        f"{_said(relation.counts, spoken)} ({' / '.join(by_whom)})",
        _said(course.serious, spoken),
        _said(course.expected, spoken),
        _said(one.limiting.computed, spoken),
        _said(one.limiting.adjudicated, spoken, absent=NOT_AVAILABLE),
    ]


def _said(value: bool | None, spoken: Language, *, absent: str = "") -> str:
    return absent if absent and value is None else WORDS[value].said(spoken)


def as_data(one: AdverseEventNow) -> dict[str, Any]:
    """One event as plain values."""
    course, relation, limiting = one.course, one.course.relation, one.limiting
    return {
        "ae": course.event.ae,
        "usubjid": course.event.usubjid,
        "term": course.event.term,
        "ctcae_term": course.ctcae_term or None,
        "onset": course.event.on,
        "ended_on": course.ended_on,
        "outcome": course.outcome,
        "grade": course.grade,
        "worst_grade": course.worst,
        "related": relation.counts,
        "related_by": {"investigator": relation.investigator, "sponsor": relation.sponsor},
        "sponsor_downgrade": relation.downgraded,
        "serious": course.serious,
        "seriousness": list(course.seriousness),
        "expected": course.expected,
        "after_relapse": course.after_relapse,
        "coded": None if course.coding is None else dataclasses.asdict(course.coding.event),
        "dlt": {
            "computed": limiting.computed,
            "adjudicated": limiting.adjudicated,
            "stands": limiting.stands,
            "disagree": limiting.disagree,
        },
    }


def _point_as_data(point: Any) -> dict[str, Any]:
    return {"code": point.code, "about": point.about, "values": dict(point.values)}


def show_one(one: AdverseEventNow, page: Page, *, spoken: Language) -> None:
    """An event in a sentence, and the reports that it makes owed."""
    course, limiting = one.course, one.limiting
    said = {
        "related": _said(course.relation.counts, spoken),
        "serious": _said(course.serious, spoken),
        "computed": _said(limiting.computed, spoken),
        "adjudicated": _said(limiting.adjudicated, spoken, absent=NOT_AVAILABLE),
    }
    say(
        ONE.said(
            spoken, ae=course.event.ae, usubjid=course.event.usubjid, term=course.event.term, worst=course.worst, **said
        )
    )
    for owed in page.reports:
        if owed.ae == course.event.ae and owed.is_open:
            sentence = NO_DAY_0 if owed.open_until is None else DUE_IF if owed.waits_for else DUE
            say(sentence.said(spoken, clock=owed.clock.title, due=owed.open_until or ""))


def term(
    words: Annotated[str, typer.Argument(metavar="TERM", help="A CTCAE term, or something like it.")],
    *,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Show which grades a CTCAE term has; near terms where there is no such term."""
    spoken, found = language(lang), ctcae.find(words)
    if found is None:
        near = ", ".join(ctcae.near(words)) or "none"
        raise NotFound(f"{words!r} is not a term of CTCAE {ctcae.VERSION}; near it: {near}")
    if as_json:
        print_json({"term": found.name, "grades": list(found.grades), "asks": dict(found.asks), "note": found.note})
        return
    rows = [[str(grade), found.asks.get(grade, NOT_AVAILABLE)] for grade in found.grades]
    show_table(TERM.said(spoken, term=found.name), [GRADE.said(spoken), ASKS.said(spoken)], rows=rows)


def aid(
    name: Annotated[str, typer.Argument(metavar="AID", help="naranjo, who-umc, crs or icans.")],
    answers: Annotated[
        list[str] | None, typer.Argument(metavar="ANSWERS", help="QUESTION=ANSWER, as in 2=yes or hypoxia='low flow'.")
    ] = None,
    *,
    treated: Annotated[bool, typer.Option("--treated", help="For crs: antipyretic, tocilizumab or steroids.")] = False,
    died: Annotated[bool, typer.Option("--died", help="For crs and icans: the participant died of it.")] = False,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Work out what an aid to a judgement suggests from answers; nothing is recorded."""
    spoken = language(lang)
    found = dataclasses.asdict(workbench.aid(name, pairs(answers or ()), treated=treated, died=died))
    plain = {key: value["en"] if isinstance(value, dict) else value for key, value in found.items()}
    if as_json:
        print_json({"aid": name, **plain})
        return
    rows = []
    for key, value in found.items():
        shown = value[spoken] if isinstance(value, dict) else value
        shown = ", ".join(map(str, shown)) if isinstance(shown, tuple | list) else shown
        shown = _said(shown, spoken) if isinstance(shown, bool) else shown
        rows.append([key, NOT_AVAILABLE if shown in (None, "") else str(shown)])
    show_table(name, ["", ""], rows=rows)
    say(SUGGESTS.said(spoken))
