"""How people leave: the end of follow-up, as planned or not, and the withdrawal of consent."""

from __future__ import annotations

from datetime import date, datetime

from trialwright.vocabulary.events import ConsentWithdrawn, FollowUpEnded
from trialwright.vocabulary.records import Record, revive
from trialwright.workbench.recording import record_events
from trialwright.workbench.trials import Trial


def end_follow_up(
    trial: Trial,
    usubjid: str,
    *,
    how: str,
    reason: str = "",
    on: date | None = None,
    by: str,
    at: datetime | None = None,
) -> Record:
    """A participant leaves observation: completed, died, was lost, or for another reason (``how``)."""
    facts = {
        "usubjid": usubjid,
        "on": (on or trial.day_of(at)).isoformat(),
        "completed": how == "completed",
        "how": how,
        "reason": reason,
    }
    return record_events(trial, [revive(FollowUpEnded.kind, facts)], by=by, at=at)[0]


def withdraw_consent(
    trial: Trial,
    usubjid: str,
    *,
    scope: str,
    reason: str = "",
    on: date | None = None,
    by: str,
    at: datetime | None = None,
) -> tuple[Record, ...]:
    """A person withdraws consent: to further infusions, or to everything, which ends the follow-up on that day too.

    Nobody has to give a reason. Who was screened and never enrolled has no follow-up to end.
    """
    day = (on or trial.day_of(at)).isoformat()
    withdrawn = revive(ConsentWithdrawn.kind, {"usubjid": usubjid, "on": day, "scope": scope, "reason": reason})
    events = [withdrawn]
    participant = trial.state().participants.get(usubjid)
    if scope == "everything" and participant is not None and participant.ended is None:
        left = {"usubjid": usubjid, "on": day, "completed": False, "how": "consent withdrawn", "reason": reason}
        events.append(revive(FollowUpEnded.kind, left))
    return record_events(trial, events, by=by, at=at)
