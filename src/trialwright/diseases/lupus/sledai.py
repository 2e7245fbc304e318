"""The SLEDAI family: SLEDAI-2K, SELENA-SLEDAI and its hybrid, each also without serology or without laboratory items.

One function judges the items over a batch; a single assessment is a batch of one. How an item is decided:

* an answer "no" makes it absent: attribution to the disease is the physician's, and never guessed
* else, findings or values that decide the rule, decide the item; a "yes" beside them does not turn a value that misses
* else, the answer stands; without an answer the item is not assessed

The total is certain only when every item is; otherwise it lies between ``lower`` and ``upper``.
References: Gladman 2002 (2K), Touma 2010 (30 days), Petri 2005 (SELENA); sources per item stand in the data files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import final

import numpy as np

from trialwright.diseases.lupus import answers
from trialwright.diseases.lupus.choices import asked, check_choices, laid_out, written
from trialwright.diseases.lupus.evidence import Columns, Parameters, Value
from trialwright.diseases.lupus.tables import Item, Parameter, Table, Total, table
from trialwright.diseases.lupus.truth import Floats, Truth
from trialwright.vocabulary.scores import Choice, Items, Point, Question, Rule, Score
from trialwright.vocabulary.words import LANGUAGES, Language, Text

FILES = ("sledai-2k", "selena-sledai", "hybrid-selena-sledai")
NOT_MET = Text(
    en=" (answered yes, but what was recorded misses the rule)", fr=" (répondu oui, mais la règle n'est pas remplie)"
)
NOT_ATTRIBUTED = Text(en=" (met, but answered no: not attributed)", fr=" (remplie, mais répondu non : non attribué)")
OPEN = Text(en=" (still open: {names})", fr=" (à préciser : {names})")


@final
@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of a batch; ``value`` is NaN where an item that counts was not assessed."""

    value: Floats
    lower: Floats
    upper: Floats


@final
@dataclass(frozen=True, slots=True)
class Sledai:
    """One index of the family: a data file, which items its total leaves out, and the choices made."""

    table: Table
    total: Total
    chosen: Mapping[str, Value] = field(default_factory=dict, hash=False)

    @property
    def name(self) -> str:
        """Name in protocols and events."""
        return self.total.name

    @property
    def title(self) -> Text:
        """Name for a person."""
        return self.total.title

    @property
    def version(self) -> str:
        """Version of the data file behind it."""
        return self.table.version

    @property
    def paramcd(self) -> str:
        """ADaM parameter code."""
        return self.total.paramcd

    @property
    def items(self) -> Sequence[str]:
        """The items, then the findings and values that may be recorded instead of them or beside them."""
        return self.table.keys

    @property
    def scale(self) -> Mapping[str, Sequence[bool]]:
        """Each item that counts, with its answers from absent to present; together they are a full assessment."""
        return {item.key: (False, True) for item in self.counted}

    @property
    def counted(self) -> tuple[Item, ...]:
        """The items that enter the total."""
        return tuple(item for item in self.table.items if not set(item.groups) & set(self.total.leaves_out))

    @property
    def parameters(self) -> dict[str, Value]:
        """Every choice with the side taken."""
        return {parameter.name: parameter.default for parameter in self.table.parameters} | dict(self.chosen)

    def with_parameters(self, **chosen: Value) -> Sledai:
        """The same index with other choices; ParameterError with every complaint otherwise."""
        check_choices(self.name, chosen, known=self.table.parameters)
        return replace(self, chosen=dict(self.chosen) | chosen)

    @property
    def questions(self) -> Sequence[Question]:
        """What may be recorded."""
        return asked(self.table.recorded, items=self.table.items)

    @property
    def rules(self) -> Sequence[Rule]:
        """Every item that counts, with the choices filled in."""
        words = {known.name: known.text(self.parameters[known.name]) for known in self.table.parameters}
        texts = {item.key: Text(**{each: item.rule.said(each, **words) for each in LANGUAGES}) for item in self.counted}
        return tuple(
            Rule(item.key, item.label, rule=texts[item.key], source=item.source, status=item.status, note=item.note)
            for item in self.counted
        )

    @property
    def choices(self) -> Sequence[Choice]:
        """Every choice with the side taken."""
        return laid_out(self.table.parameters, self.parameters)

    def score(self, items: Items) -> Score:
        """The score of one assessment, with the reason for every point."""
        columns = answers.one(self.table, items)
        totals, parameters = self.totals(columns), self.parameters
        points = tuple(self._point(item, items, columns=columns) for item in self.counted)
        value = float(totals.value[0])
        return Score(
            instrument=self.name,
            version=self.version,
            value=None if np.isnan(value) else value,
            lower=float(totals.lower[0]),
            upper=float(totals.upper[0]),
            points=points,
            not_assessed=tuple(point.item for point in points if point.points is None),
            conflicts=tuple(self._conflicts(columns)),
            parameters=parameters,
        )

    def score_many(self, assessments: Floats, *, keys: Sequence[str] | None = None) -> Totals:
        """The totals of a batch: last axis ``keys`` (all of ``items`` unless given), any axes before it.

        1 is yes, 0 is no, NaN is not assessed; values in the unit of their key. Shapes: (..., K) to (...).
        """
        keys = self.items if keys is None else keys
        return self.totals(answers.many(self.table, np.asarray(assessments, dtype=np.float64), keys=keys))

    def totals(self, columns: Columns) -> Totals:
        """The totals of checked answers, one array per key."""
        shape = next(iter(columns.values())).shape
        lower, upper, parameters = np.zeros(shape), np.zeros(shape), self.parameters
        for item in self.counted:
            state = judged(item, columns, parameters=parameters)
            lower += item.weight * state.sure
            upper += item.weight * state.possible
        return Totals(np.where(lower == upper, lower, np.nan), lower, upper)

    def _point(self, item: Item, items: Items, *, columns: Columns) -> Point:
        state = judged(item, columns, parameters=self.parameters)
        return Point(
            item=item.key,
            label=item.label,
            value=_as_recorded(item, items),
            points=item.weight * float(state.sure[0]) if state.known[0] else None,
            rule=self._rule(item, columns),
            source=item.source,
            status=item.status,
        )

    def _rule(self, item: Item, columns: Columns) -> Text:
        """The rule with its choices filled in, and a remark when answer and findings disagree."""
        remark = _remark(item, columns, parameters=self.parameters)
        if remark is None and "{" not in item.rule.en:
            return item.rule
        words = {known.name: known.text(self.parameters[known.name]) for known in self.table.parameters}
        return Text(**{language: _filled(item.rule, remark, language=language, words=words) for language in LANGUAGES})

    def _conflicts(self, columns: Columns) -> list[str]:
        """The choices on which the answer could depend here, each with the side taken."""
        items = {item.key: item for item in self.counted}
        return [
            f"{parameter.item}: {parameter.name} = {str(self.parameters[parameter.name]).lower()}"
            for parameter in self.table.parameters
            if parameter.item in items and self._depends(parameter, items[parameter.item], columns=columns)
        ]

    def _depends(self, parameter: Parameter, item: Item, *, columns: Columns) -> bool:
        values, taken = parameter.values, self.parameters
        here = values.index(taken[parameter.name])
        return any(
            _differs(item, columns, taken=taken, other={**taken, parameter.name: value}, is_wider=place < here)
            for place, value in enumerate(values)
            if place != here
        )


def judged(item: Item, columns: Columns, *, parameters: Parameters) -> Truth:
    """Whether an item is present, by its answer and by what was recorded (the three lines at the top)."""
    answer = Truth.of(columns[item.key])
    if item.evidence is None:
        return answer
    not_denied = Truth(answer.possible, answer.possible)
    return item.evidence.truth(columns, parameters).where_known(answer) & not_denied


def _differs(item: Item, columns: Columns, *, taken: Parameters, other: Parameters, is_wider: bool) -> bool:
    """Whether the other side of a choice could give another answer.

    An answer without deciding findings was given under the side taken: under a wider rule its "no", under a narrower
    one its "yes" is no longer certain.
    """
    here, there = judged(item, columns, parameters=taken), judged(item, columns, parameters=other)
    if (here.sure[0], here.possible[0]) != (there.sure[0], there.possible[0]):
        return True
    decided = item.evidence is not None and bool(item.evidence.truth(columns, other).known[0])
    answer = columns[item.key][0]
    return not decided and answer == (0 if is_wider else 1)


def _remark(item: Item, columns: Columns, *, parameters: Parameters) -> Text | None:
    if item.evidence is None:
        return None
    met, answer = item.evidence.truth(columns, parameters), columns[item.key][0]
    if answer == 1 and not met.possible[0]:
        return NOT_MET
    if answer == 0 and met.sure[0]:
        return NOT_ATTRIBUTED
    read = [name for name in dict.fromkeys(item.evidence.names()) if name in columns]
    unread = [name for name in read if np.isnan(columns[name][0])]
    if np.isnan(answer) and not met.known[0] and len(unread) < len(read):
        return Text(**{language: OPEN.said(language, names=", ".join(unread)) for language in LANGUAGES})
    return None


def _filled(rule: Text, remark: Text | None, *, language: Language, words: Mapping[str, Text]) -> str:
    return rule.said(language, **words) + (remark.said(language) if remark is not None else "")


def _as_recorded(item: Item, items: Items) -> bool | float | str | None:
    """What was recorded for an item: its answer, or the findings and values beside it."""
    answer = items.get(item.key)
    names = dict.fromkeys(item.evidence.names()) if item.evidence is not None else ()
    beside = [f"{name} = {written(items[name])}" for name in names if items.get(name) is not None]
    if not beside:
        return answer
    return "; ".join(beside if answer is None else [written(answer), *beside])


def family(name: str) -> tuple[Sledai, ...]:
    """The indices of one data file."""
    read = table(name)
    return tuple(Sledai(read, total) for total in read.totals)


def instruments() -> tuple[Sledai, ...]:
    """Every index of the family."""
    return tuple(index for name in FILES for index in family(name))
