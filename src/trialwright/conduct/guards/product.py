"""No batch out of specification without a reason, no bag that may not be used, no infusion that was not released."""

from __future__ import annotations

from collections.abc import Iterable

from trialwright.conduct.contents import content, portions
from trialwright.conduct.guards.offered import Offered
from trialwright.conduct.infusion import deviations
from trialwright.conduct.preparation import same_day
from trialwright.conduct.product import Bag, against_batch, bags_on, specification_of
from trialwright.conduct.sheet import Sheet, is_above, is_below
from trialwright.conduct.signatures import missing_signatures
from trialwright.conduct.state import TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import MISSING, Finding
from trialwright.vocabulary.events import BatchReleased, InfusionGiven, ProductReleased
from trialwright.vocabulary.words import amount

OF_A_BATCH = ("not-recorded", "expired", "not-released", "unsigned", "out-of-specification")
EXCUSED_BY = ("product", "dose", "procedure")  # categories of deviation


def batch_release(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """A batch is released as its tests say; outside its limits, or untested, only with a physician's justification."""
    event = offered.event
    assert isinstance(event, BatchReleased)
    made = state.logs.product.batches.get(event.batch)
    if not study.guards("product") or made is None:
        return
    if event.on > made.event.expires_on:
        yield Finding("on", event.on, f"batch {event.batch} expired on {made.event.expires_on}", "use another batch")
    if not (study.product and study.product.tests):
        allowed = "cannot be assessed: the protocol declares no release tests"
        yield Finding("in_specification", event.in_specification, allowed, "add [[product.tests]] to the protocol")
        return
    judged = specification_of(study, state, batch=event.batch)
    right = judged.verdict == "met"
    if event.in_specification != right:
        allowed = f"is {str(right).lower()} by the protocol's release tests ({judged.verdict})"
        yield Finding("in_specification", event.in_specification, allowed, "see `trialwright batch TRIAL BATCH`")
    if set(event.failed) != set(judged.failed):
        allowed = f"must name the tests that are not met: {', '.join(judged.failed) or 'none'}"
        yield Finding("failed", list(event.failed), allowed)
    if not right and not event.justification.strip():
        allowed = f"is required: {', '.join(judged.failed)} not met, or without a result"
        roles = ", ".join(study.conduct.signatures.out_of_specification)
        yield Finding("justification", MISSING, allowed, f"give a physician's reason; {roles} signs it afterwards")


def dose_release(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """A dose is released from bags of one batch that may all be used, and not above the assigned dose."""
    event = offered.event
    assert isinstance(event, ProductReleased)
    if not study.guards("product") or event.usubjid not in state.participants:
        return
    if event.weight_kg is None:
        yield Finding("weight_kg", MISSING, "is required: the weight on the day", "weigh the participant")
    if not event.bags:
        yield Finding("bags", MISSING, "is required: the bags the dose is made of", "see `trialwright prepare`")
    moment = offered.at if offered.on == event.on else None
    purpose = (event.usubjid, event.infusion_number)
    stored = {one.filled.bag: one for one in bags_on(study, state, on=event.on, moment=moment, purpose=purpose)}
    for bag in event.bags:
        yield from _of_bag(event, bag, stored=stored.get(bag))
    yield from _of_dose(study, state, event=event)


def _of_bag(event: ProductReleased, bag: str, *, stored: Bag | None) -> Iterable[Finding]:
    if stored is None:
        yield Finding("bags", bag, "is not recorded", "record it with `trialwright batch TRIAL --file FILE`")
        return
    if stored.filled.batch != event.batch:
        yield Finding("bags", bag, f"is of batch {stored.filled.batch}, not of {event.batch}")
    for reason in stored.against:
        yield Finding("bags", bag, f"may not be used: {reason.said('en')}", "`trialwright prepare` suggests bags")


def _of_dose(study: Study, state: TrialState, *, event: ProductReleased) -> Iterable[Finding]:
    """The dose stated: not above the assigned one, and what the bags hold, where the protocol says how to count."""
    level = state.participants[event.usubjid].enrolled.event.dose_level
    assigned, tolerance = study.dose_levels[level - 1].amount, study.dosing.tolerance
    if is_above(event.dose_released, assigned, tolerance=tolerance):
        allowed = f"is above the assigned dose, {amount(assigned)}, by more than the protocol's tolerance"
        yield Finding("dose_released", event.dose_released, allowed, "take fewer bags, or a smaller volume")
    log = state.logs.product
    countable = study.product is not None and study.product.preparation is not None and study.dosing.basis is not None
    if not countable or event.weight_kg is None or not event.bags or any(bag not in log.bags for bag in event.bags):
        return
    sheet = Sheet.of(study, weight_kg=event.weight_kg, level=level)
    held = [content(sheet.preparation, log.bags[bag].event) for bag in event.bags]
    for one in held:
        if one.against is not None:
            yield Finding("bags", one.bag.bag, f"may not be used: {one.against.said('en')}", "choose another bag")
    if any(one.cells is None for one in held):
        return
    full = sum(one.bag.volume_ml for one in held)
    if event.volume_ml is not None and is_above(event.volume_ml, full, tolerance=0.0):
        yield Finding("volume_ml", event.volume_ml, f"is more than the bags hold ({full:g} mL)")
    taken = portions(held, full if event.volume_ml is None else event.volume_ml)
    dose = sheet.dose_of(sum(one.cells for one in taken))
    off = is_above(event.dose_released, dose, tolerance=tolerance) or is_below(
        event.dose_released, dose, tolerance=tolerance
    )
    if off:
        allowed = f"is not what these bags hold: {amount(dose)}"
        yield Finding("dose_released", event.dose_released, allowed, "see the lines of `trialwright prepare`")
    number = event.infusion_number
    earlier = same_day(state, usubjid=event.usubjid, number=number, on=event.on, sheet=sheet)
    for _, over in sheet.limits(taken, earlier=earlier):
        if over is not None:
            yield Finding("volume_ml", event.volume_ml, over.said("en"), "take fewer bags, or a smaller volume")


def infusion(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """An infusion is of what was released for it, from a batch and bags that may be used on the day.

    What cannot be undone any more (a limit that was passed) is recorded once a deviation of that day is.
    """
    event = offered.event
    assert isinstance(event, InfusionGiven)
    one = state.participants.get(event.usubjid)
    if not study.guards("product") or study.is_blinded or one is None:
        return  # of a kit of a blinded trial, batch and bags are sealed
    known = one.release_for(event.infusion_number)
    if known is None:
        allowed = f"nothing was released for this infusion of {event.usubjid}"
        yield Finding(
            "infusion_number", event.infusion_number, allowed, "release it: `trialwright prepare … --release`"
        )
        return
    release = known.event
    if release.on > event.on:
        yield Finding("on", event.on, f"lies before the dose was released ({release.on})")
    if event.batch != release.batch:
        yield Finding("batch", event.batch, f"is not the batch released: {release.batch}")
    if not event.bags or not set(event.bags) <= set(release.bags):
        allowed = f"must be among the bags released: {', '.join(release.bags) or 'none'}"
        yield Finding("bags", list(event.bags), allowed, "correct the release, or name its bags")
    yield from _of_product(study, state, event=event)
    for passed in deviations(study, state, infusion=event, release=release):
        if not _excused(study, state, event=event):
            remedy = (
                f"correct it, or record a deviation of {event.usubjid} on {event.on} first "
                f"(`trialwright deviation`, category {' or '.join(EXCUSED_BY)})"
            )
            yield Finding(passed.code, getattr(event, passed.code), passed.said("en"), remedy)


def _of_product(study: Study, state: TrialState, *, event: InfusionGiven) -> Iterable[Finding]:
    """What speaks against the batch and the bags on the day of the infusion; the hours after thawing come later."""
    for reason in against_batch(study, state, batch=event.batch, on=event.on):
        yield Finding("batch", event.batch, f"may not be given: {reason.said('en')}", "see `trialwright batch TRIAL`")
    purpose = (event.usubjid, event.infusion_number)
    for bag in bags_on(study, state, on=event.on, moment=event.began, purpose=purpose):
        for reason in bag.against if bag.filled.bag in event.bags else ():
            if reason.code not in (*OF_A_BATCH, "thawed"):
                yield Finding("bags", bag.filled.bag, f"may not be given: {reason.said('en')}")


def _excused(study: Study, state: TrialState, *, event: InfusionGiven) -> bool:
    """Whether a deviation of this participant and day is on record, and signed where it is a major one."""
    return any(
        known.event.usubjid == event.usubjid
        and known.event.on == event.on
        and known.event.category in EXCUSED_BY
        and not missing_signatures(study, state, known=known)
        for known in state.logs.oversight.deviations.values()
    )
