"""How people come to a trial in calendar time: sites that open, a Poisson stream from each, the wait for the infusion.

Site s opens on day O_s: some at once, then one after the other, each perhaps late by an exponential time. From then on
people come to it as a Poisson process whose rate rises evenly from a share of the full rate to all of it. Full rates
differ between sites by a gamma factor of mean 1 (Anisimov & Fedorov 2007, Statistics in Medicine 26:4958). With L(x)
days of full rate x days after opening,

    L(x) = a x + (1 - a) x^2 / (2 w) up to the end w of the rise, w (1 + a) / 2 + x - w after it,

all sites together have the cumulative rate Lambda(t) = sum of rate_s L(t - O_s), and the j-th person comes when Lambda
reaches the sum of j unit exponentials. Sites compete: all stay open until the last person is randomised.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import final

import numpy as np
import scipy.special as sp

from trialwright.numerics.arrays import Floats
from trialwright.numerics.scalars import is_count, is_list_of, is_number, is_positive
from trialwright.planning.virtual_people import ENTERING, uniforms
from trialwright.vocabulary.errors import Complaints, ParameterError

DAYS_A_MONTH = 365.25 / 12
SITES_COME, PEOPLE_COME, INFUSED = (ENTERING + 200 + place for place in range(3))  # what the numbers are for
OPENED_WITHIN = 20 * 365  # days: all sites are planned to be open by then
LATEST = 5 * 365  # days, the largest mean lateness, rise and wait
UNEVEN_AT_MOST = 2.0
FOR_SITES = ("sites", "at_start", "opening_gap_days", "opening_delay_days", "between_sites_cv")


@final
@dataclass(frozen=True, slots=True)
class Accrual:
    """How people come, how long they wait for week 0, and how long a look takes; days count from the planned opening.

    Either ``per_month``, people a month in all, or ``per_site_month`` with ``sites``: people a month of one site. A
    month has 30.44 days. ``to_infusion_days``: from randomisation to week 0, one number or the least, the most likely
    and the most (triangular). ParameterError with every finding where it cannot be meant.
    """

    per_month: float | None = None
    per_site_month: float | None = None
    sites: int | None = None
    at_start: int = 1
    opening_gap_days: float = 0.0
    opening_delay_days: float = 0.0  # mean of an exponential
    between_sites_cv: float = 0.0
    ramp_days: float = 0.0
    start_share: float = 1.0
    to_infusion_days: tuple[float, ...] = (0.0,)
    decision_days: float = 0.0

    def __post_init__(self) -> None:
        complaints = Complaints()
        once = (self.per_month is None) != (self.per_site_month is None)
        remedy = "give per_month (all together) or per_site_month with sites"
        complaints.unless(once, "per_month", self.per_month, "must be given, or per_site_month: one of the two", remedy)
        for place in ("per_month", "per_site_month"):
            value = getattr(self, place)
            complaints.unless(value is None or is_positive(value), place, value, "must be above 0")
        self._check_sites(complaints)
        for place in ("opening_delay_days", "ramp_days", "decision_days"):
            value = getattr(self, place)
            fine = is_number(value) and 0 <= value <= LATEST
            complaints.unless(fine, place, value, f"must lie between 0 and {LATEST} days")
        share = self.start_share
        complaints.unless(is_number(share) and 0 <= share <= 1, "start_share", share, "must lie between 0 and 1")
        wanted = share == 1 or self.ramp_days != 0
        complaints.unless(
            wanted, "start_share", share, "means nothing without ramp_days", "say how long the rise takes"
        )
        self._check_wait(complaints)
        complaints.raise_as(ParameterError, "people cannot come like this")

    def _check_sites(self, complaints: Complaints) -> None:
        if self.per_site_month is None:
            for place in FOR_SITES:
                value, usual = getattr(self, place), type(self).__dataclass_fields__[place].default
                complaints.unless(value == usual, place, value, "goes with per_site_month", "remove it")
            return
        sites = self.sites
        if not complaints.unless(is_count(sites), "sites", sites, "must be a whole number of 1 or more"):
            return
        assert sites is not None
        fine = is_count(self.at_start) and self.at_start <= sites
        complaints.unless(
            fine, "at_start", self.at_start, f"must be a whole number from 1 to {sites}, the sites in all"
        )
        gap = self.opening_gap_days
        fine = is_number(gap) and gap >= 0 and (sites - 1) * gap <= OPENED_WITHIN
        complaints.unless(
            fine, "opening_gap_days", gap, f"must be 0 or more, all sites open within {OPENED_WITHIN} days"
        )
        uneven = self.between_sites_cv
        fine = is_number(uneven) and 0 <= uneven <= UNEVEN_AT_MOST
        complaints.unless(fine, "between_sites_cv", uneven, f"must lie between 0 and {UNEVEN_AT_MOST:g}")

    def _check_wait(self, complaints: Complaints) -> None:
        wait = self.to_infusion_days
        fine = is_list_of(is_number, wait) and len(wait) in (1, 3) and 0 <= wait[0] <= wait[-1] <= LATEST
        fine = fine and all(one <= other for one, other in itertools.pairwise(wait))
        allowed = "must be one number of days, or the least, the most likely and the most, none falling"
        complaints.unless(fine, "to_infusion_days", list(wait), allowed, "as in 21 or [14, 21, 42]")


def randomised_days(accrual: Accrual, *, seed: int, trials: range, people: int) -> Floats:
    """The day on which each person of some trials is randomised, in order, whole days from 0, ``[B, N]``."""
    opens, rates = _sites(accrual, seed=seed, trials=trials)
    each = np.stack([uniforms(seed, purpose=PEOPLE_COME, trial=trial, shape=(people,)) for trial in trials])
    due = np.cumsum(-np.log1p(-each), axis=1)
    settled = np.ceil(opens.max(axis=1) + accrual.ramp_days)  # from this day on the rate is full
    days = np.arange(settled.max() + 1)
    grid = np.zeros((len(trials), len(days)))
    for site in range(opens.shape[1]):
        grid += rates[:, site, None] * at_full_rate(accrual, days - opens[:, site, None])
    found = np.empty_like(due)
    for place, (line, wanted) in enumerate(zip(grid, due, strict=True)):
        last = int(settled[place])
        risen = np.searchsorted(line[: last + 1], wanted, side="right") - 1
        beyond = np.floor(last + (wanted - line[last]) / max(float(rates[place].sum()), np.finfo(float).tiny))
        found[place] = np.where(wanted >= line[last], beyond, risen)
    return found


def at_full_rate(accrual: Accrual, days: Floats) -> Floats:
    """L: what so many days after opening are worth, in days at the full rate; 0 before it."""
    since, rise, share = np.maximum(days, 0.0), accrual.ramp_days, accrual.start_share
    if rise == 0:
        return since
    within = np.minimum(since, rise)
    return np.asarray(within * (share + (1 - share) * (within / rise) / 2) + since - within)


def waits(accrual: Accrual, *, seed: int, trials: range, people: int) -> Floats:
    """Whole days from randomisation to week 0, ``[B, N]``: the triangular quantile of a uniform number each."""
    wait = accrual.to_infusion_days
    if len(wait) == 1 or wait[0] == wait[-1]:
        return np.full((len(trials), people), round(wait[0]), np.float64)
    uniform = np.stack([uniforms(seed, purpose=INFUSED, trial=trial, shape=(people,)) for trial in trials])
    least, usual, most = wait
    width, before = most - least, usual - least
    low = least + np.sqrt(uniform * width * before)
    high = most - np.sqrt((1 - uniform) * width * (most - usual))
    return np.asarray(np.round(np.where(uniform * width < before, low, high)), np.float64)


def _sites(accrual: Accrual, *, seed: int, trials: range) -> tuple[Floats, Floats]:
    """When each site opens (in days), and its full rate a day, ``[B, S]`` each; one site where there are none."""
    if accrual.per_site_month is None:
        assert accrual.per_month is not None
        return np.zeros((len(trials), 1)), np.full((len(trials), 1), accrual.per_month / DAYS_A_MONTH)
    assert accrual.sites is not None
    late = np.maximum(np.arange(accrual.sites) - accrual.at_start + 1, 0) * accrual.opening_gap_days
    numbers = np.stack([uniforms(seed, purpose=SITES_COME, trial=trial, shape=(accrual.sites, 2)) for trial in trials])
    opens = late - accrual.opening_delay_days * np.log1p(-numbers[:, :, 0])
    rates = np.full(opens.shape, accrual.per_site_month / DAYS_A_MONTH)
    if accrual.between_sites_cv:
        shape = accrual.between_sites_cv**-2
        rates *= sp.gammaincinv(shape, np.clip(numbers[:, :, 1], 1e-9, 1 - 1e-9)) / shape
    return opens, rates
