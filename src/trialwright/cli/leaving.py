"""``leave`` and ``withdraw``: the end of follow-up, and the withdrawal of consent."""

from __future__ import annotations

from typing import Annotated

import typer

from trialwright import workbench
from trialwright.cli.terminal import At, By, Json, Lang, On, TrialFolder, day, language, print_json, say
from trialwright.vocabulary.words import Text

Usubjid = Annotated[str, typer.Argument(metavar="USUBJID", help="Pseudonym of the person, as in MSC-07.")]
Reason = Annotated[str, typer.Option("--reason", help="In a sentence; nobody has to give one.")]
LEFT = Text(
    en="Recorded as entry {position}: the follow-up of {usubjid} has ended ({how}).",
    fr="Enregistré à l'entrée {position} : le suivi de {usubjid} est terminé ({how}).",
)
HOW = {
    "completed": Text(en="completed", fr="achevé"),
    "adverse event": Text(en="adverse event", fr="événement indésirable"),
    "died": Text(en="died", fr="décès"),
    "lost to follow-up": Text(en="lost to follow-up", fr="perdu de vue"),
    "consent withdrawn": Text(en="consent withdrawn", fr="consentement retiré"),
    "investigator": Text(en="investigator's decision", fr="décision de l'investigateur"),
    "sponsor": Text(en="sponsor's decision", fr="décision du promoteur"),
    "no product": Text(en="no product could be made", fr="produit non disponible"),
    "other": Text(en="other", fr="autre"),
}
WITHDRAWN = {
    "infusions": Text(
        en="Recorded as entry {position}: {usubjid} consents to no further infusion; the follow-up goes on.",
        fr="Enregistré à l'entrée {position} : {usubjid} ne consent plus aux perfusions ; le suivi continue.",
    ),
    "everything": Text(
        en="Recorded as entry {position}: {usubjid} withdrew consent to everything from that day on.",
        fr="Enregistré à l'entrée {position} : {usubjid} a retiré tout consentement à partir de ce jour.",
    ),
}


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("leave")(leave)
    app.command("withdraw")(withdraw)


def leave(
    trial: TrialFolder,
    usubjid: Usubjid,
    *,
    how: Annotated[str, typer.Option("--how", help=f"{', '.join(HOW)}.")],
    reason: Reason = "",
    on: On = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Record that a participant left observation: as planned, by death, lost, or otherwise.

    Who leaves inside the DLT window without a DLT does not count for dose finding.
    """
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        written = workbench.end_follow_up(reached, usubjid, how=how, reason=reason, on=day(on), by=by, at=at)
    if as_json:
        print_json({"position": written.position})
        return
    say(LEFT.said(spoken, position=written.position, usubjid=usubjid, how=HOW[how]), style="bold green")


def withdraw(
    trial: TrialFolder,
    usubjid: Usubjid,
    *,
    scope: Annotated[str, typer.Option("--from", help="infusions (the follow-up goes on) or everything.")],
    reason: Reason = "",
    on: On = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Record that a person withdrew consent: nothing they no longer consent to can be recorded as done after it."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        written = workbench.withdraw_consent(reached, usubjid, scope=scope, reason=reason, on=day(on), by=by, at=at)
    if as_json:
        print_json({"positions": [one.position for one in written]})
        return
    say(WITHDRAWN[scope].said(spoken, position=written[0].position, usubjid=usubjid), style="bold green")
