"""The Naranjo scale: ten questions, a score, a category; and how far the unanswered ones could move it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from trialwright.conduct.aids.answers import check, written
from trialwright.vocabulary.words import Text

ANSWERS = ("yes", "no", "unknown")


@final
@dataclass(frozen=True, slots=True)
class Naranjo:
    """A score with its category, and what it leaves open."""

    score: int
    category: Text
    unanswered: tuple[str, ...]  # items unknown or left out: they count 0
    lowest: int  # the score if every one of them were answered at its lowest
    highest: int


def naranjo(answers: Mapping[str, str]) -> Naranjo:
    """The score of Naranjo's scale from answers by item, “1” to “10”: yes, no or unknown.

    An item that is left out counts as unknown. ParameterError names what cannot be read. Source: Naranjo et al. 1981.

    >>> naranjo({"2": "yes", "5": "no"}).score, naranjo({}).category.en
    (4, 'doubtful')
    """
    items = written("naranjo")["items"]
    check(answers, dict.fromkeys(items, ANSWERS), aid="the Naranjo scale")
    score = sum(items[item]["points"][ANSWERS.index(answer)] for item, answer in answers.items())
    unanswered = tuple(item for item in items if answers.get(item, "unknown") == "unknown")
    return Naranjo(
        score=score,
        category=category(score),
        unanswered=unanswered,
        lowest=score + sum(min(items[item]["points"]) for item in unanswered),
        highest=score + sum(max(items[item]["points"]) for item in unanswered),
    )


def category(score: int) -> Text:
    """The category of a score."""
    categories = written("naranjo")["categories"]
    return Text(**next((one["name"] for one in categories if score >= one["from"]), categories[-1]["name"]))
