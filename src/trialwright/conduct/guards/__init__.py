"""What has to be so before an event may be recorded: each guard answers an inspector's finding.

One file is one guard: a function that yields a finding for everything that stands in the way, and nothing when the
event may be recorded. A guard of *standing* looks at the logs alone and is asked about every event (who may
record, are the data locked); a guard of *readiness* looks at the whole state and is asked about the kinds of event it
names.

To add one: a file here, and a line below. It asks ``study.guards(…)`` first where a protocol may say that another
system documents this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Protocol

from trialwright.conduct.guards import (
    adverse_events,
    decision,
    eligibility,
    excuse,
    identity,
    lock,
    product,
    randomisation,
)
from trialwright.conduct.guards.accounts import accounts
from trialwright.conduct.guards.authority import authority
from trialwright.conduct.guards.offered import Offered
from trialwright.conduct.guards.signing import signing
from trialwright.conduct.logs import Logs
from trialwright.conduct.state import TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Finding
from trialwright.vocabulary.events import (
    AccountClosed,
    AccountOpened,
    AdverseEventCoded,
    AdverseEventFollowed,
    BatchReleased,
    CausalityAssessed,
    Corrected,
    DelegationEnded,
    DltAdjudicated,
    DoseDecided,
    EligibilityConfirmed,
    EnvelopeSealed,
    Event,
    ExpectednessAssessed,
    IdentityConfirmed,
    InfusionGiven,
    KitChecked,
    KitDispensed,
    ParticipantEnrolled,
    ParticipantRandomised,
    ParticipantScreened,
    ProductReleased,
    RandomisationListSealed,
    RoleDelegated,
    SafetyReportSent,
    ScreeningRecorded,
    Signed,
    TreatmentUnblinded,
)

__all__ = ["NEED_STATE", "Offered", "readiness", "standing"]


class Standing(Protocol):
    """A guard of every event."""

    def __call__(self, study: Study, logs: Logs, *, offered: Offered) -> Iterable[Finding]:
        """What stands in the way."""
        ...


class Readiness(Protocol):
    """A guard of some kinds of event."""

    def __call__(self, study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
        """What stands in the way."""
        ...


STANDING: tuple[Standing, ...] = (authority, lock.locked)
NEED_STATE: Mapping[type[Event], tuple[Readiness, ...]] = {
    ParticipantScreened: (eligibility.consent_comes_first,),
    ScreeningRecorded: (eligibility.consent_comes_first,),
    EligibilityConfirmed: (eligibility.judgement_fits,),
    ParticipantEnrolled: (eligibility.is_confirmed, decision.of_enrolment),
    BatchReleased: (product.batch_release,),
    ProductReleased: (product.dose_release,),
    IdentityConfirmed: (identity.confirmation,),
    InfusionGiven: (
        eligibility.is_confirmed,
        decision.of_infusion,
        product.infusion,
        identity.confirmed,
        randomisation.infusing,
    ),
    Corrected: (eligibility.is_confirmed, randomisation.never_corrected),
    DoseDecided: (decision.of_decision,),
    AdverseEventCoded: (adverse_events.fits_the_course,),
    AdverseEventFollowed: (adverse_events.fits_the_course,),
    CausalityAssessed: (adverse_events.fits_the_course,),
    DltAdjudicated: (adverse_events.fits_the_course,),
    ExpectednessAssessed: (adverse_events.fits_the_course,),
    SafetyReportSent: (adverse_events.fits_the_course,),
    AccountOpened: (accounts,),
    AccountClosed: (accounts,),
    RoleDelegated: (accounts, randomisation.roles_apart),
    DelegationEnded: (accounts,),
    Signed: (signing,),
    RandomisationListSealed: (randomisation.sealing,),
    ParticipantRandomised: (eligibility.is_confirmed, randomisation.randomising),
    EnvelopeSealed: (randomisation.envelope,),
    KitDispensed: (randomisation.dispensing,),
    KitChecked: (randomisation.checking,),
    TreatmentUnblinded: (randomisation.unblinding,),
}


def standing(study: Study, logs: Logs, *, offered: Offered) -> Iterable[Finding]:
    """Everything that stands in the way of any event at all: the person's authority, locked data."""
    return chain.from_iterable(guard(study, logs, offered=offered) for guard in STANDING)


def readiness(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """Everything that stands in the way of this kind of event on this day; nothing where a deviation excuses it."""
    asked = NEED_STATE.get(type(offered.event), ())
    findings = list(chain.from_iterable(guard(study, state, offered=offered) for guard in asked))
    if not findings or not isinstance(offered.event, excuse.EXCUSABLE):
        return findings
    return () if excuse.excused(study, state, offered=offered) else [*findings[:-1], excuse.with_way_out(findings[-1])]
