"""Bayesian logistic regression with overdose control: the dose most likely on target among those unlikely to overdose.

Rule in words. A logistic curve over the logarithm of the dose has two unknowns, its height at the reference dose and
its steepness. Both are estimated anew after every cohort from everybody settled so far. For every level three
probabilities follow: that its DLT rate lies below the target interval (underdosing), in it, or above it (overdosing).
Levels whose probability of overdosing exceeds the limit are closed. Among the others the level with the highest
probability of the target interval is recommended, the lower one where two are equal. The trial stops when all are
closed. While nobody is settled the starting level is kept. There is no limit on steps: add the rule no_skipping.

Formula. logit p_d = a + exp(b) log(dose_d / reference_dose) with (a, b) bivariate normal ("log-normal" slope), or
logit p_d = a + b log(dose_d / reference_dose) ("normal" slope, which lets toxicity fall with dose). Recommended:
arg max P(low <= p_d <= high | data) over the levels with P(p_d > high | data) <= max_overdose_probability. The
posterior is deterministic quadrature, its error estimated for every trial: about 1e-9 or less, and below 1e-7 for very
sharp or very wide priors.

Dose given. With dose = "given" everybody counts at log(dose given / reference_dose) in the likelihood, inside and
outside the range of the levels, instead of at the nearest level; ``doses`` must then be the protocol's amounts. What is
recommended is still a level. Exact operating characteristics do not exist then; simulate.

Reference. Neuenschwander, Branson & Gsponer 2008, Statistics in Medicine 27:2420; Babb, Rogatko & Zacks 1998,
Statistics in Medicine 17:1103 (overdose control). The default target interval, 16 to 33%, is the one of later trials;
the paper of 2008 is remembered with 20 to 35%, which was not checked. Numbers agree with
references/crmpack_logistic_lognormal, references/crmpack_logistic_normal and references/trialr_nbg.

Choose it when overdosing has to be limited explicitly, earlier trials can inform the prior, or cohorts differ in size.
Not when nobody can defend a prior for two parameters: it decides the first cohorts.

Warning. One more DLT can raise the recommended level. A DLT at a low dose makes the curve flatter, which lowers the
probability of overdosing higher up and may open a level that was closed; with a normal slope a DLT at the top also
makes a falling curve unlikely. It is a property of the published rule, rare and far from the level just given, but a
reason never to run it without no_skipping, coherence, and a person who reads the probabilities.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, final

import numpy as np

from trialwright.designs import Published, check_amounts, check_choices, check_probabilities
from trialwright.numerics.closest import TIE
from trialwright.numerics.scalars import is_list_of, is_number, is_positive, is_probability, is_rising
from trialwright.numerics.two_parameter import TwoParameterModel, TwoParameterPosterior, posterior
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError
from trialwright.vocabulary.given import DOSE, GIVEN, by_amount, with_other_amounts
from trialwright.vocabulary.seen import NO_LEVEL, Bools, Evidence, Floats, Ints, Note, Proposal, Seen
from trialwright.vocabulary.words import Text

RECOMMENDED = Text(
    en=(
        "Level {level} has the highest probability of a DLT rate between {low:percent1} and {high:percent1}, "
        "{on_target:percent1}, among the levels with a probability of overdosing of at most {limit:percent1}; "
        "its own is {over:percent1}."
    ),
    fr=(
        "Le palier {level} a la plus forte probabilité d'un taux de DLT entre {low:percent1} et {high:percent1}, "
        "{on_target:percent1}, parmi les paliers dont la probabilité de surdosage est d'au plus {limit:percent1} ; "
        "la sienne est de {over:percent1}."
    ),
)
ALL_CLOSED = Text(
    en=(
        "At every level the probability of a DLT rate above {high:percent1} exceeds {limit:percent1}; the lowest is "
        "{over:percent1}, at level {level}: stop."
    ),
    fr=(
        "À tous les paliers, la probabilité d'un taux de DLT supérieur à {high:percent1} dépasse {limit:percent1} ; "
        "la plus faible est de {over:percent1}, au palier {level} : arrêter."
    ),
)
NOBODY = Text(
    en="Nobody's DLT window is settled yet, so only the prior speaks; level {level} is kept.",
    fr="Aucune fenêtre de DLT n'est encore close : seul l'a priori parle ; le palier {level} est conservé.",
)


@final
@dataclass(frozen=True, slots=True)
class Blrm:
    """Parameters of the Bayesian logistic regression."""

    doses: tuple[float, ...]  # amounts, one per level
    reference_dose: float  # dose at which the intercept is the logit of the DLT rate
    prior_mean: tuple[float, float]  # of the intercept a and of b
    prior_sd: tuple[float, float]  # of a and of b
    prior_correlation: float = 0.0  # of a and b
    slope: Literal["log-normal", "normal"] = "log-normal"  # "log-normal": exp(b), always rising; "normal": b
    target_interval: tuple[float, float] = (0.16, 0.33)  # both ends belong to it
    max_overdose_probability: float = 0.25  # levels with more than this are closed
    select_among: Literal["all", "tried"] = "tried"  # levels that may be selected at the end
    dose: Literal["level", "given"] = "level"  # what a participant counts for: the nearest level, or the dose given

    def __post_init__(self) -> None:
        complaints = Complaints()
        self._check_doses(complaints)
        self._check_prior(complaints)
        ends: tuple[float, ...] = self.target_interval
        limit = self.max_overdose_probability
        fine = is_list_of(is_probability, ends) and len(ends) == 2 and is_rising(tuple(ends))
        allowed = "must be two rates between 0 and 1, the lower one first"
        complaints.unless(fine, "target_interval", ends, allowed, "[0.16, 0.33] is usual")
        check_probabilities(complaints, usual="0.25", max_overdose_probability=limit)
        check_choices(complaints, self, choices=CHOICES)
        complaints.raise_as(ParameterError, "blrm cannot be built")
        for place in ("doses", "prior_mean", "prior_sd", "target_interval"):
            object.__setattr__(self, place, tuple(map(float, getattr(self, place))))

    def _check_doses(self, complaints: Complaints) -> None:
        check_amounts(complaints, self.doses)
        allowed = "must be an amount above 0, in the unit of the doses"
        complaints.unless(is_positive(self.reference_dose), "reference_dose", self.reference_dose, allowed)

    def _check_prior(self, complaints: Complaints) -> None:
        mean, sd, correlation = self.prior_mean, self.prior_sd, self.prior_correlation
        fine = is_list_of(is_number, mean) and len(mean) == 2
        complaints.unless(fine, "prior_mean", mean, "must be two numbers, of the intercept and of the slope parameter")
        fine = is_list_of(is_positive, sd) and len(sd) == 2
        complaints.unless(fine, "prior_sd", sd, "must be two numbers above 0, standard deviations", "not variances")
        inside = is_list_of(is_number, (correlation,)) and abs(correlation) < 1
        complaints.unless(inside, "prior_correlation", correlation, "must lie between -1 and 1", "0 is usual")

    @property
    def looks_at(self) -> Literal["counts", "participants"]:
        """Counts per level are all it needs, except where everybody's own dose counts."""
        return "participants" if self.dose == GIVEN else "counts"

    @property
    def curve(self) -> TwoParameterModel:
        """The dose-toxicity model with its prior."""
        coded = self._coded(self.doses)
        return TwoParameterModel(self.slope, coded, self.prior_mean, self.prior_sd, self.prior_correlation)

    def _coded(self, amounts: Iterable[float]) -> tuple[float, ...]:
        return tuple(float(np.log(amount / self.reference_dose)) for amount in amounts)

    def fits(self, levels: int) -> Sequence[Finding]:
        """There must be an amount for every dose level."""
        complaints = Complaints()
        allowed = f"must have one amount for each of the {levels} dose levels, not {len(self.doses)}"
        complaints.unless(len(self.doses) == levels, "doses", list(self.doses), allowed)
        return complaints.findings

    def propose(self, seen: Seen) -> Proposal:
        """The level most likely on target among those unlikely to overdose; a stop when there is none."""
        believed = self._posterior(seen)
        under, on_target, over = self._shares(believed)
        recommended = self._recommended(on_target, over=over, among=np.ones_like(over, np.bool_))
        anybody = _anybody(seen)
        level = np.where(anybody, recommended, seen.current)
        evidence = Evidence(
            {
                "underdose_probability": lambda: under,
                "target_probability": lambda: on_target,
                "overdose_probability": lambda: over,
                "posterior_mean": believed.mean,
                "posterior_sd": believed.sd,
                "recommended_level": lambda: recommended.astype(np.float64),
            }
        )
        notes = self._notes(level, anybody=anybody, on_target=on_target, over=over)
        proposal = Proposal.of_level(level, notes=notes, posterior=believed, evidence=evidence)
        if self.dose != GIVEN:
            return proposal
        return with_other_amounts(proposal, seen, levels=self.doses, design="blrm")

    def select(self, seen: Seen) -> Ints:
        """The level most likely on target at the end, of those not closed; 0 when there is none, or nobody settled."""
        return self.select_by(seen, self._posterior(seen))

    def select_by(self, seen: Seen, believed: TwoParameterPosterior) -> Ints:
        """The same selection, with the posterior of a proposal on what was seen."""
        _, on_target, over = self._shares(believed)
        tried = (np.arange(1, seen.levels + 1) <= seen.highest_tried[:, None]) | (self.select_among == "all")
        return np.where(_anybody(seen), self._recommended(on_target, over=over, among=tried), NO_LEVEL)

    def _posterior(self, seen: Seen) -> TwoParameterPosterior:
        if self.dose != GIVEN:
            return posterior(self.curve, n=seen.n, n_dlt=seen.n_dlt, rates=self.target_interval)
        counted = by_amount(seen, levels=self.doses)
        curve = replace(self.curve, seen_at=self._coded(counted.amounts.tolist()))
        return posterior(curve, n=counted.n, n_dlt=counted.n_dlt, rates=self.target_interval)

    def _shares(self, believed: TwoParameterPosterior) -> tuple[Floats, Floats, Floats]:
        """Probabilities of underdosing, of the target interval, and of overdosing, each ``[B, D]``."""
        low, high = self.target_interval
        above_low, over = believed.exceedance(low), believed.exceedance(high)
        return 1 - above_low, np.maximum(above_low - over, 0.0), over

    def _recommended(self, on_target: Floats, *, over: Floats, among: Bools) -> Ints:
        open_levels = among & (over <= self.max_overdose_probability + TIE)
        worth = np.where(open_levels, on_target, -1.0)
        best = (worth >= worth.max(axis=1, keepdims=True) - TIE).argmax(axis=1) + 1
        return np.asarray(np.where(open_levels.any(axis=1), best, NO_LEVEL), np.int64)

    def _notes(self, level: Ints, *, anybody: Bools, on_target: Floats, over: Floats) -> tuple[Note, ...]:
        at = np.maximum(level - 1, 0)[:, None]
        limits = {"high": self.target_interval[1], "limit": self.max_overdose_probability}
        chosen = {
            "level": level,
            "low": self.target_interval[0],
            "on_target": np.take_along_axis(on_target, at, axis=1)[:, 0],
            "over": np.take_along_axis(over, at, axis=1)[:, 0],
        }
        least = {"level": over.argmin(axis=1) + 1, "over": over.min(axis=1)}
        stopped = level == NO_LEVEL
        return (
            Note("blrm.most_likely_on_target", RECOMMENDED, anybody & ~stopped, {**limits, **chosen}),
            Note("blrm.every_level_closed", ALL_CLOSED, anybody & stopped, {**limits, **least}),
            Note("blrm.nobody_settled", NOBODY, ~anybody, {"level": level}),
        )


def _anybody(seen: Seen) -> Bools:
    return np.asarray(seen.n.sum(axis=1) > 0, np.bool_)


CHOICES = {"slope": ("log-normal", "normal"), "select_among": ("all", "tried"), "dose": DOSE}
_FOUR = {
    "doses": (0.5, 1.0, 2.0, 4.0),
    "reference_dose": 2.0,
    "prior_mean": (-0.85, 0.0),
    "prior_sd": (2.0, 1.0),
    "target_interval": (0.2, 0.35),
}
_SIX = {
    "doses": (1.0, 2.5, 5.0, 10.0, 20.0, 30.0),
    "reference_dose": 10.0,
    "prior_mean": (-1.39, 0.1),
    "prior_sd": (1.5**0.5, 0.8),
    "prior_correlation": -0.3 / (1.5**0.5 * 0.8),
    "target_interval": (0.2, 0.35),
}
_CRMPACK = "crmPack 2.0.1, nextBest(NextBestNCRM): references/crmpack_logistic_lognormal"
PUBLISHED = (
    Published(f"{_CRMPACK}, case 012", _FOUR, 4, "1N 2NNN", 3),
    Published(f"{_CRMPACK}, case 032", _FOUR, 4, "1N 2TTT 3TTTTNN 4NN", NO_LEVEL),
    Published(f"{_CRMPACK}, case 014", _SIX, 6, "1NNN 2NNT", 3),
)
DESIGN = Blrm
IN_FRENCH = "Régression logistique bayésienne (BLRM) : la dose la plus sûrement à la cible, hors surdosage."
