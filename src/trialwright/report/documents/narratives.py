"""Narratives of deaths and serious events, composed from the record alone: who, what, when, what was judged, what came.

ICH E3, 14.3.3. Every sentence is said only where the record holds its facts; nothing is inferred.
"""

from __future__ import annotations

from trialwright.analysis.adverse_events import ListedEvent
from trialwright.analysis.case import Case
from trialwright.report.documents.findings import Findings
from trialwright.report.documents.listed_events import OUTCOMES, SERIOUS_BECAUSE
from trialwright.report.model import Amount, Filled, Joined, Words, fill
from trialwright.vocabulary.words import Text

WHO = Text(en="{who}{person} was assigned to {level}.", fr="{who}{person} était au {level}.")
PERSON = Text(en=" ({what})", fr=" ({what})")
YEARS = Text(en="{age:plain} years", fr="{age:plain} ans")
SEXES = {
    "F": Text(en="woman", fr="femme"),
    "female": Text(en="woman", fr="femme"),
    "M": Text(en="man", fr="homme"),
    "male": Text(en="man", fr="homme"),
}
INFUSED = Text(
    en="Infusion {number} ({dose} {unit}) was given on {on}.",
    fr="La perfusion {number} ({dose} {unit}) a été donnée le {on}.",
)
NEVER = Text(en="No infusion was given.", fr="Aucune perfusion n'a été donnée.")
BEGAN = Text(
    en="On {on}{day}, “{term}” began; worst CTCAE grade {grade}.",
    fr="Le {on}{day}, début de « {term} » ; grade CTCAE maximal {grade}.",
)
DAY = Text(en=" (day {day} of infusion {number})", fr=" (jour {day} de la perfusion {number})")
SERIOUS = Text(en="It was serious: {why}.", fr="Il était grave : {why}.")
SERIOUS_UNSAID = Text(
    en="It was serious; the criterion is not recorded.", fr="Il était grave ; le critère n'est pas recueilli."
)
RELATION = {
    True: Text(en="The investigator judged it related to the product.", fr="L'investigateur l'a jugé lié au produit."),
    False: Text(
        en="The investigator judged it not related to the product.", fr="L'investigateur l'a jugé non lié au produit."
    ),
    None: Text(
        en="The investigator has not judged its relation to the product.",
        fr="L'investigateur n'a pas jugé son imputabilité au produit.",
    ),
}
SPONSOR = {
    True: Text(en="The sponsor judged it related.", fr="Le promoteur l'a jugé lié."),
    False: Text(en="The sponsor judged it not related.", fr="Le promoteur l'a jugé non lié."),
}
EXPECTED = {
    True: Text(en="It was expected.", fr="Il était attendu."),
    False: Text(en="It was unexpected.", fr="Il était inattendu."),
}
RELAPSE = Text(en="It came after a relapse of the disease.", fr="Il est survenu après une rechute de la maladie.")
LIMITING = {
    True: Text(en="It was dose-limiting.", fr="Il était limitant la dose."),
    False: Text(en="It was not dose-limiting.", fr="Il n'était pas limitant la dose."),
    None: Text(
        en="Whether it was dose-limiting waits for a judgement.",
        fr="Son caractère limitant attend un jugement.",
    ),
}
ACTION = Text(en="Action: {what}.", fr="Action : {what}.")
OUTCOME = Text(en="Outcome: {what}{on}.", fr="Évolution : {what}{on}.")
ON = Text(en=" on {on}", fr=" le {on}")
NO_OUTCOME = Text(
    en="No outcome is recorded at the data cut.", fr="Aucune évolution recueillie à la date d'extraction."
)
REPORTED = Text(en="Reported on {on} under the clock {clock}{to}.", fr="Déclaré le {on} au titre du délai {clock}{to}.")
TO = Text(en=" to {whom}", fr=" à {whom}")
AS_WRITTEN = Text(en="As recorded: “{what}”", fr="Texte du registre : « {what} »")


def narrative(findings: Findings, one: ListedEvent) -> Joined:
    """One event as a paragraph, in the order in which a reader asks."""
    case, event, course = findings.case, one.known.event, one.course
    person = case.state.participants[event.usubjid]
    sentences: list[Filled | Text] = [
        fill(WHO, who=event.usubjid, person=_person(case, event.usubjid), level=findings.dose(one.dose_level))
    ]
    unit = case.study.dosing.unit
    sentences += [
        fill(
            INFUSED,
            number=known.event.infusion_number,
            dose=Amount(known.event.dose_given),
            unit=unit,
            on=known.event.on,
        )
        for known in person.infusions
        if known.event.on <= event.on
    ] or [NEVER]
    day: Words = "" if one.day is None else fill(DAY, day=one.day, number=event.infusion_number or 1)
    sentences.append(fill(BEGAN, on=event.on, day=day, term=event.term, grade=course.worst))
    if course.serious:
        why = Joined(tuple(SERIOUS_BECAUSE[reason] for reason in course.seriousness))
        sentences.append(fill(SERIOUS, why=why) if course.seriousness else SERIOUS_UNSAID)
    sentences.append(RELATION[course.relation.investigator])
    sentences += [SPONSOR[course.relation.sponsor]] if course.relation.sponsor is not None else []
    sentences += [EXPECTED[course.expected]] if course.expected is not None else []
    sentences += [RELAPSE] if course.after_relapse else []
    sentences.append(LIMITING[one.dlt])
    return Joined((*sentences, *_afterwards(case, one)), " ")


def _person(case: Case, usubjid: str) -> Words:
    known = {name: fact.event.value for name, fact in case.state.participants[usubjid].baseline.items()}
    sex, age = SEXES.get(str(known.get("sex"))), known.get("age")
    parts: list[Filled | Text] = [] if sex is None else [sex]
    if isinstance(age, int | float) and not isinstance(age, bool):
        parts.append(fill(YEARS, age=age))
    return fill(PERSON, what=Joined(tuple(parts))) if parts else ""


def _afterwards(case: Case, one: ListedEvent) -> list[Filled | Text]:
    """What was done, what came of it, to whom it was reported, and the record's own words."""
    event, course, log = one.known.event, one.course, case.state.logs.safety
    followed = [known.event for known in log.followed.get(event.ae, ())]
    said: list[Filled | Text] = [
        fill(ACTION, what=what) for what in dict.fromkeys((event.action, *(later.action for later in followed))) if what
    ]
    if course.outcome is None:
        said.append(NO_OUTCOME)
    else:
        on: Words = "" if course.ended_on is None else fill(ON, on=course.ended_on)
        said.append(fill(OUTCOME, what=OUTCOMES[course.outcome], on=on))
    for known in log.reports.get(event.ae, ()):
        to: Words = fill(TO, whom=known.event.recipient) if known.event.recipient else ""
        said.append(fill(REPORTED, on=known.event.on, clock=known.event.clock, to=to))
    words = " ".join(text for text in (event.narrative, *(later.narrative for later in followed)) if text)
    return [*said, fill(AS_WRITTEN, what=words)] if words else said
