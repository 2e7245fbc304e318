"""Dose preparation: each line can be redone by hand, and a dose that may not be released says everything against it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given as property_of, strategies as st

from product_days import (
    BATCH,
    Trial,
    at,
    bag,
    check,
    dose,
    enrolled,
    given,
    made,
    on,
    released,
    results,
    stored,
    study_of,
)
from trialwright.conduct.contents import Content, content, portions, stepped, volume_for, whole_bags
from trialwright.conduct.preparation import Prepared, prepare
from trialwright.protocol import Study
from trialwright.protocol.product import Preparation
from trialwright.vocabulary.errors import OutOfOrder, ParameterError, Refused
from trialwright.vocabulary.events import BagFilled

STUDY = study_of()
READY = (*BATCH, enrolled())
WHOLE = ('rounding = "volume"', 'rounding = "whole bags"')


def prepared(*events: Any, study: Study = STUDY, weight: float = 65.0, day: int = 10, **more: Any) -> Prepared:
    trial = Trial(study, *(events or READY))
    return prepare(study, trial.state, usubjid="P-01", weight_kg=weight, on=on(day), **more)


def codes(reasons: Any) -> list[str]:
    return [one.code for one in reasons]


class TestByHand:
    def test_the_lines_can_be_redone_by_hand(self) -> None:
        one = prepared()
        assert [line.said("en") for line in one.lines] == [
            "Weight on the day: 65 kg",
            "Cells to give: 1 × 10⁶ cells/kg (level 1) × 65 kg = 6.5 × 10⁷ cells",
            "Bag BAG-1: 1 × 10⁸ total cells, counted before freezing, in 20 mL",
            "  × viability 0.9 = 9 × 10⁷ viable cells",
            "  × recovery after thawing 0.8 = 7.2 × 10⁷ cells",
            "  ÷ 20 mL = 3.6 × 10⁶ cells/mL",
            "Volume: 18.055556 mL of batch B-1, rounded to the nearest to 0.5 mL = 18 mL, which holds 6.48 × 10⁷ cells",
            "  from bag BAG-1: 18 mL, 6.48 × 10⁷ cells",
            "Dose released: 6.48 × 10⁷ cells ÷ 65 kg = 9.969231 × 10⁵ cells/kg, 99.7% of the assigned dose",
            "Volume: 18 mL; limit 200 mL",
            "DMSO: 1.8 mL × 1.1 g/mL ÷ 65 kg = 0.030462 g/kg that day; limit 0.5 g/kg",
        ]
        assert one.stands
        assert one.dose_released == pytest.approx(6.48e7 / 65)

    def test_and_in_french(self) -> None:
        said = [line.said("fr") for line in prepared().lines]
        assert said[0] == "Poids du jour : 65 kg"
        assert said[6].startswith("Volume : 18,055556 mL du lot B-1, arrondi au plus proche à 0,5 mL près = 18 mL")
        assert not any("{" in line for line in said)

    def test_what_is_released_is_recorded_without_a_finding(self) -> None:
        trial = Trial(STUDY, *READY)
        one = prepare(STUDY, trial.state, usubjid="P-01", weight_kg=71.3, on=on(10))
        assert not trial.findings(one.released(thawed_at=at(10, 8)))

    def test_several_bags_are_emptied_in_order(self) -> None:
        one = prepared(weight=100.0)
        assert [(part.bag.bag, part.volume_ml) for part in one.portions] == [("BAG-1", 20.0), ("BAG-2", 8.0)]


class TestWeight:
    def test_a_heavier_participant_is_dosed_at_the_cap(self) -> None:
        one = prepared(weight=130.0)
        assert one.cells_needed == 1e8
        assert one.weight_kg == 130.0
        assert "cap of 100 kg" in one.lines[0].said("en")
        assert one.dose_released == pytest.approx(1e6, rel=0.02)

    def test_a_total_dose_does_not_ask_for_the_weight(self) -> None:
        study = study_of(('basis = "per kg"', 'basis = "total"'), ("[1e6, 2e6, 4e6]", "[7e7, 1e8, 2e8]"))
        light, heavy = prepared(study=study, weight=50.0), prepared(study=study, weight=120.0)
        assert light.cells_needed == heavy.cells_needed == 7e7
        assert light.dose_released == heavy.dose_released == pytest.approx(7e7, rel=0.02)
        assert "whatever the weight" in light.lines[1].said("en")

    def test_a_dose_in_millions_is_the_same_dose(self) -> None:
        millions = study_of(("[1e6, 2e6, 4e6]", "[1, 2, 4]"), ("cells_per_dose_unit = 1", "cells_per_dose_unit = 1e6"))
        one = prepared(study=millions)
        assert one.cells_needed == 6.5e7
        assert one.dose_released == pytest.approx(prepared().dose_released / 1e6)

    @pytest.mark.parametrize("weight", [0.0, -3.0, float("nan"), float("inf")])
    def test_a_weight_that_is_none(self, weight: float) -> None:
        with pytest.raises(ParameterError, match="weight_kg"):
            prepared(weight=weight)


class TestWhatIsCounted:
    def of(self, **more: Any) -> Content:
        rules = STUDY.product.preparation  # type: ignore[union-attr]
        assert rules is not None
        wanted = {name: more.pop(name) for name in ("recovery", "wants", "at") if name in more}
        names = {"wants": "cells", "at": "counted"}
        rules = rules.model_copy(update={names.get(name, name): value for name, value in wanted.items()})
        event = bag("BAG-1", **more)
        assert isinstance(event, BagFilled)
        return content(rules, event)

    def test_viability_and_recovery_each_where_they_are_needed(self) -> None:
        assert self.of().cells == pytest.approx(7.2e7)
        assert self.of(counts="viable", viability=None).cells == pytest.approx(8e7)
        assert self.of(counted="post-thaw").cells == pytest.approx(9e7)
        assert self.of(counts="viable", viability=None, counted="post-thaw").cells == 1e8
        assert self.of(wants="total", at="pre-freeze").cells == 1e8
        assert self.of(wants="total", counts="viable", counted="post-thaw").cells == pytest.approx(1e8 / 0.9)

    def test_a_factor_that_is_not_known_is_not_taken_for_one(self) -> None:
        assert self.of(viability=None).against.code == "no-viability"  # type: ignore[union-attr]
        assert self.of(viability=0.0).against.code == "no-viability"  # type: ignore[union-attr]
        assert self.of(recovery=None).against.code == "no-recovery"  # type: ignore[union-attr]
        assert self.of(at="pre-freeze", counted="post-thaw").against.code == "no-way-back"  # type: ignore[union-attr]

    def test_such_a_bag_is_refused_with_the_rest(self) -> None:
        unclear = (*BATCH[:2], bag("BAG-1", viability=None), *results(), released(), enrolled())
        one = prepared(*unclear, stored("BAG-1", "excursion", 10))
        assert codes(one.refused["BAG-1"]) == ["excursion", "no-viability"]
        assert codes(one.against) == ["no-bag"]


class TestChoiceOfBags:
    def test_first_expiry_first(self) -> None:
        sooner = (made("B-0", expires=300), bag("BAG-0", "B-0"), *results("B-0"), released("B-0"))
        events = (*BATCH, *sooner, enrolled())
        assert prepared(*events).batch == "B-0"
        assert prepared(*events, day=301).batch == "B-1"

    def test_a_tie_goes_to_the_number(self) -> None:
        same = (made("B-0"), bag("BAG-9", "B-0"), *results("B-0"), released("B-0"))
        assert prepared(*BATCH, *same, enrolled()).batch == "B-0"

    def test_a_batch_that_holds_too_little_is_passed_over(self) -> None:
        sooner = (made("B-0", expires=300), bag("BAG-0", "B-0", cells=1e7), *results("B-0"), released("B-0"))
        assert prepared(*BATCH, *sooner, enrolled()).batch == "B-1"

    def test_where_none_holds_enough_the_dose_is_below_and_said_so(self) -> None:
        few = (*BATCH[:2], bag("BAG-1", cells=5e7), *results(), released(), enrolled())
        one = prepared(*few)
        assert one.stands
        assert codes(one.notes) == ["below"]
        assert one.dose_released == pytest.approx(3.6e7 / 65)

    def test_named_bags_answer_with_every_reason(self) -> None:
        events = (*BATCH[:-1], enrolled(), enrolled("P-02"), stored("BAG-1", "destroyed", 10))
        one = prepared(*events, bags=("BAG-1", "BAG-7"))
        assert codes(one.refused["BAG-1"]) == ["not-released", "destroyed"]
        assert codes(one.refused["BAG-7"]) == ["unknown"]
        assert not one.stands

    def test_named_bags_of_two_batches(self) -> None:
        other = (made("B-2"), bag("BAG-9", "B-2"), *results("B-2"), released("B-2"))
        one = prepared(*BATCH, *other, enrolled(), weight=90.0, bags=("BAG-1", "BAG-9"))
        assert "two-batches" in codes(one.against)

    def test_a_bag_given_is_not_suggested_again(self) -> None:
        trial = Trial(STUDY, *READY, dose())
        trial.take(check(), by="nurse")
        trial.take(given())
        second = prepare(STUDY, trial.state, usubjid="P-01", weight_kg=65.0, on=on(38))
        assert second.infusion_number == 2
        assert [part.bag.bag for part in second.portions] == ["BAG-2"]
        assert codes(second.refused["BAG-1"]) == ["used"]


class TestLimits:
    def test_dmso_of_the_same_day_adds_up(self) -> None:
        limit = ("max_dmso = { value = 0.5", "max_dmso = { value = 0.05")
        study = study_of(limit)
        trial = Trial(study, *READY)
        assert prepare(study, trial.state, usubjid="P-01", weight_kg=65.0, on=on(10)).stands
        trial.take(dose())
        again = prepare(study, trial.state, usubjid="P-01", weight_kg=65.0, on=on(10), infusion_number=2)
        assert codes(again.against) == ["dmso-limit"]
        event = replace(again.released(), thawed_at=None)
        assert "DMSO" in trial.findings(event)["volume_ml"]

    def test_dmso_that_is_not_known_cannot_be_within_the_limit(self) -> None:
        unclear = (*BATCH[:2], bag("BAG-1", dmso_percent=None), *results(), released(), enrolled())
        assert codes(prepared(*unclear).against) == ["dmso-unknown"]

    def test_volume(self) -> None:
        assert codes(prepared(study=study_of(("max_volume_ml = 200", "max_volume_ml = 17.5"))).against) == [
            "volume-limit"
        ]
        assert prepared(study=study_of(("max_volume_ml = 200", "max_volume_ml = 18"))).stands
        per_kg = ("max_volume_ml = 200", "max_volume_ml_per_kg = 0.25")
        assert codes(prepared(study=study_of(per_kg)).against) == ["volume-limit"]

    def test_an_infusion_that_is_not_planned(self) -> None:
        assert "not-planned" in codes(prepared(infusion_number=3).against)

    def test_whole_bags_far_above_the_dose_are_refused(self) -> None:
        up = study_of(WHOLE, ('towards = "nearest"', 'towards = "up"'))
        one = prepared(study=up, weight=75.0)  # 7.5e7 needed, two bags hold 1.44e8
        assert "above" in codes(one.against)
        down = prepared(study=study_of(WHOLE, ('towards = "nearest"', 'towards = "down"')), weight=75.0)
        assert down.stands
        assert down.volume_ml == 20.0


class TestRefusals:
    def test_a_protocol_that_does_not_say_how(self) -> None:
        with pytest.raises(Refused, match=r"dose\.basis"):
            prepared(study=study_of(('basis = "per kg"\n', "")))

    def test_somebody_not_enrolled(self) -> None:
        trial = Trial(STUDY, *BATCH)
        with pytest.raises(OutOfOrder, match="not enrolled"):
            prepare(STUDY, trial.state, usubjid="P-01", weight_kg=65.0, on=on(10))


def held(cells: list[int]) -> list[Content]:
    return [
        Content(
            BagFilled(
                bag=f"B{n}",
                batch="B",
                on=on(1),
                volume_ml=20.0,
                cells=max(one, 1),
                counts="viable",
                counted="post-thaw",
            ),
            float(one),
        )
        for n, one in enumerate(cells)
    ]


class TestRoundingAgainstASlowTwin:
    CELLS = st.lists(st.integers(1, 50), min_size=1, max_size=6)

    @property_of(CELLS, st.integers(1, 300), st.sampled_from(["up", "down", "nearest"]))
    def test_whole_bags(self, cells: list[int], needed: int, towards: str) -> None:
        sums = [sum(cells[:count]) for count in range(len(cells) + 1)]
        best = {
            "up": next((count for count, held in enumerate(sums) if held >= needed), len(cells)),
            "down": max(count for count, held in enumerate(sums) if held <= needed),
            "nearest": min(range(len(sums)), key=lambda count: (abs(sums[count] - needed), -count)),
        }
        assert whole_bags(held(cells), float(needed), towards=towards) == best[towards]

    @property_of(CELLS, st.integers(1, 300))
    def test_the_volume_holds_the_cells(self, cells: list[int], needed: int) -> None:
        volume = volume_for(held(cells), float(needed))
        taken = sum(part.cells for part in portions(held(cells), volume))
        assert taken == pytest.approx(min(needed, sum(cells)))

    @property_of(
        st.integers(0, 10**6), st.sampled_from([1, 5, 10, 25, 50, 100]), st.sampled_from(["up", "down", "nearest"])
    )
    def test_steps(self, hundredths: int, step: int, towards: str) -> None:
        exact = Fraction(hundredths, step)
        floor = exact.numerator // exact.denominator
        steps = {
            "down": floor,
            "up": -(-exact.numerator // exact.denominator),
            "nearest": floor + (exact - floor >= Fraction(1, 2)),
        }
        assert stepped(hundredths / 100, step / 100, towards=towards) == pytest.approx(steps[towards] * step / 100)


def test_a_volume_without_a_step_is_no_rule() -> None:
    with pytest.raises(ValueError, match="volume_step_ml"):
        Preparation(cells="viable", counted="post-thaw", cells_per_dose_unit=1, rounding="volume", towards="up")
