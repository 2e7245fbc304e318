"""Analyses of a simulated randomised trial: what is tested, when, and what counts as a response.

Missing is no response, and so is leaving (composite estimand); a change that is missing is left out of ANCOVA; a time
to an event ends at the last visit attended. Repeated measures (MMRM) use every visit up to the week, as the single
analysis does: change by arm and visit, baseline by visit, unstructured covariance, REML, Kenward-Roger. They leave out
what comes after rescue (hypothetical estimand) unless told to keep it; ANCOVA keeps it unless told to leave it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, final, get_args

import numpy as np

from trialwright.analysis.repeated_measures import by_visit
from trialwright.numerics.arrays import Bools, Floats, Ints
from trialwright.numerics.randomised_tests import ancova_z, fisher_z, log_rank_z, mantel_haenszel_z, z_of_t
from trialwright.numerics.repeated_measures_many import contrasts_of_many
from trialwright.numerics.scalars import is_number
from trialwright.vocabulary.disease_course import SimulatedEndpoint
from trialwright.vocabulary.errors import Complaints, ParameterError, Refused

Method = Literal["cmh", "exact", "ancova", "mmrm", "log-rank"]
AfterRescue = Literal["kept", "left out"]
METHODS: tuple[Method, ...] = get_args(Method)
FITS: Mapping[str, tuple[Method, ...]] = {
    "response": ("cmh", "exact"),
    "change": ("ancova", "mmrm"),
    "event": ("log-rank", "cmh"),
}
MOST_VISITS = 13  # after baseline, a year of four weeks; larger matrices would round by the number of threads


@final
@dataclass(frozen=True, slots=True)
class Analysis:
    """One test: an endpoint, the week at which it is judged, and how."""

    endpoint: str
    week: int
    method: Method
    dose_at_most: float | None = None  # a response with more background treatment than this is none
    strata_at: float | None = None  # baseline index from which a participant is in the upper stratum
    after_rescue: AfterRescue | None = field(default=None, repr=False)  # values of a change after rescue; by the method

    @property
    def leaves_out_rescued(self) -> bool:
        """Whether values after rescue do not count: as asked, or else in repeated measures only."""
        return self.method == "mmrm" if self.after_rescue is None else self.after_rescue == "left out"

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
            fine = kind == "change" or self.after_rescue is None
            allowed = "goes with an endpoint that is a change: rescue is no response"
            complaints.unless(fine, "analysis.after_rescue", self.after_rescue, allowed, "remove it")
        visits = sum(0 < week <= self.week for week in weeks)
        fine = self.method != "mmrm" or visits <= MOST_VISITS
        allowed = f"has {visits} visits up to week {self.week}, more than {MOST_VISITS}"
        complaints.unless(fine, "analysis.method", self.method, allowed, "ancova, or fewer visits")
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
    rescued: Bools  # [B, N, V], by the visit: decided after what it showed
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


def changes(data: TrialData, analysis: Analysis) -> Floats:
    """The change since baseline at every visit up to the week, ``[B, N, T]``; NaN where it is missing or left out."""
    until = data.place(analysis.week) + 1
    values = data.found[analysis.endpoint][:, :, :until]
    found = values[:, :, 1:] - values[:, :, :1]
    return np.where(data.rescued[:, :, : until - 1], np.nan, found) if analysis.leaves_out_rescued else found


def change(data: TrialData, analysis: Analysis) -> Floats:
    """The change since baseline, ``[B, N]``; NaN where the visit was missed, or comes after a rescue that ends it."""
    return changes(data, analysis)[:, :, -1]


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
    if analysis.method == "mmrm":
        value, baseline = changes(data, analysis)[:, here], data.found[analysis.endpoint][:, here, 0]
        return sign * repeated_z(value, baseline=baseline, treated=treated)
    if analysis.method == "log-rank":
        event, last = first_events(data, analysis)
        return sign * log_rank_z(event[:, here], last[:, here], counted=everybody, **who)
    yes = response(data, analysis)[:, here]
    if analysis.method == "exact":
        return sign * fisher_z(yes, counted=everybody, **who)
    cut = np.inf if analysis.strata_at is None else analysis.strata_at
    stratum = (data.index[:, here, 0] >= cut).astype(np.int64)
    return sign * mantel_haenszel_z(yes, counted=everybody, stratum=stratum, **who)


def repeated_z(value: Floats, *, baseline: Floats, treated: Bools) -> Floats:
    """Repeated measures of every trial: the difference at the last visit as a z, above 0 where the treated have more.

    ``value`` ``[B, N, T]``, NaN where missing; ``baseline`` ``[B, N]``; ``treated`` ``[N]``. Kenward-Roger's t with its
    degrees of freedom, as the z of the same tail. Trials without an unstructured estimate are analysed one by one with
    the named fallbacks of the single analysis; 0 where none of them fits.
    """
    columns = np.stack([np.ones_like(baseline), np.broadcast_to(treated, baseline.shape), baseline], axis=2)
    found = contrasts_of_many(value, columns, column=1)
    z = z_of_t(found.t, degrees_of_freedom=found.degrees_of_freedom)
    for trial in np.flatnonzero(np.isnan(found.t)):
        z[trial] = single_repeated_z(value[trial], baseline=baseline[trial], treated=treated)
    return z


def single_repeated_z(value: Floats, *, baseline: Floats, treated: Bools) -> float:
    """The same of one trial by the single analysis, with its fallbacks: ``[N, T]``, ``[N]``, ``[N]``."""
    who, visit = np.nonzero(np.isfinite(value) & np.isfinite(baseline)[:, None])
    try:
        fitted = by_visit(
            value[who, visit], participant=who, visit=visit, baseline=baseline[who], arm=treated[who].astype(np.int64)
        )
    except Refused:
        return 0.0
    last = [one.mean for one in fitted.differences if one.visit == value.shape[1] - 1]
    if not last:
        return 0.0
    t, free = np.asarray([last[0].t]), np.asarray([last[0].degrees_of_freedom])
    return float(z_of_t(t, degrees_of_freedom=free)[0])
