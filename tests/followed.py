"""A small made-up trial followed over visits: scores, responses, remissions, flares, a death, missing visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from trials import DAY_0, protocol_text, state_of
from trialwright.analysis import Case, case_of
from trialwright.protocol import Study, parse_protocol
from trialwright.vocabulary.events import (
    AdverseEventReported,
    AssessmentRecorded,
    EnrolmentClosed,
    Event,
    FollowUpEnded,
    InfusionGiven,
    ParticipantEnrolled,
    ResponseAssessed,
)

VISITS = {"Month 1": 30, "Month 3": 90, "Month 6": 180, "Month 12": 360}
SECTION = (
    "".join(
        f'[[visits]]\nname = {{ en = "{name}", fr = "{name.replace("Month", "Mois")}" }}\nday = {day}\n'
        "window_days = 7\n"
        for name, day in VISITS.items()
    )
    + """
[disease]
name = "lupus"
instruments = ["pga", "sledai-2k"]
baseline = "pga"

[[endpoints]]
name = "better"
title = { en = "Clearly better", fr = "Nettement mieux" }
visit = "Month 6"
definition = { en = "as judged at the visit", fr = "selon le jugement à la visite" }
sustained_days = 80
prior = [0.5, 0.5]

[[endpoints]]
name = "quiet"
title = { en = "Quiet disease", fr = "Maladie calme" }
visit = "Month 6"
definition = { en = "physician's global of 0.5 or less", fr = "appréciation globale du médecin de 0,5 ou moins" }
kind = "remission"
instrument = "pga"
operator = "<="
value = 0.5

[[endpoints]]
name = "flare"
title = { en = "Flare", fr = "Poussée" }
visit = "Month 12"
definition = { en = "as judged at the visit", fr = "selon le jugement à la visite" }
kind = "flare"
"""
)
# participant: dose level, scores at baseline and the four visits (None: not assessed), flares by visit, days followed.
Person = tuple[int, Sequence[float | None], Sequence[bool | None], int]
PEOPLE: Sequence[Person] = (
    (1, (2.0, 1.0, 0.5, 0.5, 0.25), (False, False, False, False), 365),
    (1, (2.5, 2.0, 1.5, 1.0, 1.0), (False, True, False, False), 365),
    (1, (1.5, 1.5, 2.0, None, None), (False, True, None, None), 120),
    (2, (2.0, 0.5, 0.0, 0.0, 0.5), (False, False, False, False), 365),
    (2, (3.0, 1.0, 0.5, 1.5, 2.0), (False, False, True, True), 365),
    (2, (2.0, 1.0, 0.5, None, None), (False, False, None, None), 150),  # dies on day 150
    (2, (1.75, None, 1.0, 0.5, 0.5), (None, False, False, False), 365),
)


def followed_text(*, planned: int = 10, section: str = SECTION, **settings: object) -> str:
    """The text of its protocol file; further settings as in ``protocol_text``."""
    text = protocol_text(rules=(f'name = "stop_at_n"\nn = {planned}',), **settings)  # type: ignore[arg-type]
    return text.replace("planned_n = 30", f"planned_n = {planned}") + section


def followed_study(**settings: object) -> Study:
    """Its study; settings as in ``followed_text``."""
    return parse_protocol(followed_text(**settings).encode())  # type: ignore[arg-type]


def events_of(people: Sequence[Person] = PEOPLE, *, closed: bool = True) -> list[Event]:
    """What is recorded of these people, a month apart; the sixth of the usual ones dies."""
    found: list[Event] = []
    for number, person in enumerate(people):
        found += _of(f"P-{number + 1}", number, person)
    if closed:
        reason = "no more product"
        found.append(EnrolmentClosed(on=DAY_0 + timedelta(days=300), by="sponsor", informative=False, reason=reason))
    return sorted(found, key=lambda event: event.on)  # type: ignore[attr-defined, no-any-return]


def _of(who: str, number: int, person: Person) -> list[Event]:
    level, scores, flares, days = person
    start = DAY_0 + timedelta(days=28 * number)
    dose = float(2 ** (level - 1))
    found: list[Event] = [
        ParticipantEnrolled(usubjid=who, on=start, dose_level=level),
        InfusionGiven(usubjid=who, on=start, infusion_number=1, dose_given=dose),
    ]
    for score, (visit, day) in zip(scores, {"Baseline": 0, **VISITS}.items(), strict=True):
        if score is not None:
            on = start + timedelta(days=day)
            pga = {"pga": score}
            found.append(AssessmentRecorded(usubjid=who, on=on, visit=visit, instrument="pga", items=pga))
    for flare, better, (visit, day) in zip(flares, scores[1:], VISITS.items(), strict=True):
        on = start + timedelta(days=day)
        if flare is not None:
            found.append(ResponseAssessed(usubjid=who, on=on, endpoint="flare", visit=visit, met=flare))
        if better is not None and scores[0] is not None:
            met = better <= scores[0] - 1
            found.append(ResponseAssessed(usubjid=who, on=on, endpoint="better", visit=visit, met=met))
    if number == 5 and days == 150:
        on = start + timedelta(days=days)
        fatal = AdverseEventReported(
            usubjid=who, ae="AE-1", term="stroke", on=on, grade=5, related=False, serious=True, outcome="fatal"
        )
        found += [fatal, FollowUpEnded(usubjid=who, on=on, completed=False, how="died")]
    else:
        on = start + timedelta(days=days)
        found.append(FollowUpEnded(usubjid=who, on=on, completed=days == 365, reason="" if days == 365 else "moved"))
    return found


def followed_case(people: Sequence[Person] = PEOPLE, *, day: int = 800, **settings: object) -> Case:
    """The case of these people on a day; settings as in ``followed_text``."""
    study = followed_study(**settings)
    on = DAY_0 + timedelta(days=day)
    return case_of(study, state_of(study, *events_of(people)), on=on)
