"""TITE-CRM, one participant at a time as people come: simulated, against the simulations of dfcrm.

The package's time is continuous and has no unit; here a window is a whole number of days. With its window cut into
enough days, and gaps that fit, the trials are the same up to a day: decisions see a DLT at the end of its day.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trials import study_with
from trialwright import designs, rules
from trialwright.operating import Accrual, Circumstances, Simulated, Truths, simulate
from trialwright.protocol import Study

FILE = json.loads((Path(__file__).parents[2] / "references" / "dfcrm_titesim" / "cases.json").read_text("utf-8"))
TRIALS = 4000
DAYS = 400  # in a window of the reference, whatever its unit


def study_for(inputs: dict[str, Any]) -> Study:
    assert inputs["surv"] == "uniform"  # as our DLTs come, unless told otherwise
    parameters = {
        "target_toxicity_rate": inputs["target"],
        "skeleton": inputs["prior"],
        "prior_sd": inputs["scale"],
        "weights": inputs["scheme"],
        "model": {"empiric": "power", "logistic": "logistic"}[inputs["model"]],
        "select_among": "all",
    }
    design = designs.build("tite_crm", parameters)
    study = study_with(
        design,
        levels=len(inputs["prior"]),
        rules=[rules.build("no_skipping", {})] if inputs["restrict"] else [],
        planned=inputs["n"],
        cohort_size=1,
        start_level=inputs["x0"],
    )
    return replace(study, dlt=study.dlt.model_copy(update={"last_day": DAYS - 1}))


def found_for(inputs: dict[str, Any]) -> Simulated:
    pattern = {"fixed": "fixed", "poisson": "poisson"}[inputs["accrual"]]
    accrual = Accrual(DAYS / inputs["rate"], pattern=pattern)  # type: ignore[arg-type]
    truths = Truths.of_dlt(inputs["true_prob_tox"])
    return simulate(study_for(inputs), truths, circumstances=Circumstances(accrual=accrual), trials=TRIALS, seed=20)


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["id"])
def test_operating_characteristics(case: dict[str, Any]) -> None:
    inputs, wanted, found = case["inputs"], case["outputs"], found_for(case["inputs"])
    share = np.array(wanted["selection"])
    bound = 4 * np.sqrt(np.maximum(share * (1 - share), 1e-3) * (1 / inputs["nsim"] + 1 / TRIALS))
    assert (np.abs(found.selection[0, 1:] - share) <= bound).all()
    assert found.selection[0, 0] == 0
    for name, place in (("n", "mean_patients"), ("n_dlt", "mean_toxicities")):
        both = found.standard_error(name)[0] * np.sqrt(1 + TRIALS / inputs["nsim"])
        assert (np.abs(getattr(found, name)[0] - wanted[place]) <= 4 * both).all(), name
        assert (np.abs(getattr(found, name)[0] - wanted[place]) <= FILE["tolerance"][place]).all(), name
    duration = found.duration_days[0] * inputs["obswin"] / DAYS
    assert duration == pytest.approx(wanted["mean_duration"], rel=0.03)
    if inputs["accrual"] == "fixed":
        assert duration == pytest.approx(wanted["mean_duration"], abs=inputs["obswin"] / DAYS)
