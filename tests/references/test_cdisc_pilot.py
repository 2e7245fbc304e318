"""The tables of the public CDISC pilot data: counts, percentages, exact tests and summaries as published."""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trialwright.analysis.adam.analyses import analyse
from trialwright.analysis.adam.results import Lookup
from trialwright.analysis.adam.settings import Settings
from trialwright.analysis.adam.trial import AdamTrial, trial_of
from trialwright.exchange.mapping import Mapped
from trialwright.exchange.package import read_package

FOLDER = Path(__file__).parents[2] / "references" / "cdisc_pilot"
ARMS = {"placebo": "Placebo", "low": "Xanomeline Low Dose", "high": "Xanomeline High Dose"}


def rows_of(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.fixture(scope="module")
def trial() -> AdamTrial:
    package = read_package(FOLDER, Mapped())
    assert sorted(package.not_read) == ["README.md", "published.csv", "summaries.csv", "times.csv"]
    assert package.coercions == ()
    subjects, events = package.datasets["ADSL"], package.datasets["ADAE"]
    first = (
        events[(events["TRTEMFL"] == "Y") & (events["CQ01NAM"] != "")].groupby("USUBJID", observed=True)["ASTDT"].min()
    )
    onset = subjects["USUBJID"].astype(str).map(first)
    days = (onset.fillna(subjects["RFENDT"]) - subjects["TRTSDT"]).dt.days + 1
    times = pd.DataFrame(
        {
            "USUBJID": subjects["USUBJID"],
            "PARAMCD": "TTDE",
            "AVAL": days.astype(float),
            "CNSR": onset.isna().astype(float),
        }
    )
    return trial_of({**package.datasets, "ADTTE": times}, settings=Settings())


@pytest.fixture(scope="module")
def lookups(trial: AdamTrial) -> dict[str, Lookup]:
    return {answer.table: Lookup(answer.results) for answer in analyse(trial)}


def test_arms_and_reference_need_no_settings(trial: AdamTrial) -> None:
    assert trial.arms == tuple(ARMS.values())
    assert trial.reference == "Placebo"
    assert trial.population("safety").sizes == {"Placebo": 86, "Xanomeline Low Dose": 84, "Xanomeline High Dose": 84}
    assert trial.population("efficacy").sizes == {"Placebo": 79, "Xanomeline Low Dose": 81, "Xanomeline High Dose": 74}


@pytest.mark.parametrize(
    "row", rows_of("published.csv"), ids=lambda row: f"{row['table']} {row['item']} {row['subitem']}"
)
def test_counts_percentages_and_exact_tests_are_as_published(row: dict[str, str], lookups: dict[str, Lookup]) -> None:
    lookup, item = lookups[row["table"]], tuple(word for word in (row["item"], row["subitem"]) if word)
    for short, arm in ARMS.items():
        found = lookup.find(item, arm, statistic="people")
        people = 0 if found is None else int(found.value)
        assert people == int(row[f"{short}_people"]), arm
        if row[f"{short}_events"]:
            assert int(lookup.value(item, arm, statistic="events")) == int(row[f"{short}_events"])
        if printed := row[f"{short}_percent"]:
            share = Decimal(100 * people) / Decimal(int(lookup.value(item, arm, statistic="of")))
            assert share.quantize(Decimal(printed), ROUND_HALF_UP) == Decimal(printed)
    for short in ("low", "high") if row["table"].startswith("ae_") else ():
        p = lookup.value(item, f"{ARMS[short]} v Placebo", statistic="p")
        printed = row[f"p_{short}"]
        if printed == ">.99":
            assert p > 0.99
        elif printed:
            assert round(p, 3) == pytest.approx(float(printed), abs=1e-9)
        else:
            assert np.isnan(p), "neither arm has the event: there is nothing to test"


def test_exact_tests_of_disposition_are_as_published(lookups: dict[str, Lookup]) -> None:
    p = {
        item: lookups["disposition"].value(item, "all arms", statistic="p")
        for item in (("COMP24FL",), ("reason", "Adverse Event"), ("reason", "Lack of Efficacy"))
    }
    assert p["COMP24FL",] < 0.0001
    assert p["reason", "Adverse Event"] < 0.0001
    assert p["reason", "Lack of Efficacy"] == pytest.approx(0.3281, abs=5e-5)


@pytest.mark.parametrize("row", rows_of("summaries.csv"), ids=lambda row: f"{row['item']} {row['arm']}")
def test_summaries_are_as_published(row: dict[str, str], lookups: dict[str, Lookup]) -> None:
    for statistic in ("mean", "sd"):
        value = lookups["demographics"].value((row["item"],), row["arm"], statistic=statistic)
        assert value == pytest.approx(float(row[statistic]), abs=0.0051)
    for statistic in ("median", "min", "max"):
        value = lookups["demographics"].value((row["item"],), row["arm"], statistic=statistic)
        assert value == pytest.approx(float(row[statistic]), abs=1e-9)


def test_times_to_the_first_skin_event_are_those_of_the_public_data_set(trial: AdamTrial) -> None:
    times = trial.datasets["ADTTE"].assign(USUBJID=lambda frame: frame["USUBJID"].astype(str)).set_index("USUBJID")
    for row in rows_of("times.csv"):
        assert times.loc[row["USUBJID"], ["AVAL", "CNSR"]].tolist() == [float(row["AVAL"]), float(row["CNSR"])]


def test_numbers_at_risk_are_those_still_without_the_event(trial: AdamTrial, lookups: dict[str, Lookup]) -> None:
    frame, lookup = trial.datasets["ADTTE"], lookups["time_to_event"]
    arm = frame["USUBJID"].astype(str).map(trial.population("safety").people)
    for name, events in zip(ARMS.values(), (29, 62, 61), strict=True):
        assert lookup.value(("ADTTE", "TTDE"), name, statistic="events") == events
        for moment in (0, 50, 100, 150):
            still = int((frame["AVAL"][arm == name] >= moment).sum())
            assert lookup.value(("ADTTE", "TTDE"), name, statistic="at risk", visit=f"{moment}") == still
