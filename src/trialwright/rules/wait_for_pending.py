"""Wait while participants are still in their DLT window.

Rule in words. Nobody is assigned while someone, at any level, is in the DLT window without a DLT so far: ``scope =
"all"``: never; ``"before_next_cohort"``: the cohort being filled goes on, the next one does not open;
``"before_escalation"``: only a level above the current one has to wait. A stop is never held up.
Nobody waits for a backfill participant.

Formula. wait when the number pending is above 0 and the scope applies.

Reference. Common practice; ICH E6 leaves the interval to the protocol.

Choose "all" for a first-in-human product, "before_escalation" for a product with a known safety profile. Not with
designs that weigh pending participants by their follow-up, which exist to avoid the wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, final

import numpy as np

from trialwright.vocabulary.errors import Complaints, ParameterError
from trialwright.vocabulary.seen import Bools, Proposal, Seen, any_number_of_levels
from trialwright.vocabulary.words import Text

ANYBODY = Text(
    en="{pending} of {treated} participants are not settled (in their DLT window, or an event in it waits for a "
    "judgement); nobody is assigned before they are.",
    fr="{pending} participants sur {treated} ne sont pas encore évalués (fenêtre de DLT en cours, ou événement qui "
    "attend un jugement) ; aucune inclusion avant qu'ils le soient.",
)
COHORT = Text(
    en="{pending} of {treated} participants are not settled (in their DLT window, or an event in it waits for a "
    "judgement); the next cohort opens when they are.",
    fr="{pending} participants sur {treated} ne sont pas encore évalués (fenêtre de DLT en cours, ou événement qui "
    "attend un jugement) ; la cohorte suivante attend.",
)
ESCALATION = Text(
    en="{pending} of {treated} participants are not settled (in their DLT window, or an event in it waits for a "
    "judgement); level {level} opens when they are.",
    fr="{pending} participants sur {treated} ne sont pas encore évalués (fenêtre de DLT en cours, ou événement qui "
    "attend un jugement) ; le palier {level} attend.",
)
SAID = {"all": ANYBODY, "before_next_cohort": COHORT, "before_escalation": ESCALATION}


@final
@dataclass(frozen=True, slots=True)
class WaitForPending:
    """Parameters: which assignments have to wait."""

    scope: Literal["all", "before_next_cohort", "before_escalation"] = "all"  # which assignments wait

    def __post_init__(self) -> None:
        complaints = Complaints()
        known = self.scope in tuple(SAID)
        complaints.unless(known, "scope", self.scope, f"must be one of {', '.join(SAID)}")
        complaints.raise_as(ParameterError, "wait_for_pending cannot be built")

    needs_one_order: ClassVar[bool] = False  # it keeps the level, waits or stops
    fits = any_number_of_levels

    def __call__(self, proposal: Proposal, seen: Seen) -> Proposal:
        """The proposal, on hold where someone is pending."""
        pending = seen.awaited
        held = (pending > 0) & ~proposal.stop & ~proposal.wait & self._applies(proposal, seen)
        treated = seen.n_treated.sum(axis=1) - (seen.n_pending.sum(axis=1) - pending)
        values = {"pending": pending, "treated": treated, "level": proposal.dose_level}
        return proposal.changed(held, code="wait_for_pending", text=SAID[self.scope], values=values, wait=True)

    def _applies(self, proposal: Proposal, seen: Seen) -> Bools:
        if self.scope == "before_escalation":
            return seen.goes_up(proposal.dose_level)
        if self.scope == "before_next_cohort":
            return np.asarray((seen.in_cohort == 0) & (seen.replaced_in_cohort == 0), np.bool_)
        return np.ones(seen.batch, np.bool_)


EXAMPLE: Mapping[str, Any] = {"scope": "all"}
RULE = WaitForPending
IN_FRENCH = "Attendre tant que des participants sont dans leur fenêtre de DLT."
