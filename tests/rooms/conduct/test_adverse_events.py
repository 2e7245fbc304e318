"""The course of an adverse event: grades over time, two judgements of its relation, what is not known yet."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from trials import on, state_of, study_of
from trialwright.conduct.adverse_events import Course, Relation, course, courses, relation_of, steps_of
from trialwright.conduct.known import Known
from trialwright.vocabulary.errors import OutOfOrder
from trialwright.vocabulary.events import (
    AdverseEventCoded,
    AdverseEventFollowed,
    AdverseEventReported,
    CausalityAssessed,
    Event,
    ExpectednessAssessed,
    InfusionGiven,
    ParticipantEnrolled,
    ParticipantScreened,
)

STUDY = study_of()
ENROLLED = ParticipantEnrolled(usubjid="P-1", on=on(1), dose_level=1)
INFUSED = InfusionGiven(usubjid="P-1", on=on(2), dose_given=1.0)
FEVER = AdverseEventReported(usubjid="P-1", ae="AE-1", term="fever", on=on(3), grade=2, related=None)


def followed(day: int, **changes: object) -> AdverseEventFollowed:
    return AdverseEventFollowed(ae="AE-1", on=on(day), **changes)  # type: ignore[arg-type]


def judged(day: int, assessor: str, related: bool | None) -> CausalityAssessed:
    return CausalityAssessed(ae="AE-1", on=on(day), assessor=assessor, related=related)  # type: ignore[arg-type]


def course_of(*events: Event, report: AdverseEventReported = FEVER, day: int | None = None) -> Course:
    state = state_of(STUDY, ENROLLED, INFUSED, report, *events)
    return course(state, state.adverse_events["AE-1"], on=None if day is None else on(day))


class TestGrades:
    def test_present_and_worst_grade_follow_the_course(self) -> None:
        events = (followed(5, grade=4), followed(7, grade=1), followed(9, ended_on=on(9), outcome="recovered"))
        seen = [(one.grade, one.worst) for one in (course_of(*events, day=day) for day in (3, 5, 7, 9))]
        assert seen == [(2, 2), (4, 4), (1, 4), (None, 4)]
        assert course_of(*events).outcome == "recovered"

    def test_an_event_that_has_not_begun_is_not_there(self) -> None:
        state = state_of(STUDY, ENROLLED, INFUSED, FEVER)
        assert [len(courses(state, on=on(day))) for day in (2, 3)] == [0, 1]

    def test_reached_is_at_onset_or_by_a_rise_within_the_days(self) -> None:
        one = course_of(followed(5, grade=4), followed(7, grade=4), followed(9, grade=3), followed(20, grade=4))
        assert [step.on for step in one.reached([(on(3), on(12))])] == [on(3), on(5)]
        assert [step.on for step in one.reached([(on(6), on(12))])] == []
        assert [step.highest for step in one.reached([(on(15), on(25))])] == [4]

    def test_a_follow_up_recorded_late_takes_its_place_by_day(self) -> None:
        one = course_of(followed(9, grade=1), (12, followed(5, grade=4)))  # type: ignore[arg-type]
        assert (one.grade, one.worst) == (1, 4)


class TestAnswersThatMayBeMissing:
    def test_once_serious_always_serious(self) -> None:
        assert course_of().serious is None
        assert course_of(followed(4, serious=False)).serious is False
        worse = (followed(4, serious=True, seriousness=("hospitalisation",)), followed(6, seriousness=("death",)))
        one = course_of(*worse, followed(8, serious=False))
        assert (one.serious, one.seriousness) == (True, ("hospitalisation", "death"))

    @pytest.mark.parametrize("fatal", [{"grade": 5}, {"outcome": "fatal"}, {"seriousness": ("death",)}])
    def test_a_fatal_event_is_serious_whatever_was_said_before(self, fatal: dict[str, object]) -> None:
        mild = replace(FEVER, serious=False)
        assert course_of(report=mild).serious is False
        assert course_of(followed(5, **fatal), report=mild).serious is True

    def test_fatal_or_life_threatening_is_not_known_where_nobody_said_why_it_is_serious(self) -> None:
        assert course_of(report=replace(FEVER, serious=True)).threatens_life is None
        assert course_of(report=replace(FEVER, serious=False)).threatens_life is False
        assert course_of(report=replace(FEVER, serious=True, seriousness=("disability",))).threatens_life is False
        assert course_of(report=replace(FEVER, grade=4, serious=True)).threatens_life is None
        for fatal in ({"grade": 5}, {"outcome": "fatal"}, {"seriousness": ("life-threatening",)}):
            assert course_of(followed(5, **fatal)).threatens_life is True

    def test_expectedness_relapse_meaning_and_coding_come_later(self) -> None:
        assert (course_of().expected, course_of().after_relapse, course_of().coding) == (None, None, None)
        coded = AdverseEventCoded(ae="AE-1", on=on(6), dictionary="D", version="1", pt="Pyrexia", soc="General")
        one = course_of(
            ExpectednessAssessed(ae="AE-1", on=on(5), expected=False, reference="IB 3"),
            followed(5, after_relapse=False, meaningful=True),
            coded,
        )
        assert (one.expected, one.after_relapse, one.meaningful) == (False, False, True)
        assert one.coding is not None
        assert one.coding.event == coded

    def test_own_words_count_as_the_term_where_they_are_one(self) -> None:
        assert course_of().ctcae_term == "Fever"
        assert course_of(report=replace(FEVER, term="feeling hot")).ctcae_term == ""
        late = course_of(followed(5, ctcae_term="hot flashes"), report=replace(FEVER, term="feeling hot"))
        assert late.ctcae_term == "Hot flashes"


class TestRelation:
    @pytest.mark.parametrize(
        ("investigator", "sponsor", "counts", "downgraded"),
        [
            (True, None, True, False),
            (True, False, True, True),  # a lower opinion of the sponsor is kept and changes nothing
            (True, True, True, False),
            (False, None, False, False),
            (False, True, True, False),  # the sponsor may raise it
            (False, False, False, False),
            (None, None, None, False),
            (None, False, None, True),
            (None, True, True, False),
        ],
    )
    def test_the_more_conservative_judgement_counts(
        self, investigator: bool | None, sponsor: bool | None, counts: bool | None, downgraded: bool
    ) -> None:
        relation = course_of(judged(4, "investigator", investigator), judged(5, "sponsor", sponsor)).relation
        assert (relation.counts, relation.downgraded) == (counts, downgraded)

    def test_the_last_judgement_of_each_stands(self) -> None:
        one = course_of(judged(4, "investigator", True), judged(5, "sponsor", False), judged(6, "investigator", False))
        assert one.relation == Relation(investigator=False, sponsor=False)
        assert course_of(judged(4, "investigator", True), judged(6, "investigator", False), day=5).relation.counts


class TestBeforeTheInfusion:
    def test_an_event_counts_from_consent_for_who_was_screened(self) -> None:
        screened = ParticipantScreened(usubjid="P-2", on=on(1), consented_on=on(1))
        early = replace(FEVER, usubjid="P-2", infusion_number=None)
        state = state_of(STUDY, screened, early)
        assert state.adverse_events["AE-1"].event == early
        with pytest.raises(OutOfOrder, match="preexisting"):
            state_of(STUDY, screened, (3, replace(early, on=on(0))))
        state_of(STUDY, screened, (3, replace(early, on=on(-30), preexisting=True)))


def entries(*events: Event) -> list[Known]:  # type: ignore[type-arg]
    return [Known(event, position, on(30)) for position, event in enumerate(events, start=1)]


DAYS = st.integers(3, 12)
FOLLOW_UPS = st.lists(st.tuples(DAYS, st.integers(1, 5)), max_size=6)
ANSWERS = st.sampled_from([True, False, None])


class TestWhateverIsRecorded:
    @given(FOLLOW_UPS, st.tuples(DAYS, st.integers(1, 5)))
    def test_the_worst_grade_never_falls_with_more_follow_ups(
        self, some: list[tuple[int, int]], more: tuple[int, int]
    ) -> None:
        report, *rest = entries(FEVER, *(followed(day, grade=grade) for day, grade in (*some, more)))
        fewer, all_of_them = (
            max(step.highest for step in steps_of(report, sorted(taken, key=lambda one: one.event.on)))
            for taken in (rest[:-1], rest)
        )
        assert all_of_them >= fewer

    @given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.integers(1, 5))
    def test_the_order_of_one_days_entries_changes_nothing_that_counts(self, grades: list[int], later: int) -> None:
        seen = set()
        for order in itertools.permutations(grades):
            events = entries(FEVER, *(followed(5, grade=grade) for grade in order), followed(9, grade=later))
            steps = steps_of(events[0], events[1:])
            seen.add(tuple((step.on, step.highest, step.lowest, step.risen) for step in steps))
        assert len(seen) == 1

    @given(ANSWERS, st.lists(st.tuples(st.sampled_from(["investigator", "sponsor"]), ANSWERS), max_size=5))
    def test_an_opinion_of_the_sponsor_never_lowers_the_relation_that_counts(
        self, first: bool | None, said: list[tuple[str, bool | None]]
    ) -> None:
        order = {False: 0, None: 1, True: 2}
        report = replace(FEVER, related=first)
        events = [judged(day, who, answer) for day, (who, answer) in enumerate(said, start=4)]
        alone = relation_of(report, entries(*(one for one in events if one.assessor == "investigator")))
        both = relation_of(report, entries(*events))
        assert order[both.counts] >= order[alone.counts]
