"""The data and the way ahead: freeze a cut, advise on it, ask the gate, close enrolment, lock the data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import final

from trialwright.conduct import TrialState, advise
from trialwright.conduct.cuts import cut_named, cut_points, freeze, said, state_at
from trialwright.conduct.fold import known_of
from trialwright.conduct.gate import Gate, next_gate
from trialwright.conduct.signatures import missing_signatures
from trialwright.vocabulary.decisions import Decision
from trialwright.vocabulary.errors import TrialError
from trialwright.vocabulary.events import (
    CutPoint,
    DataCutFrozen,
    DataLocked,
    DataUnlocked,
    EnrolmentClosed,
    Role,
)
from trialwright.vocabulary.records import Record, revive
from trialwright.vocabulary.words import Language
from trialwright.workbench.recording import record_events
from trialwright.workbench.trials import Trial


@final
@dataclass(frozen=True, slots=True)
class OnCut:
    """Frozen data, and what is advised on them."""

    cut: DataCutFrozen
    state: TrialState
    advice: Decision


def freeze_cut(trial: Trial, *, by: str, at: datetime | None = None) -> Record:
    """Freeze the data as they stand: checked, hashed, with everything open listed in the entry."""
    on = trial.day_of(at)
    cut = freeze(trial.study, trial.records(), on=on)
    return record_events(trial, [cut], by=by, at=at, computed=True)[0]


def advise_on_cut(trial: Trial, number: str = "") -> OnCut:
    """What the protocol advises on a frozen cut, the last one where none is named."""
    records = trial.records()
    state = trial.state()
    cut = cut_named(state, number or next(reversed(state.logs.oversight.cuts), ""))
    frozen = state_at(trial.study, records, cut=cut)
    return OnCut(cut, frozen, advise(trial.study, frozen, on=cut.on))


def gate_of(trial: Trial, *, on: date | None = None) -> Gate:
    """Whether the next participant may be treated on a day, at which level, and why or why not."""
    day = on or trial.today()
    return next_gate(trial.study, trial.state(on=day), on=day)


def still_to_sign(trial: Trial, position: int) -> tuple[Role, ...]:
    """The roles that have to sign an entry before it counts; none where nothing is signed here."""
    record = next(trial.ledger.read(after=position - 1))
    known = known_of(record, record.event, zone=trial.study.identity.zone)
    return missing_signatures(trial.study, trial.state(), known=known)


def point_said(point: CutPoint, language: Language) -> str:
    """A point that was open when data were cut, in words."""
    return said(point, language)


def close_enrolment(
    trial: Trial,
    *,
    who: str,
    informative: bool,
    reason: str,
    on: date | None = None,
    by: str,
    at: datetime | None = None,
) -> Record:
    """Nobody else is enrolled from that day on; whether the reason has to do with the data goes into every analysis.

    ``who`` closed it: sponsor, board, investigator, recruitment, rule or planned. ``on``: today, where none is given.
    """
    facts = {"on": (on or trial.day_of(at)).isoformat(), "by": who, "informative": informative, "reason": reason}
    return record_events(trial, [revive(EnrolmentClosed.kind, facts)], by=by, at=at)[0]


def lock_data(trial: Trial, *, reason: str, by: str, at: datetime | None = None, with_open: bool = False) -> Record:
    """The data are final. What is open is listed in the entry, and refuses the lock unless ``with_open``."""
    on = trial.day_of(at)
    points = cut_points(trial.study, trial.state(), on=on)
    asked = [point for point in points if point.code == "query-open"]
    if asked and not with_open:
        raise TrialError(
            f"{len(asked)} queries are open ({', '.join(point.about for point in asked)}); close them, "
            "or lock with --with-open and a reason that says why"
        )
    locked = DataLocked(on=on, reason=reason, points=points)
    return record_events(trial, [locked], by=by, at=at, computed=True)[0]


def unlock_data(trial: Trial, *, reason: str, by: str, at: datetime | None = None) -> Record:
    """The data may be changed again, for a reason that stays in the record."""
    return record_events(trial, [DataUnlocked(on=trial.day_of(at), reason=reason)], by=by, at=at)[0]
