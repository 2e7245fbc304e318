"""The two DLT rates between which the BOIN family stays at a level."""

from __future__ import annotations

from math import log

import numpy as np

from trialwright.numerics.arrays import Ints

WHOLE = 1e-12  # a product nearer to a whole number than this is that number
TOO_LOW, TOO_HIGH = 0.6, 1.4  # times the target: the rates p_saf and p_tox that are usual


def escalation_boundary(target: float, p_saf: float | None = None) -> float:
    """Go up at or below this observed DLT rate: lambda_e, between ``p_saf`` and the target.

    lambda_e = log((1 - p_saf) / (1 - t)) / log(t (1 - p_saf) / (p_saf (1 - t))), the observed rate that makes a true
    rate of p_saf as likely as one of t   (Liu & Yuan 2015, Applied Statistics 64:507, lambda_1 where neither is
    preferred beforehand). p_saf = 0.6 t when it is None. Rates between 0 and 1, p_saf below the target.

    >>> round(escalation_boundary(0.3), 3), round(escalation_boundary(0.25, 0.15), 3)
    (0.236, 0.197)
    """
    low = TOO_LOW * target if p_saf is None else p_saf
    return log((1 - low) / (1 - target)) / log(target * (1 - low) / (low * (1 - target)))


def deescalation_boundary(target: float, p_tox: float | None = None) -> float:
    """Go down at or above this observed DLT rate: lambda_d, between the target and ``p_tox``.

    lambda_d = log((1 - t) / (1 - p_tox)) / log(p_tox (1 - t) / (t (1 - p_tox))), the observed rate that makes a true
    rate of t as likely as one of p_tox   (Liu & Yuan 2015, lambda_2 where neither is preferred beforehand). p_tox =
    1.4 t when it is None. Rates between 0 and 1, p_tox above the target.

    >>> round(deescalation_boundary(0.3), 3), round(deescalation_boundary(0.25, 0.35), 3)
    (0.359, 0.298)
    """
    high = TOO_HIGH * target if p_tox is None else p_tox
    return log((1 - target) / (1 - high)) / log(high * (1 - target) / (target * (1 - high)))


def escalate_if_at_most(n: Ints, lambda_e: float) -> Ints:
    """The highest count of DLTs in ``n`` participants that asks for a higher level."""
    return np.asarray(np.floor(lambda_e * n + WHOLE), np.int64)


def deescalate_if_at_least(n: Ints, lambda_d: float) -> Ints:
    """The lowest count of DLTs in ``n`` participants that asks for a lower level."""
    # differs from Liu & Yuan 2015: on a whole lambda_d n one more is needed, as in references/boin_boundary
    return np.asarray(np.floor(lambda_d * n + WHOLE) + 1, np.int64)


def towards_boundaries(*, n: Ints, n_dlt: Ints, lambda_e: float, lambda_d: float) -> Ints:
    """Where the observed rate points: 1 up, 0 stay, -1 down; all ``[B]``.

    >>> towards_boundaries(n=np.array([3, 3, 3]), n_dlt=np.array([0, 1, 2]), lambda_e=0.236, lambda_d=0.359).tolist()
    [1, 0, -1]
    """
    up, down = n_dlt <= escalate_if_at_most(n, lambda_e), n_dlt >= deescalate_if_at_least(n, lambda_d)
    return np.asarray(np.where(down, -1, np.where(up, 1, 0)), np.int64)
