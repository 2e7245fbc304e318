"""ASTCT grades of cytokine release syndrome and of neurotoxicity (ICANS), for products that may cause them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

from trialwright.conduct.aids.answers import check, written
from trialwright.vocabulary.errors import Complaints, ParameterError


@final
@dataclass(frozen=True, slots=True)
class Graded:
    """A grade, 0 where the syndrome is absent; None as long as an open answer could change it."""

    grade: int | None
    at_least: int
    unanswered: tuple[str, ...]


def crs(answers: Mapping[str, str], *, treated: bool = False, died: bool = False) -> Graded:
    """The ASTCT grade of cytokine release syndrome from fever, hypotension and hypoxia.

    Fever is asked for, unless the person was ``treated`` with an antipyretic, tocilizumab or steroids. Without either
    there is no syndrome. ParameterError names what cannot be read. Source: Lee et al. 2019, table on CRS.

    >>> crs({"fever": "yes", "hypotension": "one pressor", "hypoxia": "low flow"}).grade
    3
    """
    items = written("astct")["crs"]["items"]
    check(answers, {name: tuple(values) for name, values in items.items()}, aid="the CRS grade")
    if not died and not treated and answers.get("fever") == "no":
        return Graded(0, 0, ())
    graded = _graded(items, answers, died=died)
    if not died and not treated and "fever" not in answers:
        return Graded(None, 0, graded.unanswered)
    return graded


def icans(answers: Mapping[str, str], *, ice: int | None = None, died: bool = False) -> Graded:
    """The ASTCT grade of ICANS: the worst of the ICE score, consciousness, seizure, motor deficit and oedema.

    An ICE score of 0 is grade 3 in a person who can be roused, grade 4 in one who cannot. ParameterError names what
    cannot be read. Source: Lee et al. 2019, table on ICANS.

    >>> everything_else = {"consciousness": "touch", "seizure": "none", "motor_deficit": "no", "oedema": "none"}
    >>> icans(everything_else, ice=0).grade
    3
    """
    data = written("astct")["icans"]
    by_score = data["ice"]
    complaints = Complaints()
    complaints.unless(
        ice is None or 0 <= ice < len(by_score), "ice", ice, f"must lie between 0 and {len(by_score) - 1}"
    )
    complaints.raise_as(ParameterError, "the ICANS grade cannot be answered like this")
    check(answers, {name: tuple(values) for name, values in data["items"].items()}, aid="the ICANS grade")
    items = data["items"] | {"ice": {str(score): grade for score, grade in enumerate(by_score)}}
    return _graded(items, answers if ice is None else {**answers, "ice": str(ice)}, died=died)


def _graded(items: Mapping[str, Any], answers: Mapping[str, str], *, died: bool) -> Graded:
    """The worst of the answers; what is open no longer matters once nothing could be worse."""
    if died:
        return Graded(5, 5, ())
    worst = max((items[name][answer] for name, answer in answers.items()), default=0)
    unanswered = tuple(name for name in items if name not in answers)
    could_be = max((max(items[name].values()) for name in unanswered), default=0)
    return Graded(worst if could_be <= worst else None, worst, unanswered)
