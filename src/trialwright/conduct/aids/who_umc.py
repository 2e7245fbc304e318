"""The WHO-UMC categories: the first whose every criterion holds is suggested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from trialwright.conduct.aids.answers import check, written

RELATED: Mapping[str, bool | None] = {
    one["name"]: one.get("related") for one in written("who-umc")["categories"]
}  # whether a category is a reasonable possibility of a relation; None: it leaves that open


@final
@dataclass(frozen=True, slots=True)
class WhoUmc:
    """A suggestion, or none, and what was not answered."""

    category: str | None
    related: bool | None
    unanswered: tuple[str, ...]


def who_umc(answers: Mapping[str, str]) -> WhoUmc:
    """The WHO-UMC category that answers suggest; none where they fit no category.

    ParameterError names what cannot be read. Source: Uppsala Monitoring Centre, table 2.

    >>> who_umc({"time": "reasonable", "other_causes": "could also explain"}).category
    'possible'
    """
    data = written("who-umc")
    questions = {name: tuple(body["answers"]) for name, body in data["questions"].items()}
    check(answers, questions, aid="the WHO-UMC system")
    fitting = (
        one["name"]
        for one in data["categories"]
        if all(answers.get(question) in wanted for question, wanted in one["needs"].items())
    )
    category = next(fitting, None)
    unanswered = tuple(question for question in questions if question not in answers)
    return WhoUmc(category, RELATED[category] if category else None, unanswered)
