"""The disease whose trials can be simulated keeps the contract; and the contract notices who does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from trialwright import diseases
from trialwright.testing.appearances import broken_promises, check_appearance
from trialwright.vocabulary.disease_course import Appearance, Shown

SOUND = diseases.appearance("lupus")


def test_it_keeps_its_promises() -> None:
    check_appearance(SOUND)


@dataclass(frozen=True, eq=False)
class Spoilt:
    """The sound appearance with one of its answers changed."""

    what: str
    spoil: Callable[..., Any]

    def __getattribute__(self, name: str) -> Any:
        if name in ("what", "spoil") or name.startswith("__"):
            return object.__getattribute__(self, name)
        sound = getattr(SOUND, name)
        if name != self.what:
            return sound
        return (
            (lambda *given, **named: self.spoil(sound(*given, **named), *given))
            if callable(sound)
            else self.spoil(sound)
        )


for member in vars(Appearance):  # a protocol is looked for in the class, not in the instance
    if not member.startswith("_"):
        setattr(Spoilt, member, None)


def everybody_sees_the_mean(shown: Shown, *given: object) -> Shown:
    return replace(shown, columns=shown.columns + shown.columns[:1])


def a_number_is_lost(shown: Shown, *given: object) -> Shown:
    return replace(shown, columns=np.where(np.arange(len(shown.columns))[:, None] == 4, np.nan, shown.columns))


def upside_down(found: Mapping[str, Any], *given: object) -> dict[str, Any]:
    return {name: 30 - value if name == "sledai-2k" else value for name, value in found.items()}


def missing_is_yes(found: Mapping[str, Any], *given: object) -> dict[str, Any]:
    return {name: np.where(np.isnan(value), 1.0, value) for name, value in found.items()}


@pytest.mark.parametrize(
    ("what", "spoil", "broken"),
    [
        ("parameters", lambda sound: [replace(sound[0], source=" "), *sound[1:]], "has no source"),
        ("parameters", lambda sound: [replace(sound[0], low=1e9), *sound[1:]], "does not hold its centre"),
        ("targets", lambda sound: [*sound, sound[0]], "is given twice"),
        ("targets", lambda sound: [replace(sound[0], tolerance=0.0), *sound[1:]], "has no tolerance"),
        ("uncertainty", lambda sound: 2 * sound, "less is known than its prior says"),
        ("uncertainty", lambda sound: sound[1:], "uncertainty must be"),
        ("left_open", lambda sound: {**sound, "other": 1.0}, "speaks of other"),
        ("fit", lambda sound: {"other": 1.0}, "fit does not speak"),
        ("endpoints", lambda sound: {"renamed": sound["lldas"]}, "calls itself lldas"),
        ("endpoints", lambda sound: {"lldas": sound["lldas"]}, "there is no activity index"),
        ("shown", everybody_sees_the_mean, "depends on the others"),
        ("shown", a_number_is_lost, "shows something missing"),
        ("is_eligible", lambda sound, shown, entry: sound ^ (entry.index_at_least > 20), "admits somebody"),
        ("evaluate", upside_down, "does not get worse"),
        ("evaluate", missing_is_yes, "is met at a visit that did not take place"),
        ("evaluate", missing_is_yes, "is known at a visit that did not take place"),
    ],
)
def test_a_broken_promise(what: str, spoil: Callable[..., Any], broken: str) -> None:
    assert broken in "\n".join(broken_promises(Spoilt(what, spoil), people=60))  # type: ignore[arg-type]


def test_what_is_no_appearance() -> None:
    assert "is not an Appearance" in next(broken_promises("a string"))  # type: ignore[arg-type]
