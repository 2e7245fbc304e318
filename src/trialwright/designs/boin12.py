"""BOIN12: the level with the best trade-off between toxicity and activity, found cohort by cohort.

Rule in words. Before the trial the team scores the four outcomes a participant can have: activity without a DLT (100),
neither, both, and a DLT without activity (0). Every level has a desirability: the probability that its mean score is
above a benchmark. Where the observed DLT rate at the current level reaches the upper BOIN boundary, the next cohort
goes one level down. Below it, the most desirable level among the one below, the current one and the one above follows;
once enough participants were treated here and the rate is above the lower boundary, the one above takes no part.
Where nine or more were treated here and the one above was never tried, it is tried. A level whose DLT rate is too
probably above the limit is closed with every level above it; a level whose activity rate is too probably below its
limit is closed by itself. No proposal is ever a closed level; where none is left the trial stops. At the end the MTD is
found by pooling the DLT rates, and the level with the highest mean score is selected up to it among those tried and
open. Without a settled participant at the current level, it is kept while it is open.

Formula. x = (100 n_activity_only + u_neither n_neither + u_both n_both) / 100; score / 100 ~ Beta(a + x, b + n - x);
desirability = P(score > u_b), u_b = u + (100 - u) / 2, u = 100 (1 - t) e + u_neither (1 - t)(1 - e) + u_both t e, t
and e the limits of toxicity and activity. lambda_e and lambda_d as in BOIN with 0.6 t and 1.4 t. Closed for toxicity:
P(p > t) >= toxicity_confidence; for activity: P(q < e) >= activity_confidence; both under Beta(1, 1). Equal
desirability: the highest of three levels, the lowest of two. Selection: isotonic regression as in BOIN.

Differs from the tool behind references/escalation_boin12, whose 42 decisions are repeated here: at or above lambda_d
that tool goes to the level below (the lowest: stays) even when it is closed; here, as in the paper, a closed level is
never given, so that the nearest open level below follows, or the trial stops. That tool also closes each of three
neighbours by its own counts alone; here toxicity closes every level above too. Two tools in
use are known to report different figures for one trial (49.6% and 57.3%). The conventions of the reference file do not
say why; it could be how an untried level above is explored, how ties are broken, or the closed levels just named.
"Nine or more treated" is read
as: settled at the current level.

On paper. A level's desirability depends on its own counts alone, so that a table of every result, ranked, replaces the
computer: the rank-based desirability score of the paper. `trialwright designs boin12 PROTOCOL` prints it, with the
results that close a level and the DLT counts at which the next cohort goes down. Only the order of ranks matters, and
only within one table: it starts with a level nobody was treated at, and leaves out what closes a level.

Activity that comes later than the DLT window ends: a settled participant counts for the DLT rate at once, and for
activity and scores from the day activity is known, never as inactive before. While nobody's activity is known at the
current level, it is kept unless toxicity asks for a lower one; such a level is not selected either.

Reference. Lin, Zhou, Yan, Li & Yuan 2020, JCO Precision Oncology 4:1393. Numbers agree with
references/escalation_boin12. The defaults (limits of confidence 0.95 and 0.90, scores 40 and 60, six to leave the level
above out, more than eight to try it) are those that public documents report of the paper.

Choose it when activity is seen as early as the DLT window ends and may level off or fall with dose. Not when activity
is observed late, nor when nobody can defend the scores. A trial that does not observe activity is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, final

import numpy as np

from trialwright.designs import Published, check_beta_prior, check_probabilities
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.boin_boundaries import TOO_HIGH, deescalation_boundary, escalation_boundary
from trialwright.numerics.isotonic import isotonic_dlt_rate, nearest_after_pooling
from trialwright.numerics.scalars import is_count, is_number, is_probability
from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import NO_LEVEL, Bools, Floats, Ints, Note, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.stepwise import NOBODY, ROUNDING, at_current
from trialwright.vocabulary.words import Text

EXPLORE_FROM = 9  # settled at the current level before an untried level above is tried whatever its desirability
PSEUDO_COUNT = 0.05  # Beta(0.05, 0.05) of the DLT rates pooled at the end
WHOLE = 1e-12  # a product nearer to a whole number than this is that number
TIE = 1e-9  # desirabilities and scores that differ by less are equal

TOO_TOXIC = Text(
    en="{n_dlt} DLT in {n} at level {current}: the rate is at or above the boundary {upper:percent1}, which asks for a "
    "lower level.",
    fr="{n_dlt} DLT sur {n} au palier {current} : le taux atteint la borne {upper:percent1}, ce qui demande un palier "
    "inférieur.",
)
BEST = Text(
    en="{n_dlt} DLT in {n} and activity in {n_active} of {n_judged} at level {current}: among the open levels {lowest} "
    "to {highest}, level {level} is the most desirable ({desirability:percent1}).",
    fr="{n_dlt} DLT sur {n} et activité chez {n_active} sur {n_judged} au palier {current} : parmi les paliers ouverts "
    "de {lowest} à {highest}, le palier {level} est le plus souhaitable ({desirability:percent1}).",
)
NOT_JUDGED = Text(
    en="Nobody's activity is known yet at level {current}, and {n_dlt} DLT in {n} there do not ask for a lower level: "
    "it is kept.",
    fr="L'activité n'est encore connue chez personne au palier {current}, et {n_dlt} DLT sur {n} n'y demandent pas de "
    "descendre : il est conservé.",
)
EXPLORE = Text(
    en="{n} participants are settled at level {current}, the DLT rate is below the boundary {upper:percent1} and level "
    "{level} was never tried: it is tried.",
    fr="{n} participants sont évalués au palier {current}, le taux de DLT est sous la borne {upper:percent1} et le "
    "palier {level} n'a jamais été essayé : il l'est maintenant.",
)
CLOSED = Text(
    en="Level {current} is closed: the probability that the DLT rate is above {toxicity_limit:percent1} is "
    "{too_toxic:percent1} (threshold {toxicity_confidence:percent1}), that the activity rate is below "
    "{activity_limit:percent1} is {too_inactive:percent1} (threshold {activity_confidence:percent1}); a level below "
    "that is too toxic closes it too.",
    fr="Le palier {current} est fermé : la probabilité que le taux de DLT dépasse {toxicity_limit:percent1} est de "
    "{too_toxic:percent1} (seuil {toxicity_confidence:percent1}), que le taux d'activité soit sous "
    "{activity_limit:percent1} est de {too_inactive:percent1} (seuil {activity_confidence:percent1}) ; un palier "
    "inférieur trop toxique le ferme aussi.",
)
NONE_OPEN = Text(
    en="No level that may follow level {current} is open, so the trial stops.",
    fr="Aucun palier qui puisse suivre le palier {current} n'est ouvert : l'essai s'arrête.",
)


@final
@dataclass(frozen=True, slots=True)
class Boin12:
    """Parameters of the BOIN12 design; scores are out of 100."""

    toxicity_limit: float  # phi_T, the highest DLT rate that is acceptable
    activity_limit: float  # phi_E, the lowest activity rate that is acceptable
    score_neither: float = 40.0  # u2: neither DLT nor activity
    score_both: float = 60.0  # u3: both
    toxicity_confidence: float = 0.95  # a level is closed when P(DLT rate > limit) reaches this
    activity_confidence: float = 0.9  # a level is closed when P(activity rate < limit) reaches this
    stay_from: int = 6  # N*: settled at the current level from which an undecided DLT rate does not go up
    prior_a: float = 1.0  # of the Beta prior
    prior_b: float = 1.0  # of the Beta prior

    def __post_init__(self) -> None:
        complaints = Complaints()
        usual = {"toxicity_limit": "0.35", "activity_limit": "0.25"}
        usual |= {"toxicity_confidence": "0.95", "activity_confidence": "0.9"}
        for place, remedy in usual.items():
            check_probabilities(complaints, usual=remedy, **{place: getattr(self, place)})
        limit = self.toxicity_limit
        allowed = "must be below 1 / 1.4, so that the toxic rate 1.4 times the limit is a rate"
        complaints.unless(
            not is_probability(limit) or TOO_HIGH * limit < 1, "toxicity_limit", limit, allowed, "0.35 is usual"
        )
        for place, remedy in {"score_neither": "40", "score_both": "60"}.items():
            value = getattr(self, place)
            scored = is_number(value) and 0 <= value <= 100
            complaints.unless(scored, place, value, "must lie between 0 and 100", f"{remedy} is usual")
        counted = is_count(self.stay_from)
        complaints.unless(counted, "stay_from", self.stay_from, "must be a whole number of 1 or more", "6 is usual")
        check_beta_prior(complaints, prior_a=self.prior_a, prior_b=self.prior_b)
        complaints.raise_as(ParameterError, "boin12 cannot be built")

    looks_at: ClassVar[Literal["counts with activity"]] = "counts with activity"  # of DLTs, of activity, of both

    @property
    def boundaries(self) -> tuple[float, float]:
        """The DLT rates lambda_e, at or below which the rate is low, and lambda_d, from which on it is high."""
        return escalation_boundary(self.toxicity_limit), deescalation_boundary(self.toxicity_limit)

    @property
    def benchmark(self) -> float:
        """The score u_b, out of 100, that a desirable level exceeds."""
        t, e = self.toxicity_limit, self.activity_limit
        at_limits = 100 * (1 - t) * e + self.score_neither * (1 - t) * (1 - e) + self.score_both * t * e
        return at_limits + (100 - at_limits) / 2

    @property
    def needs_both(self) -> bool:
        """Whether scores take the count of those with both; where those of two outcomes sum to 100, they do not."""
        return self.score_neither + self.score_both != 100

    def closed_for_activity(self, too_inactive: Floats) -> Bools:
        """Where the probability that the activity rate is below its limit closes a level; shape as given."""
        return np.asarray(too_inactive >= self.activity_confidence - ROUNDING, np.bool_)

    fits = any_number_of_levels

    def propose(self, seen: Seen) -> Proposal:
        """One level down where the rate is high, otherwise the most desirable open level within one step."""
        found = self._evidence(seen)
        tolerable, still_open = found["tolerable"] > 0, found["admissible"] > 0
        way = self._way(seen, tolerable, still_open=still_open)
        among = _candidates(seen, still_open, way=way)
        level = _most_desirable(found["desirability"], among, highest_wins=~way.two)
        found["ceiling"] = _highest(tolerable, at_most=way.cap).astype(np.float64)
        return Proposal.of_level(
            level, notes=self._notes(seen, among, level=level, way=way, found=found), evidence=found
        )

    def select(self, seen: Seen) -> Ints:
        """The open level tried with the highest mean score, not above the MTD; 0 = none."""
        found = self._evidence(seen)
        tried, tolerable = seen.n > 0, found["tolerable"] > 0
        rate = isotonic_dlt_rate(n=seen.n, n_dlt=seen.n_dlt, admissible=tried & tolerable, prior=PSEUDO_COUNT)
        mtd = nearest_after_pooling(rate, self.toxicity_limit)
        among = (seen.judged > 0) & (found["admissible"] > 0) & (_levels(seen) <= mtd[:, None])
        return _most_desirable(self._score(seen).mean(), among, highest_wins=np.zeros(seen.batch, np.bool_))

    def _evidence(self, seen: Seen) -> dict[str, Floats]:
        toxicity = BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt)
        activity = BetaPosterior.after(n=seen.judged, n_dlt=seen.activity)
        too_toxic, too_inactive = toxicity.exceedance(self.toxicity_limit), 1 - activity.exceedance(self.activity_limit)
        toxic = too_toxic >= self.toxicity_confidence - ROUNDING
        tolerable = ~np.logical_or.accumulate(toxic, axis=1)
        active = ~self.closed_for_activity(too_inactive)
        return {
            "desirability": self._score(seen).exceedance(self.benchmark / 100),
            "too_toxic": too_toxic,
            "too_inactive": too_inactive,
            "tolerable": tolerable.astype(np.float64),
            "admissible": (tolerable & active).astype(np.float64),
        }

    def _score(self, seen: Seen) -> BetaPosterior:
        """What is believed about the mean score of every level, divided by 100."""
        neither, both = self.score_neither / 100, self.score_both / 100
        total = seen.activity + neither * (seen.judged - seen.judged_with_dlt - seen.activity)
        if self.needs_both:  # otherwise the counts of the two outcomes apart are enough
            total = total + (neither + both - 1) * seen.activity_with_dlt
        return BetaPosterior(np.asarray(self.prior_a + total), np.asarray(self.prior_b + seen.judged - total))

    def _way(self, seen: Seen, tolerable: Bools, *, still_open: Bools) -> _Way:
        lower, upper = self.boundaries
        n, n_dlt = at_current(seen.n, seen), at_current(seen.n_dlt, seen)
        nobody = at_current(seen.judged, seen) == 0
        down = ~_at(tolerable, seen.current) | ((n > 0) & (n_dlt >= upper * n - WHOLE))
        untried = _at(seen.n_treated == 0, seen.current + 1)
        explores = ~down & ~nobody & (n >= EXPLORE_FROM) & untried & _at(still_open, seen.current + 1)
        two = ~down & (n >= self.stay_from) & (n_dlt > lower * n + WHOLE)
        above = seen.current + np.where(two & ~explores, 0, 1)
        cap = np.where(down, np.maximum(seen.current - 1, 1), np.where(nobody, seen.current, above))
        return _Way(nobody=nobody & ~down, down=down, explores=explores, two=two, cap=np.asarray(cap, np.int64))

    def _notes(self, seen: Seen, among: Bools, *, level: Ints, way: _Way, found: dict[str, Floats]) -> tuple[Note, ...]:
        n, stopped, above = at_current(seen.n, seen), level == NO_LEVEL, _levels(seen)
        said = {
            "n": n,
            "n_dlt": at_current(seen.n_dlt, seen),
            "n_active": at_current(seen.activity, seen),
            "n_judged": at_current(seen.judged, seen),
            "current": seen.current,
            "level": level,
            "upper": self.boundaries[1],
            "lowest": np.where(among, above, seen.levels).min(axis=1),
            "highest": np.where(among, above, 1).max(axis=1),
            "desirability": _value(found["desirability"], np.maximum(level, 1)),
            "too_toxic": _value(found["too_toxic"], seen.current),
            "too_inactive": _value(found["too_inactive"], seen.current),
            "toxicity_limit": self.toxicity_limit,
            "activity_limit": self.activity_limit,
            "toxicity_confidence": self.toxicity_confidence,
            "activity_confidence": self.activity_confidence,
        }
        high = way.down & (n > 0) & (said["n_dlt"] >= self.boundaries[1] * n - WHOLE)
        chosen = ~way.nobody & ~way.down & ~way.explores & ~stopped
        notes = (
            Note("boin12.too_toxic", TOO_TOXIC, high, said),
            Note("boin12.best", BEST, chosen, said),
            Note("boin12.explore", EXPLORE, way.explores, said),
            Note("boin12.nobody_settled", NOBODY, way.nobody & (n == 0) & ~stopped, said),
            Note("boin12.nobody_judged", NOT_JUDGED, way.nobody & (n > 0) & ~stopped, said),
            Note("boin12.closed", CLOSED, ~_at(found["admissible"] > 0, seen.current), said),
            Note("boin12.none_open", NONE_OPEN, stopped, said),
        )
        return tuple(note for note in notes if note.where.any())


@final
@dataclass(frozen=True, slots=True)
class _Way:
    """What the counts at the current level ask for, ``[B]`` each."""

    nobody: Bools  # nobody's activity is known there: keep it
    down: Bools  # the DLT rate is high, or the level is closed for toxicity
    explores: Bools  # the level above is to be tried
    two: Bools  # the level above takes no part
    cap: Ints  # the highest level that toxicity lets follow, were all open


def _candidates(seen: Seen, still_open: Bools, *, way: _Way) -> Bools:
    """The open levels among which the most desirable follows, ``[B, D]``."""
    levels, current = _levels(seen), seen.current[:, None]
    near = (levels >= current - 1) & (levels <= np.where(way.two, seen.current, seen.current + 1)[:, None])
    near = np.where(way.explores[:, None], levels == current + 1, near)
    near = np.where(way.nobody[:, None], levels == current, near)
    below = _highest(still_open, at_most=np.maximum(seen.current - 1, 1))[:, None]
    return np.asarray(still_open & np.where(way.down[:, None], levels == below, near), np.bool_)


def _most_desirable(value: Floats, among: Bools, *, highest_wins: Bools) -> Ints:
    """The level with the largest value among some, 0 where there are none; ties go as ``highest_wins`` says."""
    open_values = np.where(among, value, -np.inf)
    best = among & (open_values >= open_values.max(axis=1, keepdims=True) - TIE)
    last = value.shape[1] - best[:, ::-1].argmax(axis=1)
    level = np.where(highest_wins, last, best.argmax(axis=1) + 1)
    return np.asarray(np.where(among.any(axis=1), level, NO_LEVEL), np.int64)


def _highest(which: Bools, *, at_most: Ints) -> Ints:
    """The highest level of those marked that is not above a limit; 0 = none."""
    levels = np.arange(1, which.shape[1] + 1)
    return np.asarray(np.where(which & (levels <= at_most[:, None]), levels, NO_LEVEL).max(axis=1), np.int64)


def _at(which: Bools, level: Ints) -> Bools:
    """Whether a level is marked, trial by trial; a level beyond the highest never is."""
    marked: Bools = np.pad(which, ((0, 0), (0, 1)))[np.arange(len(which)), level - 1]
    return marked


def _value(values: Floats, level: Ints) -> Floats:
    taken: Floats = values[np.arange(len(values)), level - 1]
    return taken


def _levels(seen: Seen) -> Ints:
    return np.arange(1, seen.levels + 1)


_LIMITS = {"toxicity_limit": 0.35, "activity_limit": 0.25}
_OTHER = {"toxicity_limit": 0.3, "activity_limit": 0.2, "score_neither": 30.0, "score_both": 50.0}
_SOURCE = "escalation 0.2.3, get_boin12(): references/escalation_boin12, case"
PUBLISHED = (
    Published(f"{_SOURCE} 001", _LIMITS, 4, "1EE 2NT 2EN 3EE 3BB 4NB", 3),
    Published(f"{_SOURCE} 010", _LIMITS, 4, "1NEE", 1),
    Published(f"{_SOURCE} 054", _LIMITS, 3, "1NNN 2ENN 3NNE", 3),
    Published(f"{_SOURCE} 048", _OTHER, 3, "1ET 2NN 3NE 3TN", 2),
    Published(f"{_SOURCE} 058", _OTHER, 4, "1NEN 1NNN", 2),
)
DESIGN = Boin12
IN_FRENCH = "BOIN12 : le palier qui offre le meilleur compromis entre toxicité et activité, cohorte après cohorte."
