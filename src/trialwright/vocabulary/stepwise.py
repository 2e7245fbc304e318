"""One step up, stay, one step down: what interval designs have in common once the counts have spoken.

The design says which way the counts at the current level point and which levels are *closed* (their DLT rate is too
probably above the target); this page turns both into a proposal with its reasons. A design sees counts and no history,
so a level is closed by what is counted there now, and every level above it with it: nobody is treated at a closed
level, its counts do not change any more, and it stays closed. Only a count that is corrected can open it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from trialwright.vocabulary.seen import NO_LEVEL, Bools, Floats, Ints, Note, Posterior, Proposal, Seen
from trialwright.vocabulary.words import Text

UP, STAY, DOWN = 1, 0, -1
ROUNDING = 1e-12  # a probability is above a threshold when it exceeds it by more than the rounding of the sum

NOBODY = Text(
    en="Nobody's DLT window is settled at level {current} yet, so nothing speaks for another level.",
    fr="Aucune fenêtre de DLT n'est encore close au palier {current} : rien ne justifie d'en changer.",
)
HIGHEST = Text(
    en="Level {current} is the highest, so it is kept.",
    fr="Le palier {current} est le plus élevé : il est conservé.",
)
LOWEST = Text(
    en="Level {current} is the lowest and is not closed, so it is kept.",
    fr="Le palier {current} est le plus bas et n'est pas fermé : il est conservé.",
)
CLOSED = Text(
    en="Level {closed} and every level above are closed: {n_dlt} DLT in {n}, and the probability that the DLT rate is "
    "above {rate:percent1} is {probability:percent1} (threshold {confidence:percent1}).",
    fr="Le palier {closed} et tous les paliers supérieurs sont fermés : {n_dlt} DLT sur {n}, et la probabilité que le "
    "taux de DLT dépasse {rate:percent1} est de {probability:percent1} (seuil {confidence:percent1}).",
)
NONE_OPEN = Text(
    en="The lowest level is closed, so the trial stops.",
    fr="Le palier le plus bas est fermé : l'essai s'arrête.",
)
RATE_LOW = Text(
    en="{n_dlt} DLT in {n} at level {current}: the rate is at or below the boundary {lower:percent1}, which asks for a "
    "higher level.",
    fr="{n_dlt} DLT sur {n} au palier {current} : le taux ne dépasse pas la borne {lower:percent1}, ce qui demande un "
    "palier supérieur.",
)
RATE_BETWEEN = Text(
    en="{n_dlt} DLT in {n} at level {current}: the rate lies between the boundaries {lower:percent1} and "
    "{upper:percent1}, which asks to stay.",
    fr="{n_dlt} DLT sur {n} au palier {current} : le taux est compris entre les bornes {lower:percent1} et "
    "{upper:percent1}, ce qui demande de rester.",
)
RATE_HIGH = Text(
    en="{n_dlt} DLT in {n} at level {current}: the rate is at or above the boundary {upper:percent1}, which asks for a "
    "lower level.",
    fr="{n_dlt} DLT sur {n} au palier {current} : le taux atteint la borne {upper:percent1}, ce qui demande un palier "
    "inférieur.",
)
BY_RATE = (RATE_LOW, RATE_BETWEEN, RATE_HIGH)  # the sentences of a design that compares the observed rate
KEPT = Text(
    en="The counts at level {current} do not ask for a lower level, and in this design they decide: it is kept.",
    fr="Les effectifs du palier {current} ne demandent pas de descendre, et ce plan s'y tient : il est conservé.",
)


@final
@dataclass(frozen=True, slots=True)
class Closure:
    """Which levels their own counts close, and by how much."""

    closed: Bools  # [B, D] by the counts at the level itself
    probability: Floats  # [B, D] that the DLT rate is above ``rate``
    confidence: Floats  # [D], or [B, D]: threshold of the probability
    rate: float

    @property
    def lowest(self) -> Ints:
        """The lowest closed level, ``[B]``; one above the highest level when all are open."""
        none = self.closed.shape[1] + 1
        return np.asarray(np.where(self.closed.any(axis=1), self.closed.argmax(axis=1) + 1, none), np.int64)

    @property
    def open(self) -> Bools:
        """Levels below every closed one, ``[B, D]``."""
        return ~np.logical_or.accumulate(self.closed, axis=1)


def closure(seen: Seen, probability: Floats, *, rate: float, confidence: float, least: int) -> Closure:
    """Levels with at least ``least`` settled participants where ``probability`` is above ``confidence``."""
    closed = (seen.n >= least) & (probability > confidence + ROUNDING)
    return Closure(closed, probability, np.full(seen.levels, confidence), rate)


def stricter_at_lowest(usual: Closure, seen: Seen, *, confidence: float, least: int) -> Closure:
    """The same closure with another threshold for the lowest level."""
    closed, thresholds = usual.closed.copy(), usual.confidence.copy()
    closed[:, 0] |= (seen.n[:, 0] >= least) & (usual.probability[:, 0] > confidence + ROUNDING)
    thresholds[0] = min(confidence, thresholds[0])
    return replace(usual, closed=closed, confidence=thresholds)


def at_current(counts: Ints, seen: Seen) -> Ints:
    """The count at the current level of every trial, ``[B]``."""
    return np.asarray(np.take_along_axis(counts, seen.current[:, None] - 1, axis=1)[:, 0], np.int64)


def step(
    seen: Seen,
    direction: Ints,
    *,
    closed: Closure,
    reasons: Sequence[Note],
    design: str,
    leave_closed: bool = True,
    posterior: Posterior | None = None,
) -> Proposal:
    """One level in ``direction`` (1, 0, -1; ``[B]``), within the levels there are and below every closed one.

    Nobody settled at the current level means no step. With ``leave_closed`` off, a level that its own counts close is
    kept while they do not point down, unless it is the lowest; there the trial stops either way.
    """
    nobody = at_current(seen.n, seen) == 0
    wanted = seen.current + np.where(nobody, STAY, direction)
    inside = np.clip(wanted, 1, seen.levels)
    level = np.minimum(inside, closed.lowest - 1)
    kept = (not leave_closed) & (wanted >= seen.current) & (seen.current == closed.lowest) & (seen.current > 1)
    level = np.asarray(np.where(kept, seen.current, level), np.int64)
    here, held = {"current": seen.current}, np.maximum(seen.current, inside) >= closed.lowest
    notes = (
        *(replace(reason, where=reason.where & ~nobody) for reason in reasons),
        Note(f"{design}.nobody_settled", NOBODY, nobody, here),
        Note(f"{design}.highest", HIGHEST, (wanted > seen.levels) & ~held, here),
        Note(f"{design}.lowest", LOWEST, (wanted < 1) & ~held, here),
        Note(f"{design}.closed", CLOSED, held, _why_closed(seen, closed)),
        Note(f"{design}.kept", KEPT, kept, here),
        Note(f"{design}.none_open", NONE_OPEN, level == NO_LEVEL, {}),
    )
    evidence = {"overdose_probability": closed.probability}
    said = [note for note in notes if note.where.any()]
    return Proposal.of_level(level, notes=said, posterior=posterior, evidence=evidence)


def _why_closed(seen: Seen, closed: Closure) -> dict[str, Ints | Floats | float]:
    """What is counted and believed at the lowest closed level; of no meaning where all are open."""
    place, line = np.minimum(closed.lowest, seen.levels) - 1, np.arange(seen.batch)
    return {
        "closed": closed.lowest,
        "n": seen.n[line, place],
        "n_dlt": seen.n_dlt[line, place],
        "rate": closed.rate,
        "probability": closed.probability[line, place],
        "confidence": np.broadcast_to(closed.confidence, closed.closed.shape)[line, place],
    }


def three_reasons(seen: Seen, direction: Ints, *, design: str, texts: Sequence[Text], **values: float) -> list[Note]:
    """The design's sentences for up, stay and down, each where it applies, with the counts at the current level."""
    said = {"n": at_current(seen.n, seen), "n_dlt": at_current(seen.n_dlt, seen), "current": seen.current, **values}
    ways = zip((UP, STAY, DOWN), ("escalate", "stay", "de_escalate"), texts, strict=True)
    return [Note(f"{design}.{name}", text, direction == way, said) for way, name, text in ways]
