"""``ae``: adverse events reported, followed, judged, coded, adjudicated and told; listed as they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, final

import typer

from trialwright import workbench
from trialwright.cli import adverse_event_tables as tables
from trialwright.cli.terminal import At, By, Json, Lang, On, TrialFolder, day, language, print_json, say
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trialwright.workbench.safety import Verb

Number = Annotated[str, typer.Option("--ae", help="The event's number, as in AE-3.")]
File = Annotated[
    Path | None, typer.Option("--file", help="A CSV file with a line for each: all of it is recorded, or none.")
]
Template = Annotated[bool, typer.Option("--template", help="Print the first line of such a file, and do nothing else.")]
RECORDED = Text(en="Recorded: {count}.", fr="Enregistré : {count}.")
HELP = "Adverse events: report, follow, judge, expect, code, adjudicate, sent, list; aids to a judgement."


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    group = typer.Typer(no_args_is_help=True, help=HELP)
    for name, command in (
        ("report", report),
        ("follow", follow),
        ("judge", judge),
        ("expect", expect),
        ("code", code),
        ("adjudicate", adjudicate),
        ("sent", sent),
        ("list", tables.listed),
        ("term", tables.term),
        ("aid", tables.aid),
    ):
        group.command(name)(command)
    app.add_typer(group, name="ae")


def report(
    trial: TrialFolder,
    *,
    participant: Annotated[str, typer.Option("--participant", help="Pseudonym of the participant.")] = "",
    ae: Annotated[str, typer.Option("--ae", help="The event's own number; the next one if absent.")] = "",
    term: Annotated[str, typer.Option("--term", help="What happened, in the investigator's words.")] = "",
    ctcae: Annotated[str, typer.Option("--ctcae", help="The CTCAE term whose grades apply.")] = "",
    onset: Annotated[
        datetime | None, typer.Option("--onset", metavar="DAY", formats=["%Y-%m-%d"], help="The day it began.")
    ] = None,
    grade: Annotated[int | None, typer.Option("--grade", help="CTCAE grade at onset, 1 to 5.")] = None,
    related: Annotated[str, typer.Option("--related", help="To the product: yes, no or unknown.")] = "",
    serious: Annotated[str, typer.Option("--serious", help="yes, no or unknown.")] = "",
    because: Annotated[
        list[str] | None,
        typer.Option(
            "--because",
            help="Why it is serious, once each: death, life-threatening, hospitalisation, disability, "
            "congenital anomaly, medically important.",
        ),
    ] = None,
    expected: Annotated[str, typer.Option("--expected", help="By the reference safety information: yes or no.")] = "",
    relapse: Annotated[str, typer.Option("--relapse", help="Ascribed to a relapse of the disease: yes or no.")] = "",
    meaningful: Annotated[str, typer.Option("--meaningful", help="A laboratory value that matters: yes or no.")] = "",
    preexisting: Annotated[bool, typer.Option("--preexisting", help="It began before consent, and worsened.")] = False,
    infusion: Annotated[int | None, typer.Option("--infusion", help="The infusion it is tied to; 1 if absent.")] = None,
    aware: Annotated[
        datetime | None,
        typer.Option("--aware", metavar="DAY", formats=["%Y-%m-%d"], help="The day the investigator learned of it."),
    ] = None,
    sponsor_aware: Annotated[
        datetime | None,
        typer.Option("--sponsor-aware", metavar="DAY", formats=["%Y-%m-%d"], help="The day the sponsor did: day 0."),
    ] = None,
    action: Annotated[str, typer.Option("--action", help="What was done.")] = "",
    narrative: Annotated[str, typer.Option("--narrative", help="What happened, at length.")] = "",
    file: File = None,
    template: Template = False,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Report an adverse event; what does not go with CTCAE or the protocol is refused with every finding."""
    facts = {
        "usubjid": participant,
        "ae": ae,
        "term": term,
        "ctcae_term": ctcae,
        "on": day(onset),
        "grade": grade,
        "related": tables.answer(related, "--related"),
        "serious": tables.answer(serious, "--serious"),
        "seriousness": tuple(because or ()),
        "expected": tables.answer(expected, "--expected"),
        "after_relapse": tables.answer(relapse, "--relapse"),
        "meaningful": tables.answer(meaningful, "--meaningful"),
        "preexisting": preexisting or None,
        "infusion_number": infusion,
        "aware_on": day(aware),
        "sponsor_aware_on": day(sponsor_aware),
        "action": action,
        "narrative": narrative,
    }
    _do(trial, "report", facts=facts, how=_How(file, template, at, by, lang, as_json))


def follow(
    trial: TrialFolder,
    *,
    ae: Number = "",
    on: On = None,
    grade: Annotated[int | None, typer.Option("--grade", help="The grade from that day on.")] = None,
    serious: Annotated[str, typer.Option("--serious", help="yes, where it became serious.")] = "",
    because: Annotated[list[str] | None, typer.Option("--because", help="Why it is serious, once each.")] = None,
    ended: Annotated[
        datetime | None, typer.Option("--ended", metavar="DAY", formats=["%Y-%m-%d"], help="The day it ended.")
    ] = None,
    outcome: Annotated[
        str,
        typer.Option(
            "--outcome", help="recovered, recovering, not recovered, recovered with sequelae, fatal or unknown."
        ),
    ] = "",
    ctcae: Annotated[str, typer.Option("--ctcae", help="The CTCAE term, where it was not known before.")] = "",
    relapse: Annotated[str, typer.Option("--relapse", help="Ascribed to a relapse of the disease: yes or no.")] = "",
    meaningful: Annotated[str, typer.Option("--meaningful", help="A laboratory value that matters: yes or no.")] = "",
    sponsor_aware: Annotated[
        datetime | None,
        typer.Option(
            "--sponsor-aware", metavar="DAY", formats=["%Y-%m-%d"], help="The day the sponsor learned of this change."
        ),
    ] = None,
    action: Annotated[str, typer.Option("--action", help="What was done.")] = "",
    narrative: Annotated[str, typer.Option("--narrative", help="What happened, at length.")] = "",
    file: File = None,
    template: Template = False,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Follow an adverse event: a new grade, seriousness, end or outcome; what is left out stays as it was."""
    facts = {
        "ae": ae,
        "on": day(on),
        "grade": grade,
        "serious": tables.answer(serious, "--serious"),
        "seriousness": tuple(because or ()),
        "ended_on": day(ended),
        "outcome": outcome,
        "ctcae_term": ctcae,
        "after_relapse": tables.answer(relapse, "--relapse"),
        "meaningful": tables.answer(meaningful, "--meaningful"),
        "sponsor_aware_on": day(sponsor_aware),
        "action": action,
        "narrative": narrative,
    }
    _do(trial, "follow", facts=facts, how=_How(file, template, at, by, lang, as_json))


def judge(
    trial: TrialFolder,
    *,
    ae: Number = "",
    assessor: Annotated[str, typer.Option("--as", help="Who judges: investigator or sponsor.")] = "",
    related: Annotated[str, typer.Option("--related", help="To the product: yes, no or unknown.")] = "",
    causality: Annotated[
        str,
        typer.Option(
            "--causality", help="WHO-UMC: certain, probable, possible, unlikely, unclassified or unassessable."
        ),
    ] = "",
    naranjo: Annotated[
        list[str] | None, typer.Option("--naranjo", help="An answer to Naranjo's scale to keep, as in 2=yes.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    on: On = None,
    sponsor_aware: Annotated[
        datetime | None,
        typer.Option("--sponsor-aware", metavar="DAY", formats=["%Y-%m-%d"], help="The day the sponsor learned of it."),
    ] = None,
    file: File = None,
    template: Template = False,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Judge the relation to the product. The sponsor may raise what the investigator said, never lower it."""
    said = tables.answer(related, "--related")
    facts = {
        "ae": ae,
        "assessor": assessor,
        "related": "unknown" if related and said is None else said,
        "causality": causality,
        "naranjo": tables.pairs(naranjo) if naranjo else None,
        "reason": reason,
        "on": day(on),
        "sponsor_aware_on": day(sponsor_aware),
    }
    _do(trial, "judge", facts=facts, how=_How(file, template, at, by, lang, as_json))


def expect(
    trial: TrialFolder,
    *,
    ae: Number = "",
    expected: Annotated[str, typer.Option("--expected", help="yes or no.")] = "",
    reference: Annotated[
        str, typer.Option("--reference", help="The reference safety information in force at onset, with its version.")
    ] = "",
    on: On = None,
    file: File = None,
    template: Template = False,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Say whether an event was expected by the reference safety information in force at its onset."""
    facts = {"ae": ae, "expected": tables.answer(expected, "--expected"), "reference": reference, "on": day(on)}
    _do(trial, "expect", facts=facts, how=_How(file, template, at, by, lang, as_json))


def code(
    trial: TrialFolder,
    *,
    ae: Number = "",
    dictionary: Annotated[str, typer.Option("--dictionary", help="The user's own, as in MedDRA.")] = "",
    version: Annotated[str, typer.Option("--version", help="Its version, as in 27.1.")] = "",
    pt: Annotated[str, typer.Option("--pt", help="Preferred term.")] = "",
    soc: Annotated[str, typer.Option("--soc", help="System organ class.")] = "",
    llt: Annotated[str, typer.Option("--llt", help="Lowest level term.")] = "",
    number: Annotated[str, typer.Option("--code", help="The term's code.")] = "",
    on: On = None,
    file: File = None,
    template: Template = False,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Keep the dictionary terms a coder gave. In a file, `term` instead of `ae` codes every event so reported."""
    facts = {"ae": ae, "dictionary": dictionary, "version": version, "pt": pt, "soc": soc, "llt": llt, "code": number}
    _do(trial, "code", facts={**facts, "on": day(on)}, how=_How(file, template, at, by, lang, as_json))


def adjudicate(
    trial: TrialFolder,
    *,
    ae: Number = "",
    dlt: Annotated[str, typer.Option("--dlt", help="Whether it is dose-limiting: yes or no.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    on: On = None,
    file: File = None,
    template: Template = False,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Adjudicate whether an event is dose-limiting; what the protocol's definition gives stays beside it."""
    facts = {"ae": ae, "dlt": tables.answer(dlt, "--dlt"), "reason": reason, "on": day(on)}
    _do(trial, "adjudicate", facts=facts, how=_How(file, template, at, by, lang, as_json))


def sent(
    trial: TrialFolder,
    *,
    ae: Number = "",
    clock: Annotated[str, typer.Option("--clock", help="The clock it answers; `trialwright clocks` names them.")] = "",
    recipient: Annotated[str, typer.Option("--to", help="To whom.")] = "",
    reference: Annotated[str, typer.Option("--reference", help="Its number there.")] = "",
    complete: Annotated[bool, typer.Option("--complete", help="Nothing further is owed on this clock.")] = False,
    on: On = None,
    file: File = None,
    template: Template = False,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Record that a report of an event went to an authority, an ethics committee or a board."""
    facts = {"ae": ae, "clock": clock, "recipient": recipient, "reference": reference, "on": day(on)}
    _do(trial, "sent", facts={**facts, "complete": complete or None}, how=_How(file, template, at, by, lang, as_json))


@final
@dataclass(frozen=True, slots=True)
class _How:
    """What every command of this group is told beside the facts."""

    file: Path | None
    template: bool
    at: datetime | None
    by: str
    lang: str
    as_json: bool


def _do(trial: Path, verb: Verb, *, facts: Mapping[str, Any], how: _How) -> None:
    """Record the facts, or the lines of a file with these facts where a cell is empty; then how the event stands."""
    spoken = language(how.lang)
    with workbench.reach_trial(trial) as reached:
        if how.template:
            typer.echo(workbench.safety_template(reached.study, verb), nl=False)
            return
        if how.file is None:
            written = [workbench.record_safety(reached, verb, facts=facts, by=how.by, at=how.at)]
        else:
            told = {name: value for name, value in facts.items() if value not in (None, "", ())}
            written = [*workbench.record_safety_file(reached, verb, path=how.file, by=how.by, at=how.at, also=told)]
        touched = dict.fromkeys(getattr(one.event, "ae", "") for one in written)
        now = [one for one in workbench.adverse_events(reached).events if one.course.event.ae in touched]
        page = workbench.clocks(reached)
    if how.as_json:
        recorded = [{"position": one.position, "kind": one.event.kind, "digest": one.digest} for one in written]
        print_json({"recorded": recorded, "events": [tables.as_data(one) for one in now]})
        return
    say(RECORDED.said(spoken, count=len(written)), style="bold green")
    for one in now:
        tables.show_one(one, page, spoken=spoken)
