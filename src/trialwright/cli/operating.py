"""``operating``: what a protocol's design and rules do, trial after trial, under the scenarios of a team."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright import workbench
from trialwright.cli.terminal import (
    Json,
    Lang,
    ProtocolFile,
    language,
    print_json,
    say,
    show_document,
    whole_numbers,
    working_on,
)
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.report.documents.operating import Foreseen

STAGES = {
    "walk": Text(en="walking every course of the trial", fr="parcours de tous les déroulements de l'essai"),
    "ignored": Text(en="the same, had the dose given been ignored", fr="idem, si la dose administrée était ignorée"),
    "worst": Text(en="looking for the worst truths", fr="recherche des pires vérités"),
}


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("operating")(operating)


def operating(
    protocol: ProtocolFile,
    *,
    truth: Annotated[
        list[str] | None,
        typer.Option("--truth", metavar="P1,P2,…", help="True DLT rates by level; may be given several times."),
    ] = None,
    scenarios: Annotated[Path | None, typer.Option("--scenarios", help="A scenario file (TOML).")] = None,
    after_each: Annotated[
        bool, typer.Option("--after-each", help="A decision after every participant, instead of every cohort.")
    ] = False,
    cohorts: Annotated[
        str | None, typer.Option("--cohorts", metavar="N,N,…", help="Sizes of the cohorts; the last one is repeated.")
    ] = None,
    at_most: Annotated[
        int, typer.Option("--at-most", help="Participants at most; the protocol's number if absent.")
    ] = 0,
    worst: Annotated[
        float | None,
        typer.Option("--worst", metavar="WITHIN", help="Also the worst case with every rate up to this much off."),
    ] = None,
    gap_days: Annotated[
        float | None,
        typer.Option("--gap-days", help="Mean days between two people who could take part, to show the duration."),
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write every number to this CSV file.")] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Write tables and figures to this PDF file.")] = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Show the operating characteristics of a protocol: exact, without simulation.

    Without --truth or --scenarios, a scenario for every level on target is shown. A design that looks at participants
    one by one (TITE) cannot be walked, and says so.
    """
    spoken = language(lang)
    with working_on({name: text.said(spoken) for name, text in STAGES.items()}) as stage:
        foreseen = workbench.operating_characteristics(
            protocol,
            truths=truth or (),
            scenarios=scenarios,
            after_each=after_each,
            cohorts=whole_numbers(cohorts, option="--cohorts"),
            at_most=at_most,
            worst_within=worst,
            gap_days=gap_days,
            stage=stage,
        )
    document = workbench.operating_as_document(foreseen)
    if csv is not None:
        workbench.write_operating_csv(foreseen, csv, language=spoken)
    if pdf is not None:
        workbench.write_operating_pdf(foreseen, pdf, language=spoken)
    if as_json:
        print_json(_as_data(foreseen))
        return
    show_document(document, spoken)
    for written in filter(None, (csv, pdf)):
        say(str(written))


def _as_data(foreseen: Foreseen) -> dict[str, object]:
    """Everything at full precision, for a program."""
    found, aim = foreseen.found, foreseen.aim
    days = None
    if foreseen.gap_days is not None:
        days = found.duration(gap_days=foreseen.gap_days, window_days=foreseen.study.dlt.window_days)
    return {
        "trial": foreseen.study.identity.id,
        "protocol_digest": foreseen.study.digest,
        "exact": True,
        "ends": foreseen.ends,
        "decisions": "after each participant" if foreseen.conditions.after_each else "after each cohort",
        "participants_at_most": foreseen.conditions.limit(foreseen.study),
        "target": aim.target,
        "too_toxic_above": aim.too_toxic,
        "scenarios": [
            {
                "name": {"en": scenario.name.en, "fr": scenario.name.fr},
                "dlt": list(scenario.dlt),
                "activity": list(scenario.activity),
                "selection": found.selection[place].tolist(),
                "right_level": int(aim.right(found.truths)[place]),
                "correct_selection": float(foreseen.correct[place]),
                "selection_above": float(found.selection[place, aim.right(found.truths)[place] + 1 :].sum()),
                "n": found.n[place].tolist(),
                "n_dlt": found.n_dlt[place].tolist(),
                "n_active": found.n_active[place].tolist() if scenario.activity else None,
                "expected_n": float(found.expected_n[place]),
                "sd_n": float(found.sd_n[place]),
                "n_distribution": found.n_distribution[place].tolist(),
                "dlt_distribution": found.dlt_distribution[place].tolist(),
                "ended": dict(zip(found.reasons, found.ended[place].tolist(), strict=True)),
                "stopped_early_at": found.stopped_at[place].tolist(),
                "mean_days": None if days is None else float(days[place]),
                "ignoring_dose_given": None if foreseen.ignored is None else foreseen.ignored.selection[place].tolist(),
                "worst": None
                if not foreseen.worst
                else {
                    "within": foreseen.within,
                    "value": foreseen.worst[place].value,
                    "bound": foreseen.worst[place].bound,
                    "truth": list(foreseen.worst[place].truth),
                },
            }
            for place, scenario in enumerate(foreseen.scenarios)
        ],
    }
