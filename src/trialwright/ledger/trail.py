"""The lines of a ledger as JSON Lines: what a backup holds and the export of the trail gives, for anyone to check.

Each line is an object with ``position``, ``digest`` and ``canonical``: the stored text as a string, so that it keeps
its bytes. digest = SHA-256 of the digest of the line before (64 zeros before the first), a line feed, the position, a
line feed, and the text, all in UTF-8.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from trialwright.ledger.chain import UNREADABLE, Line, check_link, line_of, record_of
from trialwright.vocabulary.errors import LedgerBroken, LedgerUnavailable
from trialwright.vocabulary.records import Head, canonical_json


def json_line(line: Line) -> str:
    """One line of the file, with its line feed."""
    return canonical_json({"position": line.position, "digest": line.digest, "canonical": line.canonical}) + "\n"


def read_json_lines(lines: Iterable[bytes], *, place: str) -> Iterator[Line]:
    """The lines back, each checked against the one before and read as an event.

    LedgerUnavailable names the first line of ``place`` that is damaged.
    """
    before = Head()
    for number, text in enumerate(lines, start=1):
        try:
            line = _line(json.loads(text.decode("utf-8")))
            check_link(line, before)
            record_of(line)
        except (LedgerBroken, *UNREADABLE) as error:
            why = error.why if isinstance(error, LedgerBroken) else "it is not a line of a ledger"
            raise LedgerUnavailable(f"{place} is damaged at line {number}: {why}. Use another copy") from error
        before = line.head
        yield line


def _line(stored: dict[str, object]) -> Line:
    position, digest, text = stored["position"], stored["digest"], stored["canonical"]
    if type(position) is not int or not isinstance(digest, str) or not isinstance(text, str) or len(stored) != 3:
        raise ValueError("not a line of a ledger")
    return line_of(position, text, digest=digest)
