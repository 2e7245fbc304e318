"""Every family of worked examples gets the published answer, or is named here as pending."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from trialwright import diseases
from trialwright.diseases.lupus.bilag import Bilag
from trialwright.diseases.lupus.damage import separate_episodes
from trialwright.diseases.lupus.glucocorticoids import in_drug, in_prednisone
from trialwright.testing.diseases import absent, scale_of
from trialwright.vocabulary.scores import Instrument

FOLDER = Path(__file__).parents[3] / "references" / "lupus_worked_examples"
CASES: dict[str, list[dict[str, Any]]] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))
}
ELSEWHERE = {"sledai", "pair_conflict_tests"}  # test_worked_examples.py
NOT_AN_INDEX = {"naranjo", "ctcae_legal_grades"}  # safety, not disease: tests/references/test_safety_examples.py
PENDING: set[str] = set()  # families that no code answers yet, by name

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


SYSTEMS = [system.key for system in BILAG.form.systems]


def letters(said: str) -> dict[str, str]:
    """“1A 2C” as letters of nine systems; which system has which letter does not matter here."""
    counts = [(int(word[0]), word[1]) for word in said.split()]
    found = [letter for count, letter in counts for _ in range(count)]
    return {f"bilag_{system}": letter for system, letter in zip(SYSTEMS, [*found, *"E" * 9], strict=False)}


def bilag_numeric(case: dict[str, Any]) -> None:
    assert instrument("bilag-2004-letters").score(letters(case["grades"])).value == case["expected"]


def level_of(name: str, items: dict[str, Any]) -> str | None:
    level = instrument(name).score(items).level
    return None if level is None else level.en


def bilag_flare(case: dict[str, Any]) -> None:
    """The published letters are those of the flare: new or worse items brought them."""
    due = {f"bilag_{system}_new_or_worse": True for system in SYSTEMS}
    assert level_of("bilag-2004-flare", letters(case["bilag"]) | due) == case["bilag_flare"]


def clasi(case: dict[str, Any]) -> None:
    index = instrument("clasi-activity")
    full = {key: answers[-1] for key, answers in scale_of(index).items()}
    if "expected_max" in case:
        assert index.score(full).value == case["expected_max"]
        return
    left, items = case["score"], dict(absent(index))
    for key, answers in scale_of(index).items():
        items[key] = min(left, int(answers[-1]))
        left -= int(items[key])
    score = index.score(items)
    assert score.value == case["score"]
    assert score.band is not None
    assert score.band.en == case["band"]


def doris(case: dict[str, Any]) -> None:
    given = case["input"]
    named = {"csledai": "clinical_sledai", "gc": "prednisone_mg_per_day", "stable": "stable_treatment"}
    items = {named.get(key, key): value for key, value in given.items()}
    assert level_of("doris-2021", items) == case["expected"]


def lldas(case: dict[str, Any]) -> None:
    """What a case does not mention fulfils its criterion: no items, no major organ, nothing new, no prednisone."""
    given = case["input"]
    keys = INDICES["sledai-2k"].scale  # type: ignore[attr-defined]
    items: dict[str, Any] = dict.fromkeys(keys, False) | {f"{key}_previous": False for key in keys}
    items |= dict.fromkeys(given.get("items", ()), True)
    items |= {f"{key}_previous": True for key in given.get("prev", given.get("items", ()))}
    items |= {"pga": given.get("pga", 0), "prednisone_mg_per_day": given.get("gc", 0)}
    items |= {"standard_treatment": given.get("stable", True)}
    items |= {"haemolytic_anaemia": False, "gastrointestinal_activity": False}
    if given.get("first_visit"):
        items = {key: value for key, value in items.items() if not key.endswith("_previous")} | {"first_visit": True}
    assert level_of("lldas", items) == case["expected"].removesuffix(" (that app's choice)")


EULAR = {"dsDNA_or_Sm": "dsdna_or_sm", "low_C3_and_C4": "low_c3_and_c4"}


def eular(case: dict[str, Any]) -> None:
    points = instrument("eular-acr-2019-points")
    present = [EULAR.get(name, name) for name in case["input"] if name != "ANA"]
    items = dict(absent(points)) | dict.fromkeys(present, True)
    if "total" in case:
        assert points.score(items).value == case["total"]
    ana = case.get("ana", "ANA" in case["input"])
    assert instrument("eular-acr-2019").score(items | {"ana": ana}).value == case["classified"]


def slicc(case: dict[str, Any]) -> None:
    named = {"ANA": "ana"}
    items = dict(absent(instrument("slicc-2012"))) | {named.get(name, name): True for name in case["input"]}
    assert instrument("slicc-2012").score(items).value == case["classified"]


DAMAGE = {
    "n3": "stroke",
    "m4": "avascular_necrosis",
    "r1": "gfr_below_half",
    "r2": "proteinuria_nephrotic",
    "r3": "end_stage_renal_disease",
    "c2": "myocardial_infarction",
}


def sdi(case: dict[str, Any]) -> None:
    index = instrument("sdi")
    if isinstance(case["input"], str):
        assert index.score({key: answers[-1] for key, answers in scale_of(index).items()}).value == case["expected"]
        return
    items = dict(absent(index))
    for short, value in case["input"].items():
        if value == "two MI 3 months apart":
            value = separate_episodes([date(2020, 1, 10), date(2020, 4, 10)])
        items[DAMAGE[short]] = bool(value) if isinstance(items[DAMAGE[short]], bool) else value
    assert index.score(items).value == case["expected"]


SLE_DAS = {
    "hc": "low_complement",
    "dna": "raised_anti_dsdna",
    "lr": "local_rash",
    "al": "alopecia",
    "ul": "mucosal_ulcers",
    "prot": "proteinuria_mg_per_24h",
    "plt": "platelets_e9_per_l",
    "wbc": "leukocytes_e9_per_l",
}


def sle_das(case: dict[str, Any]) -> None:
    items = dict(absent(instrument("sle-das")))
    for short, value in case["input"].items():
        key = SLE_DAS[short]
        items[key] = bool(value) if isinstance(items[key], bool) else value
    assert instrument("sle-das").score(items).value == pytest.approx(case["expected"], abs=1e-3)


def steroid(case: dict[str, Any]) -> None:
    prednisone = in_prednisone(case["dose"], drug=case["frm"])
    assert in_drug(prednisone, drug=case["to"]) == pytest.approx(case["expected"], abs=5e-3)


def group_totals(case: dict[str, Any]) -> None:
    """Published counts agree among themselves: they are what the cross-table test builds its participants from."""
    if "tulip1" in case:
        assert [sum(pair) for pair in zip(case["tulip1"], case["tulip2"], strict=True)] == case["pooled"]
    elif "dual_sri4" in case:
        assert case["dual_sri4"][1] == case["pooled"][2]
    else:
        responders = case["mcr"][0] + case["pcr"][0]
        for key in ("mcr", "pcr", "relapse_9m", "relapse_12m"):
            count, of, percent = case[key]
            assert round(100 * count / of, 1) == percent
        assert case["relapse_9m"][1] == responders == 24


HANDLERS: dict[str, Callable[[dict[str, Any]], None]] = {
    "bilag2004_constitutional": bilag_constitutional,
    "bilag2004_generic": bilag_generic,
    "bilag2004_renal": bilag_renal,
    "bilag2004_numeric": bilag_numeric,
    "bilag_flare": bilag_flare,
    "clasi": clasi,
    "doris_2021": doris,
    "eular_acr_2019": eular,
    "group_totals": group_totals,
    "lldas": lldas,
    "sdi": sdi,
    "sle_das": sle_das,
    "slicc_2012": slicc,
    "steroid": steroid,
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
