"""Batches against their specification, and bags as they stand on a day: what may be used, and everything against it.

A release test is *met*, *not met*, or *cannot be assessed*: a test without a result, or whose result could not be
determined, is never a pass. Where a test has several results, one outside the limits is enough to fail it: a mistaken
result is withdrawn by a correction, not outvoted by a later one. A bag may be used up to and including the expiry date
of its batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, final

from trialwright.conduct.signatures import missing_signatures
from trialwright.conduct.state import Participant, TrialState
from trialwright.protocol.product import Bound, ReleaseTest
from trialwright.protocol.study import Study
from trialwright.vocabulary.decisions import Reason
from trialwright.vocabulary.events import (
    BagFilled,
    BatchMade,
    ReleaseTested,
    StorageRecorded,
)
from trialwright.vocabulary.words import Text

Verdict = Literal["met", "not met", "cannot be assessed"]
Result = float | bool | str | None

NOT_MADE = Text(en="batch {batch} is not recorded", fr="le lot {batch} n'est pas enregistré")
NOT_RELEASED = Text(en="batch {batch} is not released", fr="le lot {batch} n'est pas libéré")
RELEASED_LATER = Text(
    en="batch {batch} was released on {released}, after this day", fr="le lot {batch} n'a été libéré que le {released}"
)
UNSIGNED = Text(
    en="batch {batch} is released outside its specification, and not signed yet by: {roles}",
    fr="le lot {batch} est libéré hors spécifications, et pas encore signé par : {roles}",
)
TESTED_SINCE = Text(
    en="batch {batch} was released in specification, and is not any more: {tests}",
    fr="le lot {batch} a été libéré conforme aux spécifications, et ne l'est plus : {tests}",
)
EXPIRED = Text(en="batch {batch} expired on {expiry}", fr="le lot {batch} est périmé depuis le {expiry}")
UNKNOWN = Text(en="the bag is not recorded", fr="la poche n'est pas enregistrée")
USED = Text(
    en="already {what} for infusion {infusion} of {usubjid}", fr="déjà {what} pour la perfusion {infusion} de {usubjid}"
)
RELEASED_FOR = Text(en="released", fr="libérée")
GIVEN_TO = Text(en="given", fr="administrée")
GONE = Text(en="{what} on {on}", fr="{what} le {on}")
DESTROYED = Text(en="destroyed", fr="détruite")
RETURNED = Text(en="returned", fr="retournée")
TOO_WARM = Text(
    en="warmer than {warmest:plain} °C for {minutes:plain} min in all; the protocol tolerates {allowed:plain} min",
    fr="au-dessus de {warmest:plain} °C pendant {minutes:plain} min au total ; le protocole tolère {allowed:plain} min",
)
EXCURSION = Text(
    en="a temperature excursion on {on}, and the protocol states no limits",
    fr="une excursion de température le {on}, et le protocole ne fixe pas de limites",
)
UNCLEAR = Text(
    en="a temperature excursion on {on} cannot be assessed: how warm, or how long, is not known",
    fr="une excursion de température le {on} ne peut être évaluée : température ou durée inconnue",
)
THAWED_LONG_AGO = Text(
    en="thawed on {on}: the protocol's {hours:plain} hours after thawing are over",
    fr="décongelée le {on} : les {hours:plain} heures du protocole après décongélation sont dépassées",
)
THAWED_SOME_DAY = Text(
    en="thawed on {on} at a time that is not known: the protocol's {hours:plain} hours cannot be assessed",
    fr="décongelée le {on} à une heure inconnue : les {hours:plain} heures du protocole ne peuvent être évaluées",
)


@final
@dataclass(frozen=True, slots=True)
class Tested:
    """One release test of a batch: what the protocol asks, what was found, and whether it is met."""

    test: ReleaseTest
    results: tuple[ReleaseTested, ...]
    verdict: Verdict


@final
@dataclass(frozen=True, slots=True)
class Specification:
    """A batch against every release test of the protocol."""

    tested: tuple[Tested, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        """The tests outside their limits, or without a result."""
        return tuple(one.test.test for one in self.tested if one.verdict != "met")

    @property
    def verdict(self) -> Verdict:
        """The whole batch: met only when there are tests and every one is met."""
        verdicts = {one.verdict for one in self.tested}
        if "not met" in verdicts:
            return "not met"
        return "met" if verdicts == {"met"} else "cannot be assessed"


def specification(study: Study, results: Iterable[ReleaseTested]) -> Specification:
    """Results of one batch against the protocol's release tests, in the protocol's order."""
    found = tuple(results)
    tests = study.product.tests if study.product else ()
    by_test = [(test, tuple(one for one in found if one.test == test.test)) for test in tests]
    return Specification(tuple(Tested(test, mine, _judged(test, mine)) for test, mine in by_test))


def specification_of(study: Study, state: TrialState, *, batch: str) -> Specification:
    """A recorded batch against the protocol's release tests."""
    return specification(study, (known.event for known in state.logs.product.tests.get(batch, ())))


def _judged(test: ReleaseTest, results: Sequence[ReleaseTested]) -> Verdict:
    passes = [passed(test, one.value) for one in results]
    if False in passes:
        return "not met"
    return "met" if True in passes else "cannot be assessed"


def passed(test: ReleaseTest, value: Result) -> bool | None:
    """Whether one result passes; None where it was not determined, or is not of the kind the test asks for."""
    if value is None:
        return None
    if test.limits:
        measured = isinstance(value, int | float) and not isinstance(value, bool)
        return all(holds(bound, float(value)) for bound in test.limits) if measured else None
    if isinstance(test.expected, bool):
        return value == test.expected if isinstance(value, bool) else None
    return value.strip().casefold() == str(test.expected).casefold() if isinstance(value, str) else None


def holds(bound: Bound, value: float) -> bool:
    """Whether a value keeps a limit, by the limit's own operator."""
    match bound.operator:
        case ">":
            return value > bound.value
        case ">=":
            return value >= bound.value
        case "<":
            return value < bound.value
        case "<=":
            return value <= bound.value
        case "=":
            return value == bound.value


def against_batch(study: Study, state: TrialState, *, batch: str, on: date) -> tuple[Reason, ...]:
    """Everything that speaks against using a batch on a day; nothing when it may be used."""
    log = state.logs.product
    made = log.batches.get(batch)
    if made is None:
        return (Reason("not-recorded", NOT_MADE, {"batch": batch}),)
    reasons = []
    if on > made.event.expires_on:
        reasons.append(Reason("expired", EXPIRED, {"batch": batch, "expiry": made.event.expires_on}))
    reasons += _against_release(study, state, batch=batch, on=on)
    return tuple(reasons)


def _against_release(study: Study, state: TrialState, *, batch: str, on: date) -> Iterable[Reason]:
    release = state.logs.product.releases.get(batch)
    if release is None:
        yield Reason("not-released", NOT_RELEASED, {"batch": batch})
        return
    if release.event.on > on:
        yield Reason("not-released", RELEASED_LATER, {"batch": batch, "released": release.event.on})
    if not release.event.in_specification:
        roles = missing_signatures(study, state, known=release)
        if roles:
            yield Reason("unsigned", UNSIGNED, {"batch": batch, "roles": ", ".join(roles)})
        return
    failed = specification_of(study, state, batch=batch).failed
    if failed:
        yield Reason("out-of-specification", TESTED_SINCE, {"batch": batch, "tests": ", ".join(failed)})


@final
@dataclass(frozen=True, slots=True)
class Bag:
    """A bag as it stands on a day, with everything that speaks against using it."""

    filled: BagFilled
    made: BatchMade
    against: tuple[Reason, ...]
    thawed: StorageRecorded | None = None  # the first thawing

    @property
    def usable(self) -> bool:
        """Whether nothing speaks against using it."""
        return not self.against


Purpose = tuple[str, int]  # a participant, and the number of the infusion


def bags_on(
    study: Study, state: TrialState, *, on: date, moment: datetime | None = None, purpose: Purpose | None = None
) -> tuple[Bag, ...]:
    """Every bag as it stands on a day, the one to be used first in front.

    The order is: batch that expires first, batch made first, bag filled first, then by number. ``moment`` sharpens the
    day where it matters (hours after thawing, what happened to a bag later that day); ``purpose`` is the infusion it
    is asked for: its own release does not speak against a bag.
    """
    log = state.logs.product
    taken = _taken(state.participants.values(), purpose=purpose)
    bags = []
    for known in log.bags.values():
        filled = known.event
        storage = [one.event for one in log.storage.get(filled.bag, ()) if happened(one.event, on=on, moment=moment)]
        against = (
            *against_batch(study, state, batch=filled.batch, on=on),
            *taken.get(filled.bag, ()),
            *_against_storage(study, storage, on=on, moment=moment),
        )
        thawed = next((one for one in storage if one.what == "thawed"), None)
        bags.append(Bag(filled, log.batches[filled.batch].event, against, thawed))
    return tuple(sorted(bags, key=_first_expiry_first))


def _first_expiry_first(bag: Bag) -> tuple[date, date, str, date, str]:
    return bag.made.expires_on, bag.made.on, bag.made.batch, bag.filled.on, bag.filled.bag


def _taken(participants: Iterable[Participant], *, purpose: Purpose | None) -> dict[str, list[Reason]]:
    """What each bag was released or given for, other than the infusion asked about."""
    taken: dict[str, list[Reason]] = {}
    for one in participants:
        for what, knowns in ((GIVEN_TO, one.infusions), (RELEASED_FOR, one.releases)):
            for known in knowns:
                _note(taken, one.usubjid, number=known.event.infusion_number, what=what, bags=known.event.bags)
    if purpose is not None:
        mine = {"usubjid": purpose[0], "infusion": purpose[1]}
        taken = {
            bag: [one for one in reasons if not mine.items() <= one.values.items()] for bag, reasons in taken.items()
        }
    return taken


def _note(taken: dict[str, list[Reason]], usubjid: str, *, number: int, what: Text, bags: tuple[str, ...]) -> None:
    """Add one release or infusion; a bag given is not also said to be released for the same infusion."""
    for bag in bags:
        reasons = taken.setdefault(bag, [])
        values = {"usubjid": usubjid, "infusion": number, "what": what}
        same = any({**one.values, "what": what} == values for one in reasons)
        reasons += [] if same else [Reason("used", USED, values)]


def happened(event: StorageRecorded, *, on: date, moment: datetime | None) -> bool:
    """Whether something had happened to a bag by a day, or by a moment of that day where both times are known."""
    if event.on != on or moment is None or event.at is None:
        return event.on <= on
    return event.at <= moment


def _against_storage(
    study: Study, storage: Sequence[StorageRecorded], *, on: date, moment: datetime | None
) -> Iterable[Reason]:
    moves = [one for one in storage if one.what in ("destroyed", "returned", "received")]
    destroyed = next((one for one in moves if one.what == "destroyed"), None)
    if destroyed is not None:
        yield Reason("destroyed", GONE, {"what": DESTROYED, "on": destroyed.on})
    elif moves and moves[-1].what == "returned":
        yield Reason("returned", GONE, {"what": RETURNED, "on": moves[-1].on})
    yield from _against_warmth(study, [one for one in storage if one.what == "excursion"])
    thawed = next((one for one in storage if one.what == "thawed"), None)
    hours = study.product.infusion.hours_after_thaw if study.product else None
    if thawed is not None and hours is not None:
        yield from _against_thaw(thawed, hours=hours, on=on, moment=moment)


def _against_warmth(study: Study, excursions: Sequence[StorageRecorded]) -> Iterable[Reason]:
    """Minutes warmer than the protocol's limit add up over the life of a bag."""
    limits = study.product.storage if study.product else None
    minutes = 0.0
    for one in excursions:
        if limits is None:
            yield Reason("excursion", EXCURSION, {"on": one.on})
            return
        if one.temperature_c is not None and one.temperature_c <= limits.warmest_c:
            continue
        if one.temperature_c is None or one.minutes is None:
            yield Reason("excursion", UNCLEAR, {"on": one.on})
            continue
        minutes += one.minutes
    if limits is not None and minutes > limits.minutes:
        values = {"warmest": limits.warmest_c, "minutes": minutes, "allowed": limits.minutes}
        yield Reason("excursion", TOO_WARM, values)


def _against_thaw(thawed: StorageRecorded, *, hours: float, on: date, moment: datetime | None) -> Iterable[Reason]:
    values = {"on": thawed.on, "hours": hours}
    if thawed.at is None or moment is None:
        if thawed.at is None or thawed.on < on:
            yield Reason("thawed", THAWED_SOME_DAY, values)
        return
    if (moment - thawed.at).total_seconds() > hours * 3600:
        yield Reason("thawed", THAWED_LONG_AGO, values)
