"""``sign``, ``signatures``, ``review``: who signed what, what waits for whom, the audit trail reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from trialwright import workbench
from trialwright.cli.staff import role_named
from trialwright.cli.terminal import (
    AsOf,
    At,
    By,
    Json,
    Lang,
    TrialFolder,
    day,
    language,
    print_json,
    say,
    show_table,
)
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.conduct.signatures import ToSign
    from trialwright.vocabulary.events import Role, Signed
    from trialwright.vocabulary.events.trial import Meaning

MEANINGS = ("authorship", "review", "approval", "responsibility")
ENTRY = Text(en="Entry {position}: {words}", fr="Entrée {position} : {words}")
DIGEST = Text(en="SHA-256 of what it says: {digest}", fr="SHA-256 de son contenu : {digest}")
GIVEN = Text(en="Signed as entry {position}: {signature}", fr="Signé à l'entrée {position} : {signature}")
WAITS = Text(en="Entry {position} waits for: {roles}.", fr="L'entrée {position} attend : {roles}.")
COMPLETE = Text(en="Entry {position} is signed by everyone.", fr="L'entrée {position} est signée par tous.")
REVIEWED = Text(
    en="Review of the trail up to entry {upto} recorded as entry {position}; to be signed by: {roles}.",
    fr="Revue de la piste d'audit jusqu'à l'entrée {upto} enregistrée à l'entrée {position} ; à signer par : {roles}.",
)


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("sign")(sign)
    app.command("signatures")(signatures)
    app.command("review")(review)


def sign(
    trial: TrialFolder,
    position: Annotated[int, typer.Argument(metavar="ENTRY", help="Position of the entry in the record.", min=1)],
    *,
    meaning: Annotated[str, typer.Option("--meaning", help=f"What the signature means: {', '.join(MEANINGS)}.")],
    role: Annotated[str, typer.Option("--role", help="The role in which you sign, where you hold several.")] = "",
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Sign an entry as it stands: it is shown, then the password is asked, with a one-time code."""
    spoken = language(lang)
    if meaning not in MEANINGS:
        raise typer.BadParameter(f"{meaning!r} is none of {', '.join(MEANINGS)}", param_hint="--meaning")
    with workbench.reach_trial(trial) as reached:
        entry = workbench.entry_to_sign(reached, position)
        if not as_json:
            _show_entry(entry, lang)
        written = workbench.sign(
            reached,
            position,
            meaning=cast("Meaning", meaning),
            role=role_named(role) if role else None,
            by=by,
            at=at,
            expected=entry,
        )
        after = workbench.entry_to_sign(reached, position)
        zone = reached.study.identity.zone
    if as_json:
        event = cast("Signed", written.event)
        print_json({"position": written.position, "signed": position, "role": event.role, "missing": after.missing})
        return
    from trialwright.report.documents.signatures import signature_words  # loaded when there is something to show

    given = next(one for one in after.given if one.position == written.position)
    signature = signature_words(given, zone=zone).said(spoken)
    say(GIVEN.said(spoken, position=written.position, signature=signature), style="bold green")
    sentence = WAITS if after.missing else COMPLETE
    say(sentence.said(spoken, position=position, roles=_roles(after.missing, lang)))


def _show_entry(entry: ToSign, lang: str) -> None:
    from trialwright.report.cells import say as said  # loaded when there is something to show
    from trialwright.report.documents.signatures import entry_words
    from trialwright.vocabulary.records import event_digest

    spoken = language(lang)
    words = said(entry_words(entry.known.event), spoken)
    say(ENTRY.said(spoken, position=entry.known.position, words=words), style="bold")
    say(DIGEST.said(spoken, digest=event_digest(entry.known.event)))


def _roles(roles: tuple[Role, ...], lang: str) -> str:
    from trialwright.report.documents.signatures import ROLES  # loaded when there is something to show

    return ", ".join(ROLES[role].said(language(lang)) for role in roles)


def signatures(trial: TrialFolder, *, as_of: AsOf = None, lang: Lang = "en", as_json: Json = False) -> None:
    """Who signed what, and what waits for whom."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        found = workbench.signature_list(reached, on=day(as_of))
        zone = reached.study.identity.zone
    if as_json:
        print_json([_as_data(one) for one in found])
        return
    from trialwright.report.cells import (
        say as said,  # loaded when there is something to show
        written,
    )
    from trialwright.report.documents.signatures import signature_table

    table = signature_table(found, zone=zone)
    if not table.rows:
        say(said(table.empty or "", spoken))
        return
    rows = [[written(cell.value, spoken) for cell in cells] for cells in table.rows]
    show_table(said(table.title, spoken), [said(column.label, spoken) for column in table.columns], rows=rows)


def _as_data(one: ToSign) -> dict[str, object]:
    return {
        "position": one.known.position,
        "kind": one.known.event.kind,
        "missing": one.missing,
        "signatures": [
            {
                "position": known.position,
                "at": known.at.isoformat() if known.at else None,
                "account": known.event.account,
                "printed_name": known.event.printed_name,
                "role": known.event.role,
                "meaning": known.event.meaning,
                "second_factor": known.event.second_factor,
            }
            for known in one.given
        ],
    }


def review(
    trial: TrialFolder,
    *,
    upto: Annotated[int | None, typer.Option("--upto", help="Last entry looked at.", min=1)] = None,
    findings: Annotated[str, typer.Option("--findings", help="What was found; nothing if absent.")] = "",
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Record a review of the audit trail, to be signed by those whom the protocol names."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        written = workbench.review_trail(reached, upto=upto, findings=findings, by=by, at=at)
        missing = next(
            (one.missing for one in workbench.signature_list(reached) if one.known.position == written.position), ()
        )
    reviewed = getattr(written.event, "upto", 0)
    if as_json:
        print_json({"position": written.position, "upto": reviewed, "missing": missing})
        return
    roles = _roles(missing, lang) or "–"
    say(REVIEWED.said(spoken, upto=reviewed, position=written.position, roles=roles), style="bold green")
