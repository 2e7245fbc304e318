"""BILAG-2004: 97 items, nine systems graded A to E, and the sum of the grades (A 12, B 8, C 1, D and E 0).

Every item of a list is looked at before a grade is given: a list-A item that improves (B) never hides another that is
new (A). A grade is certain when nothing that was not recorded could change it; D and E both add nothing, so the sum
may be certain where the letter is not. Limits, lists, sources and choices stand in the data file.
References: Isenberg 2005, Yee 2008 (index); Yee 2010, Rheumatology 49:1665 (PMC2919194; sum); the file for systems.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import final

import numpy as np

from trialwright.diseases.lupus import answers
from trialwright.diseases.lupus.bilag_form import LETTERS, Form, Step, System, form
from trialwright.diseases.lupus.choices import asked, check_choices, laid_out, written
from trialwright.diseases.lupus.endpoints import Levels, graded
from trialwright.diseases.lupus.evidence import Columns, Parameters, Value
from trialwright.diseases.lupus.truth import Floats, Truth
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.scores import Choice, Items, Point, Question, Rule, Score
from trialwright.vocabulary.words import LANGUAGES, Text

NEVER_MEASURED = "gfr_previous_not_measured"  # says that there is no earlier value
BETWEEN = Text(en="{upper} or lower, at least {lower}", fr="{upper} ou moins, au moins {lower}")
CODED = Text(en="{label}: {code} ({words})", fr="{label} : {code} ({words})")
PLAIN = Text(en="{label}: {value}", fr="{label} : {value}")
BECAUSE = Text(en="{rule} [{values}]", fr="{rule} [{values}]")


@final
@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of a batch; ``value`` is NaN where a grade that matters is open."""

    value: Floats
    lower: Floats
    upper: Floats


@final
@dataclass(frozen=True, slots=True)
class Bilag:
    """BILAG-2004 with the choices made."""

    form: Form
    chosen: Mapping[str, Value] = field(default_factory=dict, hash=False)

    @property
    def name(self) -> str:
        """Name in protocols and events."""
        return self.form.name

    @property
    def title(self) -> Text:
        """Name for a person."""
        return self.form.title

    @property
    def version(self) -> str:
        """Version of the data file behind it."""
        return self.form.version

    @property
    def paramcd(self) -> str:
        """ADaM parameter code."""
        return self.form.paramcd

    @property
    def items(self) -> Sequence[str]:
        """The 97 items, then the previous values, the attributions and the involvement in the past."""
        return self.form.keys

    @property
    def scale(self) -> Mapping[str, Sequence[Value]]:
        """What makes a full assessment: each key with its answers, from absent to worst."""
        return {recorded.key: recorded.scale for recorded in self.form.recorded if recorded.scale}

    @property
    def part_codes(self) -> Mapping[str, str]:
        """The ADaM code of each system's letter."""
        return {system.key: system.paramcd for system in self.form.systems}

    @property
    def parameters(self) -> dict[str, Value]:
        """Every choice with the side taken."""
        return {parameter.name: parameter.default for parameter in self.form.parameters} | dict(self.chosen)

    def with_parameters(self, **chosen: Value) -> Bilag:
        """The same index with other choices; ParameterError with every complaint otherwise."""
        check_choices(self.name, chosen, known=self.form.parameters)
        return replace(self, chosen=dict(self.chosen) | chosen)

    @property
    def questions(self) -> Sequence[Question]:
        """What may be recorded."""
        return asked(self.form.recorded)

    @property
    def rules(self) -> Sequence[Rule]:
        """The rule of each grade of each system, the conditions these use, then each item with its list."""
        return (*self._grade_rules(), *self._step_rules(), *self._item_rules())

    def _grade_rules(self) -> Iterator[Rule]:
        title = Text(en="{label}, grade {letter}", fr="{label}, grade {letter}")
        for system in self.form.systems:
            for letter in "ABC":
                label = Text(**{each: title.said(each, label=system.label, letter=letter) for each in LANGUAGES})
                rule = self._rule(system, letter, found=())
                yield Rule(f"{system.key}_{letter}", label, rule=rule, source=system.source, status=system.status)

    def _step_rules(self) -> Iterator[Rule]:
        systems = {system.key: system for system in self.form.systems}
        title = Text(en="{system}: {label}", fr="{system} : {label}")
        for step in self.form.steps:
            if step.label is not None and step.rule is not None:
                home = systems[step.system]
                label = Text(**{each: title.said(each, system=home.label, label=step.label) for each in LANGUAGES})
                rule = self._filled(step.rule)
                yield Rule(step.key, label, rule=rule, source=home.source, status=step.status)

    def _item_rules(self) -> Iterator[Rule]:
        systems = {system.key: system for system in self.form.systems}
        line = Text(en="{system}, item {number}{list}", fr="{system}, item {number}{list}")
        for item in self.form.items:
            home = systems[item.system]
            of = Text(en="", fr="")
            if item.list in ("A", "B", "C"):
                of = Text(en=f", list {item.list}", fr=f", liste {item.list}")
            words = {"system": home.label, "number": item.number, "list": of}
            rule = Text(**{each: line.said(each, **words) for each in LANGUAGES})
            yield Rule(item.key, item.label, rule=rule, source=home.source, status=item.status)

    @property
    def choices(self) -> Sequence[Choice]:
        """Every choice with the side taken."""
        return laid_out(self.form.parameters, self.parameters)

    def score(self, items: Items) -> Score:
        """The sum of one assessment, with the grade of every system and why."""
        columns, parameters = self._completed(answers.one(self.form, items)), self.parameters
        known = _stepped(self.form.steps, columns, parameters=parameters)
        grades = {system.key: graded(system.levels, known, parameters=parameters) for system in self.form.systems}
        sums = self._sums(grades)
        value = float(sums.value[0])
        return Score(
            instrument=self.name,
            version=self.version,
            value=None if np.isnan(value) else value,
            lower=float(sums.lower[0]),
            upper=float(sums.upper[0]),
            points=tuple(
                self._point(system, grades[system.key], found=self._found(system, items, known=known))
                for system in self.form.systems
            ),
            not_assessed=tuple(key for key in self.scale if items.get(key) is None),
            conflicts=tuple(self._conflicts(known, grades)),
            parameters=parameters,
        )

    def grades(self, items: Items) -> dict[str, str | None]:
        """The letter of each system; None where it is not certain."""
        columns = self._completed(answers.one(self.form, items))
        found = self._grades(columns, self.parameters)
        ranks = {key: float(levels.value[0]) for key, levels in found.items()}
        return {key: None if np.isnan(rank) else LETTERS[int(rank)] for key, rank in ranks.items()}

    def grade_many(self, assessments: Floats, *, keys: Sequence[str] | None = None) -> dict[str, Levels]:
        """The rank of each system over a batch: 0 is E, 4 is A. Shapes: (..., K) to (...)."""
        keys = self.items if keys is None else keys
        columns = answers.many(self.form, np.asarray(assessments, dtype=np.float64), keys=keys)
        return self._grades(self._completed(columns), self.parameters)

    def score_many(self, assessments: Floats, *, keys: Sequence[str] | None = None) -> Sums:
        """The sums of a batch: last axis ``keys`` (all of ``items`` unless given). Shapes: (..., K) to (...)."""
        return self._sums(self.grade_many(assessments, keys=keys))

    def _completed(self, columns: Columns) -> Columns:
        """A visit with earlier values is no first visit; one that says both is refused."""
        values = [key for key in columns if "_previous" in key and key != NEVER_MEASURED]
        known = np.any([~np.isnan(columns[key]) for key in values], axis=0)
        complaints, first = Complaints(), columns["first_visit"]
        contradiction = bool((known & (first == 1)).any())
        complaints.unless(
            not contradiction, "first_visit", True, "contradicts the earlier values", "Correct one of the two"
        )
        complaints.raise_as(ParameterError, "this cannot be scored")
        return {**columns, "first_visit": np.where(known & np.isnan(first), 0.0, first)}

    def _grades(self, columns: Columns, parameters: Parameters) -> dict[str, Levels]:
        known = _stepped(self.form.steps, columns, parameters=parameters)
        return {system.key: graded(system.levels, known, parameters=parameters) for system in self.form.systems}

    def _sums(self, grades: Mapping[str, Levels]) -> Sums:
        points = np.array([self.form.points[letter] for letter in LETTERS])
        lower = sum((points[levels.lower.astype(int)] for levels in grades.values()), start=np.float64(0))
        upper = sum((points[levels.upper.astype(int)] for levels in grades.values()), start=np.float64(0))
        return Sums(np.where(lower == upper, lower, np.nan), np.asarray(lower), np.asarray(upper))

    def _point(self, system: System, levels: Levels, *, found: Sequence[Text]) -> Point:
        lower, upper = (LETTERS[int(each[0])] for each in (levels.lower, levels.upper))
        sure = self.form.points[lower] == self.form.points[upper]
        said = Text(en=lower, fr=lower)
        if lower != upper:
            said = (
                Text(en="D / E", fr="D / E")
                if sure
                else Text(**{each: BETWEEN.said(each, lower=lower, upper=upper) for each in LANGUAGES})
            )
        return Point(
            item=system.key,
            label=system.label,
            value="; ".join(text.en for text in found) or None,
            points=self.form.points[lower] if sure else None,
            rule=self._rule(system, lower if lower == upper else "DE" if sure else upper, found=found),
            source=system.source,
            status=system.status,
            said=said,
        )

    def _rule(self, system: System, letter: str, *, found: Sequence[Text]) -> Text:
        rule = self._filled(system.rules[letter])
        if not found:
            return rule
        joined = {each: "; ".join(getattr(text, each) for text in found) for each in LANGUAGES}
        return Text(**{each: BECAUSE.said(each, rule=getattr(rule, each), values=joined[each]) for each in LANGUAGES})

    def _filled(self, rule: Text) -> Text:
        """A rule with the words of the choices made."""
        if "{" not in rule.en + rule.fr:
            return rule
        taken = self.parameters
        words = {known.name: known.text(taken[known.name]) for known in self.form.parameters}
        return Text(**{each: rule.said(each, **words) for each in LANGUAGES})

    def _found(self, system: System, items: Items, *, known: Columns) -> list[Text]:
        """What was recorded for a system and is not plainly absent, and which steps are met, each by its label."""
        labels = {recorded.key: recorded.label for recorded in self.form.recorded}
        coded = {item.key for item in self.form.items if item.coded}
        found = [
            _shown(labels[key], items[key], codes=self.form.codes if key in coded else {})
            for key, home in self.form.system_of.items()
            if home == system.key and not (items.get(key) in (None, False) or (key in coded and not items[key]))
        ]
        steps = [step for step in self.form.steps if step.system == system.key and known[step.key][0] == 1]
        return found + [step.label for step in steps if step.label is not None]

    def _conflicts(self, known: Columns, grades: Mapping[str, Levels]) -> list[str]:
        """The choices under which a grade of this assessment would come out otherwise, with the side taken."""
        taken, found = self.parameters, []
        systems = {system.key: system for system in self.form.systems}
        for parameter in self.form.parameters:
            [other] = [value for value in parameter.values if value != taken[parameter.name]]
            parameters = {**taken, parameter.name: other}
            key = parameter.item or ""
            otherwise = _stepped(self.form.touched_by(parameter.name), known, parameters=parameters)
            there = graded(systems[key].levels, otherwise, parameters=parameters)
            if (grades[key].lower[0], grades[key].upper[0]) != (there.lower[0], there.upper[0]):
                found.append(f"{key}: {parameter.name} = {str(taken[parameter.name]).lower()}")
        return found


def _stepped(steps: Sequence[Step], columns: Columns, *, parameters: Parameters) -> Columns:
    """What was recorded, and these steps of the numeric rules."""
    known = dict(columns)
    for step in steps:
        known[step.key] = step.evidence.truth(known, parameters).column()
    return known


def _shown(label: Text, value: object, *, codes: Mapping[str, Text]) -> Text:
    """One thing recorded: its label, and its code in words, its value, or nothing more than that it is there."""
    if value is True:
        return label
    words = codes.get(written(value))  # 4, or 4.0 from a record
    if words is None:
        return Text(**{each: PLAIN.said(each, label=label, value=written(value)) for each in LANGUAGES})
    return Text(**{each: CODED.said(each, label=label, code=written(value), words=words) for each in LANGUAGES})


def instruments() -> tuple[Bilag, ...]:
    """The index as registered."""
    return (Bilag(form()),)


def truth_of(levels: Levels, at_least: str) -> Truth:
    """Whether a grade is at least a letter, over a batch."""
    rank = LETTERS.index(at_least)
    return Truth(levels.lower >= rank, levels.upper >= rank)
