"""Laboratory grades: from that of the baseline to the worst after the first infusion, people counted once per term.

Grades are those that CTCAE 5.0 suggests (``conduct/laboratory``). Terms with a low and a high direction stand apart.
The worst grade is known where no value that could not be graded may exceed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, final

from trialwright.analysis.case import Case
from trialwright.conduct.grading import HIGHEST, GradeRule
from trialwright.conduct.laboratory import BEFORE_INFUSION, Suggestion, suggestions

Worst = int | Literal["not gradable", "no value"]
WORST: tuple[Worst, ...] = (*range(HIGHEST + 1), "not gradable", "no value")


@final
@dataclass(frozen=True, slots=True)
class ShiftRow:
    """People with one baseline grade (None: not known) of one term: how many had each worst grade."""

    term: str
    direction: Literal["low", "high"]
    baseline: int | None
    people: tuple[int, ...]  # in the order of WORST

    @property
    def of(self) -> int:
        """Everybody with this baseline grade."""
        return sum(self.people)


def grade_shifts(case: Case) -> tuple[ShiftRow, ...]:
    """For every term that anything was measured for: a row per baseline grade that occurs, among those infused."""
    mine = {one.usubjid: suggestions(case.study, case.state, usubjid=one.usubjid) for one in case.infused}
    rules: dict[tuple[str, str], GradeRule] = {}
    for every in mine.values():
        for one in every:
            rules.setdefault((one.rule.term, one.rule.direction), one.rule)
    return tuple(row for rule in rules.values() for row in _of_term(case, rule, mine=mine))


def _of_term(case: Case, rule: GradeRule, *, mine: dict[str, tuple[Suggestion, ...]]) -> list[ShiftRow]:
    counts: dict[int | None, list[int]] = {}
    for usubjid, every in mine.items():
        its = [one for one in every if one.rule == rule]
        before = next((one.baseline_grade for one in its), None)
        worst = _worst(case, usubjid, its=its)
        counts.setdefault(before, [0] * len(WORST))[WORST.index(worst)] += 1
    order = sorted(counts, key=lambda grade: HIGHEST + 1 if grade is None else grade)
    return [ShiftRow(rule.term, rule.direction, grade, tuple(counts[grade])) for grade in order]


def _worst(case: Case, usubjid: str, *, its: Sequence[Suggestion]) -> Worst:
    first = case.state.participants[usubjid].infusions[0].event.on
    after = [
        one
        for one in its
        if one.result.on > first or (one.result.on == first and one.result.visit not in BEFORE_INFUSION)
    ]
    after = [one for one in after if one.result.measured.value is not None]
    if not after:
        return "no value"
    lower = max(0 if one.bounds is None else one.bounds.lower for one in after)
    upper = max(HIGHEST if one.bounds is None else one.bounds.upper for one in after)
    return lower if lower == upper else "not gradable"
