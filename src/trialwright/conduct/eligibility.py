"""Who may enter: every criterion of the protocol over what was found at screening, three-valued, with its evidence.

* *met*, *not met*, *cannot be assessed*: of a criterion, and of all of them together. What certainly fails decides,
  whatever else is missing; what is missing is never "no".
* an exclusion criterion that is met keeps the person out.
* a fact is found by the key, the English or the French name of its quantity or statement (`names`); values are
  converted exactly (`units`), a month being 365.25/12 days.
* a waiver stands beside its criterion; it counts once every role that the protocol names has signed it.

Nothing here is stored: it is asked anew whenever somebody is enrolled or infused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, final

from trialwright.conduct.analytes import analyte_named
from trialwright.conduct.findings import Findings, findings_of
from trialwright.conduct.known import Known
from trialwright.conduct.names import known_as, names_of
from trialwright.conduct.sentence import Amount, Sentence, sentence
from trialwright.conduct.signatures import given_signatures, missing_signatures
from trialwright.conduct.state import TrialState
from trialwright.conduct.treatments import CONVERTED, NEEDS, PLAIN, Answer, compares, every, some, treated
from trialwright.conduct.units import NOTHING, converted, exact
from trialwright.protocol.eligibility import All, AnyOf, AnyRule, Comparison, Criterion, Statement, Treatment
from trialwright.protocol.study import Study
from trialwright.vocabulary.events import WaiverGranted
from trialwright.vocabulary.records import event_digest
from trialwright.vocabulary.words import Text

Computed = Literal["met", "not met", "cannot be assessed"]
Kind = Literal["inclusion", "exclusion"]
WORDS: dict[bool | None, Computed] = {True: "met", False: "not met", None: "cannot be assessed"}
NOT_RECORDED = Text(en="not recorded", fr="non recueilli")
NOT_KNOWN = Text(en="looked for, not known", fr="recherché, inconnu")
NOT_A_NUMBER = Text(en="{given} is not a number", fr="{given} n'est pas un nombre")
NOT_YES_OR_NO = Text(en="{given} is neither yes nor no", fr="{given} n'est ni oui ni non")
YES_NO = {True: Text(en="yes", fr="oui"), False: Text(en="no", fr="non")}


@final
@dataclass(frozen=True, slots=True)
class Evidence:
    """One rule of a criterion: whether it holds, what was found, and where that stands in the record."""

    rule: Comparison | Statement | Treatment
    truth: bool | None
    found: Sentence
    source: str = ""
    position: int | None = None

    @property
    def answer(self) -> Computed:
        """Whether the rule is met."""
        return WORDS[self.truth]


@final
@dataclass(frozen=True, slots=True)
class Judged:
    """One criterion: whether it is met, the evidence, and the waiver that sets it aside, if there is one."""

    kind: Kind
    criterion: Criterion
    truth: bool | None
    evidence: tuple[Evidence, ...]
    waiver: Known[WaiverGranted] | None = None
    signed: bool = False  # by everybody who signs waivers
    missing_signatures: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()  # the roles that signed it; none where another system keeps the signatures

    @property
    def answer(self) -> Computed:
        """Whether the criterion itself is met; an exclusion criterion that is met keeps the person out."""
        return WORDS[self.truth]

    @property
    def lets_in(self) -> bool | None:
        """Whether the criterion lets the person in, waivers aside."""
        if self.kind == "inclusion" or self.truth is None:
            return self.truth
        return not self.truth

    @property
    def settled(self) -> bool:
        """Whether nothing stands in the way any more: it lets the person in, or is waived and signed."""
        return self.lets_in is True or (self.waiver is not None and self.signed)


@final
@dataclass(frozen=True, slots=True)
class Eligibility:
    """Every criterion for one person, inclusion first."""

    usubjid: str
    judged: tuple[Judged, ...]
    digest: str  # of the findings it rests on

    @property
    def computed(self) -> Computed:
        """What the criteria give together, waivers aside."""
        return WORDS[every(one.lets_in for one in self.judged)]

    @property
    def in_the_way(self) -> tuple[Judged, ...]:
        """The criteria that do not let the person in, waived or not."""
        return tuple(one for one in self.judged if one.lets_in is not True)

    @property
    def unsettled(self) -> tuple[Judged, ...]:
        """The criteria that do not let the person in and have no waiver that everybody signed."""
        return tuple(one for one in self.judged if not one.settled)


def eligibility(study: Study, state: TrialState, *, usubjid: str) -> Eligibility:
    """Every criterion of the protocol for one screened person, with its evidence and waiver, as known in a state."""
    recorded = state.logs.screening.findings.get(usubjid, [])
    findings = findings_of(recorded)
    section = study.eligibility
    kinds: tuple[tuple[Kind, Sequence[Criterion]], ...] = (
        ("inclusion", section.inclusion),
        ("exclusion", section.exclusion),
    )
    judged = [
        _judged(study, state, kind=kind, criterion=one, findings=findings, usubjid=usubjid)
        for kind, criteria in kinds
        for one in criteria
    ]
    digests = "\n".join(event_digest(known.event) for known in recorded)
    return Eligibility(usubjid, tuple(judged), hashlib.sha256(digests.encode()).hexdigest())


def _judged(
    study: Study, state: TrialState, *, kind: Kind, criterion: Criterion, findings: Findings, usubjid: str
) -> Judged:
    truth, evidence = assessed(criterion.rule, findings, study=study)
    granted = state.logs.screening.waivers.get(usubjid, [])
    waiver = next((known for known in reversed(granted) if known.event.criterion == criterion.id), None)
    missing = () if waiver is None else missing_signatures(study, state, known=waiver)
    given = () if waiver is None else tuple(one.event.role for one in given_signatures(state, known=waiver))
    signed = waiver is not None and not missing
    return Judged(kind, criterion, truth, tuple(evidence), waiver, signed, missing, given)


def assessed(rule: AnyRule, findings: Findings, *, study: Study) -> tuple[bool | None, list[Evidence]]:
    """Whether a rule holds over what was found, and the evidence of each of its parts."""
    match rule:
        case All(all=inner) | AnyOf(any=inner):
            parts = [assessed(one, findings, study=study) for one in inner]
            together = every if isinstance(rule, All) else some
            return together(truth for truth, _ in parts), [one for _, found in parts for one in found]
        case _:
            evidence = _evidence(rule, findings, study=study)
            return evidence.truth, [evidence]


def _evidence(rule: Comparison | Statement | Treatment, findings: Findings, *, study: Study) -> Evidence:
    names = known_as(rule, study.eligibility)
    if isinstance(rule, Treatment):
        answer = treated(rule, findings.treatments, names=names, body=findings.body)
        return Evidence(rule, answer.truth, answer.found, position=findings.history_position)
    found = findings.named(names)
    if found is None:
        return Evidence(rule, None, sentence(NOT_RECORDED))
    fact = found.fact
    if fact.value is None:
        answer = Answer(None, sentence(NOT_KNOWN))
    elif isinstance(rule, Statement):
        answer = _stated(fact.value)
    else:
        answer = _compared(rule, fact.value, unit=fact.unit, findings=findings)
    return Evidence(rule, answer.truth, answer.found, fact.source, found.position)


def _stated(value: bool | float | str) -> Answer:
    if not isinstance(value, bool):
        return Answer(None, sentence(NOT_YES_OR_NO, given=value))
    return Answer(value, sentence(YES_NO[value]))


def _compared(rule: Comparison, value: bool | float | str, *, unit: str, findings: Findings) -> Answer:
    if isinstance(value, bool | str):
        return Answer(None, sentence(NOT_A_NUMBER, given=value))
    given, number = Amount(value, unit), exact(value)
    named = next((one for one in map(analyte_named, names_of(rule)) if one is not None), None)
    substance = NOTHING if named is None else named.substance
    there = converted(number, unit, to=rule.unit, body=findings.body, substance=substance)
    if isinstance(there, str):
        return Answer(None, sentence(NEEDS[there], given=given, unit=rule.unit or "1"))
    text = PLAIN if unit == rule.unit else CONVERTED
    return Answer(compares(there, rule), sentence(text, given=given, there=Amount(there, rule.unit)))
