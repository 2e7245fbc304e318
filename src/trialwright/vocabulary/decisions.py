"""A dose decision of one trial on one day, with its reasons: a value that can be stored, shown and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, final

from trialwright.vocabulary.words import Language, Text

Action = Literal["start", "escalate", "stay", "de-escalate", "backfill", "wait", "stop"]

# In a sentence: the same words on a terminal and in a report, which also shows what was advised on a past day.
ACTIONS: Mapping[Action, Text] = {
    "start": Text(en="start at dose level {level}", fr="commencer au palier de dose {level}"),
    "escalate": Text(en="escalate to dose level {level}", fr="escalader au palier de dose {level}"),
    "stay": Text(en="stay at dose level {level}", fr="rester au palier de dose {level}"),
    "de-escalate": Text(en="go down to dose level {level}", fr="descendre au palier de dose {level}"),
    "backfill": Text(
        en="backfill at dose level {level}; the cohort waits",
        fr="compléter (backfill) au palier de dose {level} ; la cohorte attend",
    ),
    "wait": Text(en="wait; treat nobody for now", fr="attendre ; ne traiter personne pour l'instant"),
    "stop": Text(en="treat nobody further", fr="ne plus traiter personne"),
}
# In a table an action is a letter, so that a colour is never the only sign.
LETTERS: Mapping[Action, Text] = {
    "escalate": Text(en="E", fr="E"),
    "stay": Text(en="S", fr="R"),
    "de-escalate": Text(en="D", fr="D"),
    "backfill": Text(en="B", fr="B"),
    "wait": Text(en="W", fr="A"),
    "stop": Text(en="X", fr="X"),
}
LEGEND = Text(
    en="E go up, S stay, D go down, W wait, X treat nobody further; the number is the dose level to treat at. "
    "A column headed 3+ holds for 3 DLTs or more.",
    fr="E escalader, R rester, D descendre, A attendre, X ne traiter plus personne ; le nombre est le palier. "
    "Une colonne intitulée 3+ vaut pour 3 DLT ou plus.",
)


@final
@dataclass(frozen=True, slots=True)
class Reason:
    """Why a design or rule answered as it did: a stable code, a sentence, and the values in it."""

    code: str
    text: Text
    values: Mapping[str, Any] = field(default_factory=dict)

    def said(self, language: Language) -> str:
        """The reason as a sentence."""
        return self.text.said(language, **self.values)


@final
@dataclass(frozen=True, slots=True)
class LevelEvidence:
    """What is known about one dose level: counts, and the posterior of its DLT rate with a 90 % interval."""

    dose_level: int
    dose_amount: float
    n: int
    n_dlt: int
    n_pending: int
    mean: float | None = None  # None: the design keeps no posterior
    lower: float | None = None  # 5 % quantile
    upper: float | None = None  # 95 % quantile
    above_target: float | None = None  # P(DLT rate > target)
    n_active: int | None = None  # with activity, of those judged; None: this trial does not observe activity
    n_judged: int | None = None  # settled participants whose activity is known


@final
@dataclass(frozen=True, slots=True)
class Decision:
    """What the design and the rules of the protocol advise on one day, and why."""

    on: date
    action: Action
    dose_level: int  # for the next participant; 0 = none
    current: int  # level of the last assignment, the starting level before anyone
    proposed: int  # what the design alone would do, before the rules
    reasons: tuple[Reason, ...]
    levels: tuple[LevelEvidence, ...]
    evidence: Mapping[str, Any] = field(default_factory=dict)
