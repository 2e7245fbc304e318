"""What has to be so before anybody is randomised, gets a kit, an infusion of it, or is unblinded.

These guards hold in every trial with arms, whatever another system documents: what was told cannot be taken back.
"""

from __future__ import annotations

from collections.abc import Iterable

from trialwright.conduct.guards.offered import Offered
from trialwright.conduct.logs import StaffLog
from trialwright.conduct.logs.randomisation import RandomisationLog
from trialwright.conduct.randomisation import is_number, kit_of, lacks_of, next_number
from trialwright.conduct.state import TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import MISSING, Finding
from trialwright.vocabulary.events import (
    Corrected,
    EnvelopeSealed,
    InfusionGiven,
    KitChecked,
    KitDispensed,
    ParticipantEnrolled,
    ParticipantRandomised,
    RandomisationListSealed,
    Role,
    RoleDelegated,
    TreatmentUnblinded,
)

NO_ARMS = "has no arms: its protocol has no [randomisation]"
UNBLINDED: tuple[Role, ...] = ("unblinded pharmacist", "unblinded statistician")
APART: tuple[Role, ...] = ("investigator", "data manager", "statistician", "monitor", "sponsor", "administrator")
SECOND = "have a second person run `trialwright check-kit`"


def sealing(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """A list is sealed for a trial with arms, by its method and strata."""
    event, section = offered.event, study.randomisation
    assert isinstance(event, RandomisationListSealed)
    if section is None:
        yield Finding("method", event.method, f"this trial {NO_ARMS}")
    elif (event.method, event.strata) != (section.method, len(section.strata)):
        yield Finding("method", event.method, f"is not the protocol's ({section.method}, {len(section.strata)} strata)")


def randomising(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """The participant is enrolled and in follow-up, the stratum complete, the number the next one of the list in force.

    Eligibility is a guard of its own. What stands in the way is never which arm comes next.
    """
    event, section, log = offered.event, study.randomisation, state.logs.randomisation
    assert isinstance(event, ParticipantRandomised)
    if section is None:
        yield Finding("usubjid", event.usubjid, f"cannot be randomised: this trial {NO_ARMS}")
        return
    one = state.participants.get(event.usubjid)
    if one is None:
        yield Finding("usubjid", event.usubjid, "is not enrolled", "enrol first: `trialwright enrol`")
    elif one.ended is not None:
        yield Finding("usubjid", event.usubjid, f"left observation on {one.ended.event.on}")
    elif event.on < one.enrolled.event.on:
        yield Finding("on", event.on, f"lies before {event.usubjid} was enrolled ({one.enrolled.event.on})")
    lacks = lacks_of(section, event.stratum)
    for name, allowed in lacks:
        yield Finding(f"stratum.{name}", event.stratum.get(name, MISSING), allowed, "--stratum NAME=LEVEL")
    if not lacks:
        yield from _number(study, log, event=event)


def _number(study: Study, log: RandomisationLog, *, event: ParticipantRandomised) -> Iterable[Finding]:
    assert study.randomisation is not None
    if log.sealed is None:
        yield Finding("number", MISSING, "no randomisation list is sealed", "`trialwright seal-list` makes one")
        return
    if event.sealed_digest != log.sealed.event.sealed_digest:
        yield Finding("sealed_digest", event.sealed_digest[:12], "is not that of the list in force")
    number = next_number(study.randomisation, log, stratum=event.stratum)
    if number is None or not event.number:
        allowed = f"the list of this stratum is exhausted ({log.sealed.event.numbers} numbers)"
        yield Finding("number", MISSING, allowed, "nobody else of it is randomised; ask the unblinded statistician")
    elif event.number != number:
        yield Finding("number", event.number, f"is not the next one of its stratum, {number}")


def envelope(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """Envelopes are added where the arm is found when somebody is randomised; a list has them from the start."""
    event = offered.event
    assert isinstance(event, EnvelopeSealed)
    if study.randomisation is None or study.randomisation.method != "minimisation":
        yield Finding("number", event.number, "has its envelope in the sealed list, if there is one")


def dispensing(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """The kit is that of this participant and infusion, and an envelope is there, should it have to be opened.

    Nothing here knows or asks what is in the kit.
    """
    event, log = offered.event, state.logs.randomisation
    assert isinstance(event, KitDispensed)
    known = log.randomised.get(event.usubjid)
    if known is None or study.randomisation is None:
        return  # the fold says so
    yield from _kit(event, number=known.event.number)
    if event.on < known.event.on:
        yield Finding("on", event.on, f"lies before {event.usubjid} was randomised ({known.event.on})")
    if study.randomisation.method == "minimisation" and known.event.number not in log.envelopes:
        allowed = f"cannot be dispensed yet: {event.usubjid} could not be unblinded in an emergency"
        yield Finding("kit", event.kit, allowed, "`trialwright seal-envelopes` first")


def checking(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """The check is a second person's, and the kit number read off the bag is the one dispensed."""
    event, log = offered.event, state.logs.randomisation
    assert isinstance(event, KitChecked)
    known, given = log.randomised.get(event.usubjid), log.kit_for(event.usubjid, event.infusion_number)
    if known is None or given is None:
        return  # the fold says so
    if not is_number(event.kit.partition("/")[0]):
        yield Finding("kit", event.kit, "is misread: its check digit does not fit", "read the label again")
    elif event.kit != given.event.kit:
        yield Finding(
            "kit", event.kit, f"is not the kit of infusion {event.infusion_number} of {event.usubjid}", "stop"
        )
    if offered.by.strip().casefold() == given.by.strip().casefold():
        yield Finding("by", offered.by, "dispensed this kit; the check is a second person's", SECOND)


def _kit(event: KitDispensed, *, number: str) -> Iterable[Finding]:
    expected = kit_of(number, event.infusion_number)
    if event.kit != expected:
        yield Finding(
            "kit", event.kit, f"is not that of infusion {event.infusion_number} of {event.usubjid}: {expected}"
        )


def infusing(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """In a blinded trial an infusion is of a kit that was dispensed and checked."""
    event = offered.event
    assert isinstance(event, InfusionGiven)
    if not study.is_blinded:
        return
    log = state.logs.randomisation
    given = log.kit_for(event.usubjid, event.infusion_number)
    if given is None:
        allowed = f"no kit is dispensed for infusion {event.infusion_number} of {event.usubjid}"
        yield Finding("infusion_number", event.infusion_number, allowed, "`trialwright dispense` first")
    elif study.guards("identity") and log.check_for(event.usubjid, event.infusion_number) is None:
        allowed = f"the kit {given.event.kit} was not checked by a second person"
        yield Finding("infusion_number", event.infusion_number, allowed, SECOND)
    elif given.event.on > event.on:
        yield Finding("on", event.on, f"lies before the kit was dispensed ({given.event.on})")


def unblinding(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """Somebody has to be told, for a reason; a second person is there, except in an emergency."""
    event = offered.event
    assert isinstance(event, TreatmentUnblinded)
    if not event.reason.strip():
        yield Finding("reason", event.reason, "is needed", "--reason 'why the arm has to be known'")
    if not event.told_to:
        yield Finding("told_to", [], "must say who is told the arm", "--told NAME")
    if event.emergency:
        return
    if event.opened_with != "list key":
        allowed = "is for an emergency"
        yield Finding("opened_with", event.opened_with, allowed, "--emergency, or a holder of the list key unblinds")
    if event.witness is None:
        yield Finding("witness", MISSING, "must name a second person", "--witness ACCOUNT, or --emergency")
    elif event.witness == offered.by:
        yield Finding("witness", event.witness, "is the one who unblinds; the second person is another")
    elif study.guards("accounts") and not _may_witness(state.logs.staff, event, offered=offered):
        yield Finding("witness", event.witness, f"has no open account with a role on {offered.on}")


def _may_witness(staff: StaffLog, event: TreatmentUnblinded, *, offered: Offered) -> bool:
    witness = event.witness or ""
    return staff.is_open(witness) and bool(staff.roles(witness, on=offered.on))


def never_corrected(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """What the randomisation rests on, or has led to, stays as it happened."""
    event = offered.event
    assert isinstance(event, Corrected)
    corrects = offered.corrects
    if corrects is not None and isinstance(corrects, RandomisationLog.TAKES):
        allowed = "is never corrected: whoever was randomised, or told an arm, was"
        remedy = "record what was wrong with it: `trialwright deviation`"
        yield Finding("position", corrects.kind, allowed, remedy)
    gone = isinstance(corrects, ParticipantEnrolled) and event.replacement is None
    if gone and getattr(corrects, "usubjid", "") in state.logs.randomisation.randomised:
        allowed = f"cannot be withdrawn: {getattr(corrects, 'usubjid', '')} is randomised, and counts from then on"
        yield Finding("position", event.position, allowed, "record how they left: `trialwright leave`")


def roles_apart(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """Who holds the key of the list holds no role that is blinded, and the other way round."""
    event = offered.event
    assert isinstance(event, RoleDelegated)
    if not study.is_blinded:
        return
    every = [known.event.role for known in state.logs.staff.delegations.get(event.account, [])]
    against = APART if event.role in UNBLINDED else UNBLINDED if event.role in APART else ()
    for role in every:
        if role in against:
            allowed = f"does not go with {role}, which {event.account} holds or held: one of them is blinded"
            yield Finding("role", event.role, allowed, "delegate it to another person")
