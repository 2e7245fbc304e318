"""Disease activity at baseline: the score of each participant with its items, and its median and quartiles.

Baseline is the last assessment on or before the day of the first infusion. Quartiles interpolate linearly between
order statistics (Hyndman and Fan 1996, type 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from trialwright.analysis.case import Case
from trialwright.conduct.state import Known, Participant
from trialwright.vocabulary.events import AssessmentRecorded
from trialwright.vocabulary.scores import Instrument, Score


@final
@dataclass(frozen=True, slots=True)
class PersonScore:
    """One participant's baseline score; None when nothing was assessed before the infusion."""

    usubjid: str
    dose_level: int
    known: Known[AssessmentRecorded] | None
    score: Score | None


@final
@dataclass(frozen=True, slots=True)
class Summary:
    """The distribution of a score over those who have one."""

    n: int
    missing: int
    median: float | None
    lower_quartile: float | None
    upper_quartile: float | None
    minimum: float | None
    maximum: float | None


@final
@dataclass(frozen=True, slots=True)
class BaselineActivity:
    """Baseline activity by one instrument."""

    instrument: Instrument
    people: tuple[PersonScore, ...]
    summary: Summary


def baseline_activity(case: Case) -> BaselineActivity | None:
    """The protocol's baseline instrument over everybody enrolled; None when the protocol names none."""
    section = case.study.disease_section
    instrument = case.study.instrument(section.baseline) if section and section.baseline else None
    if instrument is None:
        return None
    people = tuple(_person(case, one, instrument=instrument) for one in case.state.participants.values())
    values = [one.score.value for one in people if one.score is not None and one.score.value is not None]
    return BaselineActivity(instrument, people, summarised(values, missing=len(people) - len(values)))


def _person(case: Case, participant: Participant, *, instrument: Instrument) -> PersonScore:
    known, score = score_at_baseline(participant, instrument)
    return PersonScore(participant.usubjid, case.level_of(participant.usubjid), known, score)


def score_at_baseline(
    participant: Participant, instrument: Instrument
) -> tuple[Known[AssessmentRecorded] | None, Score | None]:
    """The last assessment on or before the day of the first infusion, and its score; None and None without one."""
    first = participant.infusions[0].event.on if participant.infusions else None
    known = [
        one
        for one in participant.assessments
        if one.event.instrument == instrument.name and (first is None or one.event.on <= first)
    ]
    last = max(known, key=lambda one: (one.event.on, one.position), default=None)
    return last, None if last is None else instrument.score(last.event.items)


def summarised(values: list[float], *, missing: int = 0) -> Summary:
    """Median, quartiles (type 7) and range.

    >>> summarised([6, 8, 8, 11, 12, 14, 15, 18]).upper_quartile
    14.25
    """
    if not values:
        return Summary(0, missing, None, None, None, None, None)
    low, middle, high = quartiles(values)
    return Summary(len(values), missing, middle, low, high, float(min(values)), float(max(values)))


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """First quartile, median and third quartile as every report of a trial prints them: one definition, type 7.

    >>> quartiles([1.0, 2.0, 3.0, 5.0])
    (1.75, 2.5, 3.5)
    """
    low, middle, high = (float(value) for value in np.quantile(values, (0.25, 0.5, 0.75)))
    return low, middle, high
