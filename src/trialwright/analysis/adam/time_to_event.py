"""Time to event by arm: Kaplan-Meier with numbers at risk and medians, log-rank tests, and proportional hazards.

AVAL is the time, CNSR 0 the event and anything above it censored. Whoever is censored at a time is still at risk then.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np
import pandas as pd
import scipy.special as sp

from trialwright.analysis.adam.notes import Note
from trialwright.analysis.adam.records import needed, ordered
from trialwright.analysis.adam.results import Answer, Result
from trialwright.analysis.adam.summaries import ALL_ARMS, against
from trialwright.analysis.adam.trial import ARM, PERSON, AdamTrial, Population
from trialwright.numerics.arrays import Bools, Floats, Ints
from trialwright.numerics.survival import (
    Curve,
    cox,
    kaplan_meier,
    limits_of_curve,
    limits_of_time,
    log_rank,
    median_time,
    survival_at,
)
from trialwright.vocabulary.words import Text

TABLE = "time_to_event"
QUARTILES = ((0.75, "25%"), (0.5, "median"), (0.25, "75%"))
LOG_RANK, COX = "log-rank test", "Cox proportional hazards, ties by Efron, Wald limits and test"
KAPLAN_MEIER = "Kaplan-Meier, log-log limits"
UNUSABLE = Text(
    en="{parameter}: {count} rows have no time, a negative one or no censoring value; they are left out",
    fr="{parameter} : {count} lignes sans durée, avec durée négative ou sans censure ; laissées de côté",
)
AGAIN = Text(
    en="{parameter}: {count} people have several rows; the first one counts",
    fr="{parameter} : {count} personnes ont plusieurs lignes ; la première compte",
)
NO_RATIO = Text(
    en="{parameter}, {group}: no finite hazard ratio exists (an arm without an event, or nobody to compare)",
    fr="{parameter}, {group} : pas de rapport de risques fini (un bras sans évènement, ou personne à comparer)",
)
COLUMNS = ("PARAMCD", "AVAL", "CNSR")


@final
@dataclass(frozen=True, slots=True)
class Times:
    """The times of one parameter as arrays ``[N]``."""

    dataset: str
    parameter: str
    title: str
    unit: str
    population: Population
    time: Floats
    event: Bools
    arm: Ints

    def of(self, place: int) -> tuple[Floats, Bools]:
        """Times and events of one arm."""
        return self.time[self.arm == place], self.event[self.arm == place]

    def curve(self, place: int) -> Curve | None:
        """The Kaplan-Meier curve of one arm; None for an arm with nobody."""
        time, event = self.of(place)
        return kaplan_meier(time, event) if len(time) else None

    def moments(self) -> list[float]:
        """Round times from 0 on, at which numbers at risk are given."""
        return round_times(float(self.time.max(initial=0.0)))


def round_times(longest: float) -> list[float]:
    """Four to nine equal steps of 1, 2 or 5 times a power of ten.

    >>> round_times(212.0), round_times(9.5)
    ([0.0, 50.0, 100.0, 150.0, 200.0], [0.0, 2.0, 4.0, 6.0, 8.0])
    """
    if longest <= 0:
        return [0.0]
    widest = longest / 3.5
    power = 10.0 ** math.floor(math.log10(widest))
    step = max(size * power for size in (1, 2, 5) if size * power <= widest)
    return [float(one) for one in np.arange(0, longest + step * 1e-9, step)]


def analyse(trial: AdamTrial) -> Answer:
    """Every parameter of every ADTTE-like data set."""
    answer = Answer(TABLE)
    for name in trial.datasets_like("ADTTE"):
        for times in times_of(trial, name, notes=answer.notes):
            item = (name, times.parameter)
            for place, arm in enumerate(times.population.arms):
                answer.results += _arm(times, place, group=arm, item=item, confidence=trial.settings.confidence)
            answer.results += _compared(times, item, answer=answer, confidence=trial.settings.confidence)
    return answer


def times_of(trial: AdamTrial, name: str, *, notes: list[Note]) -> Iterator[Times]:
    """The times of every parameter of a data set; rows that cannot be used are noted."""
    frame = trial.datasets[name]
    if missing := needed(name, frame, columns=COLUMNS):
        notes += missing
        return
    for parameter in ordered(frame, "PARAMCD", by="PARAMN"):
        rows = frame[(frame["PARAMCD"] == parameter).to_numpy(bool)]
        of_events = "SRCDOM" in rows and (rows["SRCDOM"] == "ADAE").any()
        population = trial.population("safety" if of_events else "baseline")
        rows = population.rows(rows)
        usable = ((rows["AVAL"] >= 0) & (rows["CNSR"] >= 0)).to_numpy(bool)
        again = rows[usable].duplicated(PERSON)
        for count, text in ((int((~usable).sum()), UNUSABLE), (int(again.sum()), AGAIN)):
            if count:
                notes.append(Note(name, text, {"parameter": parameter, "count": count}))
        rows = rows[usable][~again.to_numpy(bool)]
        title = _first(rows, "PARAM") or parameter
        yield Times(
            name,
            parameter,
            title,
            _first(rows, "AVALU") or _first(rows, "PARAMU"),
            population,
            rows["AVAL"].to_numpy(np.float64),
            (rows["CNSR"] == 0).to_numpy(bool),
            np.asarray(rows[ARM].cat.codes, np.int64),
        )


def _first(rows: pd.DataFrame, column: str) -> str:
    words = [str(word) for word in rows[column].unique() if str(word)] if column in rows else []
    return words[0] if words else ""


def _arm(times: Times, place: int, *, group: str, item: tuple[str, ...], confidence: float) -> Iterator[Result]:
    flag, curve = times.population.flag, times.curve(place)
    time, event = times.of(place)
    for statistic, count in (("n", len(time)), ("events", int(event.sum())), ("censored", int((~event).sum()))):
        yield Result(TABLE, item, group, statistic, count, flag)
    if curve is None:
        return
    for share, name in QUARTILES:
        found = median_time(curve, share=share)
        limits = limits_of_time(curve, share=share, confidence=confidence)
        for statistic, value in ((name, found), (f"{name} lower", limits[0]), (f"{name} upper", limits[1])):
            if value is not None:
                yield Result(TABLE, item, group, statistic, value, flag, method=KAPLAN_MEIER)
    yield from _drawn(times, curve, group=group, item=item, confidence=confidence)
    for moment in times.moments():
        at, when = survival_at(curve, moment, confidence=confidence), f"{moment:g}"
        yield Result(TABLE, item, group, "at risk", at.at_risk, flag, when)
        if at.followed:
            yield Result(TABLE, item, group, "survival", at.survival, flag, when, KAPLAN_MEIER)
        for statistic, limit in zip(("survival lower", "survival upper"), at.limits or (), strict=False):
            if at.followed:
                yield Result(TABLE, item, group, statistic, limit, flag, when, KAPLAN_MEIER)


def _drawn(times: Times, curve: Curve, *, group: str, item: tuple[str, ...], confidence: float) -> Iterator[Result]:
    """The curve itself: S(t) with its limits from each event on, and when somebody was censored."""
    flag, (low, high) = times.population.flag, limits_of_curve(curve, confidence=confidence)
    leaving = curve.at_risk - np.append(curve.at_risk[1:], 0) - curve.events
    for place, moment in enumerate(curve.time):
        share, drawn = float(curve.survival[place]), list[tuple[str, float, str]]()
        if curve.events[place]:
            drawn.append(("curve", share, KAPLAN_MEIER))
        if curve.events[place] and 0 < share < 1:
            drawn.append(("curve lower", float(low[place]), KAPLAN_MEIER))
            drawn.append(("curve upper", float(high[place]), KAPLAN_MEIER))
        if leaving[place]:
            drawn.append(("censored at", int(leaving[place]), ""))
        for name, value, method in drawn:
            yield Result(TABLE, item, group, name, value, flag, f"{moment:g}", method)


def _compared(times: Times, item: tuple[str, ...], *, answer: Answer, confidence: float) -> Iterator[Result]:
    flag, population = times.population.flag, times.population
    if len(times.time) == 0:
        return
    whole = log_rank(times.time, times.event, group=times.arm)
    if whole is not None and len(population.arms) > 2:
        yield Result(TABLE, item, ALL_ARMS, "log-rank p", whole.p, flag, method=LOG_RANK)
    reference = population.arms.index(population.reference)
    for place, arm in enumerate(population.arms):
        if place == reference:
            continue
        two, group = np.isin(times.arm, (place, reference)), against(arm, population.reference)
        tested = log_rank(times.time[two], times.event[two], group=times.arm[two]) if two.any() else None
        if tested is not None:
            yield Result(TABLE, item, group, "log-rank p", tested.p, flag, method=LOG_RANK)
        yield from _hazard_ratio(times, place, two=two, item=item, answer=answer, confidence=confidence)


def _hazard_ratio(
    times: Times, place: int, *, two: Bools, item: tuple[str, ...], answer: Answer, confidence: float
) -> Iterator[Result]:
    group = against(times.population.arms[place], times.population.reference)
    own = (times.arm[two] == place).astype(np.float64)
    found = cox(times.time[two], times.event[two], covariates=own) if 0 < own.sum() < len(own) else None
    if found is None:
        answer.notes.append(Note(times.dataset, NO_RATIO, {"parameter": times.parameter, "group": group}))
        return
    ratio, error = float(found.log_hazard_ratio[0]), math.sqrt(float(found.covariance[0, 0]))
    reach = float(sp.ndtri((1 + confidence) / 2)) * error
    values = {
        "hazard ratio": math.exp(ratio),
        "hazard ratio lower": math.exp(ratio - reach),
        "hazard ratio upper": math.exp(ratio + reach),
        "hazard ratio p": 2 * float(sp.ndtr(-abs(ratio / error))),
    }
    for statistic, value in values.items():
        yield Result(TABLE, item, group, statistic, value, times.population.flag, method=COX)
