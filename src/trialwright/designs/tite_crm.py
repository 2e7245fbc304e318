"""Time-to-event continual reassessment method (TITE-CRM): as the CRM, and participants in their window count in part.

Rule in words. Before the trial the team writes down its guess of the DLT rate at every level (the skeleton). A single
number, beta, bends this curve up or down. Whenever a participant comes, beta is estimated from everybody: those with a
DLT or a finished window count fully, those still in the window count as free of DLT with a weight that grows with
their follow-up. The level whose estimated DLT rate is nearest to the target is recommended; equal distances go to the
lower level. Nobody has to wait. There is no limit on steps, no early stopping: add no_skipping and
stop_when_too_toxic.

Formula. Likelihood: product of p^y (1 - w p)^(1 - y); power: p_d = s_d^exp(beta); logistic: logit p_d = a0 + exp(beta)
(logit(s_d) - a0); beta ~ N(0, prior_sd^2). Weights: w = 1 with a DLT or a finished window; "linear": w = u / T, u days
since the infusion of T in the window; "adaptive": w = (k + (u - t_k) / (t_{k+1} - t_k)) / (K + 1), with t_1 ... t_K
the days of the K DLTs so far, t_0 = 0, t_{K+1} = T, k of them before u. Who is not evaluable is left out. The curve
compared with the target is the one at the posterior mean of beta ("plug-in") or its posterior mean ("posterior-mean");
with method "likelihood" the one at the maximum. Without a DLT there is no maximum: the curve at the end is used then.

Dose given. With dose = "given" everybody counts at the dose given itself, in the protocol's unit, those still in their
window with their weight: the guess at that dose takes the place of the level's. Between two levels the logit of the
guess is linear in the logarithm of the dose. Below the lowest level the line of the first two goes on, so who got less
and has no DLT counts for less than a participant of level 1. Above the highest level its guess is kept: nobody counts
for more than the highest level. What is recommended is still a level. It is the same as in the CRM, and our choice; no
publication prescribes it.

Differs from Cheung & Chappell 2000: days are whole, so a DLT on day u counts as before u only from the next day on.
Whoever is past the window with an event that nobody has judged yet counts for nothing until it is judged.
Asked about counts alone, without follow-up, the design counts settled participants only.

Reference. Cheung & Chappell 2000, Biometrics 56:1177; Cheung 2011, Dose Finding by the Continual Reassessment Method.
Numbers agree with references/dfcrm_titecrm and, with everybody settled, references/dfcrm_crm.

Choose it when the window is long against the accrual and a statistician can calibrate the skeleton; "adaptive" when
DLTs are not spread evenly over the window. Not when most DLTs come late in the window: weights then promise more than
was seen; nor when toxicity may fall with dose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, ClassVar, Literal, final

import numpy as np

from trialwright.designs import (
    Published,
    check_choices,
    check_dose_given,
    check_probabilities,
    check_skeleton,
    check_target,
    one_guess_per_level,
    rate_at,
)
from trialwright.numerics.closest import closest_to_target
from trialwright.numerics.guesses import guesses_at
from trialwright.numerics.most_likely import LikelihoodFit, weighted_fit
from trialwright.numerics.one_parameter import (
    NormalPrior,
    OneParameterModel,
    OneParameterPosterior,
    Unfinished,
    posterior,
)
from trialwright.numerics.scalars import is_number, is_positive
from trialwright.numerics.windows import adaptive_share, linear_share
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError
from trialwright.vocabulary.given import DOSE, GIVEN, OTHER_AMOUNTS_SO_FAR, note_of_others, places_of
from trialwright.vocabulary.seen import (
    NO_LEVEL,
    Bools,
    Evidence,
    Floats,
    Ints,
    Note,
    Proposal,
    Seen,
    count_per_level,
)
from trialwright.vocabulary.words import Text

CLOSEST = Text(
    en="Level {level} has the estimated DLT rate nearest to the target of {target:percent1}: {rate:percent1}.",
    fr="Le palier {level} a le taux de DLT estimé le plus proche de la cible de {target:percent1} : {rate:percent1}.",
)
PLUGGED_IN = Text(
    en="Level {level} has the estimated DLT rate nearest to the target of {target:percent1}: {rate:percent1} "
    "(plug-in: the curve at the mean of beta; the posterior mean, shown in tables, is {mean:percent1}).",
    fr="Le palier {level} a le taux de DLT estimé le plus proche de la cible de {target:percent1} : {rate:percent1} "
    "(plug-in : courbe à la moyenne de bêta ; la moyenne a posteriori, celle des tableaux, est {mean:percent1}).",
)
NOBODY = Text(
    en="Nobody has any follow-up that counts yet, so there is nothing to estimate from; level {level} is kept.",
    fr="Aucun suivi ne compte encore : rien ne permet d'estimer ; le palier {level} est conservé.",
)
WEIGHED = Text(
    en="{pending} participants without a DLT are still in their window; together they count as {weight:number2}.",
    fr="{pending} participants sans DLT sont encore dans leur fenêtre ; ensemble ils comptent pour {weight:number2}.",
)
NO_MAXIMUM = Text(
    en="With {n_dlt} DLT in {n} settled participants the likelihood has no maximum; the curve at its end is used.",
    fr="Avec {n_dlt} DLT chez {n} participants évalués, la vraisemblance n'a pas de maximum ; la courbe limite sert.",
)


@final
@dataclass(frozen=True, slots=True)
class Known:
    """What the likelihood is made of."""

    n: Ints  # [B, D] participants who count fully; by the dose given [B, S]
    n_dlt: Ints  # [B, D] of them with a DLT
    unfinished: Unfinished
    guesses: tuple[float, ...] = ()  # at the S doses given; empty: everybody counts at a level
    others: Ints | None = None  # [B] who count with another amount than the level's
    counted: Ints | None = None  # [B] who count at all

    @property
    def anybody(self) -> Bools:
        """Whether anything at all is known, ``[B]``."""
        return np.asarray((self.n.sum(axis=1) > 0) | self.unfinished.anybody, np.bool_)

    @property
    def notes_of_others(self) -> tuple[Note, ...]:
        """That some count with another amount than the level's; nothing where nobody does."""
        if self.others is None or self.counted is None:
            return ()
        return note_of_others(OTHER_AMOUNTS_SO_FAR, others=self.others, n=self.counted, design="tite_crm")

    @property
    def weight_pending(self) -> Floats:
        """What participants in their window count for together, ``[B]``."""
        return np.asarray(self.unfinished.weight.sum(axis=1), np.float64)


@final
@dataclass(frozen=True, slots=True)
class TiteCrm:
    """Parameters of the time-to-event continual reassessment method."""

    target_toxicity_rate: float  # DLT rate aimed at
    skeleton: tuple[float, ...]  # guess of the DLT rate at every level
    weights: Literal["linear", "adaptive"] = "linear"  # how the weight grows with follow-up
    prior_sd: float = 1.34**0.5  # of beta; the square root of 1.34
    model: Literal["power", "logistic"] = "power"  # curve that beta bends
    intercept: float = 3.0  # a0 of the logistic model
    method: Literal["bayes", "likelihood"] = "bayes"  # posterior, or maximum likelihood
    estimate: Literal["plug-in", "posterior-mean"] = "plug-in"  # curve that is compared with the target
    confidence: float = 0.9  # of the Wald limits shown as evidence
    select_among: Literal["all", "tried"] = "tried"  # levels that may be selected at the end
    dose: Literal["level", "given"] = "level"  # what a participant counts for: the nearest level, or the dose given
    doses: tuple[float, ...] = ()  # amount of every level, in the protocol's unit; with dose "given" only

    def __post_init__(self) -> None:
        complaints = Complaints()
        check_target(complaints, self.target_toxicity_rate)
        intercept = self.intercept if self.model == "logistic" else None
        object.__setattr__(self, "skeleton", check_skeleton(complaints, self.skeleton, intercept=intercept))
        complaints.unless(
            is_positive(self.prior_sd), "prior_sd", self.prior_sd, "must be a number above 0", "1.16 is usual"
        )
        complaints.unless(is_number(self.intercept), "intercept", self.intercept, "must be a number", "3 is usual")
        check_probabilities(complaints, usual="0.9", confidence=self.confidence)
        check_choices(complaints, self, choices=CHOICES)
        doses = check_dose_given(complaints, self.dose, doses=self.doses, skeleton=self.skeleton)
        object.__setattr__(self, "doses", doses)
        complaints.raise_as(ParameterError, "tite_crm cannot be built")

    looks_at: ClassVar[Literal["participants"]] = "participants"  # the follow-up of every participant

    @property
    def curve(self) -> OneParameterModel:
        """The dose-toxicity model."""
        return OneParameterModel(self.model, self.skeleton, self.intercept)

    def fits(self, levels: int) -> Sequence[Finding]:
        """The skeleton must guess a rate for every dose level."""
        return one_guess_per_level(levels, skeleton=self.skeleton)

    def propose(self, seen: Seen) -> Proposal:
        """The level nearest to the target, by the curve estimated from everybody's follow-up so far."""
        return self._by_posterior(seen) if self.method == "bayes" else self._by_likelihood(seen)

    def select(self, seen: Seen) -> Ints:
        """The level nearest to the target at the end; 0 when nothing is known."""
        known = self._known(seen)
        curve = self._estimated(self._posterior(known)) if self.method == "bayes" else self._fit(known).rate
        return self._among(seen, self._nearest(curve, known), known=known)

    def select_by(self, seen: Seen, believed: OneParameterPosterior) -> Ints:
        """The same selection, with the posterior of a proposal on what was seen."""
        known = self._known(seen)
        return self._among(seen, self._nearest(self._estimated(believed), known), known=known)

    def _among(self, seen: Seen, best: Ints, *, known: Known) -> Ints:
        if self.select_among == "tried":
            best = np.minimum(best, seen.highest_tried)
        return np.where(known.anybody, best, NO_LEVEL)

    def weights_of(self, seen: Seen) -> Floats:
        """What every participant counts for, ``[B, P]``: 1 when settled, 0 when not evaluable."""
        people = seen.people
        if people is None:
            return np.zeros((seen.batch, 0))
        dlt = people.evaluable & people.dlt
        if self.weights == "linear":
            share = linear_share(people.follow_up, window=seen.window_days)
        else:
            share = adaptive_share(people.follow_up, dlt=dlt, dlt_after=people.dlt_after, window=seen.window_days)
        unjudged = people.follow_up >= seen.window_days  # past the window and not complete: an event awaits judgement
        settled = dlt | people.complete
        return np.where(people.evaluable, np.where(settled, 1.0, np.where(unjudged, 0.0, share)), 0.0)

    def _known(self, seen: Seen) -> Known:
        weight = self.weights_of(seen)
        if seen.people is None:
            return Known(seen.n, seen.n_dlt, Unfinished(np.zeros(weight.shape, np.int64), weight))
        if self.dose != GIVEN:
            return _tallied(seen.people.dose_level, dlt=seen.people.dlt, weight=weight, size=seen.levels)
        found = places_of(seen, counted=weight > 0, levels=self.doses)
        guesses = guesses_at(found.amounts, levels=self.doses, skeleton=self.skeleton)
        tallied = _tallied(found.place, dlt=seen.people.dlt, weight=weight * (found.place > 0), size=len(guesses))
        return replace(tallied, guesses=tuple(guesses.tolist()), others=found.others, counted=found.n)

    def _by_posterior(self, seen: Seen) -> Proposal:
        known = self._known(seen)
        believed = self._posterior(known)
        curve = self._estimated(believed)
        level = np.where(known.anybody, self._nearest(curve, known), seen.current)
        evidence = Evidence({**believed.summary(self.confidence), "weight_pending": lambda: known.weight_pending})
        notes = self._notes(curve, seen=seen, known=known, level=level, believed=believed)
        return Proposal.of_level(level, notes=notes, posterior=believed, evidence=evidence)

    def _by_likelihood(self, seen: Seen) -> Proposal:
        known = self._known(seen)
        fitted = self._fit(known)
        level = np.where(known.anybody, self._nearest(fitted.rate, known), seen.current)
        counts = {"n": known.n.sum(axis=1), "n_dlt": known.n_dlt.sum(axis=1)}
        notes = (
            Note("tite_crm.no_maximum", NO_MAXIMUM, known.anybody & ~fitted.exists, counts),
            *self._notes(fitted.rate, seen=seen, known=known, level=level),
        )
        notes = tuple(note for note in notes if note.where.any())
        evidence = {"beta": fitted.beta, "plug_in": fitted.rate, "weight_pending": known.weight_pending}
        return Proposal.of_level(level, notes=notes, evidence=evidence)

    def _notes(
        self, curve: Floats, *, seen: Seen, known: Known, level: Ints, believed: OneParameterPosterior | None = None
    ) -> tuple[Note, ...]:
        """The reasons; a rate that is not the posterior mean, which every table shows, stands beside it."""
        values: dict[str, Any] = {"level": level, "rate": rate_at(curve, level), "target": self.target_toxicity_rate}
        text = CLOSEST
        if believed is not None and self.estimate == "plug-in":
            text, values["mean"] = PLUGGED_IN, cache(lambda: rate_at(believed.mean(), level))
        pending = seen.n_pending.sum(axis=1)
        weighed = {"pending": pending, "weight": known.weight_pending}
        return (
            Note("tite_crm.weighed", WEIGHED, pending > 0, weighed),
            Note("tite_crm.closest_to_target", text, known.anybody, values),
            Note("tite_crm.nothing_known", NOBODY, ~known.anybody, {"level": level}),
            *known.notes_of_others,
        )

    def _posterior(self, known: Known) -> OneParameterPosterior:
        curve = replace(self.curve, seen_at=known.guesses)
        prior = NormalPrior(self.prior_sd)
        return posterior(curve, prior=prior, n=known.n, n_dlt=known.n_dlt, unfinished=known.unfinished)

    def _estimated(self, believed: OneParameterPosterior) -> Floats:
        return believed.plug_in() if self.estimate == "plug-in" else believed.mean()

    def _fit(self, known: Known) -> LikelihoodFit:
        curve = replace(self.curve, seen_at=known.guesses)
        return weighted_fit(curve, n=known.n, n_dlt=known.n_dlt, unfinished=known.unfinished)

    def _nearest(self, curve: Floats, known: Known) -> Ints:
        return closest_to_target(np.where(known.anybody[:, None], curve, 0.0), self.target_toxicity_rate)


def _tallied(place: Ints, *, dlt: Bools, weight: Floats, size: int) -> Known:
    """Everybody by the place, 1 ... ``size``, at which they count, ``[B, P]``: with weight 1 in the counts."""
    whole = weight >= 1
    return Known(
        n=count_per_level(place, whole, levels=size),
        n_dlt=count_per_level(place, whole & dlt, levels=size),
        unfinished=Unfinished(place, np.where(whole, 0.0, weight)),
    )


CHOICES = {
    "weights": ("linear", "adaptive"),
    "model": ("power", "logistic"),
    "method": ("bayes", "likelihood"),
    "estimate": ("plug-in", "posterior-mean"),
    "select_among": ("all", "tried"),
    "dose": DOSE,
}
_FIVE = {"target_toxicity_rate": 0.25, "skeleton": (0.05, 0.12, 0.25, 0.4, 0.55)}
_SETTLED = "dfcrm 0.2.2.1, crm(), which is the TITE-CRM with everybody settled: references/dfcrm_crm, case"
PUBLISHED = (
    Published(f"{_SETTLED} 001", _FIVE, 5, "1N", 4),
    Published(f"{_SETTLED} 004", _FIVE, 5, "1NNT", 1),
    Published(f"{_SETTLED} 005", _FIVE, 5, "1TTT", 1),
)
DESIGN = TiteCrm
IN_FRENCH = (
    "CRM avec délais (TITE-CRM) : les participants encore dans leur fenêtre comptent à proportion de leur suivi."
)
