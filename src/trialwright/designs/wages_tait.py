"""Wages and Tait's design: among the levels that are safe enough, the one most active by the best of several shapes.

Rule in words. Before the trial the team writes down its guess of the DLT rate at every level, and several guesses of
the activity rate (working models): rising, levelling off, falling. After every cohort the toxicity curve is estimated
from everybody settled; the levels whose estimated DLT rate does not exceed the limit are admissible. The working model
under which the activity seen was most probable is bent to fit it, and the admissible level with the highest estimated
activity rate follows; equal rates go to the lower level, equally probable models to the first. Where no level is
admissible the trial stops. It stops too where the lowest level is shown too toxic (the exact interval of its DLT rate
lies above the limit) or the level that would follow is shown too inactive (the exact interval of its activity rate
lies below the limit). There is no limit on steps: add the rule no_skipping.

Formula. p_d = s_d^exp(beta), beta ~ N(0, prior_sd^2), at the posterior mean of beta; the same for every working model
k of activity, q_kd = g_kd^exp(theta_k). Weight of model k: prior weight times the integral of its likelihood over the
prior, divided by their sum. Exact interval: Clopper-Pearson, two-sided, with the given confidence; a level without a
settled participant shows nothing.

Differs from Wages & Tait 2015: the paper draws the level of the first cohorts at random, with probabilities
proportional to the estimated activity of the admissible levels. Here nothing is drawn: the same counts always give the
same level, the one the paper takes once randomisation is over. The probabilities are kept as evidence
("randomisation_probability"), so that a trial that wants to randomise can do so from a list of its own. The paper stops
for want of activity at the current level; here it is asked of the level that would follow, because the current one may
already have been left. No case of references/escalation_wages_tait turns on either interval. With model selection by
weight the other models are set aside, not averaged.

Activity that comes later than the DLT window ends: a settled participant counts for the DLT rate at once, and for
activity from the day it is known, never as inactive before. While nobody's activity is known no higher level follows.

Reference. Wages & Tait 2015, Journal of Biopharmaceutical Statistics 25:903. Numbers agree with
references/escalation_wages_tait. The first author's web application stops by intervals of 90% (the lower end at the
lowest level, the upper end for activity); confidence = 0.9 follows it, the default of 0.95 stops later.

Choose it when activity is seen within the DLT window, may peak or level off, and a statistician can calibrate the
curves. Not when activity is observed late, nor without somebody who can defend the working models. A trial that does
not observe activity is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, final

import numpy as np
import scipy.special as sp

from trialwright.designs import Published, check_probabilities, one_guess_per_level
from trialwright.numerics.one_parameter import NormalPrior, OneParameterModel, OneParameterPosterior, posterior
from trialwright.numerics.scalars import is_list_of, is_positive, is_probability, is_rising
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError
from trialwright.vocabulary.seen import NO_LEVEL, Bools, Floats, Ints, Note, Proposal, Seen
from trialwright.vocabulary.words import Text

TIE = 1e-9  # rates and log weights that differ by less are equal

MOST_ACTIVE = Text(
    en="Level {level} has the highest estimated activity rate ({activity:percent1}, working model {model}) among the "
    "levels whose estimated DLT rate does not exceed {toxicity_limit:percent1}; its own is {toxicity:percent1}.",
    fr="Le palier {level} a le taux d'activité estimé le plus élevé ({activity:percent1}, modèle de travail {model}) "
    "parmi les paliers dont le taux de DLT estimé ne dépasse pas {toxicity_limit:percent1} ; le sien est de "
    "{toxicity:percent1}.",
)
NOBODY = Text(
    en="Nobody's DLT window is settled yet, so there is nothing to estimate from; level {current} is kept.",
    fr="Aucune fenêtre de DLT n'est encore close : rien ne permet d'estimer ; le palier {current} est conservé.",
)
NOT_JUDGED = Text(
    en="Nobody's activity is known yet: level {level}, the highest admissible one not above level {current}, follows.",
    fr="L'activité n'est encore connue chez personne : le palier {level}, le plus haut admissible qui ne dépasse pas "
    "le palier {current}, suit.",
)
NONE_SAFE = Text(
    en="The estimated DLT rate of the lowest level is {lowest:percent1}, above the limit of {toxicity_limit:percent1}: "
    "no level is admissible, so the trial stops.",
    fr="Le taux de DLT estimé du palier le plus bas est de {lowest:percent1}, au-dessus de la limite de "
    "{toxicity_limit:percent1} : aucun palier n'est admissible, l'essai s'arrête.",
)
LOWEST_TOXIC = Text(
    en="The exact interval of the DLT rate of the lowest level begins at {shown:percent1}, above the limit of "
    "{toxicity_limit:percent1}, so the trial stops.",
    fr="L'intervalle exact du taux de DLT du palier le plus bas commence à {shown:percent1}, au-dessus de la limite de "
    "{toxicity_limit:percent1} : l'essai s'arrête.",
)
INACTIVE = Text(
    en="Level {best} would follow, but the exact interval of its activity rate ends at {reached:percent1}, below the "
    "limit of {activity_limit:percent1}, so the trial stops.",
    fr="Le palier {best} devrait suivre, mais l'intervalle exact de son taux d'activité s'arrête à {reached:percent1}, "
    "sous la limite de {activity_limit:percent1} : l'essai s'arrête.",
)


@final
@dataclass(frozen=True, slots=True)
class WagesTait:
    """Parameters of Wages and Tait's design."""

    toxicity_limit: float  # highest DLT rate that is admissible
    activity_limit: float  # lowest activity rate that is worth going on
    skeleton: tuple[float, ...]  # guesses of the DLT rate
    activity_skeletons: tuple[tuple[float, ...], ...]  # one row per working model
    model_weights: tuple[float, ...] = ()  # before the data; empty: all alike
    prior_sd: float = 1.34**0.5  # of beta and theta; the square root of 1.34
    confidence: float = 0.95  # of the exact intervals that stop the trial

    def __post_init__(self) -> None:
        complaints = Complaints()
        usual = {"toxicity_limit": "0.3", "activity_limit": "0.2", "confidence": "0.95"}
        for place, remedy in usual.items():
            check_probabilities(complaints, usual=remedy, **{place: getattr(self, place)})
        complaints.unless(
            is_positive(self.prior_sd), "prior_sd", self.prior_sd, "must be a number above 0", "1.16 is usual"
        )
        allowed = "must list one guess between 0 and 1 per dose level"
        if complaints.unless(is_list_of(is_probability, self.skeleton), "skeleton", self.skeleton, allowed):
            object.__setattr__(self, "skeleton", tuple(map(float, self.skeleton)))
            complaints.unless(is_rising(self.skeleton), "skeleton", self.skeleton, "must rise from level to level")
        self._check_models(complaints)
        complaints.raise_as(ParameterError, "wages_tait cannot be built")

    def _check_models(self, complaints: Complaints) -> None:
        rows, weights = self.activity_skeletons, self.model_weights
        allowed = "must list one row per working model, each with one guess between 0 and 1 per dose level"
        listed = complaints.unless(is_list_of(_is_row, rows), "activity_skeletons", rows, allowed)
        if listed:
            object.__setattr__(self, "activity_skeletons", tuple(tuple(map(float, row)) for row in rows))
            same = len({len(row) for row in rows}) == 1
            complaints.unless(same, "activity_skeletons", rows, "must have rows of the same length")
        weighed = weights in ((), []) or is_list_of(is_positive, weights)
        if not complaints.unless(weighed, "model_weights", weights, "must list numbers above 0, or be empty"):
            return
        object.__setattr__(self, "model_weights", tuple(map(float, weights)))
        allowed = "must have one weight per working model, or be empty"
        fine = not listed or not weights or len(weights) == len(rows)
        complaints.unless(fine, "model_weights", weights, allowed)

    looks_at: ClassVar[Literal["counts with activity"]] = "counts with activity"  # counts of DLTs and of activity

    def fits(self, levels: int) -> Sequence[Finding]:
        """Every skeleton must guess a rate for every dose level."""
        return one_guess_per_level(levels, skeleton=self.skeleton, activity_skeletons=self.activity_skeletons[0])

    def propose(self, seen: Seen) -> Proposal:
        """The most active of the admissible levels; a stop where there is none or the intervals say so."""
        toxicity = posterior(
            OneParameterModel("power", self.skeleton), prior=NormalPrior(self.prior_sd), n=seen.n, n_dlt=seen.n_dlt
        )
        evidence, best = self._evidence(seen, toxicity)
        anybody = np.asarray(seen.n.sum(axis=1) > 0, np.bool_)
        toxic, inactive = self._stops(seen, best, evidence=evidence)
        unjudged = seen.judged.sum(axis=1) == 0
        wanted = np.where(unjudged, _held(evidence["admissible"], seen.current), best)
        level = np.where(anybody, np.where(toxic | inactive, NO_LEVEL, wanted), seen.current)
        tolerable = np.where(toxic[:, None], 0.0, evidence["admissible"])
        highest = np.where(tolerable > 0, np.arange(1, seen.levels + 1), NO_LEVEL).max(axis=1)
        evidence |= {
            "tolerable": np.where(anybody[:, None], tolerable, 1.0),
            "ceiling": np.where(anybody, highest, seen.current).astype(np.float64),
        }
        stops = {"toxic": anybody & toxic & (best > NO_LEVEL), "inactive": anybody & inactive & ~toxic}
        stops["unjudged"] = anybody & unjudged & (level > NO_LEVEL)
        notes = self._notes(seen, level, best=best, stops=stops, evidence=evidence)
        return Proposal.of_level(np.asarray(level, np.int64), notes=notes, posterior=toxicity, evidence=evidence)

    def select(self, seen: Seen) -> Ints:
        """The most active admissible level of those tried; 0 = none, also where it is shown too inactive."""
        toxicity = posterior(
            OneParameterModel("power", self.skeleton), prior=NormalPrior(self.prior_sd), n=seen.n, n_dlt=seen.n_dlt
        )
        evidence, best = self._evidence(seen, toxicity)
        selected = _most_active(evidence["activity"], (evidence["admissible"] > 0) & (seen.judged > 0))
        toxic, stopped = self._stops(seen, best, evidence=evidence)
        too_inactive = _value(evidence["activity_reached"], np.maximum(selected, 1)) < self.activity_limit
        return np.where(toxic | stopped | too_inactive, NO_LEVEL, selected)

    def _evidence(self, seen: Seen, toxicity: OneParameterPosterior) -> tuple[dict[str, Floats], Ints]:
        """What was computed, and the most active admissible level; 0 = none."""
        models = [
            posterior(
                OneParameterModel("power", row), prior=NormalPrior(self.prior_sd), n=seen.judged, n_dlt=seen.activity
            )
            for row in self.activity_skeletons
        ]
        prior = np.log(np.asarray(self.model_weights or (1.0,) * len(models)))
        logs = np.stack([model.log_evidence() for model in models], axis=1) + prior
        chosen = (logs >= logs.max(axis=1, keepdims=True) - TIE).argmax(axis=1)
        curves = np.stack([model.plug_in() for model in models], axis=1)
        activity = curves[np.arange(seen.batch), chosen]
        admissible = toxicity.plug_in() <= self.toxicity_limit + TIE
        shares = np.where(admissible, activity, 0.0)
        total = shares.sum(axis=1, keepdims=True)
        evidence = {
            "toxicity": toxicity.plug_in(),
            "activity": activity,
            "model_weights": np.asarray(sp.softmax(logs, axis=1), np.float64),
            "chosen_model": (chosen + 1).astype(np.float64),
            "admissible": admissible.astype(np.float64),
            "randomisation_probability": shares / np.where(total > 0, total, 1.0),
        }
        return evidence, _most_active(activity, admissible)

    def _stops(self, seen: Seen, best: Ints, *, evidence: dict[str, Floats]) -> tuple[Bools, Bools]:
        """Where the trial stops for toxicity, and where for want of activity at the level that would follow."""
        none_safe = best == NO_LEVEL
        lowest_toxic = _lower_limit(seen.n, seen.n_dlt, confidence=self.confidence)[:, 0] > self.toxicity_limit
        reached = _upper_limit(seen.judged, seen.activity, confidence=self.confidence)
        evidence["activity_reached"] = reached
        inactive = _value(reached, np.maximum(best, 1)) < self.activity_limit
        return np.asarray(none_safe | lowest_toxic, np.bool_), np.asarray(inactive & ~none_safe, np.bool_)

    def _notes(
        self, seen: Seen, level: Ints, *, best: Ints, stops: dict[str, Bools], evidence: dict[str, Floats]
    ) -> tuple[Note, ...]:
        place, anybody = np.maximum(best, 1), seen.n.sum(axis=1) > 0
        values = {
            "level": level,
            "best": best,
            "current": seen.current,
            "model": evidence["chosen_model"].astype(np.int64),
            "activity": _value(evidence["activity"], place),
            "toxicity": _value(evidence["toxicity"], place),
            "lowest": evidence["toxicity"][:, 0],
            "shown": _lower_limit(seen.n, seen.n_dlt, confidence=self.confidence)[:, 0],
            "reached": _value(evidence["activity_reached"], place),
            "toxicity_limit": self.toxicity_limit,
            "activity_limit": self.activity_limit,
        }
        notes = (
            Note("wages_tait.most_active", MOST_ACTIVE, anybody & (level > NO_LEVEL) & ~stops["unjudged"], values),
            Note("wages_tait.nobody_judged", NOT_JUDGED, stops["unjudged"], values),
            Note("wages_tait.nobody_settled", NOBODY, ~anybody, values),
            Note("wages_tait.none_safe", NONE_SAFE, anybody & (best == NO_LEVEL), values),
            Note("wages_tait.lowest_too_toxic", LOWEST_TOXIC, stops["toxic"], values),
            Note("wages_tait.too_inactive", INACTIVE, stops["inactive"], values),
        )
        return tuple(note for note in notes if note.where.any())


def _is_row(values: Any) -> bool:
    return is_list_of(is_probability, values)


def _most_active(activity: Floats, among: Bools) -> Ints:
    """The lowest of the most active levels among some; 0 where there are none."""
    rates = np.where(among, activity, -np.inf)
    best = (among & (rates >= rates.max(axis=1, keepdims=True) - TIE)).argmax(axis=1) + 1
    return np.asarray(np.where(among.any(axis=1), best, NO_LEVEL), np.int64)


def _held(admissible: Floats, current: Ints) -> Ints:
    """The highest admissible level that is not above the current one; 0 = none."""
    levels = np.arange(1, admissible.shape[1] + 1)
    within = (admissible > 0) & (levels <= current[:, None])
    return np.asarray(np.where(within, levels, NO_LEVEL).max(axis=1), np.int64)


def _lower_limit(n: Ints, y: Ints, *, confidence: float) -> Floats:
    """Lower end of the exact interval (Clopper & Pearson 1934); 0 without an event."""
    ends = sp.betaincinv(np.maximum(y, 1), n - y + 1, (1 - confidence) / 2)
    return np.asarray(np.where(y == 0, 0.0, ends), np.float64)


def _upper_limit(n: Ints, y: Ints, *, confidence: float) -> Floats:
    """Upper end of the exact interval; 1 where everybody has the event or nobody is there."""
    ends = sp.betaincinv(y + 1, np.maximum(n - y, 1), (1 + confidence) / 2)
    return np.asarray(np.where(y == n, 1.0, ends), np.float64)


def _value(values: Floats, level: Ints) -> Floats:
    taken: Floats = values[np.arange(len(values)), level - 1]
    return taken


_SHAPES = (
    (0.6, 0.5, 0.3, 0.2, 0.1),
    (0.5, 0.6, 0.5, 0.3, 0.2),
    (0.3, 0.5, 0.6, 0.5, 0.3),
    (0.2, 0.3, 0.5, 0.6, 0.5),
    (0.1, 0.2, 0.3, 0.5, 0.6),
    (0.2, 0.3, 0.5, 0.6, 0.6),
    (0.3, 0.5, 0.6, 0.6, 0.6),
    (0.5, 0.6, 0.6, 0.6, 0.6),
    (0.6, 0.6, 0.6, 0.6, 0.6),
)
_CURVES: dict[str, Any] = {"skeleton": (0.05, 0.12, 0.25, 0.4, 0.55), "activity_skeletons": _SHAPES}
_STRICT = {**_CURVES, "toxicity_limit": 0.3, "activity_limit": 0.25}
_WIDE = {**_CURVES, "toxicity_limit": 0.35, "activity_limit": 0.2}
_SOURCE = "escalation 0.2.3, get_wages_and_tait(): references/escalation_wages_tait, case"
PUBLISHED = (
    Published(f"{_SOURCE} 001", _STRICT, 5, "1N 1N", 4),
    Published(f"{_SOURCE} 015", _STRICT, 5, "1NNN 1NNN 2EEN", 3),
    Published(f"{_SOURCE} 002", _WIDE, 5, "1NET 2NTB", 0, 0),
    Published(f"{_SOURCE} 012", _WIDE, 5, "1ENE 2NEN 3TNN", 1),
)
DESIGN = WagesTait
IN_FRENCH = (
    "Plan de Wages et Tait : parmi les paliers assez sûrs, le plus actif selon la meilleure de plusieurs formes."
)
