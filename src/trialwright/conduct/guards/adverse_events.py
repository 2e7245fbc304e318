"""What is said of an adverse event must go with what is known of it already: days, grades, seriousness.

Nothing that may be true is refused. What does not go together only because something is still missing, as a fatal
outcome whose death is not recorded as the end of follow-up yet, is listed instead (``conduct/inconsistencies.py``).
"""

from __future__ import annotations

from collections.abc import Iterable

from trialwright.conduct.adverse_events import Course, course
from trialwright.conduct.guards.offered import Offered
from trialwright.conduct.state import TrialState
from trialwright.protocol.study import Study
from trialwright.vocabulary import ctcae
from trialwright.vocabulary.errors import Finding
from trialwright.vocabulary.events import AdverseEventFollowed

CORRECT = "correct the earlier entry instead (`corrected.1`)"


def fits_the_course(study: Study, state: TrialState, *, offered: Offered) -> Iterable[Finding]:
    """Whether a follow-up, judgement, code or report goes with the event it is about."""
    event = offered.event
    known = state.adverse_events.get(getattr(event, "ae", ""))
    if study.identity.reconstruction or known is None:
        return
    on, onset = getattr(event, "on", None), known.event.on
    if on is not None and on < onset:
        yield Finding("on", on, f"lies before the onset of {known.event.ae} ({onset})", CORRECT)
    if isinstance(event, AdverseEventFollowed):
        yield from _of_follow_up(study, event, now=course(state, known))


def _of_follow_up(study: Study, event: AdverseEventFollowed, *, now: Course) -> Iterable[Finding]:
    ended, number = now.ended_on, now.event.ae
    if event.grade is not None and ended is not None and event.on > ended:
        remedy = "report what came back as a new event, or correct the day of the end"
        yield Finding("grade", event.grade, f"comes after the end of {number} ({ended})", remedy)
    if event.ended_on is not None:
        yield from _of_end(event, now=now)
    if event.serious is False and now.serious:
        yield Finding("serious", False, f"takes back that {number} was serious; it stays so", CORRECT)
    if study.safety.ctcae == ctcae.VERSION:
        yield from _of_grades(event, now=now)


def _of_end(event: AdverseEventFollowed, *, now: Course) -> Iterable[Finding]:
    last = max((now.steps[-1].on, *([event.on] if event.grade is not None else [])))
    if event.ended_on is not None and event.ended_on < last:
        yield Finding(
            "ended_on", event.ended_on, f"lies before the last known grade of {now.event.ae} ({last})", CORRECT
        )


def _of_grades(event: AdverseEventFollowed, *, now: Course) -> Iterable[Finding]:
    """The grade of this follow-up; with a term that is new, every grade the event has had."""
    term = event.ctcae_term or now.ctcae_term
    if event.grade is not None:
        yield from ctcae.grade_findings(term, event.grade, place="grade")
    found = ctcae.find(event.ctcae_term) if event.ctcae_term else None
    had = {grade for step in now.steps for grade in (step.highest, step.lowest)}
    if found is not None and not had <= set(found.grades):
        has = ", ".join(str(grade) for grade in found.grades)
        allowed = f"has grade {has}; {now.event.ae} had grade {', '.join(str(grade) for grade in sorted(had))}"
        yield Finding("ctcae_term", event.ctcae_term, allowed, CORRECT)
