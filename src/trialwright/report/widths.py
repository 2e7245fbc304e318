"""How wide each column of a printed table is: words stay whole while there is room, long texts share what is left.

The letters are measured by their class (narrow, plain, broad), so that no font has to be opened: the PDF and the Word
file get the same columns. A table too wide for a page lies on its side; one too wide for that gets smaller letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, final

PORTRAIT, LANDSCAPE = 170.0, 257.0  # text width of an A4 page, in mm
SIZES = (9.0, 8.0, 7.0)  # of letters, in points; the smallest only where a table lies on its side already
POINT = 25.4 / 72  # in mm
PADDING = 3.8  # mm between columns
SHORT_CELL = 32  # letters of a cell that takes one line where there is room
WHOLE = 14  # letters of a value that is never broken
LONGEST_WORD = 24.0  # mm; a longer word may be broken at its signs
LINE, MORE = 60.0, 0.3  # mm: a text longer than a line takes this part of what is beyond it
_NARROW, _BROAD = frozenset("iljtfrI.,;:'’|()[]!· \u00a0\u202f"), frozenset("mwMW@%—…≥≤×→½")
BOLD, INDENT = 1.07, 4.0
ZERO_WIDTH_SPACE = "\u200b"
_HEAD_PARTS = re.compile(r"[^ \n]*\([^()\n]{1,22}\)|[^ \n]+")  # of a head: a short bracket stays in one piece
_SEPARATORS = re.compile(r"(?<=[/_.:;,@=+\-])(?=[^\s\d])")


@final
@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a table in mm, the size of its letters in points, and whether it lies on its side."""

    widths: tuple[float, ...]
    size: float
    landscape: bool


def length(words: str, *, size: float) -> float:
    """About how long a line of words is, in mm; on the safe side.

    >>> round(length("MSC-SLE-01", size=9.0), 1)
    19.6
    """
    return sum(map(_letter, words)) * size * POINT


@cache
def _letter(letter: str) -> float:
    """The width of a letter, in parts of its size."""
    if unicodedata.combining(letter) or letter == ZERO_WIDTH_SPACE:
        return 0.0
    plain = unicodedata.normalize("NFD", letter)[0]
    if plain in _NARROW:
        return 0.31
    if plain in _BROAD:
        return 0.88
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    return 0.66 if plain.isupper() else 0.5


def layout_of(
    columns: Sequence[Mapping[str, Any]], rows: Sequence[Sequence[Mapping[str, Any]]], *, wish: bool
) -> Layout:
    """The layout of a table of spoken columns and rows; ``wish`` is whether it shall lie on its side anyway."""
    if not columns:
        return Layout((), SIZES[0], wish)
    needs = {
        size: [_needs(column, [row[place] for row in rows], size=size) for place, column in enumerate(columns)]
        for size in SIZES
    }
    upright = [] if wish else [(size, False) for size in SIZES[:2]]
    for size, landscape in [*upright, *((size, True) for size in SIZES)]:
        room = LANDSCAPE if landscape else PORTRAIT
        if sum(least for least, _ in needs[size]) <= room:
            return Layout(_shared(_eased(columns, needs[size], rows=rows, room=room, size=size), room), size, landscape)
    total = sum(least for least, _ in needs[SIZES[-1]])
    widths = tuple(round(least * LANDSCAPE / total, 2) for least, _ in needs[SIZES[-1]])
    return Layout(widths, SIZES[-1], landscape=True)


def _needs(column: Mapping[str, Any], cells: Sequence[Mapping[str, Any]], *, size: float) -> tuple[float, float]:
    """What a column needs so that its words stay whole, and what it would take at most, both in mm."""
    head = [column["label"], column["sub"], f"({column['big_n']})" if column["big_n"] else ""]
    label = column["label"]
    least = [length(word, size=size) * BOLD for word in _words(" ".join(head))]
    most = [length(label, size=size) * BOLD / min(3, 1 + label.count(" "))]
    for cell in cells:
        bold = BOLD if cell["emphasis"] else 1.0
        text = cell["text"] + ("†" if cell["illustrative"] else "")
        indent = cell["indent"] * INDENT
        parts = [length(text, size=size)] if cell["whole"] else [_least(part, size=size) for part in _words(text)]
        least.append(max(parts) * bold + indent)
        longest = max(length(line, size=size) * bold for line in text.split("\n"))
        most.append(min(longest, LINE + MORE * max(0.0, longest - LINE)) + indent)
    narrow = max(least)
    return narrow + PADDING, max(narrow, *most) + PADDING


def _eased(
    columns: Sequence[Mapping[str, Any]],
    needs: Sequence[tuple[float, float]],
    *,
    rows: Sequence[Sequence[Mapping[str, Any]]],
    room: float,
    size: float,
) -> Sequence[tuple[float, float]]:
    """The needs with short cells in one line and heads in two, or in three, as far as there is room; else as they were.

    What gives way first is the heads' second line, then the short cells'.
    """
    short = [max((_in_one_line(row[place], size=size) for row in rows), default=0.0) for place in range(len(columns))]
    for cells, lines in ((short, 2), (short, 3), ([0.0] * len(columns), 2), ([0.0] * len(columns), 3)):
        heads = [
            max(_head(column["label"], lines, size=size), _head(column["sub"], lines - 1, size=size)) + PADDING
            for column in columns
        ]
        eased = [
            (max(low, head, cell), max(high, head, cell))
            for (low, high), head, cell in zip(needs, heads, cells, strict=True)
        ]
        if sum(low for low, _ in eased) <= room:
            return eased
    return needs


def _in_one_line(cell: Mapping[str, Any], *, size: float) -> float:
    """What a short cell takes in one line; nothing for a long one, or one of several lines."""
    text: str = cell["text"] + ("†" if cell["illustrative"] else "")
    if len(text) > SHORT_CELL or "\n" in text:
        return 0.0
    indent: float = cell["indent"] * INDENT
    return length(text, size=size) * (BOLD if cell["emphasis"] else 1.0) + indent + PADDING


def _head(words: str, lines: int, *, size: float) -> float:
    """The least width in which a head takes so many lines, its short brackets whole."""
    parts = [length(part, size=size) * BOLD for part in _HEAD_PARTS.findall(words)]
    space = length(" ", size=size) * BOLD
    runs = [
        sum(parts[start:end]) + space * (end - start - 1)
        for start in range(len(parts))
        for end in range(start + 1, len(parts) + 1)
    ]
    return min((run for run in runs if _lines(parts, run, space=space) <= lines), default=0.0)


def _lines(parts: Sequence[float], width: float, *, space: float) -> int:
    """How many lines parts of these lengths take in a width; one that is too long counts as many."""
    count, used = 1, -space
    for part in parts:
        if part > width:
            return len(parts) + 1
        if used + space + part > width + 1e-9:
            count, used = count + 1, -space
        used += space + part
    return count


def bound_brackets(label: str, *, width: float, size: float) -> str:
    r"""A head whose short brackets stay in one piece where the column has room for them.

    >>> bound_brackets("level 1 (1 × 10⁶ cells/kg)", width=30.0, size=9.0)
    'level 1 (1\xa0×\xa010⁶\xa0cells/kg)'
    """

    def bound(found: re.Match[str]) -> str:
        fits = length(found[0], size=size) * BOLD <= width
        return found[0].replace(" ", "\u00a0") if fits else found[0]

    return _HEAD_PARTS.sub(bound, label)


def _words(text: str) -> list[str]:
    """The parts between which a line may be broken."""
    return re.findall(r"[^ \n]+", text) or [""]


def _least(word: str, *, size: float) -> float:
    """The room a word needs, or its longest part where it is so long that it may be broken at its signs."""
    whole = length(word, size=size)
    if whole <= LONGEST_WORD:
        return whole
    return min(max(length(part, size=size) for part in _SEPARATORS.split(word)), LONGEST_WORD)


def _shared(needs: Sequence[tuple[float, float]], room: float) -> tuple[float, ...]:
    """The room among the columns: everyone what it needs, then by what each would take, then evenly."""
    least, most = [one for one, _ in needs], [one for _, one in needs]
    if sum(most) <= room:
        spare = room - sum(most)
        first = spare * min(1.0, max(0.4, 1.2 / len(needs)))
        each = (spare - first) / max(1, len(needs) - 1)
        widths = [most[0] + first, *(width + each for width in most[1:])]
    else:
        wanted = sum(most) - sum(least)
        spare = room - sum(least)
        widths = [low + spare * (high - low) / wanted for low, high in needs]
    return tuple(round(width, 2) for width in widths)


def breakable(text: str, *, width: float, size: float) -> str:
    """The text with places where a word too long for its column may be broken; the others are left alone.

    >>> breakable("short a/long/address", width=14.0, size=9.0).split("\u200b")
    ['short a/', 'long/', 'address']
    """
    return " ".join(_broken(word, width=width, size=size) for word in text.split(" "))


def _broken(word: str, *, width: float, size: float) -> str:
    if length(word, size=size) <= width:
        return word
    parts = []
    for part in _SEPARATORS.split(word):
        count = max(1, int(len(part) * width / max(length(part, size=size), 0.01)))
        fits = length(part, size=size) <= width
        parts += [part] if fits else [part[at : at + count] for at in range(0, len(part), count)]
    return ZERO_WIDTH_SPACE.join(parts)
