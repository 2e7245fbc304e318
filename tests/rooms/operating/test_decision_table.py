"""A decision table is the design's own advice, state by state, after a course that is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trialwright import designs
from trialwright.operating import Group, Setting, decision_table
from trialwright.testing.designs import instances
from trialwright.testing.states import needs_activity, seen_after
from trialwright.vocabulary.errors import ParameterError, Refused

THREE = Setting(levels=3, start_level=1, cohort_size=3)
CRM = {"target_toxicity_rate": 0.25, "skeleton": [0.08, 0.16, 0.25]}


def letters(name: str, parameters: dict[str, Any], *, level: int, setting: Setting = THREE) -> list[list[str]]:
    """Every row of the table up to six participants: the first letter of the action and the level."""
    table = decision_table(designs.build(name, parameters), setting, dose_level=level, up_to=6)
    return [[f"{one.action[:2]}{one.dose_level}" for one in table.row(n)] for n in range(1, 7)]


class TestThreePlusThree:
    def test_the_table_everybody_knows(self) -> None:
        rows = letters("three_plus_three", {}, level=2)
        assert rows[2] == ["es3", "st2", "st0", "st0"]
        assert rows[5] == ["es3", "es3", "st0", "st0", "st0", "st0", "st0"]

    def test_the_highest_level_ends_the_trial(self) -> None:
        assert letters("three_plus_three", {}, level=3)[2] == ["st0", "st3", "st0", "st0"]

    def test_going_down_fills_the_level_below_which_three_have_passed(self) -> None:
        """Level 1 is assumed to hold a cohort without a DLT, so it is filled up rather than left."""
        assert letters("three_plus_three", {"allow_deescalate": True}, level=2)[2] == ["es3", "st2", "de1", "de1"]


WITH_ACTIVITY = [name for name in designs.available() if needs_activity(instances(name, None)[0][0])]


@pytest.mark.parametrize("name", WITH_ACTIVITY)
def test_a_design_that_looks_at_activity_has_no_table_by_dlts_alone(name: str) -> None:
    for design, levels in instances(name, None):
        with pytest.raises(Refused, match="looks at DLTs alone"):
            decision_table(design, Setting(levels, 1, 3), dose_level=1, up_to=3)


@pytest.mark.parametrize("name", [name for name in designs.available() if name not in WITH_ACTIVITY])
class TestEveryDesign:
    def test_each_place_is_what_the_design_says_of_that_state_alone(self, name: str) -> None:
        for design, levels in instances(name, None):
            setting = Setting(levels=levels, start_level=1, cohort_size=1)
            for level in range(1, levels + 1):
                table = decision_table(design, setting, dose_level=level, up_to=4)
                assert [(one.n, one.n_dlt) for one in table.advised] == [
                    (n, y) for n in range(1, 5) for y in range(n + 1)
                ]
                for one in table.advised:
                    course = [*map(str, table.before), f"{level}{'N' * (one.n - one.n_dlt)}{'T' * one.n_dlt}"]
                    alone = design.propose(seen_after(" ".join(course), levels))
                    if one.action in ("stop", "wait"):
                        assert bool(getattr(alone, one.action)[0])
                        assert one.dose_level == 0
                    else:
                        assert (int(alone.dose_level[0]), bool(alone.stop[0])) == (one.dose_level, False)

    def test_beyond_the_last_column_nothing_changes(self, name: str) -> None:
        for design, levels in instances(name, None):
            table = decision_table(design, Setting(levels, 1, 3), dose_level=1, up_to=6)
            last = table.last_dlt_that_matters
            for n in range(last, 7):
                beyond = {(one.action, one.dose_level) for one in table.row(n)[last:]} if n else set()
                assert len(beyond) <= 1


class TestTheCourseAssumed:
    def test_the_starting_level_assumes_nothing(self) -> None:
        table = decision_table(designs.build("crm", CRM), replace(THREE, start_level=2), dose_level=2, up_to=3)
        assert (table.before, table.reached) == ((), True)

    def test_upwards_as_many_cohorts_as_the_design_wants(self) -> None:
        blocks = designs.build("fixed_blocks", {"levels": [1, 2], "sizes": [6, 3]})
        table = decision_table(blocks, THREE, dose_level=2, up_to=3)
        assert ([str(group) for group in table.before], table.reached) == (["1NNNNNN"], True)
        assert [one.action for one in table.row(2)] == ["stay", "stay", "stay"]

    def test_upwards_where_the_design_never_goes(self) -> None:
        blocks = designs.build("fixed_blocks", {"levels": [1, 2], "sizes": [6, 3]})
        table = decision_table(blocks, THREE, dose_level=3, up_to=3)
        assert ([str(group) for group in table.before], table.reached) == (["1NNNNNN", "2NNN"], False)

    def test_downwards_the_fewest_dlts_that_send_it_there(self) -> None:
        crm = designs.build("crm", CRM)
        table = decision_table(crm, replace(THREE, start_level=2), dose_level=1, up_to=3)
        (group,) = table.before
        assert table.reached
        assert int(crm.propose(seen_after(str(group), 3)).dose_level[0]) == 1
        fewer = f"2{'N' * (4 - group.n_dlt)}{'T' * (group.n_dlt - 1)}"
        assert int(crm.propose(seen_after(fewer, 3)).dose_level[0]) > 1

    def test_downwards_where_the_design_never_goes(self) -> None:
        table = decision_table(
            designs.build("three_plus_three", {}), replace(THREE, start_level=2), dose_level=1, up_to=3
        )
        assert (table.before, table.reached) == ((), False)


def test_everything_that_is_wrong_is_named() -> None:
    with pytest.raises(ParameterError) as caught:
        decision_table(designs.build("crm", CRM), replace(THREE, levels=4), dose_level=5, up_to=0)
    assert [finding.place for finding in caught.value.findings] == ["level", "up to", "skeleton"]


def test_the_batch_counts_everybody_as_settled() -> None:
    seen = THREE.seen_after([[], [*decision_table(designs.build("crm", CRM), THREE, dose_level=3, up_to=1).before]])
    assert np.array_equal(seen.n_pending, np.zeros((2, 3)))
    assert seen.n.sum(axis=1).tolist() == [0, 6]


def test_participants_with_a_dlt_come_last_in_their_group() -> None:
    seen = THREE.seen_after([[Group(1, 2, 1), Group(2, 3, 2)]])
    assert seen.people is not None
    assert seen.people.assigned.tolist() == [[1, 1, 2, 2, 2]]
    assert seen.people.dlt.tolist() == [[False, True, False, True, True]]


@pytest.mark.parametrize("cohort_size", [1, 3])
def test_a_course_down_does_not_pass_below_the_level_of_the_table(cohort_size: int) -> None:
    """One DLT in cohorts of one sends this CRM down by several levels: those in between are then not reached."""
    crm = designs.build("crm", {"target_toxicity_rate": 0.25, "skeleton": [0.05, 0.12, 0.25, 0.4, 0.55]})
    setting = Setting(levels=5, start_level=5, cohort_size=cohort_size)
    for level in range(1, 5):
        table = decision_table(crm, setting, dose_level=level, up_to=1)
        levels = [group.dose_level for group in table.before]
        assert all(level < one for one in levels)
        if table.reached:
            last = crm.propose(seen_after(" ".join(map(str, table.before)), 5))
            assert int(last.dose_level[0]) == level
        else:
            assert table.before == ()
