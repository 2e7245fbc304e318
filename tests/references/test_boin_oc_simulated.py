"""BOIN as simulated here against the simulations of the BOIN package, titration included."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trials import study_with
from trialwright import designs, rules
from trialwright.operating import Accrual, Circumstances, Truths, simulate

FILE = json.loads((Path(__file__).parents[2] / "references" / "boin_oc" / "cases.json").read_text("utf-8"))
SETTLED = Circumstances(accrual=Accrual(7), decisions="when_settled")
TRIALS = 5000


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["id"])
def test_simulated_characteristics(case: dict[str, Any]) -> None:
    inputs, wanted = case["inputs"], case["outputs"]
    names = ["complete_cohort", "accelerated_titration"] if inputs["titration"] else []
    settings = {"target_toxicity_rate": inputs["target"], "extra_safe": inputs["extrasafe"]}
    if inputs["extrasafe"]:
        settings["offset"] = inputs["offset"]
    study = study_with(
        designs.build("boin", {**settings, "bound_selection": inputs["boundMTD"]}),
        levels=len(inputs["p_true"]),
        rules=[rules.build(name, {}) for name in names],
        planned=inputs["ncohort"] * inputs["cohortsize"],
        cohort_size=inputs["cohortsize"],
        start_level=inputs["startdose"],
    )
    if inputs["n_earlystop"] < study.identity.planned_n:
        stop = rules.build("stop_when_n_at_dose", {"n": inputs["n_earlystop"]})
        study = replace(study, rules=(*study.rules, stop))
    truths = Truths.of_dlt(inputs["p_true"])
    found = simulate(study, truths, circumstances=SETTLED, trials=TRIALS, seed=3)
    share = np.array([wanted["percent_stop"], *wanted["select_percent"]]) / 100
    bound = 4 * np.sqrt(np.maximum(share * (1 - share), 1e-4) * (1 / inputs["ntrial"] + 1 / TRIALS))
    assert (np.abs(found.selection[0] - share) <= bound + 5e-5).all()
    for name, place in (("n", "npatients"), ("n_dlt", "ntox")):
        room = FILE["tolerance"][place] + 4 * found.standard_error(name)[0]
        assert (np.abs(getattr(found, name)[0] - wanted[place]) <= room).all(), name
