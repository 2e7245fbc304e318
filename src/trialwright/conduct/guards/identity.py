"""Inspectors' finding 7: nobody is infused before a second person has confirmed participant, weight, batch and bags.

The second person says what they see; what was released is not shown to them, so that a slip shows.
"""

from __future__ import annotations

from collections.abc import Iterable

from trialwright.conduct.guards.offered import Offered
from trialwright.conduct.state import Known, TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Finding
from trialwright.vocabulary.events import IdentityConfirmed, InfusionGiven, ProductReleased

CONFIRM = "have a second person run `trialwright confirm-identity`"
UNEQUAL = "is not what was released for this infusion"
LOOK = "stop and look again at participant, scales, label and bags; correct the release if it is the one in error"


def confirmation(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """The check is a second person's, and everything in it equals the release."""
    event = offered.event
    assert isinstance(event, IdentityConfirmed)
    one = state.participants.get(event.usubjid)
    release = one.release_for(event.infusion_number) if one else None
    if not study.guards("identity") or release is None:
        return  # a check of what was never released is refused by the fold
    if _same_person(offered.by, release.by):
        yield Finding("by", offered.by, "released this dose; the check is a second person's", CONFIRM)
    yield from (Finding(name, getattr(event, name), UNEQUAL, LOOK) for name in unequal(event, release.event))


def confirmed(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """An infusion waits for the second person's check, which must still hold for what is given."""
    event = offered.event
    assert isinstance(event, InfusionGiven)
    one = state.participants.get(event.usubjid)
    if not study.guards("identity") or study.is_blinded or one is None:
        return  # in a blinded trial the kit is checked: guards/randomisation.py
    check, release = one.confirmation_for(event.infusion_number), one.release_for(event.infusion_number)
    if check is None or release is None:
        allowed = f"the identity of {event.usubjid} was not confirmed by a second person for this infusion"
        yield Finding("infusion_number", event.infusion_number, allowed, CONFIRM)
        return
    yield from _still_holds(event, check, release=release)


def _still_holds(
    event: InfusionGiven, check: Known[IdentityConfirmed], *, release: Known[ProductReleased]
) -> Iterable[Finding]:
    if _same_person(check.by, release.by):
        allowed = f"its check was recorded by {check.by}, who released the dose"
        yield Finding("infusion_number", event.infusion_number, allowed, CONFIRM)
    changed = unequal(check.event, release.event)
    if changed:
        allowed = f"what was confirmed is not what is released now: {', '.join(changed)}"
        yield Finding("infusion_number", event.infusion_number, allowed, f"{CONFIRM} again")
    if check.event.on > event.on:
        yield Finding("on", event.on, f"lies before identity was confirmed ({check.event.on})")
    if event.batch != check.event.batch:
        yield Finding("batch", event.batch, f"is not the batch confirmed: {check.event.batch}")
    if not set(event.bags) <= set(check.event.bags):
        yield Finding("bags", list(event.bags), f"were not all confirmed: {', '.join(check.event.bags)}")


def unequal(check: IdentityConfirmed, release: ProductReleased) -> tuple[str, ...]:
    """The fields of a check that are not as released; bags in any order."""
    pairs = {
        "weight_kg": (check.weight_kg, release.weight_kg),
        "batch": (check.batch, release.batch),
        "bags": (sorted(check.bags), sorted(release.bags)),
    }
    return tuple(name for name, (said, released) in pairs.items() if said != released)


def _same_person(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
