"""The flow of participants: everybody is in one place of each row, whatever happened to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from trials import THREE, on, state_of, study_of
from trialwright.analysis.case import Case, case_of
from trialwright.analysis.flow import Flow, flow
from trialwright.report.documents.findings import Findings
from trialwright.report.documents.flow import flow_figure
from trialwright.report.figures import draw_svg
from trialwright.vocabulary.events import (
    AdverseEventReported,
    ConsentWithdrawn,
    EligibilityConfirmed,
    Event,
    FollowUpEnded,
    InfusionGiven,
    ParticipantEnrolled,
    ParticipantScreened,
)
from trialwright.vocabulary.words import LANGUAGES

REPLACING = ('name = "replace_non_evaluable"\nat_most = 1',)


def enrolled(who: str, day: int, *, level: int = 1, **more: Any) -> ParticipantEnrolled:
    return ParticipantEnrolled(usubjid=who, on=on(day), dose_level=level, **more)


def infused(who: str, day: int, *, dose: float = 1.0) -> InfusionGiven:
    return InfusionGiven(usubjid=who, on=on(day), dose_given=dose)


def ended(who: str, day: int, **more: Any) -> FollowUpEnded:
    return FollowUpEnded(usubjid=who, on=on(day), **{"completed": False, **more})


def case(*events: Event, day: int, **settings: Any) -> Case:
    study = study_of(design=THREE, **settings)
    ordered = sorted(events, key=lambda event: event.on)  # type: ignore[attr-defined]
    return case_of(study, state_of(study, *ordered), on=on(day))


BUSY: tuple[Event, ...] = (
    enrolled("A", 1),
    infused("A", 2),
    ended("A", 100, completed=True),
    enrolled("B", 1),
    infused("B", 3),
    ended("B", 5, how="consent withdrawn", reason="no more visits"),
    enrolled("C", 2),
    ended("C", 4, how="no product"),
    enrolled("D", 3, level=2),
    infused("D", 4, dose=2.0),
    AdverseEventReported(usubjid="D", ae="AE-1", term="rash", on=on(6), grade=3, related=True),
    enrolled("E", 95, level=2),
    infused("E", 96, dose=2.0),
    enrolled("F", 99, level=2, backfill=True),
)


def counts(found: Flow, level: int) -> dict[str, int]:
    one = found.levels[level - 1]
    names = ("allocated", "infused", "never_infused", "awaiting", "evaluable", "with_dlt", "not_evaluable", "replaced")
    return {name: getattr(one, name) for name in (*names, "unsettled", "completed", "left_early", "in_follow_up")}


class TestCounts:
    def test_everybody_by_level(self) -> None:
        found = flow(case(*BUSY, day=100, rules=REPLACING))
        assert found.enrolled == 6
        assert counts(found, 1) == {
            "allocated": 3,
            "infused": 2,
            "never_infused": 1,
            "awaiting": 0,
            "evaluable": 1,
            "with_dlt": 0,
            "not_evaluable": 2,
            "replaced": 1,  # the rule lets one place be given back
            "unsettled": 0,
            "completed": 1,
            "left_early": 2,
            "in_follow_up": 0,
        }
        assert counts(found, 2) | {"unsettled": 2, "awaiting": 1, "with_dlt": 1} == counts(found, 2)
        assert found.levels[2].allocated == 0

    def test_without_the_rule_nobody_is_replaced(self) -> None:
        assert flow(case(*BUSY, day=100)).levels[0].replaced == 0

    @pytest.mark.parametrize("day", [1, 3, 5, 50, 100, 200])
    def test_each_row_adds_up_to_the_row_before(self, day: int) -> None:
        known = [event for event in BUSY if event.on <= on(day)]  # type: ignore[attr-defined]
        for one in flow(case(*known, day=day)).levels:
            assert one.infused + one.never_infused + one.awaiting == one.allocated
            assert one.evaluable + one.not_evaluable + one.unsettled == one.allocated
            assert one.completed + one.left_early + one.in_follow_up == one.allocated

    def test_reasons_are_counted_and_free_words_kept(self) -> None:
        events = (*BUSY[:5], ended("B", 5, how="died"), enrolled("G", 6), ended("G", 7, how="other", reason="moved"))
        lost = flow(case(*events, day=9)).levels[0].lost
        assert {(one.how, one.reason, one.people) for one in lost} == {("died", "", 1), ("other", "moved", 1)}


class TestScreening:
    def test_a_record_without_screening_says_so(self) -> None:
        assert flow(case(enrolled("A", 1), day=2)).screened is None

    def test_everybody_screened_is_enrolled_or_has_a_reason(self) -> None:
        people = [ParticipantScreened(usubjid=who, on=on(1), consented_on=on(1)) for who in "ABCDE"]
        judged = [
            EligibilityConfirmed(usubjid=who, on=on(2), eligible=fine, computed="met" if fine else "not met")
            for who, fine in (("A", True), ("B", False), ("C", True))
        ]
        left = ConsentWithdrawn(usubjid="D", on=on(3), scope="everything")
        found = flow(case(*people, *judged, left, enrolled("A", 4), enrolled("Z", 4), day=9))
        assert found.screened == 5
        assert dict(found.excluded) == {"not eligible": 1, "withdrew": 1, "eligible": 1, "in screening": 1}
        assert found.not_enrolled + found.enrolled - found.enrolled_unscreened == found.screened


class TestFigure:
    @pytest.mark.parametrize("levels", [1, 4, 6])
    @pytest.mark.parametrize("people", [(), BUSY])
    def test_it_can_be_drawn_for_any_number_of_levels(self, levels: int, people: tuple[Event, ...]) -> None:
        known = [event for event in people if getattr(event, "dose_level", 1) == 1 and levels > 1]
        known = [event for event in known if getattr(event, "usubjid", "") in "ABC"]
        made = case(*known, day=200)
        amounts = tuple(float(level) for level in range(1, levels + 1))
        study = study_of(design=THREE)
        study = replace(study, dosing=study.dosing.model_copy(update={"amounts": amounts}))
        findings = Findings.of(case_of(study, made.state, on=made.on + timedelta(days=1)))
        figure = flow_figure(findings)
        for language in LANGUAGES:
            svg = draw_svg(figure.spec, title="", alt=figure.alt.said(language), language=language)  # type: ignore[union-attr]
            assert svg == draw_svg(figure.spec, title="", alt=figure.alt.said(language), language=language)  # type: ignore[union-attr]
        assert len(figure.spec.branches) == levels  # type: ignore[union-attr]
