"""Repeated measures over visits (MMRM): means by arm and visit, adjusted for baseline, and their differences.

REML with an unstructured covariance of the visits. Where that has no estimate, as in few participants, the next named
pattern is taken, and the answer says which were left and why. Values are plain arrays, so that data of any origin can
be analysed; a participant without a value at a visit simply has no row for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from trialwright.numerics.arrays import Floats, Ints
from trialwright.numerics.covariance_patterns import PatternName
from trialwright.numerics.repeated_measures import Covariance, Fitted, Why, fit
from trialwright.numerics.small_samples import Contrast, Method, contrast
from trialwright.vocabulary.errors import Refused
from trialwright.vocabulary.words import Text

FALLBACKS: tuple[PatternName, ...] = (
    "unstructured",
    "heterogeneous_toeplitz",
    "heterogeneous_autoregressive",
    "heterogeneous_compound_symmetry",
    "toeplitz",
    "autoregressive",
    "compound_symmetry",
)

WHY: Mapping[Why, Text] = {
    "too_few": Text(
        en="there are no more observations than means to estimate; give the observed values instead",
        fr="il n'y a pas plus d'observations que de moyennes à estimer ; donner plutôt les valeurs observées",
    ),
    "not_identifiable": Text(
        en="some means cannot be told apart: an arm without anybody at a visit, or two columns that say the same",
        fr="certaines moyennes ne se distinguent pas : un bras sans personne à une visite, ou deux colonnes identiques",
    ),
    "never_together": Text(
        en="nobody has values at both of some two visits, so how they vary together is unknown",
        fr="personne n'a de valeurs à la fois à deux certaines visites : leur covariance est inconnue",
    ),
    "no_variation": Text(
        en="the means explain every value exactly; there is no variation left to judge them by",
        fr="les moyennes expliquent exactement chaque valeur ; il ne reste aucune variation pour en juger",
    ),
    "singular": Text(
        en="too few participants for this covariance: the estimate runs to its edge",
        fr="trop peu de participants pour cette covariance : l'estimation tend vers le bord",
    ),
    "no_convergence": Text(
        en="the estimate of the covariance did not converge",
        fr="l'estimation de la covariance n'a pas convergé",
    ),
}
WHATEVER_THE_COVARIANCE = ("too_few", "not_identifiable", "no_variation")

NONE_FITS = Text(
    en="The repeated-measures model cannot be estimated (tried: {tried}); last reason: {why}.",
    fr="Le modèle à mesures répétées ne peut être estimé (essayés : {tried}) ; dernière raison : {why}.",
)
NO_ROWS = Text(
    en="There is no observation after baseline to analyse.",
    fr="Il n'y a aucune observation après l'inclusion à analyser.",
)


@final
@dataclass(frozen=True, slots=True)
class Abandoned:
    """A covariance pattern that was tried, and why it was left."""

    pattern: Covariance
    why: Text


@final
@dataclass(frozen=True, slots=True)
class VisitMean:
    """The adjusted mean of an arm at a visit, at the average baseline of the rows analysed."""

    visit: int | float | str
    arm: int | float | str | None
    n: int  # observed there
    mean: Contrast


@final
@dataclass(frozen=True, slots=True)
class VisitDifference:
    """The adjusted mean of an arm less that of the reference arm, at a visit."""

    visit: int | float | str
    arm: int | float | str
    mean: Contrast


@final
@dataclass(frozen=True, slots=True)
class RepeatedMeasures:
    """Means and differences over visits, the covariance they rest on, and those that were left."""

    fitted: Fitted
    abandoned: tuple[Abandoned, ...]
    method: Method
    means: tuple[VisitMean, ...]
    differences: tuple[VisitDifference, ...]


def fit_with_fallbacks(
    response: npt.ArrayLike,
    design: npt.ArrayLike,
    *,
    participant: npt.ArrayLike,
    visit: npt.ArrayLike,
    patterns: Sequence[Covariance] = FALLBACKS,
) -> tuple[Fitted, tuple[Abandoned, ...]]:
    """The first covariance pattern with an estimate, and those before it; Refused where none has one.

    What no covariance can mend (too few observations, means that cannot be told apart, no variation) ends the search.
    """
    abandoned: list[Abandoned] = []
    for name in patterns:
        found = fit(response, design, participant=participant, visit=visit, covariance=name)
        if isinstance(found, Fitted):
            return found, tuple(abandoned)
        abandoned.append(Abandoned(name, WHY[found.why]))
        if found.why in WHATEVER_THE_COVARIANCE:
            break
    raise _none(abandoned)


def _none(abandoned: Sequence[Abandoned]) -> Refused:
    """The refusal, with the patterns that were tried and why the last one did not fit."""
    tried = ", ".join(one.pattern for one in abandoned)
    return Refused(NONE_FITS, {"tried": tried, "why": abandoned[-1].why})


def by_visit(
    response: npt.ArrayLike,
    *,
    participant: npt.ArrayLike,
    visit: npt.ArrayLike,
    baseline: npt.ArrayLike | None = None,
    arm: npt.ArrayLike | None = None,
    reference: int | float | str | None = None,
    patterns: Sequence[Covariance] = FALLBACKS,
    method: Method = "kenward-roger",
    confidence: float = 0.95,
) -> RepeatedMeasures:
    """Means of a response (or its change) by arm and visit, and each arm's difference from the reference arm.

    The model has a mean for every arm at every visit and, with ``baseline``, a slope of its own at every visit
    (Mallinckrodt et al. 2008, Drug Information Journal 42:303). All arrays are ``[N]``, one row per observation after
    baseline; visits and arms in ascending order, the reference arm the first unless named. Refused where there is no
    row, an arm has nobody at a visit, or no covariance pattern has an estimate.
    """
    y = np.asarray(response, np.float64)
    if len(y) == 0:
        raise Refused(NO_ROWS)
    stages, when = np.unique(np.asarray(visit), return_inverse=True)
    arms, group = np.unique(np.zeros(len(y)) if arm is None else np.asarray(arm), return_inverse=True)
    if reference is not None and reference not in arms.tolist():
        raise ValueError(f"the reference arm {reference!r} is not among {arms.tolist()}")
    first = 0 if reference is None else arms.tolist().index(reference)
    cells = np.bincount(when * len(arms) + group, minlength=len(stages) * len(arms))
    own = None if baseline is None else np.asarray(baseline, np.float64)
    design, centre = _design(when, group, counts=(len(stages), len(arms)), baseline=own)
    fitted, abandoned = fit_with_fallbacks(y, design, participant=participant, visit=visit, patterns=patterns)

    def estimate(place: int, other: int | None = None) -> Contrast:
        line = np.zeros(design.shape[1])
        line[place] = 1
        if other is None and own is not None:
            line[len(cells) + place // len(arms)] = centre
        elif other is not None:
            line[other] = -1
        return contrast(fitted, line, method=method, confidence=confidence)

    places = [(stage, one) for stage in range(len(stages)) for one in range(len(arms))]
    means = tuple(
        VisitMean(
            stages[stage].item(),
            None if arm is None else arms[one].item(),
            int(cells[stage * len(arms) + one]),
            estimate(stage * len(arms) + one),
        )
        for stage, one in places
    )
    differences = tuple(
        VisitDifference(
            stages[stage].item(), arms[one].item(), estimate(stage * len(arms) + one, stage * len(arms) + first)
        )
        for stage, one in places
        if one != first
    )
    return RepeatedMeasures(fitted, abandoned, method, means, differences)


def _design(when: Ints, group: Ints, *, counts: tuple[int, int], baseline: Floats | None) -> tuple[Floats, float]:
    """One column for every arm at every visit, then one slope for every visit; and the average baseline."""
    stages, arms = counts
    cell = (when * arms + group)[:, None] == np.arange(stages * arms)
    if baseline is None:
        return cell.astype(np.float64), 0.0
    slopes = np.where(when[:, None] == np.arange(stages), baseline[:, None], 0.0)
    return np.concatenate([cell.astype(np.float64), slopes], axis=1), float(baseline.mean())
