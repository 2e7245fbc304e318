"""What the documents are written from: the case and the result of every analysis, worked out once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self, final

from trialwright.analysis import Case
from trialwright.analysis.activity import Activity, activity
from trialwright.analysis.adverse_events import (
    ListedEvent,
    OverviewRow,
    PersonGrades,
    by_person,
    left_because_of_events,
    listing,
    overview,
)
from trialwright.analysis.baseline import BaselineActivity, baseline_activity
from trialwright.analysis.decision_history import Decided, decision_history
from trialwright.analysis.disposition import Disposition, disposition
from trialwright.analysis.event_rates import InfusionRow, RateRow, RelapseRow, by_infusion, by_relapse, rates
from trialwright.analysis.exposure import Exposure, LevelExposure, exposure_by_level, exposures
from trialwright.analysis.grade_shifts import ShiftRow, grade_shifts
from trialwright.analysis.liver import LiverRow, liver
from trialwright.analysis.measurements import Measurement, measurements
from trialwright.analysis.populations import Population, populations
from trialwright.analysis.response_course import EndpointCourse, endpoint_courses
from trialwright.analysis.responses import Responders, responders
from trialwright.analysis.terms import TermRow, terms
from trialwright.analysis.time_to_event import EventTime, Line, event_times, lines
from trialwright.analysis.toxicity import Toxicity, toxicity
from trialwright.conduct import advise
from trialwright.operating.early_end import EarlyEnd, early_end
from trialwright.report.model import Amount, Dose, Filled, doses_in_words, fill
from trialwright.vocabulary.decisions import Decision
from trialwright.vocabulary.words import Language, Text


@final
@dataclass(frozen=True, slots=True)
class Findings:
    """The results of every analysis of one case."""

    case: Case
    advice: Decision
    populations: tuple[Population, ...]
    disposition: tuple[Disposition, ...]
    exposures: tuple[Exposure, ...]
    exposure_by_level: tuple[LevelExposure, ...]
    toxicity: Toxicity
    decisions: tuple[Decided, ...]
    overview: tuple[OverviewRow, ...]
    listing: tuple[ListedEvent, ...]
    by_person: tuple[PersonGrades, ...]
    terms: tuple[TermRow, ...]
    rates: tuple[RateRow, ...]
    by_infusion: tuple[InfusionRow, ...]
    by_relapse: tuple[RelapseRow, ...]
    left_because_of_events: tuple[str, ...]
    measurements: tuple[Measurement, ...]
    grade_shifts: tuple[ShiftRow, ...]
    liver: tuple[LiverRow, ...]
    baseline: BaselineActivity | None
    responders: tuple[Responders, ...]
    activity: tuple[Activity, ...]
    endpoint_courses: tuple[EndpointCourse, ...]
    event_times: tuple[EventTime, ...]
    lines: tuple[Line, ...]
    early_end: EarlyEnd | None

    @classmethod
    def of(cls, case: Case) -> Self:
        """Run every analysis of the report."""
        events, measured, given = listing(case), measurements(case), exposures(case)
        answered = endpoint_courses(case)
        return cls(
            case=case,
            advice=advise(case.study, case.state, on=case.on),
            populations=populations(case),
            disposition=disposition(case),
            exposures=given,
            exposure_by_level=exposure_by_level(case, given),
            toxicity=toxicity(case),
            decisions=decision_history(case),
            overview=overview(case, events),
            listing=events,
            by_person=by_person(case),
            terms=terms(case, events),
            rates=rates(case, events),
            by_infusion=by_infusion(case, events),
            by_relapse=by_relapse(case, events),
            left_because_of_events=left_because_of_events(case),
            measurements=measured,
            grade_shifts=grade_shifts(case),
            liver=liver(case, measured),
            baseline=baseline_activity(case),
            responders=responders(case),
            activity=activity(case),
            endpoint_courses=answered,
            event_times=event_times(case, answered),
            lines=lines(case, answered),
            early_end=early_end(case.study, case.state, on=case.on),
        )

    @property
    def invented(self) -> bool:
        """Whether any of this was reconstructed from publications."""
        return self.case.state.is_reconstruction

    def dose(self, level: int) -> Filled:
        """A dose level with its amount: ``level 2 (2 × 10⁶ unit)``; the interval only where levels differ in it."""
        study = self.case.study
        levels = study.dose_levels
        if len({one.interval_days for one in levels}) == 1:
            levels = tuple(replace(one, interval_days=None) for one in levels)
        return fill(LEVEL, level=level, dose=doses_in_words(levels, study.dosing.unit)[level - 1])


YES, NO, UNKNOWN = Text(en="yes", fr="oui"), Text(en="no", fr="non"), Text(en="not known", fr="non connu")
LEVEL = Text(en="level {level} ({dose})", fr="palier {level} ({dose})")


@final
@dataclass(frozen=True, slots=True)
class DoseSet:
    """The doses of a trial in a row, as words of a report: the unit once where only amounts differ."""

    doses: tuple[Dose, ...]

    def said(self, language: Language, /) -> str:
        """The doses, joined by commas; by semicolons where each has a comma of its own."""
        if any(dose.infusions for dose in self.doses):
            return "; ".join(dose.said(language) for dose in self.doses)
        amounts = ", ".join(Amount(dose.level.amount).said(language) for dose in self.doses)
        return f"{amounts} {self.doses[0].unit.said(language)}"
