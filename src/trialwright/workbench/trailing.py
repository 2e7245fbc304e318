"""The trail of a trial: told to people, and exported whole for anyone to check."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import final

from trialwright.ledger import json_line
from trialwright.protocol import read_protocol
from trialwright.report import render_pdf
from trialwright.report.documents.trail import Trail, TrailEntry, trail_document, trail_entries
from trialwright.report.documents.trail_words import stem_of
from trialwright.vocabulary.errors import NotFound, TrialError
from trialwright.vocabulary.events import EVENTS
from trialwright.vocabulary.records import Head
from trialwright.vocabulary.words import Language
from trialwright.workbench.files import write_file
from trialwright.workbench.trials import PROTOCOL_FILE, reach_ledger, reach_trial, same_protocol


@final
@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of the trail; None: whatever stands there."""

    participant: str | None = None
    kind: str | None = None  # with its version or without
    by: str | None = None
    on: date | None = None  # the day on which it was recorded, where the trial is run

    def __str__(self) -> str:
        """The part in words; empty when it is all."""
        parts = (self.participant, self.kind, self.by, self.on)
        return ", ".join(str(part) for part in parts if part is not None)

    def includes(self, one: TrailEntry) -> bool:
        """Whether an entry belongs to it."""
        asked = (
            (self.participant, one.usubjid),
            (self.kind and stem_of(self.kind), stem_of(one.kind)),
            (self.by, one.record.entry.by),
            (self.on, one.local.date()),
        )
        return all(wanted is None or wanted == found for wanted, found in asked)


def trail_of(folder: Path, wanted: Wanted | None = None) -> Trail:
    """The trail of a trial, or the part that is wanted. NotFound for a kind that there is not."""
    wanted = wanted or Wanted()
    stems = sorted({stem_of(kind) for kind in EVENTS})
    if wanted.kind is not None and stem_of(wanted.kind) not in stems:
        raise NotFound(f"{wanted.kind!r} is not a kind of entry; there is {', '.join(stems)}")
    with reach_trial(folder) as trial:
        identity = trial.study.identity
        records = trial.records()
        opened = same_protocol(trial.study, trial.ledger)
        entries = tuple(one for one in trail_entries(records, zone=identity.zone) if wanted.includes(one))
        return Trail(
            trial=identity.id,
            title=identity.title,
            protocol_digest=trial.study.digest,
            zone=identity.zone,
            head=Head(records[-1].position, records[-1].digest),
            entries=entries,
            wanted=str(wanted),
            rehearsal=opened.rehearsal,
            reconstruction=opened.reconstruction,
        )


def write_trail_pdf(trail: Trail, out: Path, *, language: Language) -> None:
    """Write a trail for people to read."""
    document = trail_document(trail, software="trialwright", version=version("trialwright"))
    write_file(out, render_pdf(document, language=language))


def export_trail(folder: Path, out: Path) -> Head:
    """Write the whole trail as JSON Lines: the stored text and the digest of every entry; the answer is its head.

    A file that is there is replaced when the new one is whole.
    """
    aside = out.with_name(f".{out.name}.part")
    head = Head()

    def lines() -> Iterator[str]:
        nonlocal head
        for line in ledger.lines():
            head = line.head
            yield json_line(line)

    with reach_ledger(folder) as ledger:
        same_protocol(read_protocol(folder / PROTOCOL_FILE), ledger)
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            with aside.open("w", encoding="utf-8", newline="\n") as target:
                target.writelines(lines())
                target.flush()
                os.fsync(target.fileno())
            aside.replace(out)
        except OSError as error:
            raise TrialError(f"{out} cannot be written: {error.strerror or error}; name another file") from error
    return head
