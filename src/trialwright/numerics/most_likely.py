"""One-parameter dose-toxicity models: the maximum-likelihood estimate of beta (the models: ``one_parameter``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import final

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Bools, Floats, Ints
from trialwright.numerics.one_parameter import (
    LARGEST_LOG,
    NormalPrior,
    OneParameterModel,
    Unfinished,
    log_posterior,
    tallied,
)
from trialwright.numerics.quadrature import Axis

SCAN = Axis(-20.0, 0.05, 801)  # where the maximum of a weighted likelihood is looked for first


@final
@dataclass(frozen=True, slots=True)
class LikelihoodFit:
    """Where the likelihood of beta is highest, for a batch of trials.

    Without a DLT, or with little but DLTs, it rises all the way to one end and has no maximum: ``exists`` is False and
    ``beta`` is the end it rises to, +inf (every rate 0) or -inf (every rate as high as the model allows). With nobody
    settled it is flat and ``beta`` is nan.
    """

    beta: Floats  # [B]
    exists: Bools  # [B]
    rate: Floats  # [B, D] the curve at beta, its limit where there is no maximum; nan where nobody is settled


def fit(model: OneParameterModel, *, n: Ints, n_dlt: Ints) -> LikelihoodFit:
    """Maximum likelihood of beta (O'Quigley & Shen 1996), by bisection of the score; n and n_dlt are ``[B, D]``.

    With ``model.seen_at`` they are counted by those doses, ``[B, S]``.

    In exp(beta) the log likelihood is concave, so the score changes sign at most once. It does if there is a DLT, and
    the score is positive at the steep end: always when someone had none (power), or when the sum over levels of
    -x_d (n_d expit(a0) - y_d) is positive (logistic: no curve rises above expit(a0)).
    """
    settled, toxic = np.asarray(n, np.float64), np.asarray(n_dlt, np.float64)
    any_settled, any_dlt = settled.sum(axis=1) > 0, toxic.sum(axis=1) > 0
    if model.kind == "power":
        falls_at_low_end = (settled - toxic).sum(axis=1) > 0
    else:
        falls_at_low_end = (settled * sp.expit(model.intercept) - toxic) @ model.seen_slopes > 0
    exists = any_dlt & falls_at_low_end
    beta = np.where(any_dlt, -np.inf, np.inf)
    beta[~any_settled] = np.nan
    score = partial(_score, model, n=settled[exists], n_dlt=toxic[exists])
    ends = np.full(int(exists.sum()), LARGEST_LOG)
    beta[exists] = _sign_change(score, low=-ends, high=ends)
    return _fitted(model, beta, exists=exists)


def weighted_fit(model: OneParameterModel, *, n: Ints, n_dlt: Ints, unfinished: Unfinished) -> LikelihoodFit:
    """Maximum likelihood of beta when some participants are in their window; n and n_dlt, ``[B, D]``, are the settled.

    With ``model.seen_at`` everybody counts at those doses, ``[B, S]``.

    The weighted logistic likelihood need not be concave, so its highest point on a fine axis comes first and the score
    is bisected around it. Highest at the low end of the axis means that it rises all the way there.
    """
    plain, extra = fit(model, n=n, n_dlt=n_dlt), unfinished.anybody
    beta, exists = np.where(extra, np.inf, plain.beta), plain.exists & ~extra
    rows = np.flatnonzero(extra & (np.asarray(n_dlt).sum(axis=1) > 0))
    beta[rows] = _highest(
        model,
        n=np.asarray(n, np.float64)[rows],
        n_dlt=np.asarray(n_dlt, np.float64)[rows],
        unfinished=unfinished.of(rows),
    )
    exists[rows] = np.isfinite(beta[rows])
    return _fitted(model, beta, exists=exists)


def _highest(model: OneParameterModel, *, n: Floats, n_dlt: Floats, unfinished: Unfinished) -> Floats:
    """Where the weighted likelihood is highest, ``[B]``; -inf where it rises all the way to the low end."""
    every, nodes = np.arange(len(n)), SCAN.nodes
    flat, counts = NormalPrior(np.inf), tallied(n, n_dlt)
    density = log_posterior(nodes, model=model, prior=flat, counts=counts, unfinished=unfinished)
    logs = density(every)
    best = np.clip(logs.argmax(axis=1), 0, SCAN.count - 2)
    score = partial(_score, model, n=n, n_dlt=n_dlt, unfinished=unfinished)
    return np.where(best == 0, -np.inf, _sign_change(score, low=nodes[best - 1], high=nodes[best + 1]))


def _fitted(model: OneParameterModel, beta: Floats, *, exists: Bools) -> LikelihoodFit:
    rate = np.where(np.isfinite(beta)[:, None], model.rates(np.where(exists, beta, 0.0)), _limits(model, beta))
    return LikelihoodFit(beta, exists, rate)


def _limits(model: OneParameterModel, beta: Floats) -> Floats:
    highest = 1.0 if model.kind == "power" else float(sp.expit(model.intercept))
    at_end = np.where(np.isnan(beta), np.nan, np.where(beta > 0, 0.0, highest))
    return np.repeat(at_end[:, None], len(model.skeleton), axis=1)


def _sign_change(score: Callable[[Floats], Floats], *, low: Floats, high: Floats) -> Floats:
    for _ in range(80):
        middle = (low + high) / 2
        rising = score(middle) > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    return np.asarray((low + high) / 2, np.float64)


def _score(
    model: OneParameterModel, beta: Floats, *, n: Floats, n_dlt: Floats, unfinished: Unfinished | None = None
) -> Floats:
    """Derivative of the log likelihood with respect to exp(beta); only its sign is needed."""
    settled = _settled_score(model, beta, n=n, n_dlt=n_dlt)
    return settled if unfinished is None else settled + unfinished.score(model, beta)


def _settled_score(model: OneParameterModel, beta: Floats, *, n: Floats, n_dlt: Floats) -> Floats:
    """The same of settled participants: decreasing in beta."""
    u = np.exp(np.minimum(beta[:, None] + np.log(model.seen_slopes), LARGEST_LOG))
    if model.kind == "logistic":
        return np.asarray((n * sp.expit(model.intercept - u) - n_dlt) @ model.seen_slopes, np.float64)
    odds = 1 / np.maximum(np.expm1(np.minimum(u, LARGEST_LOG)), np.finfo(float).tiny)  # p / (1 - p)
    return np.asarray(((n - n_dlt) * odds - n_dlt) @ model.seen_slopes, np.float64)
