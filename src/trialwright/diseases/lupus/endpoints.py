"""Endpoints with levels: flare indices, responses, low activity, remission, classification by criteria.

One function judges the criteria over a batch; a single assessment is a batch of one. The result is the highest level
whose rule is met; where a rule is open, it lies between ``lower`` and ``upper``: a certain failure beats missing data.
Rules, sources and choices stand in the data files; `sheets` reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import final

import numpy as np

from trialwright.diseases.lupus import answers
from trialwright.diseases.lupus.choices import asked, check_choices, laid_out, listed, written
from trialwright.diseases.lupus.evidence import AT_LEAST, AT_MOST, Columns, Evidence, Parameters, Value, read_by
from trialwright.diseases.lupus.indices import index
from trialwright.diseases.lupus.sheets import Criterion, Derived, Level, Sheet, Variant, sheet
from trialwright.diseases.lupus.truth import Floats, Truth
from trialwright.vocabulary.scores import Choice, Items, Point, Question, Rule, Score, Status
from trialwright.vocabulary.words import LANGUAGES, Text

MET = Text(en="met", fr="rempli")
NOT_MET = Text(en="not met", fr="non rempli")
OPEN = Text(en="open (not known: {names})", fr="indéterminé (inconnu : {names})")
WITH_VALUES = Text(en="{rule} [{values}]", fr="{rule} [{values}]")


@final
@dataclass(frozen=True, slots=True)
class Levels:
    """The results of a batch; ``value`` is NaN where it is not certain."""

    value: Floats
    lower: Floats
    upper: Floats


@final
@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint: a data file, one of its variants, and the choices made."""

    sheet: Sheet
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
        return self.sheet.version

    @property
    def paramcd(self) -> str:
        """ADaM parameter code."""
        return self.variant.paramcd

    @property
    def items(self) -> Sequence[str]:
        """Everything an assessment may carry."""
        return self.sheet.keys

    @property
    def scale(self) -> Mapping[str, Sequence[Value]]:
        """What makes a full assessment: each key with its answers, from the least result to the greatest."""
        read = self._read()
        return {each.key: each.scale for each in self.sheet.recorded if each.scale and each.key in read}

    @property
    def parameters(self) -> dict[str, Value]:
        """Every choice with the side taken."""
        defaults: dict[str, Value] = {each.name: each.default for each in self.sheet.parameters}
        return defaults | dict(self.variant.choices) | dict(self.chosen)

    def with_parameters(self, **chosen: Value) -> Endpoint:
        """The same endpoint with other choices; ParameterError with every complaint otherwise."""
        check_choices(self.name, chosen, known=self.sheet.parameters)
        return replace(self, chosen=dict(self.chosen) | chosen)

    @property
    def questions(self) -> Sequence[Question]:
        """What may be recorded."""
        read = self._read()
        return asked([each for each in self.sheet.recorded if each.key in read])

    @property
    def rules(self) -> Sequence[Rule]:
        """Every criterion, with the choices filled in."""
        nothing = Text(en="", fr="")
        return tuple(
            Rule(
                each.key,
                each.label,
                rule=self.filled(each.rule or nothing),
                source=each.source,
                status=self._status(each),
                note=each.note,
            )
            for each in self.sheet.criteria
            if each.label is not None
        )

    @property
    def choices(self) -> Sequence[Choice]:
        """Every choice with the side taken."""
        return laid_out(self.sheet.parameters, self.parameters)

    def score(self, items: Items) -> Score:
        """The result of one assessment, with what every criterion said."""
        parameters = self.parameters
        columns = self._judged(answers.one(self.sheet, items))
        levels = graded(self.sheet.levels, columns, parameters=parameters)
        words = {level.value: level.label for level in self.sheet.levels}
        value, lower, upper = (float(each[0]) for each in (levels.value, levels.lower, levels.upper))
        shown = [criterion for criterion in self.sheet.criteria if criterion.label is not None]
        points = tuple(self._point(criterion, columns, items=items) for criterion in shown)
        return Score(
            instrument=self.name,
            version=self.version,
            value=None if np.isnan(value) else value,
            lower=lower,
            upper=upper,
            points=points,
            not_assessed=self._not_assessed(columns),
            conflicts=tuple(self._conflicts(columns)),
            parameters=parameters,
            levels=(words[lower], words[upper]),
        )

    def score_many(self, assessments: Floats, *, keys: Sequence[str] | None = None) -> Levels:
        """The results of a batch: last axis ``keys`` (all of ``items`` unless given). Shapes: (..., K) to (...)."""
        keys = self.items if keys is None else keys
        columns = answers.many(self.sheet, np.asarray(assessments, dtype=np.float64), keys=keys)
        return graded(self.sheet.levels, self._judged(columns), parameters=self.parameters)

    def criteria_many(self, assessments: Floats, *, keys: Sequence[str]) -> dict[str, Floats]:
        """Each criterion over a batch: 1 met, 0 not met, NaN open."""
        columns = self._judged(answers.many(self.sheet, np.asarray(assessments, dtype=np.float64), keys=keys))
        return {criterion.key: columns[criterion.key] for criterion in self.sheet.criteria}

    def _judged(self, columns: Columns) -> Columns:
        """What was recorded, what follows from other instruments, and every criterion, in file order."""
        known = dict(columns)
        for derived in self.sheet.derived:
            known |= _taken(derived, known) if derived.gives else {}
        return _with_criteria(self.sheet.criteria, known, parameters=self.parameters)

    def _read(self) -> set[str]:
        """Every key that the criteria read under the choices made, those behind a derived value included."""
        names = {name for each in self.sheet.criteria for name in read_by(each.evidence, self.parameters)}
        for derived in self.sheet.derived:
            if derived.gives in names:
                names |= {key + derived.suffix for key in index(derived.instrument).items}
        return names

    def _not_assessed(self, columns: Columns) -> tuple[str, ...]:
        """What a full assessment has and this one does not, unless something else says as much."""
        settled = {each.key: each.settled_by for each in self.sheet.recorded if each.settled_by}
        for derived in self.sheet.derived:
            least, most = (columns.get(name.format(derived.gives)) for name in (AT_LEAST, AT_MOST))
            if least is not None and most is not None and least[0] == most[0]:
                settled[derived.gives] = derived.gives
        missing = [key for key in self.scale if np.isnan(columns[key][0])]
        return tuple(key for key in missing if settled.get(key) != key and np.isnan(columns[settled.get(key, key)][0]))

    def _point(self, criterion: Criterion, columns: Columns, *, items: Items) -> Point:
        truth = Truth.of(columns[criterion.key])
        read = [name for name in dict.fromkeys(self._leaves(criterion)) if name in columns]
        given = [f"{name} = {written(items[name])}" for name in read if items.get(name) is not None]
        return Point(
            item=criterion.key,
            label=criterion.label or Text(en=criterion.key, fr=criterion.key),
            value="; ".join(given) or None,
            points=float(truth.sure[0]) if truth.known[0] else None,
            rule=with_values(self.filled(criterion.rule or Text(en="", fr="")), given),
            source=criterion.source,
            status=self._status(criterion),
            said=_said(truth, [name for name in read if np.isnan(columns[name][0])]),
        )

    def _status(self, criterion: Criterion) -> Status:
        """How sure a criterion is, with the sides taken of the choices it reads, its steps included."""
        read = set(self._leaves(criterion, every_side=True))
        taken = self.parameters
        if any(each.name in read and each.is_unverified(taken[each.name]) for each in self.sheet.parameters):
            return "unverified"
        return criterion.status

    def _leaves(self, criterion: Criterion, *, every_side: bool = False) -> list[str]:
        """What a criterion reads under the choices made, with the steps below it followed down to what was recorded."""
        steps, taken = {each.key: each for each in self.sheet.criteria}, self.parameters

        def below(rule: Evidence) -> Iterator[str]:
            for name in rule.names() if every_side else read_by(rule, taken):
                if name in steps:
                    yield from below(steps[name].evidence)
                else:
                    yield name

        return list(below(criterion.evidence))

    def filled(self, rule: Text) -> Text:
        """A rule with the words of the choices made."""
        if "{" not in rule.en + rule.fr:
            return rule
        taken = self.parameters
        words = {known.name: known.text(taken[known.name]) for known in self.sheet.parameters}
        return Text(**{each: rule.said(each, **words) for each in LANGUAGES})

    def _conflicts(self, columns: Columns) -> list[str]:
        """The choices in conflict under which this assessment would come out otherwise, with the side taken."""
        taken = self.parameters
        here = _ends(graded(self.sheet.levels, columns, parameters=taken))
        found = []
        for parameter in self.sheet.parameters:
            if parameter.status == "confirmed":
                continue
            touched = self.sheet.touched_by(parameter.name)
            others = [{**taken, parameter.name: value} for value in parameter.values if value != taken[parameter.name]]
            there = ((_with_criteria(touched, columns, parameters=other), other) for other in others)
            if any(_ends(graded(self.sheet.levels, known, parameters=other)) != here for known, other in there):
                found.append(f"{parameter.name} = {str(taken[parameter.name]).lower()}")
        return found


def _with_criteria(criteria: Sequence[Criterion], columns: Columns, *, parameters: Parameters) -> Columns:
    """What is known, and what each of these criteria makes of it; the later ones may use the earlier ones."""
    known = dict(columns)
    for criterion in criteria:
        known[criterion.key] = criterion.evidence.truth(known, parameters).column()
    return known


def graded(levels: Sequence[Level], columns: Columns, *, parameters: Parameters) -> Levels:
    """The highest level whose rule is met; in between where a rule is open."""
    shape = next(iter(columns.values())).shape
    lower = np.full(shape, levels[-1].value)
    upper = lower.copy()
    for level in reversed(levels[:-1]):
        assert level.evidence is not None, "only the last level has no rule"
        truth = level.evidence.truth(columns, parameters)
        lower = np.where(truth.sure, np.maximum(lower, level.value), lower)
        upper = np.where(truth.possible, np.maximum(upper, level.value), upper)
    return Levels(np.where(lower == upper, lower, np.nan), lower, upper)


def with_values(rule: Text, given: Sequence[str]) -> Text:
    """A rule followed by what was recorded for it."""
    if not given:
        return rule
    return Text(
        **{each: WITH_VALUES.said(each, rule=getattr(rule, each), values=listed(given, each)) for each in LANGUAGES}
    )


def _said(truth: Truth, missing: Sequence[str]) -> Text:
    if truth.known[0]:
        return MET if truth.sure[0] else NOT_MET
    return Text(**{each: OPEN.said(each, names=", ".join(missing)) for each in LANGUAGES})


def _ends(levels: Levels) -> tuple[float, float]:
    return float(levels.lower[0]), float(levels.upper[0])


def _taken(derived: Derived, columns: Columns) -> dict[str, Floats]:
    """The bounds of a total: the value recorded, or what follows from the items of the index behind it."""
    recorded = columns[derived.gives]
    nothing, behind = np.full(recorded.shape, np.nan), index(derived.instrument)
    totals = behind.totals({key: columns.get(key + derived.suffix, nothing) for key in behind.items})
    given = ~np.isnan(recorded)
    return {
        AT_LEAST.format(derived.gives): np.where(given, recorded, totals.lower),
        AT_MOST.format(derived.gives): np.where(given, recorded, totals.upper),
    }


def endpoints(name: str) -> tuple[Endpoint, ...]:
    """Every variant of one data file."""
    read = sheet(name)
    return tuple(Endpoint(read, variant) for variant in read.variants)
