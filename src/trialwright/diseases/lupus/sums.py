"""Indices that add up: damage, skin, joints, physician's global, letters in points, SLE-DAS, points of classification.

A term is a value times its weight, a weight where a rule is met, or a logarithm where a rule is met. Terms that exclude
each other stand under ``highest``: only the larger of their sums counts (kidney failure replaces what led to it).
The total is certain only when every term is; otherwise it lies between ``lower`` and ``upper``.
Weights, limits, sources and bands stand in the data files.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import final

import numpy as np

from trialwright.diseases.lupus import answers, evidence
from trialwright.diseases.lupus.choices import asked, check_choices, laid_out, written
from trialwright.diseases.lupus.evidence import Columns, Parameters, Value
from trialwright.diseases.lupus.listings import Listing, Term, Variant, listing
from trialwright.diseases.lupus.tables import Recorded
from trialwright.diseases.lupus.truth import Floats
from trialwright.vocabulary.scores import Choice, Items, Point, Question, Rule, Score
from trialwright.vocabulary.words import LANGUAGES, Text

Bounds = tuple[Floats, Floats]
NOT_ADDED = Text(en="not added", fr="non ajouté")


@final
@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of a batch; ``value`` is NaN where a term is open."""

    value: Floats
    lower: Floats
    upper: Floats


@final
@dataclass(frozen=True, slots=True)
class Sum:
    """One index that adds up, with the choices made."""

    listing: Listing
    variant: Variant
    chosen: Mapping[str, Value] = field(default_factory=dict, hash=False)

    @property
    def name(self) -> str:
        """Name in protocols and events."""
        return self.variant.name

    @property
    def title(self) -> Text:
        """Name for a person."""
        return self.variant.title

    @property
    def version(self) -> str:
        """Version of the data file behind it."""
        return self.listing.version

    @property
    def paramcd(self) -> str:
        """ADaM parameter code."""
        return self.variant.paramcd

    @property
    def terms(self) -> tuple[Term, ...]:
        """The lines that count in this variant."""
        takes, out = set(self.variant.takes), set(self.variant.leaves_out)
        return tuple(
            term for term in self.listing.terms if (not takes or takes & {*term.groups}) and not out & {*term.groups}
        )

    @property
    def items(self) -> Sequence[str]:
        """The keys that its lines read."""
        read = {key for term in self.terms for key in term.reads()}
        return tuple(key for key in self.listing.keys if key in read)

    @property
    def scale(self) -> Mapping[str, Sequence[Value]]:
        """What makes a full assessment: each key with its answers, from absent to worst."""
        read = set(self.items)
        return {each.key: each.scale for each in self.listing.recorded if each.scale and each.key in read}

    @property
    def parameters(self) -> dict[str, Value]:
        """Every choice with the side taken."""
        return {parameter.name: parameter.default for parameter in self.listing.parameters} | dict(self.chosen)

    def with_parameters(self, **chosen: Value) -> Sum:
        """The same index with other choices; ParameterError with every complaint otherwise."""
        check_choices(self.name, chosen, known=self.listing.parameters)
        return replace(self, chosen=dict(self.chosen) | chosen)

    @property
    def questions(self) -> Sequence[Question]:
        """What may be recorded."""
        return asked(self._asked())

    @property
    def rules(self) -> Sequence[Rule]:
        """Every line of the sum, with the choices filled in."""
        return tuple(
            Rule(term.key, term.label, rule=self._rule(term, None), source=term.source, status=term.status)
            for term in self.terms
        )

    @property
    def choices(self) -> Sequence[Choice]:
        """Every choice with the side taken."""
        return laid_out(self.listing.parameters, self.parameters)

    def score(self, items: Items) -> Score:
        """The total of one assessment, with the reason for every point."""
        columns = answers.one(replace(self.listing, recorded=self._asked()), items)
        parts, totals = self._parts(columns), self.totals(columns)
        value, replaced = float(totals.value[0]), self._replaced(items)
        return Score(
            instrument=self.name,
            version=self.version,
            value=None if math.isnan(value) else value,
            lower=float(totals.lower[0]),
            upper=float(totals.upper[0]),
            points=tuple(self._point(term, parts, items=items, replaced=replaced.get(term.key)) for term in self.terms),
            not_assessed=tuple(key for key in self.scale if items.get(key) is None),
            conflicts=tuple(self._conflicts(columns)),
            parameters=self.parameters,
            band=self._band(totals),
        )

    def score_many(self, assessments: Floats, *, keys: Sequence[str] | None = None) -> Totals:
        """The totals of a batch: last axis ``keys`` (all of ``items`` unless given). Shapes: (..., K) to (...)."""
        keys = self.items if keys is None else keys
        listing = replace(self.listing, recorded=self._asked())
        return self.totals(answers.many(listing, np.asarray(assessments, dtype=np.float64), keys=keys))

    def totals(self, columns: Columns, parameters: Parameters | None = None) -> Totals:
        """The totals of checked answers, one array per key."""
        parts = self._parts(columns, parameters)
        shape = next(iter(columns.values())).shape
        lower, upper = np.full(shape, self.listing.constant), np.full(shape, self.listing.constant)
        excluded = {key for choice in self.listing.highest for keys in choice for key in keys}
        for key, (least, most) in parts.items():
            if key not in excluded:
                lower, upper = lower + least, upper + most
        for choice in self.listing.highest:
            sums = [[parts[key] for key in keys if key in parts] for keys in choice]
            ends = [[np.sum([part[end] for part in each], axis=0) for each in sums if each] for end in (0, 1)]
            if ends[0]:
                lower, upper = lower + np.max(ends[0], axis=0), upper + np.max(ends[1], axis=0)
        lower, upper = np.round(lower, evidence.DECIMALS), np.round(upper, evidence.DECIMALS)
        return Totals(np.where(lower == upper, lower, np.nan), lower, upper)

    def _asked(self) -> tuple[Recorded, ...]:
        read = set(self.items)
        return tuple(recorded for recorded in self.listing.recorded if recorded.key in read)

    def _parts(self, columns: Columns, parameters: Parameters | None = None) -> dict[str, Bounds]:
        spans = {recorded.key: (recorded.low, recorded.high) for recorded in self.listing.recorded}
        taken = self.parameters if parameters is None else parameters
        return {term.key: _bounds(term, columns, parameters=taken, spans=spans) for term in self.terms}

    def _point(self, term: Term, parts: Mapping[str, Bounds], *, items: Items, replaced: Text | None) -> Point:
        least, most = (float(end[0]) for end in parts[term.key])
        if replaced is not None:
            least = most = 0.0
        return Point(
            item=term.key,
            label=term.label,
            value=_as_recorded(term, items),
            points=round(least, evidence.DECIMALS) if least == most else None,
            rule=self._rule(term, replaced),
            source=term.source,
            status=term.status,
            said=NOT_ADDED if replaced is not None else None,
        )

    def _rule(self, term: Term, replaced: Text | None) -> Text:
        if replaced is None and "{" not in term.rule.en + term.rule.fr:
            return term.rule
        taken = self.parameters
        words = {known.name: known.text(taken[known.name]) for known in self.listing.parameters}
        rule = {each: term.rule.said(each, **words) for each in LANGUAGES}
        remark = Text(en=" ({label} counts instead)", fr=" ({label} compte à la place)")
        if replaced is not None:
            rule = {each: rule[each] + remark.said(each, label=replaced) for each in LANGUAGES}
        return Text(**rule)

    def _replaced(self, items: Items) -> dict[str, Text]:
        """Of the lines that exclude each other, those that do not count, each with the one that counts instead."""
        terms = self.terms
        labels = {each.key: each.label for each in terms}
        here = {each.key: _worth(each, items) for each in terms} if self.listing.highest else {}
        replaced: dict[str, Text] = {}
        settled: set[str] = set()  # a line is judged by the first choice that names it
        for choice in self.listing.highest:
            mine = {key for keys in choice for key in keys if here.get(key)} - settled
            settled |= mine
            best = max(choice, key=lambda keys: sum(here.get(key, 0.0) for key in keys))
            replaced |= {key: labels[best[0]] for key in mine if key not in best}
        return replaced

    def _band(self, totals: Totals) -> Text | None:
        ends = [
            next((band.label for band in self.listing.bands if float(end[0]) <= band.up_to), None)
            for end in (totals.lower, totals.upper)
        ]
        return ends[0] if ends[0] == ends[1] else None

    def _conflicts(self, columns: Columns) -> list[str]:
        taken, here = self.parameters, self.totals(columns)
        found = []
        for parameter in self.listing.parameters:
            for value in parameter.values:
                there = self.totals(columns, {**taken, parameter.name: value})
                if (there.lower[0], there.upper[0]) != (here.lower[0], here.upper[0]):
                    found.append(f"{parameter.name} = {str(taken[parameter.name]).lower()}")
                    break
        return found


def _bounds(
    term: Term, columns: Columns, *, parameters: Parameters, spans: Mapping[str, tuple[float, float]]
) -> Bounds:
    """What a line adds, at least and at most."""
    if term.values:
        return _of_values(term, columns, spans=spans)
    assert term.when is not None, "a term has values or a rule"
    truth = term.when.truth(columns, parameters)
    if term.log_of is None:
        return np.where(truth.sure, term.weight, 0.0), np.where(truth.possible, term.weight, 0.0)
    value, ends = columns[term.log_of], spans[term.log_of]
    limits = [term.intercept + term.weight * math.log(end) for end in ends]
    with np.errstate(divide="ignore"):
        added: Floats = term.intercept + term.weight * np.log(value)
    return (
        np.where(truth.sure, np.where(np.isnan(value), min(limits), added), 0.0),
        np.where(truth.possible, np.where(np.isnan(value), max(limits), added), 0.0),
    )


def _of_values(term: Term, columns: Columns, *, spans: Mapping[str, tuple[float, float]]) -> Bounds:
    low, high = spans[term.values[0][0]]
    factor = term.values[0][1]
    shape = next(iter(columns.values())).shape
    least, most = np.full(shape, factor * low), np.full(shape, factor * high)
    for key, times in reversed(term.values):
        value = times * columns[key]
        least = np.where(np.isnan(value), least, value)
        most = np.where(np.isnan(value), most, value)
    return np.asarray(term.weight * least), np.asarray(term.weight * most)


def _worth(term: Term, items: Items) -> float:
    """What an answer would add by itself, to say which of two lines counts."""
    if term.values:
        value = items.get(term.values[0][0])
        return term.weight * float(value) if isinstance(value, bool | int | float) else 0.0
    return term.weight * any(items.get(key) is True for key in term.reads())


def _as_recorded(term: Term, items: Items) -> bool | float | str | None:
    given = {key: items[key] for key in dict.fromkeys(term.reads()) if items.get(key) is not None}
    if len(given) == 1 and next(iter(given)) == term.key:
        return given[term.key]
    return "; ".join(f"{key} = {written(value)}" for key, value in given.items()) or None


def sums(name: str) -> tuple[Sum, ...]:
    """Every variant of one data file."""
    read = listing(name)
    return tuple(Sum(read, variant) for variant in read.variants)
