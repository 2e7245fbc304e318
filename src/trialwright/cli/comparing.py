"""``compare`` and ``calibrate``: designs and their settings side by side, on exact operating characteristics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright import workbench
from trialwright.cli.exploring import Csv, Pdf, Svg
from trialwright.cli.terminal import Json, Lang, ProtocolFile, counting, language, print_json, say, say_item, show_table
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.operating.calibration import Calibration, Tried
    from trialwright.operating.comparison import Compared, Comparison
    from trialwright.report import Table
    from trialwright.vocabulary.words import Language

Scenarios = Annotated[
    Path | None,
    typer.Option(
        "--scenarios", help="File of scenarios (TOML); if absent, one per level on target, one all too toxic."
    ),
]
TooToxic = Annotated[
    float | None,
    typer.Option("--too-toxic", help="True DLT rate above which a level is too toxic; 1.4 times the target if absent."),
]
COMPARING = Text(en="Comparing designs", fr="Comparaison des plans")
CALIBRATING = Text(en="Judging settings", fr="Évaluation des réglages")
ROWS_SHOWN = 15  # settings on a terminal; the files hold them all
FOR_PROTOCOL = Text(en="For the protocol:", fr="Pour le protocole :")
NOT_COMPARED = Text(en="Not compared:", fr="Non comparés :")
NOT_POSSIBLE = Text(en="Settings that cannot be:", fr="Réglages impossibles :")
AND_MORE = Text(
    en="and {more} more settings, in the files (--csv, --pdf)", fr="et {more} autres réglages, dans les fichiers"
)


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("compare")(compare)
    app.command("calibrate")(calibrate)


def compare(
    protocol: ProtocolFile,
    design: Annotated[
        list[str] | None,
        typer.Option(
            "--design", help="A design to compare with: boin, or crm:prior_sd=1.0,half_width=0.05,prior_mtd=3."
        ),
    ] = None,
    *,
    scenarios: Scenarios = None,
    target: Annotated[
        float | None, typer.Option("--target", help="Target DLT rate, where the protocol's design has none.")
    ] = None,
    too_toxic: TooToxic = None,
    choose: Annotated[
        str | None,
        typer.Option("--choose", help="The design the protocol text is about; the protocol's own if absent."),
    ] = None,
    within: Annotated[
        float | None, typer.Option("--within", help="Also find the worst case with true rates off by up to this much.")
    ] = None,
    csv: Csv = None,
    pdf: Pdf = None,
    svg: Svg = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Compare the protocol's design with others on common scenarios, exactly.

    Each design takes the protocol's place for the design, with the protocol's rules. A design that has no exact
    characteristics is listed with the reason. Ends with a paragraph for the protocol, in English or French.
    """
    spoken = language(lang)
    with counting(COMPARING.said(spoken)) as progress:
        found = workbench.compare_designs(
            protocol,
            design or [],
            scenarios=scenarios,
            target=target,
            too_toxic=too_toxic,
            chosen=choose,
            within=within,
            progress=progress,
        )
    written = workbench.write_comparison(found, csv=csv, pdf=pdf, svg=svg, language=spoken)
    if as_json:
        print_json(_comparison_data(found, spoken))
        return
    _show_comparison(found, spoken)
    for path in written:
        say(str(path))


def _show(table: Table, spoken: Language) -> None:
    """A table of a report, on the terminal."""
    from trialwright.report.cells import (
        say as worded,  # with the words of reports
        written,  # with the words of reports
    )

    columns = [worded(column.label, spoken) for column in table.columns]
    rows = [[written(cell.value, spoken) for cell in cells] for cells in table.rows]
    right = [place for place, column in enumerate(table.columns) if column.align == "right"]
    show_table(worded(table.title, spoken), columns, rows=rows, right=right)
    for note in table.notes:
        say(worded(note, spoken), style="dim")
    say()


def _show_comparison(found: Comparison, spoken: Language) -> None:
    from trialwright.report.documents.comparison import left_out, overview_table  # with the words of reports
    from trialwright.report.documents.comparison_text import protocol_text  # with the words of reports

    if found.compared:
        _show(overview_table(found), spoken)
    if found.left_out:
        say(NOT_COMPARED.said(spoken), style="bold yellow")
        for one in left_out(found):
            say_item(one.said(spoken))
        say()
    say(FOR_PROTOCOL.said(spoken), style="bold")
    say(" ".join(one.said(spoken) for one in protocol_text(found)))


def _comparison_data(found: Comparison, spoken: Language) -> dict[str, object]:
    from trialwright.report.documents.comparison_text import protocol_text  # with the words of reports

    return {
        "trial": found.study.identity.id,
        "protocol_digest": found.study.digest,
        "target": found.aim.target,
        "too_toxic": found.aim.too_toxic,
        "scenarios": [
            {"name": one.name.said(spoken), "dlt": list(one.dlt), "right_level": int(right)}
            for one, right in zip(found.scenarios, found.right, strict=True)
        ],
        "designs": [_compared_data(one) for one in found.compared],
        "left_out": [{"design": one.candidate.title, "why": one.why.said(spoken)} for one in found.left_out],
        "worst_within": found.within,
        "worst": [
            {
                "right": {"value": right.value, "bound": right.bound, "truth": list(right.truth)},
                "too_high": {"value": high.value, "bound": high.bound, "truth": list(high.truth)},
            }
            for right, high in found.worst
        ],
        "protocol_text": " ".join(one.said(spoken) for one in protocol_text(found)),
    }


def _compared_data(one: Compared) -> dict[str, object]:
    numbers = one.characteristics
    return {
        "design": one.title,
        "parameters": dict(one.study.design_parameters),
        "right": one.correct.tolist(),
        "too_high": one.overdosing.tolist(),
        "selection": numbers.selection.tolist(),
        "mean_n": numbers.expected_n.tolist(),
        "mean_n_by_level": numbers.n.tolist(),
        "mean_dlts": numbers.expected_dlts.tolist(),
        "stops_early": numbers.early.tolist(),
    }


def calibrate(
    protocol: ProtocolFile,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary", help="A parameter and its values: prior_sd=0.5,0.8,1.16 (also half_width, cohort_size)."
        ),
    ] = None,
    *,
    design: Annotated[str, typer.Option("--design", help="Another design than the protocol's own.")] = "",
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter that is the same in every setting: prior_mtd=3.")
    ] = None,
    scenarios: Scenarios = None,
    objective: Annotated[
        str,
        typer.Option(
            "--objective", help="Right selection: its mean over the scenarios, or the worst.", metavar="mean|worst"
        ),
    ] = "mean",
    most_overdosing: Annotated[
        float | None, typer.Option("--most-overdosing", help="Probability to select too high a level, at most.")
    ] = None,
    most_dlts: Annotated[
        float | None, typer.Option("--most-dlts", help="Mean number of DLTs in a trial, at most.")
    ] = None,
    too_toxic: TooToxic = None,
    csv: Csv = None,
    pdf: Pdf = None,
    svg: Svg = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Search the parameters of a design on exact operating characteristics, and print the best to paste.

    Every combination of the values given is judged under every scenario. Settings over a limit are shown behind the
    others. half_width and prior_mtd make the skeleton of a CRM by indifference intervals. Ctrl-C keeps what is done.
    """
    spoken = language(lang)
    with counting(CALIBRATING.said(spoken)) as progress:
        found = workbench.calibrate_design(
            protocol,
            vary or [],
            design=design,
            settings=settings or [],
            scenarios=scenarios,
            objective=objective,
            most_overdosing=most_overdosing,
            most_dlts=most_dlts,
            too_toxic=too_toxic,
            progress=progress,
        )
    written = workbench.write_calibration(found, csv=csv, pdf=pdf, svg=svg, language=spoken)
    if as_json:
        print_json(_calibration_data(found, spoken))
        return
    _show_calibration(found, spoken)
    for path in written:
        say(str(path))


def _show_calibration(found: Calibration, spoken: Language) -> None:
    from trialwright.operating.calibration import as_toml  # with the numbers
    from trialwright.report.documents.calibration import (  # with the words of reports
        conclusions,
        impossible_in_words,
        ranking_table,
    )

    if found.tried:
        _show(ranking_table(found, most=ROWS_SHOWN), spoken)
    if len(found.tried) > ROWS_SHOWN:
        say(AND_MORE.said(spoken, more=len(found.tried) - ROWS_SHOWN))
    if found.impossible:
        say(NOT_POSSIBLE.said(spoken), style="bold yellow")
        for one in impossible_in_words(found)[:ROWS_SHOWN]:
            say_item(one.said(spoken))
    first, *rest = conclusions(found)
    say(first.said(spoken), style="bold")
    for line in rest:
        say(line.said(spoken))
    if found.best is not None:
        say()
        say(as_toml(found, found.best).rstrip())


def _calibration_data(found: Calibration, spoken: Language) -> dict[str, object]:
    return {
        "trial": found.study.identity.id,
        "protocol_digest": found.study.digest,
        "design": found.design,
        "objective": found.wanted.objective,
        "complete": found.is_complete,
        "settings": [_tried_data(one) for one in found.tried],
        "impossible": [{"setting": dict(one.setting), "why": one.why.said(spoken)} for one in found.impossible],
        "best": None if found.best is None else _tried_data(found.best),
    }


def _tried_data(one: Tried) -> dict[str, object]:
    return {
        "setting": dict(one.setting),
        "parameters": dict(one.parameters),
        "cohort_size": one.cohort_size,
        "score": one.score,
        "within_limits": one.within,
        "right": list(one.correct),
        "too_high": list(one.overdosing),
        "mean_n": list(one.expected_n),
        "mean_dlts": list(one.expected_dlts),
    }
