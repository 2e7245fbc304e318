"""Sample sizes from elsewhere: rates, means, times to an event; fixed and group-sequential."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trialwright.numerics.group_sequential import expected_information
from trialwright.numerics.group_sequential_boundaries import by_spending, drift_at_power, inflation, wang_tsiatis
from trialwright.numerics.sample_size import one_rate, one_rate_exact, two_means, two_rates
from trialwright.numerics.spending import spent
from trialwright.numerics.survival_size import (
    Followed,
    freedman_events,
    lachin_foulkes,
    participants_for,
    schoenfeld_events,
)

REFERENCES = Path(__file__).parents[2] / "references"
RPACT, GSDESIGN = (
    json.loads((REFERENCES / name / "cases.json").read_text("utf-8"))
    for name in ("rpact_sample_size", "gsdesign_sample_size")
)
EVENTS = {"Schoenfeld": schoenfeld_events, "Freedman": freedman_events}
DROPOUT_TIME = 12  # rpact's default unit of a dropout probability


def test_the_files_are_the_whole_of_it() -> None:
    assert (len(RPACT["cases"]), len(GSDESIGN["cases"])) == (94, 34)


def factors(inputs: dict[str, Any]) -> tuple[float, float]:
    """How much the looks add to the largest and to the expected number."""
    if inputs["k"] == 1:
        return 1.0, 1.0
    times, alpha, beta = np.arange(1, inputs["k"] + 1) / inputs["k"], inputs["alpha"] / inputs["sided"], inputs["beta"]
    none = np.full(len(times), -np.inf)
    if inputs["type"] == "P":
        upper = wang_tsiatis(times, alpha=alpha, delta=0.5)
    else:
        upper = by_spending(times, spent=spent(inputs["type"], times, total=alpha))
    drift = drift_at_power(times, lower=none, upper=upper, wanted=1 - beta)
    more = inflation(drift, alpha=alpha, beta=beta)
    return more, more * float(expected_information(times, lower=none, upper=upper, drifts=drift)[0])


def close(found: float, expected: float, relative: float) -> None:
    assert found == pytest.approx(expected, rel=relative, abs=0)


@pytest.mark.parametrize("case", RPACT["cases"], ids=lambda case: case["id"])
def test_rpact(case: dict[str, Any]) -> None:
    inputs, outputs, within = case["inputs"], case["outputs"], RPACT["tolerance"]["relative"]
    largest, expected = factors(inputs)
    if inputs["endpoint"] == "survival":
        events, participants = survival(inputs)
        close(events * largest, outputs["events"], within)
        close(participants * largest, outputs["subjects"], within)
        return
    fixed = rpact_fixed(inputs)
    close(fixed * largest, outputs["max_subjects"], within)
    if outputs.get("expected_subjects_h1") is not None:
        close(fixed * expected, outputs["expected_subjects_h1"], within)


def rpact_fixed(inputs: dict[str, Any]) -> float:
    errors = {"alpha": inputs["alpha"] / inputs["sided"], "beta": inputs["beta"]}
    if inputs["endpoint"] == "means":
        return two_means(
            inputs["effect"],
            inputs["sd"],
            ratio=inputs["allocation_ratio"],
            sd_known=inputs["normal_approximation"],
            **errors,
        )
    if inputs["groups"] == 2:
        return float(two_rates(inputs["pi1"], inputs["pi2"], ratio=inputs["allocation_ratio"], **errors))
    if inputs["normal_approximation"]:
        return float(one_rate(inputs["pi0"], inputs["pi1"], **errors))
    exact = one_rate_exact(inputs["pi0"], inputs["pi1"], stays=True, **errors)
    assert exact is not None
    return exact.n


def survival(inputs: dict[str, Any]) -> tuple[float, float]:
    errors = {"alpha": inputs["alpha"] / inputs["sided"], "beta": inputs["beta"]}
    leaving = -np.log1p(-inputs["dropout"]) / DROPOUT_TIME
    events = EVENTS[inputs["computation"]](inputs["hazard_ratio"], ratio=inputs["allocation_ratio"], **errors)
    participants = participants_for(
        events,
        control_hazard=np.log(2) / inputs["median_control"],
        hazard_ratio=inputs["hazard_ratio"],
        followed=Followed(inputs["accrual_time"], inputs["follow_up_time"], leaving),
        ratio=inputs["allocation_ratio"],
    )
    return events, participants


@pytest.mark.parametrize("case", GSDESIGN["cases"], ids=lambda case: case["id"])
def test_gsdesign(case: dict[str, Any]) -> None:
    inputs, outputs, within = case["inputs"], case["outputs"], GSDESIGN["tolerance"]["relative"]
    errors = {"alpha": inputs["alpha"] / inputs["sided"], "beta": inputs["beta"]}
    if inputs["endpoint"] == "binomial":
        close(float(two_rates(inputs["p1"], inputs["p2"], ratio=1 / inputs["ratio"], **errors)), outputs["total_n"], within)
    elif inputs["endpoint"] == "normal":
        close(two_means(inputs["delta"], inputs["sd"], ratio=inputs["ratio"], **errors), outputs["total_n"], within)
    else:
        followed = Followed(inputs["accrual"], inputs["study_duration"] - inputs["accrual"], inputs["dropout"])
        hazard = np.log(2) / inputs["median_control"]
        found = lachin_foulkes(
            inputs["hr"], control_hazard=hazard, followed=followed, ratio=inputs["ratio"], **errors
        )
        close(found.events, outputs["events"], within)
        close(found.participants, outputs["total_n"], within)
