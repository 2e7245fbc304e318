"""What follows from what, from left to right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

from trialwright.report.specifications.words import Words

Kind = Literal["start", "up", "same", "down", "hold", "end"]


@final
@dataclass(frozen=True, slots=True)
class TreeNode:
    """A box of a tree: what it says, what led to it, and what follows; its kind is a sign and a colour."""

    label: Words
    kind: Kind
    edge: Words = ""  # on the way to it
    then: tuple[TreeNode, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class TreeFigure:
    """What follows from what, from left to right; ``kinds`` is the key: a kind and its words."""

    root: TreeNode
    heads: tuple[Words, ...]  # one above each column
    kinds: tuple[tuple[Kind, Words], ...]

    @property
    def is_illustrative(self) -> bool:
        """A tree shows what would follow; nothing in it was observed or invented."""
        return False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return False
