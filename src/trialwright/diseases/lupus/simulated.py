"""What lupus shows at a visit of a simulated trial, and its endpoints by the live instruments.

A person is susceptible to some of the 24 items (by the shares of organs at entry in published trials); a susceptible
item is present where a number that stays with it from visit to visit lies below the share of the state: so items
persist within a spell, and come and go with it. An affected BILAG system is graded by such a number too. The totals,
SRI-4, BICLA, LLDAS and flares are then computed by the very functions that score a live assessment: they take a batch.
Numbers, priors and sources: data/course.toml.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, final

import numpy as np
import scipy.special as sp

from trialwright.diseases.lupus import sledai
from trialwright.diseases.lupus.endpoints import endpoints
from trialwright.diseases.lupus.tables import written_in
from trialwright.vocabulary.disease_course import (
    Bools,
    CourseParameter,
    CourseTarget,
    Entry,
    Floats,
    Ints,
    Observed,
    Shown,
    SimulatedEndpoint,
    Values,
)
from trialwright.vocabulary.words import Text

E, D, C, B, A = range(5)  # grades as the endpoints count them
SEROLOGY = ("low_complement", "dna_binding")
CENTRAL = ("seizure", "psychosis", "organic_brain_syndrome", "visual_disturbance", "cranial_nerve", "cva")
RENAL = ("urinary_casts", "haematuria", "proteinuria", "pyuria")
NEW = {  # what SFI asks: the items of which one that was absent at the visit before
    "rash_new_or_worse": ("rash",),
    "nasopharyngeal_ulcers_new_or_worse": ("mucosal_ulcers",),
    "pleuritis_new_or_worse": ("pleurisy",),
    "pericarditis_new_or_worse": ("pericarditis",),
    "arthritis_new_or_worse": ("arthritis",),
    "fever_new_or_worse": ("fever",),
    "cns_lupus_new_or_worse": (*CENTRAL, "lupus_headache"),
    "vasculitis_new_or_worse": ("vasculitis",),
    "nephritis_new_or_worse": RENAL,
    "myositis_new_or_worse": ("myositis",),
}
BICLA_WEEKS = (4, 8, 12, 52)  # of the published placebo arms
WEEKS_A_YEAR = 365.25 / 7
PGA_STEP = 10  # a global is recorded in tenths
FILES = ("sri", "bicla", "lldas", "tulip-flare", "sfi", "doris-2021")


@cache
def _written() -> dict[str, Any]:
    return written_in("course")


@cache
def parameters() -> tuple[CourseParameter, ...]:
    """Every number of the model, in the order of the file, with its calibrated value where it has one."""
    calibrated = {row["key"]: float(row["value"]) for row in _rows("course-calibrated.csv")}
    return tuple(
        CourseParameter(key, **{**body, "label": Text(**body["label"])}, calibrated=calibrated.get(key))
        for key, body in _written()["parameter"].items()
    )


@cache
def targets() -> tuple[CourseTarget, ...]:
    """The published numbers, in the order of their file."""
    return tuple(
        CourseTarget(key, **{**body, "label": Text(**body["label"])})
        for key, body in written_in("course-targets")["target"].items()
    )


@cache
def uncertainty() -> Floats:
    """The factor of what calibration left open; parameters that were not calibrated keep their whole prior."""
    keys = [one.key for one in parameters()]
    factor = np.eye(len(keys))
    for row in _rows("course-uncertainty.csv"):
        place = keys.index(row["key"])
        factor[place, place] = 0.0
        for other, value in row.items():
            if other != "key" and value:
                factor[place, keys.index(other)] = float(value)
    return factor


def _rows(name: str) -> list[dict[str, str]]:
    file = resources.files(__package__).joinpath("data", name)
    return list(csv.DictReader(file.read_text("utf-8").splitlines())) if file.is_file() else []


@cache
def _endpoints() -> Mapping[str, SimulatedEndpoint]:
    return MappingProxyType(
        {
            name: SimulatedEndpoint(
                name, Text(**body["title"]), kind=body["kind"], better=body["better"], instrument=body["instrument"]
            )
            for name, body in _written()["endpoint"].items()
        }
    )


@cache
def _index() -> sledai.Sledai:
    return next(each for each in sledai.instruments() if each.name == "sledai-2k")


@cache
def _live() -> Mapping[str, Any]:
    return {each.name: each for file in FILES for each in endpoints(file)}


@final
@dataclass(frozen=True)
class Layout:
    """Where each thing stands among the columns of a visit: items, grades of systems, physician's global."""

    items: tuple[str, ...]
    systems: tuple[str, ...]
    shares: Floats  # of people in a flare who have the item, [items]
    trait: Ints  # which of a person's numbers says whether the item may be there, [items]
    is_serology: Bools
    belongs: Floats  # [items, systems]: 1 where an item shows in a system

    @property
    def columns(self) -> tuple[str, ...]:
        """The keys of the columns."""
        return (*self.items, *(f"bilag_{system}" for system in self.systems), "pga")


@cache
def layout() -> Layout:
    """The layout that the data file describes."""
    written = _written()
    items, systems = tuple(written["item"]), tuple(written["system"])
    belongs = [[float(item in written["system"][system]) for system in systems] for item in items]
    shares = np.asarray([written["item"][item] for item in items], np.float64)
    trait = np.asarray([items.index(written["together"].get(item, item)) for item in items])
    return Layout(items, systems, shares, trait, np.asarray([item in SEROLOGY for item in items]), np.asarray(belongs))


@final
@dataclass(frozen=True, slots=True)
class LupusAppearance:
    """How lupus shows the states of its course."""

    @property
    def parameters(self) -> Sequence[CourseParameter]:
        """Every number of the model, with prior, source and status."""
        return parameters()

    @property
    def uncertainty(self) -> Floats:
        """What calibration left open."""
        return uncertainty()

    @property
    def targets(self) -> Sequence[CourseTarget]:
        """The published numbers."""
        return targets()

    @property
    def fit(self) -> Mapping[str, float]:
        """What the calibrated course shows for each target."""
        return {row["key"]: float(row["simulated"]) for row in _rows("course-fit.csv")}

    @property
    def left_open(self) -> Mapping[str, float]:
        """What calibration left of each prior standard deviation."""
        return {row["key"]: float(row["share_of_prior_sd"]) for row in _rows("course-calibrated.csv")}

    @property
    def endpoints(self) -> Mapping[str, SimulatedEndpoint]:
        """The endpoints that can be simulated."""
        return _endpoints()

    @property
    def trait_draws(self) -> int:
        """One number for each item, one for the global."""
        return len(layout().items) + 1

    @property
    def visit_draws(self) -> int:
        """One number for each item and system, one for the global."""
        return len(layout().items) + len(layout().systems) + 1

    def shown(
        self, traits: Floats, state: Ints, *, draws: Floats, before: Shown | None, weeks: float, values: Values
    ) -> Shown:
        """Items, grades and global of a visit. Shapes: traits ``[N, 25]``, draws ``[N, 34]`` to columns ``[N, 34]``."""
        place, count = layout(), len(layout().items)
        hidden = np.empty((len(state), count + len(place.systems)))
        turnover = np.where(
            np.arange(hidden.shape[1]) < count, values["item_turnover_weeks"], values["grade_turnover_weeks"]
        )
        hidden[:] = (
            draws[:, :-1] if before is None else _kept(draws[:, :-1], before.hidden, stays=np.exp(-weeks / turnover))
        )
        can = traits[:, place.trait] < np.minimum(place.shares / values["item_flare"], 1.0)
        present = can & (hidden[:, :count] < _shares(values)[state])
        grades = _grades(present, can, hidden=hidden[:, count:], state=state, values=values)
        pga = _pga(traits[:, -1], draws[:, -1], state=state, values=values)
        return Shown(np.concatenate([present, grades, pga[:, None]], axis=1), hidden)

    def is_eligible(self, shown: Shown, entry: Entry) -> Bools:
        """SLEDAI-2K high enough and, where grades are asked for, at least one A or two B (TULIP)."""
        items, grades = len(layout().items), shown.columns[:, len(layout().items) : -1]
        total = _index().score_many(shown.columns[:, :items], keys=layout().items).value
        active = ((grades == A).sum(axis=1) >= 1) | ((grades == B).sum(axis=1) >= 2)
        return np.asarray((total >= entry.index_at_least) & (active | (not entry.graded)))

    def evaluate(
        self, endpoints: Sequence[str], observed: Observed, *, places: Mapping[str, Sequence[int]] | None = None
    ) -> Mapping[str, Floats]:
        """Endpoints at every visit (or at some ``places``) by the live instruments; only the index has a baseline."""
        facts, after = visit_facts(observed), range(1, len(observed.weeks))
        found = {}
        for name in endpoints:
            known = _endpoints()[name]
            if known.kind == "change":
                found[name] = facts["sledai"]
                continue
            level = _written()["endpoint"][name].get("level", 1)
            at = [place for place in (places or {}).get(name, after) if place > 0]
            found[name] = _scored(known.instrument, facts, at_least=level, places=at)
        return found

    def summaries(self, observed: Observed) -> Mapping[str, float]:
        """What published trials print of a placebo arm, under the keys of data/course-targets.toml."""
        weeks, last = observed.weeks.tolist(), len(observed.weeks) - 1
        names = ("sledai-2k", "sri-4", "bicla", "lldas", "tulip-flare", "sfi-any", "sfi-severe")
        places = {"sri-4": [last], "lldas": [last], "bicla": [weeks.index(week) for week in BICLA_WEEKS]}
        found = self.evaluate(names, observed, places=places)
        return summaries(observed, found=found)


def _shares(values: Values) -> Floats:
    """The share of visits at which a susceptible item is present, by state: ``[S, items]``."""
    flare, serology = values["item_flare"], layout().is_serology
    clinical = np.asarray([values["item_quiescent"], values["item_low"], flare])
    blood = np.asarray([values["serology_quiescent"] * flare, values["serology_low"] * flare, flare])
    return np.where(serology[None, :], blood[:, None], clinical[:, None])


def _kept(draws: Floats, before: Floats, *, stays: Floats) -> Floats:
    """The number of before where it stays, a new one elsewhere; one draw says both, so that it stays uniform."""
    return np.where(draws < stays, before, (draws - stays) / np.maximum(1 - stays, 1e-12))


def _grades(present: Bools, can: Bools, *, hidden: Floats, state: Ints, values: Values) -> Floats:
    """Letters as the endpoints count them, ``[N, systems]``: D where a system may be affected and is not."""
    belongs = layout().belongs
    affected, ever = present @ belongs > 0, can @ belongs > 0
    ratio = np.asarray([0.0, values["grade_low_ratio"], 1.0])[state][:, None]
    a = values["grade_a_flare"] * ratio
    b = a + (1 - values["grade_a_flare"]) * values["grade_b_flare"] * ratio
    letter = np.where(hidden < a, A, np.where(hidden < b, B, C))
    return np.where(affected, letter, np.where(ever, D, E)).astype(np.float64)


def _pga(trait: Floats, draw: Floats, *, state: Ints, values: Values) -> Floats:
    mean = np.asarray([values["pga_quiescent"], values["pga_low"], values["pga_flare"]])[state]
    person, visit = (sp.ndtri(np.clip(one, 1e-9, 1 - 1e-9)) for one in (trait, draw))
    raw = mean + values["pga_person_sd"] * person + values["pga_visit_sd"] * visit
    return np.asarray(np.clip(np.round(raw * PGA_STEP) / PGA_STEP, 0.0, 3.0))


def visit_facts(observed: Observed) -> dict[str, Floats]:
    """What the live instruments ask of every visit, ``[N, V]`` by key; ``…_previous`` is the last visit attended."""
    place = layout()
    facts = {key: observed.columns[:, :, column] for column, key in enumerate(place.columns)}
    items = observed.columns[:, :, : len(place.items)]
    facts["sledai"] = _index().score_many(items, keys=place.items).value
    seen = ~np.isnan(facts["pga"])
    facts["prednisone_mg_per_day"] = np.where(seen, observed.dose, np.nan)
    last = last_attended(seen)
    people = np.arange(len(last))[:, None]
    for key in list(facts):
        earlier = facts[key][people, np.maximum(last, 0)]
        facts[f"{key}_previous"] = np.where(last < 0, np.nan, earlier)
        facts[f"{key}_baseline"] = np.broadcast_to(facts[key][:, :1], seen.shape)
    facts["prednisone_baseline_mg_per_day"] = facts["prednisone_mg_per_day_baseline"]
    facts["rescue"] = observed.rescued.astype(np.float64)
    facts["withdrawn"] = observed.withdrawn.astype(np.float64)
    facts["week"] = np.broadcast_to(observed.weeks, seen.shape)
    for key, answer in _written()["answer"].items():
        facts[key] = np.where(seen, float(answer), np.nan)
    return facts | _flare_facts(facts, observed, last=last)


def last_attended(seen: Bools) -> Ints:
    """The place of the last visit attended before each, ``[N, V]``; -1 where there is none."""
    place = np.where(seen, np.arange(seen.shape[1]), -1)
    until = np.maximum.accumulate(place, axis=1)
    return np.concatenate([np.full((len(seen), 1), -1), until[:, :-1]], axis=1)


def _flare_facts(facts: Mapping[str, Floats], observed: Observed, *, last: Ints) -> dict[str, Floats]:
    """What a flare index asks: what is new since the last visit attended, and what was done about it."""
    unknown = np.isnan(facts["pga"]) | np.isnan(facts["pga_previous"])

    def said(answer: Bools | Floats) -> Floats:
        return np.where(unknown, np.nan, answer)

    found = {
        key: said(np.any([(facts[item] == 1) & (facts[f"{item}_previous"] == 0) for item in items], axis=0))
        for key, items in NEW.items()
    }
    now, then = facts["prednisone_mg_per_day"], facts["prednisone_mg_per_day_previous"]
    weight = next(one.value for one in parameters() if one.key == "body_weight_kg")
    before = observed.rescued[np.arange(len(last))[:, None], np.maximum(last, 0)]
    return found | {
        "prednisone_raised": said(now > then),
        "prednisone_doubled": said((now >= 2 * then) & (now > then)),
        "prednisone_mg_per_kg": now / weight,
        "immunosuppressant_added": said(observed.rescued & ~before),
    }


def _scored(instrument: str, facts: Mapping[str, Floats], *, at_least: int, places: Sequence[int]) -> Floats:
    """A live endpoint at some visits, ``[N, V]``; NaN at the others."""
    live, at = _live()[instrument], list(places)
    keys = [key for key in live.items if key in facts]
    levels = live.score_many(np.stack([facts[key][:, at] for key in keys], axis=-1), keys=keys)
    found = np.full(facts["pga"].shape, np.nan)
    found[:, at] = np.where(levels.lower >= at_least, 1.0, np.where(levels.upper < at_least, 0.0, np.nan))
    return found


def summaries(observed: Observed, *, found: Mapping[str, Floats]) -> dict[str, float]:
    """Numbers as trials print them: missing is no response, rates per year of follow-up."""
    index, letters = found["sledai-2k"], observed.columns[:, 0, len(layout().items) : -1]
    seen = ~np.isnan(index[:, 1:])
    years = float((seen * np.diff(observed.weeks)).sum()) / WEEKS_A_YEAR
    at = [observed.weeks.tolist().index(week) for week in BICLA_WEEKS]
    bicla = np.nan_to_num(found["bicla"])[:, at].mean(axis=0)
    return {
        "sledai_baseline_mean": float(index[:, 0].mean()),
        "sledai_baseline_sd": float(index[:, 0].std(ddof=1)),
        "sledai_change_52": float(np.nanmean(index[:, -1] - index[:, 0])),
        "pga_baseline_mean": float(observed.columns[:, 0, -1].mean()),
        "pga_baseline_sd": float(observed.columns[:, 0, -1].std(ddof=1)),
        "a_baseline_share": float((letters == A).any(axis=1).mean()),
        "dose_above_7_5_share": float((observed.dose[:, 0] > 7.5).mean()),
        "dose_mean": float(observed.dose[:, 0].mean()),
        "sri_4_52": float(np.nan_to_num(found["sri-4"])[:, -1].mean()),
        "lldas_52": float(np.nan_to_num(found["lldas"])[:, -1].mean()),
        "sfi_any_52": float((np.nan_to_num(found["sfi-any"]) > 0).any(axis=1).mean()),
        "sfi_severe_52": float((np.nan_to_num(found["sfi-severe"]) > 0).any(axis=1).mean()),
        "bilag_flares_per_year": float(np.nansum(found["tulip-flare"])) / years,
        "left_by_52": float(observed.withdrawn[:, -1].mean()),
        **{f"bicla_{week}": float(share) for week, share in zip(BICLA_WEEKS, bicla, strict=True)},
    }


APPEARANCE = LupusAppearance()
