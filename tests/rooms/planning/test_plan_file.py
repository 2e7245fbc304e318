"""The plan file: what it says is read, what cannot be meant is answered with every finding at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trialwright.planning.plan import BinaryEndpoint
from trialwright.planning.plan_file import ENDPOINTS, NEEDED, PARTS, parse_plan, plan_schema, plan_template
from trialwright.vocabulary.errors import ParameterError

ROOT = Path(__file__).parents[3]
PLANS = sorted([*ROOT.glob("docs/examples/plans/*.toml"), *ROOT.glob("protocols/*/plan.toml")])
BASE = """
[identity]
id = "T"
title = "T"
[[arms]]
name = "new"
label = "New"
assumed = { %(new)s }
[[arms]]
name = "old"
label = "Old"
control = true
assumed = { %(old)s }
[endpoint]
label = "E"
%(endpoint)s
%(more)s
"""
BINARY = {"new": "share = 0.6", "old": "share = 0.35", "endpoint": 'kind = "binary"', "more": ""}
FLARES = 'kind = "recurrent events"\nunit = "years"\nfollow_up = 1\ndispersion = 0.5'
REPEATED = 'kind = "repeated measures"\nvisits = [4, 12]\nsd = 5\ncorrelation = 0.5'


def written(**changed: str) -> bytes:
    return (BASE % {**BINARY, **changed}).encode()


def places(**changed: str) -> set[str]:
    with pytest.raises(ParameterError) as caught:
        parse_plan(written(**changed))
    return {finding.place for finding in caught.value.findings}


@pytest.mark.parametrize("path", PLANS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_worked_plan_is_one(path: Path) -> None:
    plan = parse_plan(path.read_bytes())
    assert plan.treatments
    assert len(plan.digest) == 64


def test_the_template_is_a_plan_and_names_every_part() -> None:
    plan = parse_plan(plan_template().encode())
    assert isinstance(plan.endpoint, BinaryEndpoint)
    assert [part for part in (*PARTS, "endpoint") if f"[{part}" not in plan_template()] == ["about"]
    assert [kind for kind in ENDPOINTS if kind not in plan_template()] == []


def test_the_schema_knows_every_part() -> None:
    schema = json.loads(json.dumps(plan_schema()))
    assert set(schema["properties"]) == {*PARTS, "endpoint"}
    assert set(ENDPOINTS) == set(NEEDED)


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"old": "mean = 2"}, {"arms[2].assumed.share", "arms[2].assumed.mean"}),
        ({"new": "share = 60"}, {"arms[1].assumed.share"}),
        ({"endpoint": 'kind = "ordinal"'}, {"endpoint.kind"}),
        ({"endpoint": 'kind = "binary"\nmargin = 1.5'}, {"endpoint.margin"}),
        ({"endpoint": 'kind = "binary"\nmeasure = "odds ratio"\nmargin = -0.1'}, {"endpoint.margin"}),
        ({"endpoint": 'kind = "binary"\ntest = "fisher"', "more": "[looks]\nfractions = [0.5, 1]"}, {"endpoint.test"}),
        ({"endpoint": FLARES}, {f"arms[{arm}].assumed.{name}" for arm in (1, 2) for name in ("rate", "share")}),
        ({"endpoint": REPEATED, "new": "mean = -2\nretained = [0.8, 0.9]", "old": "mean = 0"}, {"file"}),
        (
            {"endpoint": REPEATED, "new": "mean = -2, retained = [0.8, 0.9]", "old": "mean = 0"},
            {"arms[1].assumed.retained"},
        ),
        (
            {"endpoint": REPEATED, "new": "mean = -2, retained = [1, 0.9]", "old": "mean = 0",
             "more": "[dropout]\nshare = 0.1"},
            {"dropout.share"},
        ),
        ({"more": "[looks]\nfractions = [0.5, 0.4]\n[errors]\npower = 0.01"}, {"looks.fractions", "errors.power"}),
        ({"more": '[looks]\nfractions = [0.5, 1]\nfutility_spending = "asP"\n[errors]\nsides = 2'},
         {"looks.futility_spending"}),
        ({"more": '[errors]\nmultiplicity = "dunnett"'}, {"errors.multiplicity"}),
        ({"more": '[[arms]]\nname = "third"\nlabel = "3"\nassumed = { share = 0.5 }'}, {"errors.multiplicity"}),
        ({"more": '[[arms]]\nname = "new"\nlabel = "3"\ncontrol = true\nassumed = { share = 0.5 }'},
         {"arms", "arms.control", "errors.multiplicity"}),
        ({"more": "[assurance]\n[[assurance.treatment]]\nresponders = 7\nof = 6"},
         {"assurance.treatment[1].responders", "assurance.control"}),
        ({"more": "[assurance]\neffect = [1, 0.3]"}, {"assurance.effect", "assurance.control"}),
        ({"more": "[accrual]\nper_month = 3\nsites = 4\nto_infusion_days = [3, 2, 1]"},
         {"accrual", "accrual.sites", "accrual.to_infusion_days"}),
        ({"more": "[accrual]\nper_moth = 3"}, {"accrual.per_moth"}),
        ({"more": "[estimnad]"}, {"estimnad"}),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_named_with_its_place(changed: dict[str, str], place: set[str]) -> None:
    assert places(**changed) == place


def test_a_word_that_is_not_known_is_answered_with_the_near_one() -> None:
    with pytest.raises(ParameterError, match="did you mean estimand"):
        parse_plan(written(more="[estimnad]"))
