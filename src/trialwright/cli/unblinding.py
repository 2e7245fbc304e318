"""``unblind``, ``kit-list``, ``unblinding-codes``, ``seal-envelopes``: what holders of a key see, after an entry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright import workbench
from trialwright.cli.randomising import KeyFile, Usubjid
from trialwright.cli.terminal import At, By, Json, Lang, TrialFolder, language, print_json, say, show_table
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.workbench.unblinding import Kit, Shown

SHOWN = Text(
    en="UNBLINDED (entry {position}). {usubjid}, number {number}: {title}. Tell it to {told} and to nobody else.",
    fr="AVEUGLE LEVÉ (entrée {position}). {usubjid}, numéro {number} : {title}. À dire à {told} et à personne d'autre.",
)
KITS = Text(en="UNBLINDED: kits, for the pharmacist's eyes only", fr="NON AVEUGLE : kits, pour le seul pharmacien")
KIT_COLUMNS = (
    Text(en="number", fr="numéro"),
    Text(en="participant", fr="participant"),
    Text(en="arm", fr="bras"),
    Text(en="what is given", fr="ce qui est donné"),
    Text(en="kits dispensed", fr="kits remis"),
)
CODES = Text(
    en="Codes for paper envelopes; print, seal, delete", fr="Codes pour enveloppes papier ; imprimer, sceller, effacer"
)
CODE_COLUMNS = (Text(en="number", fr="numéro"), Text(en="site", fr="centre"), Text(en="code", fr="code"))
ENVELOPES = Text(en="{count} envelopes sealed.", fr="{count} enveloppes scellées.")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("unblind")(unblind)
    app.command("kit-list")(kit_list)
    app.command("unblinding-codes")(unblinding_codes)
    app.command("seal-envelopes")(seal_envelopes)


def unblind(
    trial: TrialFolder,
    usubjid: Usubjid,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why the arm has to be known.")],
    told: Annotated[list[str], typer.Option("--told", help="Who is told the arm; once for each person.")],
    key: Annotated[Path | None, typer.Option("--key", help="The list key, or in an emergency the site's key.")] = None,
    with_code: Annotated[
        bool, typer.Option("--with-code", help="In an emergency: ask for the code of the paper envelope.")
    ] = False,
    code_file: Annotated[
        Path | None, typer.Option("--code-file", help="For scripts: a file that holds the code.")
    ] = None,
    emergency: Annotated[
        bool, typer.Option("--emergency", help="One person is enough, with a code or site's key.")
    ] = False,
    witness: Annotated[
        str | None, typer.Option("--witness", help="The second person, where it is no emergency.")
    ] = None,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Show one participant's arm to those named. The entry with the reason is made first; the arm is in no entry."""
    spoken = language(lang)
    code = _code(code_file, asked=with_code)
    with workbench.reach_trial(trial) as reached:
        shown = workbench.unblind(
            reached,
            usubjid,
            reason=reason,
            told_to=told,
            key=None if key is None else workbench.key_from(key),
            code=code,
            emergency=emergency,
            witness=witness,
            by=by,
            at=at,
        )
    if as_json:
        print_json(_shown(shown))
        return
    facts = {"usubjid": usubjid, "number": shown.number, "position": shown.record.position, "told": ", ".join(told)}
    say(SHOWN.said(spoken, title=shown.arm.title.said(spoken), **facts), style="bold red")


def _code(file: Path | None, *, asked: bool) -> str | None:
    """The code of a paper envelope; never an argument, which stays in histories."""
    if file is not None:
        return workbench.read_text(file, what="file of a code")
    return str(typer.prompt("Code", hide_input=True, err=True)) if asked else None


def _shown(shown: Shown) -> dict[str, object]:
    return {
        "unblinded": True,
        "usubjid": shown.usubjid,
        "number": shown.number,
        "arm": shown.arm.name,
        "position": shown.record.position,
    }


def kit_list(
    trial: TrialFolder,
    *,
    key: KeyFile,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """UNBLINDED: which arm each randomised participant is in, and what was in the kits; an entry says it was opened."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        kits = workbench.kit_list(reached, workbench.key_from(key), by=by, at=at)
    if as_json:
        print_json({"unblinded": True, "kits": [_kit(one) for one in kits]})
        return
    rows = [
        [
            *(one.number, one.usubjid, one.arm.name, one.arm.title.said(spoken)),
            "; ".join(f"{kit}: {contents}" for kit, contents in one.dispensed),
        ]
        for one in kits
    ]
    show_table(KITS.said(spoken), [column.said(spoken) for column in KIT_COLUMNS], rows=rows)


def _kit(one: Kit) -> dict[str, object]:
    dispensed = [{"kit": kit, "contents": contents} for kit, contents in one.dispensed]
    return {"number": one.number, "usubjid": one.usubjid, "arm": one.arm.name, "dispensed": dispensed}


def unblinding_codes(
    trial: TrialFolder,
    *,
    key: KeyFile,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """The code of each number, to be sealed on paper at the site; in an emergency it opens that envelope alone."""
    spoken = language(lang)
    with workbench.reach_trial(trial) as reached:
        codes = workbench.unblinding_codes(reached, workbench.key_from(key), by=by, at=at)
    if as_json:
        print_json([{"number": one.number, "site": one.site, "code": one.code} for one in codes])
        return
    rows = [[one.number, one.site, one.code] for one in codes]
    show_table(CODES.said(spoken), [column.said(spoken) for column in CODE_COLUMNS], rows=rows)


def seal_envelopes(
    trial: TrialFolder,
    *,
    key: KeyFile,
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """After a minimisation: seal the envelope of everybody randomised since, so that each can be unblinded alone."""
    with workbench.reach_trial(trial) as reached:
        sealed = workbench.seal_envelopes(reached, workbench.key_from(key), by=by, at=at)
    if as_json:
        print_json({"positions": [one.position for one in sealed]})
        return
    say(ENVELOPES.said(language(lang), count=len(sealed)), style="bold green")
