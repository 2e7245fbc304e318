"""How wide the columns of a table on a terminal are: numbers stay whole, words too where there is room."""

from __future__ import annotations

from collections.abc import Callable, Sequence

BETWEEN = 2  # letters between two columns


def column_widths(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int], width: int
) -> list[int] | None:
    """The width of every column of a table that is too wide; None where it fits, or where nothing would make it fit.

    ``right``: the columns, from 0, that hold numbers. Their cells are never broken while something else can be: first
    text and heads between words, then heads within a word.
    """
    room = width - BETWEEN * (len(heads) - 1)
    columns = [[row[place] for row in rows] for place in range(len(heads))]
    natural = [max(map(len, [head, *cells])) for head, cells in zip(heads, columns, strict=True)]
    if sum(natural) <= room:
        return None
    kept: list[Callable[[str], int]] = [len if place in right else _longest_word for place in range(len(heads))]
    bodies = [max(map(keep, cells), default=1) for keep, cells in zip(kept, columns, strict=True)]
    with_heads = [max(body, _longest_word(head)) for body, head in zip(bodies, heads, strict=True)]
    least = next((one for one in (with_heads, bodies) if sum(one) <= room), None)
    whole = [max(map(len, [*cells, ""])) for cells in columns]
    for wanted in (with_heads, whole, natural):  # whole words of a head, then whole cells, then whole heads
        least = least and _shared(least, wanted, room=room)
    return least


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=1)


def _shared(least: Sequence[int], wanted: Sequence[int], *, room: int) -> list[int]:
    """What is left of the room: narrow columns get all they would like, the widest ones are cut to one width."""

    def cut(at: int) -> list[int]:
        return [max(low, min(want, at)) for low, want in zip(least, wanted, strict=True)]

    widest = max(at for at in range(max(*wanted, 0) + 1) if sum(cut(at)) <= room)
    widths, fuller = cut(widest), cut(widest + 1)
    for place, width in enumerate(fuller):
        if sum(widths) < room:
            widths[place] = width
    return widths
