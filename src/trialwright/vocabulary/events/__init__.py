"""Everything that can happen in a trial, as events; the stored name of each is stable for as long as records are kept.

* trial
  x TrialOpened               trial-opened.2              for real, as a reconstruction or as a rehearsal
  x EnrolmentClosed           enrolment-closed.2
  x DataCutFrozen             data-cut-frozen.1           the data behind a decision
  x DoseDecided               dose-decided.2
  x Signed                    signed.1                    an entry, by a person, with a meaning
  x QueryRaised, QueryAnswered, QueryClosed               query-raised.1, query-answered.1, query-closed.1
  x DeviationRecorded         deviation-recorded.1
  x DataLocked, DataUnlocked  data-locked.1, data-unlocked.1
  x TrailReviewed             trail-reviewed.1
  x Corrected                 corrected.1                 replaces or withdraws an earlier entry; nothing is ever edited
* staff
  x AccountOpened, AccountClosed, AccountLocked, AccountUnlocked
  x CredentialsChanged, RoleDelegated, DelegationEnded
* participant
  x ParticipantScreened       participant-screened.1
  x ScreeningRecorded         screening-recorded.1        what the criteria ask for
  x WaiverGranted             waiver-granted.1
  x EligibilityConfirmed      eligibility-confirmed.1
  x ParticipantEnrolled       participant-enrolled.2      assigned to a dose level, in a cohort or as a backfill
  x BaselineRecorded          baseline-recorded.1         a characteristic before the first infusion
  x ConsentWithdrawn          consent-withdrawn.1
  x FollowUpEnded             follow-up-ended.2
* product and infusion
  x DonationRegistered, BatchMade, BagFilled, ReleaseTested, BatchReleased, StorageRecorded
  x ProductReleased           product-released.2          a dose prepared for one participant
  x IdentityConfirmed         identity-confirmed.1        by a second person
  x InfusionGiven             infusion-given.2
* visits
  x VisitHeld, VisitMissed    visit-held.1, visit-missed.1
  x MeasurementsRecorded      measurements-recorded.1     laboratory values, vital signs
  x LaboratoryRangeSet        laboratory-range-set.1
  x AssessmentRecorded        assessment-recorded.2       items of an instrument at a visit
  x ResponseAssessed          response-assessed.1
* randomisation               no arm in any of them, nor anything computed from one (decision 0016)
  x RandomisationListSealed   randomisation-list-sealed.1
  x ParticipantRandomised     participant-randomised.1    number and stratum
  x EnvelopeSealed            envelope-sealed.1           after a minimisation
  x KitDispensed, KitChecked  kit-dispensed.1, kit-checked.1
  x TreatmentUnblinded        treatment-unblinded.1       before the arm is shown
  x SealedListOpened          sealed-list-opened.1        with its key, for a purpose
* safety
  x AdverseEventReported      adverse-event-reported.2
  x AdverseEventFollowed, CausalityAssessed, ExpectednessAssessed, AdverseEventCoded
  x DltAdjudicated            dlt-adjudicated.1
  x SafetyReportSent          safety-report-sent.1

Missing is ``None`` ("not known"), never zero and never "no".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trialwright.vocabulary.events import participants, product, randomisation, safety, staff, trial, visits
from trialwright.vocabulary.events.participants import (
    BaselineRecorded,
    ConsentWithdrawn,
    EligibilityConfirmed,
    Fact,
    FollowUpEnded,
    ParticipantEnrolled,
    ParticipantScreened,
    ScreeningRecorded,
    Taken,
    WaiverGranted,
)
from trialwright.vocabulary.events.product import (
    BagFilled,
    BatchMade,
    BatchReleased,
    DonationRegistered,
    IdentityConfirmed,
    InfusionGiven,
    Interruption,
    ProductReleased,
    ReleaseTested,
    StorageRecorded,
)
from trialwright.vocabulary.events.randomisation import (
    EnvelopeSealed,
    KitChecked,
    KitDispensed,
    ParticipantRandomised,
    RandomisationListSealed,
    SealedListOpened,
    TreatmentUnblinded,
)
from trialwright.vocabulary.events.safety import (
    AdverseEventCoded,
    AdverseEventFollowed,
    AdverseEventReported,
    CausalityAssessed,
    DltAdjudicated,
    ExpectednessAssessed,
    SafetyReportSent,
)
from trialwright.vocabulary.events.staff import (
    AccountClosed,
    AccountLocked,
    AccountOpened,
    AccountUnlocked,
    CredentialsChanged,
    DelegationEnded,
    RoleDelegated,
)
from trialwright.vocabulary.events.trial import (
    Corrected,
    CutPoint,
    DataCutFrozen,
    DataLocked,
    DataUnlocked,
    DeviationRecorded,
    DoseDecided,
    EnrolmentClosed,
    QueryAnswered,
    QueryClosed,
    QueryRaised,
    Signed,
    TrailReviewed,
    TrialOpened,
)
from trialwright.vocabulary.events.visits import (
    AssessmentRecorded,
    LaboratoryRangeSet,
    Measured,
    MeasurementsRecorded,
    ResponseAssessed,
    VisitHeld,
    VisitMissed,
)
from trialwright.vocabulary.events.words import STRICT, Event, Role, Value

__all__ = [
    "EVENTS",
    "STRICT",
    "UPCASTS",
    "AccountClosed",
    "AccountLocked",
    "AccountOpened",
    "AccountUnlocked",
    "AdverseEventCoded",
    "AdverseEventFollowed",
    "AdverseEventReported",
    "AssessmentRecorded",
    "BagFilled",
    "BaselineRecorded",
    "BatchMade",
    "BatchReleased",
    "Body",
    "CausalityAssessed",
    "ConsentWithdrawn",
    "Corrected",
    "CredentialsChanged",
    "CutPoint",
    "DataCutFrozen",
    "DataLocked",
    "DataUnlocked",
    "DelegationEnded",
    "DeviationRecorded",
    "DltAdjudicated",
    "DonationRegistered",
    "DoseDecided",
    "EligibilityConfirmed",
    "EnrolmentClosed",
    "EnvelopeSealed",
    "Event",
    "ExpectednessAssessed",
    "Fact",
    "FollowUpEnded",
    "IdentityConfirmed",
    "InfusionGiven",
    "Interruption",
    "KitChecked",
    "KitDispensed",
    "LaboratoryRangeSet",
    "Measured",
    "MeasurementsRecorded",
    "ParticipantEnrolled",
    "ParticipantRandomised",
    "ParticipantScreened",
    "ProductReleased",
    "QueryAnswered",
    "QueryClosed",
    "QueryRaised",
    "RandomisationListSealed",
    "ReleaseTested",
    "ResponseAssessed",
    "Role",
    "RoleDelegated",
    "SafetyReportSent",
    "ScreeningRecorded",
    "SealedListOpened",
    "Signed",
    "StorageRecorded",
    "Taken",
    "TrailReviewed",
    "TreatmentUnblinded",
    "TrialOpened",
    "Value",
    "VisitHeld",
    "VisitMissed",
    "WaiverGranted",
]

EVENTS: Mapping[str, type[Event]] = {
    found.kind: found
    for theme in (trial, staff, participants, product, visits, randomisation, safety)
    for found in vars(theme).values()
    if isinstance(found, type) and issubclass(found, Event) and found is not Event
}

Body = dict[str, Any]
Lift = Callable[[Body], Body]


def _with(**added: Any) -> Lift:
    """A lift that adds what the older version did not know of."""
    return lambda body: {**added, **body}


# How an entry stored under an older name is read today: old name -> (new name, lift of its body).
UPCASTS: Mapping[str, tuple[str, Lift]] = {
    "trial-opened.1": ("trial-opened.2", _with(rehearsal=False)),
    "enrolment-closed.1": ("enrolment-closed.2", _with()),
    "participant-enrolled.1": ("participant-enrolled.2", _with(backfill=False)),
    "follow-up-ended.1": ("follow-up-ended.2", _with(how=None)),
    "product-released.1": ("product-released.2", _with()),
    "infusion-given.1": ("infusion-given.2", _with()),
    "assessment-recorded.1": ("assessment-recorded.2", _with(infusion_number=None)),
    "adverse-event-reported.1": ("adverse-event-reported.2", _with()),
    "dose-decided.1": ("dose-decided.2", _with()),
}
