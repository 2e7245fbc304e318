"""What a value means: numbers, days, flags and text out of whatever a file had there, and a count of every change.

A value that can be meant in one way only is changed, and the change is counted by data set, column and kind. A value
that cannot be read, or could mean two things, is a finding: nothing is guessed, and all findings are told at once. Work
is done once for each different value, never row by row.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, final

import numpy as np
import numpy.typing as npt
import pandas as pd

from trialwright.analysis.adam.notes import Coercion
from trialwright.exchange.table import Table
from trialwright.vocabulary.errors import Finding
from trialwright.vocabulary.words import Text

SAS_EPOCH = date(1960, 1, 1)
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
MONTHS = {name: place for place, name in enumerate(_MONTHS.split(), 1)}
MISSING = frozenset({"", ".", "NA", "N/A", "NAN", "NULL", "NONE"})
YES, NO = frozenset({"Y", "YES", "TRUE", "1", "1.0"}), frozenset({"N", "NO", "FALSE", "0", "0.0"})
MOST_FINDINGS = 5  # different values of one column that are told one by one

_NUMBERS = (
    "AVAL BASE CHG PCHG AGE CNSR A1LO A1HI ANRLO ANRHI R2A1HI R2A1LO TRTDUR TRTDURD TRTDURM TRTDURW TRTDURY AVGDD "
    "CUMDOSE CUMDOSED DOSE WEIGHTBL HEIGHTBL BMIBL AESEQ AVISITN PARAMN VISITNUM ATPTN CNSRN SRCSEQ"
)
_TEXTS = "STUDYID USUBJID SUBJID SITEID SITEGR1 PARAMCD AETOXGR ATOXGR BTOXGR ATOXGRH ATOXGRL"
_JUDGED = "AESER AESDTH AESLIFE AESHOSP AESDISAB AESCONG AESMIE AESCAN AESOD"
NUMBERS, TEXTS, JUDGED = (frozenset(names.split()) for names in (_NUMBERS, _TEXTS, _JUDGED))

AS_NUMBER = Text(en="text read as a number", fr="texte lu comme un nombre")
COMMA = Text(en="decimal comma read as a point", fr="virgule décimale lue comme un point")
AS_TEXT = Text(en="number read as text", fr="nombre lu comme un texte")
SAS_DAY = Text(
    en="SAS number read as a day (days from 1 Jan 1960)",
    fr="nombre SAS lu comme un jour (jours à partir du 1ᵉʳ janvier 1960)",
)
SAS_SECOND = Text(
    en="SAS number of seconds read as a day (from 1 Jan 1960)",
    fr="nombre SAS de secondes lu comme un jour (à partir du 1ᵉʳ janvier 1960)",
)
OTHER_DAY = Text(en="day written as 01JAN2020 read as a day", fr="jour écrit 01JAN2020 lu comme un jour")
PARTIAL = Text(
    en="partial date left without a day; nothing was imputed",
    fr="date partielle laissée sans jour ; rien n'a été imputé",
)
ABSENT = Text(en="word for a missing value read as missing", fr="mot pour une valeur absente lu comme absent")
FLAG = Text(en="another spelling of a flag read as Y or N", fr="autre écriture d'un indicateur lue comme Y ou N")
SPACES = Text(en="spaces at the ends removed", fr="espaces aux extrémités enlevées")
DECODED = Text(
    en="text that is not UTF-8 read as Windows-1252", fr="texte qui n'est pas en UTF-8 lu comme du Windows-1252"
)

Read = tuple[Any, Text | None]  # what a value means, and the change if there is one to count


class Unclear(Exception):
    """A value that cannot be read, or could mean two things: what is allowed, and the way out."""

    def __init__(self, allowed: str, remedy: str) -> None:
        self.allowed, self.remedy = allowed, remedy
        super().__init__(allowed)


@final
@dataclass(slots=True)
class Sense:
    """A data set made sense of: typed columns, the changes, and what could not be read."""

    frame: pd.DataFrame
    coercions: list[Coercion] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def make_sense(table: Table, *, numbers: frozenset[str] = frozenset(), missing: Sequence[str] = ()) -> Sense:
    """Numbers as floats, days as days, flags as Y, N or nothing, text as text; ``numbers`` names further columns."""
    sense = Sense(pd.DataFrame(index=table.frame.index))
    words = MISSING | {word.upper() for word in missing}
    columns: dict[str, Any] = {}
    for name in map(str, table.frame.columns):
        columns[name] = _column(
            sense, table, name=name, numeric=_is_number(name, table, further=numbers), missing=words
        )
    sense.frame = pd.DataFrame(columns, index=table.frame.index)
    for name, count in table.decoded.items():
        sense.coercions.append(Coercion(table.name, name, count, DECODED))
    return sense


def _is_number(name: str, table: Table, *, further: frozenset[str]) -> bool:
    if name in further or name in NUMBERS:
        return True
    if name in TEXTS or _is_flag(name):
        return False
    return name in table.numbers or bool(re.fullmatch(r"TRT\d\d[AP]N|TRT[AP]N|[A-Z]{0,3}A?DY|A(ST|EN)?DY", name))


def is_day(name: str) -> bool:
    """Whether a column of this name holds days: ADaM's names for dates end in DT."""
    return name.endswith("DT") and len(name) <= 8


def _is_flag(name: str) -> bool:
    return name in JUDGED or (name.endswith("FL") and len(name) <= 8)


def _column(sense: Sense, table: Table, *, name: str, numeric: bool, missing: frozenset[str]) -> Any:
    raw = table.frame[name]
    if is_day(name) or name in table.dates or name in table.seconds:
        return _days(sense, table, name=name, missing=missing)
    if numeric and raw.dtype.kind in "iuf":
        return raw.astype(np.float64)
    if numeric:
        values = _each(sense, table, name=name, read=_number_reader(table, raw, missing=missing))
        return np.asarray(values, np.float64)
    read = _flag_reader(missing) if _is_flag(name) else _text
    return _categories(_each(sense, table, name=name, read=read))


def _each(sense: Sense, table: Table, *, name: str, read: Callable[[Any], Read]) -> _Values:
    """Read every different value once; count the changes, tell what is unclear; answer the values of all rows."""
    raw = table.frame[name]
    codes, different = pd.factorize(raw.astype(object) if raw.dtype.kind not in "iuf" else raw, use_na_sentinel=True)
    counts = np.bincount(codes + 1, minlength=len(different) + 1)
    meant: list[Any] = [read(None)[0]]
    changed: dict[Text, int] = {}
    unclear: list[Finding] = []
    for place, value in enumerate(different):
        try:
            one, change = read(value)
        except Unclear as why:
            row = int(np.flatnonzero(codes == place)[0]) + 1
            unclear.append(Finding(f"{table.name}.{name} row {row}", value, why.allowed, why.remedy))
            one, change = meant[0], None
        if change is not None:
            changed[change] = changed.get(change, 0) + int(counts[place + 1])
        meant.append(one)
    sense.coercions += [Coercion(table.name, name, count, what) for what, count in changed.items()]
    _tell(sense, unclear, place=f"{table.name}.{name}")
    return _Values(codes + 1, meant)


@final
@dataclass(frozen=True, slots=True)
class _Values:
    """All rows of a column: which of the different values each has; the first of them stands for nothing."""

    codes: npt.NDArray[np.int64]
    different: list[Any]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.asarray(self.different, dtype)[self.codes]


def _tell(sense: Sense, unclear: list[Finding], *, place: str) -> None:
    sense.findings += unclear[:MOST_FINDINGS]
    if len(unclear) > MOST_FINDINGS:
        more = len(unclear) - MOST_FINDINGS
        sense.findings.append(Finding(place, f"{more} more different values", unclear[0].allowed, unclear[0].remedy))


def _categories(values: _Values) -> pd.Categorical:
    """Text with each different word kept once."""
    words = sorted(set(values.different))
    place = {word: number for number, word in enumerate(words)}
    codes = np.array([place[word] for word in values.different], np.int64)[values.codes]
    return pd.Categorical.from_codes(codes, pd.Index(words, dtype=object))


def _text(value: Any) -> Read:
    if value is None or value is pd.NaT:
        return "", None
    if isinstance(value, str):
        bare = value.strip()
        return bare, SPACES if len(bare) < len(value.rstrip()) else None
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).upper(), AS_TEXT
    if isinstance(value, int | float | np.integer | np.floating):
        number = float(value)
        if math.isnan(number):
            return "", None
        return (f"{number:.0f}" if number.is_integer() else repr(number)), AS_TEXT
    return str(value), None


def _flag_reader(missing: frozenset[str]) -> Callable[[Any], Read]:
    def read(value: Any) -> Read:
        word = _text(value)[0].upper()
        if word in ("", "Y", "N"):
            return word, None if value is None or value in ("", "Y", "N") or str(value).strip() == "" else FLAG
        if word in YES or word in NO:
            return ("Y" if word in YES else "N"), FLAG
        if word in missing:
            return "", ABSENT
        if word == "U":
            return "", ABSENT
        raise Unclear("must be Y, N or empty", "correct the value, or map another column")

    return read


def _number_reader(table: Table, raw: Any, *, missing: frozenset[str]) -> Callable[[Any], Read]:
    commas = {str(value) for value in raw.unique() if isinstance(value, str) and "," in value}
    thousands = bool(commas) and all(re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d*)?", word.strip()) for word in commas)
    spoken = AS_NUMBER if table.typed else None

    def read(value: Any) -> Read:
        if value is None or not isinstance(value, str):
            return (math.nan if value is None or value is pd.NaT else float(value)), None
        word = value.strip()
        if word.upper() in missing or re.fullmatch(r"\.[A-Z_]", word.upper()):
            return math.nan, None if word in ("", ".") else ABSENT
        if "," in word:
            if thousands or not re.fullmatch(r"-?\d+,\d+", word):
                raise Unclear("must be a number; its comma could part thousands or decimals", "write decimal points")
            return float(word.replace(",", ".")), COMMA
        try:
            number = float(word)
        except ValueError:
            raise Unclear("must be a number", "correct it, map another column, or name it under [missing]") from None
        if not math.isfinite(number) or "_" in word:
            raise Unclear("must be a finite number", "correct it, or name it under [missing]")
        return number, spoken

    return read


def _days(sense: Sense, table: Table, *, name: str, missing: frozenset[str]) -> Any:
    raw = table.frame[name]
    if raw.dtype.kind == "M":
        return raw.dt.normalize().astype("datetime64[s]")
    seconds = name in table.seconds

    def read(value: Any) -> Read:
        if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
            return None, None
        if isinstance(value, str):
            return _day_in_words(value.strip(), missing=missing)
        if isinstance(value, int | float | np.integer | np.floating):
            return _counted(float(value), seconds=seconds)
        return np.datetime64(value, "D"), None

    values = _each(sense, table, name=name, read=read)
    days = np.array([np.datetime64("NaT", "D") if day is None else day for day in values.different], "datetime64[s]")
    return pd.Series(days[values.codes], index=raw.index)


def _counted(number: float, *, seconds: bool) -> Read:
    days = number / 86400 if seconds else number
    if not (EARLIEST - SAS_EPOCH).days <= days <= (LATEST - SAS_EPOCH).days:
        what = "seconds" if seconds else "days"
        raise Unclear(f"must be a day: {what} from 1960-01-01 that lie in 1900 to 2100", "write days as 2020-01-31")
    day = np.datetime64(SAS_EPOCH.isoformat(), "D") + np.timedelta64(math.floor(days), "D")
    return day, SAS_SECOND if seconds else SAS_DAY


def _day_in_words(word: str, *, missing: frozenset[str]) -> Read:
    if word.upper() in missing:
        return None, None if word in ("", ".") else ABSENT
    if re.fullmatch(r"-?\d{1,6}(\.0*)?", word) and len(word.partition(".")[0]) != 4:
        return _counted(float(word), seconds=False)
    if whole := re.fullmatch(r"(\d{4}-\d\d-\d\d)([T ].*)?", word):
        return _existing(whole[1]), None
    if re.fullmatch(r"\d{4}(-(\d\d|-)(-.*)?)?(T.*)?", word):
        return None, PARTIAL
    if sas := re.fullmatch(r"(\d{1,2})-?([A-Z]{3})-?(\d{4})(:.*)?", word.upper()):
        month = MONTHS.get(sas[2], 0)
        return _existing(f"{sas[3]}-{month:02}-{int(sas[1]):02}"), OTHER_DAY
    raise Unclear("must be a day as 2020-01-31; day and month could be taken for each other", "write ISO 8601 dates")


def _existing(iso: str) -> np.datetime64:
    try:
        return np.datetime64(date.fromisoformat(iso), "D")
    except ValueError:
        raise Unclear("must be a day that exists", "correct it") from None
