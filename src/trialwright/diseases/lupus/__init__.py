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

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
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


@final
class _Registered(Mapping[str, Instrument]):
    """Every instrument by name. A data file is read when it may hold the instrument asked for, likely ones first."""

    def __init__(self, files: Mapping[str, Callable[[], Iterable[Instrument]]]) -> None:
        self._files = files
        self._read: dict[str, dict[str, Instrument]] = {}

    def __getitem__(self, name: str) -> Instrument:
        for file in sorted(self._files, key=lambda file: len(file) if name.startswith(file) else 0, reverse=True):
            if name in self._in(file):
                return self._in(file)[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for file in self._files for name in self._in(file))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _in(self, file: str) -> Mapping[str, Instrument]:
        if file not in self._read:
            self._read[file] = {instrument.name: instrument for instrument in self._files[file]()}
        return self._read[file]


@cache
def _registered() -> Mapping[str, Instrument]:
    files: dict[str, Callable[[], Iterable[Instrument]]] = {
        **{name: partial(sledai.family, name) for name in sledai.FILES},
        "bilag-2004": bilag.instruments,
        "egfr": laboratory.instruments,
        **{name: partial(sums, name) for name in SUMS},
        **{name: partial(endpoints, name) for name in ENDPOINTS},
    }
    return _Registered(files)


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
