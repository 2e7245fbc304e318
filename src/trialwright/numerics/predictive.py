"""How probably a group reaches the responses it needs, from those seen so far and a beta prior.

With x of n seen and m = N - n to come, the number still to respond is beta-binomial (Lee & Liu 2008, Clinical Trials
5:93):

    P(Y = y) = C(m, y) B(a + x + y, b + n - x + m - y) / B(a + x, b + n - x),   y = 0 … m

and the predictive probability of success sums it over x + y >= needed. Success may be a count, or a posterior
P(p > p0 | all N) > confidence, which is a count too: the posterior rises with the responses.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.special as sp

from trialwright.numerics.arrays import Floats


def predictive_success(
    responses: npt.ArrayLike, n: npt.ArrayLike, *, n_total: int, needed: int, prior: tuple[float, float]
) -> Floats:
    """How probably at least ``needed`` of ``n_total`` respond, given the responses of those seen so far.

    ``responses``, ``n``: of one shape, n at most ``n_total``; ``prior``: (a, b) of the beta, both above 0. Answers an
    array of that shape; n = 0 gives the probability of success before the trial (assurance). Exact but for rounding.

    >>> predictive_success([5], [10], n_total=20, needed=10, prior=(1, 1)).round(4).tolist()
    [0.59]
    """
    x, seen = np.broadcast_arrays(np.asarray(responses, np.int64), np.asarray(n, np.int64))
    if not ((x >= 0) & (x <= seen) & (seen <= n_total)).all() or min(prior) <= 0:
        raise ValueError("responses must not exceed those seen, nor those the total; a and b must be above 0")
    a, b, ahead = prior[0] + x[..., None], prior[1] + (seen - x)[..., None], (n_total - seen)[..., None]
    y = np.arange(n_total + 1)
    left = np.maximum(ahead - y, 0)
    choose = sp.gammaln(ahead + 1) - sp.gammaln(y + 1) - sp.gammaln(left + 1)
    mass = np.exp(choose + sp.betaln(a + y, b + left) - sp.betaln(a, b))
    counts = (y <= ahead) & (x[..., None] + y >= needed)
    return np.asarray(np.where(counts, mass, 0.0).sum(axis=-1), np.float64)


def responses_needed(n_total: int, *, rate: float, confidence: float, prior: tuple[float, float]) -> int:
    """The least responses of ``n_total`` after which P(p > rate) exceeds the confidence; n_total + 1 where none do.

    >>> responses_needed(20, rate=0.3, confidence=0.95, prior=(1, 1))
    10
    """
    y = np.arange(n_total + 1)
    sure = sp.betaincc(prior[0] + y, prior[1] + n_total - y, rate) > confidence
    return int(np.argmax(sure)) if sure.any() else n_total + 1
