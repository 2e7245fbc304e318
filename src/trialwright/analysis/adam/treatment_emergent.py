"""Adverse events as all their tables see them: treatment-emergent, of the safety population, with what was judged.

An event is treatment-emergent as TRTEMFL says; without that flag, where it began on or after the first treatment day,
or on an unknown day (missing is not "no"). What cannot be told is noted with its number, never dropped unseen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt
import pandas as pd

from trialwright.analysis.adam.notes import Note
from trialwright.analysis.adam.trial import ARM, PERSON, AdamTrial, Population
from trialwright.vocabulary.words import Text

_RELATED = (
    "Y|YES|RELATED|POSSIBLE|POSSIBLY|POSSIBLY RELATED|PROBABLE|PROBABLY|PROBABLY RELATED|DEFINITE|DEFINITELY|"
    "DEFINITELY RELATED|CERTAIN|REASONABLE POSSIBILITY|SUSPECTED"
)
_UNRELATED = "N|NO|NONE|NOT RELATED|UNRELATED|UNLIKELY|UNLIKELY RELATED|REMOTE|NOT SUSPECTED|NO REASONABLE POSSIBILITY"
RELATED, UNRELATED = frozenset(_RELATED.split("|")), frozenset(_UNRELATED.split("|"))
SEVERITIES = ("MILD", "MODERATE", "SEVERE", "LIFE THREATENING", "FATAL")
GRADES = ("1", "2", "3", "4", "5")
OF_INTEREST = re.compile(r"(CQ|SMQ)\d+N(?:AM)")
NO_SOC, NO_TERM = "(no system organ class)", "(not coded)"

DERIVED = Text(
    en="TRTEMFL is missing: an event counts as treatment-emergent if it began on or after the first day of treatment",
    fr="TRTEMFL est absent : un évènement compte s'il a débuté le premier jour du traitement ou après",
)
UNDATED = Text(
    en="{count} events have no known day of onset; they count as treatment-emergent",
    fr="{count} évènements n'ont pas de jour de début connu ; ils comptent comme survenus sous traitement",
)
BEFORE = Text(
    en="{count} of {of} events are not treatment-emergent and stand in no table",
    fr="{count} évènements sur {of} ne sont pas survenus sous traitement et ne figurent dans aucun tableau",
)
OUTSIDE = Text(
    en="{count} events of people outside the population {flag} stand in no table",
    fr="{count} évènements de personnes hors de la population {flag} ne figurent dans aucun tableau",
)
NO_DATASET = Text(
    en="there is no ADAE: nothing can be said about adverse events", fr="il n'y a pas d'ADAE : rien à dire des EI"
)
NO_EVENT = Text(
    en="ADAE holds no treatment-emergent event of this population",
    fr="ADAE ne contient aucun évènement survenu sous traitement dans cette population",
)
NO_SEVERITY = Text(
    en="{count} events have no severity or grade; they are counted as such",
    fr="{count} évènements n'ont ni sévérité ni grade ; ils sont comptés comme tels",
)
NO_RELATION = Text(
    en="{count} events whose relation to treatment is not stated or not understood ({words}) count as not judged",
    fr="{count} évènements dont l'imputabilité est absente ou incomprise ({words}) comptent comme non jugés",
)
UNKNOWN_SEVERITY = Text(
    en="severity not understood: {words}; counted as missing", fr="sévérité incomprise : {words} ; comptée absente"
)


@final
@dataclass(frozen=True, slots=True)
class Events:
    """Treatment-emergent events as arrays ``[E]``: arm and person by number, words as codes into their lists."""

    population: Population
    arm: npt.NDArray[np.int64]
    person: npt.NDArray[np.int64]
    soc: npt.NDArray[np.int64]
    term: npt.NDArray[np.int64]
    socs: tuple[str, ...]
    terms: tuple[str, ...]
    severity: npt.NDArray[np.int64]  # 0 missing, then 1 for the least
    severities: tuple[str, ...]
    kinds: Mapping[str, npt.NDArray[np.bool_]]
    special: Mapping[str, npt.NDArray[np.bool_]]

    def __len__(self) -> int:
        return len(self.arm)


def events_of(trial: AdamTrial) -> tuple[Events | None, list[Note]]:
    """The treatment-emergent events of the safety population and what is to be said of those left out."""
    frame = trial.datasets.get("ADAE")
    if frame is None:
        return None, [Note("ADAE", NO_DATASET)]
    population, notes = trial.population("safety"), list[Note]()
    own = population.rows(frame)
    known = int(frame["USUBJID"].isin(trial.subjects["USUBJID"]).sum())
    if known > len(own):
        notes.append(Note("ADAE", OUTSIDE, {"count": known - len(own), "flag": population.flag}))
    emergent = _emergent(own, trial, notes=notes)
    if not emergent.all():
        notes.append(Note("ADAE", BEFORE, {"count": int((~emergent).sum()), "of": len(own)}))
    own = own[emergent]
    if own.empty:
        notes.append(Note("ADAE", NO_EVENT))
    severity, severities = _severity(own, notes=notes)
    soc, socs = _coded(own, ("AEBODSYS", "AESOC"), absent=NO_SOC)
    term, terms = _coded(own, ("AEDECOD", "AETERM"), absent=NO_TERM)
    kinds = _kinds(own, severity, severities=severities, notes=notes)
    arm, person = np.asarray(own[ARM].cat.codes, np.int64), np.asarray(own[PERSON], np.int64)
    special = _special(own, trial.settings.special_interest)
    return Events(population, arm, person, soc, term, socs, terms, severity, severities, kinds, special), notes


def _emergent(own: pd.DataFrame, trial: AdamTrial, *, notes: list[Note]) -> npt.NDArray[np.bool_]:
    if "TRTEMFL" in own and (own["TRTEMFL"] == "Y").any():
        return (own["TRTEMFL"] == "Y").to_numpy(bool)
    notes.append(Note("ADAE", DERIVED))
    subjects = trial.subjects
    if "ASTDT" not in own or "TRTSDT" not in subjects:
        notes.append(Note("ADAE", UNDATED, {"count": len(own)}))
        return np.ones(len(own), bool)
    start = own["USUBJID"].astype(str).map(subjects.set_index("USUBJID")["TRTSDT"])
    unknown = (own["ASTDT"].isna() | start.isna()).to_numpy(bool)
    if unknown.any():
        notes.append(Note("ADAE", UNDATED, {"count": int(unknown.sum())}))
    return unknown | (own["ASTDT"].to_numpy() >= start.to_numpy())


def _coded(own: pd.DataFrame, names: tuple[str, ...], *, absent: str) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    """Codes into the words in alphabetical order; an empty word has a name of its own."""
    column = next((own[name] for name in names if name in own), None)
    if column is None:
        return np.zeros(len(own), np.int64), (absent,)
    codes, words = pd.factorize(column.astype("category") if column.dtype == object else column)
    named = [str(word) or absent for word in words]
    order = np.argsort(np.array(named, dtype=object), kind="stable")
    place = np.empty(len(named), np.int64)
    place[order] = np.arange(len(named))
    return place[codes], tuple(named[one] for one in order)


def _severity(own: pd.DataFrame, *, notes: list[Note]) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    """The grade of every event where there are grades, else its severity; 0 where it is missing."""
    for names, scale in ((("AETOXGR", "ATOXGR"), GRADES), (("ASEV", "AESEV"), SEVERITIES)):
        column = next((own[name] for name in names if name in own and (own[name] != "").any()), None)
        if column is None:
            continue
        words = [str(word) for word in column.unique()]
        ranks = {word: _rank(word, scale) for word in words}
        if strange := sorted(word for word in words if word and ranks[word] == 0):
            notes.append(Note("ADAE", UNKNOWN_SEVERITY, {"words": ", ".join(strange)}))
        severity = np.asarray(column.astype(object).map(ranks), np.int64)
        if (severity == 0).any():
            notes.append(Note("ADAE", NO_SEVERITY, {"count": int((severity == 0).sum())}))
        used = scale if scale is GRADES else scale[: max(3, int(severity.max(initial=0)))]
        return severity, used
    if len(own):
        notes.append(Note("ADAE", NO_SEVERITY, {"count": len(own)}))
    return np.zeros(len(own), np.int64), ()


def _rank(word: str, scale: tuple[str, ...]) -> int:
    bare = word.upper().replace("-", " ").removeprefix("GRADE ").strip()
    return scale.index(bare) + 1 if bare in scale else 0


def _kinds(
    own: pd.DataFrame, severity: npt.NDArray[np.int64], *, severities: tuple[str, ...], notes: list[Note]
) -> dict[str, npt.NDArray[np.bool_]]:
    """Which events are of each kind of the overview."""
    kinds = {"any": np.ones(len(own), bool)}
    relation = next((own[name] for name in ("AEREL", "AEREL1", "ARELGR1") if name in own), None)
    if relation is not None:
        words = relation.astype(str).str.upper()
        kinds["related"] = words.isin(RELATED).to_numpy(bool)
        unjudged = ~(words.isin(RELATED) | words.isin(UNRELATED)).to_numpy(bool)
        if unjudged.any():
            strange = ", ".join(sorted({word or "—" for word in words[unjudged].unique()}))
            notes.append(Note("ADAE", NO_RELATION, {"count": int(unjudged.sum()), "words": strange}))
            kinds["not_judged"] = unjudged
    serious = (own["AESER"] == "Y").to_numpy(bool) if "AESER" in own else None
    if serious is not None:
        kinds["serious"] = serious
        if "related" in kinds:
            kinds["serious_related"] = serious & kinds["related"]
    if severities:
        kinds["grade_3" if severities == GRADES else "severe"] = severity >= 3
    if "AEACN" in own and (own["AEACN"] != "").any():
        kinds["discontinued"] = own["AEACN"].astype(str).str.upper().str.contains("WITHDRAWN").to_numpy(bool)
    kinds["fatal"] = _fatal(own, severity, severities=severities)
    return kinds


def _fatal(own: pd.DataFrame, severity: npt.NDArray[np.int64], *, severities: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Fatal by outcome, by the criterion of seriousness or by grade 5: any of them is enough."""
    fatal = severity == 5 if severities == GRADES else np.zeros(len(own), bool)
    for name, word in (("AEOUT", "FATAL"), ("AESDTH", "Y")):
        if name in own:
            fatal = fatal | (own[name].astype(str).str.upper() == word).to_numpy(bool)
    return fatal


def _special(own: pd.DataFrame, wanted: str) -> dict[str, npt.NDArray[np.bool_]]:
    """Events of special interest: the groups that CQ and SMQ columns name."""
    names = [wanted] if wanted else [str(name) for name in own if OF_INTEREST.fullmatch(str(name))]
    found = {}
    for name in names:
        words = own[name].astype(str) if name in own else pd.Series("", index=own.index)
        for word in sorted(set(words.unique()) - {""}):
            found[word] = (words == word).to_numpy(bool)
    return found
