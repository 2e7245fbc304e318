"""What does not go together across a record: something after a death, before consent, before its own infusion.

Each check is a question over what is known; the answer is a point with a code, whom it is about, and the days. It
forbids nothing: points are listed where data are cut, locked and reported, and somebody looks. `TEXTS` holds a sentence
for each code in English and French.

The same checks run over tables that were never recorded here (`happenings` made from columns): days are then numbers,
counted from the first infusion, or dates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import final

from trialwright.conduct.misfits import BESIDE_THE_PLAN
from trialwright.conduct.state import Participant, TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary.events import AdverseEventReported, CutPoint
from trialwright.vocabulary.words import Language, Text, day as day_in_words

Day = date | int
DEATH, CONSENT, WITHDRAWAL, END = "death", "consent", "withdrawal", "end"
ENROLMENT, INFUSION = "enrolment", "infusion"
WHAT: Mapping[str, Text] = {
    "assessment": Text(en="an assessment ({detail})", fr="une évaluation ({detail})"),
    "response": Text(en="a response ({detail})", fr="une réponse ({detail})"),
    "relapse": Text(en="a relapse ({detail})", fr="une rechute ({detail})"),
    "infusion": Text(en="an infusion ({detail})", fr="une perfusion ({detail})"),
    "release": Text(en="a dose released ({detail})", fr="une dose libérée ({detail})"),
    "visit": Text(en="a visit ({detail})", fr="une visite ({detail})"),
    "measurement": Text(en="a measurement ({detail})", fr="une mesure ({detail})"),
    "event": Text(en="an adverse event ({detail})", fr="un événement indésirable ({detail})"),
    "finding": Text(en="a screening finding ({detail})", fr="une donnée de sélection ({detail})"),
    "enrolment": Text(en="the enrolment", fr="l'inclusion"),
}
SINCE: Mapping[str, Text] = {
    "after-death": Text(en="after the death of {limit}", fr="après le décès du {limit}"),
    "after-end": Text(en="after the follow-up ended on {limit}", fr="après la fin du suivi du {limit}"),
    "after-withdrawal": Text(
        en="after consent to everything was withdrawn on {limit}", fr="après le retrait de tout consentement du {limit}"
    ),
    "before-consent": Text(en="before the consent of {limit}", fr="avant le consentement du {limit}"),
    "before-enrolment": Text(en="before the enrolment of {limit}", fr="avant l'inclusion du {limit}"),
    "before-infusion": Text(en="before the first infusion of {limit}", fr="avant la première perfusion du {limit}"),
}
OTHERS: Mapping[str, Text] = {
    "death-not-ended": Text(
        en="{about} died on {on}, and the follow-up is not ended by death",
        fr="{about} est décédé le {on}, et le suivi n'est pas clos par un décès",
    ),
    "deaths-disagree": Text(
        en="{about} died on {on} by one entry and on {limit} by another",
        fr="{about} est décédé le {on} selon une entrée et le {limit} selon une autre",
    ),
    "infusions-out-of-order": Text(
        en="{about}: infusion {detail} on {on} lies before the one before it ({limit})",
        fr="{about} : la perfusion {detail} du {on} précède celle d'avant ({limit})",
    ),
    "released-after-infusion": Text(
        en="{about}: the dose of infusion {detail} was released on {on}, after it was given ({limit})",
        fr="{about} : la dose de la perfusion {detail} a été libérée le {on}, après avoir été donnée ({limit})",
    ),
    "event-before-its-infusion": Text(
        en="{about}: adverse event {detail} of {on} hangs on an infusion of {limit}",
        fr="{about} : l'événement indésirable {detail} du {on} est rattaché à une perfusion du {limit}",
    ),
    "event-without-its-infusion": Text(
        en="{about}: adverse event {detail} of {on} hangs on an infusion that was not given",
        fr="{about} : l'événement indésirable {detail} du {on} est rattaché à une perfusion non donnée",
    ),
    "event-ends-before-it-begins": Text(
        en="{about}: adverse event {detail} ended on {on}, before its onset ({limit})",
        fr="{about} : l'événement indésirable {detail} s'est terminé le {on}, avant son début ({limit})",
    ),
}


def _both(what: Text, since: Text) -> Text:
    return Text(en=f"{{about}}: {what.en} on {{on}}, {since.en}", fr=f"{{about}} : {what.fr} le {{on}}, {since.fr}")


TEXTS: Mapping[str, Text] = {
    f"{kind}-{relation}": _both(what, since) for kind, what in WHAT.items() for relation, since in SINCE.items()
} | dict(OTHERS)


@final
@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a person on a day, or not before it."""

    usubjid: str
    what: str  # a key of WHAT, or one of death, consent, end, withdrawal
    on: Day
    detail: str = ""
    or_later: bool = False  # the day itself is not known


DAY = Text(en="day {day}", fr="jour {day}")
DAY_OR_LATER = Text(en="day {day} or later", fr="jour {day} ou plus tard")


def said(point: CutPoint, language: Language) -> str:
    """A point in words."""
    days = {name: _in_words(str(point.values[name]), language) for name in ("on", "limit")}
    return TEXTS[point.code].said(language, about=point.about, detail=point.values.get("detail"), **days)


def _in_words(shown_day: str, language: Language) -> str:
    """A day of a point as its readers write it."""
    bare = shown_day.removesuffix("+")
    if bare.startswith("D"):
        return (DAY if bare == shown_day else DAY_OR_LATER).said(language, day=bare[1:])
    return day_in_words(date.fromisoformat(bare), language)


def consistency(study: Study, state: TrialState) -> tuple[CutPoint, ...]:
    """Everything that does not go together in the record, person by person, in the order of the checks."""
    screening = state.logs.screening
    people = dict.fromkeys((*screening.screened, *state.participants))
    found: list[CutPoint] = []
    for usubjid in people:
        happened = tuple(_happened(state, usubjid))
        found += clashes(happened)
        found += _deaths(state, happened, usubjid=usubjid)
        if usubjid in state.participants:
            found += _before_its_time(study, state, one=state.participants[usubjid])
    return tuple(found)


def clashes(happened: Sequence[Happening]) -> tuple[CutPoint, ...]:
    """What of these happenings lies after a death, a withdrawal or the end of follow-up, or before consent.

    A day is compared with days of its kind only, dates with dates; what is *or later* is known to lie after a day that
    it cannot precede.
    """
    found = []
    for usubjid in dict.fromkeys(one.usubjid for one in happened):
        mine = [one for one in happened if one.usubjid == usubjid]
        for relation, limit, kinds in _limits(mine):
            found += [
                _point(f"{one.what}-{relation}", one, limit=limit)
                for one in mine
                if one.what in kinds and _lies(one, relation, limit=limit)
            ]
    return tuple(found)


EVERYTHING = frozenset(WHAT)
SEEN = EVERYTHING - {"event", "finding"}  # a late-reported event after withdrawal is a matter of safety, not of order
FIRST_CONSENT = EVERYTHING - {"event", "release"}


def _limits(mine: Sequence[Happening]) -> Iterator[tuple[str, Day, frozenset[str]]]:
    """The days that bound a person's record, with what may not lie beyond them."""
    for name, relation, kinds in (
        (DEATH, "after-death", EVERYTHING),
        (WITHDRAWAL, "after-withdrawal", SEEN),
        (END, "after-end", SEEN - {"release"}),
        (CONSENT, "before-consent", FIRST_CONSENT),
    ):
        days = [one.on for one in mine if one.what == name]
        if days:
            yield relation, days[0], kinds
    enrolled = [one.on for one in mine if one.what == ENROLMENT]
    given = [one.on for one in mine if one.what == INFUSION]
    if enrolled:
        yield "before-enrolment", enrolled[0], frozenset({"response", "relapse", "release", "infusion"})
    if given:
        yield "before-infusion", given[0], frozenset({"response"})


def _lies(one: Happening, relation: str, *, limit: Day) -> bool:
    if isinstance(one.on, date) and isinstance(limit, date):
        return one.on > limit if relation.startswith("after") else one.on < limit and not one.or_later
    if isinstance(one.on, int) and isinstance(limit, int):
        return one.on > limit if relation.startswith("after") else one.on < limit and not one.or_later
    return False


def _point(code: str, one: Happening, *, limit: Day) -> CutPoint:
    on = shown(one.on) + ("+" if one.or_later else "")
    return CutPoint(code=code, about=one.usubjid, values={"on": on, "limit": shown(limit), "detail": one.detail})


def shown(day: Day) -> str:
    """A day as it stands in a point: an ISO date, or its number."""
    return day.isoformat() if isinstance(day, date) else f"D{day}"


def _happened(state: TrialState, usubjid: str) -> Iterator[Happening]:
    """Everything with a day that the record holds of a person."""
    yield from (Happening(usubjid, what, on, detail) for what, on, detail in _days(state, usubjid))


def _days(state: TrialState, usubjid: str) -> Iterator[tuple[str, date, str]]:
    screening, visits = state.logs.screening, state.logs.visits
    if usubjid in screening.screened:
        yield CONSENT, screening.screened[usubjid].event.consented_on, ""
    for withdrawn in screening.withdrawals.get(usubjid, []):
        if withdrawn.event.scope == "everything":
            yield WITHDRAWAL, withdrawn.event.on, ""
    yield from (("finding", known.event.on, str(known.position)) for known in screening.findings.get(usubjid, []))
    yield from ((DEATH, day, "") for day in _died(state, usubjid))
    yield from (("event", known.event.on, known.event.ae) for known in state.events_of(usubjid))
    yield from (("visit", known.event.on, known.event.visit) for known in visits.held.get(usubjid, []))
    for measured in visits.measurements.get(usubjid, []):
        yield "measurement", measured.event.on, measured.event.visit
    if usubjid in state.participants:
        yield from _of_participant(state.participants[usubjid])


def _of_participant(one: Participant) -> Iterator[tuple[str, date, str]]:
    yield ENROLMENT, one.enrolled.event.on, ""
    yield from ((INFUSION, known.event.on, str(known.event.infusion_number)) for known in one.infusions)
    yield from (("release", known.event.on, str(known.event.infusion_number)) for known in one.releases)
    for assessed in one.assessments:
        yield "assessment", assessed.event.on, f"{assessed.event.instrument}, {assessed.event.visit}"
    for response in one.responses:
        if (
            response.event.met
        ):  # who left or died is counted as not responding on the day of the visit: no contradiction
            yield "response", response.event.on, f"{response.event.endpoint}, {response.event.visit}"
    if one.ended is not None and one.ended.event.how != "died":
        yield END, one.ended.event.on, ""


def _died(state: TrialState, usubjid: str) -> tuple[date, ...]:
    """The days of death that the record gives, that of the end of follow-up first; several where entries disagree."""
    one = state.participants.get(usubjid)
    ended = one.ended.event if one is not None and one.ended is not None else None
    days = [ended.on] if ended is not None and ended.how == "died" else []
    days += [day for known in state.events_of(usubjid) for day in _fatal(state, known.event)]
    return tuple(dict.fromkeys(days))


def _fatal(state: TrialState, event: AdverseEventReported) -> Iterator[date]:
    """The day on which an event was fatal: the end as stated, else the day of that follow-up, else the onset."""
    followed = [known.event for known in state.logs.safety.followed.get(event.ae, [])]
    for later in followed:
        if later.outcome == "fatal" or later.grade == 5:  # CTCAE: grade 5 is death
            yield later.ended_on or later.on
            return
    if event.outcome == "fatal" or event.grade == 5:
        ends = [later.ended_on for later in followed if later.ended_on]
        yield event.ended_on or (ends[-1] if ends else event.on)


def _deaths(state: TrialState, happened: Sequence[Happening], *, usubjid: str) -> Iterator[CutPoint]:
    """A death by which the follow-up does not end, and deaths on several days."""
    days = [one for one in happened if one.what == DEATH]
    one = state.participants.get(usubjid)
    if days and one is not None and (one.ended is None or one.ended.event.how != "died"):
        yield _point("death-not-ended", days[0], limit=days[0].on)
    for other in days[1:]:
        yield _point("deaths-disagree", other, limit=days[0].on)


def _before_its_time(study: Study, state: TrialState, *, one: Participant) -> Iterator[CutPoint]:
    """What lies before the entry it belongs to: enrolment, infusion, onset."""
    who, given = one.usubjid, {known.event.infusion_number: known.event.on for known in one.infusions}
    planned = {visit.name.en for visit in study.visits} - set(BESIDE_THE_PLAN)
    for known in one.assessments:
        if known.event.visit in planned and known.event.on < one.enrolled.event.on:
            happening = Happening(who, "assessment", known.event.on, f"{known.event.instrument}, {known.event.visit}")
            yield _point("assessment-before-enrolment", happening, limit=one.enrolled.event.on)
    for number, day in given.items():
        if number > 1 and day < given[number - 1]:
            happening = Happening(who, INFUSION, day, str(number))
            yield _point("infusions-out-of-order", happening, limit=given[number - 1])
    for release in one.releases:
        number, day = release.event.infusion_number, release.event.on
        if number in given and day > given[number]:
            yield _point("released-after-infusion", Happening(who, "release", day, str(number)), limit=given[number])
    for event in state.events_of(who):
        yield from _event(event.event, given=given)


def _event(event: AdverseEventReported, *, given: Mapping[int, date]) -> Iterator[CutPoint]:
    happening = Happening(event.usubjid, "event", event.on, event.ae)
    number = event.infusion_number
    if number is not None and number not in given and given:
        yield _point("event-without-its-infusion", happening, limit=event.on)
    elif number is not None and given and event.on < given[number]:
        yield _point("event-before-its-infusion", happening, limit=given[number])
    if event.ended_on is not None and event.ended_on < event.on:
        ended = Happening(event.usubjid, "event", event.ended_on, event.ae)
        yield _point("event-ends-before-it-begins", ended, limit=event.on)
