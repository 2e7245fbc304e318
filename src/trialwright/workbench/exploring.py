"""Exploring a protocol: what it will say, how designs compare, which setting is best, where a skeleton comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, final

import numpy as np

from trialwright import designs
from trialwright.numerics import calibration as setting_up
from trialwright.numerics.one_parameter import OneParameterModel
from trialwright.operating.calibration import Calibration, Wanted, calibrate
from trialwright.operating.comparison import Aim, Candidate, Comparison, Progress, compare
from trialwright.operating.conditions import Conditions
from trialwright.operating.pathways import Pathways, pathways
from trialwright.operating.variants import check_skeleton_request
from trialwright.protocol import read_protocol
from trialwright.report import Document, Figure, Table, render_pdf, table_csv
from trialwright.report.cells import say
from trialwright.report.documents import calibration as calibrated, comparison as compared
from trialwright.report.documents.pathways import long_table, pathways_document, tree_figure
from trialwright.report.figures import draw_svg
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.words import Language
from trialwright.workbench.choosing import parted, read_settings, read_value
from trialwright.workbench.files import write_file
from trialwright.workbench.scenario_files import exact_scenarios
from trialwright.workbench.trials import reach_trial

SOFTWARE = "trialwright"


def follow_pathways(place: Path, *, cohorts: int = 2, size: int | None = None, on: date | None = None) -> Pathways:
    """What will be advised after every result of the next cohorts.

    ``place``: a protocol file, then from its start; or the folder of an open trial, then from its record as known on
    a day (today, where none is given). Raises as ``operating.pathways`` does.
    """
    if not place.is_dir():
        complaints = Complaints()
        allowed = "needs the folder of an open trial, not a protocol file"
        complaints.unless(on is None, "as-of", on, allowed, "leave it out")
        complaints.raise_as(ParameterError, "these pathways cannot be followed")
        return pathways(read_protocol(place), cohorts=cohorts, size=size)
    with reach_trial(place) as trial:
        day = on or trial.today()
        return pathways(trial.study, cohorts=cohorts, size=size, state=trial.state(on=day), on=day)


def write_pathways(
    found: Pathways, *, csv: Path | None, pdf: Path | None, svg: Path | None, language: Language
) -> tuple[Path, ...]:
    """The pathways as files: every step one a line, a document, the tree."""
    document = pathways_document(found, software=SOFTWARE, version=version("trialwright"))
    return write_all(long_table(found), document, figure=tree_figure(found), to=(csv, pdf, svg), language=language)


def compare_designs(
    path: Path,
    named: Sequence[str],
    *,
    scenarios: Path | None = None,
    target: float | None = None,
    too_toxic: float | None = None,
    chosen: str | None = None,
    within: float | None = None,
    progress: Progress = lambda done, of: None,
) -> Comparison:
    """The protocol's own design and others on common scenarios, exactly.

    ``named``: "boin", "crm:prior_sd=1.0,half_width=0.05". ``chosen``: which one the protocol text is about, written in
    the same way; the protocol's own where none is given. Raises ParameterError with all findings.
    """
    study = read_protocol(path)
    candidates = [Candidate(study.design_name, {}), *map(_candidate, named)]
    complaints = Complaints()
    titles = [candidate.title for candidate in candidates]
    complaints.unless(bool(named), "design", "", "must name at least one design to compare with", "--design boin")
    for title in sorted({title for title in titles if titles.count(title) > 1}):
        complaints.unless(False, "design", title, "is there twice; the protocol's own design comes first by itself")
    place = 0 if chosen is None else next((n for n, one in enumerate(titles) if one == _candidate(chosen).title), -1)
    complaints.unless(place >= 0, "choose", chosen, f"must be one of {', '.join(titles)}")
    fine = within is None or 0 < within < 1
    complaints.unless(fine, "within", within, "must lie between 0 and 1", "0.02 is two percentage points")
    complaints.raise_as(ParameterError, "these designs cannot be compared")
    aim = Aim.of(study, target=target, too_toxic=too_toxic)
    asked = exact_scenarios(study, scenarios, target=aim.target)
    return compare(
        study,
        candidates,
        scenarios=asked.scenarios,
        aim=aim,
        conditions=Conditions(given=asked.given),
        chosen=place,
        within=within,
        progress=progress,
    )


def _candidate(said: str) -> Candidate:
    """``crm:prior_sd=1.0,skeleton=[0.1,0.2]`` as a name and what is changed."""
    name, _, changes = said.partition(":")
    designs.module(name)
    return Candidate(name, read_settings(parted(changes)))


def write_comparison(
    found: Comparison, *, csv: Path | None, pdf: Path | None, svg: Path | None, language: Language
) -> tuple[Path, ...]:
    """The comparison as files: one design and scenario a line, a document, the selection figure."""
    document = compared.comparison_document(found, software=SOFTWARE, version=version("trialwright"))
    figure = compared.selection_figure(found)
    return write_all(compared.long_table(found), document, figure=figure, to=(csv, pdf, svg), language=language)


def calibrate_design(
    path: Path,
    vary: Sequence[str],
    *,
    design: str = "",
    settings: Sequence[str] = (),
    scenarios: Path | None = None,
    objective: str = "mean",
    most_overdosing: float | None = None,
    most_dlts: float | None = None,
    too_toxic: float | None = None,
    progress: Progress = lambda done, of: None,
) -> Calibration:
    """Every setting of a grid, judged exactly, the best one first.

    ``vary``: "prior_sd=0.5,0.8", once per parameter; ``settings``: "name=value", the same in every setting.
    """
    complaints = Complaints()
    complaints.unless(objective in ("mean", "worst"), "objective", objective, "must be mean or worst")
    complaints.raise_as(ParameterError, "it is not clear what to look for")
    study = read_protocol(path)
    grid, fixed = _read_grid(vary), read_settings(settings)
    aim = Aim.of(study, target=fixed.get("target_toxicity_rate"), too_toxic=too_toxic)
    asked = exact_scenarios(study, scenarios, target=aim.target)
    wanted = Wanted("worst" if objective == "worst" else "mean", most_overdosing, most_dlts)
    return calibrate(
        study,
        grid,
        scenarios=asked.scenarios,
        design=design,
        fixed=fixed,
        wanted=wanted,
        aim=aim,
        conditions=Conditions(given=asked.given),
        progress=progress,
    )


def _read_grid(vary: Sequence[str]) -> dict[str, list[Any]]:
    complaints, grid = Complaints(), dict[str, list[Any]]()
    for one in vary:
        name, equals, values = one.partition("=")
        fine = bool(equals) and name.strip().isidentifier() and bool(parted(values))
        fine = complaints.unless(fine, "vary", one, "must be name=value,value,…", "as in prior_sd=0.5,0.8,1.16")
        if fine and complaints.unless(name.strip() not in grid, "vary", one, "names a parameter a second time"):
            grid[name.strip()] = [read_value(value.strip()) for value in parted(values)]
    complaints.raise_as(ParameterError, "this grid cannot be searched")
    return grid


def write_calibration(
    found: Calibration, *, csv: Path | None, pdf: Path | None, svg: Path | None, language: Language
) -> tuple[Path, ...]:
    """The calibration as files: one setting a line, a document, the trade-off."""
    document = calibrated.calibration_document(found, software=SOFTWARE, version=version("trialwright"))
    figure = calibrated.trade_off_figure(found)
    return write_all(calibrated.ranking_table(found), document, figure=figure, to=(csv, pdf, svg), language=language)


@final
@dataclass(frozen=True, slots=True)
class Skeleton:
    """Prior guesses by indifference intervals, and how sensitive the model is with them."""

    guesses: tuple[float, ...]
    beta: tuple[tuple[float, float], ...]  # where each level is nearest to the target; the outer ends are infinite
    indifference: tuple[tuple[float | None, float | None], ...]  # rates taken for the target; None: no neighbour
    settings: Mapping[str, Any]

    @property
    def as_pasted(self) -> tuple[str, ...]:
        """The guesses as they are written into a protocol, with as many decimals as each needs."""
        return setting_up.written(np.asarray(self.guesses))


def make_skeleton(
    *,
    target: float,
    levels: int,
    half_width: float,
    mtd: int,
    model: str = "power",
    intercept: float = 3.0,
) -> Skeleton:
    """A skeleton of the continual reassessment method by indifference intervals (Lee & Cheung 2009), and its check.

    The check is the model sensitivity of Cheung & Chappell (2002). Raises ParameterError with all findings.
    """
    complaints = Complaints()
    complaints.unless(levels >= 2, "levels", levels, "must be 2 or more")
    complaints.unless(model in ("power", "logistic"), "model", model, "must be power or logistic")
    check_skeleton_request(complaints, target=target, half_width=half_width, prior_mtd=mtd, levels=levels)
    complaints.raise_as(ParameterError, "there is no such skeleton")
    kind: Literal["power", "logistic"] = "power" if model == "power" else "logistic"
    try:
        guesses = setting_up.skeleton(
            target=target, halfwidth=half_width, prior_mtd=mtd, levels=levels, kind=kind, intercept=intercept
        )
    except ValueError as error:
        complaints.unless(False, "half_width", half_width, str(error))
    complaints.raise_as(ParameterError, "there is no such skeleton")
    curve = OneParameterModel(kind, tuple(guesses.tolist()), intercept)
    found = setting_up.sensitivity(curve, target=target)
    ends = [tuple(None if np.isnan(end) else float(end) for end in pair) for pair in found.indifference]
    return Skeleton(
        guesses=tuple(guesses.tolist()),
        beta=tuple((float(low), float(high)) for low, high in found.beta),
        indifference=tuple((low, high) for low, high in ends),
        settings={"target_toxicity_rate": target, "half_width": half_width, "prior_mtd": mtd, "model": model},
    )


def write_all(
    table: Table,
    document: Document,
    *,
    figure: Figure,
    to: tuple[Path | None, Path | None, Path | None],
    language: Language,
) -> tuple[Path, ...]:
    """A table as CSV, a document as PDF and a figure as SVG, each where a place is given for it."""
    csv, pdf, svg = to
    if csv is not None:
        write_file(csv, table_csv(table, language=language).encode())
    if pdf is not None:
        write_file(pdf, render_pdf(document, language=language))
    if svg is not None:
        drawn = draw_svg(
            figure.spec, title=say(figure.title, language), alt=say(figure.alt, language), language=language
        )
        write_file(svg, drawn.encode())
    return tuple(path for path in to if path is not None)
