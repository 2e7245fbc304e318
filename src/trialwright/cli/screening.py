"""``screen``, ``confirm``, ``waive``, ``enrol``: from consent to a place in the trial."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright import workbench
from trialwright.cli.terminal import AsOf, At, By, Json, Lang, TrialFolder, day, language, print_json, say, show_table
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.conduct.eligibility import Eligibility, Judged
    from trialwright.vocabulary.records import Record
    from trialwright.vocabulary.words import Language

Usubjid = Annotated[str, typer.Argument(metavar="USUBJID", help="Pseudonym of the person, as in MSC-07.")]
On = Annotated[
    datetime | None,
    typer.Option("--on", metavar="DAY", formats=["%Y-%m-%d"], help="The day it happened; today if absent."),
]
WORDS = {
    "met": Text(en="met", fr="rempli"),
    "not met": Text(en="not met", fr="non rempli"),
    "cannot be assessed": Text(en="cannot be assessed", fr="non évaluable"),
    "inclusion": Text(en="inclusion", fr="inclusion"),
    "exclusion": Text(en="exclusion", fr="non-inclusion"),
    "kind": Text(en="kind", fr="type"),
    "id": Text(en="no.", fr="n°"),
    "criterion": Text(en="criterion", fr="critère"),
    "answer": Text(en="answer", fr="réponse"),
    "evidence": Text(en="rule → what was found", fr="règle → ce qui a été trouvé"),
    "entry": Text(en="entry {position}", fr="entrée {position}"),
    "title": Text(en="Eligibility of {usubjid}", fr="Éligibilité de {usubjid}"),
    "whole": Text(en="All criteria together: {computed}.", fr="Tous critères : {computed}."),
    "out": Text(en="keeps the person out", fr="exclut la personne"),
    "waived": Text(en="waived (entry {position}): {reason}", fr="dérogation (entrée {position}) : {reason}"),
    "unsigned": Text(en="not signed yet: {roles}", fr="pas encore signée : {roles}"),
    "signed": Text(en="signed", fr="signée"),
    "elsewhere": Text(en="its signature is kept in another system", fr="sa signature est conservée ailleurs"),
    "incomplete": Text(
        en="The protocol file does not hold every criterion: the rest is for the investigator to check.",
        fr="Le fichier de protocole ne contient pas tous les critères : l'investigateur vérifie les autres.",
    ),
    "none": Text(
        en="The protocol file lists no criterion: eligibility is the investigator's judgement alone.",
        fr="Le fichier de protocole n'a aucun critère : l'éligibilité est le seul jugement de l'investigateur.",
    ),
    "screened": Text(en="{count} entries recorded for {usubjid}.", fr="{count} entrées enregistrées pour {usubjid}."),
    "confirmed": Text(
        en="Recorded as entry {position}: {usubjid} is {eligible}; the criteria give: {computed}.",
        fr="Enregistré à l'entrée {position} : {usubjid} est {eligible} ; les critères donnent : {computed}.",
    ),
    "eligible": Text(en="eligible", fr="éligible"),
    "not eligible": Text(en="not eligible", fr="non éligible"),
    "granted": Text(
        en="Recorded as entry {position}: criterion {criterion} is waived for {usubjid}. {sign}",
        fr="Enregistré à l'entrée {position} : dérogation au critère {criterion} pour {usubjid}. {sign}",
    ),
    "sign": Text(
        en="It counts once signed: `trialwright sign TRIAL {position}` ({roles}).",
        fr="Elle compte une fois signée : `trialwright sign TRIAL {position}` ({roles}).",
    ),
    "signed elsewhere": Text(
        en="Its signature is kept in another system.", fr="Sa signature est conservée dans un autre système."
    ),
    "enrolled": Text(
        en="Recorded as entry {position}: {usubjid} is enrolled at dose level {level}{backfill}.",
        fr="Enregistré à l'entrée {position} : {usubjid} est inclus au palier de dose {level}{backfill}.",
    ),
    "backfill": Text(en=" (backfill)", fr=" (backfill)"),
}


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("screen")(screen)
    app.command("confirm")(confirm)
    app.command("waive")(waive)
    app.command("enrol")(enrol)


def screen(
    trial: TrialFolder,
    usubjid: Annotated[str, typer.Argument(metavar="USUBJID", help="Pseudonym of the person, as in MSC-07.")] = "",
    *,
    consented: Annotated[
        datetime | None,
        typer.Option(
            "--consented",
            metavar="DAY",
            formats=["%Y-%m-%d"],
            help="Day of consent; starts the screening of this person.",
        ),
    ] = None,
    consent_version: Annotated[str, typer.Option("--consent-version", help="Version of the consent form.")] = "",
    facts: Annotated[
        Path | None,
        typer.Option("--facts", "--file", help="Findings: the CSV file of --template, filled in, or JSON."),
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Print a CSV table with everything the criteria ask for; fill it in.")
    ] = False,
    show: Annotated[bool, typer.Option("--show", help="Show every criterion with its evidence only.")] = False,
    on: On = None,
    as_of: AsOf = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Screen a person: record consent and findings, and show every criterion with its evidence."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        if template:
            typer.echo(workbench.screening_template(reached, language=spoken), nl=False)
            return
        if not usubjid:
            raise typer.BadParameter("is required: the pseudonym of the person", param_hint="USUBJID")
        written: tuple[Record, ...] = ()
        if not show:
            written = workbench.screen(
                reached,
                usubjid,
                consented_on=day(consented),
                consent_version=consent_version,
                facts=facts,
                on=day(on),
                by=by,
                at=at,
            )
        known = workbench.eligibility_of(reached, usubjid, on=day(as_of))
        complete = reached.study.eligibility.complete
    if as_json:
        print_json({"recorded": [one.position for one in written], **_as_data(known, spoken)})
        return
    if written:
        say(WORDS["screened"].said(spoken, count=len(written), usubjid=usubjid), style="bold green")
    _show(known, spoken, complete=complete)


def confirm(
    trial: TrialFolder,
    usubjid: Usubjid,
    *,
    not_eligible: Annotated[
        bool, typer.Option("--not-eligible", help="The investigator judges the person not eligible; needs --reason.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why, as the investigator says it.")] = "",
    on: On = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Confirm a person's eligibility: the investigator's judgement, beside what the criteria give."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        written = workbench.confirm(
            reached, usubjid, eligible=not not_eligible, reason=reason, on=day(on), by=by, at=at
        )
    event = written.event
    computed, eligible = str(getattr(event, "computed", "")), not not_eligible
    if as_json:
        print_json({"position": written.position, "eligible": eligible, "computed": computed})
        return
    word = WORDS["eligible" if eligible else "not eligible"]
    values = {"position": written.position, "usubjid": usubjid, "eligible": word, "computed": WORDS[computed]}
    say(WORDS["confirmed"].said(spoken, **values), style="bold green")


def waive(
    trial: TrialFolder,
    usubjid: Usubjid,
    *,
    criterion: Annotated[str, typer.Argument(metavar="CRITERION", help="Number of the criterion, as in I4.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is set aside for this person; required.")] = "",
    on: On = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Set a criterion aside for one person, with a reason; it counts once it is signed, and stays visible."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        written = workbench.waive(reached, usubjid, criterion=criterion, reason=reason, on=day(on), by=by, at=at)
        study = reached.study
        roles = ", ".join(study.conduct.signatures.waiver) if study.guards("accounts") else ""
    if as_json:
        print_json(
            {"position": written.position, "criterion": criterion, "to_sign": [one for one in roles.split(", ") if one]}
        )
        return
    sign = WORDS["sign" if roles else "signed elsewhere"].said(spoken, position=written.position, roles=roles)
    values = {"position": written.position, "criterion": criterion, "usubjid": usubjid, "sign": sign}
    say(WORDS["granted"].said(spoken, **values), style="bold green")


def enrol(
    trial: TrialFolder,
    usubjid: Usubjid,
    *,
    dose_level: Annotated[
        int | None, typer.Option("--dose-level", min=1, help="Dose level; the advised one if absent.")
    ] = None,
    backfill: Annotated[bool, typer.Option("--backfill", help="An extra participant, outside the cohorts.")] = False,
    baseline: Annotated[
        list[str] | None, typer.Option("--baseline", help="A characteristic, as in sex=female or age=34. Repeatable.")
    ] = None,
    on: On = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Enrol a person whose eligibility is confirmed, at the dose level the protocol advises."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        written = workbench.enrol(
            reached,
            usubjid,
            dose_level=dose_level,
            backfill=backfill,
            baseline=_baseline(baseline or ()),
            on=day(on),
            by=by,
            at=at,
        )
    level = getattr(written.event, "dose_level", None)
    if as_json:
        print_json({"position": written.position, "usubjid": usubjid, "dose_level": level, "backfill": backfill})
        return
    extra = WORDS["backfill"].said(spoken) if backfill else ""
    values = {"position": written.position, "usubjid": usubjid, "level": level, "backfill": extra}
    say(WORDS["enrolled"].said(spoken, **values), style="bold green")


def _baseline(given: Sequence[str]) -> dict[str, bool | float | str | None]:
    """Characteristics as they were typed: ``sex=female``."""
    found = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"{one!r} must be NAME=VALUE, as in sex=female", param_hint="--baseline")
        found[name.strip()] = workbench.answer(value)
    return found


def _show(known: Eligibility, spoken: Language, *, complete: bool) -> None:
    """The criteria as a table, what they give together, and what the file does not hold."""
    rows = [
        [
            WORDS[one.kind].said(spoken),
            one.criterion.id,
            one.criterion.text.said(spoken),
            _answer(one, spoken),
            _evidence(one, spoken),
        ]
        for one in known.judged
    ]
    columns = [WORDS[name].said(spoken) for name in ("kind", "id", "criterion", "answer", "evidence")]
    if rows:
        show_table(WORDS["title"].said(spoken, usubjid=known.usubjid), columns, rows=rows)
    else:
        say(WORDS["none"].said(spoken))
    say(WORDS["whole"].said(spoken, computed=WORDS[known.computed]), style="bold")
    if not complete:
        say(WORDS["incomplete"].said(spoken), style="yellow")


def _answer(one: Judged, spoken: Language) -> str:
    said = WORDS[one.answer].said(spoken)
    if one.lets_in is False and one.kind == "exclusion":
        said += f" ({WORDS['out'].said(spoken)})"
    if one.waiver is not None:
        waiver = WORDS["waived"].said(spoken, position=one.waiver.position, reason=one.waiver.event.reason)
        signed = WORDS["signed" if one.signatures else "elsewhere"].said(spoken)
        unsigned = WORDS["unsigned"].said(spoken, roles=", ".join(one.missing_signatures))
        said += f"\n{waiver}\n{signed if one.signed else unsigned}"
    return said


def _evidence(one: Judged, spoken: Language) -> str:
    lines = []
    for each in one.evidence:
        where = [each.source] if each.source else []
        where += [WORDS["entry"].said(spoken, position=each.position)] if each.position else []
        line = f"{each.rule.said(spoken)} → {WORDS[each.answer].said(spoken)} — {each.found.said(spoken)}"
        lines.append(line + (f" ({', '.join(where)})" if where else ""))
    return "\n".join(lines)


def _as_data(known: Eligibility, spoken: Language) -> dict[str, object]:
    return {
        "usubjid": known.usubjid,
        "computed": known.computed,
        "criteria": [
            {
                "kind": one.kind,
                "id": one.criterion.id,
                "text": one.criterion.text.said(spoken),
                "answer": one.answer,
                "lets_in": one.lets_in,
                "waiver": None
                if one.waiver is None
                else {
                    "position": one.waiver.position,
                    "reason": one.waiver.event.reason,
                    "signed": one.signed,
                    "missing": list(one.missing_signatures),
                },
                "evidence": [
                    {
                        "rule": each.rule.said(spoken),
                        "answer": each.answer,
                        "found": each.found.said(spoken),
                        "source": each.source,
                        "position": each.position,
                    }
                    for each in one.evidence
                ],
            }
            for one in known.judged
        ],
    }
