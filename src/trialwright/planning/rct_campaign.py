"""Many simulated randomised trials cut into the same lots, whoever runs them.

A lot is run from what it carries alone; its result is plain numbers per trial, in the order of the trials. One process,
several, or the workers of a cluster give the same bytes, and lots finished before a stop need not be run again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from trialwright.numerics.scalars import is_count
from trialwright.planning.rct_simulation import RctPlan, RctResults, lot_ranges, simulate_lot
from trialwright.vocabulary.disease_course import Appearance, central
from trialwright.vocabulary.errors import Complaints, ParameterError, Refused
from trialwright.vocabulary.words import Text

FORM = "rct.1"  # of what is kept
LARGEST_SEED = 1 << 128  # the seed is the key of the generator
NOTHING_RUN = Text(
    en="It was stopped before any trial was simulated; run it again.",
    fr="Interrompu avant qu'un seul essai ait été simulé ; relancez.",
)
Plain = dict[str, Any]
Progress = Callable[[int, int], None]


@final
@dataclass(frozen=True, slots=True)
class RctLot:
    """Some trials, with everything needed to run them anywhere."""

    campaign: str  # what tells its campaign from others that the same workers run
    plan: RctPlan
    appearance: Appearance
    seed: int
    begin: int
    end: int

    @property
    def key(self) -> str:
        """What tells this lot from the others."""
        return f"{self.campaign}-{self.begin:09d}-{self.end:09d}"

    @property
    def trials(self) -> int:
        """How many trials."""
        return self.end - self.begin


def run_rct_lot(lot: RctLot) -> Plain:
    """Run the trials of a lot; what a worker is asked to do."""
    trials = range(lot.begin, lot.end)
    return simulate_lot(lot.plan, lot.appearance, seed=lot.seed, trials=trials).plain()


RctPool = Callable[[Sequence[RctLot]], Iterable[tuple[RctLot, Plain]]]


def here(lots: Sequence[RctLot]) -> Iterator[tuple[RctLot, Plain]]:
    """Run lots in this process, one after the other."""
    for lot in lots:
        yield lot, run_rct_lot(lot)


@final
@dataclass(frozen=True, slots=True)
class RctCampaign:
    """So many simulated trials of a plan."""

    plan: RctPlan
    appearance: Appearance
    trials: int
    seed: int

    def __post_init__(self) -> None:
        complaints = Complaints()
        complaints.unless(is_count(self.trials), "trials", self.trials, "must be a whole number of 1 or more")
        fine = is_count(self.seed, least=0) and self.seed < LARGEST_SEED
        complaints.unless(fine, "seed", self.seed, "must be a whole number of 0 or more, below 2^128")
        complaints.raise_as(ParameterError, "these trials cannot be simulated")
        self.plan.check(self.appearance)

    @property
    def lots(self) -> tuple[RctLot, ...]:
        """Everything to be run, in parts."""
        name = self.digest[:16]
        return tuple(
            RctLot(name, self.plan, self.appearance, seed=self.seed, begin=part.start, end=part.stop)
            for part in lot_ranges(self.trials)
        )

    @property
    def digest(self) -> str:
        """What tells this campaign from every other one: SHA-256 of all that its numbers depend on."""
        values = central(self.appearance.parameters)
        sure = self.appearance.uncertainty.tolist() if self.plan.drawn != "nothing" else None
        parts = [FORM, repr(self.plan), json.dumps([values, sure]), str(self.trials), str(self.seed)]
        rescue = [one.after_rescue for one in (self.plan.primary, *self.plan.secondary)]
        parts += [json.dumps(rescue)] if any(rescue) else []
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def run(
        self,
        pool: RctPool = here,
        *,
        kept: MutableMapping[str, Plain] | None = None,
        progress: Progress = lambda done, of: None,
    ) -> RctResults:
        """Run every lot that is not kept already. A KeyboardInterrupt ends it and keeps what is done."""
        done: MutableMapping[str, Plain] = {} if kept is None else kept
        lots = self.lots
        missing = [lot for lot in lots if lot.key not in done]
        count = self.trials - sum(lot.trials for lot in missing)
        try:
            for lot, found in pool(missing):
                done[lot.key] = found
                count += lot.trials
                progress(count, self.trials)
        except KeyboardInterrupt:
            pass
        finished = [done[lot.key] for lot in lots if lot.key in done]
        if not finished:
            raise Refused(NOTHING_RUN)
        return RctResults.of(self.plan, finished, seed=self.seed)


def content(campaign: RctCampaign, results: RctResults) -> bytes:
    """Everything as JSON; the same bytes whoever ran the lots, and in whatever order."""
    names = ("z", "others", "means", "infusions", "reactions", "left")
    found = {name: getattr(results, name).tolist() for name in names}
    document = {"form": FORM, "campaign": campaign.digest, "trials": results.trials, "found": found}
    return (json.dumps(document, sort_keys=True) + "\n").encode()
