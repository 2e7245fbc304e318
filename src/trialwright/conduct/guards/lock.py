"""Locked data are final: nothing changes them until they are unlocked, for a reason, by an entry of its own."""

from __future__ import annotations

from collections.abc import Iterable

from trialwright.conduct.guards.offered import Offered
from trialwright.conduct.logs import LOG_OF, Logs
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import MISSING, Finding
from trialwright.vocabulary.events import DataUnlocked, SealedListOpened, Signed, TrailReviewed, TreatmentUnblinded

STAY_POSSIBLE = (DataUnlocked, Signed, TrailReviewed, TreatmentUnblinded, SealedListOpened)


def locked(study: Study, logs: Logs, *, offered: Offered) -> Iterable[Finding]:
    """A finding for every event that would change locked data; accounts go on being kept."""
    of_staff = LOG_OF.get(type(offered.event)) == "staff"
    if logs.oversight.is_locked and not of_staff and not isinstance(offered.event, STAY_POSSIBLE):
        day = logs.oversight.locks[-1].event.on
        yield Finding("", MISSING, f"cannot be recorded: the data were locked on {day}", "see `trialwright unlock`")
