"""Calibration: every setting of a grid, judged by its exact operating characteristics, ranked by a written objective.

The objective is the probability to select the right level, its mean over the scenarios or the lowest of them. Settings
over a limit on overdoses or on the number of toxicities stay in the table, behind those that keep it. Equal settings
are ranked by fewer overdoses, then by their place in the grid. Nothing is drawn at random, so the same grid gives
the same table.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal, final

import numpy as np

from trialwright import designs
from trialwright.numerics.scalars import is_positive
from trialwright.operating.comparison import Aim, Candidate, Compared, Progress
from trialwright.operating.conditions import Conditions
from trialwright.operating.exact import every_end
from trialwright.operating.scenarios import Scenario, together
from trialwright.operating.variants import HALF_WIDTH, PRIOR_MTD, own_parameters, with_design
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Complaints, ParameterError, Refused
from trialwright.vocabulary.words import Text

COHORT_SIZE = "cohort_size"  # of the protocol's dose section
MOST_SETTINGS = 5_000
TIE = 1e-9  # objectives that differ by less are equal

Objective = Literal["mean", "worst"]


@final
@dataclass(frozen=True, slots=True)
class Wanted:
    """What is sought, and within what.

    ``most_overdosing``: probability to select a level above the right one, at most, in every scenario.
    ``most_dlts``: mean number of toxicities in a trial, at most, in every scenario.
    """

    objective: Objective = "mean"
    most_overdosing: float | None = None
    most_dlts: float | None = None

    def __post_init__(self) -> None:
        complaints = Complaints()
        complaints.unless(self.objective in ("mean", "worst"), "objective", self.objective, "must be mean or worst")
        cap = self.most_overdosing
        fine = cap is None or (is_positive(cap) and cap <= 1)
        complaints.unless(fine, "most-overdosing", cap, "must be above 0 and at most 1")
        fine = self.most_dlts is None or is_positive(self.most_dlts)
        complaints.unless(fine, "most-dlts", self.most_dlts, "must be above 0")
        complaints.raise_as(ParameterError, "it is not clear what to look for")


@final
@dataclass(frozen=True, slots=True)
class Tried:
    """One setting and what came of it; the arrays of ``result`` have one entry per scenario."""

    place: int  # in the grid, from 1
    setting: Mapping[str, Any]  # the parameters that vary
    parameters: Mapping[str, Any]  # of the design, as a protocol would hold them
    cohort_size: int
    correct: tuple[float, ...]
    overdosing: tuple[float, ...]
    expected_n: tuple[float, ...]
    expected_dlts: tuple[float, ...]
    score: float
    within: bool  # whether the limits are kept

    @property
    def mean_overdosing(self) -> float:
        """Mean over the scenarios of the probability to select too high a level."""
        return float(np.mean(self.overdosing))


@final
@dataclass(frozen=True, slots=True)
class Impossible:
    """A setting that could not be judged, and why."""

    setting: Mapping[str, Any]
    why: Text


@final
@dataclass(frozen=True, slots=True)
class Calibration:
    """The settings tried, the best one first."""

    study: Study
    design: str
    scenarios: tuple[Scenario, ...]
    aim: Aim
    wanted: Wanted
    varied: tuple[str, ...]
    tried: tuple[Tried, ...]
    impossible: tuple[Impossible, ...]
    settings: int  # in the grid
    conditions: Conditions = field(default_factory=Conditions)

    @property
    def is_complete(self) -> bool:
        """Whether every setting of the grid was judged, or it was stopped before."""
        return len(self.tried) + len(self.impossible) == self.settings

    @property
    def best(self) -> Tried | None:
        """The best setting that keeps the limits; None where none does."""
        return self.tried[0] if self.tried and self.tried[0].within else None


def calibrate(
    study: Study,
    vary: Mapping[str, Sequence[Any]],
    *,
    scenarios: Sequence[Scenario],
    design: str = "",
    fixed: Mapping[str, Any] | None = None,
    wanted: Wanted | None = None,
    aim: Aim | None = None,
    conditions: Conditions | None = None,
    progress: Progress = lambda done, of: None,
) -> Calibration:
    """Every setting of a grid under every scenario, exactly.

    ``vary``: values by parameter of the design; also ``half_width`` and ``prior_mtd`` (a skeleton by indifference
    intervals, Lee & Cheung 2009, Clinical Trials 6:227) and ``cohort_size``. ``design``: another one than the
    protocol's; ``fixed``: parameters that are changed in every setting.
    A KeyboardInterrupt ends the search and what was found so far is the answer. Raises ParameterError for a grid that
    cannot be read, or where no setting at all can be built; Refused where exact characteristics do not exist.
    """
    name, base = design or study.design_name, dict(fixed or {})
    _check_grid(name, vary, fixed=base)
    aimed, sought, truths = aim or Aim.of(study), wanted or Wanted(), together(scenarios)
    how = conditions or Conditions()
    right, total = aimed.right(truths), math.prod(len(values) for values in vary.values())
    tried: list[Tried] = []
    impossible: list[Impossible] = []
    refused: Refused | None = None
    try:
        for place, setting in enumerate(_settings(vary), start=1):
            progress(place - 1, total)
            candidate = Candidate(name, {**base, **setting})
            try:
                variant = _variant(study, candidate)
                ends = every_end(variant, how)
            except (ParameterError, Refused) as error:
                refused = error if isinstance(error, Refused) else refused
                impossible.append(Impossible(setting, _shortly(error)))
                continue
            one = Compared(candidate, variant, ends, ends.characteristics(truths), right)
            tried.append(_judged(one, setting, place=place, wanted=sought))
        progress(total, total)
    except KeyboardInterrupt:
        pass
    if not tried and refused is not None:
        raise refused
    if not tried and impossible:
        complaints = Complaints()
        for one_impossible in impossible[:10]:
            complaints.unless(False, "vary", _said(one_impossible.setting), one_impossible.why.said("en"))
        complaints.raise_as(ParameterError, f"no setting of this grid makes a {name}")
    ranked = sorted(tried, key=lambda one: (not one.within, -round(one.score / TIE), one.mean_overdosing, one.place))
    return Calibration(
        study, name, tuple(scenarios), aimed, sought, tuple(vary), tuple(ranked), tuple(impossible), total, how
    )


def _check_grid(name: str, vary: Mapping[str, Sequence[Any]], *, fixed: Mapping[str, Any]) -> None:
    """Everything that is wrong with the grid itself, at once."""
    kind = getattr(designs.module(name), designs.REGISTRY.attribute)
    known = {
        *kind.__dataclass_fields__,
        COHORT_SIZE,
        *((HALF_WIDTH, PRIOR_MTD) if "skeleton" in kind.__dataclass_fields__ else ()),
    }
    complaints = Complaints()
    complaints.unless(bool(vary), "vary", "", "must name at least one parameter", "as in --vary prior_sd=0.5,0.8")
    for place, parameters in (("vary", vary), ("set", fixed)):
        for parameter in parameters:
            allowed = f"is not a parameter of {name}; there is {', '.join(sorted(known))}"
            complaints.unless(parameter in known, place, parameter, allowed)
    for parameter, values in vary.items():
        complaints.unless(len(values) > 0, f"vary {parameter}", list(values), "must list at least one value")
        complaints.unless(parameter not in fixed, "set", parameter, "is varied already", "give it once")
    both = {*vary, *fixed}
    twice = "skeleton" in both and bool({HALF_WIDTH, PRIOR_MTD} & both)
    complaints.unless(not twice, "skeleton", "skeleton", "is made from half_width and prior_mtd already", "give one")
    count = math.prod(len(values) for values in vary.values())
    complaints.unless(count <= MOST_SETTINGS, "vary", count, f"must be at most {MOST_SETTINGS} settings in all")
    complaints.raise_as(ParameterError, "this grid cannot be searched")


def _settings(vary: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    for values in product(*vary.values()):
        yield dict(zip(vary, values, strict=True))


def _variant(study: Study, candidate: Candidate) -> Study:
    parameters = {**own_parameters(study, candidate.name), **candidate.changed}
    size = parameters.pop(COHORT_SIZE, None)
    return with_design(study, candidate.name, parameters=parameters, cohort_size=size)


def _judged(one: Compared, setting: Mapping[str, Any], *, place: int, wanted: Wanted) -> Tried:
    correct, overdosing, dlts = one.correct, one.overdosing, one.characteristics.expected_dlts
    within = wanted.most_overdosing is None or bool((overdosing <= wanted.most_overdosing + TIE).all())
    within = within and (wanted.most_dlts is None or bool((dlts <= wanted.most_dlts + TIE).all()))
    return Tried(
        place=place,
        setting=setting,
        parameters=one.study.design_parameters,
        cohort_size=one.study.dosing.cohort_size,
        correct=tuple(correct.tolist()),
        overdosing=tuple(overdosing.tolist()),
        expected_n=tuple(one.characteristics.expected_n.tolist()),
        expected_dlts=tuple(dlts.tolist()),
        score=float(correct.mean() if wanted.objective == "mean" else correct.min()),
        within=within,
    )


def _said(setting: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in setting.items())


def _shortly(error: ParameterError | Refused) -> Text:
    if isinstance(error, Refused):
        return Text.literally(error.said("en"), error.said("fr"))
    findings = "; ".join(finding.line().strip() for finding in error.findings)
    return Text.literally(findings, findings)


def as_toml(found: Calibration, one: Tried) -> str:
    """The setting as the tables a protocol holds, to be pasted into it."""
    lines = [
        "[design]",
        f'name = "{found.design}"',
        *(f"{key} = {_toml(value)}" for key, value in one.parameters.items()),
    ]
    if one.cohort_size != found.study.dosing.cohort_size:
        lines = [f"# in [dose]: cohort_size = {one.cohort_size}", *lines]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else repr(value)
