"""``assess``, ``visits``, ``labs``: what is seen at visits, what is due, what laboratory values suggest."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright import workbench
from trialwright.cli.terminal import (
    AsOf,
    At,
    By,
    Json,
    Lang,
    TrialFolder,
    day as day_of,
    language,
    print_json,
    say,
    show_table,
)
from trialwright.vocabulary.words import NOT_AVAILABLE, Text, day, plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from trialwright.conduct.laboratory import Suggestion
    from trialwright.conduct.visits import Appointment
    from trialwright.vocabulary.words import Language

WORDS = {
    "recorded": Text(en="{count} entries recorded.", fr="{count} entrées enregistrées."),
    "title": Text(en="Visits on {on}", fr="Visites au {on}"),
    "participant": Text(en="participant", fr="personne"),
    "visit": Text(en="visit", fr="visite"),
    "infusion": Text(en="infusion", fr="perfusion"),
    "planned": Text(en="planned", fr="prévue"),
    "window": Text(en="window", fr="fenêtre"),
    "took place": Text(en="took place", fr="a eu lieu"),
    "stands": Text(en="stands", fr="état"),
    "lacks": Text(en="not recorded", fr="non recueilli"),
    "nothing": Text(en="Nothing is due or late.", fr="Rien n'est dû ni en retard."),
    "more": Text(
        en="{count} visits that are settled or further off are left out; --all shows them.",
        fr="{count} visites réglées ou plus lointaines ne sont pas montrées ; --all les montre.",
    ),
    "held in window": Text(en="held in its window", fr="tenue dans sa fenêtre"),
    "held early": Text(en="held early", fr="tenue en avance"),
    "held late": Text(en="held late", fr="tenue en retard"),
    "held": Text(en="held", fr="tenue"),
    "missed": Text(en="missed", fr="manquée"),
    "missing": Text(en="late: window over, nothing recorded", fr="en retard : fenêtre passée, rien de recueilli"),
    "due": Text(en="due", fr="due"),
    "not yet due": Text(en="not yet due", fr="à venir"),
    "not expected": Text(en="not expected: left before", fr="non attendue : partie avant"),
    "unscheduled": Text(en="unscheduled", fr="non prévue"),
    "labs": Text(
        en="Grades suggested by laboratory values (CTCAE 5.0)",
        fr="Grades suggérés par les valeurs biologiques (CTCAE 5.0)",
    ),
    "day": Text(en="day", fr="jour"),
    "test": Text(en="test", fr="examen"),
    "value": Text(en="value", fr="valeur"),
    "range": Text(en="range", fr="référence"),
    "term": Text(en="CTCAE term", fr="terme CTCAE"),
    "grade": Text(en="grade", fr="grade"),
    "baseline": Text(en="baseline (grade)", fr="initiale (grade)"),
    "no labs": Text(en="No value suggests a grade.", fr="Aucune valeur ne suggère de grade."),
    "suggestion": Text(
        en="Suggestions from numbers alone: an investigator judges, and reports an adverse event or not. "
        "† the reading of this rule is unverified.",
        fr="Suggestions tirées des seuls chiffres : un investigateur juge, et déclare ou non un événement indésirable. "
        "† lecture de cette règle non vérifiée.",
    ),
    "ungraded": Text(en="cannot be graded", fr="grade indéterminable"),
}
SHOWN = ("due", "missing", "missed", "held early", "held late")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("assess")(assess)
    app.command("visits")(visits)
    app.command("labs")(labs)


def assess(
    trial: TrialFolder,
    usubjid: Annotated[str, typer.Argument(metavar="USUBJID", help="Pseudonym; may stand in the file instead.")] = "",
    *,
    visit: Annotated[str, typer.Option("--visit", help="English name of the visit, or Unscheduled.")] = "",
    infusion: Annotated[
        int | None, typer.Option("--infusion", min=1, help="The infusion it belongs to, where there are several.")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", metavar="DAY", formats=["%Y-%m-%d"], help="The day of the visit; today if absent."),
    ] = None,
    item: Annotated[
        list[str] | None,
        typer.Option("--item", help="INSTRUMENT.ITEM=yes, no, a number, or ? for not known. Repeatable."),
    ] = None,
    result: Annotated[
        list[str] | None, typer.Option("--result", help='"TEST=VALUE UNIT", as in "ALT=35 U/L". Repeatable.')
    ] = None,
    laboratory: Annotated[str, typer.Option("--laboratory", help="Where --result was measured.")] = "",
    missed: Annotated[str, typer.Option("--missed", help="The visit will not take place: the reason.")] = "",
    file: Annotated[Path | None, typer.Option("--file", help="The CSV file of --template, filled in.")] = None,
    template: Annotated[bool, typer.Option("--template", help="Print a CSV table for this visit, to fill in.")] = False,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Record a visit, what was assessed and what was measured at it; or that it was missed."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        if template:
            text = workbench.visit_template(reached, usubjid=usubjid, visit=visit, infusion=infusion, language=spoken)
            typer.echo(text, nl=False)
            return
        today = day_of(on) or reached.day_of(at)
        seen: list[Any] = []
        if file is not None:
            seen += workbench.read_visits(file, today=today, usubjid=usubjid, visit=visit, infusion=infusion)
        elif visit:
            if not usubjid:
                raise typer.BadParameter("is required: the pseudonym of the person", param_hint="USUBJID")
            seen.append(
                workbench.Seen(
                    usubjid,
                    visit,
                    today,
                    infusion,
                    missed or None,
                    items=_items(item or ()),
                    results={laboratory: _results(result or ())} if result else {},
                )
            )
        written = workbench.assess(reached, seen, by=by, at=at)
    if as_json:
        print_json({"recorded": [{"position": one.position, "kind": one.event.kind} for one in written]})
        return
    say(WORDS["recorded"].said(spoken, count=len(written)), style="bold green")


def visits(
    trial: TrialFolder,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every visit, settled ones and those far off too.")] = False,
    as_of: AsOf = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Show the calendar: what is due, late or next, and what was not recorded at visits that took place."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        on, known = workbench.visits_of(reached, on=day_of(as_of))
    if as_json:
        print_json({"on": on.isoformat(), "visits": [_appointment(one) for one in known]})
        return
    kept = known if everything else _of_interest(known)
    if not kept:
        say(WORDS["nothing"].said(spoken))
        return
    names = ("participant", "visit", "infusion", "planned", "window", "took place", "stands", "lacks")
    rows = [_visit_row(one, spoken) for one in kept]
    show_table(WORDS["title"].said(spoken, on=on), [WORDS[name].said(spoken) for name in names], rows=rows)
    if len(kept) < len(known):
        say(WORDS["more"].said(spoken, count=len(known) - len(kept)))


def labs(
    trial: TrialFolder,
    usubjid: Annotated[str, typer.Argument(metavar="USUBJID", help="Pseudonym; everybody if absent.")] = "",
    *,
    everything: Annotated[bool, typer.Option("--all", help="Values of grade 0 too.")] = False,
    ranges: Annotated[
        Path | None,
        typer.Option("--ranges", help="Record the ranges of a laboratory: the table of --template, filled in."),
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Print a CSV table for the ranges of a laboratory.")
    ] = False,
    as_of: AsOf = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Show the CTCAE grades that laboratory values suggest, against range and baseline; set a laboratory's ranges."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        if template:
            typer.echo(workbench.range_template(reached), nl=False)
            return
        if ranges is not None:
            written = workbench.set_ranges(reached, ranges, by=by, at=at)
            if as_json:
                print_json({"recorded": [one.position for one in written]})
                return
            say(WORDS["recorded"].said(spoken, count=len(written)), style="bold green")
            return
        known = workbench.labs_of(reached, usubjid=usubjid, on=day_of(as_of))
    kept = [one for one in known if everything or one.grade != 0]
    if as_json:
        print_json({"suggestions": [_suggestion(one, spoken) for one in kept]})
        return
    if not kept:
        say(WORDS["no labs"].said(spoken))
        return
    names = ("participant", "day", "test", "value", "range", "term", "grade", "baseline")
    rows = [_lab_row(one, spoken) for one in kept]
    show_table(WORDS["labs"].said(spoken), [WORDS[name].said(spoken) for name in names], rows=rows)
    say(WORDS["suggestion"].said(spoken))


def _items(given: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in given:
        name, equals, value = one.partition("=")
        instrument, dot, key = name.strip().rpartition(".")
        if not equals or not dot:
            raise typer.BadParameter(f"{one!r} must be INSTRUMENT.ITEM=VALUE", param_hint="--item")
        found.setdefault(instrument, {})[key] = workbench.answer(value)
    return found


def _results(given: Sequence[str]) -> dict[str, dict[str, Any]]:
    found = {}
    for one in given:
        name, equals, value = one.partition("=")
        number, _, unit = value.strip().partition(" ")
        if not equals or not number:
            raise typer.BadParameter(f"{one!r} must be TEST=VALUE UNIT", param_hint="--result")
        limit = number[0] if number[0] in "<>" else ""
        measured = {"value": workbench.answer(number.lstrip("<>")), "unit": unit.strip(), "limit": limit}
        found[name.strip()] = measured
    return found


def _of_interest(known: Sequence[Appointment]) -> list[Appointment]:
    """What is due, late or lacks something, and the next visit of each participant."""
    coming: dict[str, Appointment] = {}
    for one in known:
        if one.standing == "not yet due" and one.planned is not None:
            coming.setdefault(one.usubjid, one)
    following = list(coming.values())
    return [one for one in known if one.standing in SHOWN or one.not_recorded or one in following]


def _visit_row(one: Appointment, spoken: Language) -> list[str]:
    window = f"{day(one.first, spoken)} – {day(one.last, spoken)}" if one.first and one.last else NOT_AVAILABLE
    stands = WORDS[one.standing].said(spoken) + (f" ({one.reason})" if one.reason else "")
    number = str(one.infusion_number)
    lacks = ", ".join(one.not_recorded)
    return [
        *(one.usubjid, one.visit.said(spoken), number, day(one.planned, spoken)),
        *(window, day(one.held, spoken), stands, lacks),
    ]


def _iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _appointment(one: Appointment) -> dict[str, Any]:
    return {
        "usubjid": one.usubjid,
        "visit": one.visit.en,
        "infusion": one.infusion_number,
        "planned": _iso(one.planned),
        "first": _iso(one.first),
        "last": _iso(one.last),
        "held": _iso(one.held),
        "standing": one.standing,
        "not_recorded": list(one.not_recorded),
        "reason": one.reason,
    }


def _measured(value: Any, unit: str, *, limit: str, spoken: Language) -> str:
    number = plain(value, spoken) if isinstance(value, float | int) else str(value or NOT_AVAILABLE)
    return f"{limit}{number} {unit}".strip()


def _lab_row(one: Suggestion, spoken: Language) -> list[str]:
    measured, held = one.result.measured, one.range
    value = _measured(measured.value, measured.unit, limit=measured.limit, spoken=spoken)
    ends = (
        []
        if held is None
        else [NOT_AVAILABLE if end is None else plain(end, spoken) for end in (held.lower, held.upper)]
    )
    limits = f"{' – '.join(ends)} {held.unit}".strip() if held is not None else NOT_AVAILABLE
    grade = WORDS["ungraded"].said(spoken) if one.grade is None else str(one.grade)
    grade += f" ({one.why.said(spoken)})" if one.why is not None else ""
    before = NOT_AVAILABLE
    if one.baseline is not None:
        first = one.baseline.measured
        before = _measured(first.value, first.unit, limit=first.limit, spoken=spoken)
        before += f" ({NOT_AVAILABLE if one.baseline_grade is None else one.baseline_grade})"
    term = one.rule.term + ("" if one.rule.status == "confirmed" else "†")
    return [one.result.usubjid, day(one.result.on, spoken), one.result.test, value, limits, term, grade, before]


def _suggestion(one: Suggestion, spoken: Language) -> dict[str, Any]:
    return {
        "usubjid": one.result.usubjid,
        "on": one.result.on.isoformat(),
        "visit": one.result.visit,
        "test": one.result.test,
        "value": one.result.measured.value,
        "unit": one.result.measured.unit,
        "position": one.result.position,
        "term": one.rule.term,
        "direction": one.rule.direction,
        "grade": one.grade,
        "grade_lower": None if one.bounds is None else one.bounds.lower,
        "grade_upper": None if one.bounds is None else one.bounds.upper,
        "baseline_grade": one.baseline_grade,
        "shift": one.shift,
        "why": None if one.why is None else one.why.said(spoken),
        "status": one.rule.status,
        "source": one.rule.source,
    }
