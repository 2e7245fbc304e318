"""``simulate`` and ``campaign``: virtual trials of a protocol, each number with its Monte Carlo error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright import workbench
from trialwright.cli.exploring import Csv, Pdf
from trialwright.cli.terminal import (
    Json,
    Lang,
    ProtocolFile,
    counting,
    language,
    print_json,
    say,
    show_document,
    whole_numbers,
)
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.report.documents.campaign import CampaignRun
    from trialwright.report.documents.simulated import Limits, VirtualRun

SIMULATING = Text(en="Simulating trials", fr="Simulation des essais")
Workers = Annotated[int, typer.Option("--workers", help="Processes of this machine that share the work.")]

Trials = Annotated[int, typer.Option("--trials", help="Virtual trials under each scenario.")]
Seed = Annotated[int, typer.Option("--seed", help="Fixes every virtual person; the same seed gives the same numbers.")]
TypedTruths = Annotated[
    list[str] | None,
    typer.Option("--truth", metavar="P1,P2,…", help="True DLT rates by level; may be given several times."),
]
ScenarioOption = Annotated[
    Path | None, typer.Option("--scenarios", help="A scenario file (TOML); it may hold [circumstances] too.")
]
AccrualOption = Annotated[
    str | None,
    typer.Option(
        "--accrual",
        metavar="DAYS[,…]",
        help="Mean days between two people; also pattern=fixed, ramp_days=…, start_share=….",
    ),
]
TimeToDlt = Annotated[
    str | None,
    typer.Option(
        "--time-to-dlt",
        metavar="MODEL[:…]",
        help="uniform; weibull:first_half=0.3 (or shape=2); late:share=0.6,part=0.25. Uniform if absent.",
    ),
]
Leavers = Annotated[
    str | None,
    typer.Option("--leavers", metavar="P,DAYS", help="Share who leave within so many days of enrolment."),
]
InfusionDays = Annotated[
    str | None,
    typer.Option("--infusion-days", metavar="MIN,MAX", help="Days from enrolment to infusion; the same day if absent."),
]
CommitteeOption = Annotated[
    str | None,
    typer.Option(
        "--committee",
        metavar="P[,…]",
        help="Probability not to follow: 0.1 (stay instead of going up) or 0.1,one_level_lower.",
    ),
]
Decisions = Annotated[
    str | None,
    typer.Option(
        "--decisions",
        metavar="WHEN",
        help="as_they_come: on what is known when the next person could be enrolled; or when_settled.",
    ),
]
AfterEach = Annotated[bool, typer.Option("--after-each", help="With when_settled: a decision after every participant.")]
Cohorts = Annotated[
    str | None, typer.Option("--cohorts", metavar="N,N,…", help="With when_settled: sizes of the cohorts.")
]
MostPeople = Annotated[int, typer.Option("--at-most", help="Participants at most; the protocol's number if absent.")]


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("simulate")(simulate)
    app.command("campaign")(campaign)


def simulate(
    protocol: ProtocolFile,
    *,
    trials: Trials = 10_000,
    seed: Seed = 1,
    truth: TypedTruths = None,
    scenarios: ScenarioOption = None,
    accrual: AccrualOption = None,
    time_to_dlt: TimeToDlt = None,
    leavers: Leavers = None,
    infusion_days: InfusionDays = None,
    committee: CommitteeOption = None,
    decisions: Decisions = None,
    after_each: AfterEach = False,
    cohorts: Cohorts = None,
    at_most: MostPeople = 0,
    workers: Workers = 1,
    csv: Csv = None,
    pdf: Pdf = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Simulate trials of a protocol, each with its own calendar, and show their operating characteristics.

    For designs that look at participants (TITE), and wherever accrual, waiting and duration matter; a design that
    looks at counts has exact characteristics with `operating`. Accrual has to be said, here or in the scenario file;
    what is said here goes before the file. Every number comes with its 95% Monte Carlo limits. Ctrl-C keeps and shows
    what is done.
    """
    spoken = language(lang)
    options = {
        "accrual": accrual,
        "time_to_dlt": time_to_dlt,
        "leavers": leavers,
        "infusion_days": infusion_days,
        "committee": committee,
        "decisions": decisions,
    }
    with counting(SIMULATING.said(spoken)) as progress:
        run = workbench.simulate_protocol(
            protocol,
            truths=truth or (),
            scenarios=scenarios,
            typed={name: text for name, text in options.items() if text is not None},
            after_each=after_each,
            cohorts=whole_numbers(cohorts, option="--cohorts"),
            at_most=at_most,
            trials=trials,
            seed=seed,
            workers=workers,
            progress=progress,
        )
    written = workbench.write_simulated(run, csv=csv, pdf=pdf, language=spoken)
    if as_json:
        print_json({"trial": run.study.identity.id, **_as_data(run)})
        return
    show_document(workbench.simulated_as_document(run), spoken)
    for path in written:
        say(str(path))


def campaign(
    file: Annotated[Path, typer.Argument(metavar="CAMPAIGN", help="A campaign file (TOML).")],
    *,
    folder: Annotated[Path, typer.Option("--folder", help="Keeps every finished lot; give it again to go on.")],
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="tcp://…",
            help="Address of a Dask scheduler; or local, for a Dask cluster of --workers on this machine.",
        ),
    ] = None,
    workers: Workers = 1,
    csv: Csv = None,
    pdf: Pdf = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Simulate designs x settings x scenarios, here or on a cluster, and go on where it was stopped.

    The folder keeps what is done: after Ctrl-C, a crash or a lost worker the same command runs what is missing only.
    The numbers, and the file results.json in the folder, are the same whoever runs them.
    """
    spoken = language(lang)
    with counting(SIMULATING.said(spoken)) as progress:
        run = workbench.run_campaign_file(file, folder=folder, workers=workers, cluster=scheduler, progress=progress)
    written = workbench.write_campaign(run, csv=csv, pdf=pdf, language=spoken)
    if as_json:
        print_json(_campaign_data(run))
        return
    first = workbench.campaign_as_document(run, details=False)
    show_document(first, spoken)
    for path in written:
        say(str(path))


def _campaign_data(run: CampaignRun) -> dict[str, object]:
    return {
        "campaign": run.results.campaign.digest,
        "complete": run.results.complete,
        "cells": [{"study": names[0], "setting": names[1], **_as_data(one)} for names, one in run.runs.items()],
    }


def _as_data(run: VirtualRun) -> dict[str, object]:
    """Everything at full precision, for a program."""
    found, aim, numbers = run.found, run.aim, run.numbers
    return {
        "protocol_digest": run.study.digest,
        "exact": False,
        "seed": run.seed,
        "complete": found.complete,
        "trials_asked_for": found.wanted,
        "participants_at_most": run.conditions.limit(run.study, leaving=run.circumstances.leaving > 0),
        "decisions": run.circumstances.decisions,
        "target": aim.target,
        "too_toxic_above": aim.too_toxic,
        "scenarios": [
            {
                "name": {"en": scenario.name.said("en"), "fr": scenario.name.said("fr")},
                "dlt": list(scenario.dlt),
                "activity": list(scenario.activity),
                "trials": int(found.trials[place]),
                "right_level": int(aim.right(found.truths)[place]),
                **{name: _limits(limits, place) for name, limits in numbers.items() if name != "ended"},
                "ended": {
                    why: {key: values[column] for key, values in _limits(numbers["ended"], place).items()}
                    for column, why in enumerate(found.reasons)
                },
            }
            for place, scenario in enumerate(run.scenarios)
        ],
    }


def _limits(limits: Limits, place: int) -> dict[str, Any]:
    """One number, or one per level, with its limits."""
    return {name: getattr(limits, name)[place].tolist() for name in ("value", "lower", "upper")}
