"""The gate before the next participant, and the data cuts that decisions rest on: inspectors' findings 1, 3, 4 and 5.

Each test removes nothing but what its finding is about; without the guard it would fail.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest

from trials import DAY_0, THREE, protocol_text
from trialwright.conduct import advise, fold
from trialwright.conduct.cuts import cut_points, data_as_seen, data_digest, freeze, is_stale, said, state_at
from trialwright.conduct.gate import in_force, next_gate
from trialwright.conduct.offers import Offer, decided, entries_from
from trialwright.ledger import MemoryLedger
from trialwright.protocol import Study, parse_protocol
from trialwright.vocabulary.errors import RecordError
from trialwright.vocabulary.events import (
    AccountOpened,
    AdverseEventReported,
    DataCutFrozen,
    DeviationRecorded,
    DltAdjudicated,
    DoseDecided,
    EnrolmentClosed,
    Event,
    InfusionGiven,
    ParticipantEnrolled,
    QueryClosed,
    QueryRaised,
    RoleDelegated,
    Signed,
    TrialOpened,
)
from trialwright.vocabulary.records import Entry, body_of, event_digest

GUARDED = """
[conduct]
elsewhere = ["eligibility", "product", "identity"]
where = "another system"
"""
UNSIGNED_GUARDED = GUARDED.replace('["', '["accounts", "', 1)
STEP = 'name = "wait_for_pending"\nscope = "before_escalation"'


class Run:
    """A trial that is run day by day; every event is offered as a command would offer it."""

    def __init__(self, *, extra: str = UNSIGNED_GUARDED, **settings: object) -> None:
        text = protocol_text(design=THREE, rules=[STEP], extra=extra, **settings)  # type: ignore[arg-type]
        self.study: Study = parse_protocol(text.encode())
        self.ledger = MemoryLedger()
        opened = TrialOpened(trial="TEST-1", protocol_digest="0", on=DAY_0)
        self.ledger.append([Entry(opened, "ana", datetime.combine(DAY_0, time(6), UTC))])

    def offer(self, *events: Event, computed: bool = False) -> None:
        """Record these events on their own day or later, or raise what stands in the way."""
        for event in events:
            on: date = event.on  # type: ignore[attr-defined]
            last = list(self.ledger.read())[-1].entry.at
            at = max(datetime.combine(on, time(7), UTC), last + timedelta(microseconds=1))
            offer = Offer(line=1, kind=event.kind, body=body_of(event), computed=computed)
            records = list(self.ledger.read())
            self.ledger.append(entries_from(self.study, records, offers=[offer], by="ana", at=at))

    def state(self):  # type: ignore[no-untyped-def]
        return fold(self.ledger.read(), zone=self.study.identity.zone)

    def treat(self, who: str, day: int, *, level: int = 1, dose: float = 1.0) -> None:
        """Assign and infuse one participant on one day."""
        self.offer(
            ParticipantEnrolled(usubjid=who, on=on(day), dose_level=level),
            InfusionGiven(usubjid=who, on=on(day), dose_given=dose),
        )

    def cut(self, day: int) -> str:
        """Freeze the data of a day."""
        frozen = freeze(self.study, list(self.ledger.read()), on=on(day))
        self.offer(frozen, computed=True)
        return frozen.cut

    def frozen(self, day: int) -> DataCutFrozen:
        """The entry of a cut made on that day."""
        number = self.cut(day)
        found: DataCutFrozen = self.state().logs.oversight.cuts[number].event
        return found

    def decide(self, day: int, *, level: int | None = None, cut: str | None = None, reason: str = "as advised") -> int:
        """Decide on a cut; the position of the decision."""
        number = cut or self.cut(day)
        named = self.state().logs.oversight.cuts[number].event
        records = list(self.ledger.read())
        event = decided(
            self.study,
            state_at(self.study, records, cut=named),
            on=on(day),
            dose_level=level,
            reason=reason,
            decided_by="the board",
            cut=named,
        )
        self.offer(event, computed=True)
        return self.ledger.head().position


def on(day: int) -> date:
    return date.fromordinal(DAY_0.toordinal() + day)


def refusal(run: Run, *events: Event) -> str:
    before = run.ledger.head()
    with pytest.raises(RecordError) as caught:
        run.offer(*events)
    assert run.ledger.head() == before, "nothing of it is recorded"
    return str(caught.value)


def first_cohort(run: Run) -> None:
    for number in (1, 2, 3):
        run.treat(f"P-{number}", number)


NEXT = ParticipantEnrolled(usubjid="P-4", on=on(20), dose_level=2)
INFUSED = InfusionGiven(usubjid="P-4", on=on(20), dose_given=2.0)


class TestFinding1:
    """A decision not documented, or documented after the next dose was given."""

    def test_finding_1_nobody_is_assigned_to_the_next_level_before_a_decision(self) -> None:
        run = Run()
        first_cohort(run)
        assert "The cohort of 3 is complete" in refusal(run, NEXT)
        run.decide(20)
        run.offer(NEXT, INFUSED)

    def test_finding_1_no_infusion_while_the_decision_waits_for_its_signatures(self) -> None:
        run = Run(extra=GUARDED)
        staff(run, ana=("administrator", "investigator", "statistician"), ben=("board",))
        first_cohort(run)
        position = run.decide(20)
        assert "not signed yet; it waits for: investigator, board" in refusal(run, NEXT)
        sign(run, position, "ana", "investigator")
        assert "it waits for: board" in refusal(run, NEXT)
        sign(run, position, "ben", "board")
        run.offer(NEXT, INFUSED)

    def test_a_repeated_infusion_waits_for_signatures_too(self) -> None:
        run = Run(extra=GUARDED)
        staff(run, ana=("administrator", "investigator", "statistician"), ben=("board",))
        first_cohort(run)
        position = run.decide(20)
        again = InfusionGiven(usubjid="P-1", on=on(20), dose_given=1.0, infusion_number=2)
        assert "not signed yet" in refusal(run, again)
        sign(run, position, "ana", "investigator")
        sign(run, position, "ben", "board")
        run.offer(again)

    def test_only_the_level_that_was_decided_is_open(self) -> None:
        run = Run()
        first_cohort(run)
        run.decide(20, level=1, reason="more data at level 1 wanted")
        assert "must be level 1" in refusal(run, NEXT)
        run.offer(ParticipantEnrolled(usubjid="P-4", on=on(20), dose_level=1))

    def test_a_toxicity_after_the_assignment_shuts_the_gate_for_the_infusion(self) -> None:
        run = Run()
        first_cohort(run)
        run.decide(20)
        run.offer(NEXT)
        run.offer(toxicity("AE-1", "P-1", day=5), toxicity("AE-2", "P-2", day=5))
        assert "The advice today is to" in refusal(run, INFUSED)

    def test_people_may_decide_against_the_advice_knowing_it(self) -> None:
        run = Run()
        run.treat("P-1", 1)
        run.treat("P-2", 2)
        run.offer(toxicity("AE-1", "P-1", day=5), toxicity("AE-2", "P-2", day=5))
        third = ParticipantEnrolled(usubjid="P-3", on=on(6), dose_level=1)
        assert "The advice today is to treat nobody further" in refusal(run, third)
        run.decide(6, level=1, reason="the board judged both events to be expected")
        run.offer(third)

    def test_nobody_is_treated_after_the_decision_to_treat_nobody(self) -> None:
        run = Run()
        first_cohort(run)
        run.decide(20, level=0, reason="the sponsor withdrew the product")
        assert "to treat nobody further" in refusal(run, NEXT)

    def test_closed_enrolment_shuts_the_gate(self) -> None:
        run = Run()
        run.offer(EnrolmentClosed(on=on(1), by="sponsor", informative=False, reason="recruitment"))
        gate = next_gate(run.study, run.state(), on=on(2))
        assert gate.shut
        assert [reason.code for reason in gate.reasons] == ["gate.closed"]

    def test_what_was_done_all_the_same_can_be_recorded_beside_its_deviation(self) -> None:
        run = Run()
        first_cohort(run)
        assert "record a major deviation" in refusal(run, NEXT)
        facts = {"usubjid": "P-4", "on": on(20), "category": "dose", "description": "assigned without a decision"}
        run.offer(DeviationRecorded(deviation="1", major=False, **facts))  # type: ignore[arg-type]
        assert "The cohort of 3 is complete" in refusal(run, NEXT)
        run.offer(DeviationRecorded(deviation="2", major=True, **facts))  # type: ignore[arg-type]
        run.offer(NEXT, INFUSED)
        codes = [point.code for point in cut_points(run.study, run.state(), on=on(20))]
        assert "deviation" in codes, "it stays visible"


class TestFinding3:
    """The data behind the decision are not available."""

    def test_finding_3_no_decision_without_a_frozen_cut(self) -> None:
        run = Run()
        first_cohort(run)
        bare = decided(run.study, run.state(), on=on(20), dose_level=2, reason="x", decided_by="the board")
        with pytest.raises(RecordError, match="must name a frozen data cut"):
            run.offer(bare, computed=True)

    def test_finding_3_the_data_of_a_decision_can_be_brought_back_for_good(self) -> None:
        run = Run()
        first_cohort(run)
        number = run.cut(20)
        cut = run.state().logs.oversight.cuts[number].event
        seen = data_as_seen(run.study, run.state(), on=on(20))
        run.decide(20, cut=number)
        run.treat("P-4", 21, level=2, dose=2.0)
        run.offer(toxicity("AE-1", "P-1", day=22))
        records = list(run.ledger.read())
        frozen = state_at(run.study, records, cut=cut)
        assert data_as_seen(run.study, frozen, on=cut.on) == seen
        assert data_digest(run.study, frozen, on=cut.on) == cut.data_digest
        assert frozen.head.digest == cut.ledger_digest
        assert advise(run.study, frozen, on=cut.on).dose_level == 2
        json.dumps(seen)

    def test_a_cut_is_out_of_date_once_its_data_have_changed(self) -> None:
        run = Run()
        first_cohort(run)
        number = run.cut(20)
        run.offer(toxicity("AE-1", "P-1", day=20))
        assert not is_stale(run.study, run.state(), cut=run.state().logs.oversight.cuts[number].event)
        run.offer(toxicity("AE-2", "P-2", day=3))
        with pytest.raises(RecordError, match="out of date"):
            run.decide(20, cut=number)

    def test_a_decision_or_a_cut_is_never_taken_from_a_file(self) -> None:
        run = Run()
        frozen = freeze(run.study, list(run.ledger.read()), on=on(1))
        with pytest.raises(RecordError, match="trialwright cut"):
            run.offer(frozen)


class TestFindings4And5:
    """No quality check of the data; no procedure against escalating on an inadequate data set."""

    def test_finding_4_what_is_open_is_listed_in_the_cut(self) -> None:
        run = Run()
        first_cohort(run)
        run.offer(
            QueryRaised(query="1", on=on(4), text="Weight?", usubjid="P-1"),
            QueryRaised(query="2", on=on(4), text="Batch?", usubjid="P-2"),
            QueryClosed(query="2", on=on(4)),
            AdverseEventReported(usubjid="P-3", ae="AE-1", term="Fever", on=on(4), grade=3, related=None),
            toxicity("AE-2", "P-2", day=4),
            toxicity("AE-3", "P-1", day=4),
            DltAdjudicated(ae="AE-3", on=on(5), dlt=False, reason="a relapse"),
        )
        cut = run.frozen(20)
        listed = [(point.code, point.about) for point in cut.points]
        assert listed == [
            ("query-open", "1"),
            ("not-judged", "AE-1"),
            ("not-adjudicated", "AE-2"),
            ("adjudicated-otherwise", "AE-3"),
        ]

    def test_finding_5_who_is_in_the_window_is_shown_and_the_rule_for_them_applied(self) -> None:
        run = Run()
        first_cohort(run)
        cut = run.frozen(5)
        assert [(point.code, point.about) for point in cut.points] == [
            ("in-window", "P-1"),
            ("in-window", "P-2"),
            ("in-window", "P-3"),
        ]
        run.decide(5, cut=cut.cut)
        decision = in_force(run.study, run.state())
        assert decision is not None
        assert decision.event.advised_action == "wait"
        gate = next_gate(run.study, run.state(), on=on(5))
        assert gate.shut, "the rule for participants in their window is applied, not skipped"

    def test_who_is_between_two_infusions_was_infused(self) -> None:
        run = Run(cohort_size=1)
        text = protocol_text(design=THREE, extra=UNSIGNED_GUARDED).replace(
            "amounts = [1.0, 2.0, 4.0]", "amounts = [1.0, 2.0, 2.0]\ninfusions = [2, 2, 3]\ninterval_days = 28"
        )
        run.study = parse_protocol(text.encode())
        run.treat("P-1", 1)
        (point,) = cut_points(run.study, run.state(), on=on(3))
        assert (point.code, point.about, dict(point.values)) == ("infusions-to-come", "P-1", {"given": 1, "planned": 2})
        assert said(point, "en").startswith("P-1 has had 1 of 2 infusions")

    def test_a_dose_given_outside_the_tolerance_is_listed(self) -> None:
        run = Run()
        run.treat("P-1", 1, dose=1.4)
        points = cut_points(run.study, run.state(), on=on(20))
        assert [(point.code, point.about) for point in points] == [("dose-outside-tolerance", "P-1")]


def toxicity(number: str, who: str, *, day: int) -> AdverseEventReported:
    return AdverseEventReported(usubjid=who, ae=number, term="Anaphylaxis", on=on(day), grade=3, related=True)


def staff(run: Run, **roles: tuple[str, ...]) -> None:
    """Accounts and their roles, put into the record as the commands for accounts would."""
    at = datetime.combine(DAY_0, time(6, 30), UTC)
    for account, held in roles.items():
        events = [
            AccountOpened(account=account, printed_name=account.title(), on=DAY_0),
            *(RoleDelegated(account=account, role=role, first_day=DAY_0, on=DAY_0) for role in held),  # type: ignore[arg-type]
        ]
        run.ledger.append([Entry(event, "ana", at) for event in events])


def sign(run: Run, position: int, account: str, role: str) -> None:
    """A signature, put into the record as the command would."""
    records = list(run.ledger.read())
    signed = records[position - 1].event
    assert isinstance(signed, DoseDecided)
    event = Signed(
        position=position,
        event_digest=event_digest(signed),
        on=signed.on,
        meaning="approval",
        account=account,
        printed_name=account.title(),
        role=role,  # type: ignore[arg-type]
        second_factor=True,
    )
    run.ledger.append([Entry(event, account, records[-1].entry.at)])
