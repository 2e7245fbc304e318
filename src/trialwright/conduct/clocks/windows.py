"""The DLT window of every participant who has been infused, until the outcome is settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, final

from trialwright.conduct.state import TrialState
from trialwright.conduct.toxicity import Observed, everyone
from trialwright.protocol.study import Study


@final
@dataclass(frozen=True, slots=True)
class Window:
    """One participant's DLT window."""

    usubjid: str
    dose_level: int
    ends: date | None  # the last day; None while infusions are still to come
    standing: Literal["open", "passed", "waits for judgement", "dlt", "not evaluable", "infusions to come"]
    days_left: int | None  # to the last day, included; None where it does not run


def dlt_windows(study: Study, state: TrialState, *, on: date) -> tuple[Window, ...]:
    """Everybody who is enrolled, in the order of enrolment."""
    return tuple(_window(one, on=on) for one in everyone(study, state, on=on))


def _window(one: Observed, *, on: date) -> Window:
    runs = one.window_ends is not None and on <= one.window_ends and one.evaluable
    left = (one.window_ends - on).days if one.window_ends is not None and runs else None
    return Window(one.usubjid, one.dose_level, one.window_ends, _standing(one, on=on), left)


def _standing(
    one: Observed, *, on: date
) -> Literal["open", "passed", "waits for judgement", "dlt", "not evaluable", "infusions to come"]:
    if one.dlt:
        return "dlt"
    if not one.evaluable:
        return "not evaluable"
    if one.window_ends is None:
        return "infusions to come"
    if on <= one.window_ends:
        return "open"
    return "passed" if one.complete else "waits for judgement"
