"""Reporting checklists filled from a trial: the items as packaged data, what answers each, and how much is covered.

    data/consort_define.toml, data/spirit_define.toml    items in our own words, with the number of the published list
      → consort.py, spirit.py                            a question in code for each item
        → checklist_section                              the table: item, answer, where, what is missing; coverage

An item whose number within the published list could not be confirmed carries the number of its parent in CONSORT 2010
or SPIRIT 2013 and ``status = "unverified"``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, final

from trialwright.report.model import (
    Block,
    Cell,
    Column,
    Fact,
    Filled,
    Joined,
    KeyFacts,
    Paragraph,
    Sayable,
    Section,
    Table,
    Value,
    Words,
    fill,
)
from trialwright.vocabulary.words import Language, Text, filled

Standing = Literal["there", "partly", "missing", "not applicable"]
STANDINGS: Mapping[Standing, Text] = {
    "there": Text(en="yes", fr="oui"),
    "partly": Text(en="in part", fr="en partie"),
    "missing": Text(en="no", fr="non"),
    "not applicable": Text(en="not applicable", fr="sans objet"),
}
COVERED = Text(
    en="{there} of {of} applicable items ({share:percent0}); in part {partly}, missing {missing}, not applicable "
    "{outside}",
    fr="{there} éléments sur {of} applicables ({share:percent0}) ; en partie {partly}, manquants {missing}, sans objet "
    "{outside}",
)
NOTHING = Text(en="no item applies", fr="aucun élément applicable")
COVERAGE = Text(en="Covered", fr="Couverture")
SOURCE = Text(en="Source", fr="Source")
OWN_WORDS = Text(
    en="Items in our own words; the published list with its wording is in the source. * The place of this item within "
    "the list is not confirmed: the number is that of its parent in {parent}.",
    fr="Éléments formulés par nos soins ; la liste publiée et sa formulation sont dans la source. * La place de cet "
    "élément dans la liste n'est pas confirmée : le numéro est celui de son parent dans {parent}.",
)
JUDGEMENT = Text(
    en="“Yes” says that the record or the protocol file holds it and where it stands; whether it is well said is for a "
    "reader to judge.",
    fr="« Oui » indique que le registre ou le fichier de protocole le contient, et où ; au lecteur de juger si c'est "
    "bien dit.",
)


@final
@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: its number, what it asks for in our words, and what to write where it is missing."""

    id: str
    number: str
    confirmed: bool
    group: Text
    text: Text
    ask: Text

    @property
    def has_parent(self) -> bool:
        """Whether its number is that of an item of the parent list."""
        return self.number[0].isdigit()


@final
@dataclass(frozen=True, slots=True)
class ItemList:
    """A published list of items."""

    name: str
    title: Text
    source: str
    parent: str
    items: tuple[Item, ...]


@final
@dataclass(frozen=True, slots=True)
class Answer:
    """Whether an item is answered, in which sections or places, and what to say of it; None: the item's own words."""

    standing: Standing
    where: tuple[str | Text, ...] = ()
    note: Words | None = None


@final
@dataclass(frozen=True, slots=True)
class Checklist:
    """A list with its answers, item by item."""

    listed: ItemList
    answers: Mapping[str, Answer]

    def count(self, standing: Standing) -> int:
        """How many items stand so."""
        return sum(answer.standing == standing for answer in self.answers.values())

    @property
    def applicable(self) -> int:
        """The items that apply to this trial."""
        return len(self.answers) - self.count("not applicable")

    @property
    def coverage(self) -> float:
        """The share of applicable items that are answered in full; 0 where none applies."""
        return self.count("there") / self.applicable if self.applicable else 0.0


def there(*where: str | Text, note: Words | None = None) -> Answer:
    """Answered in full."""
    return Answer("there", where, note)


def partly(*where: str | Text, note: Words | None = None) -> Answer:
    """Answered, but something is missing."""
    return Answer("partly", where, note)


def missing(note: Words | None = None) -> Answer:
    """Not answered."""
    return Answer("missing", (), note)


def outside(note: Words | None = None) -> Answer:
    """Not applicable to this trial."""
    return Answer("not applicable", (), note)


@cache
def item_list(name: str) -> ItemList:
    """A packaged list: ``consort_define`` or ``spirit_define``."""
    text = files("trialwright.report.documents").joinpath("data", f"{name}.toml").read_text("utf-8")
    body = tomllib.loads(text)
    groups = {key: Text(**said) for key, said in body["groups"].items()}
    items = tuple(
        Item(
            id=one["id"],
            number=one["number"],
            confirmed=one["status"] == "confirmed",
            group=groups[one["group"]],
            text=Text.literally(one["en"], one["fr"]),
            ask=Text.literally(one["ask_en"], one["ask_fr"]),
        )
        for one in body["items"]
    )
    return ItemList(name, Text(**body["title"]), body["source"], body["parent"], items)


def checklist_section(checklist: Checklist, sections: Sequence[Section], *, id: str = "checklist") -> Section:
    """The list as a table; ``sections`` are those of the document, in which answers are looked up."""
    listed = checklist.listed
    places = {one.id: name for one, name in numbered(sections)}
    blocks: list[Block] = [
        KeyFacts((Fact(COVERAGE, Cell(coverage(checklist))), Fact(SOURCE, Cell(listed.source)))),
        Paragraph(JUDGEMENT),
        Table(
            name=listed.name.replace("_", "-"),
            title=listed.title,
            columns=(
                Column("number", Text(en="No.", fr="N°")),
                Column("item", Text(en="Item", fr="Élément")),
                Column("standing", Text(en="Reported", fr="Rapporté")),
                Column("where", Text(en="Where", fr="Où")),
                Column("missing", Text(en="What is missing", fr="Ce qui manque")),
            ),
            rows=tuple(_row(one, checklist.answers[one.id], places=places) for one in listed.items),
            notes=(fill(OWN_WORDS, parent=listed.parent),),
        ),
    ]
    return Section(id, listed.title, tuple(blocks))


def coverage(checklist: Checklist) -> Filled | Text:
    """The coverage in words."""
    if not checklist.applicable:
        return NOTHING
    return fill(
        COVERED,
        there=checklist.count("there"),
        of=checklist.applicable,
        share=checklist.coverage,
        partly=checklist.count("partly"),
        missing=checklist.count("missing"),
        outside=checklist.count("not applicable"),
    )


def _row(item: Item, answer: Answer, *, places: Mapping[str, Sayable]) -> tuple[Cell, ...]:
    note: Value = answer.note
    if note is None and answer.standing in ("partly", "missing"):
        note = item.ask
    where = [_place(one, places) for one in answer.where]
    return (
        Cell(item.number if item.confirmed or not item.has_parent else f"{item.number}*"),
        Cell(filled(IN_GROUP, group=item.group, text=item.text)),
        Cell(STANDINGS[answer.standing], emphasis=answer.standing == "missing"),
        Cell(Joined(tuple(where), "; ") if where else None),
        Cell(note),
    )


def _place(one: str | Text, places: Mapping[str, Sayable]) -> Sayable:
    if isinstance(one, Text):
        return one
    return places[one] if one in places else Text.literally(one, one)


IN_GROUP = Text(en="{group}: {text}", fr="{group} : {text}")


def numbered(sections: Sequence[Section], before: str = "") -> Iterator[tuple[Section, Sayable]]:
    """Every section with its number and title, as they will be printed."""
    for place, section in enumerate(sections, start=1):
        number = f"{before}{place}"
        yield section, _Numbered(number, section.title)
        yield from numbered(section.sections, f"{number}.")


@final
@dataclass(frozen=True, slots=True)
class _Numbered:
    """A section as the contents name it."""

    number: str
    title: Words

    def said(self, language: Language, /) -> str:
        """Number and title."""
        title = self.title if isinstance(self.title, str) else self.title.said(language)
        return f"{self.number} {title}"
