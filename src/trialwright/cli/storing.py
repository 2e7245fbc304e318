"""``backup``, ``restore``, ``trail``: a trial's record in one file, back, and in words."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright import workbench
from trialwright.cli.terminal import (
    Json,
    Lang,
    LedgerAddress,
    TrialFolder,
    day,
    language,
    print_json,
    say,
    show_table,
)
from trialwright.vocabulary.words import LANGUAGES, Text

if TYPE_CHECKING:
    from trialwright.report.documents.trail import Trail
    from trialwright.vocabulary.words import Language

BACKED_UP = Text(
    en="{trial} is in {file}: {count} entries, head {digest}. Read back and whole.",
    fr="{trial} est dans {file} : {count} entrées, empreinte {digest}. Relu et intact.",
)
RESTORED = Text(
    en="{trial} is in {folder}: {count} entries, head {digest}. The chain is whole.",
    fr="{trial} est dans {folder} : {count} entrées, empreinte {digest}. La chaîne est intacte.",
)


EXPORTED = Text(
    en="{file} holds the whole trail: {count} entries, head {digest}.",
    fr="{file} contient toute la piste d'audit : {count} entrées, empreinte {digest}.",
)
PRINTED = Text(en="{file} holds {count} of {all} entries.", fr="{file} contient {count} entrées sur {all}.")
EARLIER = Text(
    en="{count} earlier entries are not shown; --last 0 shows all.",
    fr="{count} entrées antérieures ne sont pas montrées ; --last 0 les montre toutes.",
)
SCREEN = ("position", "utc", "by", "usubjid", "what", "digest")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("trail")(trail)


def backup(
    trial: TrialFolder,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not be there yet.")],
    *,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Write a trial into one file: protocol, record, anchor and a manifest; checked before it gets its name."""
    spoken = language(lang)
    done = workbench.back_up(trial, file)
    if as_json:
        print_json({"trial": done.trial, "file": str(file), "position": done.head.position, "digest": done.head.digest})
        return
    counts = {"trial": done.trial, "count": done.head.position, "digest": done.head.digest}
    say(BACKED_UP.said(spoken, file=file, **counts), style="bold green")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file written by `trialwright backup`.")],
    trial: Annotated[Path, typer.Option("--trial", help="New folder for the trial.")],
    *,
    ledger: LedgerAddress = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Make a trial from a backup, after checking all of it; a damage is named by its place, nothing is overwritten."""
    spoken = language(lang)
    done = workbench.restore(file, trial, ledger=ledger)
    if as_json:
        print_json(
            {"trial": done.trial, "folder": str(trial), "position": done.head.position, "digest": done.head.digest}
        )
        return
    counts = {"trial": done.trial, "count": done.head.position, "digest": done.head.digest}
    say(RESTORED.said(spoken, folder=trial, **counts), style="bold green")


def trail(
    trial: TrialFolder,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the whole trail as JSON Lines, with every text and digest.")
    ] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Write the trail, or the part asked for, as a PDF.")] = None,
    last: Annotated[int, typer.Option("--last", help="How many entries the screen shows; 0: all.", min=0)] = 20,
    participant: Annotated[
        str | None, typer.Option("--participant", help="Only what is about this participant.")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only this kind, as `adverse-event-reported`.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="Only what this person recorded.")] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--day", metavar="DAY", formats=["%Y-%m-%d"], help="Only what was recorded on this day."),
    ] = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Show who recorded what and when, old → new for corrections; or export the whole trail, free and complete."""
    spoken = language(lang)
    wanted = workbench.Wanted(participant, kind, by, day(on))
    if out is not None and str(wanted):
        raise typer.BadParameter(
            "a part of the trail cannot be checked; leave out --participant, --kind, --by and --day", param_hint="--out"
        )
    found = workbench.trail_of(trial, wanted)
    if pdf is not None:
        workbench.write_trail_pdf(found, pdf, language=spoken)
    head = None if out is None else workbench.export_trail(trial, out)
    if as_json:
        print_json(_as_data(found))
        return
    if out is not None and head is not None:
        say(EXPORTED.said(spoken, file=out, count=head.position, digest=head.digest), style="bold green")
    if pdf is not None:
        say(PRINTED.said(spoken, file=pdf, count=len(found.entries), all=found.head.position), style="bold green")
    if out is None and pdf is None:
        _show(found, spoken, last=last)


def _show(found: Trail, spoken: Language, *, last: int) -> None:
    from trialwright.report.documents.trail import COLUMNS, EMPTY, REHEARSAL

    labels = {key: label.said(spoken) for key, label in COLUMNS}
    shown = found.entries[-last:] if last else found.entries
    rows = [
        (
            str(one.record.position),
            "\n".join(one.times()),
            one.record.entry.by,
            one.usubjid,
            one.what(spoken),
            one.digest(),
        )
        for one in shown
    ]
    if found.rehearsal:
        say(REHEARSAL.said(spoken), style="bold yellow")
    if not rows:
        say(EMPTY.said(spoken))
        return
    show_table(found.trial, [labels[key] for key in SCREEN], rows=rows, right=(0,))
    if len(shown) < len(found.entries):
        say(EARLIER.said(spoken, count=len(found.entries) - len(shown)))


def _as_data(found: Trail) -> dict[str, Any]:
    from trialwright.vocabulary.records import body_of

    entries = [
        {
            "position": one.record.position,
            "recorded_at": one.utc.isoformat(),
            "recorded_at_local": one.local.isoformat(),
            "by": one.record.entry.by,
            "kind": one.kind,
            "participant": one.usubjid or None,
            "facts": body_of(one.record.event),
            "what": {spoken: one.what(spoken) for spoken in LANGUAGES},
            "digest": one.record.digest,
        }
        for one in found.entries
    ]
    head = {"position": found.head.position, "digest": found.head.digest}
    return {"trial": found.trial, "rehearsal": found.rehearsal, "head": head, "entries": entries}
