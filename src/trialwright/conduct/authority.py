"""Authority: which roles record which kind of entry, and who holds one of them on a day.

The table is written for separation of duties (ICH E6(R3) 2.3 and 4.1, 21 CFR 11.10(g)): whoever keeps the accounts
neither records data nor decides doses; facts about participants are the investigator's, or are transcribed by a data
manager; judgements (eligibility, causality, a dose-limiting toxicity) are not transcribed. Which role does what is our
reading, to be confirmed by the sponsor's procedures; what the protocol says about signatures is added to it: who signs
a kind of entry may record it, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from trialwright.conduct.logs import StaffLog
from trialwright.conduct.signatures import roles_to_sign
from trialwright.protocol.study import Study
from trialwright.vocabulary.events import (
    AccountClosed,
    AccountLocked,
    AccountOpened,
    AccountUnlocked,
    AdverseEventCoded,
    AdverseEventFollowed,
    AdverseEventReported,
    AssessmentRecorded,
    BagFilled,
    BaselineRecorded,
    BatchMade,
    BatchReleased,
    CausalityAssessed,
    ConsentWithdrawn,
    Corrected,
    CredentialsChanged,
    DataCutFrozen,
    DataLocked,
    DataUnlocked,
    DelegationEnded,
    DeviationRecorded,
    DltAdjudicated,
    DonationRegistered,
    DoseDecided,
    EligibilityConfirmed,
    EnrolmentClosed,
    EnvelopeSealed,
    Event,
    ExpectednessAssessed,
    FollowUpEnded,
    IdentityConfirmed,
    InfusionGiven,
    KitChecked,
    KitDispensed,
    LaboratoryRangeSet,
    MeasurementsRecorded,
    ParticipantEnrolled,
    ParticipantRandomised,
    ParticipantScreened,
    ProductReleased,
    QueryAnswered,
    QueryClosed,
    QueryRaised,
    RandomisationListSealed,
    ReleaseTested,
    ResponseAssessed,
    Role,
    RoleDelegated,
    SafetyReportSent,
    ScreeningRecorded,
    SealedListOpened,
    Signed,
    StorageRecorded,
    TrailReviewed,
    TreatmentUnblinded,
    TrialOpened,
    VisitHeld,
    VisitMissed,
    WaiverGranted,
)

PROGRAM = "trialwright"  # records what no person does: that an account was locked, a first password after a restore
BY_PROGRAM: tuple[type[Event], ...] = (AccountLocked, AccountUnlocked, CredentialsChanged)
ROLES: tuple[Role, ...] = (
    *("investigator", "statistician", "data manager", "pharmacist"),
    *("monitor", "board", "sponsor", "administrator"),
    *("unblinded pharmacist", "unblinded statistician"),
)

_SITE: tuple[Role, ...] = ("investigator", "data manager")
_MEDICAL: tuple[Role, ...] = ("investigator",)
_PHARMACY: tuple[Role, ...] = ("pharmacist", "unblinded pharmacist")
_UNBLINDED: tuple[Role, ...] = ("unblinded statistician", "unblinded pharmacist")
_ACCOUNTS: tuple[Role, ...] = ("administrator",)
_ASKING: tuple[Role, ...] = ("monitor", "data manager", "statistician", "board", "sponsor")

# Who may record what. A kind that is missing here may be recorded by nobody; a test asks for every kind.
MAY_RECORD: Mapping[type[Event], tuple[Role, ...]] = {
    # the trial
    TrialOpened: _ACCOUNTS,
    EnrolmentClosed: ("sponsor", "board", "investigator"),
    DataCutFrozen: ("statistician", "data manager"),
    DoseDecided: ("board",),
    Signed: ROLES,  # which of them for which entry: guards/signing.py
    QueryRaised: _ASKING,
    QueryAnswered: ("investigator", "pharmacist", "data manager"),
    QueryClosed: ("monitor", "data manager"),
    DeviationRecorded: ("investigator", "pharmacist", "data manager", "monitor", "sponsor"),
    DataLocked: ("data manager",),
    DataUnlocked: ("data manager",),
    TrailReviewed: ("monitor",),
    Corrected: ROLES,  # who may record the entry that is corrected, and what takes its place
    # staff
    AccountOpened: _ACCOUNTS,
    AccountClosed: _ACCOUNTS,
    AccountLocked: (),  # by the program alone
    AccountUnlocked: _ACCOUNTS,
    CredentialsChanged: _ACCOUNTS,  # and everyone for their own account
    RoleDelegated: _ACCOUNTS,
    DelegationEnded: _ACCOUNTS,
    # participants
    ParticipantScreened: _SITE,
    ScreeningRecorded: _SITE,
    WaiverGranted: _MEDICAL,
    EligibilityConfirmed: _MEDICAL,
    ParticipantEnrolled: _SITE,
    BaselineRecorded: _SITE,
    ConsentWithdrawn: _SITE,
    FollowUpEnded: _SITE,
    # product and infusion
    DonationRegistered: _PHARMACY,
    BatchMade: _PHARMACY,
    BagFilled: _PHARMACY,
    ReleaseTested: _PHARMACY,
    BatchReleased: _PHARMACY,
    StorageRecorded: _PHARMACY,
    ProductReleased: _PHARMACY,
    IdentityConfirmed: (*_PHARMACY, "investigator"),
    InfusionGiven: _SITE,
    # visits
    VisitHeld: _SITE,
    VisitMissed: _SITE,
    MeasurementsRecorded: _SITE,
    LaboratoryRangeSet: _SITE,
    AssessmentRecorded: _SITE,
    ResponseAssessed: _SITE,
    # randomisation
    RandomisationListSealed: ("unblinded statistician",),
    ParticipantRandomised: _SITE,
    EnvelopeSealed: _UNBLINDED,
    KitDispensed: ("unblinded pharmacist",),
    KitChecked: ("pharmacist", "unblinded pharmacist", "investigator"),
    TreatmentUnblinded: ("investigator", "sponsor", *_UNBLINDED),
    SealedListOpened: _UNBLINDED,
    # safety
    AdverseEventReported: _SITE,
    AdverseEventFollowed: _SITE,
    CausalityAssessed: ("investigator", "sponsor"),  # each for itself: see roles_for
    ExpectednessAssessed: ("sponsor",),
    AdverseEventCoded: ("data manager", "sponsor"),
    DltAdjudicated: ("investigator", "board"),
    SafetyReportSent: ("sponsor", "investigator"),
}


def roles_for(study: Study, event: Event) -> tuple[Role, ...]:
    """The roles that may record this event: those of its kind, and those that sign it."""
    if isinstance(event, CausalityAssessed):
        return (event.assessor,)
    usual = MAY_RECORD.get(type(event), ())
    return (*usual, *(role for role in roles_to_sign(study, event) if role not in usual))


def when_held(staff: StaffLog, account: str, *, roles: Iterable[Role], on: date) -> str:
    """When a person held or will hold one of these roles, in words, where that is not this day; empty: never."""
    wanted = tuple(roles)
    said = []
    for known in staff.delegations.get(account, []):
        event = known.event
        if event.role not in wanted:
            continue
        if on < event.first_day:
            said.append(f"will be {event.role} from {event.first_day}")
        elif last := staff.last_day(known):
            said.append(f"was {event.role} until {last}")
    return ", ".join(said)
