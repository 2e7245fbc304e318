"""Analyses of a simulated randomised trial: what is tested, when, and what counts as a response.

Missing is no response, and so is leaving (composite estimand); a change that is missing is left out of ANCOVA; a time
to an event ends at the last visit attended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, final, get_args

import numpy as np

from trialwright.numerics.arrays import Bools, Floats, Ints
from trialwright.numerics.randomised_tests import ancova_z, fisher_z, log_rank_z, mantel_haenszel_z
from trialwright.numerics.scalars import is_number
from trialwright.vocabulary.disease_course import SimulatedEndpoint
from trialwright.vocabulary.errors import Complaints, ParameterError

Method = Literal["cmh", "exact", "ancova", "log-rank"]
METHODS: tuple[Method, ...] = get_args(Method)
FITS: Mapping[str, tuple[Method, ...]] = {
    "response": ("cmh", "exact"),
    "change": ("ancova",),
    "event": ("log-rank", "cmh"),
}


@final
@dataclass(frozen=True, slots=True)
class Analysis:
    """One test: an endpoint, the week at which it is judged, and how."""

    endpoint: str
    week: int
    method: Method
    dose_at_most: float | None = None  # a response with more background treatment than this is none
    strata_at: float | None = None  # baseline index from which a participant is in the upper stratum

    def check(self, endpoints: Mapping[str, SimulatedEndpoint], *, weeks: tuple[int, ...]) -> Complaints:
        """Everything about it that does not go together."""
        complaints = Complaints()
        known = self.endpoint in endpoints
        allowed = "must be one of " + ", ".join(endpoints)
        complaints.unless(known, "analysis.endpoint", self.endpoint, allowed)
        complaints.unless(
            self.week in weeks[1:], "analysis.week", self.week, "must be the week of a visit after week 0"
        )
        if known:
            kind = endpoints[self.endpoint].kind
            fits = "must be " + " or ".join(FITS[kind]) + f" for an endpoint that is a {kind}"
            complaints.unless(self.method in FITS[kind], "analysis.method", self.method, fits)
        for place in ("dose_at_most", "strata_at"):
            value = getattr(self, place)
            fine = value is None or (is_number(value) and value >= 0)
            complaints.unless(fine, f"analysis.{place}", value, "must be 0 or more, or left out")
        return complaints

    def checked(self, endpoints: Mapping[str, SimulatedEndpoint], *, weeks: tuple[int, ...]) -> Analysis:
        """The same; ParameterError with all findings where something does not go together."""
        self.check(endpoints, weeks=weeks).raise_as(ParameterError, "this analysis cannot be done")
        return self


@final
@dataclass(frozen=True, slots=True)
class TrialData:
    """What B simulated trials of N participants recorded, ``[B, N, V]`` by endpoint, and who had what."""

    endpoints: Mapping[str, SimulatedEndpoint]
    weeks: tuple[int, ...]
    found: Mapping[str, Floats]
    index: Floats  # [B, N, V], the activity index
    dose: Floats  # [B, N, V]
    seen: Bools  # [B, N, V], visits attended
    arm: Ints  # [N], 0 is the control

    def place(self, week: int) -> int:
        """Which visit a week is."""
        return self.weeks.index(week)


def response(data: TrialData, analysis: Analysis) -> Floats:
    """Who responds (or has had an event) by the rule of an analysis, ``[B, N]``; missing is no response."""
    visit, known = data.place(analysis.week), data.endpoints[analysis.endpoint]
    values = data.found[analysis.endpoint]
    if known.kind == "event":
        return np.asarray((np.nan_to_num(values[:, :, : visit + 1]) > 0).any(axis=2), np.float64)
    yes = np.nan_to_num(values[:, :, visit]) > 0
    if analysis.dose_at_most is not None:
        yes &= data.dose[:, :, visit] <= analysis.dose_at_most
    return yes.astype(np.float64)


def change(data: TrialData, analysis: Analysis) -> Floats:
    """The change since baseline, ``[B, N]``; NaN where the visit was missed."""
    values = data.found[analysis.endpoint]
    return np.asarray(values[:, :, data.place(analysis.week)] - values[:, :, 0])


def first_events(data: TrialData, analysis: Analysis) -> tuple[Ints, Ints]:
    """The visit that shows the first event (-1: none) and the last attended, up to the week, ``[B, N]`` each."""
    until = data.place(analysis.week) + 1
    shows = np.nan_to_num(data.found[analysis.endpoint][:, :, :until]) > 0
    event = np.where(shows.any(axis=2), shows.argmax(axis=2), -1)
    seen = data.seen[:, :, :until]
    last = until - 1 - seen[:, :, ::-1].argmax(axis=2)
    return event, np.where(seen.any(axis=2), last, 0)


def z_of(data: TrialData, analysis: Analysis, *, arm: int, people: int | None = None) -> Floats:
    """The z of one arm against the control in every trial, above 0 where the arm is better, ``[B]``.

    ``people``: only the first so many of each trial, as at an interim analysis.
    """
    known = data.endpoints[analysis.endpoint]
    here = np.isin(data.arm, (0, arm))
    here[len(here) if people is None else people :] = False
    treated = data.arm[here] == arm
    shape = (len(data.index), int(here.sum()))
    who = {"treated": np.broadcast_to(treated, shape)}
    sign = 1.0 if known.better == "higher" else -1.0
    everybody = np.ones(shape, np.bool_)
    if analysis.method == "ancova":
        value = change(data, analysis)[:, here]
        baseline = data.found[analysis.endpoint][:, here, 0]
        return sign * ancova_z(value, baseline=baseline, counted=~np.isnan(value), **who)
    if analysis.method == "log-rank":
        event, last = first_events(data, analysis)
        return sign * log_rank_z(event[:, here], last[:, here], counted=everybody, **who)
    yes = response(data, analysis)[:, here]
    if analysis.method == "exact":
        return sign * fisher_z(yes, counted=everybody, **who)
    cut = np.inf if analysis.strata_at is None else analysis.strata_at
    stratum = (data.index[:, here, 0] >= cut).astype(np.int64)
    return sign * mantel_haenszel_z(yes, counted=everybody, stratum=stratum, **who)
