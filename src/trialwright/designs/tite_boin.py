"""Time-to-event BOIN (TITE-BOIN): as BOIN, and participants in their window count by their follow-up.

Rule in words. Two boundaries are worked out before the trial. The estimated DLT rate at the current level is its DLTs
divided by the effective number there: participants with a DLT or a finished window count as one, those still in the
window as the share of it they have behind them. (With estimate = "imputed" it is instead the DLTs seen and those to be
expected from the participants in the window, divided by everybody there.) At or below the lower boundary the next
participants go one level up, at or above the upper one they go one level down, in between they stay. Nobody is assigned
while more than half of the participants at the current level are in their window, nor at the lowest level when the
estimate asks to go down and someone there is in the window. A level whose DLT rate is too probably above the target is
eliminated with every level above it; when the lowest is eliminated the trial stops. Elimination comes first, and never
waits. At the end the rates of settled participants are pooled so that they do not fall with dose, and the level nearest
to the target is selected among those tried and not eliminated.

Formula. e = n_settled + (sum of follow-up of those in the window) / T; up: y / e <= lambda_e; down: y / e >= lambda_d;
lambda_e = log((1 - p_saf) / (1 - t)) / log(t (1 - p_saf) / (p_saf (1 - t))), lambda_d = log((1 - t) / (1 - p_tox)) /
log(p_tox (1 - t) / (t (1 - p_tox))), t the target; p_saf = 0.6 t and p_tox = 1.4 t unless given. Wait: pending >
max_pending n. Eliminated: n >= 3 and P(p > t) > elimination_confidence under Beta(1 + y, 1 + n - y), where n has
everybody in it: those in their window count as free of DLT. Selection: isotonic regression of (y + 0.05) / (n + 0.1).
With extra_safe the trial stops at a lower probability for the lowest level while that is the current one, and at the
end nothing is selected at that probability. Rules that ask for a posterior get Beta(1 + y, 1 + e - y).

Imputed, as in Yuan et al. 2018: with n participants, c of them in their window with S windows behind them together, the
rate is (y + (c - S) (y + t / 2) / (n - c - y + 1 - t / 2)) / n; up only where also y / n < t, down only where also y /
n > t; and a level whose observed rate y / n is at or above lambda_d is left without waiting for those in their window.

Two publications, two estimates. The paper of 2018 imputes; the effective number, an approximation of the likelihood, is
that of Lin & Yuan 2020, of the reference file and of the default. At a target of 20% the default goes up earlier, with
1 DLT in 9 and 3 of them in their window from 0.36 windows of follow-up on instead of 0.77; it may go down at an
observed rate below the target (1 DLT in 6, 3 just infused); and an observed rate at or above lambda_d does not lift its
wait, as in the reference file. With both, a rate that asks to go down at the lowest level makes the trial wait for
those in their window, as in that file. The software of the authors has lately asked for more: 51% of outcomes, and a
quarter of the window behind everybody before going up; the first is max_pending = 0.49, the second is not here. At
lambda_d exactly this design goes down, as in the paper; boin.py stays there, as its own reference does; it matters only
for rare choices of p_saf and p_tox. Whoever is past the window with an event that nobody has judged yet is pending and
adds nothing to the follow-up until it is judged. Asked about counts alone, participants in their window have no
follow-up yet.

Reference. Yuan, Lin, Li, Nie & Warren 2018, Clinical Cancer Research 24:4921 (imputed); Lin & Yuan 2020, Biostatistics
21:807 (effective number). Numbers agree with references/titegboin_tite_boin; the imputed decisions with table 1 of
PMC9260438, a trial planned with the software of the authors.

Choose it when the window is long against the accrual and the site wants a rule it can follow by counting. Not when
most DLTs come late in the window: half of the follow-up is then less than half of the risk; nor when toxicity may fall
with dose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, final

import numpy as np

from trialwright.designs import (
    Published,
    check_boin_rates,
    check_choices,
    check_elimination,
    check_flags,
    check_probabilities,
)
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.boin_boundaries import deescalation_boundary, escalation_boundary
from trialwright.numerics.isotonic import selected_after_pooling
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Bools, Floats, Ints, Note, Proposal, Seen, any_number_of_levels, count_per_level
from trialwright.vocabulary.stepwise import (
    DOWN,
    ROUNDING,
    STAY,
    UP,
    Closure,
    at_current,
    closure,
    step,
    stricter_at_lowest,
)
from trialwright.vocabulary.words import Text

LEAST = 3  # settled participants before a level can be eliminated
PSEUDO_COUNT = 0.05  # Beta(0.05, 0.05) of the estimates at the end

ESCALATE = Text(
    en="{n_dlt} DLT in {n} at level {current}, {pending} of them in their window (effective number {effective:number2})"
    ": the rate is at or below the boundary {lower:percent1}, which asks for a higher level.",
    fr="{n_dlt} DLT sur {n} au palier {current}, dont {pending} dans leur fenêtre (effectif équivalent "
    "{effective:number2}) : le taux ne dépasse pas la borne {lower:percent1}, ce qui demande un palier supérieur.",
)
BETWEEN = Text(
    en="{n_dlt} DLT in {n} at level {current}, {pending} of them in their window (effective number {effective:number2})"
    ": the rate lies between the boundaries {lower:percent1} and {upper:percent1}, which asks to stay.",
    fr="{n_dlt} DLT sur {n} au palier {current}, dont {pending} dans leur fenêtre (effectif équivalent "
    "{effective:number2}) : le taux est compris entre les bornes {lower:percent1} et {upper:percent1}, ce qui demande "
    "de rester.",
)
DE_ESCALATE = Text(
    en="{n_dlt} DLT in {n} at level {current}, {pending} of them in their window (effective number {effective:number2})"
    ": the rate is at or above the boundary {upper:percent1}, which asks for a lower level.",
    fr="{n_dlt} DLT sur {n} au palier {current}, dont {pending} dans leur fenêtre (effectif équivalent "
    "{effective:number2}) : le taux atteint la borne {upper:percent1}, ce qui demande un palier inférieur.",
)
EXPECTED_EN = (
    "{n_dlt} DLT in {n} at level {current}, {pending} of them in their window: with the DLTs to be expected of these, "
    "the rate is {rate:percent1}"
)
EXPECTED_FR = (
    "{n_dlt} DLT sur {n} au palier {current}, dont {pending} dans leur fenêtre : avec les DLT attendues chez ceux-ci, "
    "le taux est de {rate:percent1}"
)
WITH_EXPECTED = (
    Text(
        en=f"{EXPECTED_EN}, at or below the boundary {{lower:percent1}}, which asks for a higher level.",
        fr=f"{EXPECTED_FR}, sans dépasser la borne {{lower:percent1}}, ce qui demande un palier supérieur.",
    ),
    Text(
        en=f"{EXPECTED_EN} (boundaries {{lower:percent1}} and {{upper:percent1}}, observed rate {{observed:percent1}}),"
        " which asks to stay.",
        fr=f"{EXPECTED_FR} (bornes {{lower:percent1}} et {{upper:percent1}}, taux observé {{observed:percent1}}), ce "
        "qui demande de rester.",
    ),
    Text(
        en=f"{EXPECTED_EN}, at or above the boundary {{upper:percent1}}, which asks for a lower level.",
        fr=f"{EXPECTED_FR}, ce qui atteint la borne {{upper:percent1}} et demande un palier inférieur.",
    ),
)
SUSPENDED = Text(
    en="{pending} of {n} participants at level {current} are in their window, more than the share of "
    "{most:percent1} that may be: nobody is assigned for now.",
    fr="{pending} participants sur {n} au palier {current} sont dans leur fenêtre, plus que la part admise de "
    "{most:percent1} : aucune inclusion pour l'instant.",
)
UNSETTLED = Text(
    en="{n_dlt} DLT in {n} at the lowest level ask to go down, and {pending} participants there are in their window: "
    "nobody is assigned for now.",
    fr="{n_dlt} DLT sur {n} au palier le plus bas demandent de descendre, et {pending} participants y sont dans leur "
    "fenêtre : aucune inclusion pour l'instant.",
)


@final
@dataclass(frozen=True, slots=True)
class TiteBoin:
    """Parameters of the TITE-BOIN design."""

    target_toxicity_rate: float  # DLT rate aimed at
    p_saf: float | None = None  # highest rate that is too low; absent: 0.6 target
    p_tox: float | None = None  # lowest rate that is too high; absent: 1.4 target
    max_pending: float = 0.5  # highest share of the participants at the current level that may be in their window
    elimination_confidence: float = 0.95  # a level is closed when P(rate > target) is above this
    extra_safe: bool = False  # stop earlier at the lowest level
    offset: float = 0.05  # the lowest level stops the trial above elimination_confidence - offset, when extra_safe
    bound_selection: bool = False  # the level selected may not be estimated above the upper boundary
    estimate: Literal["effective-number", "imputed"] = "effective-number"  # how those in their window count

    def __post_init__(self) -> None:
        complaints = Complaints()
        check_boin_rates(complaints, target=self.target_toxicity_rate, p_saf=self.p_saf, p_tox=self.p_tox)
        check_elimination(complaints, confidence=self.elimination_confidence, offset=self.offset)
        check_probabilities(complaints, usual="0.5", max_pending=self.max_pending)
        check_flags(complaints, extra_safe=self.extra_safe, bound_selection=self.bound_selection)
        check_choices(complaints, self, choices=CHOICES)
        complaints.raise_as(ParameterError, "tite_boin cannot be built")

    looks_at: ClassVar[Literal["participants"]] = "participants"  # the follow-up of every participant

    @property
    def lambda_e(self) -> float:
        """Up at or below this observed rate (Liu & Yuan 2015)."""
        return escalation_boundary(self.target_toxicity_rate, self.p_saf)

    @property
    def lambda_d(self) -> float:
        """Down at or above this observed rate (Liu & Yuan 2015)."""
        return deescalation_boundary(self.target_toxicity_rate, self.p_tox)

    fits = any_number_of_levels

    def propose(self, seen: Seen) -> Proposal:
        """One level up, the same or one down, below every eliminated level; or nobody for now."""
        counted = replace(seen, n=seen.n_treated, n_pending=np.zeros_like(seen.n))
        here, direction = self._here(seen), self._direction(seen)
        closed = self._eliminated(counted, extra_safe=self.extra_safe & (seen.current == 1))
        held = at_current(closed.open.astype(np.int64), seen) == 1
        suspended = held & (here["pending"] > self.max_pending * here["n"] + ROUNDING) & ~self._seen_too_many(here)
        unsettled = held & ~suspended & (seen.current == 1) & (direction == DOWN) & (here["pending"] > 0)
        waiting = suspended | unsettled
        proposal = step(
            counted,
            np.where(waiting, STAY, direction),
            closed=closed,
            reasons=[replace(reason, where=reason.where & ~waiting) for reason in self._reasons(seen, direction)],
            design="tite_boin",
            posterior=believed_of(seen),
        )
        counts = {"effective_n": effective_n(seen), "eliminated": np.asarray(~closed.open, np.float64)}
        if self.estimate == "imputed":
            counts["imputed_rate"] = imputed_rate(seen, self.target_toxicity_rate)
        said = {**here, "most": self.max_pending}
        for where, code, text in ((suspended, "suspended", SUSPENDED), (unsettled, "unsettled", UNSETTLED)):
            proposal = proposal.changed(where, code=f"tite_boin.{code}", text=text, values=said, wait=True)
        return replace(
            proposal,
            evidence={**(proposal.evidence or {}), **counts},
            notes=tuple(note for note in proposal.notes if note.where.any()),
        )

    def select(self, seen: Seen) -> Ints:
        """The level whose pooled estimate is nearest to the target, among those tried and not eliminated; 0 = none."""
        counted = replace(seen, n=seen.n_treated, n_pending=np.zeros_like(seen.n))
        at_most = self.lambda_d if self.bound_selection else np.inf
        still_open = self._eliminated(counted, extra_safe=np.full(seen.batch, self.extra_safe)).open
        return selected_after_pooling(
            still_open, self.target_toxicity_rate, n=seen.n, n_dlt=seen.n_dlt, prior=PSEUDO_COUNT, at_most=at_most
        )

    def _direction(self, seen: Seen) -> Ints:
        """Where the estimated rate at the current level points; nowhere while nothing is known there."""
        here = self._here(seen)
        n_dlt, target = here["n_dlt"], self.target_toxicity_rate
        if self.estimate == "imputed":
            known, counted = here["n"], here["rate"]
            up = (counted <= self.lambda_e + ROUNDING) & (n_dlt < target * known - ROUNDING)
            down = (counted >= self.lambda_d - ROUNDING) & (n_dlt > target * known + ROUNDING)
        else:
            known = here["effective"]
            up, down = n_dlt <= self.lambda_e * known + ROUNDING, n_dlt >= self.lambda_d * known - ROUNDING
        return np.where(known <= 0, STAY, np.where(down, DOWN, np.where(up, UP, STAY)))

    def _seen_too_many(self, here: dict[str, Any]) -> Bools:
        """Where the DLTs already seen ask to go down, whatever becomes of those in their window; imputed only."""
        too_many = (here["n_dlt"] > 0) & (here["n_dlt"] >= self.lambda_d * here["n"] - ROUNDING)
        return np.asarray(too_many & (self.estimate == "imputed"), np.bool_)

    def _reasons(self, seen: Seen, direction: Ints) -> list[Note]:
        said = {**self._here(seen), "lower": self.lambda_e, "upper": self.lambda_d}
        texts = WITH_EXPECTED if self.estimate == "imputed" else (ESCALATE, BETWEEN, DE_ESCALATE)
        ways = zip((UP, STAY, DOWN), ("escalate", "stay", "de_escalate"), texts, strict=True)
        return [Note(f"tite_boin.{name}", text, direction == way, said) for way, name, text in ways]

    def _here(self, seen: Seen) -> dict[str, Any]:
        """What is counted at the current level, each ``[B]``."""
        at = seen.current[:, None] - 1
        here: dict[str, Any] = {
            "current": seen.current,
            "n": at_current(seen.n_treated, seen),
            "n_dlt": at_current(seen.n_dlt, seen),
            "pending": at_current(seen.n_pending, seen),
            "effective": np.take_along_axis(effective_n(seen), at, axis=1)[:, 0],
        }
        if self.estimate == "imputed":
            imputed = imputed_rate(seen, self.target_toxicity_rate)
            here["rate"] = np.take_along_axis(imputed, at, axis=1)[:, 0]
            here["observed"] = here["n_dlt"] / np.maximum(here["n"], 1)
        return here

    def _eliminated(self, counted: Seen, *, extra_safe: Bools) -> Closure:
        """Levels closed by everybody treated there; ``counted`` has those in their window among the settled."""
        target, confidence = self.target_toxicity_rate, self.elimination_confidence
        probability: Floats = BetaPosterior.after(n=counted.n, n_dlt=counted.n_dlt).exceedance(target)
        usual = closure(counted, probability, rate=target, confidence=confidence, least=LEAST)
        if not extra_safe.any():
            return usual
        stricter = stricter_at_lowest(usual, counted, confidence=confidence - self.offset, least=LEAST)
        where = extra_safe[:, None]
        return replace(
            usual,
            closed=np.where(where, stricter.closed, usual.closed),
            confidence=np.where(where, stricter.confidence, usual.confidence),
        )


def effective_n(seen: Seen) -> Floats:
    """Participants at each level, those in their window by the share of it behind them, ``[B, D]``."""
    people = seen.people
    if people is None:
        return seen.n.astype(np.float64)
    pending = people.evaluable & ~people.dlt & ~people.complete
    inside = people.follow_up < seen.window_days  # past it and not complete: an event awaits judgement
    days = np.where(pending & inside, np.maximum(people.follow_up, 0), 0)
    behind = count_per_level(people.dose_level, days > 0, levels=seen.levels, each=days)
    return np.asarray(seen.n + behind / max(seen.window_days, 1), np.float64)


def imputed_rate(seen: Seen, target: float) -> Floats:
    """DLTs seen and to be expected at each level, as a share of everybody there, ``[B, D]``; 0 where nobody is.

    Whoever is in the window with a share s of it behind them counts (1 - s) a / b, with a = y + t / 2 and b = n - c - y
    + 1 - t / 2 of the settled: the odds of a DLT under Beta(t / 2, 1 - t / 2)   (Yuan et al. 2018). It may exceed 1.
    """
    odds = (seen.n_dlt + target / 2) / (seen.n - seen.n_dlt + 1 - target / 2)
    still_open = seen.n_pending - (effective_n(seen) - seen.n)
    return np.asarray((seen.n_dlt + odds * still_open) / np.maximum(seen.n_treated, 1), np.float64)


def believed_of(seen: Seen) -> BetaPosterior:
    """What rules may ask: Beta(1 + y, 1 + e - y) at every level; those in their window count by their follow-up."""
    free = effective_n(seen) - seen.n_dlt
    return BetaPosterior(np.asarray(1 + seen.n_dlt, np.float64), np.asarray(1 + free, np.float64))


CHOICES = {"estimate": ("effective-number", "imputed")}
_QUARTER, _FIFTH, _SAFER = (
    {"target_toxicity_rate": 0.25},
    {"target_toxicity_rate": 0.2},
    {"target_toxicity_rate": 0.3, "extra_safe": True},
)
_NEXT = "TITEgBOIN 0.4.0, next_TITE_QuasiBOIN(): references/titegboin_tite_boin, case"
PUBLISHED = (
    Published(f"{_NEXT} 015", _QUARTER, 4, "1NNN 2NNT", 1),
    Published(f"{_NEXT} 022", _QUARTER, 3, "1NNNT 2NTT", 1),
    Published(f"{_NEXT} 038", _QUARTER, 3, "1NNN 1NTT 2NTT 3NNT 3TTT", 2),
    Published(f"{_NEXT} 042", _FIFTH, 4, "1NNN 1NNT", 1),
    Published(f"{_NEXT} 040", _SAFER, 5, "1NNN 2NNN 3NNN 3NNT 3NNT", 4),
)
DESIGN = TiteBoin
IN_FRENCH = "BOIN avec délais (TITE-BOIN) : les participants encore dans leur fenêtre comptent à proportion du suivi."
