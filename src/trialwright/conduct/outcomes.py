"""Courses of a trial in the usual notation: ``2NNN 3NNT`` is a level, then N or T for each participant.

Spaces part the cohorts. T: dose-limiting toxicity; N: none over the whole window; P: still in the window. For a design
that looks at activity too, as is usual for EffTox: N neither, T toxicity only, E activity only, B both; P as before.
"""

from __future__ import annotations

import re

import numpy as np

from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import NOT_YET, Bools, People, Seen

COHORT = re.compile(r"(\d+)([NTEBPntebp]+)")
ALONE, JOINT = "N, T or P", "N, T, E, B or P"


def seen_after(outcomes: str, *, levels: int, start_level: int, window_days: int = 0, activity: bool = False) -> Seen:
    """What a design sees after a course; the last cohort named counts as complete.

    Who is still in the window has been infused today; a toxicity is taken to have come on the day of the infusion.
    With ``activity`` everybody's activity is known once the window is over.

    Raises ParameterError that names every group which cannot be read, and the letters that do not go with the design.
    """
    groups = _groups(outcomes, levels, activity=activity)
    assigned = [level for level, letters in groups for _ in letters]
    letters = "".join(letters for _, letters in groups)

    def among(some: str) -> Bools:
        return np.array([[letter in some for letter in letters]], np.bool_).reshape(1, -1)

    people = People(
        assigned=np.array([assigned], np.int64).reshape(1, -1),
        dose_level=np.array([assigned], np.int64).reshape(1, -1),
        dlt=among("TB"),
        complete=among("NTEB"),
        evaluable=np.ones((1, len(letters)), np.bool_),
        follow_up=np.where(among("P"), 0, window_days),
        dlt_after=np.where(among("TB"), 0, NOT_YET),
        active=among("EB") if activity else None,
        judged=among("NTEB") if activity else None,
    )
    return Seen.of_people(people, levels=levels, start_level=start_level, cohort_size=1, window_days=window_days)


def _groups(outcomes: str, levels: int, *, activity: bool) -> list[tuple[int, str]]:
    complaints = Complaints()
    groups = []
    for place, group in enumerate(outcomes.split(), start=1):
        found = COHORT.fullmatch(group)
        readable = complaints.unless(
            found is not None,
            f"group {place}",
            group,
            f"must be a level followed by {JOINT if activity else ALONE} per participant",
            "as in 2NTE" if activity else "as in 2NNT",
        )
        if not readable or found is None:
            continue
        level, letters = int(found[1]), found[2].upper()
        complaints.unless(1 <= level <= levels, f"group {place}", group, f"must name a level from 1 to {levels}")
        complaints.unless(
            activity or not set(letters) & set("EB"),
            f"group {place}",
            group,
            "tells of activity (E, B), and the design of this protocol looks at DLTs alone",
            "write N instead of E and T instead of B",
        )
        groups.append((level, letters))
    complaints.raise_as(ParameterError, "the outcomes cannot be read")
    return groups
