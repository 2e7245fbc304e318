"""Disposition: who completed, who ended early and why, by arm."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialwright.analysis.adam.notes import Note
from trialwright.analysis.adam.populations import flags_of
from trialwright.analysis.adam.results import Answer
from trialwright.analysis.adam.summaries import associated, by_arm, compared, counted
from trialwright.analysis.adam.trial import AdamTrial, Population
from trialwright.vocabulary.words import Text

TABLE = "disposition"
COMPLETED, ENDED, UNKNOWN, REASON = "completed", "ended early", "not stated", "reason"
REASONS = ("DCSREAS", "DCREASCD", "DCDECOD", "DCREAS", "DCTREAS")
STATUS = ("EOSSTT", "DCDECOD", "DCREASCD")
NOTHING = Text(
    en="ADSL says of nobody whether the trial was completed (looked for: {names})",
    fr="ADSL ne dit de personne si l'essai a été mené à terme (cherché : {names})",
)


def analyse(trial: AdamTrial) -> Answer:
    """Completed or not, with the exact test between arms, and the reasons of those who did not."""
    answer, population = Answer(TABLE), trial.population("baseline")
    subjects = trial.subjects.set_index("USUBJID").loc[population.people.index]
    column, completed = _completed(subjects, trial.settings.completed)
    if completed is None:
        names = ", ".join(("COMPLFL", *STATUS))
        answer.notes.append(Note("ADSL", NOTHING, {"names": names}))
        return answer
    states = ((COMPLETED, completed == "Y"), (ENDED, completed == "N"), (UNKNOWN, ~completed.isin(["Y", "N"])))
    tallies = {state: by_arm(population, chosen) for state, chosen in states}
    for state, counts in tallies.items():
        if state != UNKNOWN or any(counts.values()):
            answer.results += counted(TABLE, (column, state), counts=counts, population=population)
    if trial.settings.tests:
        table = [[tallies[state][arm] for arm in population.arms] for state in (COMPLETED, ENDED)]
        answer.results += associated(TABLE, (column,), counts=table, population=population)
        answer.results += compared(TABLE, (column, COMPLETED), counts=tallies[COMPLETED], population=population)
    _reasons(answer, trial, population=population, ended=(completed == "N"))
    return answer


def _completed(subjects: pd.DataFrame, wanted: str) -> tuple[str, pd.Series[str] | None]:
    """The column that says who completed, and Y or N for everybody: a completers' flag, the latest one, or a status."""
    flags = [flag for flag in flags_of(subjects) if flag.startswith("COMP")]
    chosen = wanted or ("COMPLFL" if "COMPLFL" in flags else flags[-1] if flags else "")
    if chosen in subjects and chosen.endswith("FL"):
        return chosen, subjects[chosen].astype(str)
    for name in (chosen, *STATUS):
        if name in subjects:
            words = subjects[name].astype(str).str.upper()
            return name, words.map(lambda word: "" if word in ("", "ONGOING") else "Y" if word == "COMPLETED" else "N")
    return "", None


def _reasons(answer: Answer, trial: AdamTrial, *, population: Population, ended: pd.Series[bool]) -> None:
    subjects = trial.subjects.set_index("USUBJID").loc[population.people.index]
    column = next((name for name in REASONS if name in subjects), "")
    if not column:
        return
    words = subjects[column].astype(str).where(ended, "")
    for reason in words[ended].value_counts().sort_index().sort_values(ascending=False, kind="stable").index:
        counts = by_arm(population, ended & (words == reason))
        item = (REASON, str(reason) or UNKNOWN)
        answer.results += counted(TABLE, item, counts=counts, population=population)
        if trial.settings.tests:
            sizes = population.sizes
            table = np.array([[counts[arm], sizes[arm] - counts[arm]] for arm in population.arms]).T
            answer.results += associated(TABLE, item, counts=table, population=population)
