"""Systemic lupus erythematosus: activity indices, each scored with the reason for every point.

One instrument is one versioned file in `data/` and one scoring module beside this one. `truth` holds yes, no and not
known; `evidence` the rules that a data file may write; `tables` reads the files; `answers` checks an assessment.
To add an instrument: a data file, a module with `instruments()`, and one more line in `instruments` below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from trialwright.diseases.lupus import bilag, sledai
from trialwright.vocabulary.scores import Instrument
from trialwright.vocabulary.words import Text

__all__ = ["DISEASE", "Lupus"]

TITLE = Text(en="Systemic lupus erythematosus", fr="Lupus érythémateux systémique")


@final
@dataclass(frozen=True, slots=True)
class Lupus:
    """Systemic lupus erythematosus and its instruments."""

    name: str = "lupus"
    title: Text = TITLE

    def instruments(self) -> Mapping[str, Instrument]:
        """Every instrument by the name a protocol gives it."""
        return {instrument.name: instrument for family in (sledai, bilag) for instrument in family.instruments()}


DISEASE = Lupus()
