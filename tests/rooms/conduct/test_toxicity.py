"""Which events are dose-limiting, and who has been observed for long enough."""

from __future__ import annotations

import pytest

from trials import on, state_of, study_of
from trialwright.analysis.case import case_of
from trialwright.analysis.disposition import disposition
from trialwright.conduct import advise, everyone, is_dlt
from trialwright.protocol import Study
from trialwright.vocabulary.events import (
    AdverseEventReported,
    DltAdjudicated,
    Event,
    FollowUpEnded,
    InfusionGiven,
    ParticipantEnrolled,
)
from trialwright.vocabulary.seen import NOT_YET


def enrolled(who: str = "P-1", *, day: int = 1, level: int = 1) -> Event:
    return ParticipantEnrolled(usubjid=who, on=on(day), dose_level=level)


def infused(who: str = "P-1", *, day: int = 1, dose: float = 1.0) -> Event:
    return InfusionGiven(usubjid=who, on=on(day), dose_given=dose)


def event(*, day: int, grade: int = 3, related: bool | None = True, who: str = "P-1") -> Event:
    return AdverseEventReported(usubjid=who, ae="AE-1", term="fever", on=on(day), grade=grade, related=related)


def seen(study: Study, *events: Event, day: int):  # type: ignore[no-untyped-def]
    return everyone(study, state_of(study, *events), on=on(day))[0]


class TestNoDoseCouldBeMade:
    def test_the_participant_does_not_count_and_is_replaced_only_where_the_protocol_says_so(self) -> None:
        ended = FollowUpEnded(usubjid="P-1", on=on(9), completed=False, reason="the product did not meet its release")
        cohort = ('name = "complete_cohort"', 'name = "no_skipping"')
        for rules, level in ((cohort, 2), ((*cohort, 'name = "replace_non_evaluable"'), 1)):
            study = study_of(cohort_size=2, rules=rules)
            state = state_of(study, enrolled(), enrolled("P-2"), infused("P-2"), ended)
            lost, counted = everyone(study, state, on=on(30))
            assert (lost.evaluable, lost.settled, counted.settled) == (False, False, True)
            before = state_of(study, enrolled(), enrolled("P-2"), infused("P-2"))
            assert advise(study, before, on=on(8)).levels[0].n_pending == 2
            assert advise(study, state, on=on(30)).dose_level == level
            row = disposition(case_of(study, state, on=on(30)))[0]
            assert (row.enrolled, row.infused, row.evaluable, row.left_early, row.not_infused) == (2, 1, 1, 1, 1)
            assert row.reasons == (("P-1", "the product did not meet its release"),)


class TestDefinition:
    @pytest.mark.parametrize(
        ("day", "grade", "related", "expected"),
        [
            (1, 3, True, True),  # the day of the infusion is day 0 and counts
            (11, 3, True, True),  # day 10, the last day, counts
            (12, 5, True, False),  # day 11 does not
            (5, 2, True, False),
            (5, 4, True, True),
            (5, 3, False, False),
            (5, 3, None, None),  # not judged yet: neither yes nor no
            (5, 2, None, False),  # a certain failure beats what is missing
            (12, 3, None, False),
        ],
    )
    def test_grade_day_and_relation(self, day: int, grade: int, related: bool | None, expected: bool | None) -> None:
        study = study_of()
        state = state_of(study, enrolled(), infused(), event(day=day, grade=grade, related=related))
        assert is_dlt(study, state, known=state.adverse_events["AE-1"]) is expected

    def test_a_protocol_may_count_any_relation(self) -> None:
        study = study_of(relation="any")
        state = state_of(study, enrolled(), infused(), event(day=3, related=False))
        assert is_dlt(study, state, known=state.adverse_events["AE-1"]) is True

    def test_a_person_may_judge_otherwise_and_the_latest_judgement_counts(self) -> None:
        study = study_of()
        no = DltAdjudicated(ae="AE-1", on=on(6), dlt=False, reason="caused by the relapse")
        yes = DltAdjudicated(ae="AE-1", on=on(7), dlt=True, reason="board disagreed")
        state = state_of(study, enrolled(), infused(), event(day=3), no)
        assert is_dlt(study, state, known=state.adverse_events["AE-1"]) is False
        state = state_of(study, enrolled(), infused(), event(day=3), no, yes)
        assert is_dlt(study, state, known=state.adverse_events["AE-1"]) is True


class TestWindow:
    def test_it_is_complete_on_the_day_after_its_last_day(self) -> None:
        study = study_of()
        assert not seen(study, enrolled(), infused(), day=11).complete
        assert seen(study, enrolled(), infused(), day=12).complete

    def test_nobody_is_settled_before_the_infusion(self) -> None:
        one = seen(study_of(), enrolled(), day=200)
        assert not one.settled
        assert one.evaluable
        assert one.window_ends is None

    def test_a_dlt_settles_at_once(self) -> None:
        assert seen(study_of(), enrolled(), infused(), event(day=2), day=2).settled

    def test_an_unjudged_event_keeps_its_participant_unsettled(self) -> None:
        one = seen(study_of(), enrolled(), infused(), event(day=2, related=None), day=100)
        assert not one.settled
        assert one.evaluable

    def test_follow_up_ends_where_judgement_is_awaited(self) -> None:
        """Time-to-event designs count days without a DLT; a day with an unjudged event is not one of them."""
        study = study_of()
        assert seen(study, enrolled(), day=3).follow_up == NOT_YET
        assert [seen(study, enrolled(), infused(), day=day).follow_up for day in (1, 5, 30)] == [0, 4, 29]
        unjudged = event(day=4, related=None)
        assert [seen(study, enrolled(), infused(), unjudged, day=day).follow_up for day in (4, 5, 30)] == [3, 3, 3]
        judged = seen(study, enrolled(), infused(), event(day=4), day=30)
        assert (judged.follow_up, judged.dlt_after) == (29, 3)

    def test_who_leaves_inside_the_window_is_not_evaluable(self) -> None:
        left = FollowUpEnded(usubjid="P-1", on=on(11), completed=False, reason="withdrew")
        assert not seen(study_of(), enrolled(), infused(), left, day=30).evaluable

    def test_who_leaves_after_the_window_is(self) -> None:
        left = FollowUpEnded(usubjid="P-1", on=on(12), completed=False, reason="withdrew")
        assert seen(study_of(), enrolled(), infused(), left, day=30).settled

    def test_a_dlt_counts_even_when_the_participant_left(self) -> None:
        left = FollowUpEnded(usubjid="P-1", on=on(5), completed=False, reason="died")
        one = seen(study_of(), enrolled(), infused(), event(day=3, grade=5), left, day=30)
        assert one.dlt
        assert one.settled


class TestDoseGiven:
    @pytest.mark.parametrize(
        ("given", "level", "within"), [(4.0, 3, True), (3.7, 3, True), (3.5, 3, False), (3.0, 2, False), (2.1, 2, True)]
    )
    def test_the_level_that_counts_is_nearest_to_the_dose_given(self, given: float, level: int, within: bool) -> None:
        one = seen(study_of(), enrolled(level=3), infused(dose=given), day=5)
        assert (one.assigned, one.dose_level, one.within_tolerance) == (3, level, within)
