"""Whether a person has had a treatment as a criterion describes it: drug, dose, duration or course; three-valued.

An entry of the history is judged by itself. Where no entry alone is long enough, but those at the dose are together,
the answer is *cannot be assessed*: whether they follow on each other is for a person to say, in one entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from trialwright.conduct.glucocorticoids import glucocorticoids, times
from trialwright.conduct.names import drug_names, is_drug, same
from trialwright.conduct.sentence import Amount, Joined, Sentence, sentence
from trialwright.conduct.units import Body, converted, exact
from trialwright.protocol.eligibility import Comparison, Treatment
from trialwright.vocabulary.events import Taken
from trialwright.vocabulary.words import Text

NEEDS = {
    "units": Text(
        en="{given} cannot be converted to {unit}: they measure different things",
        fr="{given} ne se convertit pas en {unit} : ce ne sont pas les mêmes grandeurs",
    ),
    "weight": Text(
        en="{given} becomes {unit} only with the body weight", fr="{given} ne devient {unit} qu'avec le poids"
    ),
    "body surface": Text(
        en="{given} becomes {unit} only with the height, or the body surface",
        fr="{given} ne devient {unit} qu'avec la taille, ou la surface corporelle",
    ),
    "molar mass": Text(
        en="{given} becomes {unit} only with a molar mass, and none is declared for it",
        fr="{given} ne devient {unit} qu'avec une masse molaire, et aucune n'est déclarée",
    ),
    "valence": Text(
        en="{given} becomes {unit} only with a valence, and none is declared for it",
        fr="{given} ne devient {unit} qu'avec une valence, et aucune n'est déclarée",
    ),
}
NOT_TAKEN = Text(en="not in the treatment history", fr="absent des antécédents de traitement")
NO_HISTORY = Text(en="the treatment history is not recorded", fr="les antécédents de traitement ne sont pas recueillis")
PLAIN = Text(en="{given}", fr="{given}")
CONVERTED = Text(en="{given} = {there}", fr="{given} = {there}")
AS_BASE = Text(
    en="{given} of {drug} = {there} of {base} ({status}; {source})",
    fr="{given} de {drug} = {there} de {base} ({status} ; {source})",
)
NO_EQUIVALENT = Text(en="{drug} has no equivalent in {base}", fr="{drug} n'a pas d'équivalent en {base}")
DOSE_UNKNOWN = Text(en="dose not known", fr="dose inconnue")
DURATION_UNKNOWN = Text(en="duration not known", fr="durée inconnue")
COURSE = {
    True: Text(en="course given", fr="cure donnée"),
    False: Text(en="course not given", fr="cure non donnée"),
    None: Text(en="whether the course was given is not known", fr="cure donnée ou non : inconnu"),
}
TOGETHER = Text(
    en="no entry alone is long enough, but together {there}; whether they follow on each other is for a person to say",
    fr="aucune ligne ne suffit seule, mais ensemble elles font {there} ; une personne dit si elles se suivent",
)
OF = Text(en="{drug}: {what}", fr="{drug} : {what}")
STATUS = {
    "confirmed": Text(en="confirmed", fr="confirmé"),
    "unverified": Text(en="unverified", fr="non vérifié"),
    "conflict": Text(en="sources disagree", fr="sources discordantes"),
}


@final
@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a rule holds (None: cannot be assessed), and what was found."""

    truth: bool | None
    found: Sentence


@final
@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the history against the rule, its parts told apart."""

    dose: bool | None
    course: bool | None
    lasted: bool | None
    duration: Fraction | None  # in the unit of the rule
    found: Sentence

    @property
    def truth(self) -> bool | None:
        return every((self.dose, self.course, self.lasted))


def every(truths: Iterable[bool | None]) -> bool | None:
    """Whether all hold: one that certainly does not decides, whatever else is missing."""
    kept = tuple(truths)
    return False if False in kept else None if None in kept else True


def some(truths: Iterable[bool | None]) -> bool | None:
    """Whether at least one holds: one that certainly does decides, whatever else is missing."""
    kept = tuple(truths)
    return True if True in kept else None if None in kept else False


def compares(value: Fraction, limit: Comparison) -> bool:
    """A value against a threshold, with the operator of the protocol: ``>`` is not ``≥``."""
    threshold = exact(limit.value)
    return {
        ">": value > threshold,
        ">=": value >= threshold,
        "<": value < threshold,
        "<=": value <= threshold,
        "=": value == threshold,
    }[limit.operator]


def treated(rule: Treatment, history: tuple[Taken, ...] | None, *, names: Iterable[str], body: Body) -> Answer:
    """Whether the treatment history holds the treatment of a rule; a drug that is not in it was not taken.

    ``names`` are the other names of the drug in this protocol. A history of None is not known at all.
    """
    if history is None:
        return Answer(None, sentence(NO_HISTORY))
    known = {*names, *drug_names(rule)}
    entries = [_entry(rule, taken, body=body) for taken in history if _is_drug(taken, known, rule=rule)]
    if not entries:
        return Answer(False, sentence(NOT_TAKEN))
    truth = some(entry.truth for entry in entries)
    found = [entry.found for entry in entries]
    if truth is False and (together := _together(rule, entries)) is not None:
        truth, found = None, [*found, sentence(TOGETHER, there=together)]
    return Answer(truth, sentence(PLAIN, given=Joined(tuple(found))))


def base_of(rule: Treatment) -> str:
    """The glucocorticoid in whose equivalents a rule is written: ``prednisone or equivalent``; nothing otherwise."""
    names = [name for name in drug_names(rule) if name in glucocorticoids()]
    written = any(name.endswith((" or equivalent", " ou equivalent")) for name in drug_names(rule))
    return names[0] if names and written else ""


def _is_drug(taken: Taken, known: set[str], *, rule: Treatment) -> bool:
    drug = same(taken.drug)
    same_drug = drug in known or is_drug(rule, drug, route=taken.route) is True
    return same_drug or bool(base_of(rule) and drug in glucocorticoids())


def _entry(rule: Treatment, taken: Taken, *, body: Body) -> _Entry:
    """One entry against dose limits, course and duration; what the rule does not ask holds."""
    doses = [_dose(taken, limit, base=base_of(rule), body=body) for limit in rule.dose]
    course = taken.course if rule.course else True
    lasted, duration, said = _duration(rule, taken)
    words = [each.found for each in doses[:1]]
    words += [sentence(COURSE[taken.course])] if rule.course else []
    words += [said] if rule.duration else []
    what = Joined(tuple(words), by=", ")
    found = sentence(OF, drug=taken.drug, what=what) if words else sentence(PLAIN, given=taken.drug)
    return _Entry(every(each.truth for each in doses), course, lasted, duration, found)


def _dose(taken: Taken, limit: Comparison, *, base: str, body: Body) -> Answer:
    if taken.dose is None:
        return Answer(None, sentence(DOSE_UNKNOWN))
    given = Amount(taken.dose, taken.unit)
    there = converted(exact(taken.dose), taken.unit, to=limit.unit, body=body)
    if isinstance(there, str):
        return Answer(None, sentence(NEEDS[there], given=given, unit=limit.unit))
    if base and same(taken.drug) != base and same(taken.drug) in glucocorticoids():
        return _as_base(taken, there, limit=limit, base=base)
    text = PLAIN if taken.unit == limit.unit else CONVERTED
    return Answer(compares(there, limit), sentence(text, given=given, there=Amount(there, limit.unit)))


def _as_base(taken: Taken, there: Fraction, *, limit: Comparison, base: str) -> Answer:
    """A dose of another glucocorticoid, as one of the drug the rule is written in."""
    factor, row = times(taken.drug, base=base), glucocorticoids()[same(taken.drug)]
    if factor is None:
        return Answer(False, sentence(NO_EQUIVALENT, drug=taken.drug, base=base))
    said = sentence(
        AS_BASE,
        given=Amount(exact(taken.dose or 0.0), taken.unit),
        drug=taken.drug,
        there=Amount(there * factor, limit.unit),
        base=base,
        status=STATUS[row.status],
        source=row.source,
    )
    return Answer(compares(there * factor, limit), said)


def _duration(rule: Treatment, taken: Taken) -> tuple[bool | None, Fraction | None, Sentence]:
    """How long it was taken, as stated, else from the first day to the last, both included."""
    limit = rule.duration
    if limit is None:
        return True, None, sentence(DURATION_UNKNOWN)
    if taken.duration is not None:
        value, unit = exact(taken.duration), str(taken.duration_unit)
    elif taken.from_day and taken.to_day:
        value, unit = Fraction((taken.to_day - taken.from_day).days + 1), "days"
    else:
        return None, None, sentence(DURATION_UNKNOWN)
    there = converted(value, unit, to=limit.unit)
    given = Amount(value, unit)
    if isinstance(there, str):
        return None, None, sentence(NEEDS[there], given=given, unit=limit.unit)
    text = PLAIN if unit == limit.unit else CONVERTED
    return compares(there, limit), there, sentence(text, given=given, there=Amount(there, limit.unit))


def _together(rule: Treatment, entries: list[_Entry]) -> Amount | None:
    """How long the entries at the dose lasted together, where that would be long enough."""
    limit = rule.duration
    if limit is None or limit.operator not in (">", ">="):
        return None
    fitting = [entry.duration or Fraction(0) for entry in entries if every((entry.dose, entry.course)) is not False]
    together = sum(fitting, Fraction(0))
    return Amount(together, limit.unit) if len(fitting) > 1 and compares(together, limit) else None
