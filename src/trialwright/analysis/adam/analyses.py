"""Every analysis by its name, in the order of the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from trialwright.analysis.adam import (
    adverse_events,
    ancova,
    categories,
    demographics,
    disposition,
    exposure,
    findings,
    mmrm,
    outcomes,
    populations,
    shifts,
    time_to_event,
)
from trialwright.analysis.adam.results import Answer
from trialwright.analysis.adam.trial import AdamTrial

ONCE: Mapping[str, Callable[[AdamTrial], Answer]] = {
    "populations": populations.analyse,
    "disposition": disposition.analyse,
    "demographics": demographics.analyse,
    "exposure": exposure.analyse,
    "ae_overview": adverse_events.overview,
    "ae_by_term": adverse_events.by_term,
    "ae_serious": adverse_events.serious,
    "ae_by_severity": adverse_events.by_severity,
}
LATER: Mapping[str, Callable[[AdamTrial], Answer]] = {
    "time_to_event": time_to_event.analyse,
    "ancova": ancova.analyse,
    "mmrm": mmrm.analyse,
    "categories": categories.analyse,
    "responders": categories.responders,
}
BY_DATASET = ("laboratory", "shift", "vital_signs", "scores")
NAMES = (*ONCE, *BY_DATASET, *LATER)


def analyse(trial: AdamTrial, wanted: Iterable[str] = NAMES) -> list[Answer]:
    """The answers of the analyses asked for; those of no data set are left out."""
    names = set(wanted)
    answers = [one(trial) for name, one in ONCE.items() if name in names]
    for name in trial.datasets_like("ADLB"):
        if "laboratory" in names:
            answers.append(findings.analyse(trial, name, theme="safety"))
        if "shift" in names and "ANRIND" in trial.datasets[name]:
            answers.append(shifts.analyse(trial, name))
    if "vital_signs" in names:
        answers += [findings.analyse(trial, name, theme="safety") for name in trial.datasets_like("ADVS", "ADEG")]
    if "scores" in names:
        answers += [findings.analyse(trial, name, theme="efficacy") for name in outcomes.datasets_of(trial)]
    return answers + [one(trial) for name, one in LATER.items() if name in names]
