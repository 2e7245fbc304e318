"""Every clock on one page: reports owed and sent, windows, intervals, bags, visits, retention."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from trials import on, protocol_text, state_of
from trialwright.conduct.clocks import Reporting, clocks_page
from trialwright.conduct.clocks.product import years_after
from trialwright.protocol import Study, parse_protocol
from trialwright.protocol.safety import profiles
from trialwright.vocabulary.errors import ProtocolError
from trialwright.vocabulary.events import (
    AdverseEventFollowed,
    AdverseEventReported,
    BagFilled,
    BatchMade,
    CausalityAssessed,
    DonationRegistered,
    Event,
    ExpectednessAssessed,
    InfusionGiven,
    ParticipantEnrolled,
    SafetyReportSent,
    StorageRecorded,
    VisitHeld,
)

ENROLLED = ParticipantEnrolled(usubjid="P-1", on=on(1), dose_level=1)
INFUSED = InfusionGiven(usubjid="P-1", on=on(2), dose_given=1.0, bags=("BAG-1",), batch="B-1")
SUSAR = AdverseEventReported(
    usubjid="P-1",
    ae="AE-1",
    term="fever",
    on=on(4),
    grade=3,
    related=True,
    serious=True,
    seriousness=("hospitalisation",),
    expected=False,
    aware_on=on(5),
    sponsor_aware_on=on(6),
)
FATAL = replace(SUSAR, grade=5, seriousness=("death",), outcome="fatal")


def study_with(text: str, **settings: object) -> Study:
    return parse_protocol((protocol_text(**settings) + text).encode())  # type: ignore[arg-type]


def study_of_profile(*names: str) -> Study:
    return study_with(f"\n[safety]\nprofiles = {list(names)}\n")


EU, FRANCE = study_of_profile("eu-536-2014"), study_of_profile("fr-r1123-54")


def owed(study: Study, *events: Event, day: int = 7) -> dict[str, Reporting]:
    page = clocks_page(study, state_of(study, ENROLLED, INFUSED, *events), on=on(day))
    return {one.clock.name: one for one in page.reports}


def sent(day: int, clock: str, *, complete: bool = False) -> SafetyReportSent:
    return SafetyReportSent(ae="AE-1", on=on(day), clock=clock, complete=complete)


def followed(day: int, **changes: object) -> AdverseEventFollowed:
    return AdverseEventFollowed(ae="AE-1", on=on(day), **changes)  # type: ignore[arg-type]


def judged(day: int, related: bool | None, *, by: str = "investigator", aware: int | None = None) -> CausalityAssessed:
    return CausalityAssessed(
        ae="AE-1",
        on=on(day),
        assessor=by,  # type: ignore[arg-type]
        related=related,
        sponsor_aware_on=None if aware is None else on(aware),
    )


ANSWERS = st.sampled_from([True, False, None])


class TestProfiles:
    def test_every_clock_has_a_source_and_says_how_sure_that_is(self) -> None:
        every = [clock for profile in profiles().values() for clock in profile.clocks]
        assert len({clock.name for clock in every}) == len(every) == 7
        assert all(clock.source and clock.status for clock in every)
        assert all(other in {one.name for one in every} for clock in every for other in clock.also_answered_by)

    @pytest.mark.parametrize(
        ("profile", "report", "due"),
        [
            ("eu-536-2014", FATAL, {"eu-fatal": 13}),
            ("eu-536-2014", SUSAR, {"eu-other": 21}),
            ("fr-r1123-54", FATAL, {"fr-fatal": 6}),  # without delay
            ("fr-r1123-54", SUSAR, {"fr-other": 21}),
            ("us-ind", FATAL, {"us-fatal": 13, "us-serious": 21}),
            ("us-ind", SUSAR, {"us-serious": 21}),
            ("investigator-24h", SUSAR, {"investigator-to-sponsor": 6}),
        ],
    )
    def test_the_last_day_of_every_packaged_clock(
        self, profile: str, report: AdverseEventReported, due: dict[str, int]
    ) -> None:
        found = owed(study_of_profile(profile), report)
        assert {name: one.due for name, one in found.items()} == {name: on(day) for name, day in due.items()}

    def test_what_a_protocol_names_must_be_there_and_be_unique(self) -> None:
        with pytest.raises(ProtocolError) as error:
            study_with(
                '\n[safety]\nprofiles = ["eu-536-2014", "mars"]\n[[clocks]]\nname = "eu-fatal"\n'
                'title = { en = "x", fr = "x" }\ndays = 1\nsource = "x"\nstatus = "choice"\nalso_answered_by = ["no"]\n'
            )
        assert "3 findings" in str(error.value)

    def test_a_protocol_may_write_its_own(self) -> None:
        study = study_with(
            '\n[[clocks]]\nname = "board"\ntitle = { en = "To the board", fr = "Au comité" }\nserious = false\n'
            'related = false\nunexpected = false\ndays = 3\nsource = "protocol 8.2"\nstatus = "choice"\n'
        )
        found = owed(study, replace(SUSAR, serious=False, seriousness=(), related=False))
        assert found["board"].due == on(9)


class TestReports:
    def test_a_report_is_running_then_overdue_then_answered_late(self) -> None:
        seen = [owed(EU, SUSAR, day=day)["eu-other"] for day in (7, 21, 22)]
        assert [(one.standing, one.days_left) for one in seen] == [("running", 14), ("running", 0), ("overdue", -1)]
        assert owed(EU, SUSAR, sent(20, "eu-other"), day=30)["eu-other"].standing == "answered"
        assert owed(EU, SUSAR, sent(22, "eu-other"), day=30)["eu-other"].standing == "answered late"

    def test_without_a_recorded_awareness_the_last_day_is_not_known(self) -> None:
        one = owed(EU, replace(SUSAR, sponsor_aware_on=None))["eu-other"]
        assert (one.day_0, one.due, one.standing, one.is_open) == (None, None, "day 0 not known", True)

    @pytest.mark.parametrize(
        "changes", [{"serious": False, "seriousness": ()}, {"related": False}, {"expected": True}], ids=str
    )
    def test_what_certainly_lacks_a_condition_starts_no_clock(self, changes: dict[str, object]) -> None:
        assert owed(EU, replace(SUSAR, **changes)) == {}  # type: ignore[arg-type]

    def test_what_nobody_has_judged_counts_as_it_may_be_from_the_awareness_of_the_event(self) -> None:
        unjudged = replace(SUSAR, related=None, expected=None)
        assert owed(EU, unjudged)["eu-other"].waits_for == ("relation", "expectedness")
        late = (judged(19, True, aware=19), ExpectednessAssessed(ae="AE-1", on=on(20), expected=False, reference="IB"))
        one = owed(EU, unjudged, *late, day=22)["eu-other"]
        assert (one.waits_for, one.day_0, one.standing) == ((), on(6), "overdue")

    def test_a_judgement_that_takes_a_condition_away_in_time_ends_the_clock_and_too_late_it_does_not(self) -> None:
        unjudged = replace(SUSAR, related=None)
        assert owed(EU, unjudged, judged(21, False), day=25) == {}
        assert owed(EU, unjudged, judged(22, False), day=25)["eu-other"].standing == "overdue"

    def test_the_sponsor_cannot_end_a_clock_by_its_own_opinion(self) -> None:
        assert owed(EU, SUSAR, judged(7, False, by="sponsor"), day=8)["eu-other"].standing == "running"

    @settings(max_examples=60, deadline=None)
    @given(
        st.sampled_from([True, False, None]),
        st.lists(
            st.tuples(st.sampled_from(["investigator", "sponsor"]), st.sampled_from([True, False, None])), max_size=4
        ),
    )
    def test_no_denial_by_the_sponsor_takes_a_report_away_or_puts_it_off(
        self, first: bool | None, said: list[tuple[str, bool | None]]
    ) -> None:
        report = replace(SUSAR, related=first)
        told = [judged(day, answer, by=by, aware=day) for day, (by, answer) in enumerate(said, start=7)]
        kept = [one for one in told if one.assessor == "investigator" or one.related is not False]
        without, with_denials = (owed(EU, report, *events, day=25) for events in (kept, told))
        raised = any(one.assessor == "sponsor" and one.related for one in told)
        if not raised:  # a sponsor may take back what only the sponsor said
            assert {name: one.due for name, one in without.items()} == {
                name: one.due for name, one in with_denials.items()
            }

    def test_a_relation_found_later_starts_the_clock_when_the_sponsor_learns_of_it(self) -> None:
        one = owed(EU, replace(SUSAR, related=False), judged(12, True, aware=14), day=15)["eu-other"]
        assert (one.started, one.day_0, one.due) == (on(12), on(14), on(29))
        assert owed(EU, replace(SUSAR, related=False), judged(12, True, by="sponsor"), day=15)["eu-other"].day_0 == on(
            12
        )

    def test_an_event_that_turns_fatal_restarts_as_seven_days_from_the_new_knowledge(self) -> None:
        died = followed(10, grade=5, seriousness=("death",), outcome="fatal", sponsor_aware_on=on(11))
        found = owed(EU, SUSAR, died, day=12)
        assert {name: one.due for name, one in found.items()} == {"eu-fatal": on(18), "eu-other": on(21)}
        told = owed(EU, SUSAR, died, sent(15, "eu-fatal"), day=16)
        assert {name: one.standing for name, one in told.items()} == {"eu-fatal": "answered", "eu-other": "answered"}
        before = owed(EU, SUSAR, (9, sent(8, "eu-other")), died, day=16)  # type: ignore[arg-type]
        assert (before["eu-other"].standing, before["eu-fatal"].standing) == ("answered", "running")

    def test_a_death_starts_the_clock_of_an_event_that_was_not_serious_before(self) -> None:
        mild = replace(SUSAR, serious=False, seriousness=())
        died = followed(10, grade=5, sponsor_aware_on=on(11))
        found = owed(EU, mild, died, day=12)
        assert {name: one.due for name, one in found.items()} == {"eu-fatal": on(18)}

    def test_what_completes_a_report_has_its_own_last_day(self) -> None:
        assert owed(EU, FATAL)["eu-fatal"].follow_up_due == on(6 + 7 + 8)
        early = owed(EU, FATAL, sent(8, "eu-fatal"), day=9)["eu-fatal"]
        assert (early.follow_up_due, early.is_open, early.days_left) == (on(16), True, 7)
        late = owed(EU, FATAL, sent(20, "eu-fatal"), day=20)["eu-fatal"]
        assert late.follow_up_due == on(21)  # a late report does not buy time
        assert owed(FRANCE, FATAL)["fr-fatal"].follow_up_due == on(14)
        assert owed(FRANCE, SUSAR)["fr-other"].follow_up_due == on(6 + 15 + 8)
        done = owed(EU, FATAL, sent(8, "eu-fatal"), sent(10, "eu-fatal"), day=11)["eu-fatal"]
        assert (done.follow_up, done.is_open) == (on(10), False)
        assert not owed(EU, FATAL, sent(8, "eu-fatal", complete=True), day=11)["eu-fatal"].is_open

    def test_the_sponsors_awareness_answers_the_investigators_clock(self) -> None:
        study = study_of_profile("investigator-24h")
        assert owed(study, SUSAR)["investigator-to-sponsor"].standing == "answered"
        late = replace(SUSAR, sponsor_aware_on=on(7))
        assert owed(study, late)["investigator-to-sponsor"].standing == "answered late"
        mild = replace(SUSAR, serious=False, seriousness=(), sponsor_aware_on=None)
        worse = followed(9, serious=True, seriousness=("hospitalisation",), sponsor_aware_on=on(10))
        turned = owed(study, mild, worse, day=12)["investigator-to-sponsor"]
        assert (turned.due, turned.standing) == (on(10), "answered")
        silent = replace(SUSAR, sponsor_aware_on=None)
        assert owed(study, silent)["investigator-to-sponsor"].standing == "overdue"

    def test_the_most_pressing_comes_first(self) -> None:
        unknown = replace(SUSAR, ae="AE-2", sponsor_aware_on=None)
        quick = replace(FATAL, ae="AE-3")
        page = clocks_page(EU, state_of(EU, ENROLLED, INFUSED, SUSAR, unknown, quick), on=on(7))
        assert [one.ae for one in page.reports] == ["AE-2", "AE-3", "AE-1"]


class TestOtherClocks:
    def test_windows_of_everybody(self) -> None:
        waiting = replace(SUSAR, related=None)
        for day, events, standing, left in (
            (7, (), "open", 5),
            (12, (), "open", 0),
            (13, (), "passed", None),
            (7, (SUSAR,), "dlt", 5),
            (13, (waiting,), "waits for judgement", None),
        ):
            (one,) = clocks_page(EU, state_of(EU, ENROLLED, INFUSED, *events), on=on(day)).windows
            assert (one.ends, one.standing, one.days_left) == (on(12), standing, left)
        (one,) = clocks_page(EU, state_of(EU, ENROLLED), on=on(3)).windows
        assert (one.standing, one.ends) == ("infusions to come", None)

    def test_sentinel_and_stagger_run_from_the_infusion(self) -> None:
        study = study_with("", rules=('name = "sentinel"\ndays = 7', 'name = "stagger"\ndays = 3'))
        state = state_of(study, ENROLLED, INFUSED)
        assert [(one.rule, one.until, one.days_left) for one in clocks_page(study, state, on=on(3)).intervals] == [
            ("sentinel", on(9), 6),
            ("stagger", on(5), 2),
        ]
        assert [one.rule for one in clocks_page(study, state, on=on(5)).intervals] == ["sentinel"]
        assert clocks_page(study, state, on=on(9)).intervals == ()
        second = ParticipantEnrolled(usubjid="P-2", on=on(6), dose_level=1)
        later = clocks_page(study, state_of(study, ENROLLED, INFUSED, second), on=on(6)).intervals
        assert [(one.rule, one.usubjid, one.until) for one in later] == [("stagger", "P-2", None)]

    def test_bags_in_hand_and_the_years_the_trace_is_kept(self) -> None:
        made = (
            DonationRegistered(donation="D-1", donor="DON-1", on=on(0)),
            BatchMade(batch="B-1", on=on(0), donations=("D-1",), expires_on=date(2028, 2, 29)),
            *(
                BagFilled(
                    bag=bag, batch="B-1", on=on(0), volume_ml=10.0, cells=1e8, counts="viable", counted="post-thaw"
                )
                for bag in ("BAG-1", "BAG-2", "BAG-3", "BAG-4")
            ),
        )
        stored = (
            StorageRecorded(bag="BAG-3", on=on(3), what="thawed"),
            StorageRecorded(bag="BAG-4", on=on(3), what="destroyed"),
        )
        page = clocks_page(EU, state_of(EU, *made, ENROLLED, INFUSED, *stored), on=on(4))
        assert [(one.bag, one.thawed_on) for one in page.bags] == [("BAG-3", on(3)), ("BAG-2", None)]
        assert page.bags[0].days_left == (date(2028, 2, 29) - on(4)).days
        assert [(one.given, one.keep_until) for one in page.retention] == [(1, None)]
        assert years_after(date(2028, 2, 29), 30) == date(2058, 3, 1)

    def test_the_next_visit_of_who_is_still_followed(self) -> None:
        visits = "".join(
            f'\n[[visits]]\nname = {{ en = "Week {week}", fr = "Semaine {week}" }}\nday = {7 * week}\nwindow_days = 2\n'
            for week in (1, 4)
        )
        study = study_with(visits)
        state = state_of(study, ENROLLED, INFUSED)
        (one,) = clocks_page(study, state, on=on(5)).visits
        assert (one.visit.en, one.first, one.planned, one.last) == ("Week 1", on(7), on(9), on(11))
        held = state_of(study, ENROLLED, INFUSED, VisitHeld(usubjid="P-1", on=on(9), visit="Week 1"))
        (one,) = clocks_page(study, held, on=on(10)).visits
        assert (one.visit.en, one.planned) == ("Week 4", on(2) + timedelta(days=28))
