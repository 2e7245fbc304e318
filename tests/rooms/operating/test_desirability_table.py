"""BOIN12's table of ranks: the design's own desirability, and a trial run with it alone goes as the design."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import beta

from trialwright.designs.boin12 import Boin12
from trialwright.operating import DesirabilityTable, desirability_table
from trialwright.vocabulary.errors import ParameterError
from trialwright.vocabulary.seen import Seen

USUAL: dict[str, Any] = {"toxicity_limit": 0.35, "activity_limit": 0.25}
OTHERS: tuple[dict[str, Any], ...] = (
    USUAL,
    {"toxicity_limit": 0.3, "activity_limit": 0.3, "score_neither": 30.0, "score_both": 50.0, "stay_from": 4},
    {"toxicity_limit": 0.25, "activity_limit": 0.4, "toxicity_confidence": 0.8, "activity_confidence": 0.8},
)
SIZES = (1, 2, 3, 5, 6, 9, 10)


class TestRanks:
    def test_one_participant_by_hand(self) -> None:
        """Scores 0.4 (neither), 1 (active), 0 (DLT), 0.6 (both), above 0.705 under Beta(1 + x, 2 - x).

        A DLT alone: 0.295 squared, 8.7%; activity alone: one minus 0.705 squared, 50.3%; nobody: 29.5%; in between by
        numbers, 20.6% for neither and 29.1% for both, less than without any news.
        """
        table = desirability_table(Boin12(**USUAL), [1])
        ranks = {(one.n, one.n_dlt, one.n_active): one.rank for one in table.scored}
        assert ranks == {(1, 1, 0): 1, (1, 0, 0): 2, (1, 1, 1): 3, (0, 0, 0): 4, (1, 0, 1): 5}

    def test_equal_ones_share_the_mean_of_their_ranks_and_closed_ones_have_none(self) -> None:
        """Three DLTs more and two responders more leave the score as it was; 5 or 6 DLTs of 6 close the level."""
        table = desirability_table(Boin12(**USUAL), [6])
        open_ones = [one for one in table.scored if one.is_open]
        for one in table.scored:
            if not one.is_open:
                assert one.rank is None
                continue
            below = sum(other.desirability < one.desirability - 1e-9 for other in open_ones)
            equal = sum(abs(other.desirability - one.desirability) <= 1e-9 for other in open_ones)
            assert one.rank == below + (equal + 1) / 2
        ranks = {(one.n_dlt, one.n_active): one.rank for one in table.of_size(6)}
        assert ranks[0, 0] == ranks[3, 2] != ranks[0, 1]
        assert {counts for counts, rank in ranks.items() if rank is None} == {(y, e) for y in (5, 6) for e in range(7)}


@pytest.mark.parametrize("parameters", OTHERS)
class TestAgainstTheDesign:
    def test_desirability_is_the_posterior_probability(self, parameters: dict[str, Any]) -> None:
        design = Boin12(**parameters)
        for one in desirability_table(design, [5]).scored:
            both = one.n_both or 0
            neither = one.n - one.n_dlt - one.n_active + both
            only = one.n_active - both
            x = (100 * only + design.score_neither * neither + design.score_both * both) / 100
            assert one.desirability == pytest.approx(beta.sf(design.benchmark / 100, 1 + x, 1 + one.n - x), abs=1e-9)
            toxic = beta.sf(design.toxicity_limit, 1 + one.n_dlt, 1 + one.n - one.n_dlt) >= design.toxicity_confidence
            idle = beta.cdf(design.activity_limit, 1 + one.n_active, 1 + one.n - one.n_active)
            assert (one.too_toxic, one.too_inactive) == (toxic, idle >= design.activity_confidence)

    def test_a_trial_run_with_the_table_alone_goes_where_the_design_says(self, parameters: dict[str, Any]) -> None:
        """Random states of four levels, looked up by counts; nothing but the table and its four steps is used."""
        design = Boin12(**parameters)
        table = desirability_table(design, SIZES)
        random = np.random.default_rng(20261123)
        trials = 1500
        n = random.choice((0, *SIZES), (trials, 4))
        current = random.integers(1, 5, trials)
        n[np.arange(trials), current - 1] = random.choice(SIZES, trials)
        n_dlt, n_active = random.binomial(n, random.uniform(0, 0.7, (trials, 1))), random.binomial(n, 0.4)
        n_both = random.integers(np.maximum(0, n_dlt + n_active - n), np.minimum(n_dlt, n_active) + 1)
        said = design.propose(Seen.of_counts(n, n_dlt, current, n_active=n_active, n_both=n_both))
        by_table = _ByTable(design, table)
        counts = np.stack([n, n_dlt, n_active, n_both], axis=2).tolist()
        found = [by_table.next_level(levels, here) for levels, here in zip(counts, current.tolist(), strict=True)]
        assert found == said.dose_level.tolist()
        assert len(set(found)) == 5  # stops and every level occur


class _ByTable:
    """Somebody with the table in hand."""

    def __init__(self, design: Boin12, table: DesirabilityTable) -> None:
        self.table = table
        self.limits = {one.n: one for one in table.limits}
        self.places = {(one.n, one.n_dlt, one.n_active, one.n_both): one for one in table.scored}
        self.needs_both = design.needs_both

    def next_level(self, levels: list[list[int]], here: int) -> int:
        """The next level, 0 to stop; ``levels``: n, DLTs, active, both."""
        scored = [self.places[n, y, e, both if self.needs_both else None] for n, y, e, both in levels]
        shut_from = next((level for level, one in enumerate(scored, 1) if one.too_toxic), len(scored) + 1)
        ranks = {level: one.rank for level, one in enumerate(scored, 1) if one.rank is not None and level < shut_from}
        n, n_dlt, *_ = levels[here - 1]
        limits = self.limits[n]
        if n_dlt >= limits.down_from or here >= shut_from:
            return max((level for level in ranks if level <= max(here - 1, 1)), default=0)
        above = here + 1
        if n >= self.table.explore_from and above in ranks and levels[above - 1][0] == 0:
            return above
        three = n_dlt <= limits.up_to
        near = {level: ranks[level] for level in (here - 1, here, *([above] if three else [])) if level in ranks}
        best = [level for level, rank in near.items() if rank == max(near.values())]
        return (max(best) if three else min(best)) if best else 0


def test_limits_by_hand() -> None:
    """lambda_e 27.6%, lambda_d 41.9%; from six on, a rate between them leaves the level above out."""
    limits = desirability_table(Boin12(**USUAL), [3, 6, 9]).limits
    assert [(one.n, one.up_to, one.down_from, one.toxic_from, one.inactive_up_to) for one in limits] == [
        (3, 1, 2, 3, None),
        (6, 1, 3, 5, None),
        (9, 2, 4, 6, 0),
    ]


def test_where_everything_is_closed_nothing_has_a_rank() -> None:
    table = desirability_table(Boin12(**USUAL, toxicity_confidence=0.1, activity_confidence=0.1), [1])
    assert not any(one.is_open or one.rank for one in table.scored if one.n == 0)


@pytest.mark.parametrize("sizes", [[], [0], [61], [3, -1]])
def test_numbers_that_cannot_be_had_are_refused(sizes: list[int]) -> None:
    with pytest.raises(ParameterError, match="from 1 to 60"):
        desirability_table(Boin12(**USUAL), sizes)
