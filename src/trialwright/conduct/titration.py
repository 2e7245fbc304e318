"""Whether a trial is still titrating: one question, for every engine that fills cohorts between two decisions."""

from __future__ import annotations

import numpy as np

from trialwright.protocol.study import Study
from trialwright.rules.accelerated_titration import AcceleratedTitration
from trialwright.vocabulary.seen import Bools, Seen


def titrates(study: Study) -> bool:
    """Whether the protocol begins with one participant a level."""
    return any(isinstance(rule, AcceleratedTitration) for rule in study.rules)


def titrating(study: Study, seen: Seen) -> Bools:
    """Trials in which one participant at a time is treated before the next decision, ``[B]``.

    Where the protocol titrates, every level so far was given to one participant at most, and nobody had a DLT.
    """
    if not titrates(study):
        return np.zeros(seen.batch, np.bool_)
    alone = (seen.n_dlt.sum(axis=1) == 0) & (seen.n_treated <= 1).all(axis=1)
    return np.asarray(alone, np.bool_)
