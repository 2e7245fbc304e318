"""A CRM with the rules no_skipping and coherence behaves as dfcrm's crmsim with its restriction.

Source: dfcrm 0.2.2.1, crmsim(PI, prior, target = 0.25, n, x0 = 1, nsim = 2000, mcohort = 3, restrict = TRUE), seed 77
(references of the package, case dfcrm_crmsim-001). Tolerance: four standard errors of the two simulations together.
"""

from __future__ import annotations

import numpy as np
import pytest

from trialwright import designs, rules
from trialwright.vocabulary.seen import Ints, People, Seen

TRUTH = np.array([0.05, 0.1, 0.25, 0.4, 0.55])
SKELETON = [0.05, 0.12, 0.25, 0.4, 0.55]
SELECTION = np.array([0.001, 0.135, 0.654, 0.2005, 0.0095])
PATIENTS, TOXICITIES = np.array([3.822, 7.572, 13.0755, 4.968, 0.5625]), np.array([0.1835, 0.7485, 3.2685, 1.9945, 0.303])
THEIRS, OURS, N, COHORT = 2000, 4000, 30, 3


def run(*, coherent: bool) -> tuple[Ints, Seen]:
    """The level recommended at the end of every trial, and what was seen then."""
    crm = designs.build("crm", {"target_toxicity_rate": 0.25, "skeleton": SKELETON, "prior_sd": 1.34**0.5})
    restriction = [rules.build("no_skipping", {})]
    restriction += [rules.build("coherence", {"last": COHORT, "rate": 0.25})] if coherent else []
    tolerance = np.random.default_rng(77).random((OURS, N))
    assigned, dlt = np.zeros((OURS, N), np.int64), np.zeros((OURS, N), np.bool_)
    level = np.ones(OURS, np.int64)
    for first in range(0, N, COHORT):
        here = slice(first, first + COHORT)
        assigned[:, here] = level[:, None]
        dlt[:, here] = tolerance[:, here] < TRUTH[level - 1][:, None]
        people = People.settled(assigned, dlt)
        seen = Seen.of_people(people, levels=5, start_level=1, cohort_size=COHORT)
        proposal = crm.propose(seen)
        for rule in restriction:
            proposal = rule(proposal, seen)
        level = proposal.dose_level
    return level, seen


def selected(level: Ints) -> np.ndarray:
    return np.bincount(level, minlength=6)[1:] / len(level)


def within(share: np.ndarray) -> bool:
    error = np.sqrt(SELECTION * (1 - SELECTION) * (1 / THEIRS + 1 / OURS))
    return bool((np.abs(share - SELECTION) <= 4 * error).all())


def test_the_same_levels_are_recommended_and_the_same_people_treated() -> None:
    level, seen = run(coherent=True)
    assert within(selected(level)), selected(level)
    assert seen.n.mean(axis=0) == pytest.approx(PATIENTS, abs=0.35)
    assert seen.n_dlt.mean(axis=0) == pytest.approx(TOXICITIES, abs=0.15)


def test_a_one_stage_bayesian_crm_is_coherent_by_itself() -> None:
    """Cheung 2005: so the rule changes nothing here, and what agrees above is the trial with no_skipping.

    What the rule does where a design is not coherent is shown state by state in contracts/test_rules_over_counts.py.
    """
    (level, with_it), (level_alone, without) = run(coherent=True), run(coherent=False)
    assert np.array_equal(level, level_alone)
    assert np.array_equal(with_it.n, without.n)
