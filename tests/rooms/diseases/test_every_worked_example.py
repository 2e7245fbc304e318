"""Every family of worked examples gets the published answer, or is named here as pending."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trialwright import diseases
from trialwright.diseases.lupus.bilag import Bilag
from trialwright.testing.diseases import absent
from trialwright.vocabulary.scores import Instrument

FOLDER = Path(__file__).parents[3] / "references" / "lupus_worked_examples"
CASES: dict[str, list[dict[str, Any]]] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))
}
ELSEWHERE = {"sledai", "pair_conflict_tests"}  # test_worked_examples.py
NOT_AN_INDEX = {"naranjo", "ctcae_legal_grades"}  # safety, not disease: no module answers them yet
PENDING = {
    "bilag2004_numeric",
    "bilag_flare",
    "clasi",
    "doris_2021",
    "eular_acr_2019",
    "group_totals",
    "lldas",
    "sdi",
    "sle_das",
    "slicc_2012",
    "steroid",
}

INDICES = diseases.disease("lupus").instruments()


def instrument(name: str) -> Instrument:
    return INDICES[name]


BILAG = INDICES["bilag-2004"]
assert isinstance(BILAG, Bilag)
NUMBERS = {str(item.number): item.key for item in BILAG.form.items}
NOTHING = absent(BILAG)


def bilag_constitutional(case: dict[str, Any]) -> None:
    named = {"weight": "weight_loss", "nodes": "nodes_or_spleen"}
    given = {named.get(key, key): case[key] for key in ("pyrexia", "weight", "nodes", "anorexia")}
    grades = BILAG.grades(NOTHING | given | {"constitutional_before": bool(case["prev_involved"])})
    assert grades["constitutional"] == case["expected"]


def bilag_generic(case: dict[str, Any]) -> None:
    given = {NUMBERS[number]: code for number, code in case["items"].items()}
    grades = BILAG.grades(NOTHING | given | {f"{case['system']}_before": bool(case["prev_involved"])})
    assert grades[case["system"]] == case["expected"]


RENAL = {
    "pcr": "urine_pcr_mg_per_mmol",
    "cr": "creatinine_umol_per_l",
    "gfr": "gfr_ml_per_min",
    "dip": "dipstick_protein",
    "sbp": "systolic_bp_mmhg",
    "dbp": "diastolic_bp_mmhg",
}
RENAL_YES = {
    "sed": "active_sediment",
    "hist": "active_histology",
    "acchtn": "accelerated_hypertension",
    "neph": "nephrotic_syndrome",
}
UNREMARKABLE = {"cr": 80, "sbp": 120, "dbp": 75}  # what a case does not mention


def renal_items(case: dict[str, Any]) -> dict[str, Any]:
    """What is not mentioned was unremarkable; a dipstick or GFR stands for its measurement where it is the only one."""
    items: dict[str, Any] = dict.fromkeys(RENAL_YES.values(), False)
    current, previous = case["current"], case["previous"]
    stated = dict(UNREMARKABLE) | ({} if "dip" in current else {"pcr": 0}) | current
    if "gfr" in current and "cr" not in current:
        del stated["cr"]
    for key, value in stated.items():
        items[RENAL_YES.get(key) or RENAL[key]] = bool(value) if key in RENAL_YES else value
    for key, value in ((previous or {}) if previous is not None else {}).items():
        items[previous_key(RENAL[key])] = value
    flags = dict.fromkeys([key for key in BILAG.items if key.endswith("_due_to_lupus")], True)
    return items | flags | ({"first_visit": True} if previous is None else {})


def previous_key(key: str) -> str:
    return next(each for each in BILAG.items if "_previous" in each and each.replace("_previous", "") == key)


def bilag_renal(case: dict[str, Any]) -> None:
    items = renal_items(case)
    letters = {before: BILAG.grades(items | {"renal_before": before})["renal"] for before in (True, False)}
    if case["expected"] == "D/E":
        assert letters == {True: "D", False: "E"}
    else:
        assert set(letters.values()) == {case["expected"]}


HANDLERS: dict[str, Callable[[dict[str, Any]], None]] = {
    "bilag2004_constitutional": bilag_constitutional,
    "bilag2004_generic": bilag_generic,
    "bilag2004_renal": bilag_renal,
}


@pytest.mark.parametrize(
    ("family", "case"),
    [(family, case) for family in HANDLERS for case in CASES[family]],
    ids=lambda value: value if isinstance(value, str) else json.dumps(value)[:60],
)
def test_the_published_answer(family: str, case: dict[str, Any]) -> None:
    HANDLERS[family](case)


def test_every_family_is_answered_or_named_as_pending() -> None:
    assert set(CASES) == set(HANDLERS) | PENDING | ELSEWHERE | NOT_AN_INDEX
    assert not set(HANDLERS) & PENDING
