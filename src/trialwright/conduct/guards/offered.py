"""What a guard is asked about: an event, who offers it, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import final

from trialwright.vocabulary.events import Event


@final
@dataclass(frozen=True, slots=True)
class Offered:
    """An event offered for recording, by an account, at a moment; ``on`` is the day where the trial is run.

    ``corrects`` is what stands now in the place of the entry that a correction is about.
    """

    event: Event
    by: str
    on: date
    at: datetime
    corrects: Event | None = None
