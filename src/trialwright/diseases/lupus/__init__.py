"""Systemic lupus erythematosus: indices, endpoints and classification, each scored with the reason for every point.

One instrument is one versioned file in `data/`, read and scored by the engine of its kind: `sledai` (weighted items),
`bilag` (systems graded from items), `sums` (whatever adds up), `endpoints` (levels by criteria). Below them: `truth`
holds yes, no and not known; `evidence` the rules a data file may write; `tables`, `listings`, `sheets` and `bilag_form`
read the files; `answers` checks an assessment; `choices` what is left open. Beside them: `damage`, `glucocorticoids`,
`laboratory`, `course` (spells and times between visits), `intercurrent` (estimand strategies), `composed` (endpoints
from visits), `simulated` (what a visit of a simulated trial shows, and its endpoints). To add an endpoint or a sum:
a data file and its name in the list below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import final

from trialwright.diseases.lupus import bilag, laboratory, sledai
from trialwright.diseases.lupus.endpoints import endpoints
from trialwright.diseases.lupus.simulated import APPEARANCE
from trialwright.diseases.lupus.sums import sums
from trialwright.vocabulary.scores import Instrument
from trialwright.vocabulary.words import Text

__all__ = ["APPEARANCE", "DISEASE", "Lupus"]

TITLE = Text(en="Systemic lupus erythematosus", fr="Lupus érythémateux systémique")
SUMS = (
    "pga",
    "bilag-2004-letters",
    "bilag-classic-letters",
    "sle-das",
    "sdi",
    "clasi-activity",
    "joints-28",
    "oral-glucocorticoid",
    "eular-acr-2019-points",
)
ENDPOINTS = (
    "sfi",
    "bilag-flare",
    "tulip-flare",
    "sle-das-flare",
    "sri",
    "bicla",
    "lldas",
    "doris-2021",
    "mcr-pcr",
    "renal-crr-bliss-ln",
    "renal-perr-bliss-ln",
    "renal-response-nct03917797",
    "renal-response-eular-2025",
    "renal-complete-eular-2019",
    "renal-complete-lunar",
    "renal-complete-allure",
    "renal-complete-access",
    "renal-complete-aurora",
    "clasi-50",
    "steroid-sparing",
    "eular-acr-2019",
    "slicc-2012",
    "acr-1997",
)


@cache
def _registered() -> Mapping[str, Instrument]:
    every: list[Instrument] = [*sledai.instruments(), *bilag.instruments(), *laboratory.instruments()]
    every += [each for name in SUMS for each in sums(name)]
    every += [each for name in ENDPOINTS for each in endpoints(name)]
    return MappingProxyType({instrument.name: instrument for instrument in every})


@final
@dataclass(frozen=True, slots=True)
class Lupus:
    """Systemic lupus erythematosus and its instruments."""

    name: str = "lupus"
    title: Text = TITLE

    def instruments(self) -> Mapping[str, Instrument]:
        """Every instrument by the name a protocol gives it."""
        return _registered()


DISEASE = Lupus()
