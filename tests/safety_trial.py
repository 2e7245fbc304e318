"""A made-up trial with all that a report of safety looks at: two infusions, coded events, laboratory, special interest.

Eight participants at two levels. Its numbers are chosen by hand where a test looks at them (P-1: the liver, AE-1 to
AE-8), and follow a plain pattern elsewhere; they belong to no trial.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trials import ELSEWHERE, on, protocol_text, state_of
from trialwright.analysis import Case, case_of
from trialwright.protocol import Study, parse_protocol
from trialwright.vocabulary.events import (
    AdverseEventCoded,
    AdverseEventFollowed,
    AdverseEventReported,
    Event,
    FollowUpEnded,
    InfusionGiven,
    LaboratoryRangeSet,
    Measured,
    MeasurementsRecorded,
    ParticipantEnrolled,
    ProductReleased,
    VisitHeld,
)

TESTS = {  # unit, lower and upper limit of normal, a usual value, French
    "ALT": ("U/L", 5.0, 40.0, 20.0, "ALAT"),
    "AST": ("U/L", 5.0, 40.0, 22.0, "ASAT"),
    "total bilirubin": ("µmol/L", 3.0, 20.0, 9.0, "bilirubine totale"),
    "alkaline phosphatase": ("U/L", 30.0, 120.0, 70.0, "phosphatases alcalines"),
    "haemoglobin": ("g/L", 120.0, 160.0, 124.0, "hémoglobine"),
    "neutrophils": ("1e9/L", 1.8, 7.0, 2.6, "polynucléaires neutrophiles"),
    "systolic blood pressure": ("mmHg", 90.0, 140.0, 122.0, "pression artérielle systolique"),
}
LABORATORY = "".join(
    f'\n[[laboratory]]\nname = {{ en = "{name}", fr = "{row[4]}" }}\nunit = "{row[0]}"\n' for name, row in TESTS.items()
)
VISITS = """
[[visits]]
name = { en = "Day 1", fr = "Jour 1" }
day = 1
window_days = 1
infusion = "each"

[[visits]]
name = { en = "Week 2", fr = "Semaine 2" }
day = 14
window_days = 3
infusion = "each"
"""
SAFETY = """
[safety]
[[safety.special_interest]]
name = "infusion-reaction"
title = { en = "Infusion reaction", fr = "Réaction à la perfusion" }
terms = ["Infusion related reaction"]
source = "made up for the tests"
status = "choice"

[[safety.special_interest]]
name = "infection"
title = { en = "Infection", fr = "Infection" }
classes = ["Infections and infestations"]
source = "made up for the tests"
status = "choice"
"""
PEOPLE = tuple(f"P-{number}" for number in range(1, 9))
INFUSION_2 = 28


def study(*, visits: str = VISITS, laboratory: str = LABORATORY, safety: str = SAFETY) -> Study:
    """The study: three levels of two infusions, a CRM, and a boundary of each kind."""
    rules = (
        'name = "stop_when_too_toxic"\nlevel = "any"\nrate = 0.25\nconfidence = 0.9',
        'name = "stop_at_boundary"\nlooks = [3, 6]\nstop_at = [2, 3]',
    )
    text = protocol_text(rules=rules, extra=ELSEWHERE + visits + laboratory + safety)
    twice = "tolerance = 0.1\ninfusions = [2, 2, 2]\ninterval_days = 28"
    return parse_protocol(text.replace("tolerance = 0.1", twice).encode())


def level_of(usubjid: str) -> int:
    """Four people at each of two levels."""
    return 1 if PEOPLE.index(usubjid) < 4 else 2


def enrolled(usubjid: str, *, day: int = 0) -> ParticipantEnrolled:
    """An enrolment."""
    return ParticipantEnrolled(usubjid=usubjid, on=on(day), dose_level=level_of(usubjid))


def infused(usubjid: str, *, number: int = 1, day: int = 7, dose: float | None = None) -> Iterator[Event]:
    """A release and the infusion after it."""
    amount = dose or float(level_of(usubjid))
    yield ProductReleased(
        usubjid=usubjid, on=on(day), batch="B-1", dose_released=amount, infusion_number=number, volume_ml=50.0
    )
    yield InfusionGiven(usubjid=usubjid, on=on(day), dose_given=amount, batch="B-1", infusion_number=number)


def ranges() -> Iterator[Event]:
    """What the laboratory calls normal."""
    for name, (unit, lower, upper, _, _) in TESTS.items():
        yield LaboratoryRangeSet(laboratory="central", test=name, unit=unit, on=on(0), lower=lower, upper=upper)


def measured(usubjid: str, *, day: int, visit: str, number: int | None = None, **changed: float | None) -> Event:
    """The values of a visit; tests by the first letters of their name, where they are not the usual ones."""
    results = {}
    for place, (name, (unit, _, _, usual, _)) in enumerate(TESTS.items()):
        wobble = 1 + 0.02 * ((PEOPLE.index(usubjid) * 3 + day * 5 + place) % 7 - 3)
        key = name.split()[0].lower()
        value = changed.get(key, round(usual * wobble, 1))
        results[name] = Measured(value=value, unit=unit)
    return MeasurementsRecorded(
        usubjid=usubjid, on=on(day), visit=visit, results=results, infusion_number=number, laboratory="central"
    )


def event(
    ae: str, usubjid: str, *, day: int, term: str, grade: int, related: bool | None = False, **more: object
) -> Event:
    """An adverse event."""
    return AdverseEventReported(ae=ae, usubjid=usubjid, on=on(day), term=term, grade=grade, related=related, **more)  # type: ignore[arg-type]


def coded(ae: str, *, day: int, pt: str, soc: str) -> Event:
    """Its coding."""
    return AdverseEventCoded(ae=ae, on=on(day), dictionary="MedDRA", version="27.0", pt=pt, soc=soc)


def events() -> Iterator[Event]:
    """The adverse events: coded and not, before and after infusions, of special interest, serious, after a relapse."""
    yield event("AE-1", "P-1", day=3, term="headache", grade=1, infusion_number=None)  # before any infusion
    yield event(
        "AE-2",
        "P-1",
        day=7,
        term="shivering",
        grade=2,
        related=True,
        serious=False,
        ctcae_term="Infusion related reaction",
    )
    yield coded("AE-2", day=9, pt="Infusion related reaction", soc="Injury, poisoning and procedural complications")
    yield event("AE-3", "P-2", day=20, term="cold", grade=1, serious=False)
    yield coded("AE-3", day=21, pt="Nasopharyngitis", soc="Infections and infestations")
    yield event("AE-4", "P-2", day=40, term="pneumonia", grade=2, serious=True, seriousness=("hospitalisation",))
    yield AdverseEventFollowed(ae="AE-4", on=on(42), grade=3)
    yield coded("AE-4", day=43, pt="Pneumonia", soc="Infections and infestations")
    yield event("AE-5", "P-5", day=35, term="bronchitis", grade=2, related=True, infusion_number=2)
    yield coded("AE-5", day=36, pt="Bronchitis", soc="Infections and infestations")
    yield event("AE-6", "P-6", day=50, term="tiredness", grade=1, serious=False)
    yield event("AE-7", "P-7", day=50, term="Tiredness", grade=2, serious=False)
    yield event("AE-8", "P-5", day=60, term="arthritis", grade=3, serious=False, after_relapse=True)


def everything() -> Iterator[Event]:
    """The whole course."""
    yield from ranges()
    for usubjid in PEOPLE:
        yield enrolled(usubjid)
        yield measured(usubjid, day=6, visit="Baseline")
        yield from infused(usubjid)
        if usubjid == "P-8":
            yield FollowUpEnded(usubjid=usubjid, on=on(20), completed=False, reason="rash", how="adverse event")
            continue
        yield from infused(usubjid, number=2, day=7 + INFUSION_2)
        yield from visits(usubjid)
        yield FollowUpEnded(usubjid=usubjid, on=on(90), completed=True)
    yield from events()


def visits(usubjid: str) -> Iterator[Event]:
    """Day 1 and week 2 after each infusion; P-1's liver suffers, P-4 misses the last one."""
    for number, start in ((1, 7), (2, 7 + INFUSION_2)):
        yield VisitHeld(usubjid=usubjid, on=on(start + 1), visit="Day 1", infusion_number=number)
        yield measured(
            usubjid, day=start + 1, visit="Day 1", number=number, neutrophils=1.4 if usubjid == "P-5" else 2.6
        )
        ill = {"alt": 180.0, "total": 50.0, "alkaline": 110.0} if usubjid == "P-1" and number == 1 else {}
        if (usubjid, number) != ("P-4", 2):
            yield measured(usubjid, day=start + 14, visit="Week 2", number=number, **ill)


def case(*given: Event, at: int = 100, protocol: Study | None = None) -> Case:
    """The case of these events (all of the course by default) at a day."""
    plan = protocol or study()
    facts: Iterable[Event] = given or tuple(everything())
    ordered = sorted(facts, key=lambda one: one.on)  # type: ignore[attr-defined]
    return case_of(plan, state_of(plan, *ordered), on=on(at))
