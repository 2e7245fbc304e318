"""Simulating the randomised trial of a plan file: the trial itself, its questions, the choice within a budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import final

from trialwright import diseases
from trialwright.operating.simulated import Progress
from trialwright.planning.optimiser import Candidate, candidates
from trialwright.planning.plan import Plan
from trialwright.planning.plan_file import accrual_of
from trialwright.planning.rct_calendar import rct_calendar
from trialwright.planning.rct_campaign import RctCampaign, content, here, run_rct_lot
from trialwright.planning.rct_questions import questions
from trialwright.planning.rct_simulation import RctPlan, RctResults
from trialwright.planning.simulated_plan import choices_of, simulated_plan
from trialwright.planning.sizing import size_plan
from trialwright.report import Document, Written, write_report
from trialwright.report.documents.rct_simulation import RctRun, rct_document
from trialwright.vocabulary.disease_course import Appearance
from trialwright.vocabulary.words import Language
from trialwright.workbench.campaigns import pool_for
from trialwright.workbench.planning import read_plan

Heard = Callable[[int, int], None]


@final
@dataclass(frozen=True, slots=True)
class RctAsked:
    """How a trial is simulated: how often, from which seed, by whom, and whether its questions are asked too."""

    trials: int | None = None  # None: as the file says
    seed: int | None = None
    workers: int = 1
    cluster: str | None = None
    questions: bool = False


def simulate_rct_plan(path: Path, asked: RctAsked, *, progress: Progress | None = None) -> RctRun:
    """Simulate the trial of a plan file; ParameterError with every finding where the file does not say enough.

    The numbers do not depend on the workers: they may be processes of this machine, or those of a Dask cluster.
    """
    plan = read_plan(path)
    named = plan.course.disease if plan.course is not None else ""
    appearance = diseases.appearance(named or diseases.available()[0])
    simulated = simulated_plan(plan, appearance, participants=_size(plan))
    section = plan.simulation
    assert section is not None, "checked by simulated_plan"
    trials = section.trials if asked.trials is None else asked.trials
    seed = section.seed if asked.seed is None else asked.seed
    wanted = {"trial": simulated}
    choices = choices_of(plan, simulated)
    if asked.questions:
        wanted |= questions(simulated, appearance)
        wanted |= {} if choices is None else {f"choice/{name}": one for name, one in choices.plans(simulated).items()}
    found = _run(wanted, appearance, asked=asked, trials=trials, seed=seed, progress=progress)
    ranked: tuple[Candidate, ...] = ()
    if asked.questions and choices is not None and all(f"choice/{name}" in found for name in choices.schedules):
        ranked = candidates(choices, {name: found[f"choice/{name}"] for name in choices.schedules})
    calendar = None if plan.accrual is None else rct_calendar(accrual_of(plan.accrual), found["trial"])
    return RctRun(plan, simulated, appearance, found, ranked, trials=trials, seed=seed, calendar=calendar)


def _size(plan: Plan) -> int | None:
    """The number of participants that the plan needs, where the file does not give another."""
    if plan.simulation is None or plan.simulation.participants is not None:
        return None
    return size_plan(plan).total


def _run(
    wanted: dict[str, RctPlan],
    appearance: Appearance,
    *,
    asked: RctAsked,
    trials: int,
    seed: int,
    progress: Progress | None,
) -> dict[str, RctResults]:
    """Every campaign, one after the other; a KeyboardInterrupt keeps those that are done."""
    campaigns = {name: RctCampaign(plan, appearance, trials=trials, seed=seed) for name, plan in wanted.items()}
    found: dict[str, RctResults] = {}
    total, before = trials * len(campaigns), 0
    with pool_for(run_rct_lot, workers=asked.workers, cluster=asked.cluster) as pool:
        for name, campaign in campaigns.items():
            found[name] = campaign.run(pool or here, progress=_from(before, total=total, progress=progress))
            if found[name].trials < trials:
                return found
            before += trials
    return found


def _from(before: int, *, total: int, progress: Progress | None) -> Heard:
    """Progress of one campaign among several."""
    return lambda done, of: None if progress is None else progress(before + done, total)


def rct_as_document(run: RctRun, *, every_number: bool = True) -> Document:
    """Simulated trials as a document, ready for every format; with every number of the model, or without."""
    return rct_document(run, every_number=every_number, software="trialwright", version=version("trialwright"))


def write_rct_report(run: RctRun, out: Path, *, language: Language = "en") -> Written:
    """Pages, PDF, tables and figures in a folder."""
    return write_report(rct_as_document(run), out, language=language)


def rct_bytes(run: RctRun) -> bytes:
    """Every number of the simulated trial itself; the same bytes whoever simulated it."""
    campaign = RctCampaign(run.simulated, run.appearance, trials=run.trials, seed=run.seed)
    return content(campaign, run.found["trial"])
