"""Designs side by side on common scenarios, exactly: the same protocol, the same rules, another design.

Which level is right under a truth is a written rule: the one whose true DLT rate is closest to the target (ties: the
lower), and none where even the lowest rate of all is above ``too_toxic``. A level above the right one is an overdose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np

from trialwright.numerics.boin_boundaries import TOO_HIGH
from trialwright.numerics.scalars import is_probability
from trialwright.operating.conditions import Conditions
from trialwright.operating.ends import Characteristics, TrialEnds
from trialwright.operating.exact import every_end
from trialwright.operating.scenarios import Scenario, together
from trialwright.operating.truths import Truths
from trialwright.operating.variants import own_parameters, with_design
from trialwright.operating.worst_case import Region, WorstCase, largest, smallest
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import MISSING, Complaints, ParameterError, Refused
from trialwright.vocabulary.seen import Floats, Ints

Progress = Callable[[int, int], None]  # how many are done, of how many


@final
@dataclass(frozen=True, slots=True)
class Candidate:
    """A design to be compared: its name, what is changed of its parameters, and how the team calls it."""

    name: str
    changed: Mapping[str, Any]
    label: str = ""

    @property
    def title(self) -> str:
        """What it is called: its label, or name and changes as on the command line."""
        said = ",".join(f"{key}={_short(value)}" for key, value in self.changed.items())
        return self.label or (f"{self.name}:{said}" if said else self.name)


def _short(value: Any) -> str:
    return str(list(value)).replace(" ", "") if isinstance(value, list | tuple) else str(value)


@final
@dataclass(frozen=True, slots=True)
class Aim:
    """What is aimed at: the target DLT rate, and the true rate above which a level is too toxic.

    The default for the latter, 1.4 times the target, is BOIN's (Liu & Yuan 2015); a team may say otherwise.
    """

    target: float
    too_toxic: float

    @classmethod
    def of(cls, study: Study, *, target: float | None = None, too_toxic: float | None = None) -> Aim:
        """The aim of a study, or as given; ParameterError where it has none."""
        aimed = study.target if target is None else target
        complaints = Complaints()
        shown, remedy = MISSING if aimed is None else aimed, "give it with --target"
        if complaints.unless(is_probability(aimed), "target", shown, "must lie between 0 and 1", remedy):
            assert aimed is not None
            limit = min(TOO_HIGH * aimed, 1.0) if too_toxic is None else too_toxic
            fine = 0 < limit <= 1 and limit >= aimed
            complaints.unless(fine, "too-toxic", too_toxic, "must not be below the target, nor above 1")
        complaints.raise_as(ParameterError, "it is not known what is aimed at")
        assert aimed is not None
        return cls(aimed, limit)

    def right(self, truths: Truths) -> Ints:
        """The right level under every truth, ``[T]``; 0: none is."""
        none = (truths.dlt > self.too_toxic).all(axis=1)
        return np.asarray(np.where(none, 0, truths.best(self.target)), np.int64)


@final
@dataclass(frozen=True, slots=True)
class Compared:
    """One design under every scenario; arrays have one entry per scenario."""

    candidate: Candidate
    study: Study
    ends: TrialEnds
    characteristics: Characteristics
    right: Ints

    @property
    def title(self) -> str:
        """What it is called."""
        return self.candidate.title

    @property
    def correct(self) -> Floats:
        """Probability to select the right level, or none where none is right."""
        picked = np.take_along_axis(self.characteristics.selection, self.right[:, None], axis=1)
        return np.asarray(picked[:, 0], np.float64)

    @property
    def overdosing(self) -> Floats:
        """Probability to select a level above the right one."""
        above = np.arange(self.characteristics.selection.shape[1]) > self.right[:, None]
        return np.asarray(np.minimum((self.characteristics.selection * above).sum(axis=1), 1.0), np.float64)

    @property
    def none(self) -> Floats:
        """Probability to select no level."""
        return self.characteristics.selection[:, 0]


@final
@dataclass(frozen=True, slots=True)
class NotExact:
    """A design that is not in the comparison, and why."""

    candidate: Candidate
    why: Refused


@final
@dataclass(frozen=True, slots=True)
class Comparison:
    """Designs under common scenarios; one of them is chosen: the protocol text is about it."""

    study: Study
    scenarios: tuple[Scenario, ...]
    aim: Aim
    compared: tuple[Compared, ...]
    left_out: tuple[NotExact, ...]
    chosen: int | None = 0  # None: the one chosen has no exact characteristics
    within: float | None = None  # how far the rates may be off in the worst cases
    worst: tuple[tuple[WorstCase, WorstCase], ...] = ()  # per scenario, of the chosen: correct, overdosing
    conditions: Conditions = field(default_factory=Conditions)

    @property
    def right(self) -> Ints:
        """The right level of every scenario; 0: none."""
        return self.aim.right(together(self.scenarios))


def compare(
    study: Study,
    candidates: Sequence[Candidate],
    *,
    scenarios: Sequence[Scenario],
    aim: Aim | None = None,
    conditions: Conditions | None = None,
    chosen: int = 0,
    within: float | None = None,
    progress: Progress = lambda done, of: None,
) -> Comparison:
    """Every candidate under every scenario, exactly.

    A candidate that has no exact characteristics, or that does not go with a rule of the protocol, is listed with the
    reason. Raises ParameterError with the findings of all candidates, each under its place.
    ``within``: look for the worst case of the chosen candidate with every true rate within so much of each scenario.
    """
    aimed, how = aim or Aim.of(study), conditions or Conditions()
    left_out: dict[int, Refused] = {}
    variants = _variants(study, candidates, left_out=left_out)
    truths = together(scenarios)
    right = aimed.right(truths)
    compared: dict[int, Compared] = {}
    for done, (place, variant) in enumerate(variants.items()):
        progress(done, len(variants))
        try:
            ends = every_end(variant, how)
        except Refused as refusal:
            left_out[place] = refusal
            continue
        compared[place] = Compared(candidates[place], variant, ends, ends.characteristics(truths), right)
    progress(len(variants), len(variants))
    kept = list(compared)
    first = kept.index(chosen) if chosen in kept else None
    return Comparison(
        study=study,
        scenarios=tuple(scenarios),
        aim=aimed,
        compared=tuple(compared.values()),
        left_out=tuple(NotExact(candidates[place], left_out[place]) for place in sorted(left_out)),
        chosen=first,
        within=within,
        worst=() if within is None or first is None else _worst(compared[chosen], scenarios, within=within),
        conditions=how,
    )


def _variants(study: Study, candidates: Sequence[Candidate], *, left_out: dict[int, Refused]) -> dict[int, Study]:
    """The study with each candidate; what does not apply is noted, what is wrong is raised all at once."""
    complaints, variants = Complaints(), {}
    for place, candidate in enumerate(candidates):
        try:
            parameters = {**own_parameters(study, candidate.name), **candidate.changed}
            variants[place] = with_design(study, candidate.name, parameters=parameters)
        except ParameterError as error:
            complaints.add(finding.within(f"design {candidate.title}") for finding in error.findings)
        except Refused as refusal:
            left_out[place] = refusal
    complaints.raise_as(ParameterError, "these designs cannot be compared")
    return variants


def _worst(one: Compared, scenarios: Sequence[Scenario], *, within: float) -> tuple[tuple[WorstCase, WorstCase], ...]:
    """Around each scenario: the lowest probability of a correct selection, the highest of an overdose."""
    found = []
    for scenario, right in zip(scenarios, one.right, strict=True):
        region = Region.around(scenario.dlt, within=within, order=one.study.order)
        correct = smallest(one.ends, one.ends.selected == right, region=region, tolerance=0.01, most_boxes=4_000)
        overdose = largest(one.ends, one.ends.selected > right, region=region, tolerance=0.01, most_boxes=4_000)
        found.append((correct, overdose))
    return tuple(found)
