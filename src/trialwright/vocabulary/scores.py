"""Scoring an instrument: three-valued items, a total only when it is certain, and an explanation for every point.

A disease is a folder that offers instruments; nothing outside it knows their names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, final, runtime_checkable

from trialwright.vocabulary.words import Language, Text

Status = Literal["confirmed", "conflict", "unverified"]
STATUS_WORDS: Mapping[str, Text] = {
    "confirmed": Text(en="confirmed", fr="confirmé"),
    "conflict": Text(en="sources disagree", fr="sources discordantes"),
    "unverified": Text(en="unverified", fr="non vérifié"),
}
Items = Mapping[str, bool | float | str | None]


@final
@dataclass(frozen=True, slots=True)
class Point:
    """One line of an explanation: the item, what was recorded, what it added, by which rule and source."""

    item: str
    label: Text
    value: bool | float | str | None  # None: not assessed
    points: float | None  # None: cannot be said because the item was not assessed
    rule: Text
    source: str
    status: Status
    said: Text | None = None  # what was found, where a word says it and points do not: "met", "B"


@final
@dataclass(frozen=True, slots=True)
class Score:
    """The result of one instrument at one assessment.

    ``value`` is None when it cannot be assessed; ``lower`` and ``upper`` then bound what it could be.
    """

    instrument: str
    version: str
    value: float | None
    lower: float
    upper: float
    points: tuple[Point, ...]
    not_assessed: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()  # rules used here on which sources disagree, with the side taken
    parameters: Mapping[str, object] = field(default_factory=dict)
    band: Text | None = None  # how a total is called, where its source names bands
    levels: tuple[Text, ...] = ()  # where values stand for levels: the words for ``lower`` and for ``upper``

    @property
    def level(self) -> Text | None:
        """The result in a word, where values stand for levels and it is certain."""
        return self.levels[0] if self.levels and self.value is not None else None

    @property
    def unverified(self) -> tuple[str, ...]:
        """The items whose rule nobody has yet compared with its source."""
        return tuple(point.item for point in self.points if point.status == "unverified")

    def explained(self, language: Language) -> tuple[str, ...]:
        """Sentences: one for each item that added points or was not assessed, the total, what is unverified."""
        lines = [self._line(point, language) for point in self.points if point.said is not None or point.points]
        missing = Text(en="{label}: not assessed", fr="{label} : non évalué")
        silent = [point for point in self.points if point.points is None and point.said is None]
        lines += [missing.said(language, label=point.label) for point in silent]
        return (*lines, self._total(language), *self._unverified(language))

    def _line(self, point: Point, language: Language) -> str:
        """One item: what was found or added, by which rule; its status and source where they are not settled."""
        found = Text(en="{label}: {said} — {rule}", fr="{label} : {said} — {rule}")
        added = Text(en="{label}: {points:+g} — {rule}", fr="{label} : {points:+g} — {rule}")
        unsure = Text(en="{line} ({status}; {source})", fr="{line} ({status} ; {source})")
        if point.said is not None:
            line = found.said(language, label=point.label, said=point.said, rule=point.rule)
        else:
            line = added.said(language, label=point.label, points=point.points, rule=point.rule)
        if point.status == "confirmed":
            return line
        return unsure.said(language, line=line, status=STATUS_WORDS[point.status], source=point.source)

    def _unverified(self, language: Language) -> tuple[str, ...]:
        labels = [point.label.said(language) for point in self.points if point.status == "unverified"]
        if not labels:
            return ()
        remark = Text(en="Unverified rules were used: {names}", fr="Règles non vérifiées utilisées : {names}")
        return (remark.said(language, names=", ".join(labels)),)

    def _total(self, language: Language) -> str:
        if self.levels:
            return self._level(language)
        if self.value is not None and self.band is not None:
            banded = Text(en="Total: {value:g} ({band})", fr="Total : {value:g} ({band})")
            return banded.said(language, value=self.value, band=self.band)
        if self.value is not None:
            return Text(en="Total: {value:g}", fr="Total : {value:g}").said(language, value=self.value)
        unsure = Text(
            en="Total: cannot be assessed (items not assessed: {count}); between {lower:g} and {upper:g}",
            fr="Total : non évaluable (items non évalués : {count}) ; entre {lower:g} et {upper:g}",
        )
        return unsure.said(language, count=len(self.not_assessed), lower=self.lower, upper=self.upper)

    def _level(self, language: Language) -> str:
        if self.level is not None:
            return Text(en="Result: {level}", fr="Résultat : {level}").said(language, level=self.level)
        unsure = Text(
            en="Result: cannot be assessed; from “{lower}” to “{upper}”",
            fr="Résultat : non évaluable ; de « {lower} » à « {upper} »",
        )
        return unsure.said(language, lower=self.levels[0], upper=self.levels[-1])


@final
@dataclass(frozen=True, slots=True)
class Question:
    """One thing an assessment may carry: how it is answered, and what it is called."""

    key: str
    kind: Literal["yes-no", "number", "count", "code"]
    label: Text
    low: float = 0.0
    high: float = 1.0
    codes: tuple[str, ...] = ()
    remedy: str = ""


@final
@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of an instrument, as a clinician would sign it off."""

    key: str
    label: Text
    rule: Text
    source: str
    status: Status
    note: Text | None = None


@final
@dataclass(frozen=True, slots=True)
class Choice:
    """One choice an instrument leaves open: the side taken, why, and the sides there are with their sources."""

    name: str
    taken: bool | float | str
    because: Text
    status: Status
    options: tuple[tuple[bool | float | str, Text, str], ...]


@runtime_checkable
class Documented(Protocol):
    """An instrument that can be laid out for review: what it asks, its rules, its choices."""

    @property
    def questions(self) -> Sequence[Question]:
        """What it asks, in the order of its data file."""
        ...

    @property
    def rules(self) -> Sequence[Rule]:
        """Every rule with source and status."""
        ...

    @property
    def choices(self) -> Sequence[Choice]:
        """Every choice with the side taken."""
        ...


@runtime_checkable
class Instrument(Protocol):
    """A versioned instrument: its items, and the score of one assessment."""

    @property
    def name(self) -> str:
        """Name in protocols and events."""
        ...

    @property
    def title(self) -> Text:
        """Name for a person."""
        ...

    @property
    def version(self) -> str:
        """Version of the data file behind it."""
        ...

    @property
    def paramcd(self) -> str:
        """ADaM parameter code, at most 8 characters."""
        ...

    @property
    def items(self) -> Sequence[str]:
        """The keys an assessment may carry."""
        ...

    def score(self, items: Items) -> Score:
        """The score of one assessment; unknown keys raise ParameterError."""
        ...


@runtime_checkable
class Disease(Protocol):
    """What a folder of ``diseases/`` offers."""

    @property
    def name(self) -> str:
        """Its name in the protocol."""
        ...

    @property
    def title(self) -> Text:
        """Its name for a person."""
        ...

    def instruments(self) -> Mapping[str, Instrument]:
        """The instruments by name."""
        ...
