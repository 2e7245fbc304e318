"""Who may record what: every role, every kind, on that day; inspectors' finding 2."""

from __future__ import annotations

from typing import get_args

import pytest

from staff import DECIDED, ONLY_ACCOUNTS, person, refused, signed, study_with_accounts
from trials import DAY_0, on, recorded
from trialwright.conduct.authority import BY_PROGRAM, MAY_RECORD, PROGRAM, ROLES
from trialwright.conduct.fold import fold
from trialwright.conduct.guards import Offered, standing
from trialwright.conduct.logs import Logs
from trialwright.protocol import Study
from trialwright.vocabulary.events import (
    EVENTS,
    AccountClosed,
    AccountLocked,
    AccountOpened,
    AccountUnlocked,
    CausalityAssessed,
    Corrected,
    CredentialsChanged,
    DataLocked,
    DelegationEnded,
    DeviationRecorded,
    DoseDecided,
    Event,
    ParticipantEnrolled,
    QueryRaised,
    Role,
    RoleDelegated,
    TrailReviewed,
)
from trialwright.vocabulary.records import body_of

EVERYONE = tuple(event for role in ROLES for event in person(role.replace(" ", "-"), role))
KINDS = sorted(EVENTS.values(), key=lambda kind: kind.kind)
QUERY = QueryRaised(query="Q1", on=on(1), text="why?")


@pytest.fixture(scope="module")
def study() -> Study:
    return study_with_accounts(ONLY_ACCOUNTS)


@pytest.fixture(scope="module")
def logs(study: Study) -> Logs:
    return fold(recorded(*EVERYONE), zone=study.identity.zone).logs


def of_kind(kind: type[Event]) -> Event:
    """An event of a kind, of which authority looks at nothing else."""
    return object.__new__(kind)


def said(study: Study, logs: Logs, *, event: Event, by: str) -> list[str]:
    offered = Offered(event, by, on(4), None)  # type: ignore[arg-type]
    return [finding.allowed for finding in standing(study, logs, offered=offered)]


def test_the_roles_are_those_of_the_record() -> None:
    assert get_args(Role) == ROLES


def test_every_kind_has_its_roles() -> None:
    assert set(MAY_RECORD) == set(EVENTS.values())
    nobody = {kind for kind, roles in MAY_RECORD.items() if not roles}
    assert nobody == {AccountLocked}


PLAIN = [kind for kind in KINDS if kind not in (CausalityAssessed, DoseDecided, DataLocked, TrailReviewed)]
SPECIAL = ("batch-released.1", "waiver-granted.1", "corrected.1")


@pytest.mark.parametrize("kind", [kind for kind in PLAIN if kind.kind not in SPECIAL], ids=lambda kind: kind.kind)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_records_its_kinds_and_no_others(study: Study, logs: Logs, kind: type[Event], role: Role) -> None:
    event = CredentialsChanged(account="x", on=on(4), what="password") if kind is CredentialsChanged else of_kind(kind)
    found = said(study, logs, event=event, by=role.replace(" ", "-"))
    assert (not found) == (role in MAY_RECORD[kind])
    assert all(kind.kind in one for one in found)


@pytest.mark.parametrize("role", ROLES)
def test_who_signs_a_decision_may_record_it_and_the_administrator_may_not(study: Study, logs: Logs, role: Role) -> None:
    assert (not said(study, logs, event=DECIDED, by=role.replace(" ", "-"))) == (role in ("investigator", "board"))


@pytest.mark.parametrize("assessor", ["investigator", "sponsor"])
def test_causality_is_judged_by_the_one_who_says_so(study: Study, logs: Logs, assessor: str) -> None:
    judged = CausalityAssessed(ae="A1", on=on(1), assessor=assessor, related=True)  # type: ignore[arg-type]
    fine = [role for role in ROLES if not said(study, logs, event=judged, by=role.replace(" ", "-"))]
    assert fine == [assessor]


class TestTheAccount:
    def test_nobody_records_without_an_account(self, study: Study) -> None:
        (finding,) = refused(study, recorded(*EVERYONE), QUERY, by="eve")
        assert finding.place == "line 1.by"
        assert "has no account" in finding.allowed
        assert "accounts open" in finding.remedy

    def test_a_closed_account_is_refused_with_the_day(self, study: Study) -> None:
        closed = AccountClosed(account="monitor", on=on(2), reason="left")
        (finding,) = refused(study, recorded(*EVERYONE, closed), QUERY, by="monitor")
        assert f"closed on {on(2)}" in finding.allowed

    def test_a_locked_account_is_refused_until_it_is_unlocked(self, study: Study) -> None:
        locked = AccountLocked(account="monitor", on=on(2), reason="5 wrong passwords")
        (finding,) = refused(study, recorded(*EVERYONE, locked), QUERY, by="monitor")
        assert f"locked since {on(2)}" in finding.allowed
        let_in = AccountUnlocked(account="monitor", on=on(3), reason="it was her")
        assert not refused(study, recorded(*EVERYONE, locked, let_in), QUERY, by="monitor")

    def test_a_delegation_that_has_not_begun_is_refused_with_its_first_day(self, study: Study) -> None:
        later = person("max", "monitor", first_day=on(9))
        (finding,) = refused(study, recorded(*later), QUERY, by="max")
        assert f"will be monitor from {on(9)}" in finding.allowed
        assert not refused(study, recorded(*later), QUERY, by="max", day=9)

    def test_a_delegation_that_is_over_is_refused_with_its_last_day(self, study: Study) -> None:
        over = person("max", "monitor", last_day=on(3))
        (finding,) = refused(study, recorded(*over), QUERY, by="max")
        assert f"was monitor until {on(3)}" in finding.allowed
        assert not refused(study, recorded(*over), QUERY, by="max", day=3)

    def test_a_delegation_taken_back_is_refused_with_its_last_day(self, study: Study) -> None:
        ended = DelegationEnded(account="monitor", role="monitor", last_day=on(2), on=on(2), reason="left")
        (finding,) = refused(study, recorded(*EVERYONE, ended), QUERY, by="monitor")
        assert f"was monitor until {on(2)}" in finding.allowed

    def test_everyone_changes_their_own_credentials_and_only_an_administrator_those_of_others(
        self, study: Study
    ) -> None:
        own = CredentialsChanged(account="board", on=on(4), what="password")
        others = CredentialsChanged(account="monitor", on=on(4), what="password")
        assert not refused(study, recorded(*EVERYONE), own, by="board")
        assert refused(study, recorded(*EVERYONE), others, by="board")
        assert not refused(study, recorded(*EVERYONE), others, by="administrator")

    def test_the_program_records_what_no_person_does_and_nothing_else(self, study: Study) -> None:
        locked = AccountLocked(account="monitor", on=on(4), reason="5 wrong passwords")
        assert not refused(study, recorded(*EVERYONE), locked, by=PROGRAM)
        assert refused(study, recorded(*EVERYONE), locked, by="administrator")
        assert refused(study, recorded(*EVERYONE), QUERY, by=PROGRAM)
        assert refused(
            study, recorded(*EVERYONE), AccountOpened(account=PROGRAM, printed_name="x", on=on(4)), by="administrator"
        )
        assert QueryRaised not in BY_PROGRAM

    def test_where_accounts_are_kept_elsewhere_anyone_records(self) -> None:
        elsewhere = study_with_accounts('[conduct]\nelsewhere = ["accounts"]\nwhere = { en = "x", fr = "x" }\n')
        assert not refused(elsewhere, recorded(), QUERY, by="eve")

    def test_a_plain_protocol_keeps_accounts(self) -> None:
        assert refused(study_with_accounts(), recorded(), QUERY, by="tester")


class TestCorrections:
    DEVIATION = DeviationRecorded(deviation="D1", on=on(1), category="visit", description="x", major=False)

    def test_a_correction_needs_the_authority_of_what_it_corrects(self, study: Study) -> None:
        records = recorded(*EVERYONE, self.DEVIATION)
        withdrawn = Corrected(position=len(records), reason="not so")
        assert not refused(study, records, withdrawn, by="monitor")
        (finding,) = refused(study, records, withdrawn, by="statistician")
        assert "deviation-recorded.1 is recorded by" in finding.allowed

    def test_nothing_is_slipped_in_as_a_correction(self, study: Study) -> None:
        records = recorded(*EVERYONE, self.DEVIATION)
        enrolled = ParticipantEnrolled(usubjid="P-1", on=on(1), dose_level=1)
        other = Corrected(
            position=len(records), reason="x", replacement_kind=enrolled.kind, replacement=body_of(enrolled)
        )
        assert not refused(study, records, other, by="investigator")
        (finding,) = refused(study, records, other, by="monitor")
        assert "participant-enrolled.2 is recorded by" in finding.allowed

    def test_a_signature_is_never_corrected(self, study: Study) -> None:
        records = recorded(*EVERYONE, DECIDED)
        by_board = signed(DECIDED, position=len(records), account="board", role="board")
        records = recorded(*EVERYONE, DECIDED, by_board)
        (finding,) = refused(study, records, Corrected(position=len(records), reason="x"), by="board")
        assert "never corrected" in finding.allowed

    def test_what_was_done_with_accounts_is_never_corrected(self, study: Study) -> None:
        delegated = RoleDelegated(account="monitor", role="board", first_day=on(1), on=on(1))
        records = recorded(*EVERYONE, delegated)
        (finding,) = refused(study, records, Corrected(position=len(records), reason="x"), by="administrator")
        assert "never corrected" in finding.allowed

    def test_a_signature_is_not_slipped_in_as_a_correction(self, study: Study) -> None:
        records = recorded(*EVERYONE, DECIDED, (3, self.DEVIATION))
        event = signed(DECIDED, position=len(records) - 1, account="board", role="board")
        slipped = Corrected(position=len(records), reason="x", replacement_kind=event.kind, replacement=body_of(event))
        found = refused(study, records, slipped, by="investigator")
        assert any("cannot be put in place by hand" in one.allowed for one in found)


class TestDelegation:
    def test_roles_are_delegated_from_today_on_and_by_somebody_else(self, study: Study) -> None:
        def delegated(account: str, first: int, last: int | None = None) -> RoleDelegated:
            last_day = None if last is None else on(last)
            return RoleDelegated(account=account, role="board", first_day=on(first), last_day=last_day, on=on(4))

        records = recorded(*EVERYONE)
        assert not refused(study, records, delegated("monitor", 4), by="administrator")
        own = refused(study, records, delegated("administrator", 4), by="administrator")
        assert [one.place for one in own] == ["line 1.account"]
        early = refused(study, records, delegated("monitor", 3, 2), by="administrator")
        assert [one.place for one in early] == ["line 1.first_day", "line 1.last_day"]

    def test_a_trial_is_never_left_without_an_administrator(self, study: Study) -> None:
        ended = DelegationEnded(
            account="administrator", role="administrator", last_day=on(5), on=on(4), reason="leaves"
        )
        closed = AccountClosed(account="administrator", on=on(4), reason="leaves")
        for event in (ended, closed):
            (finding,) = refused(study, recorded(*EVERYONE), event, by="administrator")
            assert "only administrator" in finding.allowed
            assert not refused(study, recorded(*EVERYONE, *person("zoe", "administrator")), event, by="zoe")


class TestFinding2:
    """Decisions made by people who were not delegated: only delegated people sign, on the days of their delegation."""

    POSITION = 2 + len(EVERYONE)

    def by(self, account: str, role: Role, *, study: Study, day: int = 4, records=None) -> list[str]:  # type: ignore[no-untyped-def]
        known = records or recorded(*EVERYONE, DECIDED)
        event = signed(DECIDED, position=self.POSITION, account=account, role=role, day=day)
        return [f"{one.place} {one.allowed}" for one in refused(study, known, event, by=account, day=day)]

    def test_finding_2_only_delegated_people_sign(self, study: Study) -> None:
        assert self.by("board", "board", study=study) == []
        assert self.by("investigator", "investigator", study=study) == []
        for role in ROLES:
            if role not in ("board", "investigator"):
                (found,) = self.by(role.replace(" ", "-"), role, study=study)
                assert "it is signed by investigator, board" in found
        (found,) = self.by("statistician", "board", study=study)
        assert "board is not delegated" not in found
        assert f"is not delegated to statistician on {on(4)} (it never was)" in found

    def test_before_and_after_the_delegation_nobody_signs(self, study: Study) -> None:
        dated = person("ben", "board", first_day=on(5), last_day=on(6))
        records = recorded(*EVERYONE, DECIDED, (3, dated[0]), (3, dated[1]))
        assert any(
            f"will be board from {on(5)}" in one for one in self.by("ben", "board", study=study, records=records)
        )
        assert self.by("ben", "board", study=study, day=5, records=records) == []
        assert self.by("ben", "board", study=study, day=6, records=records) == []
        late = self.by("ben", "board", study=study, day=7, records=records)
        assert any(f"was board until {on(6)}" in one for one in late)

    def test_nobody_signs_for_another_or_under_another_name(self, study: Study) -> None:
        event = signed(DECIDED, position=self.POSITION, account="board", role="board")
        found = refused(study, recorded(*EVERYONE, DECIDED), event, by="investigator")
        assert "everyone signs for themselves" in [one.remedy for one in found]

    def test_nobody_signs_twice_and_no_role_either(self, study: Study) -> None:
        by_board = signed(DECIDED, position=self.POSITION, account="board", role="board")
        both = person("zoe", "board")
        records = recorded(*EVERYONE, DECIDED, (3, both[0]), (3, both[1]), by_board)
        (again,) = self.by("board", "board", study=study, records=records)
        assert "has signed entry" in again
        (second,) = self.by("zoe", "board", study=study, records=records)
        assert "has signed entry" in second

    def test_a_decision_that_was_withdrawn_cannot_be_signed(self, study: Study) -> None:
        withdrawn = Corrected(position=self.POSITION, reason="wrong trial")
        records = recorded(*EVERYONE, DECIDED, (3, withdrawn))
        (found,) = self.by("board", "board", study=study, records=records)
        assert "is not an entry that stands and is signed" in found

    def test_without_the_second_factor_the_protocol_asks_for_nobody_signs(self, study: Study) -> None:
        from dataclasses import replace

        event = signed(DECIDED, position=self.POSITION, account="board", role="board")
        without = replace(event, second_factor=False)
        (found,) = refused(study, recorded(*EVERYONE, DECIDED), without, by="board")
        assert found.place == "line 1.second_factor"
        single = study_with_accounts(ONLY_ACCOUNTS.replace("[conduct]", "[conduct]\nsecond_factor = false"))
        assert not refused(single, recorded(*EVERYONE, DECIDED), without, by="board")


def test_the_first_day_of_the_record_is_day_0() -> None:
    assert EVERYONE[0] == AccountOpened(account="investigator", printed_name="Investigator", on=DAY_0)
