"""``pathways`` and ``skeleton``: what a protocol will say next, and where the guesses of a CRM come from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright import workbench
from trialwright.cli.terminal import (
    AsOf,
    Json,
    Lang,
    day,
    language,
    print_json,
    say,
    show_table,
)
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.operating.pathways import Pathways, Step
    from trialwright.vocabulary.words import Language
    from trialwright.workbench.exploring import Skeleton

Csv = Annotated[Path | None, typer.Option("--csv", help="Write one line per result to this file.")]
Pdf = Annotated[Path | None, typer.Option("--pdf", help="Write everything as a PDF to this file.")]
Svg = Annotated[Path | None, typer.Option("--svg", help="Write the figure to this file.")]
SKELETON = {
    "title": Text(en="Skeleton and model sensitivity", fr="Squelette et sensibilité du modèle"),
    "level": Text(en="level", fr="palier"),
    "guess": Text(en="guess", fr="estimation"),
    "beta": Text(en="nearest to the target for beta in", fr="le plus proche de la cible pour bêta dans"),
    "rates": Text(en="indifference interval", fr="intervalle d'indifférence"),
    "paste": Text(en="For the [design] of a protocol:", fr="Pour le [design] d'un protocole :"),
}


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("pathways")(pathways)
    app.command("skeleton")(skeleton)


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
    _show_pathways(found, spoken)
    for path in written:
        say(str(path))


def _show_pathways(found: Pathways, spoken: Language) -> None:
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


def skeleton(
    *,
    target: Annotated[float, typer.Option("--target", help="Target DLT rate.")],
    levels: Annotated[int, typer.Option("--levels", help="Number of dose levels.")],
    half_width: Annotated[float, typer.Option("--half-width", help="Half the width of the indifference interval.")],
    mtd: Annotated[int, typer.Option("--mtd", help="Level guessed to have the target rate.")],
    model: Annotated[str, typer.Option("--model", help="Curve of the CRM.", metavar="power|logistic")] = "power",
    intercept: Annotated[float, typer.Option("--intercept", help="Intercept of the logistic curve.")] = 3.0,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Make the skeleton of a CRM by indifference intervals, and show how sensitive the model is with it.

    Lee and Cheung 2009, Clinical Trials 6:227; sensitivity as in Cheung and Chappell 2002, Biometrics 58:671.
    """
    spoken = language(lang)
    made = workbench.make_skeleton(
        target=target, levels=levels, half_width=half_width, mtd=mtd, model=model, intercept=intercept
    )
    if as_json:
        print_json(_skeleton_data(made))
        return
    _show_skeleton(made, spoken)


def _show_skeleton(made: Skeleton, spoken: Language) -> None:
    from trialwright.vocabulary.words import number  # with the numbers

    def ends(low: float | None, high: float | None) -> str:
        said = [
            "–"
            if end is None
            else "-∞"
            if end == -float("inf")
            else "∞"
            if end == float("inf")
            else number(end, 4, spoken)
            for end in (low, high)
        ]
        return " … ".join(said)

    rows = [
        [str(level), guess if spoken == "en" else guess.replace(".", ","), ends(*beta), ends(*rates)]
        for level, (guess, beta, rates) in enumerate(
            zip(made.as_pasted, made.beta, made.indifference, strict=True), start=1
        )
    ]
    head = [SKELETON[key].said(spoken) for key in ("level", "guess", "beta", "rates")]
    show_table(SKELETON["title"].said(spoken), head, rows=rows, right=[1])
    say()
    say(SKELETON["paste"].said(spoken))
    say(f"skeleton = [{', '.join(made.as_pasted)}]")


def _skeleton_data(made: Skeleton) -> dict[str, object]:
    finite = [[end if abs(end) < float("inf") else None for end in pair] for pair in made.beta]
    return {
        **made.settings,
        "skeleton": list(made.guesses),
        "beta": finite,
        "indifference": [list(pair) for pair in made.indifference],
    }
