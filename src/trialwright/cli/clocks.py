"""``clocks``: everything that runs out, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trialwright import workbench
from trialwright.cli.terminal import AsOf, Json, Lang, TrialFolder, day, language, print_json, say, show_table
from trialwright.vocabulary.words import NOT_AVAILABLE, Text, day as written_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer

    from trialwright.conduct.clocks import BagClock, Interval, Kept, NextVisit, Page, Reporting, Window
    from trialwright.conduct.known import Known
    from trialwright.vocabulary.events import SafetyReportSent
    from trialwright.vocabulary.words import Language

WORDS = {
    "page": Text(en="{trial}: clocks on {on}", fr="{trial} : échéances au {on}"),
    "nothing": Text(en="Nothing is running.", fr="Aucune échéance en cours."),
    "no-clocks": Text(
        en="The protocol names no clocks of expedited reporting ([safety].profiles, [[clocks]]).",
        fr="Le protocole ne nomme aucune échéance de déclaration ([safety].profiles, [[clocks]]).",
    ),
    "reports": Text(en="Expedited reporting", fr="Déclarations accélérées"),
    "windows": Text(en="DLT windows", fr="Fenêtres de DLT"),
    "intervals": Text(en="Between participants", fr="Entre participants"),
    "bags": Text(en="Bags in hand", fr="Poches disponibles"),
    "visits": Text(en="Next visits", fr="Prochaines visites"),
    "retention": Text(en="Trace kept", fr="Conservation de la traçabilité"),
    "event": Text(en="event", fr="événement"),
    "participant": Text(en="participant", fr="personne"),
    "clock": Text(en="clock", fr="échéance"),
    "day_0": Text(en="day 0", fr="jour 0"),
    "due": Text(en="last day", fr="dernier jour"),
    "left": Text(en="days left", fr="jours restants"),
    "standing": Text(en="standing", fr="état"),
    "level": Text(en="level", fr="palier"),
    "rule": Text(en="rule", fr="règle"),
    "until": Text(en="free from", fr="libre à partir du"),
    "bag": Text(en="bag", fr="poche"),
    "batch": Text(en="batch", fr="lot"),
    "expires": Text(en="batch expires", fr="péremption du lot"),
    "thawed": Text(en="thawed", fr="décongelée"),
    "usable": Text(en="usable until", fr="utilisable jusqu'à"),
    "visit": Text(en="visit", fr="visite"),
    "planned": Text(en="planned", fr="prévue"),
    "given": Text(en="infusions", fr="perfusions"),
    "kept": Text(en="kept until", fr="conservée jusqu'au"),
    "if": Text(en="if {what} is so", fr="sous réserve de : {what}"),
    "follow-up": Text(en="report of {on}; what completes it", fr="déclaration du {on} ; son complément"),
}
STANDING = {
    "overdue": Text(en="OVERDUE", fr="EN RETARD"),
    "running": Text(en="running", fr="en cours"),
    "day 0 not known": Text(en="day 0 not known", fr="jour 0 inconnu"),
    "answered": Text(en="answered on {on}", fr="répondue le {on}"),
    "answered late": Text(en="answered late, on {on}", fr="répondue en retard, le {on}"),
    "open": Text(en="open", fr="ouverte"),
    "passed": Text(en="passed", fr="terminée"),
    "waits for judgement": Text(en="waits for a judgement", fr="en attente d'une évaluation"),
    "dlt": Text(en="DLT", fr="DLT"),
    "not evaluable": Text(en="not evaluable", fr="non évaluable"),
    "infusions to come": Text(en="infusions to come", fr="perfusions à venir"),
}
CONDITIONS = {
    "seriousness": Text(en="serious", fr="gravité"),
    "relation": Text(en="related", fr="imputabilité"),
    "expectedness": Text(en="unexpected", fr="caractère inattendu"),
    "severity": Text(en="of that severity", fr="mise en jeu du pronostic vital"),
}


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("clocks")(clocks)


def clocks(trial: TrialFolder, as_of: AsOf = None, *, lang: Lang = "en", as_json: Json = False) -> None:
    """Everything that runs out, on one page: reports owed, DLT windows, intervals, bags, visits, retention."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        page, study = workbench.clocks(reached, on=day(as_of)), reached.study
    if as_json:
        print_json(_as_data(page))
        return
    say(_said("page", spoken, trial=study.identity.id, on=page.on), style="bold")
    if not study.clocks:
        say(_said("no-clocks", spoken))
    shown = _tables(page, spoken)
    for title, columns, rows in shown:
        say()
        show_table(_said(title, spoken), [_said(column, spoken) for column in columns], rows=rows)
    if not shown:
        say(_said("nothing", spoken))


Table = tuple[str, tuple[str, ...], list[list[str]]]


def _tables(page: Page, spoken: Language) -> list[Table]:
    """The tables that have rows."""
    owed = ("event", "participant", "clock", "day_0", "due", "left", "standing")
    hands = ("bag", "batch", "thawed", "usable", "expires", "left")
    every: list[Table] = [
        ("reports", owed, [_report(one, spoken) for one in page.reports]),
        (
            "windows",
            ("participant", "level", "due", "left", "standing"),
            [_window(one, spoken) for one in page.windows],
        ),
        ("intervals", ("rule", "participant", "until", "left"), [_interval(one, spoken) for one in page.intervals]),
        ("bags", hands, [_bag(one, spoken) for one in page.bags]),
        ("visits", ("participant", "visit", "planned", "due", "left"), [_visit(one, spoken) for one in page.visits]),
        ("retention", ("batch", "expires", "given", "kept"), [_kept(one, spoken) for one in page.retention]),
    ]
    return [table for table in every if table[2]]


def _report(one: Reporting, spoken: Language) -> list[str]:
    awaits_more = one.answered is not None and one.is_open
    standing = STANDING[one.standing].said(spoken, on=one.answered or "")
    if awaits_more:
        standing = STANDING["overdue" if one.is_overdue else "running"].said(spoken)
    if one.report is not None and not one.is_open:
        standing += f" ({_sent(one.report)})"
    if one.waits_for and one.is_open:
        what = ", ".join(CONDITIONS[name].said(spoken) for name in one.waits_for)
        standing += f" ({_said('if', spoken, what=what)})"
    clock = one.clock.title.said(spoken)
    if awaits_more:
        clock += f" — {_said('follow-up', spoken, on=one.answered)}"
    return [
        one.ae,
        one.usubjid,
        f"{one.clock.name}: {clock}",
        written_day(one.day_0, spoken),
        written_day(one.open_until or one.due, spoken),
        _left(one.days_left),
        standing,
    ]


def _sent(report: Known[SafetyReportSent]) -> str:
    """To whom a report went, under which number, and where it stands in the record."""
    told = (report.event.recipient, report.event.reference, f"#{report.position}")
    return ", ".join(part for part in told if part)


def _window(one: Window, spoken: Language) -> list[str]:
    standing = STANDING[one.standing].said(spoken)
    return [one.usubjid, str(one.dose_level), written_day(one.ends, spoken), _left(one.days_left), standing]


def _interval(one: Interval, spoken: Language) -> list[str]:
    return [f"{one.rule} ({one.days})", one.usubjid, written_day(one.until, spoken), _left(one.days_left)]


def _bag(one: BagClock, spoken: Language) -> list[str]:
    usable = NOT_AVAILABLE if one.usable_until is None else one.usable_until.isoformat(timespec="minutes")
    thawed, expires = written_day(one.thawed_on, spoken), written_day(one.expires_on, spoken)
    return [one.bag, one.batch, thawed, usable, expires, str(one.days_left)]


def _visit(one: NextVisit, spoken: Language) -> list[str]:
    planned, last = written_day(one.planned, spoken), written_day(one.last, spoken)
    return [one.usubjid, one.visit.said(spoken), planned, last, str(one.days_left)]


def _kept(one: Kept, spoken: Language) -> list[str]:
    return [one.batch, written_day(one.expires_on, spoken), str(one.given), written_day(one.keep_until, spoken)]


def _left(days: int | None) -> str:
    return NOT_AVAILABLE if days is None else str(days)


def _said(key: str, spoken: Language, **values: object) -> str:
    return WORDS[key].said(spoken, **values)


def _as_data(page: Page) -> dict[str, Any]:
    """The page as plain values."""
    return {
        "on": page.on,
        "reports": [
            {
                "ae": one.ae,
                "usubjid": one.usubjid,
                "clock": one.clock.name,
                "source": one.clock.source,
                "status": one.clock.status,
                "waits_for": list(one.waits_for),
                "day_0": one.day_0,
                "due": one.due,
                "answered": one.answered,
                "report": one.report
                and {
                    "position": one.report.position,
                    "clock": one.report.event.clock,
                    "recipient": one.report.event.recipient,
                    "reference": one.report.event.reference,
                },
                "follow_up_due": one.follow_up_due,
                "follow_up": one.follow_up,
                "standing": one.standing,
                "open": one.is_open,
                "overdue": one.is_overdue,
                "days_left": one.days_left,
            }
            for one in page.reports
        ],
        "dlt_windows": _plain(page.windows),
        "intervals": _plain(page.intervals),
        "bags": _plain(page.bags),
        "visits": [{**_plain([one])[0], "visit": one.visit.en} for one in page.visits],
        "retention": _plain(page.retention),
    }


def _plain(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in row.__slots__} for row in rows]
