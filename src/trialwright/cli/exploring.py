"""``pathways``: what a protocol will say next, for every result there can be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright import workbench
from trialwright.cli.terminal import AsOf, Json, Lang, day, language, print_json, say

if TYPE_CHECKING:
    from trialwright.operating.pathways import Pathways, Step
    from trialwright.vocabulary.words import Language

Csv = Annotated[Path | None, typer.Option("--csv", help="Write one line per result to this file.")]
Pdf = Annotated[Path | None, typer.Option("--pdf", help="Write everything as a PDF to this file.")]
Svg = Annotated[Path | None, typer.Option("--svg", help="Write the figure to this file.")]


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("pathways")(pathways)


def pathways(
    place: Annotated[
        Path, typer.Argument(metavar="PROTOCOL|TRIAL", help="A protocol file, or the folder of an open trial.")
    ],
    cohorts: Annotated[int, typer.Option("--cohorts", help="How many cohorts to look ahead.")] = 2,
    *,
    size: Annotated[
        int | None, typer.Option("--size", help="Participants in each; the protocol's cohort size if absent.")
    ] = None,
    as_of: AsOf = None,
    csv: Csv = None,
    pdf: Pdf = None,
    svg: Svg = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Show what will be advised after every result of the next cohorts: dose-transition pathways.

    From the start of a protocol, or from the record of an open trial; there, those still in their DLT window settle
    first, with every result they can have. What is promised is what `advise` says once the cohort is settled.
    """
    spoken = language(lang)
    found = workbench.follow_pathways(place, cohorts=cohorts, size=size, on=day(as_of))
    written = workbench.write_pathways(found, csv=csv, pdf=pdf, svg=svg, language=spoken)
    if as_json:
        print_json(_as_data(found, spoken))
        return
    _show(found, spoken)
    for path in written:
        say(str(path))


def _show(found: Pathways, spoken: Language) -> None:
    """Every course in words, each result set in below what it follows."""
    from trialwright.report.documents.pathways import opening, sentence  # with the words of reports

    now, *rest = opening(found)
    say(now.said(spoken), style="bold")
    for line in rest:
        say(line.said(spoken))
    say()
    for before, step in found.steps():
        if step.outcomes:
            style = "bold" if len(before) == 1 else None
            say("    " * (len(before) - 1) + sentence(step).said(spoken), style=style)


def _as_data(found: Pathways, spoken: Language) -> dict[str, object]:
    return {
        "trial": found.study.identity.id,
        "protocol_digest": found.study.digest,
        "on": None if found.on is None else found.on.isoformat(),
        "cohorts": found.cohorts,
        "pending_by_level": list(found.pending),
        "start": _step_data(found.start, spoken),
    }


def _step_data(step: Step, spoken: Language) -> dict[str, object]:
    return {
        "outcomes": [{"dose_level": one.dose_level, "n": one.n, "n_dlt": one.n_dlt} for one in step.outcomes],
        "orders": list(step.orders),
        "action": step.action,
        "dose_level": step.dose_level,
        "next_size": step.next_size,
        "selected_if_stopped_now": step.selected,
        "n": list(step.n),
        "n_dlt": list(step.n_dlt),
        "reasons": [{"code": reason.code, "text": reason.said(spoken)} for reason in step.reasons],
        "then": [_step_data(following, spoken) for following in step.then],
    }
