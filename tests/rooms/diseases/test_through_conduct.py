"""Every instrument may stand in a protocol, and its scores reach the decision through the record of the visits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trials import on, state_of
from trialwright import diseases
from trialwright.conduct import everyone
from trialwright.testing.diseases import absent, worst
from trialwright.vocabulary.events import AssessmentRecorded, Event, InfusionGiven, ParticipantEnrolled
from with_activity import BY_CHANGE, study_with_activity

INDICES = diseases.disease("lupus").instruments()
TREATED: tuple[Event, ...] = (
    ParticipantEnrolled(usubjid="P-1", on=on(1), dose_level=1),
    InfusionGiven(usubjid="P-1", on=on(1), dose_given=1.0),
)


def section(name: str, *, sign: str, change: float) -> str:
    return (
        BY_CHANGE.replace('instruments = ["sledai-2k"]', f"instruments = {json.dumps(list(INDICES))}")
        .replace('instrument = "sledai-2k"', f'instrument = "{name}"')
        .replace('operator = "<="', f'operator = "{sign}"')
        .replace("change = -4", f"change = {change}")
    )


def as_recorded(items: Any) -> Any:
    """What a record gives back: every whole number comes out of JSON as a number."""
    return {key: float(value) if type(value) is int else value for key, value in items.items()}


@pytest.mark.parametrize("name", INDICES)
def test_a_recorded_number_is_scored_and_explained_as_it_was_given(name: str) -> None:
    for items in (absent(INDICES[name]), worst(INDICES[name])):
        given, recorded = INDICES[name].score(items), INDICES[name].score(as_recorded(items))
        assert recorded.value == given.value
        for language in ("en", "fr"):
            assert recorded.explained(language) == given.explained(language)  # type: ignore[arg-type]


def active(name: str, before: Any, after: Any, *, sign: str = "<=", change: float) -> bool | None:
    study = study_with_activity(section=section(name, sign=sign, change=change))
    visits = [
        AssessmentRecorded(usubjid="P-1", on=on(day), visit=visit, instrument=name, items=as_recorded(items))
        for day, visit, items in ((1, "Baseline", before), (30, "Week 4", after))
    ]
    return everyone(study, state_of(study, *TREATED, *visits), on=on(60))[0].active


@pytest.mark.parametrize("name", INDICES)
def test_a_score_reaches_the_decision(name: str) -> None:
    least, greatest = absent(INDICES[name]), worst(INDICES[name])
    assert active(name, least, greatest, sign=">=", change=0.5) is True
    assert active(name, greatest, least, sign=">=", change=0.5) is False


def test_a_fall_of_bilag_counts_when_it_is_certain() -> None:
    nothing = absent(INDICES["bilag-2004"])
    before = nothing | {"skin_eruption_severe": 4}
    assert active("bilag-2004", before, nothing | {"skin_eruption_severe": 1}, change=-4) is True  # 12 to 8
    assert active("bilag-2004", before, nothing | {"skin_eruption_severe": 1}, change=-5) is False
    open_now = nothing | {"skin_eruption_severe": 1, "psychosis": None}
    assert active("bilag-2004", before, open_now, change=-4) is None  # 8 or 20 now
