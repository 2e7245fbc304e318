"""From the assessments of visits to endpoints: nothing is copied by hand, nothing is guessed."""

from __future__ import annotations

from typing import Any

import pytest

from trialwright import diseases
from trialwright.diseases.lupus.composed import Visit, endpoint_items
from trialwright.testing.diseases import absent
from trialwright.vocabulary.errors import NotFound

INDICES = diseases.disease("lupus").instruments()
SLEDAI = absent(INDICES["sledai-2k"])
BILAG = {
    key: value
    for key, value in absent(INDICES["bilag-2004"]).items()
    if "_previous" not in key and not key.endswith("_due_to_lupus")
} | {key: True for key in INDICES["bilag-2004"].items if key.endswith(("_due_to_lupus", "_before"))}


def visit(day: int, *, sledai: dict[str, Any], bilag: dict[str, Any], pga: float, prednisone: float = 10) -> Visit:
    return Visit(
        day,
        {
            "sledai-2k": SLEDAI | sledai,
            "bilag-2004": BILAG | bilag,
            "pga": {"pga_mm": pga},
            "oral-glucocorticoid": dict.fromkeys(INDICES["oral-glucocorticoid"].items, 0)
            | {"prednisone_mg_per_day": prednisone},
        },
    )


BASELINE = visit(
    0,
    sledai={"arthritis": True, "rash": True, "alopecia": True, "proteinuria": True},
    bilag={"arthritis_severe": 4, "skin_eruption_mild": 3, "urine_pcr_mg_per_mmol": 200},
    pga=60,
)
BETTER = visit(84, sledai={"rash": True}, bilag={"arthritis_mild": 1, "urine_pcr_mg_per_mmol": 100}, pga=30)
LATER = visit(
    168,
    sledai={"rash": True, "alopecia": True},
    bilag={"skin_eruption_mild": 3, "alopecia_severe": 4, "arthritis_moderate": 4, "urine_pcr_mg_per_mmol": 110},
    pga=20,
    prednisone=7.5,
)
VISITS = [LATER, BASELINE, BETTER]
STAYS = {"rescue": False, "withdrawn": False}


def result(name: str, *, on: int, **more: Any) -> str | None:
    instrument = INDICES[name]
    items = endpoint_items(instrument, VISITS, on=on, given={**STAYS, **more})
    level = instrument.score({key: value for key, value in items.items() if key in instrument.items}).level
    return None if level is None else level.en


class TestFromVisits:
    def test_what_an_endpoint_asks_is_found(self) -> None:
        items = endpoint_items(INDICES["sri-4"], VISITS, on=84, given=STAYS)
        assert (items["sledai"], items["sledai_baseline"]) == (2, 12)
        assert (items["pga"], items["pga_baseline"]) == (0.9, 1.8)
        assert items["bilag_musculoskeletal_baseline"] == "A"
        assert items["bilag_musculoskeletal"] == "C"
        assert items["prednisone_mg_per_day"] == 10
        assert items["week"] == 12

    def test_proteinuria_is_compared_with_the_visit_before(self) -> None:
        """100 after 200 mg/mmol has improved by half: C. 110 after 100 is stable: B."""
        assert endpoint_items(INDICES["bicla"], VISITS, on=84)["bilag_renal"] == "C"
        assert endpoint_items(INDICES["bicla"], VISITS, on=168)["bilag_renal"] == "B"

    def test_responses(self) -> None:
        assert result("sri-4", on=84) == "met"
        assert result("bicla", on=84) == "met"
        assert result("sri-4", on=168) == "met"
        assert result("bicla", on=168) == "not met"

    def test_flares_by_new_or_worse_items(self) -> None:
        """At day 168 skin and joints are B from new or worse items; renal is B because it rose from C."""
        assert result("bilag-2004-flare", on=84) == "no flare"
        assert result("bilag-2004-flare", on=168) == "moderate"
        assert result("tulip-flare", on=168) == "flare"

    def test_low_activity_from_items(self) -> None:
        more = {"haemolytic_anaemia": False, "gastrointestinal_activity": False, "standard_treatment": True}
        assert result("lldas", on=84, **more) == "not met"
        items = endpoint_items(INDICES["lldas"], VISITS, on=168, given=more)
        assert (items["prednisone_mg_per_day"], items["alopecia"], items["alopecia_previous"]) == (7.5, True, False)
        assert result("lldas", on=168, **more) == "not met"

    def test_a_first_visit_knows_that_it_is_one(self) -> None:
        assert endpoint_items(INDICES["lldas"], VISITS, on=0)["first_visit"] is True
        assert endpoint_items(INDICES["lldas"], VISITS, on=84)["first_visit"] is False

    def test_an_uncertain_score_is_not_passed_on(self) -> None:
        open_items = {key: value for key, value in SLEDAI.items() if key != "vasculitis"}
        items = endpoint_items(INDICES["sri-4"], [BASELINE, Visit(84, {"sledai-2k": open_items})], on=84)
        assert "sledai" not in items
        assert "bilag_renal" not in items

    def test_a_name_that_two_indices_share_is_not_shared(self) -> None:
        """Alopecia today (SLEDAI) is not alopecia that counts for classification."""
        assert "alopecia" not in endpoint_items(INDICES["eular-acr-2019"], VISITS, on=168)
        own = Visit(200, {"eular-acr-2019": {"alopecia": True, "ana": True}})
        assert endpoint_items(INDICES["eular-acr-2019"], [*VISITS, own], on=200)["alopecia"] is True

    def test_there_must_be_a_visit(self) -> None:
        with pytest.raises(NotFound, match="no visit on day 90; there is 0, 84, 168"):
            endpoint_items(INDICES["sri-4"], VISITS, on=90)
