"""Circumstances in words: the ``[circumstances]`` of a scenario file, a setting of a campaign, options typed.

::

    [circumstances]
    accrual = { mean_gap_days = 7, pattern = "poisson", ramp_days = 90, start_share = 0.5 }   # or: accrual = 7
    time_to_dlt = { model = "weibull", first_half = 0.3 }   # or shape = 2.0 in place of first_half
    # or: time_to_dlt = "uniform", or { model = "late", share = 0.6, part = 0.5 }
    leavers = { share = 0.05, within_days = 28 }
    infusion_days = [2, 6]
    committee = { rate = 0.1, instead = "stay" }
    decisions = "as_they_come"   # or "when_settled"

Only ``accrual`` has to be said.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING as NO_DEFAULT, fields
from functools import partial
from typing import Any

from trialwright.operating.circumstances import (
    Accrual,
    Circumstances,
    Committee,
    LateTiming,
    UniformTiming,
    WeibullTiming,
)
from trialwright.vocabulary.errors import MISSING, Complaints, Finding, ParameterError

MODELS = {"uniform": UniformTiming, "weibull": WeibullTiming, "late": LateTiming}
LEAVERS = {"share": "leaving", "within_days": "leaving_days"}  # in a file, and in Circumstances
TIMING = {"time_to_dlt": "timing"}  # likewise
FIELDS = ("accrual", "time_to_dlt", "leavers", "infusion_days", "committee", "decisions")
FIRST = {"accrual": "mean_gap_days", "time_to_dlt": "model", "committee": "rate"}  # what a bare value stands for


def read_circumstances(table: Mapping[str, Any], *, complaints: Complaints, place: str) -> Circumstances | None:
    """The circumstances a table describes; None with the findings, each under ``place``, where it describes none."""
    before = len(complaints.findings)
    _unknown(table, FIELDS, complaints=complaints, place=place)
    parts = {name: _spread(name, table[name]) for name in FIELDS if name in table}
    remedy = "as in accrual = 7, the mean number of days between two people who could take part"
    complaints.unless("accrual" in parts, f"{place}.accrual", MISSING, "must be there", remedy)
    built: dict[str, Any] = {}
    for name, make in MAKERS.items():
        if name in parts:
            built[name] = make(parts[name], complaints=complaints, place=f"{place}.{name}")
    if "leavers" in parts:
        built |= _leavers(parts["leavers"], complaints=complaints, place=f"{place}.leavers")
    built |= {name: parts[name] for name in ("infusion_days", "decisions") if name in parts}
    if len(complaints.findings) > before:
        return None
    try:
        return Circumstances(**{TIMING.get(name, name): value for name, value in built.items()})
    except ParameterError as error:
        told = {mine: f"leavers.{theirs}" for theirs, mine in LEAVERS.items()}
        complaints.add(
            Finding(told.get(one.place, one.place), one.value, one.allowed, one.remedy).within(place)
            for one in error.findings
        )
    return None


def _spread(name: str, value: Any) -> Any:
    """A bare value as the table it stands for."""
    return {FIRST[name]: value} if name in FIRST and not isinstance(value, Mapping) else value


def _timing(table: Mapping[str, Any], *, complaints: Complaints, place: str) -> Any:
    name = table.get("model", MISSING)
    known = isinstance(name, str) and name in MODELS
    if not complaints.unless(known, f"{place}.model", name, f"must be one of {', '.join(MODELS)}"):
        return None
    rest = {key: value for key, value in table.items() if key != "model"}
    return _made(rest, kind=MODELS[name], complaints=complaints, place=place)


def _made(table: Mapping[str, Any], *, kind: Any, complaints: Complaints, place: str) -> Any:
    """One of the parts, or its findings."""
    named = fields(kind)
    fine = _unknown(table, [one.name for one in named], complaints=complaints, place=place)
    for one in named:
        there = one.name in table or one.default is not NO_DEFAULT
        fine &= complaints.unless(there, f"{place}.{one.name}", MISSING, "must be there")
    if not fine:
        return None
    try:
        return kind(**table)
    except ParameterError as error:
        complaints.add(finding.within(place) for finding in error.findings)
    return None


def _leavers(table: Any, *, complaints: Complaints, place: str) -> dict[str, Any]:
    remedy = "as in { share = 0.05, within_days = 28 }"
    fine = isinstance(table, Mapping) and set(table) == set(LEAVERS)
    complaints.unless(fine, place, table, "must hold share and within_days", remedy)
    return {mine: table[theirs] for theirs, mine in LEAVERS.items()} if fine else {}


MAKERS: Mapping[str, Callable[..., Any]] = {
    "accrual": partial(_made, kind=Accrual),
    "time_to_dlt": _timing,
    "committee": partial(_made, kind=Committee),
}


def _unknown(table: Mapping[str, Any], known: Collection[str], *, complaints: Complaints, place: str) -> bool:
    """Note every key nobody asked for; the answer is whether there is none."""
    strange = [key for key in table if key not in known]
    for key in strange:
        near = difflib.get_close_matches(key, known, n=1)
        remedy = f"did you mean {near[0]}?" if near else "remove it"
        complaints.unless(False, f"{place}.{key}", table[key], "is not known here", remedy)
    return not strange
