"""A signature counts for its role, for what the entry says, by someone who held that role on that day."""

from __future__ import annotations

from staff import DECIDED, person, signed, study_with_accounts
from trials import on, state_of
from trialwright.conduct.signatures import is_signed, missing_signatures, roles_to_sign
from trialwright.conduct.state import TrialState
from trialwright.protocol import Study
from trialwright.vocabulary.events import (
    BatchReleased,
    Corrected,
    DataLocked,
    DelegationEnded,
    Event,
    ParticipantEnrolled,
    Role,
    TrailReviewed,
    WaiverGranted,
)
from trialwright.vocabulary.records import body_of


def trial(study: Study, *after: Event | tuple[int, Event]) -> TrialState:
    """Anna the investigator and Ben of the board; a decision at entry 6."""
    return state_of(study, *person("anna", "investigator"), *person("ben", "board"), DECIDED, *after)


def missing(study: Study, state: TrialState) -> tuple[Role, ...]:
    return missing_signatures(study, state, known=state.decisions[-1])


def test_every_kind_that_is_signed_names_its_roles() -> None:
    study = study_with_accounts()
    failed = BatchReleased(batch="B", on=on(1), in_specification=False, failed=("x",))
    passed = BatchReleased(batch="B", on=on(1), in_specification=True)
    waiver = WaiverGranted(usubjid="P-1", on=on(1), criterion="I1", reason="x")
    assert roles_to_sign(study, DECIDED) == ("investigator", "board")
    assert roles_to_sign(study, waiver) == ("investigator",)
    assert roles_to_sign(study, failed) == ("investigator",)
    assert roles_to_sign(study, passed) == ()
    assert roles_to_sign(study, DataLocked(on=on(1), reason="x")) == ("data manager", "investigator")
    assert roles_to_sign(study, TrailReviewed(on=on(1), upto=1)) == ("monitor",)
    assert roles_to_sign(study, ParticipantEnrolled(usubjid="P-1", on=on(1), dose_level=1)) == ()


def test_the_protocol_says_who_signs() -> None:
    study = study_with_accounts('[conduct.signatures]\ndose_decision = ["board", "statistician"]\n')
    assert roles_to_sign(study, DECIDED) == ("board", "statistician")


def test_a_decision_waits_for_every_role_in_the_protocols_order() -> None:
    study = study_with_accounts()
    by_ben = signed(DECIDED, position=6, account="ben", role="board")
    by_anna = signed(DECIDED, position=6, account="anna", role="investigator")
    assert missing(study, trial(study)) == ("investigator", "board")
    assert missing(study, trial(study, by_ben)) == ("investigator",)
    state = trial(study, by_ben, by_anna)
    assert missing(study, state) == ()
    assert is_signed(study, state, known=state.decisions[-1])


def test_a_role_that_was_not_held_on_the_day_of_signing_does_not_count() -> None:
    study = study_with_accounts()
    by_ben = signed(DECIDED, position=6, account="ben", role="investigator")
    assert missing(study, trial(study, by_ben)) == ("investigator", "board")
    ended = DelegationEnded(account="anna", role="investigator", last_day=on(3), on=on(3), reason="left")
    by_anna = signed(DECIDED, position=6, account="anna", role="investigator")
    assert missing(study, trial(study, ended, by_anna)) == ("investigator", "board")


def test_a_delegation_that_ends_after_signing_takes_nothing_back() -> None:
    study = study_with_accounts()
    by_anna = signed(DECIDED, position=6, account="anna", role="investigator")
    ended = DelegationEnded(account="anna", role="investigator", last_day=on(4), on=on(5), reason="left")
    assert missing(study, trial(study, by_anna, ended)) == ("board",)


def test_a_correction_voids_the_signature() -> None:
    study = study_with_accounts()
    review = TrailReviewed(on=on(3), upto=2)
    mended = TrailReviewed(on=on(3), upto=2, findings="one")
    by_mona = signed(review, position=4, account="mona", role="monitor")
    before = (*person("mona", "monitor"), review, by_mona)
    state = state_of(study, *before)
    assert is_signed(study, state, known=state.logs.oversight.reviews[-1])
    correction = Corrected(position=4, reason="one", replacement_kind=review.kind, replacement=body_of(mended))
    state = state_of(study, *before, (5, correction))
    assert missing_signatures(study, state, known=state.logs.oversight.reviews[-1]) == ("monitor",)


def test_without_accounts_here_nothing_waits_for_a_signature() -> None:
    study = study_with_accounts('[conduct]\nelsewhere = ["accounts"]\nwhere = { en = "CTMS", fr = "CTMS" }\n')
    state = trial(study)
    assert roles_to_sign(study, DECIDED) == ()
    assert is_signed(study, state, known=state.decisions[-1])
