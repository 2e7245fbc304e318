"""EffTox: the level with the best trade-off between the modelled rates of activity and of DLT, among acceptable ones.

Rule in words. Before the trial the team draws one contour of pairs of rates that it likes equally: the lowest activity
rate it would take without any DLT, the highest DLT rate it would take if everybody responded, and one pair in between.
Every pair has a utility by its distance from the ideal pair (everybody responds, nobody has a DLT): 1 there, 0 on the
contour, negative beyond. A joint model of both outcomes is updated after every cohort. A level is acceptable while it
is probable enough that its DLT rate is below the limit, and that its activity rate is above its own. The acceptable
level with the greatest utility of its posterior mean rates follows, from one below the lowest level given to one above
the highest at which somebody is settled; equal utilities go to the lower level. Where none of these is acceptable the
trial stops. At the end the same is asked among the levels where somebody's activity is known.

Formula. x = log dose minus the mean of the log doses; logit p = a + b x, logit q = c + e x + f x^2, coupled by Gumbel's
model with s; six independent normal priors. Acceptable: P(p < toxicity_limit) > least_probability_safe and
P(q > activity_limit) > least_probability_active. With hinges (q1, 0), (1, p2) and (q3, p3),

    utility = 1 - [((1 - q) / (1 - q1))^r + (p / p2)^r]^(1 / r),    r such that the utility of (q3, p3) is 0

of the posterior means of p and q, as in the paper and the tool behind the reference, not the mean of the utility.

Numerical method. No simulation: quadrature on the two-dimensional and the three-dimensional posterior, with the change
that the association brings summed over every second node (numerics/two_outcomes, error below 0.0002; the reference's
own error is about 0.002). One state takes some hundredths of a second and is remembered; that, not memory, limits a
batch: ten thousand different states take minutes.

Differs from the paper: a participant whose DLT window is settled while activity is not known yet counts for the DLT
rate alone, neither as active nor as inactive, and no level above the current one follows while nobody's activity is
known. With nobody settled the current level is kept. The paper is reported to admit the lowest untried level above the
starting one by its DLT rate alone; here, as in the tool behind the reference, every level has to pass both.

One more DLT can open a level above. The slope may be negative under a normal prior: three DLTs in three at the lowest
level flatten the curve, and the reference then goes one level up (case 010). This is the published rule and is kept
(decisions/0006). A trial with this design should carry two rules: coherence, which forbids the step up right after a
DLT, and stop_when_too_toxic at the lowest level, because coherence alone would stay where it is.

Reference. Thall & Cook 2004, Biometrics 60:684; hinge points and priors: Thall, Cook & Estey 2006, Journal of
Biopharmaceutical Statistics 16:623; an example of its use: Brock et al. 2017, BMC Medical Research Methodology 17:112.
Numbers agree with references/trialr_efftox.

Choose it when activity is seen within the DLT window, and a statistician can elicit the contour and calibrate the
priors by simulation. Not when activity is observed late, nor without those two. A trial that does not observe activity
is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, final

import numpy as np

from trialwright.designs import Published
from trialwright.numerics.scalars import is_list_of, is_number, is_positive, is_probability, is_rising
from trialwright.numerics.two_outcomes import TwoOutcomeModel, two_outcomes
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError
from trialwright.vocabulary.seen import NO_LEVEL, Bools, Floats, Ints, Note, Proposal, Seen
from trialwright.vocabulary.words import Text

TIE = 1e-9  # utilities that differ by less are equal
WIDEST = 10.0  # a prior sd on the logit scale above which nearly every rate is 0 or 1
ROUNDS = 200  # of bisection for the exponent
PRIORS = ("prior_dlt_intercept", "prior_dlt_slope", "prior_activity_intercept", "prior_activity_slope")
MORE_PRIORS = ("prior_activity_curvature", "prior_association")

BEST = Text(
    en="Among the acceptable levels from {lowest} to {highest}, level {level} has the greatest utility "
    "({utility:number3}): estimated activity rate {activity:percent1}, DLT rate {toxicity:percent1}.",
    fr="Parmi les paliers acceptables de {lowest} à {highest}, le palier {level} a la plus grande utilité "
    "({utility:number3}) : taux d'activité estimé {activity:percent1}, taux de DLT {toxicity:percent1}.",
)
NOT_ACCEPTABLE = Text(
    en="Level {current} is not acceptable: the probability that its DLT rate is below {toxicity_limit:percent1} is "
    "{safe:percent1} (must exceed {least_safe:percent1}), that its activity rate is above {activity_limit:percent1} is "
    "{active:percent1} (must exceed {least_active:percent1}).",
    fr="Le palier {current} n'est pas acceptable : la probabilité que son taux de DLT soit sous "
    "{toxicity_limit:percent1} est de {safe:percent1} (doit dépasser {least_safe:percent1}), que son taux d'activité "
    "dépasse {activity_limit:percent1} est de {active:percent1} (doit dépasser {least_active:percent1}).",
)
NONE_ACCEPTABLE = Text(
    en="No level from {from_level} to {to_level}, which may follow level {current}, is acceptable: the trial stops.",
    fr="Aucun palier de {from_level} à {to_level}, qui pourrait suivre le palier {current}, n'est acceptable : l'essai "
    "s'arrête.",
)
NOT_JUDGED = Text(
    en="Nobody's activity is known yet, so no level above {current} follows.",
    fr="L'activité n'est encore connue chez personne : aucun palier au-dessus du palier {current} ne suit.",
)
NOBODY = Text(
    en="Nobody's DLT window is settled yet, so there is nothing to learn from; level {current} is kept.",
    fr="Aucune fenêtre de DLT n'est encore close : rien à en tirer ; le palier {current} est conservé.",
)


@final
@dataclass(frozen=True, slots=True)
class EffTox:
    """Parameters of the EffTox design; every prior is the mean and sd of a normal distribution."""

    doses: tuple[float, ...]  # amounts, one per level
    toxicity_limit: float  # highest DLT rate that is acceptable
    activity_limit: float  # lowest activity rate that is acceptable
    hinge_activity: float  # q1: the activity rate that is just enough without any DLT
    hinge_dlt: float  # p2: the DLT rate that is just bearable if everybody responds
    hinge_both: tuple[float, float]  # q3 and p3: a pair of activity and DLT rates just as good
    prior_dlt_intercept: tuple[float, float]  # mean and standard deviation of a
    prior_dlt_slope: tuple[float, float]  # mean and standard deviation of b
    prior_activity_intercept: tuple[float, float]  # mean and standard deviation of c
    prior_activity_slope: tuple[float, float]  # mean and standard deviation of e
    prior_activity_curvature: tuple[float, float] = (0.0, 0.2)  # mean and standard deviation of f
    prior_association: tuple[float, float] = (0.0, 1.0)  # mean and standard deviation of s
    least_probability_safe: float = 0.1  # P(DLT rate below its limit) of an acceptable level is above this
    least_probability_active: float = 0.1  # P(activity rate above its limit) of an acceptable level is above this

    def __post_init__(self) -> None:
        complaints = Complaints()
        usual = {"toxicity_limit": "0.3", "activity_limit": "0.5", "hinge_activity": "0.5", "hinge_dlt": "0.65"}
        usual |= {"least_probability_safe": "0.1", "least_probability_active": "0.1"}
        for place, remedy in usual.items():
            value = getattr(self, place)
            complaints.unless(is_probability(value), place, value, "must lie between 0 and 1", f"{remedy} is usual")
        allowed = "must list one amount above 0 per dose level"
        if complaints.unless(is_list_of(is_positive, self.doses), "doses", self.doses, allowed):
            object.__setattr__(self, "doses", tuple(map(float, self.doses)))
            complaints.unless(is_rising(self.doses), "doses", self.doses, "must increase from level to level")
        self._check_hinge(complaints)
        for place in (*PRIORS, *MORE_PRIORS):
            value = getattr(self, place)
            allowed = f"must be a mean and a standard deviation above 0 and at most {WIDEST:g}, on the logit scale"
            if complaints.unless(_is_prior(value), place, value, allowed):
                object.__setattr__(self, place, (float(value[0]), float(value[1])))
        complaints.raise_as(ParameterError, "efftox cannot be built")

    def _check_hinge(self, complaints: Complaints) -> None:
        pair = self.hinge_both
        allowed = "must be an activity rate and a DLT rate, each between 0 and 1"
        two = is_list_of(is_probability, pair) and len(pair) == 2
        if not complaints.unless(two, "hinge_both", pair, allowed, "for example [0.7, 0.25]"):
            return
        object.__setattr__(self, "hinge_both", (float(pair[0]), float(pair[1])))
        allowed = "must have more activity than hinge_activity and fewer DLTs than hinge_dlt"
        known = is_probability(self.hinge_activity) and is_probability(self.hinge_dlt)
        between = not known or (pair[0] > self.hinge_activity and pair[1] < self.hinge_dlt)
        complaints.unless(between, "hinge_both", pair, allowed)

    looks_at: ClassVar[Literal["counts with activity"]] = "counts with activity"  # of DLTs, of activity, of both

    @property
    def exponent(self) -> float:
        """r, by which the contour passes through the third hinge."""
        short = (1 - self.hinge_both[0]) / (1 - self.hinge_activity)
        toxic = self.hinge_both[1] / self.hinge_dlt
        low, high = 0.0, 1.0
        while short**high + toxic**high > 1:
            low, high = high, 2 * high
        for _ in range(ROUNDS):
            middle = (low + high) / 2
            low, high = (middle, high) if short**middle + toxic**middle > 1 else (low, middle)
        return (low + high) / 2

    def utility(self, *, activity: Floats, toxicity: Floats) -> Floats:
        """The utility of pairs of rates: 1 for the ideal pair, 0 on the contour."""
        short, toxic = (1 - activity) / (1 - self.hinge_activity), toxicity / self.hinge_dlt
        r, most = self.exponent, np.maximum(short, toxic)
        with np.errstate(divide="ignore", invalid="ignore"):
            least = np.where(most > 0, np.minimum(short, toxic) / most, 0.0)
        return np.asarray(1 - most * (1 + least**r) ** (1 / r), np.float64)

    def fits(self, levels: int) -> Sequence[Finding]:
        """There must be one dose for every dose level."""
        complaints = Complaints()
        allowed = f"must have one amount for each of the {levels} dose levels, not {len(self.doses)}"
        complaints.unless(len(self.doses) == levels, "doses", list(self.doses), allowed)
        return complaints.findings

    def propose(self, seen: Seen) -> Proposal:
        """The acceptable level of greatest utility within reach; a stop where there is none."""
        found = self._evidence(seen)
        acceptable = found["acceptable"] > 0
        low, high = _reach(seen)
        levels = np.arange(1, seen.levels + 1)
        among = acceptable & (levels >= low[:, None]) & (levels <= high[:, None])
        anybody = np.asarray(seen.n.sum(axis=1) > 0, np.bool_)
        level = np.where(anybody, _greatest(found["utility"], among), seen.current)
        tolerable = np.where(anybody[:, None], found["probability_safe"] > self.least_probability_safe, True)
        within = tolerable & (levels <= high[:, None])
        found |= {
            "tolerable": tolerable.astype(np.float64),
            "ceiling": np.where(anybody, np.where(within, levels, NO_LEVEL).max(axis=1), seen.current).astype(float),
        }
        notes = self._notes(seen, np.asarray(level, np.int64), reach=(low, high), among=among, found=found)
        return Proposal.of_level(np.asarray(level, np.int64), notes=notes, evidence=found)

    def select(self, seen: Seen) -> Ints:
        """The acceptable level of greatest utility among those tried; 0 = none."""
        found = self._evidence(seen)
        return _greatest(found["utility"], (found["acceptable"] > 0) & (seen.judged > 0))

    def _evidence(self, seen: Seen) -> dict[str, Floats]:
        believed = [self._believed(seen, trial) for trial in range(seen.batch)]
        names = ("dlt", "activity", "dlt_below", "activity_above")
        toxicity, activity, safe, active = (
            np.stack([getattr(one, name) for one in believed]) if believed else np.empty((0, seen.levels))
            for name in names
        )
        acceptable = (safe > self.least_probability_safe) & (active > self.least_probability_active)
        return {
            "toxicity": toxicity,
            "activity": activity,
            "utility": self.utility(activity=activity, toxicity=toxicity),
            "probability_safe": safe,
            "probability_active": active,
            "acceptable": acceptable.astype(np.float64),
        }

    def _believed(self, seen: Seen, trial: int) -> Any:
        """The posterior of one trial, from its six kinds of participants at every level."""
        n, dlt, judged, judged_dlt, active, both = (
            counts[trial]
            for counts in (
                seen.n,
                seen.n_dlt,
                seen.judged,
                seen.judged_with_dlt,
                seen.activity,
                seen.activity_with_dlt,
            )
        )
        unknown, unknown_dlt = n - judged, dlt - judged_dlt
        cells = (judged - judged_dlt - active + both, judged_dlt - both, active - both, both)
        rows = (*cells, unknown - unknown_dlt, unknown_dlt)
        counts = tuple(tuple(int(count) for count in row) for row in rows)
        return two_outcomes(self._model, counts, dlt_rate=self.toxicity_limit, activity_rate=self.activity_limit)

    @property
    def _model(self) -> TwoOutcomeModel:
        logs = np.log(self.doses)
        return TwoOutcomeModel(
            coded_doses=tuple(float(coded) for coded in logs - logs.mean()),
            dlt=(self.prior_dlt_intercept, self.prior_dlt_slope),
            activity=(self.prior_activity_intercept, self.prior_activity_slope, self.prior_activity_curvature),
            association=self.prior_association,
        )

    def _notes(
        self, seen: Seen, level: Ints, *, reach: tuple[Ints, Ints], among: Bools, found: dict[str, Floats]
    ) -> tuple[Note, ...]:
        levels, place = np.arange(1, seen.levels + 1), np.maximum(level, 1)
        anybody, unjudged = seen.n.sum(axis=1) > 0, seen.judged.sum(axis=1) == 0
        values = {
            "level": level,
            "current": seen.current,
            "from_level": reach[0],
            "to_level": reach[1],
            "lowest": np.where(among, levels, seen.levels).min(axis=1),
            "highest": np.where(among, levels, 1).max(axis=1),
            "utility": _value(found["utility"], place),
            "activity": _value(found["activity"], place),
            "toxicity": _value(found["toxicity"], place),
            "safe": _value(found["probability_safe"], seen.current),
            "active": _value(found["probability_active"], seen.current),
            "toxicity_limit": self.toxicity_limit,
            "activity_limit": self.activity_limit,
            "least_safe": self.least_probability_safe,
            "least_active": self.least_probability_active,
        }
        refused = anybody & (_value(found["acceptable"], seen.current) == 0)
        notes = (
            Note("efftox.best", BEST, anybody & (level > NO_LEVEL), values),
            Note("efftox.not_acceptable", NOT_ACCEPTABLE, refused, values),
            Note("efftox.not_judged", NOT_JUDGED, anybody & unjudged & (level > NO_LEVEL), values),
            Note("efftox.none_acceptable", NONE_ACCEPTABLE, level == NO_LEVEL, values),
            Note("efftox.nobody_settled", NOBODY, ~anybody, values),
        )
        return tuple(note for note in notes if note.where.any())


def _is_prior(value: Any) -> bool:
    return is_list_of(is_number, value) and len(value) == 2 and 0 < value[1] <= WIDEST


def _reach(seen: Seen) -> tuple[Ints, Ints]:
    """The lowest and the highest level that may follow: no untried level is skipped, up or down."""
    given, settled = seen.n_treated > 0, seen.n > 0
    lowest = np.where(given.any(axis=1), given.argmax(axis=1) + 1, seen.current)
    highest = np.where(settled, np.arange(1, seen.levels + 1), 0).max(axis=1)
    above = np.minimum(np.where(settled.any(axis=1), highest + 1, seen.current), seen.levels)
    top = np.where(seen.judged.sum(axis=1) > 0, above, np.minimum(above, seen.current))
    return np.maximum(lowest - 1, 1), np.asarray(top, np.int64)


def _greatest(utility: Floats, among: Bools) -> Ints:
    """The lowest of the levels of greatest utility among some; 0 where there are none."""
    values = np.where(among, utility, -np.inf)
    best = (among & (values >= values.max(axis=1, keepdims=True) - TIE)).argmax(axis=1) + 1
    return np.asarray(np.where(among.any(axis=1), best, NO_LEVEL), np.int64)


def _value(values: Floats, level: Ints) -> Floats:
    taken: Floats = values[np.arange(len(values)), level - 1]
    return taken


_TRIALR: dict[str, Any] = {
    "doses": (1.0, 2.0, 4.0, 6.6, 10.0),
    "toxicity_limit": 0.3,
    "activity_limit": 0.5,
    "hinge_activity": 0.5,
    "hinge_dlt": 0.65,
    "hinge_both": (0.7, 0.25),
    "prior_dlt_intercept": (-7.9593, 3.5487),
    "prior_dlt_slope": (1.5482, 3.5018),
    "prior_activity_intercept": (0.7367, 2.5423),
    "prior_activity_slope": (3.4181, 2.4406),
}
_SOURCE = "trialr 0.1.6, stan_efftox(): references/trialr_efftox, case"
BREAKS = ("more_dlts_never_open_a_level",)  # as published: see "One more DLT can open a level above" on its page
PUBLISHED = (
    Published(f"{_SOURCE} 001", _TRIALR, 5, "1NNN", 2),
    Published(f"{_SOURCE} 002", _TRIALR, 5, "1NNE 2EEN", 3),
    Published(f"{_SOURCE} 003", _TRIALR, 5, "1NNN 2NEN 3NEB", 3),
    Published(f"{_SOURCE} 009", _TRIALR, 5, "1NNE 2NEN 3EBT 2EEE", 2),
    Published(f"{_SOURCE} 010", _TRIALR, 5, "1TTT", 2),
    Published(f"{_SOURCE} 011", _TRIALR, 5, "1NNN 2NNN 3NNN 4NNN 5NNN", 0, 0),
)
DESIGN = EffTox
IN_FRENCH = "EffTox : le meilleur compromis entre activité et DLT, d'après un modèle, parmi les paliers acceptables."
