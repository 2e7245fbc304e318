"""One record for each person, parameter and visit: which rows of a findings data set count in its tables.

Usual in ADaM: a row without an analysis visit belongs to no visit; a visit "End of Treatment" counts where AENTMTFL
says so; where somebody has several records for a visit, the one flagged ANL01FL counts, else the last. Each is noted.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialwright.analysis.adam.notes import Note
from trialwright.analysis.adam.trial import PERSON, AdamTrial, Population
from trialwright.vocabulary.words import Text

NO_VISIT = Text(
    en="{count} rows have no analysis visit; they stand in no table by visit",
    fr="{count} lignes n'ont pas de visite d'analyse ; elles ne figurent dans aucun tableau par visite",
)
NOT_END = Text(
    en="{count} rows of the visit {visit} are not flagged AENTMTFL = Y; they are left out",
    fr="{count} lignes de la visite {visit} n'ont pas AENTMTFL = Y ; elles sont laissées de côté",
)
FLAGGED = Text(
    en="{count} further records of a visit are not flagged ANL01FL = Y; the flagged one counts",
    fr="{count} autres relevés d'une visite n'ont pas ANL01FL = Y ; celui qui l'a compte",
)
LAST = Text(
    en="{count} further records of a visit, no flag says which counts; the last one does",
    fr="{count} autres relevés d'une visite, aucun indicateur ne dit lequel compte ; le dernier compte",
)
NEEDED = Text(
    en="has no column {columns}; there is no table of it",
    fr="n'a pas de colonne {columns} ; il n'y en a pas de tableau",
)
KEY = ("PARAMCD", "AVISIT", "ATPT")


def needed(name: str, frame: pd.DataFrame, *, columns: tuple[str, ...]) -> list[Note]:
    """A note where a data set lacks columns; empty where it has them all."""
    missing = [column for column in columns if column not in frame]
    return [Note(name, NEEDED, {"columns": ", ".join(missing)})] if missing else []


def by_visit(trial: AdamTrial, name: str, *, population: Population) -> tuple[pd.DataFrame, list[Note]]:
    """The rows of a data set that count at a visit: at most one for each person, parameter, time point and visit."""
    rows, notes = population.rows(trial.datasets[name]), list[Note]()
    scheduled = (rows["AVISIT"] != "").to_numpy(bool)
    if not scheduled.all():
        notes.append(Note(name, NO_VISIT, {"count": int((~scheduled).sum())}))
        rows = rows[scheduled]
    rows = _at_the_end(rows, name, notes=notes)
    return _one_each(rows, name, notes=notes), notes


def _at_the_end(rows: pd.DataFrame, name: str, *, notes: list[Note]) -> pd.DataFrame:
    if "AENTMTFL" not in rows:
        return rows
    words = rows["AVISIT"].astype(str).str.upper()
    end = words.str.contains("END OF TREATMENT|END OF TRT", regex=True).to_numpy(bool)
    unlike = end & (rows["AENTMTFL"] != "Y").to_numpy(bool)
    if not unlike.any() or unlike.sum() == end.sum():
        return rows
    visit = str(rows["AVISIT"][unlike].iloc[0])
    notes.append(Note(name, NOT_END, {"count": int(unlike.sum()), "visit": visit}))
    return rows[~unlike]


def _one_each(rows: pd.DataFrame, name: str, *, notes: list[Note]) -> pd.DataFrame:
    key = [PERSON, *(column for column in KEY if column in rows)]
    again = rows.duplicated(key, keep=False)
    if not again.any():
        return rows
    if "ANL01FL" in rows:
        flagged = (rows["ANL01FL"] == "Y").to_numpy(bool)
        has_flagged = rows.assign(_FLAG=flagged).groupby(key, observed=True)["_FLAG"].transform("any").to_numpy(bool)
        dropped = again.to_numpy(bool) & has_flagged & ~flagged
        if dropped.any():
            notes.append(Note(name, FLAGGED, {"count": int(dropped.sum())}))
            rows = rows[~dropped]
    order = [column for column in ("ADT", "ADY", "VISITNUM") if column in rows]
    last = rows.sort_values(order, kind="stable") if order else rows
    kept = last[~last.duplicated(key, keep="last")].sort_index(kind="stable")
    if len(kept) < len(rows):
        notes.append(Note(name, LAST, {"count": len(rows) - len(kept)}))
    return kept


def ordered(rows: pd.DataFrame, column: str, *, by: str) -> list[str]:
    """The words of a column in the order of the number beside it, else as they first appear."""
    words = rows[column].astype(str)
    if by in rows and rows[by].dtype.kind == "f":
        place = rows[by].groupby(words).min()
        return [str(word) for word in place.sort_values(kind="stable", na_position="last").index]
    return [str(word) for word in dict.fromkeys(words)]


def observed(values: pd.Series[float]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which values are there."""
    return np.isfinite(values.to_numpy(np.float64))
