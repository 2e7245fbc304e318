"""What of a product's event does not go with the protocol, or with itself, whatever the state of the trial."""

from __future__ import annotations

from collections.abc import Iterable

from trialwright.protocol.product import ReleaseTest
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Finding
from trialwright.vocabulary.events import (
    BagFilled,
    BatchMade,
    BatchReleased,
    Event,
    IdentityConfirmed,
    InfusionGiven,
    ProductReleased,
    ReleaseTested,
    StorageRecorded,
)


def product_misfits(study: Study, event: Event) -> Iterable[Finding]:
    """Every complaint about one event of the product."""
    match event:
        case ReleaseTested():
            yield from _of_test(study, event)
        case BatchMade():
            if event.expires_on < event.on:
                yield Finding("expires_on", event.expires_on, f"lies before the batch was made ({event.on})")
            if not event.donations:
                yield Finding("donations", [], "must name at least one donation")
        case BagFilled(counts="viable", viability=float()):
            yield Finding("viability", event.viability, "is for total counts; these are of viable cells", "remove it")
        case StorageRecorded():
            if event.at is not None and study.identity.day_of(event.at) != event.on:
                yield Finding("at", event.at, f"is not a time of {event.on} where the trial is run")
        case ProductReleased(bags=bags) if len(set(bags)) < len(bags):
            yield Finding("bags", list(bags), "names a bag twice")
        case InfusionGiven():
            yield from _of_infusion(study, event)


def done_again(study: Study) -> tuple[type[Event], ...]:
    """What is withdrawn and done again, never replaced: a correction passes no guard, and has another author."""
    product = (BatchReleased, ProductReleased) if study.guards("product") else ()
    return (*product, IdentityConfirmed) if study.guards("identity") else product


def _of_test(study: Study, event: ReleaseTested) -> Iterable[Finding]:
    """A misspelt test, or a result in another unit, would be left out of the specification in silence."""
    tests = study.product.tests if study.product else ()
    if not tests:
        return
    test = study.product.release_test(event.test) if study.product else None
    if test is None:
        names = ", ".join(one.test for one in tests)
        yield Finding("test", event.test, f"is not a release test of the protocol; there is {names}")
        return
    if event.unit and event.unit != test.unit:
        allowed = f"must be {test.unit or 'left out'}, the unit of the protocol's limits"
        yield Finding("unit", event.unit, allowed, "convert the value")
    if event.value is not None and not _of_its_kind(test, event.value):
        asked = "a number" if test.limits else "true or false" if isinstance(test.expected, bool) else "a word"
        yield Finding("value", event.value, f"must be {asked}, or nothing where it could not be determined")


def _of_its_kind(test: ReleaseTest, value: object) -> bool:
    if isinstance(value, bool):
        return isinstance(test.expected, bool)
    if isinstance(value, str):
        return isinstance(test.expected, str)
    return bool(test.limits)


def _of_infusion(study: Study, event: InfusionGiven) -> Iterable[Finding]:
    """Times that cannot be."""
    if len(set(event.bags)) < len(event.bags):
        yield Finding("bags", list(event.bags), "names a bag twice")
    if event.began is not None and study.identity.day_of(event.began) != event.on:
        yield Finding("began", event.began, f"is not a time of {event.on} where the trial is run")
    if event.began is not None and event.ended is not None and event.ended <= event.began:
        yield Finding("ended", event.ended, f"must lie after the start ({event.began})")
    for number, pause in enumerate(event.interruptions, start=1):
        place = f"interruptions[{number}]"
        if pause.resumed is not None and pause.resumed < pause.began:
            yield Finding(f"{place}.resumed", pause.resumed, f"lies before the interruption ({pause.began})")
        outside = (event.began is not None and pause.began < event.began) or (
            event.ended is not None and (pause.resumed or pause.began) > event.ended
        )
        if outside:
            yield Finding(place, pause.began, "lies outside the infusion")
