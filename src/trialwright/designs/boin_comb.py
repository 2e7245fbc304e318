"""BOIN for combinations: up, stay or down by the DLT rate at the current combination, to the most promising neighbour.

Rule in words. The levels form a grid: rows are the steps of one component (an amount), columns those of the other (a
number of infusions), numbered row by row. The observed DLT rate at the current level is compared with the two
boundaries of the design boin. At or below the lower one the next cohort goes one step up in one component, at or above
the upper one a step down in one, and it stays in between. Of the two neighbours it goes to the one whose DLT rate lies
more probably between the boundaries; equal probabilities go to the smaller level number. A level whose DLT rate is too
probably above the target is closed with every level that has no less of either component. Where no neighbour upwards
is open the level is kept; where none downwards is, the nearest open level below is taken; a trial that has left no
level open stops. At the end the rates are pooled so that they fall with neither component, and the level nearest to
the target is selected among those tried and not closed. Of equal estimates the higher is taken below the target and
the lower above it, by the number of steps; of as many steps the smaller column.

Formula. Boundaries lambda_e and lambda_d as in boin. Neighbour: greatest P(lambda_e < p < lambda_d) under Beta(1 + y,
1 + n - y). Closed: n >= 3 and P(p > t) > elimination_confidence under Beta(1 + y, 1 + n - y), t the target. Estimates:
isotonic regression on the grid of (y + 0.05) / (n + 0.1) with weights n + 0.1, untried levels included; rounded to two
decimals, except with selection = "paper".

Differs from Lin & Yin 2017: the paper draws among equally promising neighbours, here nothing is drawn. (The paper's
rules are given from memory; its prior for the promise of a neighbour, taken to be Beta(1, 1) here, is not confirmed.)
At the end BOIN 2.7.2, select.mtd.comb(), does two things that the formula above does not; both were found from the
numbers of references/boin_select_mtd_comb alone. It rounds the estimates to two decimals before they are compared (case
009), and it closes less (case 006): only the first level of a row, from the left, that is too toxic by its own counts
closes the rest of its row and of its column; what lies above it in both components stays open. "rounded", the default,
follows the tool in the first, which is no less safe: a tie still goes to the lower level above the target. It does not
follow it in the second, which is less safe: in case 006 4 of 6 had a DLT at level (1, 2), and the tool recommends level
(2, 3), more of both, estimated at 50 % for a target of 30 %. The default's answers are those of the tool in the 11
other cases; there, it recommends (2, 1). "boin-2.7.2" repeats all 12, to check a protocol against the tool. "paper"
rounds nothing: 10 of 12.

Closing is read from the present counts, as in boin. There is no extra_safe option; add stop_when_too_toxic.

Reference. Lin & Yin 2017, Statistical Methods in Medical Research 26:2155.

Choose it for dose by number of infusions, or two products together, when no statistician can list orders of toxicity
and the site wants to decide by counts. Not when the grid has holes (see po_crm), nor when outcomes stay pending for
long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, final

import numpy as np

from trialwright.designs import Published, check_boin_rates, check_choices, check_probabilities
from trialwright.numerics.beta_binomial import BetaPosterior
from trialwright.numerics.boin_boundaries import deescalation_boundary, escalation_boundary, towards_boundaries
from trialwright.numerics.isotonic_grid import isotonic_grid_dlt_rate
from trialwright.numerics.partial_orders import below_on_grid, directly_below
from trialwright.numerics.scalars import is_count
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError
from trialwright.vocabulary.orders import Order
from trialwright.vocabulary.seen import NO_LEVEL, Bools, Floats, Ints, Note, Proposal, Seen
from trialwright.vocabulary.stepwise import BY_RATE, DOWN, ROUNDING, STAY, UP, at_current, three_reasons
from trialwright.vocabulary.words import Text

LEAST = 3  # settled participants before a level can be closed
PSEUDO_COUNT = 0.05  # Beta(0.05, 0.05) of the estimates at the end
SAME = 1e-8  # estimates that differ by less are equal: pooled ones differ by what the iteration leaves, about 1e-10
DECIMALS = 2  # to which the reference rounds them before it compares

NOBODY = Text(
    en="Nobody's DLT window is settled at level {current} yet, so nothing speaks for another level.",
    fr="Aucune fenêtre de DLT n'est encore close au palier {current} : rien ne justifie d'en changer.",
)
CHOSEN = Text(
    en="Level {level} is chosen: its DLT rate lies between the boundaries with probability {probability:percent1}, no "
    "less than that of any other neighbour that may be given.",
    fr="Le palier {level} est retenu : son taux de DLT est entre les bornes avec une probabilité de "
    "{probability:percent1}, au moins égale à celle de tout autre voisin possible.",
)
NO_WAY = Text(
    en="No open level lies one step in that direction, so level {level} is kept.",
    fr="Aucun palier ouvert ne se trouve à un pas dans cette direction : le palier {level} est conservé.",
)
CLOSED = Text(
    en="Level {current} is closed, by its own counts or by those of a level with no more of either component.",
    fr="Le palier {current} est fermé, par ses effectifs ou par ceux d'un palier qui n'a pas plus de l'une ni de "
    "l'autre composante.",
)
NONE_OPEN = Text(
    en="The lowest level is closed, so the trial stops.",
    fr="Le palier le plus bas est fermé : l'essai s'arrête.",
)


@final
@dataclass(frozen=True, slots=True)
class BoinComb:
    """Parameters of BOIN for combinations."""

    target_toxicity_rate: float  # DLT rate aimed at
    rows: int  # steps of one component
    columns: int  # steps of the other; rows x columns levels, numbered row by row
    p_saf: float | None = None  # highest rate that is too low; absent: 0.6 target
    p_tox: float | None = None  # lowest rate that is too high; absent: 1.4 target
    elimination_confidence: float = 0.95  # a level is closed when P(rate > target) is above this
    selection: Literal["rounded", "boin-2.7.2", "paper"] = "rounded"  # how estimates are compared at the end

    def __post_init__(self) -> None:
        complaints = Complaints()
        check_boin_rates(complaints, target=self.target_toxicity_rate, p_saf=self.p_saf, p_tox=self.p_tox)
        for place, value in {"rows": self.rows, "columns": self.columns}.items():
            complaints.unless(is_count(value), place, value, "must be a whole number of 1 or more")
        check_probabilities(complaints, usual="0.95", elimination_confidence=self.elimination_confidence)
        check_choices(complaints, self, choices=CHOICES)
        complaints.raise_as(ParameterError, "boin_comb cannot be built")

    looks_at: ClassVar[Literal["counts"]] = "counts"  # counts per level are all it needs

    @property
    def order(self) -> Order:
        """A level is below another with no less of either component."""
        return Order(below_on_grid(self.rows, self.columns))

    @property
    def lambda_e(self) -> float:
        """Up at or below this observed rate (Liu & Yuan 2015)."""
        return escalation_boundary(self.target_toxicity_rate, self.p_saf)

    @property
    def lambda_d(self) -> float:
        """Down at or above this observed rate (Liu & Yuan 2015)."""
        return deescalation_boundary(self.target_toxicity_rate, self.p_tox)

    def fits(self, levels: int) -> Sequence[Finding]:
        """The grid must have one place for every dose level."""
        complaints = Complaints()
        held = self.rows * self.columns
        allowed = f"must make a grid of the {levels} dose levels together with columns, not of {held}"
        complaints.unless(held == levels, "rows", self.rows, allowed)
        return complaints.findings

    def propose(self, seen: Seen) -> Proposal:
        """The most promising open neighbour in the direction that the current counts ask for."""
        believed = BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt)
        inside = believed.exceedance(self.lambda_e) - believed.exceedance(self.lambda_d)
        over = believed.exceedance(self.target_toxicity_rate)
        closed = self._closed(seen, over)
        direction, line = self._direction(seen), np.arange(seen.batch)
        shut, nobody = closed[line, seen.current - 1], at_current(seen.n, seen) == 0
        heading = np.where(shut, DOWN, np.where(nobody, STAY, direction))
        level = self._neighbour(seen, heading, inside=inside, closed=closed)
        place = np.maximum(level, 1) - 1
        moved = (level != seen.current) & (level > NO_LEVEL)
        said = {"level": level, "current": seen.current, "probability": inside[line, place]}
        bounds = {"lower": self.lambda_e, "upper": self.lambda_d}
        reasons = three_reasons(seen, direction, design="boin_comb", texts=BY_RATE, **bounds)
        notes = (
            *(Note(one.code, one.text, one.where & ~nobody, one.values) for one in reasons),
            Note("boin_comb.nobody_settled", NOBODY, nobody, said),
            Note("boin_comb.closed", CLOSED, shut, said),
            Note("boin_comb.chosen", CHOSEN, moved, said),
            Note("boin_comb.no_way", NO_WAY, (heading != STAY) & (level == seen.current), said),
            Note("boin_comb.none_open", NONE_OPEN, level == NO_LEVEL, said),
        )
        evidence = {"overdose_probability": over, "inside_probability": inside, "closed": closed.astype(np.float64)}
        said_notes = [note for note in notes if note.where.any()]
        return Proposal.of_level(level, notes=said_notes, posterior=believed, evidence=evidence)

    def select(self, seen: Seen) -> Ints:
        """The level whose pooled estimate is nearest to the target, among those tried and not closed; 0 = none."""
        shape = (seen.batch, self.rows, self.columns)
        over = BetaPosterior.after(n=seen.n, n_dlt=seen.n_dlt).exceedance(self.target_toxicity_rate)
        less = self.selection == "boin-2.7.2"
        closed = self._closed_in_reference(seen, over) if less else self._closed(seen, over)
        rate = isotonic_grid_dlt_rate(n=seen.n.reshape(shape), n_dlt=seen.n_dlt.reshape(shape), prior=PSEUDO_COUNT)
        rate = rate.reshape(seen.n.shape)
        return self._nearest(rate if self.selection == "paper" else rate.round(DECIMALS), among=(seen.n > 0) & ~closed)

    def _direction(self, seen: Seen) -> Ints:
        counts = {"n": at_current(seen.n, seen), "n_dlt": at_current(seen.n_dlt, seen)}
        return towards_boundaries(**counts, lambda_e=self.lambda_e, lambda_d=self.lambda_d)

    def _neighbour(self, seen: Seen, heading: Ints, *, inside: Floats, closed: Bools) -> Ints:
        """The level to go to, ``[B]``; the current one where there is no way, 0 where no level is open."""
        order, at = self.order.below, seen.current - 1
        steps = directly_below(order)
        above = steps[at] & ~closed & (heading == UP)[:, None]
        down = (heading == DOWN)[:, None] & ~closed
        beside, anywhere = steps[:, at].T & down, order[:, at].T & down
        nearest = anywhere & (self._height == np.where(anywhere, self._height, -1).max(axis=1, keepdims=True))
        ways = above | np.where(beside.any(axis=1, keepdims=True), beside, nearest)
        promise = np.where(ways, inside, -1.0)
        best = (ways & (promise >= promise.max(axis=1, keepdims=True) - ROUNDING)).argmax(axis=1) + 1
        level = np.where(ways.any(axis=1), best, seen.current)
        return np.asarray(np.where(closed.all(axis=1), NO_LEVEL, level), np.int64)

    def _closed(self, seen: Seen, over: Floats) -> Bools:
        """Levels too toxic by their own counts, and all with no less of either component; ``[B, D]``."""
        alone = (seen.n >= LEAST) & (over > self.elimination_confidence + ROUNDING)
        return np.asarray(alone | (alone @ self.order.below.astype(np.int64) > 0), np.bool_)

    def _closed_in_reference(self, seen: Seen, over: Floats) -> Bools:
        """As BOIN 2.7.2 selects: the first too toxic level of each row closes the rest of its row and column."""
        alone = (seen.n >= LEAST) & (over > self.elimination_confidence + ROUNDING)
        grid = alone.reshape(seen.batch, self.rows, self.columns)
        along_row = np.logical_or.accumulate(grid, axis=2)
        first = grid & (grid.cumsum(axis=2) == 1)
        return np.asarray((along_row | np.logical_or.accumulate(first, axis=1)).reshape(seen.n.shape), np.bool_)

    def _nearest(self, rate: Floats, *, among: Bools) -> Ints:
        """The level nearest to the target; 0 = none. Ties as on the page."""
        target = self.target_toxicity_rate
        distance, below = np.where(among, np.abs(rate - target), np.inf), rate < target - SAME
        tied = among & (distance <= distance.min(axis=1, keepdims=True) + SAME)
        beneath = tied & below
        tied = np.where(beneath.any(axis=1, keepdims=True), beneath, tied)
        height = np.where(below, -self._height, self._height)
        column = np.arange(rate.shape[1]) % self.columns
        worth = np.where(tied, height * self.columns + column, np.iinfo(np.int64).max)
        return np.asarray(np.where(among.any(axis=1), worth.argmin(axis=1) + 1, NO_LEVEL), np.int64)

    @property
    def _height(self) -> Ints:
        """Steps from the lowest level, ``[D]``."""
        return np.asarray(np.indices((self.rows, self.columns)).sum(axis=0).ravel(), np.int64)


CHOICES = {"selection": ("rounded", "boin-2.7.2", "paper")}
_QUARTER = {"target_toxicity_rate": 0.25, "rows": 1, "columns": 3}
_THREE = {"target_toxicity_rate": 0.3, "rows": 3, "columns": 3}
_TABLE = "one row is BOIN; BOIN 2.7.2, get.boundary(): references/boin_boundary, case 007"
_SELECTION = "BOIN 2.7.2, select.mtd.comb(): references/boin_select_mtd_comb, case"
PUBLISHED = (
    Published(_TABLE, _QUARTER, 3, "1NNN", 2),
    Published(_TABLE, _QUARTER, 3, "1NNN 2NNT", 1),
    Published(_TABLE, _QUARTER, 3, "1NNN 2NNT 1NNN 2NNN", 3),
    Published(_TABLE, _QUARTER, 3, "1TTT", 0),
    Published(f"{_SELECTION} 001", _THREE, 9, "1NNN 2NNT 4TTTNNN", 1, 2),
)
DESIGN = BoinComb
IN_FRENCH = "BOIN pour combinaisons : le taux de DLT au palier décide ; puis le voisin le plus prometteur."
