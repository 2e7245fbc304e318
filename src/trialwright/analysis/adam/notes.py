"""What a reader of the results has to know: values that were changed on reading, and people or rows left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from trialwright.vocabulary.words import Language, Text


@final
@dataclass(frozen=True, slots=True)
class Coercion:
    """Values of one column that were changed on reading, and how."""

    dataset: str
    column: str
    count: int
    what: Text


@final
@dataclass(frozen=True, slots=True)
class Note:
    """One thing that a reader has to know about a data set or an analysis, with its numbers."""

    about: str  # the data set or the analysis
    text: Text
    values: Mapping[str, object] = field(default_factory=dict)

    def said(self, language: Language, /) -> str:
        """The sentence in one language."""
        return self.text.said(language, **self.values)


@final
@dataclass(frozen=True, slots=True)
class FileRead:
    """One file of the package: which data set it is, how many rows and columns were read, and its digest."""

    dataset: str
    file: str
    rows: int
    columns: int
    sha256: str
