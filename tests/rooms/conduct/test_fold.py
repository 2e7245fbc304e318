"""State is a fold over events; a correction is an event; any past day shows what was known then."""

from __future__ import annotations

import pytest

from trials import on, recorded, state_of, study_of
from trialwright.conduct import as_of, fold
from trialwright.conduct.fold import Folding, known_of
from trialwright.conduct.state import Known
from trialwright.vocabulary.errors import OutOfOrder
from trialwright.vocabulary.events import (
    AdverseEventReported,
    Corrected,
    EnrolmentClosed,
    Event,
    InfusionGiven,
    ParticipantEnrolled,
    ProductReleased,
)
from trialwright.vocabulary.records import Head, body_of

STUDY = study_of()
ENROLLED = ParticipantEnrolled(usubjid="P-1", on=on(1), dose_level=1)
INFUSED = InfusionGiven(usubjid="P-1", on=on(2), dose_given=1.0)
FEVER = AdverseEventReported(usubjid="P-1", ae="AE-1", term="fever", on=on(3), grade=2, related=True)


def corrected(position: int, event: Event | None, *, day: int) -> tuple[int, Event]:
    replacement = None if event is None else body_of(event)
    kind = "" if event is None else event.kind
    return day, Corrected(position=position, reason="typing error", replacement_kind=kind, replacement=replacement)


class TestFold:
    def test_everything_known_of_a_participant_is_in_one_place(self) -> None:
        released = ProductReleased(usubjid="P-1", on=on(2), batch="B-1", dose_released=0.9)
        state = state_of(STUDY, ENROLLED, released, INFUSED, FEVER)
        one = state.participants["P-1"]
        assert one.infusions[0].event == INFUSED
        assert one.release_for(1).event == released  # type: ignore[union-attr]
        assert [known.event for known in state.events_of("P-1")] == [FEVER]
        assert state.head.position == 5

    @pytest.mark.parametrize(
        "events",
        [
            (INFUSED,),
            (ENROLLED, ENROLLED),
            (ENROLLED, INFUSED, INFUSED),
            (ENROLLED, FEVER, FEVER),
            (EnrolmentClosed(on=on(0), by="sponsor", informative=False, reason="money"), ENROLLED),
            (ENROLLED, InfusionGiven(usubjid="P-1", on=on(2), dose_given=1.0, infusion_number=2)),
            (ENROLLED, (4, InfusionGiven(usubjid="P-1", on=on(0), dose_given=1.0))),
        ],
        ids=[
            "unknown person",
            "twice enrolled",
            "same infusion",
            "same event",
            "closed",
            "number two first",
            "too early",
        ],
    )
    def test_an_event_about_something_that_has_not_happened_is_refused(self, events: tuple[Event, ...]) -> None:
        with pytest.raises(OutOfOrder):
            state_of(STUDY, *events)


class TestCorrections:
    def test_a_correction_stands_in_the_place_of_what_it_corrects(self) -> None:
        worse = AdverseEventReported(usubjid="P-1", ae="AE-1", term="fever", on=on(3), grade=3, related=True)
        state = state_of(STUDY, ENROLLED, INFUSED, FEVER, corrected(4, worse, day=9))
        assert state.adverse_events["AE-1"].event == worse
        assert state.adverse_events["AE-1"].position == 4
        assert state.corrections == 1

    def test_a_withdrawn_entry_is_gone_from_the_state_and_not_from_the_record(self) -> None:
        records = recorded(ENROLLED, INFUSED, FEVER, corrected(4, None, day=9))
        state = fold(records, zone=STUDY.identity.zone)
        assert not state.adverse_events
        assert records[3].event == FEVER

    def test_an_entry_can_be_corrected_twice(self) -> None:
        first = AdverseEventReported(usubjid="P-1", ae="AE-1", term="fever", on=on(3), grade=3, related=True)
        second = AdverseEventReported(usubjid="P-1", ae="AE-1", term="chills", on=on(3), grade=1, related=True)
        state = state_of(STUDY, ENROLLED, INFUSED, FEVER, corrected(4, first, day=9), corrected(4, second, day=10))
        assert state.adverse_events["AE-1"].event == second

    def test_what_does_not_stand_cannot_be_corrected(self) -> None:
        with pytest.raises(OutOfOrder, match="does not stand"):
            state_of(STUDY, ENROLLED, corrected(9, None, day=9))


class TestAsOf:
    def test_a_past_day_does_not_know_what_was_recorded_or_corrected_later(self) -> None:
        worse = AdverseEventReported(usubjid="P-1", ae="AE-1", term="fever", on=on(3), grade=3, related=True)
        records = recorded(ENROLLED, INFUSED, (5, FEVER), corrected(4, worse, day=9))
        zone = STUDY.identity.zone
        states = {day: fold(as_of(records, on(day), zone=zone), zone=zone) for day in (4, 5, 8, 9)}
        assert not states[4].adverse_events  # it had begun, but nobody had recorded it
        assert states[5].adverse_events["AE-1"].event == FEVER
        assert states[8].adverse_events["AE-1"].event == FEVER
        assert states[9].adverse_events["AE-1"].event == worse


class TestFolding:
    def test_a_state_given_out_does_not_grow_with_the_fold(self) -> None:
        records = recorded(ENROLLED, INFUSED)
        folding = Folding.of(fold(records[:2], zone=STUDY.identity.zone))
        early = folding.state(Head())
        folding.take(INFUSED, known_of(records[2], INFUSED, zone=STUDY.identity.zone))
        assert early.participants["P-1"].infusions == ()
        assert folding.state(Head()).participants == fold(records, zone=STUDY.identity.zone).participants

    def test_a_fold_that_goes_on_from_a_state_knows_what_it_knew(self) -> None:
        released = ProductReleased(usubjid="P-1", on=on(2), batch="B-1", dose_released=0.9)
        state = state_of(STUDY, ENROLLED, released, INFUSED)
        again = Folding.of(state)
        assert again.state(state.head) == state
        for event in (released, INFUSED):
            with pytest.raises(OutOfOrder):
                again.take(event, Known(event, 5, on(2)))
