"""Exposure: how long everybody was treated, and with how much, by arm."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialwright.analysis.adam.notes import Note
from trialwright.analysis.adam.results import Answer
from trialwright.analysis.adam.summaries import summarised
from trialwright.analysis.adam.trial import AdamTrial
from trialwright.vocabulary.words import Text

TABLE = "exposure"
DURATION = ("TRTDURD", "TRTDUR")
DOSES = ("AVGDD", "CUMDOSE", "CUMDOSED", "DOSE01A", "DOSE01P")
DERIVED = "TRTEDT − TRTSDT + 1"
NOTHING = Text(
    en="ADSL has neither a duration of treatment nor its first and last day; there is no exposure to show",
    fr="ADSL n'a ni durée de traitement ni premier et dernier jour ; il n'y a pas d'exposition à montrer",
)


def analyse(trial: AdamTrial) -> Answer:
    """Days of treatment (from ADSL, else from the first and last day) and doses where ADSL has them."""
    answer, population = Answer(TABLE), trial.population("safety")
    subjects = trial.subjects.set_index("USUBJID").loc[population.people.index]
    columns: dict[str, pd.Series[float]] = {}
    for name in (*DURATION, *DOSES):
        if name in subjects and subjects[name].dtype.kind == "f":
            columns[name] = subjects[name]
    if not any(name in columns for name in DURATION) and {"TRTSDT", "TRTEDT"} <= set(subjects):
        days = (subjects["TRTEDT"] - subjects["TRTSDT"]).dt.days.to_numpy(np.float64) + 1
        columns = {DERIVED: pd.Series(days, index=subjects.index), **columns}
    if not columns:
        answer.notes.append(Note("ADSL", NOTHING))
    for name, values in columns.items():
        answer.results += summarised(TABLE, (name,), values=values, population=population)
    return answer
