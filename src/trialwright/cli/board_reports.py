"""``open-report`` and ``closed-report``: what a monitoring board sees of a frozen cut, without arms and with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright import workbench
from trialwright.cli.planning import shares
from trialwright.cli.randomising import KeyFile
from trialwright.cli.terminal import At, By, Json, Lang, TrialFolder, language, print_json, say
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.report import Written

Out = Annotated[Path, typer.Option("--out", help="Folder for the report; an earlier report there is replaced.")]
Cut = Annotated[str, typer.Option("--cut", help="Number of a frozen data cut; the last one if absent.")]
WRITTEN = {
    True: Text(en="UNBLINDED report: {html}, {pdf}.", fr="Rapport NON AVEUGLE : {html}, {pdf}."),
    False: Text(en="Open report: {html}, {pdf}.", fr="Rapport ouvert : {html}, {pdf}."),
}


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("open-report")(open_report)
    app.command("closed-report")(closed_report)


def open_report(trial: TrialFolder, out: Out, *, cut: Cut = "", lang: Lang = "en", as_json: Json = False) -> None:
    """Disposition, adverse events and efficacy on a frozen cut, of everybody together: made without key or arms."""
    with workbench.reach_trial(trial) as reached:
        written = workbench.open_report(reached, out, cut=cut, language=language(lang))
    _done(written, closed=False, lang=lang, as_json=as_json)


def closed_report(
    trial: TrialFolder,
    out: Out,
    *,
    key: KeyFile,
    cut: Cut = "",
    plan: Annotated[
        Path | None, typer.Option("--plan", help="Plan file (TOML): its look is judged on the same data.")
    ] = None,
    look: Annotated[int, typer.Option("--look", help="With --plan: number of the look, 1 is the first.")] = 1,
    earlier: Annotated[
        str,
        typer.Option(
            "--earlier", metavar="F,…", help="With --plan: shares seen at the looks before, if not as planned."
        ),
    ] = "",
    at: At = None,
    by: By = "unknown",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """UNBLINDED: the same by arm, for the board. It needs the list key; an entry says that it was made.

    With a plan file, the look is held against its boundaries, on the outcomes that the report shows.
    """
    asked = None if plan is None else workbench.LookAsked(plan, look, shares(earlier))
    with workbench.reach_trial(trial) as reached:
        opened = workbench.key_from(key)
        written = workbench.closed_report(
            reached, out, key=opened, cut=cut, asked=asked, by=by, at=at, language=language(lang)
        )
    _done(written, closed=True, lang=lang, as_json=as_json)


def _done(written: Written, *, closed: bool, lang: str, as_json: bool) -> None:
    if as_json:
        print_json({"unblinded": closed, "html": str(written.html), "pdf": str(written.pdf)})
        return
    style = "bold red" if closed else "bold green"
    say(WRITTEN[closed].said(language(lang), html=written.html, pdf=written.pdf.name), style=style)
