"""A simulated randomised trial as a document: what it finds, its questions with figures, the course behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import final

from trialwright.numerics.intervals import wilson
from trialwright.planning.optimiser import Candidate
from trialwright.planning.plan import Plan
from trialwright.planning.rct_analysis import Analysis
from trialwright.planning.rct_calendar import RctCalendar
from trialwright.planning.rct_simulation import RctPlan, RctResults
from trialwright.report.documents import rct_words as words
from trialwright.report.documents.rct_calendar import calendar_section
from trialwright.report.documents.rct_course import course_section
from trialwright.report.documents.rct_questions import named, question_sections
from trialwright.report.documents.rct_words import COLUMNS
from trialwright.report.model import (
    Block,
    Callout,
    Cell,
    Column,
    Document,
    Estimate,
    Number,
    Paragraph,
    Provenance,
    Section,
    Share,
    Table,
    Words,
    fill,
    row,
)
from trialwright.vocabulary.disease_course import Appearance


@final
@dataclass(frozen=True, slots=True)
class RctRun:
    """What was simulated of a plan: the trial itself and, where they were asked, its questions and choices."""

    plan: Plan
    simulated: RctPlan
    appearance: Appearance
    found: Mapping[str, RctResults]  # "trial", and the questions by their keys
    ranked: tuple[Candidate, ...]
    trials: int
    seed: int
    calendar: RctCalendar | None = None  # of the trial itself, where the plan says how people come

    @property
    def results(self) -> RctResults:
        """Those of the trial itself."""
        return self.found["trial"]


def rct_document(run: RctRun, *, every_number: bool = True, software: str, version: str) -> Document:
    """The whole simulation, in both languages; ``every_number``: with those of the model, priors and sources."""
    plan = run.plan
    asked = question_sections(run.simulated, run.found, appearance=run.appearance, ranked=run.ranked)
    return Document(
        title=fill(words.TITLE, id=plan.identity.id),
        subtitle=plan.identity.title,
        running_head=fill(words.RUNNING, id=plan.identity.id),
        sections=(
            _trial(run), *calendar_section(run.simulated, run.calendar), *asked,
            course_section(run.appearance, every_number=every_number),
        ),
        provenance=Provenance(
            source=fill(words.SOURCE, id=plan.identity.id), data_cut=None, software=software, version=version,
            protocol_digest=plan.digest,
        ),
        illustrative_note=words.ILLUSTRATIVE,
    )  # fmt: skip


def share_found(found: int, trials: int) -> Estimate:
    """A share of simulated trials with Wilson's limits."""
    low, high = wilson(found, trials)
    return Estimate(found / trials, float(low), float(high), decimals=1, as_share=True)


def outcome(value: float, analysis: Analysis, *, appearance: Appearance) -> Share | Number:
    """What an arm shows: a share, or a mean change."""
    is_change = appearance.endpoints[analysis.endpoint].kind == "change"
    return Number(value, 2) if is_change else Share(value)


def _trial(run: RctRun) -> Section:
    blocks: list[Block] = [Callout("warning", words.CAUTION)]
    if any(one.trials < run.trials for one in run.found.values()):
        done = sum(one.trials for one in run.found.values())
        blocks.append(Callout("warning", fill(words.STOPPED, done=done, wanted=run.trials * len(run.found))))
    plan = run.simulated
    said = fill(
        words.SIMULATED, trials=run.results.trials, people=plan.participants, seed=run.seed,
        entry=plan.entry.index_at_least,
    )  # fmt: skip
    blocks += [Paragraph(said), Paragraph(words.DRAWN[plan.drawn]), primary_table(run)]
    blocks += _assumed(run)
    if plan.secondary:
        blocks.append(_others(run))
    ways = {one.leaves_out_rescued for one in (plan.primary, *plan.secondary) if one.method == "mmrm"}
    blocks += [Paragraph(fill(words.MMRM, rescue=words.RESCUE[way])) for way in sorted(ways)]
    return Section("trial", words.SECTIONS["trial"], tuple(blocks))


def primary_table(run: RctRun) -> Table:
    """Each arm with its responses and infusions, and how often it is found better than the control."""
    results, plan = run.results, run.simulated
    means = results.means[:, :, 0].mean(axis=0)
    rows = []
    for place, arm in enumerate(plan.arms):
        power: list[Cell | Estimate | Share | Number | None] = [None, None, None]
        if place:
            by_look = results.by_look[place - 1]
            power = [
                share_found(int(results.rejections[place - 1]), results.trials),
                Share(float(by_look[:-1].sum()) / results.trials) if len(by_look) > 1 else None,
                Number(float(results.expected_people[place - 1]), 0),
            ]
        infused = (Number(float(each[:, place].mean()), 2) for each in (results.infusions, results.reactions))
        left = Share(float(results.left[:, place].mean()))
        shown = outcome(float(means[place]), plan.primary, appearance=run.appearance)
        rows.append(row(_label(run, arm.name), shown, *power, *infused, left))
    keys = ("arm", "analysis", "power", "early", "people", "infusions", "reactions", "left")
    labels = {**COLUMNS, "analysis": named(plan.primary, run.appearance)}
    columns = tuple(Column(key, labels[key], align="left" if key == "arm" else "right") for key in keys)
    return Table("primary", words.PRIMARY, columns, tuple(rows))


def _assumed(run: RctRun) -> Iterator[Block]:
    """What the plan assumed of each arm beside what the course gives it, where both are shares."""
    known = run.appearance.endpoints[run.simulated.primary.endpoint].kind == "response"
    means = run.results.means[:, :, 0].mean(axis=0)
    ordered = (run.plan.control, *run.plan.treatments)
    for arm, simulated in zip(ordered, means, strict=True):
        assumed = arm.assumed.share
        if known and assumed is not None:
            yield Paragraph(fill(words.ASSUMED, assumed=assumed, arm=arm.label, simulated=float(simulated)))


def _others(run: RctRun) -> Table:
    """The other analyses of every treatment at the end."""
    results, plan = run.results, run.simulated
    means = results.means.mean(axis=0)
    rows = []
    for place, analysis in enumerate(plan.secondary):
        for number, arm in enumerate(plan.arms[1:]):
            shown = [
                outcome(float(means[at, place + 1]), analysis, appearance=run.appearance) for at in (0, number + 1)
            ]
            found = share_found(int(results.share_above(place)[number]), results.trials)
            rows.append(row(named(analysis, run.appearance), _label(run, arm.name), *shown, found))
    keys = ("analysis", "arm", "control", "treatment", "power")
    columns = tuple(Column(key, COLUMNS[key], align="left" if key in ("analysis", "arm") else "right") for key in keys)
    return Table("secondary", words.OTHERS, columns, tuple(rows))


def _label(run: RctRun, name: str) -> Words:
    return next(arm.label for arm in run.plan.arms if arm.name == name)
