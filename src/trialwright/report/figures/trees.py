"""What follows from what, from left to right: a box per step with its sign and words, its result on the line to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from trialwright.report.cells import drawn
from trialwright.report.figures.board import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    LEADING,
    ORANGE,
    PAPER,
    SMALL,
    SOFT,
    VERMILION,
    WIDTH,
    Board,
    text_width,
    wrapped,
)
from trialwright.report.specifications import Kind, TreeFigure, TreeNode
from trialwright.vocabulary.words import Language

ROW, BOX, PAD, ELBOW = 18.0, 14.0, 6.0, 9.0
# A sign and a colour per kind; the sign alone is enough where there is no colour.
LOOKS: dict[Kind, tuple[str, str]] = {
    "start": ("●", BLUE),
    "up": ("▲", GREEN),
    "same": ("=", SOFT),
    "down": ("▼", ORANGE),
    "hold": ("‖", BLUE),
    "end": ("■", VERMILION),
}


@final
@dataclass(frozen=True, slots=True)
class _Placed:
    """A node with its column and its height on the sheet."""

    node: TreeNode
    column: int
    y: float
    then: tuple[_Placed, ...]

    def all(self) -> Iterator[_Placed]:
        yield self
        for following in self.then:
            yield from following.all()


def draw(spec: TreeFigure, language: Language) -> Board:
    """The whole figure."""
    columns = _columns(spec, language)
    board = Board(height=0, width=max(WIDTH, columns[-1][1] + 1.5))
    ends = [*(left for left, _ in columns[1:]), board.width + 6]
    rooms = [end - left - 6 for (left, _), end in zip(columns, ends, strict=True)]
    heads = [wrapped(drawn(head, language), room, size=SMALL) for head, room in zip(spec.heads, rooms, strict=False)]
    top = 8 + SMALL * LEADING * max(map(len, heads), default=0)
    for (left, _), head in zip(columns, heads, strict=False):
        middle = top - 4 - SMALL * LEADING * len(head) / 2
        board.lines((left, middle), head, size=SMALL, color=SOFT)
    root, bottom = _placed(spec.root, column=0, top=top + 4)
    for one in root.all():
        for following in one.then:
            _draw_edge(board, one, following=following, columns=columns, language=language)
    for one in root.all():
        _draw_box(board, one, columns=columns, language=language)
    board.height = _draw_key(board, spec, y=bottom + 12, language=language)
    return board


def _label(node: TreeNode, language: Language) -> str:
    return f"{LOOKS[node.kind][0]} {drawn(node.label, language)}"


def _columns(spec: TreeFigure, language: Language) -> list[tuple[float, float]]:
    """Where the boxes of each column begin and end; what is left over goes to the lines between them."""
    boxes: list[float] = []
    edges: list[float] = []

    def measure(node: TreeNode, column: int) -> None:
        if column == len(boxes):
            boxes.append(0.0)
            edges.append(0.0)
        boxes[column] = max(boxes[column], text_width(_label(node, language), SMALL, is_bold=True) + 2 * PAD)
        edge = drawn(node.edge, language)
        edges[column] = max(edges[column], text_width(edge, SMALL) + 2 * ELBOW + 6 if column else 0.0)
        for following in node.then:
            measure(following, column + 1)

    measure(spec.root, 0)
    slack = max(0.0, WIDTH - sum(boxes) - sum(edges)) / max(1, len(boxes) - 1)
    slack = min(slack, 40.0)
    columns, x = [], 1.0
    for place, (edge, box) in enumerate(zip(edges, boxes, strict=True)):
        x += edge + (slack if place else 0.0)
        columns.append((x, x + box))
        x += box
    return columns


def _placed(node: TreeNode, *, column: int, top: float) -> tuple[_Placed, float]:
    """A node with everything after it, and where the next one may begin."""
    if not node.then:
        return _Placed(node, column, top + ROW / 2, ()), top + ROW
    children = []
    for following in node.then:
        child, top = _placed(following, column=column + 1, top=top)
        children.append(child)
    gap = 4.0 if any(child.then for child in children) else 3.0
    return _Placed(node, column, (children[0].y + children[-1].y) / 2, tuple(children)), top + gap


def _draw_edge(
    board: Board, one: _Placed, *, following: _Placed, columns: list[tuple[float, float]], language: Language
) -> None:
    """Right, up or down, right; the result stands in front of the box it leads to."""
    left, right = columns[one.column][1], columns[following.column][0]
    elbow = left + ELBOW
    look = {"color": SOFT, "linewidth": 0.8}
    board.line((left, one.y), (elbow, one.y), **look)
    board.line((elbow, one.y), (elbow, following.y), **look)
    board.line((elbow, following.y), (right, following.y), **look)
    words = drawn(following.node.edge, language)
    board.text((right - ELBOW / 2 - 2, following.y), words, size=SMALL, anchor="right", is_clear=True)


def _draw_box(board: Board, one: _Placed, *, columns: list[tuple[float, float]], language: Language) -> None:
    left, right = columns[one.column]
    color = LOOKS[one.node.kind][1]
    fill = FAINT if one.node.kind == "end" else PAPER
    board.box((left, one.y - BOX / 2), (right - left, BOX), facecolor=fill, edgecolor=color, linewidth=1.2, zorder=4.6)
    words = _label(one.node, language)
    board.text((left + PAD, one.y), words, size=SMALL, is_bold=one.node.kind != "same", color=INK)


def _draw_key(board: Board, spec: TreeFigure, *, y: float, language: Language) -> float:
    """The signs that occur, with their words; the answer is the height of the sheet."""
    x = 0.0
    for kind, words in spec.kinds:
        said = f"{LOOKS[kind][0]} {drawn(words, language)}"
        width = text_width(said, SMALL) + 14
        if x and x + width > board.width:
            x, y = 0.0, y + SMALL * LEADING * 1.2
        board.text((x, y), said, size=SMALL, color=SOFT)
        x += width
    return y + 10
