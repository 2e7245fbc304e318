"""The two DLT rates between which the BOIN family stays at a level."""

from __future__ import annotations

from math import log

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
