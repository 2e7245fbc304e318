"""``check``, ``status``, ``advise``, ``what-if``, ``schema``: questions that write nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright import workbench
from trialwright.cli import standing, stopping
from trialwright.cli.terminal import (
    AsOf,
    Json,
    Lang,
    ProtocolFile,
    TrialFolder,
    day,
    language,
    print_json,
    say,
    say_item,
)
from trialwright.vocabulary.errors import ProtocolError
from trialwright.vocabulary.parameters import ABSENT, as_toml
from trialwright.vocabulary.scores import STATUS_WORDS
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trialwright.protocol import Study
    from trialwright.vocabulary.doses import DoseLevel
    from trialwright.vocabulary.words import Language
    from trialwright.workbench.asking import Status
    from trialwright.workbench.choosing import Kind

SOUND = Text(en="{path} describes a trial; nothing to mend.", fr="{path} décrit un essai ; rien à corriger.")
SECTIONS = {
    "doses": Text(en="Dose levels", fr="Paliers de dose"),
    "start": Text(en="start", fr="début"),
    "design": Text(en="Design", fr="Plan d'escalade"),
    "rules": Text(en="Rules, in this order", fr="Règles, dans cet ordre"),
    "named": Text(en="{name}: {sentence}", fr="{name} : {sentence}"),
    "defaults": Text(en="by default: {defaults}", fr="par défaut : {defaults}"),
    "no_end": Text(
        en="There is no rule stop_at_n: unless the design ends it, the trial goes on beyond the {n} planned.",
        fr="Sans règle stop_at_n, l'essai continue au-delà des {n} participants prévus, sauf si le plan l'arrête.",
    ),
    "dlt": Text(en="Dose-limiting toxicity", fr="Toxicité limitant la dose"),
    "dlt_is": Text(
        en="grade {grade} or more, {relation}, day {first} to day {last} of an infusion (day 0 is its day; both "
        "included)",
        fr="grade {grade} ou plus, {relation}, du jour {first} au jour {last} d'une perfusion (le jour 0 est le "
        "sien ; bornes comprises)",
    ),
    "activity": Text(en="Activity, for dose finding", fr="Activité, pour la recherche de dose"),
    "not_looked_at": Text(
        en="{activity} (shown; the design decides by DLTs alone)",
        fr="{activity} (affichée ; le plan d'escalade décide par les seules DLT)",
    ),
    "related": Text(en="related to the product", fr="lié au produit"),
    "any": Text(en="whatever its relation", fr="quelle que soit l'imputabilité"),
    "release": Text(en="Release tests of a batch", fr="Tests de libération d'un lot"),
    "inclusion": Text(en="Inclusion", fr="Inclusion"),
    "exclusion": Text(en="Exclusion", fr="Non-inclusion"),
    "visits": Text(en="Visits", fr="Visites"),
    "sources": Text(en="Not confirmed by a source", fr="Non confirmé par une source"),
}
STATUS = {**STATUS_WORDS, "choice": Text(en="our choice", fr="notre choix")}


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("check")(check)
    app.command("status")(status)
    app.command("advise")(advise)
    app.command("what-if")(what_if)
    app.command("schema")(schema)


def check(protocol: ProtocolFile, lang: Lang = "en", *, as_json: Json = False) -> None:
    """Check a protocol file: every mistake at once, or what it says in words.

    Exit status 2 when the file does not describe a trial yet.
    """
    spoken = language(lang)
    try:
        study = workbench.check_protocol(protocol)
    except ProtocolError as error:
        if not as_json:
            raise
        print_json({"describes_a_trial": False, "findings": [finding.as_data() for finding in error.findings]})
        raise typer.Exit(2) from error
    if as_json:
        print_json({"describes_a_trial": True, **_study_data(study)})
        return
    _show_study(study, spoken)
    say(SOUND.said(spoken, path=protocol), style="bold green")


def _show_study(study: Study, spoken: Language) -> None:
    say(f"{study.identity.id} — {study.identity.title.said(spoken)}", style="bold")
    start = SECTIONS["start"].said(spoken)
    levels = [
        f"{level.level}: {dose}" + (f" ({start})" if level.level == study.dosing.start_level else "")
        for level, dose in zip(study.dose_levels, standing.doses(study, spoken), strict=True)
    ]
    _paragraph("doses", levels, spoken=spoken)
    _paragraph("design", [_design(study, spoken)], spoken=spoken)
    _paragraph(
        "rules", [_named("rules", one.name, one.parameters, spoken=spoken) for one in study.rule_names], spoken=spoken
    )
    if not any(rule.name == "stop_at_n" for rule in study.rule_names):
        say(SECTIONS["no_end"].said(spoken, n=study.identity.planned_n), style="yellow")
    for table in workbench.stopping_tables(study):
        _listed(stopping.heading(table, spoken), stopping.lines(table, spoken))
    dlt = study.dlt
    relation = SECTIONS[dlt.relation].said(spoken)
    _paragraph(
        "dlt",
        [
            SECTIONS["dlt_is"].said(
                spoken, grade=dlt.min_grade, relation=relation, first=dlt.first_day, last=dlt.last_day
            )
        ],
        spoken=spoken,
    )
    _paragraph("activity", _activity(study, spoken), spoken=spoken)
    tests = study.product.tests if study.product else ()
    _paragraph("release", [f"{one.title.said(spoken)}: {one.said(spoken)}" for one in tests], spoken=spoken)
    for kind in ("inclusion", "exclusion"):
        _paragraph(
            kind, [f"{one.id}  {one.rule.said(spoken)}" for one in getattr(study.eligibility, kind)], spoken=spoken
        )
    _paragraph("visits", [f"{visit.name.said(spoken)} ({visit.day})" for visit in study.visits], spoken=spoken)
    unsure = [about for about in study.about if about.status != "confirmed"]
    _paragraph(
        "sources",
        [f"{one.place} [{STATUS[one.status].said(spoken)}] {one.note.said(spoken)}" for one in unsure],
        spoken=spoken,
    )


def _activity(study: Study, spoken: Language) -> list[str]:
    """What counts as activity, and whether the design looks at it."""
    if study.activity is None:
        return []
    said = study.activity_said(spoken)
    return [said if study.looks_at_activity else SECTIONS["not_looked_at"].said(spoken, activity=said)]


def _paragraph(key: str, lines: list[str], *, spoken: Language) -> None:
    if lines:
        _listed(SECTIONS[key].said(spoken), lines)


def _listed(heading: str, lines: list[str]) -> None:
    say(heading, style="bold")
    for line in lines:
        say_item(line)


def _design(study: Study, spoken: Language) -> str:
    """The design's name, what it does, what the protocol gives it, and what holds because nothing is given."""
    said = _named("designs", study.design_name, study.design_parameters, spoken=spoken)
    known = workbench.describe("designs", study.design_name).parameters
    rest = [one for one in known if one.name not in study.design_parameters and one.default != ABSENT]
    defaults = ", ".join(f"{one.name} = {one.default.said(spoken)}" for one in rest)
    return said + ("\n" + SECTIONS["defaults"].said(spoken, defaults=defaults) if rest else "")


def _named(kind: Kind, name: str, given: Mapping[str, Any], *, spoken: Language) -> str:
    """A design or rule: its name, its sentence, and on a line of its own the parameters that are given."""
    sentence = workbench.describe(kind, name).sentence.said(spoken)
    stated = ", ".join(f"{key} = {as_toml(value)}" for key, value in given.items())
    return SECTIONS["named"].said(spoken, name=name, sentence=sentence) + (f"\n{stated}" if stated else "")


def _dose_data(level: DoseLevel) -> dict[str, object]:
    dose: dict[str, object] = {"level": level.level, "amount": level.amount}
    several = level.infusions > 1
    return {**dose, "infusions": level.infusions, "interval_days": level.interval_days} if several else dose


def _study_data(study: Study) -> dict[str, object]:
    return {
        "id": study.identity.id,
        "digest": study.digest,
        "dose_levels": [_dose_data(level) for level in study.dose_levels],
        "unit": study.dosing.unit.en,
        "start_level": study.dosing.start_level,
        "design": {"name": study.design_name, **study.design_parameters},
        "rules": [{"name": rule.name, **rule.parameters} for rule in study.rule_names],
        "stopping_tables": [table.as_data() for table in workbench.stopping_tables(study)],
        "activity": study.activity_said("en") or None,
        "unconfirmed": [
            {"place": about.place, "status": about.status} for about in study.about if about.status != "confirmed"
        ],
    }


def status(trial: TrialFolder, as_of: AsOf = None, *, lang: Lang = "en", as_json: Json = False) -> None:
    """Show how a trial stands: who was infused at which dose, DLTs, the posterior, the advice."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        standing_now = workbench.status(reached, on=day(as_of))
        if as_json:
            print_json(_status_data(standing_now, spoken))
            return
        standing.show_reconstruction(standing_now.case, spoken)
        standing.show_exposure(standing_now, spoken)
        standing.show_toxicity(standing_now.toxicity, standing_now.advice, study=reached.study, spoken=spoken)
        standing.show_responses(standing_now, spoken)
        standing.show_advice(standing_now.advice, spoken)


def _status_data(now: Status, spoken: Language) -> dict[str, object]:
    case = now.case
    return {
        "trial": case.study.identity.id,
        "on": case.on.isoformat(),
        "reconstruction": case.state.is_reconstruction,
        "head": {"position": case.state.head.position, "digest": case.state.head.digest},
        "participants": [
            {
                "usubjid": one.usubjid,
                "assigned_level": one.assigned,
                "backfill": one.backfill,
                "counted_level": one.dose_level,
                "within_tolerance": one.within_tolerance,
                "dlt": one.dlt,
                "window_complete": one.complete,
                "evaluable": one.evaluable,
                "activity": one.active,
                "activity_awaited": one.activity_awaited,
            }
            for one in case.observed.values()
        ],
        "enrolment_closed": case.state.closed is not None,
        "decision": workbench.decision_as_data(now.advice, language=spoken),
    }


def advise(
    trial: TrialFolder,
    as_of: AsOf = None,
    *,
    cut: Annotated[str, typer.Option("--cut", help="On this frozen data cut, instead of what is known.")] = "",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Say what the protocol's design and rules advise next, and why, from what was known on a day or in a data cut."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        decision = (
            workbench.advise_on_cut(reached, cut).advice if cut else workbench.advise_trial(reached, on=day(as_of))
        )
        if as_json:
            print_json(workbench.decision_as_data(decision, language=spoken))
            return
        standing.show_levels(decision.levels, study=reached.study, spoken=spoken)
        standing.show_advice(decision, spoken)


def what_if(
    protocol: ProtocolFile,
    outcomes: Annotated[
        str,
        typer.Option(
            "--outcomes",
            help="An imagined course: level, then N (none), T (DLT) or P (pending) per participant: "
            '"2NNN 3NNT". With a design that looks at activity: N (neither), T (DLT only), E (activity only), '
            'B (both) or P (pending): "2NTE 3EEB".',
        ),
    ],
    *,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Show what would be advised after an imagined course; the last group named counts as complete."""
    spoken = language(lang)
    asked = workbench.what_if(protocol, outcomes)
    if as_json:
        print_json({"outcomes": asked.outcomes, **workbench.decision_as_data(asked.decision, language=spoken)})
        return
    standing.show_levels(asked.decision.levels, study=asked.study, spoken=spoken)
    standing.show_advice(asked.decision, spoken, hypothetical=True)
    standing.show_evidence(asked.decision, spoken)


def schema(
    out: Annotated[Path | None, typer.Option("--out", help="File to write; standard output if absent.")] = None,
) -> None:
    """Print the JSON Schema of a protocol file, for editors that complete and check while one types."""
    if out is None:
        print_json(workbench.protocol_schema())
        return
    workbench.write_schema(out)
    say(str(out))
