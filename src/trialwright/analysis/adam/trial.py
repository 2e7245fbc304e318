"""A trial as ADaM data sets tell it: who belongs to which arm and population, and everybody's rows.

Everybody is counted from ADSL. Rows of somebody who is not there, rows that name another treatment than ADSL, flags
that are missing: each is noted with its number, and none is dropped unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, final

import numpy as np
import numpy.typing as npt
import pandas as pd

from trialwright.analysis.adam.notes import Note
from trialwright.analysis.adam.settings import Settings
from trialwright.vocabulary.errors import MISSING, Complaints, FindingsError
from trialwright.vocabulary.words import Text

Theme = Literal["baseline", "safety", "efficacy"]
ARM, PERSON = "_ARM", "_PERSON"
NOT_AN_ARM = frozenset({"", "SCREEN FAILURE", "NOT ASSIGNED", "NOT TREATED", "UNPLANNED TREATMENT", "NOT RANDOMIZED"})
PLANNED, ACTUAL = ("TRT01P", "TRT01A", "ARM", "ACTARM"), ("TRT01A", "TRT01P", "ACTARM", "ARM")
FALLBACK: Mapping[str, tuple[str, ...]] = {
    "baseline": ("ITTFL", "FASFL", "RANDFL", "SAFFL"),
    "safety": ("SAFFL",),
    "efficacy": ("EFFFL", "FASFL", "ITTFL", "SAFFL"),
}
EVERYBODY = "ADSL"

NO_FLAG = Text(
    en="ADSL has no {flag}: everybody with a treatment counts in the {theme} population",
    fr="ADSL n'a pas de {flag} : toutes les personnes avec un traitement comptent dans la population {theme}",
)
OTHER_FLAG = Text(
    en="ADSL has no {flag}: {used} is taken for the {theme} population",
    fr="ADSL n'a pas de {flag} : {used} est pris pour la population {theme}",
)
FLAG_EMPTY = Text(
    en="{count} people have neither Y nor N in {flag}; they are not in that population",
    fr="{count} personnes n'ont ni Y ni N dans {flag} ; elles ne sont pas dans cette population",
)
STRANGERS = Text(
    en="{rows} rows of {people} people who are not in ADSL; they count in no table: {who}",
    fr="{rows} lignes de {people} personnes absentes d'ADSL ; elles ne comptent dans aucun tableau : {who}",
)
TWICE = Text(
    en="{count} people stand twice in ADSL with the same values; each counts once: {who}",
    fr="{count} personnes figurent deux fois dans ADSL avec les mêmes valeurs ; chacune compte une fois : {who}",
)
UNASSIGNED = Text(
    en="{count} people of ADSL have no treatment in {variable} ({words}); they are in no arm",
    fr="{count} personnes d'ADSL n'ont pas de traitement dans {variable} ({words}) ; elles ne sont dans aucun bras",
)
OTHER_TREATMENT = Text(
    en="{count} rows name another treatment in {column} than ADSL; the arm of ADSL counts",
    fr="{count} lignes nomment un autre traitement dans {column} qu'ADSL ; le bras d'ADSL compte",
)
NO_ROWS = Text(en="the data set holds no rows", fr="le jeu de données ne contient aucune ligne")
NOBODY_IN_ARM = Text(
    en="arm {arm}: nobody in the {theme} population", fr="bras {arm} : personne dans la population {theme}"
)
THEMES: Mapping[Theme, Text] = {
    "baseline": Text(en="baseline", fr="d'inclusion"),
    "safety": Text(en="safety", fr="de tolérance"),
    "efficacy": Text(en="efficacy", fr="d'efficacité"),
}


class AdamError(FindingsError):
    """Data sets cannot be analysed as they stand."""


@final
@dataclass(frozen=True, slots=True)
class Population:
    """The people of a population with their arms: ``people`` is indexed by USUBJID, its values the arms.

    ``sizes`` says how many each arm has.
    """

    theme: Theme
    flag: str
    treatment: str
    people: pd.Series[str]
    arms: tuple[str, ...]
    reference: str
    sizes: Mapping[str, int]

    @property
    def others(self) -> tuple[str, ...]:
        """Every arm but the reference arm."""
        return tuple(arm for arm in self.arms if arm != self.reference)

    def rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of the population's people: their arm, as a category in the order of the arms, and their number."""
        place = places(self.people.index, frame["USUBJID"])
        own = frame[place >= 0].copy()
        codes = pd.Categorical(self.people, categories=list(self.arms)).codes[place[place >= 0]]
        own[ARM] = pd.Categorical.from_codes(codes, pd.Index(self.arms))
        own[PERSON] = place[place >= 0]
        return own


@final
@dataclass(frozen=True, slots=True)
class AdamTrial:
    """The data sets of a trial, by name; ``subjects`` is ADSL with one row for each person."""

    name: str
    subjects: pd.DataFrame
    datasets: Mapping[str, pd.DataFrame]
    settings: Settings
    arms: tuple[str, ...]
    reference: str
    labels: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    def population(self, theme: Theme) -> Population:
        """Who counts for a theme, by the flag and the treatment variable that belong to it."""
        flag, _ = flag_of(self.subjects, theme, settings=self.settings)
        variable = treatment_of(self.subjects, theme, settings=self.settings)
        subjects = self.subjects if flag == EVERYBODY else self.subjects[self.subjects[flag] == "Y"]
        return self._population(subjects, theme, flag=flag, variable=variable)

    def everybody(self) -> Population:
        """All people of ADSL with a treatment, whatever their flags."""
        variable = treatment_of(self.subjects, "baseline", settings=self.settings)
        return self._population(self.subjects, "baseline", flag=EVERYBODY, variable=variable)

    def _population(self, subjects: pd.DataFrame, theme: Theme, *, flag: str, variable: str) -> Population:
        people = subjects.set_index("USUBJID")[variable].astype(object)
        people = people[people.isin(self.arms)]
        counts = people.value_counts()
        sizes = {arm: int(counts.get(arm, 0)) for arm in self.arms}
        return Population(theme, flag, variable, people, self.arms, self.reference, sizes)

    def datasets_like(self, *beginnings: str) -> dict[str, pd.DataFrame]:
        """Data sets whose names begin so, in the order of their names."""
        return {name: frame for name, frame in sorted(self.datasets.items()) if name.startswith(beginnings)}


def trial_of(
    datasets: Mapping[str, pd.DataFrame], *, settings: Settings, labels: Mapping[str, str] | None = None
) -> AdamTrial:
    """A trial from its data sets; `AdamError` with all findings where they cannot be analysed."""
    wrong, notes = Complaints(), list[Note]()
    subjects = datasets.get("ADSL")
    if wrong.unless(subjects is not None, "ADSL", MISSING, "must be there: it says who is in the trial", "add it"):
        assert subjects is not None
        wrong.unless("USUBJID" in subjects, "ADSL.USUBJID", MISSING, "must be there", "name it under [columns.ADSL]")
    for name, frame in datasets.items():
        if name != "ADSL":
            wrong.unless("USUBJID" in frame, f"{name}.USUBJID", MISSING, "must be there", f"see [columns.{name}]")
    wrong.raise_as(AdamError, "These data sets cannot be analysed")
    assert subjects is not None
    subjects = _once(subjects, wrong, notes=notes)
    arms = _arms(subjects, settings, wrong=wrong, notes=notes)
    reference = _reference(arms, settings, wrong=wrong)
    _flags(subjects, settings, wrong=wrong, notes=notes)
    wrong.raise_as(AdamError, "These data sets cannot be analysed")
    study = subjects["STUDYID"].astype(str).iloc[0] if "STUDYID" in subjects and len(subjects) else "ADaM"
    others = {name: frame for name, frame in datasets.items() if name != "ADSL"}
    trial = AdamTrial(study, subjects, others, settings, arms, reference, dict(labels or {}))
    notes += _strangers(trial) + _empty_arms(trial)
    return AdamTrial(study, subjects, others, settings, arms, reference, dict(labels or {}), tuple(notes))


def places(people: pd.Index[str], column: pd.Series[str]) -> npt.NDArray[np.intp]:
    """Where in ``people`` everybody of a column stands, -1 for nowhere; each different name is looked up once."""
    codes, names = pd.factorize(column)
    found = people.get_indexer(pd.Index(np.asarray(names, dtype=object)))
    return np.append(found, -1)[codes]


def treatment_of(subjects: pd.DataFrame, theme: Theme, *, settings: Settings) -> str:
    """The column of ADSL that names the arm: planned for baseline and efficacy, actual for safety."""
    if settings.treatment:
        return settings.treatment
    usual = ACTUAL if theme == "safety" else PLANNED
    return next((name for name in usual if name in subjects), "")


def flag_of(subjects: pd.DataFrame, theme: Theme, *, settings: Settings) -> tuple[str, str]:
    """The flag of a population, and the one that was looked for first."""
    first = (
        settings.population
        or {
            "baseline": settings.baseline,
            "safety": settings.safety,
            "efficacy": settings.efficacy,
        }[theme]
    )
    usual = (first,) if settings.population else (first, *FALLBACK[theme])
    return next((name for name in usual if name in subjects), EVERYBODY), first


def _once(subjects: pd.DataFrame, wrong: Complaints, *, notes: list[Note]) -> pd.DataFrame:
    ids = subjects["USUBJID"].astype(str)
    wrong.unless(bool((ids != "").all()), "ADSL.USUBJID", "(empty)", "must name somebody in every row", "correct ADSL")
    unlike = subjects.astype({"USUBJID": str}).drop_duplicates()
    again = unlike["USUBJID"][unlike["USUBJID"].duplicated()]
    for who in again.unique()[:5]:
        wrong.unless(False, "ADSL.USUBJID", who, "must have one row; it has several that differ", "correct ADSL")
    if len(unlike) < len(subjects) and again.empty:
        twice = ids[ids.duplicated()].unique()
        notes.append(Note("ADSL", TWICE, {"count": len(twice), "who": _some(twice)}))
    return subjects.assign(USUBJID=ids).drop_duplicates("USUBJID").reset_index(drop=True)


def _arms(subjects: pd.DataFrame, settings: Settings, *, wrong: Complaints, notes: list[Note]) -> tuple[str, ...]:
    variables = dict.fromkeys(treatment_of(subjects, theme, settings=settings) for theme in THEMES)
    if not all(name in subjects for name in variables):
        allowed = "must be a column of ADSL with the treatment"
        wrong.unless(False, "treatment", settings.treatment or "TRT01P", allowed, "choose one with --treatment")
        return ()
    names: dict[str, float] = {}
    for variable in variables:
        words = subjects[variable].astype(str)
        real = ~words.str.upper().isin(NOT_AN_ARM)
        if not real.all():
            without = ", ".join(sorted({word or "—" for word in words[~real]}))
            values = {"count": int((~real).sum()), "variable": variable, "words": without}
            notes.append(Note("ADSL", UNASSIGNED, values))
        number = subjects[f"{variable}N"] if f"{variable}N" in subjects else pd.Series(np.nan, subjects.index)
        for arm, place in number[real].groupby(words[real]).min().items():
            names.setdefault(str(arm), float(place))
    if settings.arms:
        missing = [arm for arm in names if arm not in settings.arms]
        wrong.unless(not missing, "arms", ", ".join(missing), "must be listed too: people have it", "add it to arms")
        return settings.arms
    wrong.unless(bool(names), "ADSL", ", ".join(variables), "must name a treatment for somebody", "see --treatment")
    return tuple(sorted(names, key=lambda arm: (np.isnan(names[arm]), names[arm], arm)))


def _reference(arms: tuple[str, ...], settings: Settings, *, wrong: Complaints) -> str:
    if settings.reference:
        allowed = f"must be one of {', '.join(arms)}"
        wrong.unless(settings.reference in arms, "reference", settings.reference, allowed, "choose with --reference")
        return settings.reference
    usual = [arm for arm in arms if any(word in arm.upper() for word in ("PLACEBO", "CONTROL", "SHAM", "STANDARD"))]
    return (usual or list(arms) or [""])[0]


def _flags(subjects: pd.DataFrame, settings: Settings, *, wrong: Complaints, notes: list[Note]) -> None:
    if settings.population and settings.population not in subjects:
        known = ", ".join(str(name) for name in subjects if str(name).endswith("FL"))
        wrong.unless(False, "population", settings.population, f"must be one of {known}", "choose with --population")
        return
    told = set[str]()
    for theme, words in THEMES.items():
        used, first = flag_of(subjects, theme, settings=settings)
        if used == EVERYBODY:
            notes.append(Note("ADSL", NO_FLAG, {"flag": first, "theme": words}))
            continue
        if used != first:
            notes.append(Note("ADSL", OTHER_FLAG, {"flag": first, "used": used, "theme": words}))
        empty = int((~subjects[used].isin(["Y", "N"])).sum())
        if empty and used not in told:
            notes.append(Note("ADSL", FLAG_EMPTY, {"count": empty, "flag": used}))
        told.add(used)


def _strangers(trial: AdamTrial) -> list[Note]:
    notes, known = list[Note](), pd.Index(trial.subjects["USUBJID"].astype(object))
    for name, frame in sorted(trial.datasets.items()):
        if frame.empty:
            notes.append(Note(name, NO_ROWS))
        place = places(known, frame["USUBJID"])
        if (place < 0).any():
            who = frame["USUBJID"][place < 0].astype(str).unique()
            values = {"rows": int((place < 0).sum()), "people": len(who), "who": _some(who)}
            notes.append(Note(name, STRANGERS, values))
        for column, variable in (("TRTP", "TRT01P"), ("TRTA", "TRT01A")):
            if column not in frame or variable not in trial.subjects:
                continue
            there = trial.subjects[variable].astype(object).to_numpy()[place]
            told = frame[column].astype(object).to_numpy()
            differ = int(((place >= 0) & (told != there) & (told != "")).sum())
            if differ:
                notes.append(Note(name, OTHER_TREATMENT, {"count": differ, "column": column}))
    return notes


def _empty_arms(trial: AdamTrial) -> list[Note]:
    notes = []
    for theme, words in THEMES.items():
        sizes = trial.population(theme).sizes
        notes += [Note("ADSL", NOBODY_IN_ARM, {"arm": arm, "theme": words}) for arm, size in sizes.items() if size == 0]
    return notes


def _some(names: object) -> str:
    listed = [str(name) for name in list(names)]  # type: ignore[call-overload]
    return ", ".join(listed[:5]) + (" …" if len(listed) > 5 else "")
