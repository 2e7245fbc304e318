"""Numbers, strata and kits of a randomised trial: everything about it that a blinded person may know.

A randomisation number is the stratum, the place in it, and a check digit: ``01-014-4``. Places are given in order, so a
number says nothing of an arm, and a kit is a number with that of the infusion: ``01-014-4/1``. Nothing here reads the
sealed list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trialwright.conduct.logs.randomisation import RandomisationLog
from trialwright.protocol.randomisation import Randomisation
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Finding
from trialwright.vocabulary.events import Event, IdentityConfirmed, InfusionGiven, ProductReleased, StorageRecorded

MODULUS = 10
TELLS = "would tell the arm to everybody who reads the record"
DISPENSE = "record the kit: `trialwright dispense` keeps batch and bags sealed"


def check_digit(digits: str) -> str:
    """The check digit of ISO/IEC 7064, MOD 11,10: it finds every wrong digit, and nearly all that changed places.

    >>> check_digit("0794")
    '5'
    """
    carried = MODULUS
    for digit in digits:
        carried = ((carried + int(digit)) % MODULUS or MODULUS) * 2 % (MODULUS + 1)
    return str((MODULUS + 1 - carried) % MODULUS)


def number_at(stratum: int, place: int) -> str:
    """The randomisation number at a place of a stratum, both counted from 1.

    >>> number_at(1, 14)
    '01-014-4'
    """
    digits = f"{stratum:02d}{place:03d}"
    return f"{digits[:2]}-{digits[2:]}-{check_digit(digits)}"


def is_number(text: str) -> bool:
    """Whether the check digit of a number fits."""
    digits = text.replace("-", "")
    return check_digit(digits[:-1]) == digits[-1]


def kit_of(number: str, infusion_number: int) -> str:
    """The kit of one infusion, as it stands on the label of the bag."""
    return f"{number}/{infusion_number}"


def levels_of(section: Randomisation, stratum: Mapping[str, str]) -> tuple[str, ...]:
    """A participant's levels in the order of the factors."""
    return tuple(stratum[one.name] for one in section.factors)


def stratum_of(section: Randomisation, stratum: Mapping[str, str]) -> int:
    """The place, from 1, of the stratum a participant belongs to; always 1 in a minimisation."""
    if section.method == "minimisation":
        return 1
    return section.strata.index(levels_of(section, stratum)) + 1


def numbers_of(section: Randomisation, stratum: int, *, count: int) -> tuple[str, ...]:
    """Every randomisation number of a stratum, in the order in which they are given."""
    return tuple(number_at(stratum, place) for place in range(1, count + 1))


def next_number(section: Randomisation, log: RandomisationLog, *, stratum: Mapping[str, str]) -> str | None:
    """The number the next participant of a stratum gets; None where the list has no more, or there is none."""
    if log.sealed is None:
        return None
    free = numbers_of(section, stratum_of(section, stratum), count=log.sealed.event.numbers)
    return next((number for number in free if number not in log.numbers), None)


def lacks_of(section: Randomisation, stratum: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What is wrong with the levels given for a participant: the factor, and what it should be."""
    known = {one.name: one.levels for one in section.factors}
    missing = [
        (name, f"is needed; one of {', '.join(levels)}") for name, levels in known.items() if name not in stratum
    ]
    unknown = [
        (name, f"is not a factor of the protocol; there is {', '.join(known) or 'none'}")
        for name in stratum
        if name not in known
    ]
    wrong = [
        (name, f"{value!r} is not a level of it; there is {', '.join(known[name])}")
        for name, value in stratum.items()
        if name in known and value not in known[name]
    ]
    return (*missing, *unknown, *wrong)


def telling(study: Study, event: Event) -> Iterable[Finding]:
    """What of an event of the product would tell the arm of somebody; it is refused in a blinded trial."""
    if not study.is_blinded:
        return
    match event:
        case ProductReleased() | IdentityConfirmed():
            yield Finding("batch", event.batch, TELLS, DISPENSE)
        case StorageRecorded(what="thawed"):
            yield Finding("what", event.what, f"{TELLS}, beside the infusions of that day", DISPENSE)
        case InfusionGiven():
            for name in ("batch", "bags", "volume_ml"):
                if getattr(event, name):
                    yield Finding(name, getattr(event, name), TELLS, "leave it out; the kit says what was given")
