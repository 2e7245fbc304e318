"""Whether an adverse event is dose-limiting by the protocol's definition, and from which day.

The event counts by the worst grade *reached* within the window of any infusion: at onset, or by a rise. A grade that
was there before the window and is merely still there does not count, nor one reached after it. Relation to the product
is the conservative one (``adverse_events.Relation``). Every further condition of the protocol is optional: terms with
a grade of their own, terms that never count, events of a relapse, laboratory terms without clinical meaning,
seriousness.

Three-valued: one condition that certainly fails makes it no; otherwise one that nobody has judged makes it not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import final

from trialwright.conduct.adverse_events import Course, Step, course
from trialwright.conduct.state import Known, TrialState
from trialwright.protocol.sections import DltDefinition
from trialwright.protocol.study import Study
from trialwright.vocabulary.events import AdverseEventReported


@final
@dataclass(frozen=True, slots=True)
class DoseLimiting:
    """The answer about one event, by the definition and by a person; they are kept side by side."""

    computed: bool | None  # by the protocol's definition alone
    adjudicated: bool | None  # by a person; None: not adjudicated
    on: date  # the day from which it counts: the first on which the definition may be met; the onset otherwise

    @property
    def stands(self) -> bool | None:
        """What dose finding uses: the adjudication where there is one."""
        return self.computed if self.adjudicated is None else self.adjudicated

    @property
    def disagree(self) -> bool:
        """Whether a person decided otherwise than the definition says, or decided what it leaves open."""
        return self.adjudicated is not None and self.adjudicated is not self.computed


def dose_limiting(
    study: Study, state: TrialState, *, known: Known[AdverseEventReported], on: date | None = None
) -> DoseLimiting:
    """Whether an event is dose-limiting, as known on a day: computed, adjudicated, and from which day."""
    now = course(state, known, on=on)
    computed, counts_from = _computed(study.dlt, now, spans=windows(study, state, usubjid=known.event.usubjid))
    said = state.adjudications.get(known.event.ae)
    in_time = said is not None and (on is None or said.event.on <= on)
    return DoseLimiting(computed, said.event.dlt if said and in_time else None, counts_from)


def computed_dlt(study: Study, state: TrialState, *, known: Known[AdverseEventReported]) -> bool | None:
    """The protocol's definition alone: worst grade within the window, relation, and what else the protocol asks."""
    return dose_limiting(study, state, known=known).computed


def windows(study: Study, state: TrialState, *, usubjid: str) -> tuple[tuple[date, date], ...]:
    """The first and the last day of the DLT window of each infusion; none before the first infusion."""
    one = state.participants.get(usubjid)
    given = () if one is None else tuple(known.event.on for known in one.infusions)
    first, last = (timedelta(days=day) for day in (study.dlt.first_day, study.dlt.last_day))
    return tuple((on + first, on + last) for on in given)


def _computed(rule: DltDefinition, now: Course, *, spans: Iterable[tuple[date, date]]) -> tuple[bool | None, date]:
    """The answer, and the first day on which the grade (and seriousness) asked for may have been reached."""
    answers = [(_met(rule, now, step=step), step.on) for step in now.reached(spans)]
    for wanted in (True, None):
        if days := [on for answer, on in answers if answer is wanted]:
            return wanted, min(days)
    return False, now.event.on


def _met(rule: DltDefinition, now: Course, *, step: Step) -> bool | None:
    return _all(
        (
            _severe(rule, now, grade=step.highest),
            _not_excluded(rule, now),
            True if not rule.excludes_relapse else _not(now.after_relapse),
            _means_something(rule, now),
            True if rule.relation == "any" else now.relation.counts,
        )
    )


def _severe(rule: DltDefinition, now: Course, *, grade: int) -> bool | None:
    """Whether grade and seriousness suffice; a term that is not known may have any of the grades of the protocol."""
    own = {one.term: one.min_grade for one in rule.terms}
    asked = {own.get(now.ctcae_term, rule.min_grade)} if now.ctcae_term else {rule.min_grade, *own.values()}
    enough = True if grade >= max(asked) else None if grade >= min(asked) else False
    if rule.serious == "counts":
        return _not(_all((_not(enough), _not(now.serious))))
    return _all((enough, now.serious)) if rule.serious == "required" else enough


def _not_excluded(rule: DltDefinition, now: Course) -> bool | None:
    if not rule.excluded_terms:
        return True
    return now.ctcae_term not in rule.excluded_terms if now.ctcae_term else None


def _means_something(rule: DltDefinition, now: Course) -> bool | None:
    """Where only some terms need a clinical meaning, an event of another term needs none."""
    if not rule.needs_meaning or (now.ctcae_term and now.ctcae_term not in rule.needs_meaning):
        return True
    return now.meaningful if now.ctcae_term else now.meaningful or None


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _all(answers: Iterable[bool | None]) -> bool | None:
    """Kleene's *and*: no as soon as one is no, otherwise not known as soon as one is not known."""
    given = set(answers)
    return False if False in given else None if None in given else True
