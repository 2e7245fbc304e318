"""The posterior of a DLT rate when every dose level stands alone: Beta prior, binomial counts.

With y DLTs in n participants and a Beta(a, b) prior, p | y ~ Beta(a + y, b + n - y)   (Gelman et al. 2013, Bayesian
Data Analysis, 3rd edition, section 2.4). Counts repeat over a batch, so each pair of parameters is worked out once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, final

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Floats, Ints


@final
@dataclass(frozen=True, slots=True)
class BetaPosterior:
    """Beta(a, b) for every trial and level of a batch; ``a`` and ``b`` already hold the data."""

    a: Floats  # [B, D]
    b: Floats  # [B, D]

    @classmethod
    def after(cls, *, n: Ints, n_dlt: Ints, prior_a: float = 1.0, prior_b: float = 1.0) -> Self:
        """What is believed after ``n_dlt`` DLTs in ``n`` participants; the prior is flat unless said otherwise."""
        return cls(np.asarray(prior_a + n_dlt, np.float64), np.asarray(prior_b + n - n_dlt, np.float64))

    def mean(self) -> Floats:
        """Posterior mean of the DLT rate, ``[B, D]``."""
        return np.asarray(self.a / (self.a + self.b), np.float64)

    def quantile(self, probability: float) -> Floats:
        """The rate below which the truth lies with this probability, ``[B, D]``."""
        if not 0 < probability < 1:
            raise ValueError(f"a quantile needs a probability between 0 and 1, not {probability}")
        return self._once_per_pair(lambda a, b: sp.betaincinv(a, b, probability))

    def exceedance(self, rate: float) -> Floats:
        """Probability that the true DLT rate is above ``rate``, ``[B, D]``."""
        inside = min(max(rate, 0.0), 1.0)
        return self._once_per_pair(lambda a, b: sp.betaincc(a, b, inside))

    def _once_per_pair(self, function: Callable[[Floats, Floats], Any]) -> Floats:
        together = np.ravel(np.asarray(self.a, np.float64) + 1j * np.asarray(self.b, np.float64))
        pairs, place = np.unique(together, return_inverse=True)
        return np.asarray(function(pairs.real, pairs.imag)[place].reshape(np.shape(self.a)), np.float64)
