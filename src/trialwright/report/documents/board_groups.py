"""How the groups of a board's report are called: the arms of a closed one, everybody together in an open one."""

from __future__ import annotations

from trialwright.analysis import Case
from trialwright.analysis.arms import Group
from trialwright.report.model import Column
from trialwright.vocabulary.words import Text

ALL = Text(en="Everybody together", fr="Ensemble")


def arm_title(case: Case, arm: str) -> Text:
    """An arm in words; everybody where it has no name."""
    section = case.study.randomisation
    return section.arm(arm).title if arm and section else ALL


def group_columns(case: Case, groups: tuple[Group, ...], *, sizes: tuple[int, ...]) -> tuple[Column, ...]:
    """A column for each group, with the number of people it speaks of."""
    return tuple(
        Column(group.arm.replace(" ", "_") or "all", arm_title(case, group.arm), "right", big_n=size)
        for group, size in zip(groups, sizes, strict=True)
    )


def named(name: str, groups: tuple[Group, ...]) -> str:
    """The name of a table or figure, and of its file: by arm it says so."""
    return f"unblinded-{name}" if groups[0].arm else name
