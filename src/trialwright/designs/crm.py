"""Continual reassessment method: one curve learns from everybody; the next level is the one nearest to the target rate.

Rule in words. Before the trial the team writes down its guess of the DLT rate at every level (the skeleton). A single
number, beta, bends this curve up or down. After every cohort beta is estimated anew from everybody settled so far,
and the level whose estimated DLT rate is nearest to the target is recommended; equal distances go to the lower level.
With an initial sequence the trial has two stages: it follows these levels, participant by participant, until the first
DLT, and the curve decides from then on, or as soon as somebody is treated off the sequence, which is said: whole
cohorts have to fit it, as three at a level do in cohorts of three. A sequence after which a first DLT would raise the
level (an incoherent one) is refused. There is no limit on steps, no early stopping: add the rules no_skipping and
stop_when_too_toxic.

Formula. power: p_d = s_d^exp(beta); logistic: logit p_d = a0 + exp(beta) (logit(s_d) - a0); beta ~ N(0, prior_sd^2).
logistic-gamma: the same curve with exp(beta) ~ Gamma(prior_shape, rate = prior_shape), whose mean is 1. two-parameter:
logit p_d = a + exp(beta) (logit(s_d) - a0) with a ~ N(a0, intercept_sd^2) besides; a0 = 0 is usual then. At the centre
of the prior each of these curves is the skeleton. The curve compared with the target is the one at the posterior mean
of beta ("plug-in") or the posterior mean of the curve ("posterior-mean"; the only one for the last two models). With
method "likelihood" beta is the maximum-likelihood estimate. Without any DLT (or, nearly, with nothing else) there is
none: the curve at the end the likelihood rises to is used instead. No prior holds it back then: never use it without
the rule no_skipping.

Dose given. With dose = "given" everybody counts at the dose given itself, in the protocol's unit: the guess at that
dose takes the place of the level's. Between two levels the logit of the guess is linear in the logarithm of the dose,
so a skeleton that was read off a logistic curve over log dose is completed without error, and no unit matters. Below
the lowest level the line of the first two goes on: who got less and had no DLT counts for less than a participant of
level 1, who had one for more. Above the highest level its guess is kept: nobody counts for more than the highest
level. Both sides are the careful ones. What is recommended is still a level. Our choice; no publication prescribes it.
Exact operating characteristics do not exist then; simulate.

Reference. O'Quigley, Pepe & Fisher 1990, Biometrics 46:33; O'Quigley & Shen 1996, Biometrics 52:673; Cheung 2011,
Dose Finding by the Continual Reassessment Method. Numbers agree with references/dfcrm_crm and references/trialr_crm.

Choose it when a target rate can be named, DLTs are seen within the window, and a statistician can calibrate the
skeleton. Not when outcomes stay pending for long (all of them have to be settled to count), nor when toxicity may
fall with dose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Any, Literal, final

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
from trialwright.numerics import one_parameter, two_parameter
from trialwright.numerics.closest import closest_to_target
from trialwright.numerics.guesses import guesses_at
from trialwright.numerics.most_likely import LikelihoodFit, fit
from trialwright.numerics.one_parameter import (
    GammaPrior,
    NormalPrior,
    OneParameterModel,
    OneParameterPosterior,
)
from trialwright.numerics.scalars import is_count, is_list_of, is_number, is_positive
from trialwright.numerics.two_parameter import TwoParameterModel, TwoParameterPosterior
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError
from trialwright.vocabulary.given import DOSE, GIVEN, by_amount, with_other_amounts
from trialwright.vocabulary.seen import NO_LEVEL, Bools, Evidence, Floats, Ints, Note, Proposal, Seen
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
    en="Nobody's DLT window is settled yet, so there is nothing to estimate from; level {level} is kept.",
    fr="Aucune fenêtre de DLT n'est encore close : rien ne permet d'estimer ; le palier {level} est conservé.",
)
FIRST_STAGE = Text(
    en="No DLT in {settled} settled participants so far: the initial sequence stands at level {level}.",
    fr="Aucune DLT chez {settled} participants évalués à ce jour : la séquence initiale en est au palier {level}.",
)
OFF_SEQUENCE = Text(
    en="No DLT in {settled} settled participants, but the treated ones do not follow the initial sequence: the curve "
    "decides from here on.",
    fr="Aucune DLT chez {settled} participants évalués, mais les participants traités ne suivent pas la séquence "
    "initiale : la courbe décide désormais.",
)
NO_MAXIMUM = Text(
    en="With {n_dlt} DLT in {n} participants the likelihood has no maximum; the end of the curve it rises to is used.",
    fr="Avec {n_dlt} DLT chez {n} participants, la vraisemblance n'a pas de maximum ; la courbe limite est utilisée.",
)

Believed = OneParameterPosterior | TwoParameterPosterior


@final
@dataclass(frozen=True, slots=True)
class Crm:
    """Parameters of the continual reassessment method."""

    target_toxicity_rate: float  # DLT rate aimed at
    skeleton: tuple[float, ...]  # guess of the DLT rate at every level
    prior_sd: float = 1.34**0.5  # of beta; the square root of 1.34
    model: Literal["power", "logistic", "logistic-gamma", "two-parameter"] = "power"  # curve that beta bends
    intercept: float = 3.0  # a0 of the logistic models
    intercept_sd: float = 2.0  # prior of the intercept in the two-parameter model
    prior_shape: float = 1.0  # of the gamma prior
    method: Literal["bayes", "likelihood"] = "bayes"  # posterior, or maximum likelihood
    estimate: Literal["plug-in", "posterior-mean"] = "plug-in"  # curve that is compared with the target
    confidence: float = 0.9  # of the Wald limits shown as evidence
    select_among: Literal["all", "tried"] = "tried"  # levels that may be selected at the end
    initial_sequence: tuple[int, ...] = ()  # levels by participant until the first DLT; empty: one stage
    dose: Literal["level", "given"] = "level"  # what a participant counts for: the nearest level, or the dose given
    doses: tuple[float, ...] = ()  # amount of every level, in the protocol's unit; with dose "given" only

    def __post_init__(self) -> None:
        complaints = Complaints()
        check_target(complaints, self.target_toxicity_rate)
        intercept = self.intercept if self.model in BOUNDED else None
        object.__setattr__(self, "skeleton", check_skeleton(complaints, self.skeleton, intercept=intercept))
        complaints.unless(
            is_positive(self.prior_sd), "prior_sd", self.prior_sd, "must be a number above 0", "1.16 is usual"
        )
        for place in ("intercept_sd", "prior_shape"):
            value = getattr(self, place)
            complaints.unless(is_positive(value), place, value, "must be a number above 0")
        complaints.unless(is_number(self.intercept), "intercept", self.intercept, "must be a number", "3 is usual")
        check_probabilities(complaints, usual="0.9", confidence=self.confidence)
        check_choices(complaints, self, choices=CHOICES)
        self._check_combination(complaints)
        doses = check_dose_given(complaints, self.dose, doses=self.doses, skeleton=self.skeleton)
        object.__setattr__(self, "doses", doses)
        self._check_sequence(complaints)
        complaints.raise_as(ParameterError, "crm cannot be built")

    def _check_combination(self, complaints: Complaints) -> None:
        if self.model in BY_MEAN and not complaints.findings:
            allowed = f"must be posterior-mean with model {self.model}, which has no plug-in curve here"
            complaints.unless(self.estimate == "posterior-mean", "estimate", self.estimate, allowed)
            allowed = f"must be bayes with model {self.model}"
            complaints.unless(self.method == "bayes", "method", self.method, allowed)

    def _check_sequence(self, complaints: Complaints) -> None:
        sequence = self.initial_sequence
        if sequence in ((), []):
            return
        rising = is_list_of(is_count, sequence) and all(low <= high <= low + 1 for low, high in pairwise(sequence))
        allowed = "must list one level per participant, starting at 1 and never more than one level up"
        fine = complaints.unless(rising and sequence[0] == 1, "initial_sequence", sequence, allowed)
        if not fine or complaints.findings:
            return
        object.__setattr__(self, "initial_sequence", tuple(sequence))
        allowed = f"must stay within the {len(self.skeleton)} levels of the skeleton"
        if complaints.unless(max(sequence) <= len(self.skeleton), "initial_sequence", sequence, allowed):
            raised = self._raised_by_a_first_dlt()
            allowed = f"a first DLT in participant {raised} would raise the level"
            complaints.unless(raised == 0, "initial_sequence", sequence, allowed, "shorten the levels before")

    def _raised_by_a_first_dlt(self) -> int:
        """The first participant (from 1) whose DLT would be answered by a higher level; 0 when there is none."""
        given = np.asarray(self.initial_sequence, np.int64)
        here = (given[:, None] == np.arange(1, len(self.skeleton) + 1)).astype(np.int64)
        answer = self.propose(Seen.of_counts(here.cumsum(axis=0), here, given)).dose_level
        return int(np.argmax(answer > given)) + 1 if (answer > given).any() else 0

    @property
    def looks_at(self) -> Literal["counts", "participants"]:
        """Counts per level are all it needs, except where everybody's own dose counts."""
        return "participants" if self.dose == GIVEN else "counts"

    @property
    def curve(self) -> OneParameterModel:
        """The dose-toxicity model of beta alone."""
        return OneParameterModel("power" if self.model == "power" else "logistic", self.skeleton, self.intercept)

    @property
    def surface(self) -> TwoParameterModel:
        """The dose-toxicity model of intercept and beta, with its prior."""
        coded = self._coded(self.skeleton)
        return TwoParameterModel("log-normal", coded, (self.intercept, 0.0), (self.intercept_sd, self.prior_sd))

    def _coded(self, guesses: tuple[float, ...]) -> tuple[float, ...]:
        """The coded doses of the two-parameter model."""
        return tuple(float(np.log(guess / (1 - guess)) - self.intercept) for guess in guesses)

    def fits(self, levels: int) -> Sequence[Finding]:
        """The skeleton must guess a rate for every dose level."""
        return one_guess_per_level(levels, skeleton=self.skeleton)

    def propose(self, seen: Seen) -> Proposal:
        """The level nearest to the target, by the curve estimated from everybody settled."""
        proposal = self._by_posterior(seen) if self.method == "bayes" else self._by_likelihood(seen)
        if self.dose == GIVEN:
            proposal = with_other_amounts(proposal, seen, levels=self.doses, design="crm")
        return self._first_stage(proposal, seen) if self.initial_sequence else proposal

    def _first_stage(self, proposal: Proposal, seen: Seen) -> Proposal:
        """The initial sequence until the first DLT, while the trial keeps to it; it moves on as participants settle."""
        ladder = np.asarray(self.initial_sequence) == np.arange(1, seen.levels + 1)[:, None]
        expected = np.concatenate([np.zeros((1, seen.levels), np.int64), ladder.cumsum(axis=1).T])
        treated, settled = seen.n_treated.sum(axis=1), seen.n.sum(axis=1)
        last = len(self.initial_sequence) - 1
        kept = (seen.n_treated == expected[np.minimum(treated, last + 1)]).all(axis=1) & (treated <= last + 1)
        no_dlt_yet = (seen.n_dlt.sum(axis=1) == 0) & (settled <= last)
        first = kept & no_dlt_yet
        level = np.where(first, np.asarray(self.initial_sequence)[np.minimum(settled, last)], proposal.dose_level)
        notes = tuple(replace(note, where=note.where & ~first) for note in proposal.notes)
        said = Note("crm.initial_sequence", FIRST_STAGE, first, {"level": level, "settled": settled})
        left = Note("crm.off_sequence", OFF_SEQUENCE, no_dlt_yet & ~kept, {"settled": settled})
        return replace(proposal, dose_level=level, notes=(*notes, said, *((left,) if left.where.any() else ())))

    def select(self, seen: Seen) -> Ints:
        """The level nearest to the target at the end; 0 when nobody is settled."""
        if self.method == "bayes":
            return self.select_by(seen, self._posterior(seen))
        return self._among(seen, self._most_likely(seen, self._fit(seen)))

    def select_by(self, seen: Seen, believed: Believed) -> Ints:
        """The same selection, with the posterior of a proposal on what was seen."""
        return self._among(seen, closest_to_target(self._estimated(believed), self.target_toxicity_rate))

    def _among(self, seen: Seen, best: Ints) -> Ints:
        if self.select_among == "tried":
            best = np.minimum(best, seen.highest_tried)
        return np.where(_anybody(seen), best, NO_LEVEL)

    def _by_posterior(self, seen: Seen) -> Proposal:
        believed = self._posterior(seen)
        curve = self._estimated(believed)
        anybody = _anybody(seen)
        level = np.where(anybody, closest_to_target(curve, self.target_toxicity_rate), seen.current)
        evidence = self._evidence(believed)
        notes = self._notes(curve, level=level, anybody=anybody, believed=believed)
        return Proposal.of_level(level, notes=notes, posterior=believed, evidence=evidence)

    def _by_likelihood(self, seen: Seen) -> Proposal:
        fitted, anybody = self._fit(seen), _anybody(seen)
        level = np.where(anybody, self._most_likely(seen, fitted), seen.current)
        counts = {"n": seen.n.sum(axis=1), "n_dlt": seen.n_dlt.sum(axis=1)}
        notes = (
            Note("crm.no_maximum", NO_MAXIMUM, anybody & ~fitted.exists, counts),
            *self._notes(fitted.rate, level=level, anybody=anybody),
        )
        notes = tuple(note for note in notes if note.where.any())
        return Proposal.of_level(level, notes=notes, evidence={"beta": fitted.beta, "plug_in": fitted.rate})

    def _notes(
        self, curve: Floats, *, level: Ints, anybody: Bools, believed: Believed | None = None
    ) -> tuple[Note, ...]:
        """The reason; a rate that is not the posterior mean, which every table shows, stands beside it."""
        values: dict[str, Any] = {"level": level, "rate": rate_at(curve, level), "target": self.target_toxicity_rate}
        text = CLOSEST
        if believed is not None and self.estimate == "plug-in":
            text, values["mean"] = PLUGGED_IN, cache(lambda: rate_at(believed.mean(), level))
        return (
            Note("crm.closest_to_target", text, anybody, values),
            Note("crm.nobody_settled", NOBODY, ~anybody, {"level": level}),
        )

    def _evidence(self, believed: Believed) -> Evidence:
        if isinstance(believed, TwoParameterPosterior):
            return Evidence({"posterior_mean": believed.mean, "posterior_sd": believed.sd})
        return Evidence(believed.summary(self.confidence))

    def _posterior(self, seen: Seen) -> Believed:
        n, n_dlt, guesses = self._data(seen)
        if self.model == "two-parameter":
            return two_parameter.posterior(replace(self.surface, seen_at=self._coded(guesses)), n=n, n_dlt=n_dlt)
        prior = GammaPrior(self.prior_shape) if self.model == "logistic-gamma" else NormalPrior(self.prior_sd)
        return one_parameter.posterior(replace(self.curve, seen_at=guesses), prior=prior, n=n, n_dlt=n_dlt)

    def _data(self, seen: Seen) -> tuple[Ints, Ints, tuple[float, ...]]:
        """Settled participants and their DLTs, ``[B, S]``, and the guesses at the S doses these belong to.

        Empty guesses: the levels themselves.
        """
        if self.dose != GIVEN:
            return seen.n, seen.n_dlt, ()
        counted = by_amount(seen, levels=self.doses)
        guesses = guesses_at(counted.amounts, levels=self.doses, skeleton=self.skeleton)
        return counted.n, counted.n_dlt, tuple(guesses.tolist())

    def _estimated(self, believed: Believed) -> Floats:
        if self.estimate == "plug-in" and isinstance(believed, OneParameterPosterior):
            return believed.plug_in()
        return believed.mean()

    def _fit(self, seen: Seen) -> LikelihoodFit:
        n, n_dlt, guesses = self._data(seen)
        return fit(replace(self.curve, seen_at=guesses), n=n, n_dlt=n_dlt)

    def _most_likely(self, seen: Seen, fitted: LikelihoodFit) -> Ints:
        return closest_to_target(np.where(_anybody(seen)[:, None], fitted.rate, 0.0), self.target_toxicity_rate)


def _anybody(seen: Seen) -> Bools:
    return np.asarray(seen.n.sum(axis=1) > 0, np.bool_)


BOUNDED = ("logistic", "logistic-gamma")  # models whose curve stays below a rate less than 1, whatever beta
BY_MEAN = ("logistic-gamma", "two-parameter")  # models whose curve is compared by its posterior mean
CHOICES = {
    "model": ("power", "logistic", "logistic-gamma", "two-parameter"),
    "method": ("bayes", "likelihood"),
    "estimate": ("plug-in", "posterior-mean"),
    "select_among": ("all", "tried"),
    "dose": DOSE,
}
_FIVE = {"target_toxicity_rate": 0.25, "skeleton": (0.05, 0.12, 0.25, 0.4, 0.55)}
_LOGISTIC = {**_FIVE, "model": "logistic", "estimate": "posterior-mean"}
_TWO_STAGE = {**_FIVE, "initial_sequence": (1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5)}
_GAMMA = {**_LOGISTIC, "model": "logistic-gamma"}
_TWO = {**_LOGISTIC, "model": "two-parameter", "intercept": 0.0, "prior_sd": 1.0}
PUBLISHED = (
    Published("dfcrm 0.2.2.1, crm(): references/dfcrm_crm, case 001", _FIVE, 5, "1N", 4),
    Published("dfcrm 0.2.2.1, crm(): references/dfcrm_crm, case 004", _FIVE, 5, "1NNT", 1),
    Published("dfcrm 0.2.2.1, crm(): references/dfcrm_crm, case 005", _FIVE, 5, "1TTT", 1),
    Published("trialr 0.1.6, stan_crm(): references/trialr_crm, case 002", _LOGISTIC, 5, "1NNN", 5),
    Published("trialr 0.1.6, stan_crm(): references/trialr_crm, case 006", _LOGISTIC, 5, "1NNT", 1),
    Published("dfcrm 0.2.2.1, getinit(): references/dfcrm_getinit, case 001", _TWO_STAGE, 5, "1NNN 2NN", 2),
    Published("dfcrm 0.2.2.1, getinit(): references/dfcrm_getinit, case 001", _TWO_STAGE, 5, "1NNN 2NNN 3NNN 4N", 4),
    Published("trialr 0.1.6, stan_crm(): references/trialr_crm, case 003", _GAMMA, 5, "1NNN", 4),
    Published("trialr 0.1.6, stan_crm(): references/trialr_crm, case 015", _GAMMA, 5, "1NNN 2NNT", 2),
    Published("trialr 0.1.6, stan_crm(): references/trialr_crm, case 004", _TWO, 5, "1NNN", 4),
    Published("trialr 0.1.6, stan_crm(): references/trialr_crm, case 020", _TWO, 5, "1NNN 2NNN 3NNT", 3),
)
DESIGN = Crm
IN_FRENCH = "Réévaluation continue (CRM) : une courbe apprend de tous ; le palier le plus proche de la cible suit."
