"""Continual reassessment method for partial orders: it learns which order of toxicity holds, and where the target lies.

Rule in words. For combinations (an amount and a number of infusions) nobody knows which of two levels is the more
toxic when one has more of the one and less of the other. The team lists the orders it holds possible, each a list of
all levels from least to most toxic, and one skeleton: the guess of the DLT rate at the first, second, ... place of any
of them. After every cohort each order is judged by how probable it makes what was seen. The most probable one is taken
(the first listed among equals), its curve is estimated as in the design crm, and the level whose estimated DLT rate is
nearest to the target is recommended; equal distances go to the level that comes first in that order. A level nobody
has been given is open only once at least one (untried = "one", the default), or each (untried = "all"), of the levels
directly below it has been given, below meaning: in every listed order; what lies below a level that has been given is
open too. Where the level nearest to the target is not open, the last open one before it in the order is taken. untried
= "open" leaves this restriction out. There is no early stopping: add the rule stop_when_too_toxic.

Formula. Under order m level d stands at place r_m(d): p_d = s_{r_m(d)}^exp(beta), beta ~ N(0, prior_sd^2). Weight of
order m: its prior probability times the integral of the likelihood over the prior of beta, divided by the sum over the
orders. The curve is the one at the posterior mean of beta ("plug-in", the default) or the posterior mean of the curve
("posterior-mean"). Orders: orderings = "default" with rows and columns takes the six usual ones of a grid (by rows, by
columns, up and down the diagonals, and alternating both ways), each distinct one once. Levels of a grid are numbered
row by row.

Differs from Wages, Conaway & O'Quigley 2011: the paper may draw the order at random, with its posterior probability,
early in the trial. Here nothing is drawn: the same counts always give the same level. The probabilities are kept as
evidence ("ordering_probability"). The limit on untried levels is ours; the paper's stages (an escalation fixed in
advance until the first DLT, then the model) are not part of this file. The paper's formulas are given from memory; with
one order the numbers are those of references/dfcrm_crm.

One more DLT never raises an answer while the most probable order stays the same. It may point to another order,
though, and then even to a level known to be above the current one, because the blame moves from one component to the
other (an example on 2 x 3 levels is a test). Add the rule coherence, which holds that up. Which rules go with such
levels: decisions/0008.

Reference. Wages, Conaway & O'Quigley 2011, Biometrics 67:1555 and Clinical Trials 8:380; the six orders: Wages &
Conaway 2013, Pharmaceutical Statistics 12:217.

Choose it for dose by number of infusions, or two products together, when a statistician can list the possible orders
and calibrate the skeleton. Not when one order is certain: then it is the design crm. Not when outcomes stay pending
for long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Literal, final

import numpy as np
import scipy.special as sp

from trialwright.designs import Published, check_choices, check_skeleton, check_target, rate_at
from trialwright.numerics.closest import closest_to_target
from trialwright.numerics.one_parameter import NormalPrior, OneParameterModel, OneParameterPosterior, posterior
from trialwright.numerics.partial_orders import below_in_every, directly_below, grid_orderings
from trialwright.numerics.scalars import is_count, is_list_of, is_positive
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError
from trialwright.vocabulary.orders import Order
from trialwright.vocabulary.seen import NO_LEVEL, Bools, Floats, Ints, Note, Proposal, Seen
from trialwright.vocabulary.words import Text

TIE = 1e-9  # log weights of orders that differ by less are equal
SURE = 1e-9  # how far from 1 the prior probabilities may add up

CLOSEST = Text(
    en="Order {ordering} of the {orderings} is the most probable ({probability:percent1}). By it level {nearest} has "
    "the estimated DLT rate nearest to the target of {target:percent1}: {rate:percent1}.",
    fr="L'ordre {ordering} des {orderings} est le plus probable ({probability:percent1}). Selon lui, le palier "
    "{nearest} a le taux de DLT estimé le plus proche de la cible de {target:percent1} : {rate:percent1}.",
)
PLUGGED_IN = Text(
    en="Order {ordering} of the {orderings} is the most probable ({probability:percent1}). By it level {nearest} has "
    "the estimated DLT rate nearest to the target of {target:percent1}: {rate:percent1} (plug-in: the curve at the "
    "mean of beta; the posterior mean, shown in tables, is {mean:percent1}).",
    fr="L'ordre {ordering} des {orderings} est le plus probable ({probability:percent1}). Selon lui, le palier "
    "{nearest} a le taux de DLT estimé le plus proche de la cible de {target:percent1} : {rate:percent1} (plug-in : "
    "courbe à la moyenne de bêta ; la moyenne a posteriori, celle des tableaux, est {mean:percent1}).",
)
NOT_OPEN = Text(
    en="Level {nearest} is not open yet, because too few levels directly below it have been given: level {level} is "
    "the last open one before it in this order.",
    fr="Le palier {nearest} n'est pas encore ouvert, faute de paliers explorés juste en dessous : le palier {level} "
    "est le dernier ouvert avant lui dans cet ordre.",
)
NOBODY = Text(
    en="Nobody's DLT window is settled yet, so there is nothing to estimate from; level {level} is kept.",
    fr="Aucune fenêtre de DLT n'est encore close : rien ne permet d'estimer ; le palier {level} est conservé.",
)


@final
@dataclass(frozen=True, slots=True)
class PoCrm:
    """Parameters of the continual reassessment method for partial orders."""

    target_toxicity_rate: float  # DLT rate aimed at
    skeleton: tuple[float, ...]  # guesses at the first, second, ... place of an order
    orderings: Literal["default"] | tuple[tuple[int, ...], ...] = "default"  # each low to high; "default": of a grid
    rows: int | None = None  # of the grid, for orderings = "default"
    columns: int | None = None  # of the grid
    prior_probability: tuple[float, ...] = ()  # of every ordering; empty: all alike
    prior_sd: float = 1.34**0.5  # of beta; the square root of 1.34
    estimate: Literal["plug-in", "posterior-mean"] = "plug-in"  # curve that is compared with the target
    untried: Literal["one", "all", "open"] = "one"  # levels directly below that must have been given
    possible: tuple[tuple[int, ...], ...] = field(init=False, repr=False)  # the orderings, written out

    def __post_init__(self) -> None:
        complaints = Complaints()
        sd = self.prior_sd
        check_target(complaints, self.target_toxicity_rate)
        complaints.unless(is_positive(sd), "prior_sd", sd, "must be a number above 0", "1.16 is usual")
        check_choices(complaints, self, choices=CHOICES)
        object.__setattr__(self, "skeleton", check_skeleton(complaints, self.skeleton, intercept=None))
        object.__setattr__(self, "possible", self._orderings(complaints))
        self._check_prior(complaints)
        complaints.raise_as(ParameterError, "po_crm cannot be built")

    def _orderings(self, complaints: Complaints) -> tuple[tuple[int, ...], ...]:
        """The orderings written out; empty after a complaint."""
        given: Any = self.orderings
        shape = {"rows": self.rows, "columns": self.columns}
        default = isinstance(given, str) and given == "default"
        allowed = "must be a whole number of 1 or more" if default else 'belongs to orderings = "default": leave it out'
        for place, value in shape.items():
            complaints.unless(is_count(value) if default else value is None, place, value, allowed)
        if default:
            rows, columns = self.rows, self.columns
            return grid_orderings(rows, columns) if is_count(rows) and is_count(columns) else ()
        allowed = 'must be "default", or list orderings: each names every level once, level 1 first'
        if not complaints.unless(is_list_of(_is_ordering, given), "orderings", given, allowed):
            return ()
        written = tuple(tuple(one) for one in given)
        same = len({len(one) for one in written}) == 1 and len(set(written)) == len(written)
        if not complaints.unless(same, "orderings", given, "must be of one length, and different from each other"):
            return ()
        backwards = [(low + 1, high + 1) for low, high in np.argwhere(below_in_every(written)) if low > high]
        allowed = f"must leave it possible that levels are numbered from low to high; not so {backwards}"
        complaints.unless(not backwards, "orderings", given, allowed, "number the dose levels anew")
        return written

    def _check_prior(self, complaints: Complaints) -> None:
        prior = self.prior_probability
        listed = prior in ((), []) or (is_list_of(is_positive, prior) and abs(sum(prior) - 1) < SURE)
        allowed = "must list numbers above 0 that add up to 1, or be empty"
        if not complaints.unless(listed, "prior_probability", prior, allowed):
            return
        object.__setattr__(self, "prior_probability", tuple(map(float, prior)))
        fine = not prior or not self.possible or len(prior) == len(self.possible)
        allowed = f"must have one number for each of the {len(self.possible)} orderings"
        complaints.unless(fine, "prior_probability", prior, allowed)

    looks_at: ClassVar[Literal["counts"]] = "counts"  # counts per level are all it needs

    @property
    def order(self) -> Order:
        """What every ordering agrees on."""
        return Order(below_in_every(self.possible))

    def fits(self, levels: int) -> Sequence[Finding]:
        """Skeleton and orderings must be about every dose level."""
        complaints = Complaints()
        held = {"skeleton": len(self.skeleton), "orderings": len(self.possible[0])}
        for place, count in held.items():
            allowed = f"must be about each of the {levels} dose levels, not {count}"
            complaints.unless(count == levels, place, getattr(self, place), allowed)
        return complaints.findings

    def propose(self, seen: Seen) -> Proposal:
        """The open level nearest to the target, by the curve of the most probable order."""
        believed = self._believed(seen)
        anybody = np.asarray(seen.n.sum(axis=1) > 0, np.bool_)
        nearest, level = self._answer(believed, self._open(seen))
        level = np.where(anybody, level, seen.current)
        line, chosen = np.arange(seen.batch), believed.chosen
        said: dict[str, Any] = {
            "ordering": chosen + 1,
            "orderings": len(self.possible),
            "probability": believed.probability[line, chosen],
            "nearest": nearest,
            "level": level,
            "rate": believed.curve(self.estimate)[line, nearest - 1],
            "target": self.target_toxicity_rate,
        }
        plugged = {**said, "mean": cache(lambda: rate_at(believed.mean(), nearest))}
        reason = (PLUGGED_IN, anybody, plugged) if self.estimate == "plug-in" else (CLOSEST, anybody, said)
        notes = (
            Note("po_crm.closest_to_target", *reason),
            Note("po_crm.not_open", NOT_OPEN, anybody & (level != nearest), said),
            Note("po_crm.nobody_settled", NOBODY, ~anybody, {"level": level}),
        )
        said_notes = [note for note in notes if note.where.any()]
        return Proposal.of_level(level, notes=said_notes, posterior=believed, evidence=believed.evidence())

    def select(self, seen: Seen) -> Ints:
        """The last level tried up to the one nearest to the target, in the most probable order; 0 = none.

        None where nobody is settled, or where no level up to that one was tried.
        """
        _, level = self._answer(self._believed(seen), np.asarray(seen.n_treated > 0, np.bool_))
        return np.where(seen.n.sum(axis=1) > 0, level, NO_LEVEL)

    def _answer(self, believed: Believed, allowed: Bools) -> tuple[Ints, Ints]:
        """The level nearest to the target, and the last allowed one up to it in the order (0: none)."""
        line, places = np.arange(len(allowed))[:, None], believed.places
        curve = believed.curve(self.estimate)[line, places]
        rank = closest_to_target(curve, self.target_toxicity_rate) - 1
        within = allowed[line, places] & (np.arange(places.shape[1]) <= rank[:, None])
        last = places.shape[1] - 1 - within[:, ::-1].argmax(axis=1)
        level = np.where(within.any(axis=1), places[line[:, 0], last] + 1, NO_LEVEL)
        return np.asarray(places[line[:, 0], rank] + 1, np.int64), np.asarray(level, np.int64)

    def _open(self, seen: Seen) -> Bools:
        """Levels that may be given: tried, below a tried one, or with enough tried directly below; ``[B, D]``."""
        if self.untried == "open":
            return np.ones(seen.n.shape, np.bool_)
        below = self.order.below
        steps = directly_below(below).astype(np.int64)
        tried = seen.n_treated > 0
        enough = tried @ steps >= (np.minimum(steps.sum(axis=0), 1) if self.untried == "one" else steps.sum(axis=0))
        return np.asarray(tried | (tried @ below.T.astype(np.int64) > 0) | enough, np.bool_)

    def _believed(self, seen: Seen) -> Believed:
        model, prior = OneParameterModel("power", self.skeleton), NormalPrior(self.prior_sd)
        places = np.asarray(self.possible) - 1
        under = [posterior(model, prior=prior, n=seen.n[:, one], n_dlt=seen.n_dlt[:, one]) for one in places]
        weights = np.asarray(self.prior_probability or (1 / len(places),) * len(places), np.float64)
        logs = np.stack([one.log_evidence() for one in under], axis=1) + np.log(weights)
        chosen = (logs >= logs.max(axis=1, keepdims=True) - TIE).argmax(axis=1)
        return Believed(under, places[chosen], np.asarray(chosen, np.int64), np.asarray(sp.softmax(logs, axis=1)))


@final
@dataclass(frozen=True, slots=True)
class Believed:
    """What is believed about the DLT rate of every level under the most probable order of each trial."""

    under: Sequence[OneParameterPosterior]  # by place, one for every order
    places: Ints  # [B, D]: the level, from 0, at each place of the chosen order
    chosen: Ints  # [B]: the chosen order, from 0
    probability: Floats  # [B, M] of every order

    def mean(self) -> Floats:
        """Posterior mean of the DLT rate, ``[B, D]``."""
        return self._by_level([one.mean() for one in self.under])

    def quantile(self, probability: float) -> Floats:
        """The rate below which the truth lies with this probability, ``[B, D]``."""
        return self._by_level([one.quantile(probability) for one in self.under])

    def exceedance(self, rate: float) -> Floats:
        """Probability that the true DLT rate is above ``rate``, ``[B, D]``."""
        return self._by_level([one.exceedance(rate) for one in self.under])

    def curve(self, estimate: Literal["plug-in", "posterior-mean"]) -> Floats:
        """The estimated rate of every level, ``[B, D]``."""
        if estimate == "posterior-mean":
            return self.mean()
        return self._by_level([one.plug_in() for one in self.under])

    def evidence(self) -> dict[str, Floats]:
        """What was computed, by name."""
        beta = np.stack([one.beta_mean for one in self.under], axis=1)
        return {
            "ordering_probability": self.probability,
            "ordering": (self.chosen + 1).astype(np.float64),
            "beta_mean": beta[np.arange(len(beta)), self.chosen],
            "plug_in": self.curve("plug-in"),
            "posterior_mean": self.mean(),
        }

    def _by_level(self, by_place: Sequence[Floats]) -> Floats:
        """From one array by place for every order to the chosen one by level."""
        line = np.arange(len(self.chosen))
        answer = np.empty(self.places.shape)
        answer[line[:, None], self.places] = np.stack(by_place)[self.chosen, line]
        return answer


def _is_ordering(values: Any) -> bool:
    return is_list_of(is_count, values) and sorted(values) == [*range(1, len(values) + 1)] and values[0] == 1


CHOICES = {"estimate": ("plug-in", "posterior-mean"), "untried": ("one", "all", "open")}
_ONE: dict[str, Any] = {
    "target_toxicity_rate": 0.25,
    "skeleton": (0.05, 0.12, 0.25, 0.4, 0.55),
    "orderings": ((1, 2, 3, 4, 5),),
    "untried": "open",
}
_SOURCE = "one order is the CRM; dfcrm 0.2.2.1, crm(): references/dfcrm_crm, case"
PUBLISHED = (
    Published(f"{_SOURCE} 001", _ONE, 5, "1N", 4),
    Published(f"{_SOURCE} 004", _ONE, 5, "1NNT", 1),
    Published(f"{_SOURCE} 005", _ONE, 5, "1TTT", 1),
)
DESIGN = PoCrm
IN_FRENCH = (
    "Réévaluation continue (CRM) pour ordres partiels : l'ordre de toxicité le plus probable, puis le palier le plus "
    "proche de la cible."
)
