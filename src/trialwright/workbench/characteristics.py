"""Operating characteristics of a protocol: exact, under the team's scenarios or under ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from trialwright.operating import (
    Conditions,
    Region,
    TrialEnds,
    Truths,
    WorstCase,
    as_if_assigned,
    every_end,
    smallest,
)
from trialwright.operating.scenarios import (
    Scenario,
    together,
)
from trialwright.protocol import Study, read_protocol
from trialwright.report import Document, render_pdf, table_csv
from trialwright.report.documents.foreseeing import aim_of
from trialwright.report.documents.operating import Foreseen, long_operating_table, operating_document
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.words import Language
from trialwright.workbench.files import write_file
from trialwright.workbench.scenario_files import exact_scenarios

Stage = Callable[[str], None]  # told what is being worked on


def operating_characteristics(
    path: Path,
    *,
    truths: Sequence[str] = (),
    scenarios: Path | None = None,
    after_each: bool = False,
    cohorts: Sequence[int] = (),
    at_most: int = 0,
    worst_within: float | None = None,
    gap_days: float | None = None,
    stage: Stage = lambda _: None,
) -> Foreseen:
    """Exact operating characteristics of the protocol in a file.

    ``truths``: DLT rates by level, as "0.05,0.10,0.25"; ``scenarios``: a scenario file; neither: a scenario for every
    level on target. ``worst_within``: also the worst case when every rate may be so much higher or lower.
    ``gap_days``: mean days between two people who could take part, for the duration of the trial.
    """
    study = read_protocol(path)
    asked = exact_scenarios(study, scenarios, typed=truths)
    named, given = asked.scenarios, asked.given
    conditions = Conditions(cohorts=tuple(cohorts), after_each=after_each, at_most=at_most, given=given)
    _check(worst_within=worst_within, gap_days=gap_days)
    stage("walk")
    ends = every_end(study, conditions)
    found = ends.characteristics(together(named))
    ignored = None
    if given:
        stage("ignored")
        plain = every_end(study, Conditions(cohorts=tuple(cohorts), after_each=after_each, at_most=at_most))
        mixed = [as_if_assigned(scenario.dlt, conditions) for scenario in named]
        ignored = plain.characteristics(Truths.of_dlt(mixed))
    stage("worst")
    worst = () if worst_within is None else _worst(study, ends, scenarios=named, within=worst_within)
    return Foreseen(study, conditions, named, found, len(ends.ways), ignored, worst, worst_within or 0.0, gap_days)


def operating_as_document(foreseen: Foreseen) -> Document:
    """The characteristics as a document, ready for every format."""
    return operating_document(foreseen, software="trialwright", version=version("trialwright"))


def write_operating_pdf(foreseen: Foreseen, out: Path, *, language: Language) -> None:
    """Tables and figures as a PDF; the same protocol and scenarios give the same bytes on every day."""
    write_file(out, render_pdf(operating_as_document(foreseen), language=language))


def write_operating_csv(foreseen: Foreseen, out: Path, *, language: Language) -> None:
    """Every number, one a line."""
    write_file(out, table_csv(long_operating_table(foreseen), language=language).encode())


def _check(*, worst_within: float | None, gap_days: float | None) -> None:
    complaints = Complaints()
    fine = worst_within is None or 0 <= worst_within <= 0.5
    complaints.unless(fine, "worst", worst_within, "must lie between 0 and 0.5", "0.05 is usual")
    complaints.unless(gap_days is None or gap_days > 0, "gap-days", gap_days, "must be above 0")
    complaints.raise_as(ParameterError, "these characteristics cannot be worked out")


def _worst(study: Study, ends: TrialEnds, *, scenarios: Sequence[Scenario], within: float) -> tuple[WorstCase, ...]:
    """The lowest probability to select each scenario's right level, over a region around the scenario."""
    aim = aim_of(study)
    answers = []
    for scenario in scenarios:
        right = int(aim.right(scenario.truths)[0])
        region = Region.around(scenario.dlt, within=within, order=study.order)
        answers.append(smallest(ends, ends.selected == right, region=region))
    return tuple(answers)
