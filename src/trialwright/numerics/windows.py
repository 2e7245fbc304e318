"""What part of a DLT window counts as passed for somebody who is still in it.

Days are whole: somebody ``u`` days after the infusion has finished the days 0 ... u - 1, and a DLT on day t has come by
the end of it. So a DLT on the very day somebody has reached is not yet behind them.

    linear     w(u) = u / T
    adaptive   w(u) = (k + (u - t_k) / (t_{k+1} - t_k)) / (K + 1)             (Cheung & Chappell 2000)

with t_1 <= ... <= t_K the times of the DLTs seen so far, t_0 = 0, t_{K+1} = T, and k how many of them lie before u.
"""

from __future__ import annotations

import numpy as np

from trialwright.numerics.arrays import Bools, Floats, Ints


def linear_share(follow_up: Ints, *, window: int) -> Floats:
    """Follow-up as a share of the window, 0 to 1, ``[B, P]``; 0 before the infusion and where no window is known."""
    if window <= 0:
        return np.zeros(follow_up.shape)
    return np.asarray(np.clip(follow_up, 0, window) / window, np.float64)


def adaptive_share(follow_up: Ints, *, dlt: Bools, dlt_after: Ints, window: int) -> Floats:
    """The share of the DLTs to be expected by now, from when they came so far; ``[B, P]``, linear without any.

    ``dlt`` marks whose DLT counts, ``dlt_after`` is its day; one that lies beyond the window counts as on its last.
    """
    if window <= 0:
        return np.zeros(follow_up.shape)
    reached = np.clip(follow_up, 0, window)
    before = np.zeros(follow_up.shape)
    last, following = np.zeros(follow_up.shape), np.full(follow_up.shape, float(window))
    for happened, day in zip(dlt.T[:, :, None], np.clip(dlt_after, 0, window).T[:, :, None], strict=True):
        behind = happened & (day < reached)
        before += behind
        last = np.where(behind, np.maximum(last, day), last)
        following = np.where(happened & ~behind, np.minimum(following, day), following)
    apart = following - last
    between = (reached - last) / np.where(apart > 0, apart, 1.0)  # on day 0 with a DLT on day 0: nothing has passed
    share = (before + between) / (dlt.sum(axis=1, keepdims=True) + 1)
    return np.asarray(np.where(reached >= window, 1.0, share), np.float64)
