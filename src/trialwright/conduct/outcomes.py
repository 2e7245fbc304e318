"""Courses of a trial in the usual notation: ``2NNN 3NNT`` is a level, then N or T for each participant.

Spaces part the cohorts. T: dose-limiting toxicity; N: none over the whole window; P: still in the window.
"""

from __future__ import annotations

import re

import numpy as np

from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import NOT_YET, People, Seen

COHORT = re.compile(r"(\d+)([NTPntp]+)")


def seen_after(outcomes: str, *, levels: int, start_level: int, window_days: int = 0) -> Seen:
    """What a design sees after a course; the last cohort named counts as complete.

    Who is still in the window has been infused today; a toxicity is taken to have come on the day of the infusion.

    Raises ParameterError that names every group which cannot be read.
    """
    groups = _groups(outcomes, levels)
    assigned = [level for level, letters in groups for _ in letters]
    letters = "".join(letters for _, letters in groups)
    people = People(
        assigned=np.array([assigned], np.int64).reshape(1, -1),
        dose_level=np.array([assigned], np.int64).reshape(1, -1),
        dlt=np.array([[letter == "T" for letter in letters]], np.bool_).reshape(1, -1),
        complete=np.array([[letter in "NT" for letter in letters]], np.bool_).reshape(1, -1),
        evaluable=np.ones((1, len(letters)), np.bool_),
        follow_up=np.array([[0 if letter == "P" else window_days for letter in letters]], np.int64).reshape(1, -1),
        dlt_after=np.array([[0 if letter == "T" else NOT_YET for letter in letters]], np.int64).reshape(1, -1),
    )
    return Seen.of_people(people, levels=levels, start_level=start_level, cohort_size=1, window_days=window_days)


def _groups(outcomes: str, levels: int) -> list[tuple[int, str]]:
    complaints = Complaints()
    groups = []
    for place, group in enumerate(outcomes.split(), start=1):
        found = COHORT.fullmatch(group)
        readable = complaints.unless(
            found is not None,
            f"group {place}",
            group,
            "must be a level followed by N, T or P per participant",
            "as in 2NNT",
        )
        if not readable or found is None:
            continue
        level = int(found[1])
        complaints.unless(1 <= level <= levels, f"group {place}", group, f"must name a level from 1 to {levels}")
        groups.append((level, found[2].upper()))
    complaints.raise_as(ParameterError, "the outcomes cannot be read")
    return groups
