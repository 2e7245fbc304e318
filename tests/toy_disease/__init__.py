"""The common cold: a second disease, so that nothing in the house leans on the first one.

Its one instrument has a yes-or-no item, a graded one, and one on which invented sources disagree.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.scores import Instrument, Items, Point, Score, Status
from trialwright.vocabulary.words import Text

Answer = bool | float | str


@final
@dataclass(frozen=True, slots=True)
class Item:
    label: Text
    rule: Text
    points: Mapping[Answer, float]  # absent first, worst last
    status: Status = "confirmed"


ITEMS = {
    "runny_nose": Item(
        label=Text(en="Runny nose", fr="Nez qui coule"),
        rule=Text(en="any discharge today", fr="tout écoulement ce jour"),
        points={False: 0, True: 2},
    ),
    "sneezing": Item(
        label=Text(en="Sneezing", fr="Éternuements"),
        rule=Text(en="none 0, some 1, many 3", fr="aucun 0, quelques-uns 1, nombreux 3"),
        points={"none": 0, "some": 1, "many": 3},
    ),
    "hoarse": Item(
        label=Text(en="Hoarseness", fr="Enrouement"),
        rule=Text(en="heard by the examiner", fr="perçu par l'examinateur"),
        points={False: 0, True: 1},
        status="conflict",
    ),
}


@final
@dataclass(frozen=True, slots=True)
class ColdScore:
    name: str = "cold-3"
    version: str = "1.0"
    paramcd: str = "COLD3"

    @property
    def title(self) -> Text:
        return Text(en="Cold score", fr="Score du rhume")

    @property
    def items(self) -> Sequence[str]:
        return tuple(ITEMS)

    @property
    def scale(self) -> Mapping[str, Sequence[Answer]]:
        return {key: tuple(item.points) for key, item in ITEMS.items()}

    def score(self, items: Items) -> Score:
        complaints = Complaints()
        for key in [key for key in items if key not in ITEMS]:
            near = difflib.get_close_matches(key, ITEMS, n=1)
            remedy = f"Did you mean {near[0]}?" if near else "Remove it"
            complaints.unless(False, key, items[key], "is not an item", remedy)
        complaints.raise_as(ParameterError, "this cold cannot be scored")
        points = tuple(_point(key, items.get(key)) for key in ITEMS)
        missing = tuple(point.item for point in points if point.points is None)
        lower = sum(point.points or 0 for point in points)
        return Score(
            instrument=self.name,
            version=self.version,
            value=None if missing else lower,
            lower=lower,
            upper=lower + sum(max(ITEMS[key].points.values()) for key in missing),
            points=points,
            not_assessed=missing,
            conflicts=("hoarse: heard by the examiner",) if items.get("hoarse") is not None else (),
        )


def _point(key: str, value: bool | float | str | None) -> Point:
    item = ITEMS[key]
    points = None if value is None else item.points[value]
    return Point(key, item.label, value, points, rule=item.rule, source="made up", status=item.status)


@final
@dataclass(frozen=True, slots=True)
class Cold:
    name: str = "cold"

    @property
    def title(self) -> Text:
        return Text(en="Common cold", fr="Rhume")

    def instruments(self) -> Mapping[str, Instrument]:
        return {"cold-3": ColdScore()}


DISEASE = Cold()
