"""The posterior of beta replaced by a normal distribution with its mean and variance.

A CRM tool that keeps nothing of the posterior but these two numbers can only do this; ours keeps the posterior. The
approximation is here so that the numbers of such a tool can be repeated.
"""

from __future__ import annotations

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Floats
from trialwright.numerics.one_parameter import OneParameterPosterior


def exceedance_if_normal(believed: OneParameterPosterior, rate: float) -> Floats:
    """Probability that the true DLT rate is above ``rate`` if beta were normal, ``[B, D]``.

    P(p_d > rate) = Phi((beta_d(rate) - mean) / sd), with beta_d(rate) the beta at which level d has that rate; mean and
    sd are those of the posterior of beta. Every p_d falls when beta rises.
    """
    away = believed.model.beta_at(rate) - believed.beta_mean[:, None]
    return np.asarray(sp.ndtr(away / np.sqrt(believed.beta_variance)[:, None]), np.float64)
