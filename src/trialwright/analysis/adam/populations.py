"""Populations: how many people of each arm belong to each, by the flags of ADSL, and how many do not."""

from __future__ import annotations

import re

import pandas as pd

from trialwright.analysis.adam.results import Answer
from trialwright.analysis.adam.summaries import by_arm, counted
from trialwright.analysis.adam.trial import AdamTrial

TABLE = "populations"
IN_ADSL = "ADSL"
USUAL = ("ENRLFL", "RANDFL", "ITTFL", "FASFL", "MITTFL", "SAFFL", "EFFFL", "PPROTFL", "DLTEVLFL", "PKFL", "COMPLFL")


def flags_of(subjects: pd.DataFrame) -> tuple[str, ...]:
    """The flags of populations and completers that ADSL has, in their usual order."""
    weeks = sorted(
        (name for name in map(str, subjects) if re.fullmatch(r"COMP\d+FL", name)), key=lambda name: int(name[4:-2])
    )
    return tuple(name for name in (*USUAL, *weeks) if name in subjects)


def analyse(trial: AdamTrial) -> Answer:
    """Everybody with a treatment, and those of each population, by arm; of everybody with a treatment."""
    answer, everybody = Answer(TABLE), trial.everybody()
    subjects = trial.subjects.set_index("USUBJID").loc[everybody.people.index]
    whole = pd.Series(True, index=everybody.people.index)
    counts = by_arm(everybody, whole)
    answer.results += counted(TABLE, (IN_ADSL,), counts=counts, population=everybody)
    for flag in flags_of(trial.subjects):
        counts = by_arm(everybody, subjects[flag] == "Y")
        answer.results += counted(TABLE, (flag,), counts=counts, population=everybody)
    return answer
