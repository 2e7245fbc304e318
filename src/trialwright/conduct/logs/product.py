"""The product log: from donor and donation to batch, bag, test, release and storage."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, final

from trialwright.conduct.known import Known, copied, require
from trialwright.vocabulary.events import (
    BagFilled,
    BatchMade,
    BatchReleased,
    DonationRegistered,
    Event,
    ReleaseTested,
    StorageRecorded,
)


@final
@dataclass(slots=True)
class ProductLog:
    """Every donation, batch and bag by its number."""

    TAKES: ClassVar[tuple[type[Event], ...]] = (
        DonationRegistered,
        BatchMade,
        BagFilled,
        ReleaseTested,
        BatchReleased,
        StorageRecorded,
    )

    donations: dict[str, Known[DonationRegistered]] = field(default_factory=dict)
    batches: dict[str, Known[BatchMade]] = field(default_factory=dict)
    bags: dict[str, Known[BagFilled]] = field(default_factory=dict)
    tests: dict[str, list[Known[ReleaseTested]]] = field(default_factory=dict)  # by batch
    releases: dict[str, Known[BatchReleased]] = field(default_factory=dict)  # by batch
    storage: dict[str, list[Known[StorageRecorded]]] = field(default_factory=dict)  # by bag

    def take(self, event: Event, known: Known[Any]) -> None:
        """Add one event of the product."""
        match event:
            case DonationRegistered(donation=number):
                require(number not in self.donations, f"donation {number} is registered already")
                self.donations[number] = known
            case BatchMade(batch=number, donations=donations):
                require(number not in self.batches, f"batch {number} is recorded already")
                unknown = [one for one in donations if one not in self.donations]
                require(not unknown, f"batch {number}: donation {', '.join(unknown)} is not registered")
                self.batches[number] = known
            case BagFilled(bag=number, batch=batch):
                require(number not in self.bags, f"bag {number} is recorded already")
                self._batch(batch)
                self.bags[number] = known
            case ReleaseTested(batch=batch):
                self._batch(batch)
                self.tests.setdefault(batch, []).append(known)
            case BatchReleased(batch=batch):
                self._batch(batch)
                require(batch not in self.releases, f"batch {batch} is released already")
                self.releases[batch] = known
            case StorageRecorded(bag=bag):
                require(bag in self.bags, f"bag {bag} is not recorded")
                self.storage.setdefault(bag, []).append(known)

    def _batch(self, number: str) -> None:
        require(number in self.batches, f"batch {number} is not recorded")

    def copy(self) -> ProductLog:
        """The same log, which does not grow with this one."""
        return copied(self)
