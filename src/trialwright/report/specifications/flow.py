"""How participants go through a trial: boxes from top to bottom, who leaves to the right, then a column a group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from trialwright.report.specifications.words import Words


@final
@dataclass(frozen=True, slots=True)
class FlowBox:
    """A box: its first line stands out, the others say more."""

    head: Words
    lines: tuple[Words, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class FlowStep:
    """A box of the trunk, and the box of those who leave there."""

    box: FlowBox
    aside: FlowBox | None = None


@final
@dataclass(frozen=True, slots=True)
class FlowBranch:
    """One group from top to bottom: the boxes of all groups stand in the same rows."""

    title: Words
    boxes: tuple[FlowBox, ...]


@final
@dataclass(frozen=True, slots=True)
class FlowFigure:
    """The trunk, then a column for every group; ``rows`` names the rows of the columns, at their left."""

    trunk: tuple[FlowStep, ...]
    branches: tuple[FlowBranch, ...]
    rows: tuple[Words, ...]
    illustrative: bool = False

    def __post_init__(self) -> None:
        if any(len(branch.boxes) != len(self.rows) for branch in self.branches):
            raise ValueError("every branch of a flow figure has one box for each row")

    @property
    def is_illustrative(self) -> bool:
        """Whether any of what is drawn was reconstructed or invented."""
        return self.illustrative

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.trunk and not self.branches
