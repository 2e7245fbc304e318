"""Diseases: what is measured in a participant, and how it becomes a score.

Lives here: one folder per disease; inside it, one versioned data file and one scoring function per instrument.
May import: the vocabulary only. One disease never imports another. To add one: a folder whose `__init__.py` offers
`DISEASE` (see `Disease` in the vocabulary); its folder name is its name in the protocol. Another package adds one
through an entry point of the group `trialwright.diseases`. `trialwright.testing.diseases.check_disease` tests it.
"""

from __future__ import annotations

from trialwright.vocabulary.disease_course import Appearance
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.registry import Registry
from trialwright.vocabulary.scores import Disease
from trialwright.vocabulary.words import Text

__all__ = ["appearance", "available", "disease", "is_known", "sentence"]

NO_COURSE = Text(
    en="Trials of {disease} cannot be simulated: it does not say how its course appears at visits (APPEARANCE).",
    fr="Les essais de {disease} ne peuvent pas être simulés : il manque l'apparence de son évolution aux visites "
    "(APPEARANCE).",
)

_REGISTRY = Registry(package=__name__, attribute="DISEASE")


def available() -> tuple[str, ...]:
    """The names of all diseases a protocol may speak of, in alphabetical order."""
    return _REGISTRY.available()


def is_known(name: str) -> bool:
    """Whether a protocol may speak of a disease of this name."""
    return _REGISTRY.knows(name)


def disease(name: str) -> Disease:
    """One disease with its instruments; NotFound with the nearest name when there is none."""
    found: Disease = getattr(_REGISTRY.module(name), _REGISTRY.attribute)
    return found


def appearance(name: str) -> Appearance:
    """How a disease shows its course at the visits of a simulated trial; Refused where it does not say."""
    found: Appearance | None = getattr(_REGISTRY.module(name), "APPEARANCE", None)
    if found is None:
        raise Refused(NO_COURSE, {"disease": name})
    return found


def sentence(name: str) -> str:
    """What a disease offers, in one line for a list."""
    return _REGISTRY.sentence(name)
