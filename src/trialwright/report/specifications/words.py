"""What every figure is made of: words, markers, tones and a value to compare with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, final

from trialwright.vocabulary.words import Language


class _Sayable(Protocol):
    def said(self, language: Language, /) -> str: ...


Words = _Sayable | str
Marker = Literal["dot", "diamond", "square", "triangle", "cross"]
Tone = Literal["neutral", "accent", "warning"]


@final
@dataclass(frozen=True, slots=True)
class ReferenceLine:
    """A value to compare with, such as a target."""

    value: float
    label: Words
