"""Adverse events by arm: overview, system organ class and preferred term, worst severity, serious ones.

People count once in a row, by their worst event where severity is asked for; events count every time. The denominator
is everybody of the arm in the safety population, also those without an event.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from trialwright.analysis.adam.results import TOTAL, Answer, Result
from trialwright.analysis.adam.summaries import FISHER, against, compared
from trialwright.analysis.adam.treatment_emergent import Events, events_of
from trialwright.analysis.adam.trial import AdamTrial, Population
from trialwright.numerics.two_proportions import fisher_exact

OVERVIEW, BY_TERM, SERIOUS, SEVERITY = "ae_overview", "ae_by_term", "ae_serious", "ae_by_severity"
ANY = "any"
NOT_STATED = "not stated"
MOST_CELLS = 100_000_000  # of a table of rows by people that is held at once
Codes = npt.NDArray[np.int64]


def overview(trial: AdamTrial) -> Answer:
    """One row for each kind of event: any, related, serious, severe, leading to the end of treatment, fatal."""
    answer = Answer(OVERVIEW)
    events, notes = events_of(trial)
    answer.notes += notes
    if events is None:
        return answer
    kinds = [(name, chosen) for name, chosen in events.kinds.items()]
    special = [(("special", name), chosen) for name, chosen in events.special.items()]
    worst = _worst(events, np.zeros(len(events), np.int64), groups=1)[0]
    for item, chosen in [((name,), chosen) for name, chosen in kinds] + special:
        _row(answer, item, events=events, chosen=chosen, tests=trial.settings.tests)
    for rank, word in enumerate((NOT_STATED, *events.severities)):
        of_rank = worst == rank
        if rank == 0 and not of_rank.any():
            continue
        counts = _people_by_arm(events.population, of_rank)
        item = ("worst severity", word)
        answer.results += _people(OVERVIEW, item, counts=counts, events=None, population=events.population)
    return answer


def _row(answer: Answer, item: tuple[str, ...], *, events: Events, chosen: npt.NDArray[np.bool_], tests: bool) -> None:
    population = events.population
    has = np.zeros(len(population.people), bool)
    has[events.person[chosen]] = True
    counts = _people_by_arm(population, has)
    times = np.bincount(events.arm[chosen], minlength=len(population.arms))
    answer.results += _people(answer.table, item, counts=counts, events=times, population=population)
    if tests:
        named = dict(zip(population.arms, counts.tolist(), strict=True))
        answer.results += compared(answer.table, item, counts=named, population=population)


def _people_by_arm(population: Population, chosen: npt.NDArray[np.bool_]) -> Codes:
    arms = _arm_of_people(population)[chosen]
    return np.bincount(arms, minlength=len(population.arms))


def _arm_of_people(population: Population) -> Codes:
    place = {arm: number for number, arm in enumerate(population.arms)}
    return np.array([place[arm] for arm in population.people], np.int64)


def _people(
    table: str, item: tuple[str, ...], *, counts: Sequence[int] | Codes, events: Codes | None, population: Population
) -> list[Result]:
    results, sizes, flag = [], population.sizes, population.flag
    for place, arm in enumerate(population.arms):
        results.append(Result(table, item, arm, "people", int(counts[place]), flag))
        results.append(Result(table, item, arm, "of", sizes[arm], flag))
        if events is not None:
            results.append(Result(table, item, arm, "events", int(events[place]), flag))
    results.append(Result(table, item, TOTAL, "people", int(sum(counts)), flag))
    results.append(Result(table, item, TOTAL, "of", sum(sizes.values()), flag))
    if events is not None:
        results.append(Result(table, item, TOTAL, "events", int(events.sum()), flag))
    return results


def by_term(trial: AdamTrial) -> Answer:
    """People and events of every system organ class and preferred term, with exact tests against the reference arm."""
    return _terms(trial, table=BY_TERM, kind="any")


def serious(trial: AdamTrial) -> Answer:
    """The same of serious events."""
    return _terms(trial, table=SERIOUS, kind="serious")


def by_severity(trial: AdamTrial) -> Answer:
    """People of every system organ class and preferred term by their worst severity (or grade) in that row."""
    answer = Answer(SEVERITY)
    events, notes = events_of(trial)
    answer.notes += notes
    if events is None or not events.severities:
        return answer
    groups = _groups(events, np.ones(len(events), bool))
    for item, rows in groups:
        worst = _worst(events, rows, groups=int(rows.max(initial=-1)) + 1)
        _severities(answer, item, worst=worst, events=events)
    answer.results = _sorted_by_people(answer.results)
    return answer


def _severities(answer: Answer, items: list[tuple[str, ...]], *, worst: Codes, events: Events) -> None:
    """For every row of the table, how many people of each arm have each worst severity."""
    population = events.population
    arms, ranks = _arm_of_people(population), len(events.severities) + 1
    for item, own in zip(items, worst, strict=True):
        had = own >= 0
        counts = np.bincount(arms[had] * ranks + own[had], minlength=len(population.arms) * ranks)
        table = counts.reshape(len(population.arms), ranks)
        answer.results += _people(SEVERITY, item, counts=table.sum(axis=1), events=None, population=population)
        words = [
            (rank, word) for rank, word in enumerate((NOT_STATED, *events.severities)) if rank or table[:, 0].any()
        ]
        answer.results += [
            Result(SEVERITY, item, arm, word, int(table[place, rank]), population.flag)
            for place, arm in enumerate(population.arms)
            for rank, word in words
        ]


def _worst(events: Events, rows: Codes, *, groups: int) -> Codes:
    """The worst severity of everybody in every row of the table ``[groups, people]``; -1 where there is no event."""
    people = len(events.population.people)
    worst = np.full(groups * people, -1, np.int64)
    np.maximum.at(worst, rows * people + events.person, events.severity)
    return worst.reshape(groups, people)


Grouped = tuple[list[tuple[str, ...]], Codes]


def _groups(events: Events, chosen: npt.NDArray[np.bool_]) -> tuple[Grouped, ...]:
    """The rows of the table that events belong to: any, by class, by class and term; one code for each chosen event."""
    soc, term = events.soc[chosen], events.term[chosen]
    pairs, both = _used(soc * max(1, len(events.terms)) + term)
    of_soc, only_soc = _used(soc)
    names = [divmod(int(pair), max(1, len(events.terms))) for pair in pairs]
    return (
        ([(ANY,)], np.zeros(len(soc), np.int64)),
        ([(events.socs[one],) for one in of_soc], only_soc),
        ([(events.socs[one], events.terms[other]) for one, other in names], both),
    )


def _used(codes: Codes) -> tuple[Codes, Codes]:
    """The codes that are used, ascending, and the place among them of every one; as `np.unique`, without sorting."""
    used = np.bincount(codes) > 0
    return np.flatnonzero(used), (np.cumsum(used) - 1)[codes]


def _people_of(rows: Codes, events: Events, *, chosen: npt.NDArray[np.bool_], groups: int) -> Codes:
    """How many people of each arm have an event in each row of the table ``[groups, arms]``."""
    arm_of, arms, people = _arm_of_people(events.population), len(events.population.arms), len(events.population.people)
    key = rows * people + events.person[chosen]
    if groups * people > MOST_CELLS:
        row_of, who = np.divmod(np.unique(key), max(1, people))
        return np.bincount(row_of * arms + arm_of[who], minlength=groups * arms).reshape(groups, arms)
    had = np.zeros(groups * people, bool)
    had[key] = True
    whole = had.reshape(groups, people)
    return np.stack([whole[:, arm_of == arm].sum(axis=1) for arm in range(arms)], axis=1).astype(np.int64)


def _terms(trial: AdamTrial, *, table: str, kind: str) -> Answer:
    answer = Answer(table)
    events, notes = events_of(trial)
    answer.notes += notes
    if events is None or kind not in events.kinds:
        return answer
    chosen, population = events.kinds[kind], events.population
    arms = len(population.arms)
    for items, rows in _groups(events, chosen):
        times = np.bincount(rows * arms + events.arm[chosen], minlength=len(items) * arms).reshape(len(items), arms)
        people = _people_of(rows, events, chosen=chosen, groups=len(items))
        for place, item in enumerate(items):
            answer.results += _people(table, item, counts=people[place], events=times[place], population=population)
        if trial.settings.tests:
            answer.results += _exact_tests(table, items, people=people, population=population)
    answer.results = _sorted_by_people(answer.results)
    return answer


def _exact_tests(table: str, items: list[tuple[str, ...]], *, people: Codes, population: Population) -> list[Result]:
    """Fisher's test of every row against the reference arm; equal tables are computed once."""
    sizes, reference = population.sizes, population.arms.index(population.reference)
    known: dict[tuple[int, int, int], float | None] = {}
    results = []
    for place, arm in enumerate(population.arms):
        if place == reference:
            continue
        for item, counts in zip(items, people, strict=True):
            pair = int(counts[place]), int(counts[reference])
            if pair == (0, 0):
                continue
            if (place, *pair) not in known:
                found = fisher_exact((pair[0], sizes[arm]), (pair[1], sizes[population.reference]))
                known[place, *pair] = None if found is None else found[0]
            p = known[place, *pair]
            if p is not None:
                group = against(arm, population.reference)
                results.append(Result(table, item, group, "p", p, population.flag, method=FISHER))
    return results


def _sorted_by_people(results: list[Result]) -> list[Result]:
    """Any first; then classes by how many people they have, and their terms likewise; ties by the alphabet."""
    people = {one.item: one.value for one in results if one.group == TOTAL and one.statistic == "people"}
    order = sorted(
        people,
        key=lambda item: (item != (ANY,), -people.get(item[:1], 0), item[0], len(item), -people[item], item[-1]),
    )
    place = {item: number for number, item in enumerate(order)}
    return sorted(results, key=lambda one: place[one.item])
