"""The trail: every entry of a trial's record in words: who, when, what, what a correction changed, why.

Generic over kinds of events: what is shown of an entry are the fields of its event. Fields left at their default are
not shown here; the export as JSON Lines holds everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from typing import Any, final
from zoneinfo import ZoneInfo

from trialwright.report.documents.trail_words import REASON, Facts, Told, kind_in_words
from trialwright.report.model import (
    Callout,
    Cell,
    Column,
    Document,
    Fact,
    KeyFacts,
    Paragraph,
    Provenance,
    Section,
    Table,
    Words,
    fill,
    row,
)
from trialwright.vocabulary.errors import RecordError
from trialwright.vocabulary.events import Corrected, Event
from trialwright.vocabulary.records import Head, Record, body_of, revive
from trialwright.vocabulary.words import Language, Text

IDENTIFIERS = ("ae", "query")  # given by one entry, which says whose it is, and named by later ones
DIGEST_SHOWN = 10
TITLE = Text(en="Audit trail", fr="Piste d'audit")
ALL = Text(en="the whole record", fr="tout l'enregistrement")
HOW_TO_READ = Text(
    en="Every entry of the record, in the order in which it was made. Nothing in the record is ever changed: a "
    "correction is an entry of its own, shown as old → new. A field left at its default is not shown. The export as "
    "JSON Lines (trialwright trail TRIAL --out FILE.jsonl) holds every entry whole, with the text that its digest is "
    "made of.",
    fr="Chaque entrée de l'enregistrement, dans l'ordre où elle a été faite. Rien n'y est jamais modifié : une "
    "correction est une entrée à part, montrée sous la forme ancien → nouveau. Un champ laissé à sa valeur par défaut "
    "n'est pas montré. L'export JSON Lines (trialwright trail ESSAI --out FICHIER.jsonl) contient chaque entrée "
    "entière, avec le texte dont son empreinte est faite.",
)
REHEARSAL = Text(en="A rehearsal: none of this happened.", fr="Une répétition : rien de cela n'a eu lieu.")
RECONSTRUCTION = Text(
    en="A reconstruction from publications: times and names of the entries are stated, not witnessed.",
    fr="Une reconstitution d'après des publications : l'heure et l'auteur des entrées sont indiqués, non constatés.",
)
EMPTY = Text(en="No entry is like this.", fr="Aucune entrée ne correspond.")
LEDGER = Text(en="Ledger of the trial", fr="Registre de l'essai")
PLAIN = Text(
    en="Nothing in the trail is illustrative unless it says so.", fr="Rien n'est illustratif sauf mention contraire."
)
COLUMNS = (
    ("position", Text(en="No.", fr="Nº")),
    ("utc", Text(en="UTC", fr="UTC")),
    ("local", Text(en="Local time", fr="Heure locale")),
    ("by", Text(en="Who", fr="Qui")),
    ("usubjid", Text(en="Participant", fr="Participant")),
    ("what", Text(en="What", fr="Quoi")),
    ("digest", Text(en="Digest", fr="Empreinte")),
)


@final
@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One entry of the record as the trail tells it."""

    record: Record
    local: datetime
    usubjid: str  # whom it is about, also where it says so only by what it refers to; empty: nobody
    told: Told
    reason: str

    @property
    def kind(self) -> str:
        """The stored name of its kind."""
        return self.record.event.kind

    @property
    def utc(self) -> datetime:
        """When it was recorded."""
        return self.record.entry.at.astimezone(UTC)

    def what(self, language: Language) -> str:
        """Its kind, its facts, and why."""
        why = REASON.said(language, reason=self.reason) if self.reason else ""
        told = " · ".join(part for part in (self.told.said(language), why) if part)
        return f"{kind_in_words(self.kind, language)}. {told}" if told else kind_in_words(self.kind, language)

    def digest(self) -> str:
        """The beginning of its digest."""
        return self.record.digest[:DIGEST_SHOWN]

    def times(self) -> tuple[str, str]:
        """When, in UTC and where the trial is run."""
        return f"{self.utc:%Y-%m-%d %H:%M:%S}", f"{self.local:%Y-%m-%d %H:%M %z}"


@final
@dataclass(frozen=True, slots=True)
class Trail:
    """A trail, or the part of it that was asked for."""

    trial: str
    title: Words
    protocol_digest: str
    zone: ZoneInfo
    head: Head
    entries: tuple[TrailEntry, ...]
    wanted: str = ""  # which part, in the words of who asked; empty: all of it
    rehearsal: bool = False
    reconstruction: bool = False


def trail_entries(records: Iterable[Record], *, zone: ZoneInfo) -> Iterator[TrailEntry]:
    """Every record told, in order; a correction against what stood there until then."""
    telling = _Telling({}, {}, {})
    for record in records:
        told, usubjid = telling.take(record)
        provenance = record.entry.provenance
        if provenance is not None:
            told = Told(told.facts, told.changes, told.corrects, provenance.source, provenance.illustrative)
        reason = str(getattr(record.event, "reason", ""))
        yield TrailEntry(record, record.entry.at.astimezone(zone), usubjid, told, reason)


@final
@dataclass(slots=True)
class _Telling:
    """What was said so far: by position, and whom positions and identifiers belong to."""

    standing: dict[int, tuple[str, Mapping[str, Any]]]
    subject_at: dict[int, str]
    subject_of: dict[tuple[str, str], str]

    def take(self, record: Record) -> tuple[Told, str]:
        event = record.event
        usubjid = self._subject(event)
        self.subject_at[record.position] = usubjid
        if isinstance(event, Corrected):
            return self._correction(event), usubjid
        body = body_of(event)
        self.standing[record.position] = (event.kind, body)
        for name in IDENTIFIERS:
            if usubjid and name in body:
                self.subject_of.setdefault((name, body[name]), usubjid)
        return Told(facts_of(event, body)), usubjid

    def _subject(self, event: Event) -> str:
        own = getattr(event, "usubjid", None)
        if own:
            return str(own)
        for name in IDENTIFIERS:
            found = self.subject_of.get((name, getattr(event, name, "")))
            if found:
                return found
        position = getattr(event, "position", None)
        return self.subject_at.get(position, "") if isinstance(position, int) else ""

    def _correction(self, event: Corrected) -> Told:
        kind, old = self.standing.get(event.position, ("", {}))
        if event.replacement is None:
            self.standing.pop(event.position, None)
            return Told(tuple(old.items()), corrects=(event.position, kind))
        new_kind, new = _replacement(event)
        self.standing[event.position] = (new_kind, new)
        names = [*old, *(name for name in new if name not in old)]
        changes = tuple((name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name))
        return Told(changes=changes, corrects=(event.position, new_kind or kind))


def _replacement(event: Corrected) -> tuple[str, Mapping[str, Any]]:
    assert event.replacement is not None
    try:
        found = revive(event.replacement_kind, event.replacement)
    except RecordError:
        return event.replacement_kind, event.replacement
    return found.kind, body_of(found)


def facts_of(event: Event, body: Mapping[str, Any]) -> Facts:
    """The facts of an event in the order of its fields, except those that are left at their default."""
    told = []
    for each in fields(event):  # type: ignore[arg-type]  # every event is a dataclass
        value = getattr(event, each.name)
        default = each.default if each.default_factory is MISSING else each.default_factory()
        if each.name not in ("usubjid", "reason") and (default is MISSING or value != default):
            told.append((each.name, body[each.name]))
    return tuple(told)


# The document


def trail_document(trail: Trail, *, software: str, version: str) -> Document:
    """The trail as a document."""
    last = trail.entries[-1].local.date() if trail.entries else None
    warnings = [
        Callout("warning", text)
        for applies, text in ((trail.rehearsal, REHEARSAL), (trail.reconstruction, RECONSTRUCTION))
        if applies
    ]
    return Document(
        title=TITLE,
        subtitle=trail.title,
        running_head=trail.trial,
        sections=(
            Section(
                "about", Text(en="About this trail", fr="À propos"), (*warnings, _about(trail), Paragraph(HOW_TO_READ))
            ),
            Section("trail", Text(en="Entries", fr="Entrées"), (_table(trail),)),
        ),
        provenance=Provenance(
            source=LEDGER,
            data_cut=last,
            software=software,
            version=version,
            protocol_digest=trail.protocol_digest,
            ledger_position=trail.head.position,
            ledger_digest=trail.head.digest,
        ),
        illustrative_note=PLAIN,
    )


def _about(trail: Trail) -> KeyFacts:
    shown = fill(
        Text(en="{shown} of {all}: {wanted}", fr="{shown} sur {all} : {wanted}"),
        shown=len(trail.entries),
        all=trail.head.position,
        wanted=trail.wanted or ALL,
    )
    facts: list[tuple[Text, Words]] = [
        (Text(en="Trial", fr="Essai"), trail.trial),
        (Text(en="Entries shown", fr="Entrées montrées"), shown),
        (Text(en="Local time", fr="Heure locale"), trail.zone.key),
        (Text(en="Head of the record", fr="Empreinte du registre"), trail.head.digest),
        (Text(en="Protocol", fr="Protocole"), f"SHA-256 {trail.protocol_digest}"),
    ]
    return KeyFacts(tuple(Fact(label, Cell(value)) for label, value in facts))


@final
@dataclass(frozen=True, slots=True)
class _What:
    entry: TrailEntry

    def said(self, language: Language, /) -> str:
        return self.entry.what(language)


def _table(trail: Trail) -> Table:
    return Table(
        name="trail",
        title=TITLE,
        columns=tuple(Column(key, label) for key, label in COLUMNS),
        rows=tuple(
            row(
                str(one.record.position),
                *one.times(),
                one.record.entry.by,
                one.usubjid,
                _What(one),
                one.digest(),
            )
            for one in trail.entries
        ),
        empty=EMPTY,
        landscape=True,
    )
