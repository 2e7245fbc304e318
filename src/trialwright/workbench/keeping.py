"""Keeping a trial's record safe: verify it, note down an anchor, back it up into one file, restore it from there.

Of a trial with arms the sealed randomisation list goes with the record, as it is: encrypted. Its keys never do.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, final

from trialwright.ledger import DatabaseLedger, check_anchor, json_line, read_json_lines
from trialwright.protocol import parse_protocol, read_protocol
from trialwright.vocabulary.errors import LedgerUnavailable, NotFound, TrialError
from trialwright.vocabulary.records import Head
from trialwright.workbench.files import write_file
from trialwright.workbench.trials import (
    PROTOCOL_FILE,
    SEALED_FILE,
    new_folder,
    now,
    reach_ledger,
    same_protocol,
    write_json,
)

FORMAT = "trialwright-backup.1"
LEDGER, ANCHOR, MANIFEST = "ledger.jsonl", "anchor.json", "manifest.json"
MEMBERS = (PROTOCOL_FILE, LEDGER, ANCHOR)  # whose digests the manifest holds; and, of a trial with arms, SEALED_FILE
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same record gives the same bytes on every day
READ_AT_ONCE = 1 << 20
MANIFEST_AT_MOST = 1 << 16
LENGTHS_AT = 26  # in the local header of a zip member: the lengths of its name and of what is extra

NOT_A_BACKUP = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, struct.error, EOFError, NotImplementedError, RuntimeError),
    *(ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError),
)


# Verify, and anchors


@final
@dataclass(frozen=True, slots=True)
class Anchor:
    """A head noted down, and when; None in anchors of earlier versions."""

    head: Head
    written_at: datetime | None


def verify_trial(folder: Path, *, anchor: Path | None = None) -> Head:
    """Recompute the whole digest chain of a trial; LedgerBroken names the first entry that does not fit.

    ``anchor`` is a file written earlier with the head of that day: it shows whether entries were cut off, written anew
    or dated back since. Where the times of entries are stated (a reconstruction, a rehearsal), dates say nothing.
    """
    with reach_ledger(folder) as ledger:
        noted = None if anchor is None else read_anchor(anchor)
        head = ledger.verify()
        opened = same_protocol(read_protocol(folder / PROTOCOL_FILE), ledger)
        if noted is not None:
            stated = opened.reconstruction or opened.rehearsal
            check_anchor(ledger, noted.head, written_at=None if stated else noted.written_at)
    return head


def write_anchor(head: Head, path: Path, *, at: datetime | None = None) -> None:
    """Write the head of a ledger, and when, to a file that is kept elsewhere, to be compared with later."""
    moment = (at or now()).isoformat(timespec="seconds")
    write_json(path, {"position": head.position, "digest": head.digest, "written_at": moment})


def read_anchor(path: Path) -> Anchor:
    """An anchor file of this or an earlier version; NotFound when it is none."""
    try:
        return _anchor(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise NotFound(
            f"{path} is not an anchor file; write one with `trialwright verify TRIAL --write-anchor FILE`"
        ) from error


def _anchor(stored: Mapping[str, Any]) -> Anchor:
    position, digest, written = stored["position"], stored["digest"], stored.get("written_at")
    if type(position) is not int or position < 0 or not isinstance(digest, str) or len(digest) != len(Head().digest):
        raise ValueError("not an anchor")
    written_at = None if written is None else datetime.fromisoformat(written)
    if written_at is not None and written_at.tzinfo is None:
        raise ValueError("a time without zone")
    return Anchor(Head(position, digest), written_at)


# Back up


@final
@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup holds, or what was restored from it."""

    trial: str
    head: Head


def back_up(folder: Path, file: Path) -> Copied:
    """Write a trial into one file: protocol, ledger as JSON Lines, anchor, and a manifest with their digests.

    The same record gives the same bytes. The file is read back and checked before it gets its name; TrialError when
    there is a file of that name.
    """
    if file.exists():
        raise TrialError(f"{file} is there already, and a backup is never written over; choose another name")
    aside = file.with_name(f".{file.name}.part")
    with reach_ledger(folder) as ledger, _removed_when_it_fails(aside):
        opened = same_protocol(read_protocol(folder / PROTOCOL_FILE), ledger)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with aside.open("wb") as target:
                beside = {
                    name: (folder / name).read_bytes()
                    for name in (PROTOCOL_FILE, SEALED_FILE)
                    if name == PROTOCOL_FILE or (folder / name).exists()
                }
                _write_backup(target, ledger, beside=beside, trial=opened.trial)
                target.flush()
                os.fsync(target.fileno())
            copied = check_backup(aside)
            aside.replace(file)
        except OSError as error:
            raise TrialError(f"{file} cannot be written ({error.strerror}); name another file") from error
    return copied


@contextmanager
def _removed_when_it_fails(file: Path) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(OSError):
            file.unlink()


def _write_backup(target: IO[bytes], ledger: DatabaseLedger, *, beside: Mapping[str, bytes], trial: str) -> None:
    files: dict[str, dict[str, object]] = {}
    head = Head()

    def lines() -> Iterator[bytes]:
        nonlocal head
        for line in ledger.lines():
            head = line.head
            yield json_line(line).encode()

    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in beside.items():
            files[name] = _put(archive, name, pieces=[content])
        files[LEDGER] = _put(archive, LEDGER, pieces=lines())
        files[ANCHOR] = _put(archive, ANCHOR, pieces=[_json({"position": head.position, "digest": head.digest})])
        manifest = {"format": FORMAT, "trial": trial, "entries": head.position, "head": head.digest, "files": files}
        _put(archive, MANIFEST, pieces=[_json(manifest)])


def _put(archive: zipfile.ZipFile, name: str, *, pieces: Iterable[bytes]) -> dict[str, object]:
    info = zipfile.ZipInfo(name, LONG_AGO)
    info.create_system, info.external_attr = 3, 0o644 << 16  # as a Unix system would, everywhere
    digest, size = hashlib.sha256(), 0
    with archive.open(info, "w", force_zip64=True) as member:
        for piece in pieces:
            member.write(piece)
            digest.update(piece)
            size += len(piece)
    return {"sha256": digest.hexdigest(), "bytes": size}


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


# Restore


def restore(file: Path, folder: Path, *, ledger: str | None = None) -> Copied:
    """Make a trial from a backup in a new folder, its ledger in a file there or at the address of a server.

    The file is checked whole before anything is made, and the new ledger is verified before it is done. Nothing is
    left after LedgerUnavailable, which names the place of a damage, or TrialError: there is a trial already.
    """
    copied = check_backup(file)
    with _backup(file) as archive, new_folder(folder, archive.read(PROTOCOL_FILE), address=ledger) as place:
        lines = _lines(file, archive.getinfo(LEDGER))
        made = DatabaseLedger.restore(place, read_json_lines(lines, place=f"{LEDGER} in {file}"))
        try:
            head = made.verify()
        finally:
            made.close()
        if head != copied.head:
            raise LedgerUnavailable(f"{file} changed while it was read; nothing was restored")
        if SEALED_FILE in archive.namelist():
            write_file(folder / SEALED_FILE, archive.read(SEALED_FILE))
    return copied


def check_backup(file: Path) -> Copied:
    """Check a backup from end to end; LedgerUnavailable names the place where it is damaged."""
    with _backup(file) as archive:
        manifest = json.loads(_small(archive, MANIFEST).decode())
        if manifest["format"] != FORMAT:
            raise LedgerUnavailable(
                f"{file} is a backup of another version ({str(manifest['format'])[:40]}); this one reads {FORMAT}"
            )
        head, opened = Head(), None
        for line in read_json_lines(_lines(file, archive.getinfo(LEDGER)), place=f"{LEDGER} in {file}"):
            head = line.head
            opened = opened or json.loads(line.canonical)
        for name in (*MEMBERS, *({SEALED_FILE} & set(archive.namelist()))):
            _check_member(archive, name, listed=manifest["files"][name], file=file)
        noted = _anchor(json.loads(_small(archive, ANCHOR).decode()))
        if not noted.head == head == Head(manifest["entries"], manifest["head"]):
            raise LedgerUnavailable(f"{file} is damaged: {LEDGER} does not end where {MANIFEST} says. Use another copy")
        study = parse_protocol(archive.read(PROTOCOL_FILE), name=f"{PROTOCOL_FILE} in {file}")
        if opened is None or opened["body"]["protocol_digest"] != study.digest:
            raise LedgerUnavailable(
                f"{file} is damaged: {LEDGER} was not begun with its {PROTOCOL_FILE}. Use another copy"
            )
    return Copied(study.identity.id, head)


def _lines(file: Path, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The lines of a member as they stand in the file: its checksum could only say that one of them is damaged."""
    with file.open("rb") as stored:
        stored.seek(member.header_offset + LENGTHS_AT)
        name, extra = struct.unpack("<HH", stored.read(4))
        stored.seek(name + extra, os.SEEK_CUR)
        left = member.file_size
        while left > 0 and (line := stored.readline(left)):
            left -= len(line)
            yield line


def _check_member(archive: zipfile.ZipFile, name: str, *, listed: Mapping[str, object], file: Path) -> None:
    digest, size = hashlib.sha256(), 0
    with archive.open(name) as member:
        while piece := member.read(READ_AT_ONCE):
            digest.update(piece)
            size += len(piece)
    if (digest.hexdigest(), size) != (listed["sha256"], listed["bytes"]):
        raise LedgerUnavailable(f"{file} is damaged: {name} is not what {MANIFEST} lists. Use another copy")


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > MANIFEST_AT_MOST:
        raise ValueError(f"{name} is too long")
    return archive.read(name)


@contextmanager
def _backup(file: Path) -> Iterator[zipfile.ZipFile]:
    """The file taken apart; what is not one of ours is refused in words."""
    try:
        with file.open("rb") as stored, zipfile.ZipFile(stored) as archive:
            found = archive.infolist()
            if sorted(one.filename for one in found if one.filename != SEALED_FILE) != sorted((*MEMBERS, MANIFEST)):
                raise LedgerUnavailable(
                    f"{file} is not a backup of a trial; it must hold {', '.join(MEMBERS)}, {MANIFEST}"
                )
            if any(one.compress_type != zipfile.ZIP_STORED for one in found):
                raise LedgerUnavailable(
                    f"{file} was packed by another program; restore from the file as it was written"
                )
            yield archive
    except NOT_A_BACKUP as error:
        words = str(error).partition("\n")[0][:120] or type(error).__name__
        raise LedgerUnavailable(f"{file} is not a whole backup of a trial ({words}). Use another copy") from error
    except OSError as error:
        raise NotFound(f"{file} cannot be read ({error.strerror or error}); name the file of a backup") from error
