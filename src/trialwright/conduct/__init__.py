"""Conduct: what is known of a running trial, and what its protocol advises next.

Lives here: the fold from records to state, the view as of a day, which events are dose-limiting, the one door to a
dose decision. May import: protocol and everything below. To add an event: its class in ``vocabulary.events``, a case
in ``fold.Folding``, a place in ``state``.
"""

from trialwright.conduct.advise import advise, decide, explained, snapshot
from trialwright.conduct.fold import as_of, fold
from trialwright.conduct.outcomes import seen_after
from trialwright.conduct.state import TrialState
from trialwright.conduct.toxicity import everyone, is_dlt

__all__ = [
    "TrialState",
    "advise",
    "as_of",
    "decide",
    "everyone",
    "explained",
    "fold",
    "is_dlt",
    "seen_after",
    "snapshot",
]
