"""A virtual trial written into a SQLite ledger and replayed day by day gives the same decision on every day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest

from staggered import (
    COHORT,
    DAYS,
    DOSES_GIVEN,
    LAST_DAY,
    SKIP,
    STOP,
    STUDIES,
    TOXIC,
    TRIALS_EACH,
    WAIT,
    WAIT_UP,
    people_at,
    study_at,
)
from trials import on, study_of
from trialwright.conduct import advise, as_of, fold
from trialwright.ledger import DatabaseLedger
from trialwright.operating import Accrual, Circumstances, Made, VirtualTrials, draw_people, run_trials
from trialwright.operating.virtual import NEVER
from trialwright.protocol import Study
from trialwright.vocabulary.decisions import Decision
from trialwright.vocabulary.events import (
    AdverseEventReported,
    Event,
    FollowUpEnded,
    InfusionGiven,
    ParticipantEnrolled,
    ResponseAssessed,
    TrialOpened,
)
from trialwright.vocabulary.records import Entry
from with_activity import BOIN12, EFFTOX, WAGES_TAIT, study_with_activity


def _enrolled(trials: VirtualTrials, b: int, p: int, *, who: str) -> Event:
    day, level, extra = int(trials.enrolled[b, p]), int(trials.assigned[b, p]), bool(trials.backfill[b, p])
    return ParticipantEnrolled(usubjid=who, on=on(day), dose_level=level, backfill=extra)


def events_of(trials: VirtualTrials, b: int, study: Study) -> list[tuple[int, int, Event]]:
    """The events of one virtual trial: day, order within the day, event. Enrolment comes first on a day."""
    found: list[tuple[int, int, Event]] = []
    for p in np.flatnonzero(trials.assigned[b]):
        who = f"P-{p + 1:02d}"
        enrolled, infused, dlt, left = (
            int(getattr(trials, name)[b, p]) for name in ("enrolled", "infused", "dlt", "left")
        )
        found.append((enrolled, 0, _enrolled(trials, b, p, who=who)))
        if infused < NEVER:
            amount = float(trials.amount[b, p])
            found.append((infused, 1, InfusionGiven(usubjid=who, on=on(infused), dose_given=amount)))
            mild = AdverseEventReported(
                usubjid=who, ae=f"M-{who}", term="headache", on=on(infused), grade=2, related=True
            )
            found.append((infused, 2, mild))
        if dlt < NEVER:
            severe = AdverseEventReported(usubjid=who, ae=f"D-{who}", term="fever", on=on(dlt), grade=3, related=True)
            found.append((dlt, 3, severe))
        judged = int(trials.judged[b, p])
        if judged < NEVER:
            met = bool(trials.active[b, p])
            answer = ResponseAssessed(usubjid=who, on=on(judged), endpoint="better", visit="Week 4", met=met)
            found.append((judged, 3, answer))
        if left < DAYS:
            ended = FollowUpEnded(usubjid=who, on=on(left), completed=False, reason="left")
            found.append((left, 4, ended))
    return sorted(((day, order, event) for day, order, event in found if day < DAYS), key=lambda one: one[:2])


def written(folder: Path, trials: VirtualTrials, b: int, study: Study) -> DatabaseLedger:
    ledger = DatabaseLedger.create(folder / f"{b}.sqlite")
    opened = TrialOpened(trial=study.identity.id, protocol_digest=study.digest, on=on(0))
    entries = [Entry(opened, "simulator", datetime.combine(on(0), time(0), UTC))]
    for place, (day, _, event) in enumerate(events_of(trials, b, study)):
        moment = datetime.combine(on(day), time(6), UTC) + timedelta(seconds=place)
        entries.append(Entry(event, "simulator", moment))
    ledger.append(entries, expected=0)
    return ledger


def lived(folder: Path, trials: VirtualTrials, b: int, study: Study) -> Iterator[Decision]:
    """What the live trial is told on each of the days, from its ledger as it stood on that day.

    The record is folded anew on every day on which something was added to it.
    """
    ledger, zone = written(folder, trials, b, study), study.identity.zone
    records = tuple(ledger.read())
    ledger.close()
    eventful = {record.recorded_on(zone) for record in records}
    assert on(0) in eventful
    for day in map(on, range(DAYS)):
        if day in eventful:
            state = fold(as_of(records, day, zone=zone), zone=zone)
        yield advise(study, state, on=day)


@pytest.mark.parametrize("place", range(len(STUDIES)))
def test_a_replayed_trial_decides_the_same_every_day(place: int, tmp_path: Path) -> None:
    study = study_at(place)
    trials = run_trials(study, people_at(place), true_dlt_rate=np.array([0.1, 0.25, 0.45]), days=DAYS)
    compared = pending_days = 0
    for b in range(TRIALS_EACH):
        for day, decision in enumerate(lived(tmp_path, trials, b, study)):
            simulated = (
                int(trials.dose_level[b, day]),
                bool(trials.wait[b, day]),
                bool(trials.stop[b, day]),
                bool(trials.backfilling[b, day]),
            )
            live = (decision.dose_level, *(decision.action == action for action in ("wait", "stop", "backfill")))
            assert live == simulated, (b, day)
            compared += 1
            pending_days += any(level.n_pending for level in decision.levels)
    assert compared == TRIALS_EACH * DAYS
    assert pending_days > compared / 10, "accrual must be faster than the window for this to mean anything"


@pytest.mark.parametrize("place", [place for place, study in enumerate(STUDIES) if "backfill" in str(study)])
def test_virtual_trials_are_backfilled_at_cleared_levels_only(place: int) -> None:
    study = study_at(place)
    trials = run_trials(study, people_at(place), true_dlt_rate=np.array([0.1, 0.25, 0.45]), days=DAYS)
    assert trials.backfill.sum() > TRIALS_EACH / 3
    for b, p in np.argwhere(trials.backfill):
        before = trials.assigned[b, :p][~trials.backfill[b, :p]]
        assert 0 < trials.assigned[b, p] < before[-1]
    assert (trials.backfill <= (trials.assigned > 0)).all()


@pytest.mark.parametrize("place", range(len(DOSES_GIVEN)))
def test_a_replayed_trial_decides_the_same_by_the_doses_given(place: int, tmp_path: Path) -> None:
    """Doses between the levels and above the highest one, told to the live trial by its infusions."""
    study = study_of(last_day=LAST_DAY, **DOSES_GIVEN[place])
    made = Made((0.45, 0.6, 0.8, 1.0, 1.3), (0.15, 0.2, 0.25, 0.3, 0.1))
    meets = Circumstances(accrual=Accrual(3), leaving=0.15, leaving_days=10, infusion_days=(0, 4), made=made)
    rates = np.array([0.1, 0.25, 0.45])
    trials_each = {"blrm": 2, "tite_crm": 3}.get(study.design_name, 10)  # blrm: a tenth of a second for each decision
    people = meets.draw(study, seed=90 + place, trials=range(trials_each), people=14, rates=rates)
    trials = run_trials(study, people, true_dlt_rate=rates, days=DAYS, made=made)
    for b in range(trials_each):
        for day, decision in enumerate(lived(tmp_path, trials, b, study)):
            simulated = (int(trials.dose_level[b, day]), bool(trials.wait[b, day]), bool(trials.stop[b, day]))
            assert (decision.dose_level, decision.action == "wait", decision.action == "stop") == simulated, (b, day)
    told = trials.amount[np.isfinite(trials.amount)]
    assert len(np.unique(told)) > 5
    assert len(np.unique(trials.dose_level)) > 1


WITH_ACTIVITY = [
    {"design": BOIN12, "rules": [COHORT, WAIT_UP, TOXIC, STOP]},
    {"design": BOIN12 + "\nscore_both = 50", "rules": [STOP], "cohort_size": 1, "start_level": 2},
    {"design": WAGES_TAIT, "rules": [SKIP, STOP]},
    {"design": EFFTOX, "rules": [COHORT, WAIT, STOP]},
]


@pytest.mark.parametrize("place", range(len(WITH_ACTIVITY)))
def test_a_replayed_trial_with_late_activity_decides_the_same_every_day(place: int, tmp_path: Path) -> None:
    study = study_with_activity(last_day=LAST_DAY, **WITH_ACTIVITY[place])
    trials_each = 15 if study.design_name == "boin12" else 6
    people = draw_people(
        seed=70 + place,
        trials=trials_each,
        people=14,
        mean_gap_days=2 + place,
        window_days=LAST_DAY,
        leaving=0.15,
        judged_between=(5, 30),
    )
    rates = {"true_dlt_rate": np.array([0.1, 0.25, 0.45]), "true_activity_rate": np.array([0.3, 0.6, 0.5])}
    trials = run_trials(study, people, days=DAYS, **rates)
    unknown = decided = 0
    for b in range(trials_each):
        for day, decision in enumerate(lived(tmp_path, trials, b, study)):
            simulated = (
                int(trials.dose_level[b, day]),
                bool(trials.wait[b, day]),
                bool(trials.stop[b, day]),
            )
            assert (decision.dose_level, decision.action == "wait", decision.action == "stop") == simulated, (b, day)
            unknown += any((level.n_judged or 0) < level.n for level in decision.levels)
            decided += any(level.n_active for level in decision.levels)
    assert unknown > trials_each * DAYS / 10, "activity must come later than the window for this to mean anything"
    assert decided > trials_each * DAYS / 10
    assert len(np.unique(trials.dose_level)) > 2


def test_virtual_activity_goes_with_a_study_that_observes_it() -> None:
    people = draw_people(seed=1, trials=2, people=3, mean_gap_days=3, window_days=LAST_DAY, leaving=0.15)
    rate = np.array([0.1, 0.25, 0.45])
    with pytest.raises(ValueError, match="true_activity_rate"):
        run_trials(study_with_activity(), people, true_dlt_rate=rate, days=5)
    with pytest.raises(ValueError, match="true_activity_rate"):
        run_trials(study_of(), people, true_dlt_rate=rate, days=5, true_activity_rate=rate)


def test_virtual_trials_meet_everything_that_can_happen() -> None:
    study = study_at(0)
    people = draw_people(seed=1, trials=200, people=14, mean_gap_days=3, window_days=LAST_DAY, leaving=0.15)
    trials = run_trials(study, people, true_dlt_rate=np.array([0.1, 0.25, 0.45]), days=DAYS)
    taken = trials.assigned > 0
    assert set(np.unique(trials.assigned)) == {0, 1, 2, 3}
    assert (trials.dlt < NEVER).any()
    assert ((trials.infused == NEVER) & taken).any()
    assert trials.wait.any()
    assert trials.stop.any()
    late = (trials.dlt < NEVER) & (trials.left < NEVER)
    assert (trials.dlt[late] <= trials.left[late]).all()
    assert ((trials.enrolled[:, 1:] - trials.enrolled[:, :-1])[taken[:, 1:]] > 0).all()


def test_a_person_is_the_same_whoever_else_is_simulated() -> None:
    few = draw_people(seed=7, trials=3, people=5, mean_gap_days=3, window_days=10, leaving=0.1)
    many = draw_people(seed=7, trials=50, people=9, mean_gap_days=3, window_days=10, leaving=0.1)
    for name in (
        "arrival",
        "infusion_delay",
        "tolerance",
        "dlt_delay",
        "leaves_after",
        "activity",
        "judged_after",
    ):
        assert np.array_equal(getattr(few, name), getattr(many, name)[:3, :5]), name
