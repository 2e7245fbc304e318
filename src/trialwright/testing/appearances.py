"""The contract of an appearance: what a disease promises whose trials are to be simulated.

``check_appearance(appearance)`` is silent when all promises are kept, and names every broken one otherwise. It looks at
the numbers and their sources, and at a few virtual people in each state of the course.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import final

import numpy as np

from trialwright.vocabulary.disease_course import (
    FLARE,
    LOW_ACTIVE,
    QUIESCENT,
    STATES,
    Appearance,
    Bools,
    CourseParameter,
    CourseTarget,
    Entry,
    Floats,
    Ints,
    Observed,
    Shown,
    central,
)
from trialwright.vocabulary.words import LANGUAGES, Text

STATUSES = ("confirmed", "conflict", "unverified")
KINDS = ("response", "change", "event")
WEEKS = tuple(range(0, 53, 4))
MISSED, LEAVES = 5, 9  # visits: one that some miss, one from which some have left


def check_appearance(appearance: Appearance) -> None:
    """Nothing, when the appearance keeps its promises; AssertionError naming every broken one otherwise."""
    broken = list(broken_promises(appearance))
    if broken:
        raise AssertionError("\n".join([f"{type(appearance).__name__}: {len(broken)} broken", *broken]))


def broken_promises(appearance: Appearance, *, people: int = 300) -> Iterator[str]:
    """One sentence for each promise that does not hold, over so many virtual people in each state."""
    if not isinstance(appearance, Appearance):
        yield f"{appearance!r} is not an Appearance: see vocabulary/disease_course.py"
        return
    probe = _Probe(appearance, people)
    for check in CHECKS:
        try:
            yield from check(probe)
        except Exception as error:
            yield f"{check.__name__.strip('_')} raised {type(error).__name__}: {error}"


@final
class _Probe:
    """Virtual people that stay in one state for a year: the same number in each, best state first."""

    def __init__(self, appearance: Appearance, people: int) -> None:
        self.appearance, self.people = appearance, people
        self.values = central(appearance.parameters)
        numbers = np.random.Generator(np.random.Philox(key=1))
        self.state: Ints = np.repeat(np.arange(STATES), people)
        self.traits = numbers.random((len(self.state), appearance.trait_draws))
        self.draws = numbers.random((len(WEEKS), len(self.state), appearance.visit_draws))

    def visit(self, number: int, *, before: Shown | None, who: slice | Ints = slice(None)) -> Shown:
        """What one visit shows of some of them."""
        return self.appearance.shown(
            self.traits[who], self.state[who], draws=self.draws[number][who], before=before,
            weeks=float(WEEKS[number] - WEEKS[max(number - 1, 0)]), values=self.values,
        )  # fmt: skip

    @cached_property
    def visits(self) -> list[Shown]:
        """Every visit of everybody."""
        shown = [self.visit(0, before=None)]
        for number in range(1, len(WEEKS)):
            shown.append(self.visit(number, before=shown[-1]))
        return shown

    @cached_property
    def observed(self) -> Observed:
        """The year as recorded: every third person misses a visit, every fifth leaves."""
        columns = np.stack([one.columns for one in self.visits], axis=1).astype(np.float64)
        person = np.arange(len(self.state))
        columns[person % 3 == 0, MISSED] = np.nan
        withdrawn = (person % 5 == 0)[:, None] & (np.arange(len(WEEKS)) >= LEAVES)
        columns[withdrawn] = np.nan
        dose = np.full(withdrawn.shape, 5.0)
        return Observed(np.asarray(WEEKS, np.float64), columns, dose, np.zeros_like(withdrawn), withdrawn)

    @cached_property
    def found(self) -> dict[str, Floats]:
        """Every endpoint at every visit."""
        return dict(self.appearance.evaluate(tuple(self.appearance.endpoints), self.observed))

    @cached_property
    def lost(self) -> Bools:
        """Visits that did not take place, ``[N, V]``."""
        return np.asarray(np.isnan(self.observed.columns).all(axis=2))


def _says_where_numbers_come_from(probe: _Probe) -> Iterator[str]:
    parameters, targets = probe.appearance.parameters, probe.appearance.targets
    for keys in ([one.key for one in parameters], [one.key for one in targets]):
        yield from (f"{key} is given twice" for key in sorted({key for key in keys if keys.count(key) > 1}))
    numbers: list[CourseParameter | CourseTarget] = [*parameters, *targets]
    for one in numbers:
        yield from _unsaid(one.key, one.label)
        if not one.source.strip():
            yield f"{one.key} has no source"
        if one.status not in STATUSES:
            yield f"{one.key} has status {one.status!r}; there is {', '.join(STATUSES)}"
    for parameter in parameters:
        if not parameter.low <= parameter.prior <= parameter.high:
            yield f"{parameter.key} has a prior that does not hold its centre"
    yield from (f"{one.key} has no tolerance" for one in targets if not one.tolerance > 0)


def _says_what_is_not_known(probe: _Probe) -> Iterator[str]:
    appearance, count = probe.appearance, len(probe.appearance.parameters)
    if appearance.uncertainty.shape != (count, count) or not np.isfinite(appearance.uncertainty).all():
        yield f"uncertainty must be {count} by {count} numbers"
    elif (np.sqrt((appearance.uncertainty**2).sum(axis=1)) > 1 + 1e-3).any():
        yield "uncertainty says of a parameter that less is known than its prior says"
    keys = {one.key for one in appearance.parameters}
    yield from (
        f"left_open speaks of {key}, which is no parameter" for key in sorted(appearance.left_open.keys() - keys)
    )
    targets = {one.key for one in appearance.targets}
    if appearance.fit and set(appearance.fit) != targets:
        yield "fit does not speak of the same numbers as targets"


def _names_its_endpoints(probe: _Probe) -> Iterator[str]:
    endpoints = probe.appearance.endpoints
    for name, one in endpoints.items():
        yield from _unsaid(name, one.title)
        if one.name != name:
            yield f"endpoint {name} calls itself {one.name}"
        if one.kind not in KINDS:
            yield f"endpoint {name} is a {one.kind!r}; there is {', '.join(KINDS)}"
    if not any(one.kind == "change" for one in endpoints.values()):
        yield "no endpoint is a change: there is no activity index"


def _shows_people_one_by_one(probe: _Probe) -> Iterator[str]:
    first, second = probe.visits[:2]
    again = probe.visit(1, before=first)
    if not (np.array_equal(again.columns, second.columns) and np.array_equal(again.hidden, second.hidden)):
        yield "a visit does not show the same twice"
    if first.columns.shape != second.columns.shape or len(first.columns) != len(probe.state):
        yield "a visit must show the same columns for everybody, each time"
    if any(np.isnan(one.columns).any() for one in probe.visits):
        yield "a visit that took place shows something missing"
    turned = np.arange(len(probe.state))[::-1]
    alone = probe.visit(1, before=Shown(first.columns[turned], first.hidden[turned]), who=turned)
    if not np.array_equal(alone.columns, second.columns[turned]):
        yield "what a visit shows of one person depends on the others"


def _shows_worse_states_as_worse(probe: _Probe) -> Iterator[str]:
    for name, one in probe.appearance.endpoints.items():
        if one.kind != "change":
            continue
        means = [float(np.nanmean(probe.found[name][probe.state == each])) for each in (QUIESCENT, LOW_ACTIVE, FLARE)]
        rises = means if one.better == "lower" else means[::-1]
        if not rises[0] < rises[1] < rises[2]:
            yield f"{name} does not get worse from quiescence to low activity to flare"


def _admits_fewer_for_more(probe: _Probe) -> Iterator[str]:
    shown, appearance = probe.visits[0], probe.appearance
    admitted = [appearance.is_eligible(shown, Entry(float(least))) for least in range(0, 40, 2)]
    if any((more & ~fewer).any() for fewer, more in pairwise(admitted)):
        yield "asking for a higher index admits somebody who was refused"
    if (admitted[3] & ~appearance.is_eligible(shown, Entry(6.0, graded=False))).any():
        yield "asking for no grades refuses somebody who was admitted"


def _judges_by_what_was_seen(probe: _Probe) -> Iterator[str]:
    shape = probe.lost.shape
    for name, one in probe.appearance.endpoints.items():
        value = probe.found[name]
        if value.shape != shape:
            yield f"{name} must be {shape[0]} by {shape[1]}, one for each person and visit"
            continue
        if one.kind != "change" and not np.isin(value[~np.isnan(value)], (0.0, 1.0)).all():
            yield f"{name} must be yes or no"
        if one.kind != "change" and (np.nan_to_num(value)[probe.lost] > 0).any():
            yield f"{name} is met at a visit that did not take place"
        if one.kind == "change" and not np.isnan(value[probe.lost]).all():
            yield f"{name} is known at a visit that did not take place"
        last = probe.appearance.evaluate((name,), probe.observed.rows(slice(0, 50)), places={name: [shape[1] - 1]})
        if not np.array_equal(last[name][:, -1], value[:50, -1], equal_nan=True):
            yield f"{name} depends on who else is judged, or on which visits are asked for"


def _unsaid(what: str, text: Text) -> Iterator[str]:
    yield from (f"{what} has no label in {language}" for language in LANGUAGES if not getattr(text, language).strip())


CHECKS = (
    _says_where_numbers_come_from,
    _says_what_is_not_known,
    _names_its_endpoints,
    _shows_people_one_by_one,
    _shows_worse_states_as_worse,
    _admits_fewer_for_more,
    _judges_by_what_was_seen,
)
