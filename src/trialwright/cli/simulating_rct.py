"""``simulate-rct``: the randomised trial of a plan file, simulated whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright import workbench
from trialwright.cli.terminal import Json, Lang, counting, language, print_json, say, show_document
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.planning.rct_calendar import RctCalendar
    from trialwright.report.documents.rct_simulation import RctRun

PlanFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="A plan file (TOML) with its sections course and simulation.")
]
SIMULATING = Text(en="Simulating trials", fr="Simulation des essais")
WRITTEN = Text(en="Report: {html}, {pdf}", fr="Rapport : {html}, {pdf}")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("simulate-rct")(simulate_rct)


def simulate_rct(
    file: PlanFile,
    *,
    trials: Annotated[
        int | None, typer.Option("--trials", help="Simulated trials; as the file says if absent.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Fixes every virtual person; as the file says if absent.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", help="Processes that share the work.")] = 1,
    cluster: Annotated[
        str | None, typer.Option("--cluster", help="Address of a Dask scheduler, or local: on this machine.")
    ] = None,
    questions: Annotated[
        bool,
        typer.Option(
            "--questions",
            help="Also ask: which schedule, endpoint and size, what a taper and waning do, what to choose.",
        ),
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the report: page, PDF, tables and figures.")
    ] = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Simulate the randomised trial of a plan: people with a course of disease, visits, endpoints, analyses, looks.

    What infusions do is assumed, and every number says with which Monte Carlo limits it was found. The same file and
    seed give the same numbers on any number of workers. Where the plan says how people come (its section accrual),
    the trials have calendar days too: looks, what they overrun, the end. Ctrl-C keeps and shows what is done.
    """
    spoken = language(lang)
    asked = workbench.RctAsked(trials, seed, workers=workers, cluster=cluster, questions=questions)
    with counting(SIMULATING.said(spoken)) as progress:
        run = workbench.simulate_rct_plan(file, asked, progress=progress)
    written = None if out is None else workbench.write_rct_report(run, out, language=spoken)
    if as_json:
        print_json(rct_data(run))
        return
    show_document(workbench.rct_as_document(run, every_number=False), spoken)
    if written is not None:
        say(WRITTEN.said(spoken, html=written.html, pdf=written.pdf.name), style="bold")


def rct_data(run: RctRun) -> dict[str, object]:
    """Everything at full precision, for a program; the calendar only where there is one."""
    results = run.results
    calendar = {} if run.calendar is None else {"calendar": calendar_data(run.calendar)}
    return {
        "plan": run.plan.identity.id,
        "plan_digest": run.plan.digest,
        "participants": run.simulated.participants,
        "seed": run.seed,
        "trials": results.trials,
        "arms": [arm.name for arm in run.simulated.arms],
        "rejections": results.rejections.tolist(),
        "rejections_by_look": results.by_look.tolist(),
        "rejections_of_any": results.rejections_of_any,
        "upper_z": run.simulated.boundaries.upper.tolist(),
        "means": results.means.mean(axis=0).tolist(),
        "found": json.loads(workbench.rct_bytes(run)),
        "choices": [
            {
                "schedule": one.schedule,
                "people": one.people,
                "endpoint": one.analysis.endpoint,
                "week": one.analysis.week,
                "power": one.power,
                "infusions": one.infusions,
                "product": one.product,
                "within": one.within,
                "on_front": one.on_front,
            }
            for one in run.ranked
        ],
        **calendar,
    }


def calendar_data(calendar: RctCalendar) -> dict[str, object]:
    """Days of every trial from the planned opening, by look; ``ends_at_look`` counts from 1."""
    return {
        "last_randomised": calendar.last_randomised.tolist(),
        "data_complete": calendar.reached.tolist(),
        "decision": calendar.decided.tolist(),
        "randomised_by_decision": calendar.randomised.tolist(),
        "infused_by_decision": calendar.infused.tolist(),
        "last_visit": calendar.last_visit.tolist(),
        "ends_at_look": (calendar.stops + 1).tolist(),
    }
