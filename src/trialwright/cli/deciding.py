"""``cut``, ``decide``, ``gate``, ``close``, ``lock``, ``unlock``: from frozen data to a decision, and to final data."""

from __future__ import annotations

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
    On,
    TrialFolder,
    day,
    language,
    print_json,
    say,
    say_item,
    show_document,
)
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.vocabulary.events import CutPoint, DataCutFrozen, DataLocked, DoseDecided
    from trialwright.vocabulary.words import Language

FROZEN = Text(
    en="Data cut {cut}: entries 1 to {upto}, data {data}…, recorded as entry {position}.",
    fr="Gel des données {cut} : entrées 1 à {upto}, données {data}…, enregistré à l'entrée {position}.",
)
OPEN_POINTS = Text(en="Open in these data:", fr="En suspens dans ces données :")
NOTHING_OPEN = Text(en="Nothing is open in these data.", fr="Rien n'est en suspens dans ces données.")
ENDORSED = Text(
    en="Recorded as entry {position}: {level} — the advice was followed.",
    fr="Enregistré à l'entrée {position} : {level} — l'avis est suivi.",
)
DEPARTED = Text(
    en="Recorded as entry {position}: {level} — a departure from the advice ({advised}): {reason}",
    fr="Enregistré à l'entrée {position} : {level} — écart par rapport à l'avis ({advised}) : {reason}",
)
TO_SIGN = Text(
    en="It counts once it is signed by: {roles} (`trialwright sign TRIAL {position}`).",
    fr="Elle compte une fois signée par : {roles} (`trialwright sign TRIAL {position}`).",
)
LEVEL = Text(en="dose level {level}", fr="palier de dose {level}")
NOBODY = Text(en="no treatment", fr="pas de traitement")
GATE_OPEN = Text(en="The gate is open.", fr="La voie est libre.")
GATE_SHUT = Text(en="The gate is shut: treat nobody now.", fr="La voie est fermée : ne traiter personne maintenant.")
CLOSED = Text(en="Enrolment is closed (entry {position}).", fr="Les inclusions sont closes (entrée {position}).")
LOCKED = Text(en="The data are locked (entry {position}).", fr="Les données sont verrouillées (entrée {position}).")
UNLOCKED = Text(
    en="The data are unlocked (entry {position}).", fr="Les données sont déverrouillées (entrée {position})."
)


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("cut")(cut)
    app.command("decide")(decide)
    app.command("decision")(decision)
    app.command("gate")(gate)
    app.command("close")(close)
    app.command("lock")(lock)
    app.command("unlock")(unlock)


def cut(trial: TrialFolder, *, at: At = None, by: By = "unknown", lang: Lang = "en", as_json: Json = False) -> None:
    """Freeze the data for a decision: checked, hashed, with everything that is open listed in the entry."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        written = workbench.freeze_cut(reached, by=by, at=at)
    event: DataCutFrozen = written.event  # type: ignore[assignment]  # freeze_cut records exactly this kind
    if as_json:
        print_json({"position": written.position, **_cut_data(event, spoken)})
        return
    facts = {"cut": event.cut, "upto": event.upto, "data": event.data_digest[:12], "position": written.position}
    say(FROZEN.said(spoken, **facts), style="bold green")
    _show_points(event.points, spoken)


def decide(
    trial: TrialFolder,
    by: Annotated[
        str, typer.Option("--by", help="Who decides, as it will stand in the record.", envvar="TRIALWRIGHT_USER")
    ],
    *,
    level: Annotated[
        int | None,
        typer.Option("--level", help="Dose level decided; absent: the advice is endorsed; 0: no treatment.", min=0),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; required for a departure from the advice.")] = "",
    number: Annotated[str, typer.Option("--cut", help="The frozen data decided on; absent: the last cut.")] = "",
    at: At = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Record the decision people took today on a frozen data cut, beside what the protocol advises.

    It counts once the roles that the protocol names have signed it; until then nobody else is treated.
    """
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        written = workbench.decide_trial(reached, dose_level=level, reason=reason, by=by, cut=number, at=at)
        roles = workbench.still_to_sign(reached, written.position)
    event: DoseDecided = written.event  # type: ignore[assignment]  # decide_trial records exactly this kind
    if as_json:
        print_json(
            {
                "position": written.position,
                "dose_level": event.dose_level,
                "advised": event.advised_dose_level,
                "endorsed": event.endorsed,
                "cut": event.cut,
                "to_be_signed_by": list(roles),
            }
        )
        return
    levels = [_level(one, spoken) for one in (event.dose_level, event.advised_dose_level)]
    sentence = ENDORSED if event.endorsed else DEPARTED
    say(
        sentence.said(spoken, position=written.position, level=levels[0], advised=levels[1], reason=event.reason),
        style="bold green",
    )
    _show_roles(roles, written.position, spoken=spoken)


def decision(
    trial: TrialFolder,
    entry: Annotated[int | None, typer.Argument(metavar="ENTRY", help="Its entry; absent: the last.")] = None,
    *,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Write the record of the decision to this file.")] = None,
    lang: Lang = "en",
) -> None:
    """Show the record of a dose decision: its frozen data, the advice, what may come next, who signed it."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        document = workbench.decision_record(reached, entry)
    if pdf is None:
        show_document(document, spoken)
        return
    workbench.write_document(document, pdf, language=spoken)
    say(str(pdf), style="bold green")


def gate(trial: TrialFolder, *, as_of: AsOf = None, lang: Lang = "en", as_json: Json = False) -> None:
    """Whether the next participant may be treated today, at which dose level, and why or why not.

    Exit status 0 when the gate is open, 1 when it is shut.
    """
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        found = workbench.gate_of(reached, on=day(as_of))
    reasons = [reason.said(spoken) for reason in found.reasons]
    if as_json:
        print_json(
            {
                "open": not found.shut,
                "dose_level": found.level,
                "places": found.places,
                "to_be_signed_by": list(found.awaited),
                "reasons": [{"code": one.code, "said": said} for one, said in zip(found.reasons, reasons, strict=True)],
            }
        )
    else:
        say((GATE_SHUT if found.shut else GATE_OPEN).said(spoken), style="bold red" if found.shut else "bold green")
        for line in reasons:
            say_item(line)
    raise typer.Exit(int(found.shut))


def close(
    trial: TrialFolder,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence.")],
    who: Annotated[
        str,
        typer.Option("--closed-by", help="sponsor, board, investigator, recruitment, rule or planned."),
    ],
    informative: Annotated[
        bool,
        typer.Option(
            "--informative/--not-informative", help="Whether the trial's own data were the reason.", show_default=False
        ),
    ],
    on: On = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Close enrolment: nobody else enters. Whether the data were the reason is carried into every analysis."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        written = workbench.close_enrolment(
            reached, who=who, informative=informative, reason=reason, on=day(on), by=by, at=at
        )
    if as_json:
        print_json({"position": written.position})
        return
    say(CLOSED.said(spoken, position=written.position), style="bold green")


def lock(
    trial: TrialFolder,
    reason: Annotated[str, typer.Option("--reason", help="What the lock is for, as the final analysis.")],
    *,
    with_open: Annotated[bool, typer.Option("--with-open", help="Lock although queries are open.")] = False,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Lock the data: nothing changes them from now on. What is open is listed in the entry."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        written = workbench.lock_data(reached, reason=reason, by=by, at=at, with_open=with_open)
        roles = workbench.still_to_sign(reached, written.position)
    event: DataLocked = written.event  # type: ignore[assignment]  # lock_data records exactly this kind
    if as_json:
        points = [_point_data(point, spoken) for point in event.points]
        print_json({"position": written.position, "points": points, "to_be_signed_by": list(roles)})
        return
    say(LOCKED.said(spoken, position=written.position), style="bold green")
    _show_points(event.points, spoken)
    _show_roles(roles, written.position, spoken=spoken)


def unlock(
    trial: TrialFolder,
    reason: Annotated[str, typer.Option("--reason", help="Why the data have to change.")],
    *,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Unlock the data, for a reason that stays in the record."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        written = workbench.unlock_data(reached, reason=reason, by=by, at=at)
    if as_json:
        print_json({"position": written.position})
        return
    say(UNLOCKED.said(spoken, position=written.position), style="bold green")


def _level(level: int, spoken: Language) -> str:
    return LEVEL.said(spoken, level=level) if level else NOBODY.said(spoken)


def _show_roles(roles: tuple[str, ...], position: int, *, spoken: Language) -> None:
    if roles:
        say(TO_SIGN.said(spoken, roles=", ".join(roles), position=position))


def _show_points(points: tuple[CutPoint, ...], spoken: Language) -> None:
    say((OPEN_POINTS if points else NOTHING_OPEN).said(spoken))
    for point in points:
        say_item(workbench.point_said(point, spoken))


def _cut_data(event: DataCutFrozen, spoken: Language) -> dict[str, Any]:
    return {
        "cut": event.cut,
        "on": event.on.isoformat(),
        "upto": event.upto,
        "ledger_digest": event.ledger_digest,
        "data_digest": event.data_digest,
        "points": [_point_data(point, spoken) for point in event.points],
    }


def _point_data(point: CutPoint, spoken: Language) -> dict[str, Any]:
    return {"code": point.code, "about": point.about, "said": workbench.point_said(point, spoken)}
