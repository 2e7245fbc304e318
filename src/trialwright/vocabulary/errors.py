"""Everything that can go wrong, from the outside in.

* TrialError
  x FindingsError          several complaints at once, each with its place, value, allowed values and way out
    x ParameterError       a design or rule was given parameters it cannot run with
    x ProtocolError        the protocol file does not describe a trial yet
    x RecordError          events offered to the ledger do not fit the trial
  x LedgerError            the record as stored
    x LedgerMoved          someone wrote meanwhile; read again, decide again
    x LedgerBroken         a stored entry no longer matches its digest
    x LedgerUnavailable    the file is missing, read-only, or the disk is full
  x OutOfOrder             an event speaks of something that has not happened
  x SealBroken             a sealed list, envelope or key does not open, or is not of this trial
  x NotRecognised          a person did not prove to be who they say they are
  x NotFound               a trial, a file or a registered name does not exist
  x Refused                a method declines: not wrong, but not applicable here
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import final

from trialwright.vocabulary.catalogues import translated
from trialwright.vocabulary.words import Language, Text


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """One complaint about the input: where it is, what stands there, what is allowed, and the way out."""

    place: str
    value: object
    allowed: str
    remedy: str = ""

    def within(self, prefix: str) -> Finding:
        """The same finding seen from one folder further out: ``skeleton`` becomes ``design.skeleton``."""
        return replace(self, place=f"{prefix}.{self.place}" if self.place else prefix)

    def as_data(self) -> dict[str, object]:
        """The same for a program: ``value`` as a person would recognise it, null where nothing stands there."""
        value = None if self.value is MISSING else shown(self.value)
        return {"place": self.place, "value": value, "allowed": self.allowed, "remedy": self.remedy or None}

    def line(self, width: int = 0, language: Language = "en") -> str:
        """One line of text for a person."""
        value = "" if self.value is MISSING else f"{shown(self.value)}  "
        said = translated(self.allowed, language)
        if self.remedy:
            between = " ; " if language == "fr" else "; "
            said = said.removesuffix(".") + between + translated(self.remedy, language)
        return f"  {self.place:<{width}}  {value}{said}"


class _Missing:
    """The value of a finding about something that is not there."""

    def __repr__(self) -> str:
        return "(missing)"


MISSING = _Missing()


def shown(value: object, limit: int = 60) -> str:
    """A value as a person would recognise it from the file, cut when it is long."""
    if isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, bool):
        text = str(value).lower()
    else:
        text = str(list(value) if isinstance(value, tuple) else value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


class TrialError(Exception):
    """Anything this package refuses to do, in words a person can act on; ``str`` is English."""

    def said(self, language: Language, /) -> str:
        """What is refused and the way out, in the language of its reader."""
        return translated(str(self), language)


class FindingsError(TrialError):
    """Bad input; ``findings`` holds every complaint, in the order of the file."""

    def __init__(self, headline: str, findings: Sequence[Finding]) -> None:
        self.headline = headline
        self.findings = tuple(findings)
        super().__init__(self.said("en"))

    def said(self, language: Language, /) -> str:
        """The headline, and a line for each complaint."""
        many = "s" if len(self.findings) != 1 else ""
        count = f"{len(self.findings)} {'constat' if language == 'fr' else 'finding'}{many}"
        width = max((len(finding.place) for finding in self.findings), default=0)
        lines = (finding.line(width, language) for finding in self.findings)
        return "\n".join([f"{translated(self.headline, language)} — {count}", *lines])


class ParameterError(FindingsError):
    """A design or rule cannot be built from these parameters."""


class ProtocolError(FindingsError):
    """The protocol file cannot be run yet."""


class RecordError(FindingsError):
    """Events offered for recording do not fit; none of them was recorded."""


class LedgerError(TrialError):
    """The stored record cannot be read or written as asked."""


class LedgerMoved(LedgerError):
    """Someone wrote to the ledger since it was read; read again and decide again."""

    def __init__(self, *, expected: int, actual: int) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            f"the ledger has moved on: you read it up to entry {expected}, it now ends at entry {actual}. "
            "Nothing was written; read again, then repeat the command"
        )


class LedgerBroken(LedgerError):
    """A stored entry no longer matches the digest chain: the record was changed outside this program."""

    def __init__(self, *, position: int, why: str) -> None:
        self.position, self.why = position, why
        super().__init__(f"the ledger is broken at entry {position}: {why}. Restore it from a backup")


class LedgerUnavailable(LedgerError):
    """The ledger's file or server cannot be reached, or cannot be written."""


class OutOfOrder(TrialError):
    """An event speaks of a participant, event or decision that does not exist at that point."""


class SealBroken(TrialError):
    """A sealed list or envelope does not open: the key is another one, or what is sealed was changed or exchanged."""


class NotRecognised(TrialError):
    """A password or one-time code is missing or not right; the words are the same whatever it was."""


class NotFound(TrialError):
    """A trial folder, file or registered name does not exist."""


class Refused(TrialError):
    """A method declines this input because it does not apply to it; the message names the alternative.

    It is said in the language of its reader: ``said(language)``; ``str`` is English.
    """

    def __init__(self, why: Text, values: Mapping[str, object] | None = None) -> None:
        self.why, self.values = why, dict(values or {})
        super().__init__(why, self.values)

    def __str__(self) -> str:
        return self.said("en")

    def said(self, language: Language, /) -> str:
        """The reason and the way out, in one language."""
        return self.why.said(language, **self.values)


@final
@dataclass(slots=True)
class Complaints:
    """Collects findings, so that bad input is answered with all of its mistakes at once."""

    findings: list[Finding] = field(default_factory=list)

    def unless(self, fine: bool, place: str, value: object, allowed: str, remedy: str = "") -> bool:
        """Note a finding unless all is well; the answer is whether it was."""
        if not fine:
            self.findings.append(Finding(place, value, allowed, remedy))
        return bool(fine)

    def add(self, findings: Iterable[Finding]) -> None:
        """Take over findings made elsewhere."""
        self.findings.extend(findings)

    def raise_as(self, error: type[FindingsError], headline: str) -> None:
        """Raise ``error`` with everything noted so far; do nothing when nothing was noted."""
        if self.findings:
            raise error(headline, self.findings)
