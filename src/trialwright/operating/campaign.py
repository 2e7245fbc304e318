"""Campaigns: designs x scenarios x settings, every cell cut into the same lots of trials, whoever runs them.

A lot is run from what it carries alone: study, truth, setting, seed and the numbers of its trials. Its result is whole
numbers, and adding those up gives the same in any order: one process, many, or many machines give the same bytes, and
lots that were finished before a stop need not be run again. Where lots are run and kept is said by who calls.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, final

import numpy as np

from trialwright.numerics.scalars import is_count
from trialwright.operating.circumstances import Circumstances
from trialwright.operating.conditions import Conditions
from trialwright.operating.simulated import SLICE, Progress, Simulated, Simulation, slices
from trialwright.operating.tally import Tally
from trialwright.operating.truths import Truths
from trialwright.protocol.study import Study
from trialwright.vocabulary.errors import Complaints, ParameterError, Refused
from trialwright.vocabulary.seen import Floats
from trialwright.vocabulary.words import Text

NOTHING_RUN = Text(
    en="nothing has been run of {study} in the setting {setting}; run the campaign again, it goes on",
    fr="rien n'a été simulé de {study} dans le cadre {setting} ; relancez la campagne, elle continue",
)
FORM = "campaign.1"  # of what is kept; another number when lots of before can no longer be added
Plain = dict[str, Any]  # a finished lot, as JSON holds it


@final
@dataclass(frozen=True, slots=True)
class RunAs:
    """One setting: what the trials meet, and how they are run."""

    circumstances: Circumstances
    conditions: Conditions = field(default_factory=Conditions)


@final
@dataclass(frozen=True, slots=True)
class Lot:
    """Some trials of one cell, with everything needed to run them anywhere."""

    key: str
    study: Study
    cells: Floats
    run_as: RunAs
    seed: int
    begin: int
    end: int

    @property
    def trials(self) -> int:
        """How many trials."""
        return self.end - self.begin


def run_lot(lot: Lot) -> Plain:
    """Run the trials of a lot; what a worker is asked to do."""
    how = lot.run_as
    run = Simulation.of(lot.study, circumstances=how.circumstances, conditions=how.conditions)
    return run.part(lot.cells, seed=lot.seed, trials=range(lot.begin, lot.end)).plain()


Finished = tuple[Lot, Plain]
Pool = Callable[[Sequence[Lot]], Iterable[Finished]]  # runs all lots; gives each back as it is finished, in any order


def one_process(lots: Sequence[Lot]) -> Iterator[Finished]:
    """Run lots here, one after the other."""
    for lot in lots:
        yield lot, run_lot(lot)


@final
@dataclass(frozen=True, slots=True)
class Campaign:
    """Everything to be simulated; the same seed for all, so that every design meets the same people.

    ``truths``: a name and one truth each. Raises ParameterError with everything that cannot be run.
    """

    studies: Mapping[str, Study]
    truths: Mapping[str, Truths]
    settings: Mapping[str, RunAs]
    trials: int
    seed: int
    at_once: int = SLICE  # trials in a lot; what is found does not depend on it

    def __post_init__(self) -> None:
        complaints = Complaints()
        for place in ("studies", "truths", "settings"):
            complaints.unless(len(getattr(self, place)) > 0, place, "{}", "must hold one at least")
        complaints.unless(is_count(self.trials), "trials", self.trials, "must be a whole number of 1 or more")
        complaints.unless(is_count(self.at_once), "at_once", self.at_once, "must be a whole number of 1 or more")
        complaints.unless(is_count(self.seed, least=0), "seed", self.seed, "must be a whole number of 0 or more")
        for name, truth in self.truths.items():
            complaints.unless(len(truth) == 1, f"truths.{name}", f"{len(truth)} truths", "must be one truth")
        complaints.raise_as(ParameterError, "this campaign cannot be run")
        for study, how in product(self.studies.values(), self.settings.values()):
            run = Simulation.of(study, circumstances=how.circumstances, conditions=how.conditions)
            for truth in self.truths.values():
                run.check(truth, trials=self.trials, seed=self.seed)

    @property
    def cells(self) -> tuple[tuple[str, str, str], ...]:
        """The names of study, setting and truth of every cell."""
        return tuple(product(self.studies, self.settings, self.truths))

    @property
    def lots(self) -> tuple[Lot, ...]:
        """Everything to be run, in parts; the first lots of every cell come first."""
        numbers = range(len(self.cells))
        return tuple(self._lot(number, part) for part in slices(self.trials, self.at_once) for number in numbers)

    def _lot(self, number: int, part: range) -> Lot:
        study, setting, truth = self.cells[number]
        return Lot(
            key=f"{number:04d}-{part.start:09d}-{part.stop:09d}",
            study=self.studies[study],
            cells=self.truths[truth].cells[0],
            run_as=self.settings[setting],
            seed=self.seed,
            begin=part.start,
            end=part.stop,
        )

    @property
    def digest(self) -> str:
        """What tells this campaign from every other one: SHA-256 of all that its numbers depend on."""
        parts = [FORM, str(self.trials), str(self.seed), json.dumps(self.cells)]
        for study in self.studies.values():
            parts += [study.digest, repr(study.design), repr(study.rules), repr(study.dosing), repr(study.dlt)]
            parts += [str(study.identity.planned_n)]
        parts += [json.dumps(np.asarray(truth.cells).tolist()) for truth in self.truths.values()]
        parts += [repr(setting) for setting in self.settings.values()]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def run(
        self,
        pool: Pool = one_process,
        *,
        kept: MutableMapping[str, Plain] | None = None,
        progress: Progress | None = None,
    ) -> Results:
        """Run every lot that is not kept already. A KeyboardInterrupt ends it and keeps what is done.

        ``pool``: who runs the lots. ``kept``: finished lots by their key; new ones are added as they come.
        """
        done: MutableMapping[str, Plain] = {} if kept is None else kept
        missing = [lot for lot in self.lots if lot.key not in done]
        total = self.trials * len(self.cells)
        count = total - sum(lot.trials for lot in missing)
        try:
            for lot, found in pool(missing):
                done[lot.key] = found
                count += lot.trials
                if progress is not None:
                    progress(count, total)
        except KeyboardInterrupt:
            if not any(lot.key in done for lot in self.lots):
                raise
        return Results(self, {lot.key: Tally.revived(done[lot.key]) for lot in self.lots if lot.key in done})


@final
@dataclass(frozen=True, slots=True)
class Results:
    """What a campaign found, as far as it was run."""

    campaign: Campaign
    lots: Mapping[str, Tally]

    @property
    def complete(self) -> bool:
        """Whether every lot was run."""
        return len(self.lots) == len(self.campaign.lots)

    def tally(self, study: str, *, setting: str, truth: str) -> Tally | None:
        """One cell, as far as it was run; None where none of its lots was."""
        number = self.campaign.cells.index((study, setting, truth))
        mine = [tally for key, tally in sorted(self.lots.items()) if key.startswith(f"{number:04d}-")]
        return Tally.together(mine) if mine else None

    def truths_run(self, study: str, *, setting: str) -> tuple[str, ...]:
        """The names of the truths that have been run in a cell, in the order of the campaign."""
        truths = self.campaign.truths
        return tuple(truth for truth in truths if self.tally(study, setting=setting, truth=truth) is not None)

    def characteristics(self, study: str, *, setting: str) -> Simulated:
        """Operating characteristics of one study in one setting, one row per truth that has been run."""
        found = {truth: self.tally(study, setting=setting, truth=truth) for truth in self.campaign.truths}
        run = {truth: tally for truth, tally in found.items() if tally is not None}
        if not run:
            raise Refused(NOTHING_RUN, {"study": study, "setting": setting})
        cells = np.concatenate([self.campaign.truths[truth].cells for truth in run])
        return Simulated(Truths(cells), tuple(run.values()), self.campaign.trials, len(found) - len(run))

    def content(self) -> bytes:
        """Everything as JSON; the same bytes whoever ran the lots, and in whatever order."""
        cells = [
            {"study": study, "setting": setting, "truth": truth, "found": None if tally is None else tally.plain()}
            for study, setting, truth in self.campaign.cells
            for tally in [self.tally(study, setting=setting, truth=truth)]
        ]
        document = {"form": FORM, "campaign": self.campaign.digest, "complete": self.complete, "cells": cells}
        return (json.dumps(document, sort_keys=True, indent=1) + "\n").encode()
