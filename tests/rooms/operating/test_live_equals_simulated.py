"""A virtual trial written into a SQLite ledger and replayed day by day gives the same decision on every day."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest

from staggered import DAYS, LAST_DAY, STUDIES, TRIALS_EACH, people_at, study_at
from trials import on
from trialwright.conduct import advise, as_of, fold
from trialwright.ledger import DatabaseLedger
from trialwright.operating import VirtualTrials, draw_people, run_trials
from trialwright.operating.virtual import NEVER
from trialwright.protocol import Study
from trialwright.vocabulary.events import (
    AdverseEventReported,
    Event,
    FollowUpEnded,
    InfusionGiven,
    ParticipantEnrolled,
    TrialOpened,
)
from trialwright.vocabulary.records import Entry


def events_of(trials: VirtualTrials, b: int, study: Study) -> list[tuple[int, int, Event]]:
    """The events of one virtual trial: day, order within the day, event. Enrolment comes first on a day."""
    found: list[tuple[int, int, Event]] = []
    for p in np.flatnonzero(trials.assigned[b]):
        who, level = f"P-{p + 1:02d}", int(trials.assigned[b, p])
        enrolled, infused, dlt, left = (
            int(getattr(trials, name)[b, p]) for name in ("enrolled", "infused", "dlt", "left")
        )
        found.append((enrolled, 0, ParticipantEnrolled(usubjid=who, on=on(enrolled), dose_level=level)))
        if infused < NEVER:
            amount = study.dosing.amounts[level - 1]
            found.append((infused, 1, InfusionGiven(usubjid=who, on=on(infused), dose_given=amount)))
            mild = AdverseEventReported(
                usubjid=who, ae=f"M-{who}", term="headache", on=on(infused), grade=2, related=True
            )
            found.append((infused, 2, mild))
        if dlt < NEVER:
            severe = AdverseEventReported(usubjid=who, ae=f"D-{who}", term="fever", on=on(dlt), grade=3, related=True)
            found.append((dlt, 3, severe))
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


@pytest.mark.parametrize("place", range(len(STUDIES)))
def test_a_replayed_trial_decides_the_same_every_day(place: int, tmp_path: Path) -> None:
    study = study_at(place)
    trials = run_trials(study, people_at(place), true_dlt_rate=np.array([0.1, 0.25, 0.45]), days=DAYS)
    zone = study.identity.zone
    compared = pending_days = 0
    for b in range(TRIALS_EACH):
        ledger = written(tmp_path, trials, b, study)
        records = tuple(ledger.read())
        ledger.close()
        for day in range(DAYS):
            state = fold(as_of(records, on(day), zone=zone), zone=zone)
            decision = advise(study, state, on=on(day))
            simulated = (
                int(trials.dose_level[b, day]),
                bool(trials.wait[b, day]),
                bool(trials.stop[b, day]),
            )
            assert (decision.dose_level, decision.action == "wait", decision.action == "stop") == simulated, (b, day)
            compared += 1
            pending_days += any(level.n_pending for level in decision.levels)
    assert compared == TRIALS_EACH * DAYS
    assert pending_days > compared / 10, "accrual must be faster than the window for this to mean anything"


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
    for name in ("arrival", "infusion_delay", "tolerance", "dlt_delay", "leaves_after"):
        assert np.array_equal(getattr(few, name), getattr(many, name)[:3, :5]), name
