"""The course between visits, by the names under which it was first offered; it belongs to no disease (`spells`)."""

from trialwright.vocabulary.spells import (
    Convention,
    Seen,
    Spell,
    Time,
    is_sustained,
    share_of_time,
    spells,
    time_to_first,
    time_to_loss,
    time_to_sustained,
)

__all__ = [
    "Convention",
    "Seen",
    "Spell",
    "Time",
    "is_sustained",
    "share_of_time",
    "spells",
    "time_to_first",
    "time_to_loss",
    "time_to_sustained",
]
