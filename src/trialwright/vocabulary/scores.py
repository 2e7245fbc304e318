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

    def explained(self, language: Language) -> tuple[str, ...]:
        """Sentences: one for each item that added points or was not assessed, then the total."""
        added = Text(en="{label}: {points:+g} — {rule}", fr="{label} : {points:+g} — {rule}")
        unsure = Text(en="{line} ({status}; {source})", fr="{line} ({status} ; {source})")
        lines = []
        for point in self.points:
            if not point.points:
                continue
            line = added.said(language, label=point.label, points=point.points, rule=point.rule)
            status = STATUS_WORDS[point.status]
            sure = point.status == "confirmed"
            lines.append(line if sure else unsure.said(language, line=line, status=status, source=point.source))
        missing = Text(en="{label}: not assessed", fr="{label} : non évalué")
        lines += [missing.said(language, label=point.label) for point in self.points if point.points is None]
        return (*lines, self._total(language))

    def _total(self, language: Language) -> str:
        if self.value is not None:
            return Text(en="Total: {value:g}", fr="Total : {value:g}").said(language, value=self.value)
        unsure = Text(
            en="Total: cannot be assessed (items not assessed: {count}); between {lower:g} and {upper:g}",
            fr="Total : non évaluable (items non évalués : {count}) ; entre {lower:g} et {upper:g}",
        )
        return unsure.said(language, count=len(self.not_assessed), lower=self.lower, upper=self.upper)


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
