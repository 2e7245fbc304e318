"""Questions to a protocol file alone: is it sound, and what if; and a decision as plain values. No record is opened."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, final

from trialwright.conduct import explained, seen_after
from trialwright.protocol import Study, protocol_schema, read_protocol
from trialwright.vocabulary.decisions import Decision

__all__ = ["WhatIf", "check_protocol", "decision_as_data", "protocol_schema", "what_if"]

NO_DAY = date(1, 1, 1)  # a hypothetical course happens on no day in particular


@final
@dataclass(frozen=True, slots=True)
class WhatIf:
    """What would be decided after a course that somebody imagines."""

    study: Study
    outcomes: str
    decision: Decision


def check_protocol(path: Path) -> Study:
    """Read a protocol file: the study, or every finding at once."""
    return read_protocol(path)


def what_if(path: Path, outcomes: str) -> WhatIf:
    """The decision after an imagined course in the usual notation, ``2NNN 3NNT``; ``2NTE 3EEB`` with activity."""
    study = read_protocol(path)
    dosing = study.dosing
    levels, window = len(dosing.amounts), study.dlt.window_days
    seen = seen_after(
        outcomes,
        levels=levels,
        start_level=dosing.start_level,
        window_days=window,
        activity=study.looks_at_activity,
    )
    return WhatIf(study, outcomes, explained(study, seen, on=NO_DAY))


def decision_as_data(decision: Decision, *, language: str) -> dict[str, Any]:
    """A decision as plain values, for a program that reads it."""
    return {
        "on": None if decision.on == NO_DAY else decision.on.isoformat(),
        "action": decision.action,
        "dose_level": decision.dose_level,
        "current_dose_level": decision.current,
        "design_alone": decision.proposed,
        "reasons": [
            {
                "code": reason.code,
                "text": reason.said("fr" if language == "fr" else "en"),
                "values": _plain(reason.values),
            }
            for reason in decision.reasons
        ],
        "levels": [
            {
                "dose_level": level.dose_level,
                "dose_amount": level.dose_amount,
                "n": level.n,
                "n_dlt": level.n_dlt,
                "n_pending": level.n_pending,
                "n_active": level.n_active,
                "n_judged": level.n_judged,
                "posterior_mean": level.mean,
                "lower_90": level.lower,
                "upper_90": level.upper,
                "above_target": level.above_target,
            }
            for level in decision.levels
        ],
        "evidence": _finite(dict(decision.evidence)),
    }


def _finite(value: Any) -> Any:
    """The same value with null for numbers that are not finite, which JSON cannot hold."""
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(values: Any) -> dict[str, Any]:
    kept = (bool, int, float, str, type(None))
    return {name: value if isinstance(value, kept) else str(value) for name, value in values.items()}
