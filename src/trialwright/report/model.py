"""What a report says, before anyone decides how it looks: an immutable document of sections, tables and figures.

    Document ─ Section ─ Section …
                 └ Paragraph | Bullets | KeyFacts | Callout | Table | Figure

Words are a `Text` (English and French), anything else that can be *said* in a language (a decision's `Reason`), or a
plain `str`: a term that is the same in every language. Free text from a record is a `str`, never a `Text`, because a
`Text` is a template. Figures hold a specification, not a drawing. Nothing here knows HTML, PDF or SVG.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol, final, runtime_checkable

from trialwright.report.specifications import FigureSpec
from trialwright.vocabulary.doses import DoseLevel
from trialwright.vocabulary.words import Language, Text, amount


@runtime_checkable
class Sayable(Protocol):
    """Anything that has a sentence in every language: a `Text`, a `Reason`, a `Filled`."""

    def said(self, language: Language, /) -> str:
        """The sentence in one language."""
        ...


Words = Sayable | str


@final
@dataclass(frozen=True, slots=True)
class Filled:
    """A sentence together with the values of its places."""

    text: Text
    values: Mapping[str, object] = field(default_factory=dict)

    def said(self, language: Language, /) -> str:
        """The sentence in one language, its places filled.

        >>> fill(Text(en="{n} of {of}", fr="{n} sur {of}"), n=0, of=8).said("fr")
        '0 sur 8'
        """
        return self.text.said(language, **self.values)


def fill(text: Text, /, **values: object) -> Filled:
    """A sentence with its places filled, ready to be said in any language."""
    return Filled(text, values)


@final
@dataclass(frozen=True, slots=True)
class Joined:
    """Sentences or words one after another, with a word or a comma between them."""

    parts: tuple[Sayable, ...]
    between: Text | str = ", "

    def said(self, language: Language, /) -> str:
        """All of them in one language."""
        between = self.between if isinstance(self.between, str) else self.between.said(language)
        return between.join(part.said(language) for part in self.parts)


# Values of a cell


@final
@dataclass(frozen=True, slots=True)
class Number:
    """A number shown with a fixed count of decimals; NaN is shown as missing."""

    value: float
    decimals: int = 2


@final
@dataclass(frozen=True, slots=True)
class Share:
    """A proportion between 0 and 1, shown as a percentage."""

    value: float
    decimals: int = 1


@final
@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many, shown as `3 (37.5%)`."""

    n: int
    of: int
    decimals: int = 1


@final
@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval, shown as `0.12 (0.03 to 0.31)` or, as a share, `12.0% (3.1% to 31.0%)`."""

    value: float
    lower: float
    upper: float
    decimals: int = 2
    as_share: bool = False


@final
@dataclass(frozen=True, slots=True)
class Tally:
    """People among so many, with their events, shown as `2 (40.0%) [5]`; nobody of nobody is missing."""

    people: int
    of: int
    events: int


@final
@dataclass(frozen=True, slots=True)
class Amount:
    """A dose amount, written as clinicians write it: a large one with a power of ten."""

    value: float

    def said(self, language: Language, /) -> str:
        """The amount in the reader's language.

        >>> Amount(2e6).said("en"), Amount(3.5e6).said("fr"), Amount(75).said("en")
        ('2 × 10⁶', '3,5 × 10⁶', '75')
        """
        return amount(self.value, language)


@final
@dataclass(frozen=True, slots=True)
class Dose:
    """What a dose level gives, in words: the amount, and infusions where the levels of a trial differ in them."""

    level: DoseLevel
    unit: Text
    infusions: bool = False  # whether to say how many, also where there is one

    def said(self, language: Language, /) -> str:
        """The dose in the reader's language.

        >>> unit = Text(en="cells", fr="cellules")
        >>> Dose(DoseLevel(3, 2e6, 2, 28), unit, infusions=True).said("en")
        '2 × 10⁶ cells, 2 infusions, 28 days apart'
        >>> Dose(DoseLevel(1, 2e6), unit, infusions=True).said("fr")
        '2 × 10⁶ cellules, 1 perfusion'
        """
        amount = f"{Amount(self.level.amount).said(language)} {self.unit.said(language)}"
        if not self.infusions:
            return amount
        count, days = self.level.infusions, self.level.interval_days
        words = ONE_INFUSION if count == 1 else INFUSIONS if days is None else INFUSIONS_APART
        return f"{amount}, {words.said(language, count=count, days=days)}"


ONE_INFUSION = Text(en="1 infusion", fr="1 perfusion")
INFUSIONS = Text(en="{count} infusions", fr="{count} perfusions")
INFUSIONS_APART = Text(en="{count} infusions, {days} days apart", fr="{count} perfusions à {days} jours d'intervalle")


def doses_in_words(levels: tuple[DoseLevel, ...], unit: Text) -> tuple[Dose, ...]:
    """The whole dose set, level 1 first; infusions are named where any level has more than one."""
    several = any(level.infusions > 1 for level in levels)
    return tuple(Dose(level, unit, several) for level in levels)


Value = None | str | int | Sayable | Number | Share | Count | Estimate | Tally | Amount | date


@final
@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a table. Illustrative: reconstructed or invented to show the method, never published."""

    value: Value
    illustrative: bool = False
    emphasis: bool = False
    indent: int = 0  # level of a row label


def row(*values: Value | Cell) -> tuple[Cell, ...]:
    """A row of cells; plain values are wrapped."""
    return tuple(value if isinstance(value, Cell) else Cell(value) for value in values)


# Blocks


@final
@dataclass(frozen=True, slots=True)
class Column:
    """One column: a stable key for machines, a label for people, perhaps a second line and the population's N."""

    key: str
    label: Words
    align: Literal["left", "right", "centre"] = "left"
    sub: Words | None = None
    big_n: int | None = None


@final
@dataclass(frozen=True, slots=True)
class Table:
    """A table; its first column heads the rows. `empty` is what to say when it has no rows."""

    name: str
    title: Words
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Words, ...] = ()
    source: Words | None = None
    empty: Words | None = None
    landscape: bool = False  # a page of its own on its side, where there are pages

    def __post_init__(self) -> None:
        if len({column.key for column in self.columns}) < len(self.columns):
            raise ValueError(f"table {self.name!r}: column keys must differ")
        uneven = [number for number, cells in enumerate(self.rows, 1) if len(cells) != len(self.columns)]
        if uneven:
            raise ValueError(f"table {self.name!r}: row {uneven[0]} must have {len(self.columns)} cells")

    @property
    def has_illustrative_cells(self) -> bool:
        """Whether the footnote on illustrative values is due."""
        return any(cell.illustrative for cells in self.rows for cell in cells)


@final
@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: what to draw, and what to say to a reader who cannot see it."""

    name: str
    title: Words
    alt: Words
    spec: FigureSpec
    notes: tuple[Words, ...] = ()
    source: Words | None = None
    empty: Words | None = None


@final
@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: Words


@final
@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short items."""

    items: tuple[Words, ...]


@final
@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the key facts."""

    label: Words
    value: Cell


@final
@dataclass(frozen=True, slots=True)
class KeyFacts:
    """Labels and values, the synopsis at a glance."""

    rows: tuple[Fact, ...]

    @property
    def has_illustrative_cells(self) -> bool:
        """Whether the footnote on illustrative values is due."""
        return any(fact.value.illustrative for fact in self.rows)


@final
@dataclass(frozen=True, slots=True)
class Callout:
    """A remark that must not be overlooked."""

    kind: Literal["info", "warning", "illustrative"]
    text: Words


Block = Paragraph | Bullets | KeyFacts | Callout | Table | Figure


@final
@dataclass(frozen=True, slots=True)
class Section:
    """A chapter; it may hold sub-sections."""

    id: str
    title: Words
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    empty: Words | None = None


@final
@dataclass(frozen=True, slots=True)
class Provenance:
    """Where every number of the report comes from; printed in the footer and kept in the manifest.

    A document about a protocol alone has no data cut and no ledger, one about somebody else's data no protocol either.
    """

    source: Words
    data_cut: date | None
    software: str
    version: str
    protocol_digest: str
    ledger_position: int | None = None
    ledger_digest: str = ""
    data_digest: str = ""  # of the files that a report on somebody else's data was made from


@final
@dataclass(frozen=True, slots=True)
class Document:
    """A whole report, in every language at once."""

    title: Words
    subtitle: Words
    running_head: Words
    sections: tuple[Section, ...]
    provenance: Provenance
    illustrative_note: Words
