"""Batches against their limits, bags as they stand, and what keeps a dose or an infusion from being recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as property_of, strategies as st

from product_days import (
    BATCH,
    RESULTS,
    Trial,
    at,
    bag,
    check,
    donation,
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
from trialwright.conduct.guards import Offered
from trialwright.conduct.guards.product import dose_release, infusion
from trialwright.conduct.product import bags_on, holds, specification_of
from trialwright.protocol.product import Bound
from trialwright.vocabulary.events import Corrected, DeviationRecorded, Event, ReleaseTested
from trialwright.vocabulary.records import body_of

STUDY = study_of()
UP_TO_RELEASE = BATCH[:-1]


def judged(*events: Event) -> dict[str, str]:
    trial = Trial(STUDY, donation(), made(), *events)
    return {one.test.test: one.verdict for one in specification_of(STUDY, trial.state, batch="B-1").tested}


class TestSpecification:
    def test_every_test_within_its_limits_is_met(self) -> None:
        assert set(judged(*results()).values()) == {"met"}

    def test_a_missing_test_is_not_a_pass(self) -> None:
        assert judged(*results(without=["sterility"]))["sterility"] == "cannot be assessed"
        assert judged()["viability"] == "cannot be assessed"

    def test_a_result_that_could_not_be_determined_is_not_a_pass(self) -> None:
        assert judged(*results(viability=None))["viability"] == "cannot be assessed"

    @pytest.mark.parametrize(
        ("test", "value", "verdict"),
        [
            ("viability", 70.0, "met"),  # ≥ 70
            ("viability", 69.999, "not met"),
            ("marker", 95.0, "not met"),  # > 95 is not ≥ 95
            ("marker", 100.5, "not met"),
            ("sterility", " No Growth ", "met"),
            ("sterility", "growth", "not met"),
            ("mycoplasma", True, "not met"),
        ],
    )
    def test_the_operator_decides(self, test: str, value: Any, verdict: str) -> None:
        assert judged(*results(**{test: value}))[test] == verdict

    def test_a_later_pass_does_not_outvote_a_failure(self) -> None:
        again = ReleaseTested(batch="B-1", on=on(2), test="viability", value=95.0)
        assert judged(*results(viability=60.0), again)["viability"] == "not met"

    @property_of(st.sampled_from([">", ">=", "<", "<=", "="]), st.integers(-3, 3), st.integers(-3, 3))
    def test_operators_are_what_python_says(self, operator: Any, value: int, limit: int) -> None:
        expected = {"=": value == limit, ">": value > limit, ">=": value >= limit, "<": value < limit}.get(
            operator, value <= limit
        )
        assert holds(Bound(operator=operator, value=limit), value) == expected


class TestResultsThatDoNotFit:
    @pytest.mark.parametrize(
        ("field", "facts"),
        [
            ("test", {"test": "viablity", "value": 91.0}),
            ("unit", {"test": "viability", "value": 0.91, "unit": "share"}),
            ("value", {"test": "viability", "value": "high"}),
            ("value", {"test": "viability", "value": True}),
            ("value", {"test": "mycoplasma", "value": "negative"}),
            ("value", {"test": "sterility", "value": False}),
        ],
    )
    def test_a_result_the_protocol_cannot_read_is_refused(self, field: str, facts: dict[str, Any]) -> None:
        trial = Trial(STUDY, donation(), made())
        assert field in trial.findings(ReleaseTested(batch="B-1", on=on(2), **facts))


class TestBatchRelease:
    def test_a_batch_in_specification_is_released(self) -> None:
        assert not Trial(STUDY, *UP_TO_RELEASE).findings(released())

    def test_a_batch_is_not_in_specification_because_somebody_says_so(self) -> None:
        trial = Trial(STUDY, donation(), made(), *results(viability=60.0))
        assert set(trial.findings(released())) == {"in_specification", "failed", "justification"}

    def test_a_missing_test_holds_the_release_back_too(self) -> None:
        trial = Trial(STUDY, donation(), made(), *results(without=["mycoplasma"]))
        found = trial.findings(released())
        assert "cannot be assessed" in found["in_specification"]
        assert "mycoplasma" in found["failed"]

    def test_out_of_specification_needs_a_reason_and_then_a_signature(self) -> None:
        out = {"in_specification": False, "failed": ("viability",)}
        trial = Trial(STUDY, donation(), made(), bag("BAG-1"), *results(viability=60.0), enrolled())
        assert set(trial.findings(released(**out))) == {"justification"}
        signing = study_of(('["accounts", ', "["))
        trial = Trial(signing)
        trial.keep(*(record.event for record in Trial(STUDY, *UP_TO_RELEASE[:-4]).records[1:]))
        trial.keep(*results(viability=60.0), enrolled(), released(**out, justification="no other treatment is left"))
        offered = Offered(dose(), "pharmacist", on(10), at(10, 10))
        waiting = [one.line() for one in dose_release(signing, trial.state, offered=offered)]
        assert any("not signed yet by: investigator" in line for line in waiting), waiting
        position = next(one.position for one in trial.records if one.event.kind == "batch-released.1")
        trial.sign(position)
        assert not list(dose_release(signing, trial.state, offered=offered))

    def test_an_expired_batch_is_not_released(self) -> None:
        trial = Trial(STUDY, donation(), made(expires=2), bag("BAG-1"), *results())
        assert set(trial.findings(released())) == {"on"}

    def test_a_protocol_without_tests_releases_nothing_in_silence(self) -> None:
        study = replace(STUDY, product=STUDY.product.model_copy(update={"tests": ()}))  # type: ignore[union-attr]
        found = Trial(study, donation(), made()).findings(released())
        assert "declares no release tests" in found["in_specification"]


class TestBags:
    def against(self, *events: Event, day: int = 10, hour: int | None = None) -> set[str]:
        trial = Trial(STUDY, *events)
        moment = None if hour is None else at(day, hour)
        first = {one.filled.bag: one for one in bags_on(STUDY, trial.state, on=on(day), moment=moment)}["BAG-1"]
        return {reason.code for reason in first.against}

    def test_a_released_bag_may_be_used_up_to_its_expiry_date(self) -> None:
        assert self.against(*BATCH, day=700) == set()
        assert self.against(*BATCH, day=701) == {"expired"}

    def test_every_reason_is_given_at_once(self) -> None:
        events = (*UP_TO_RELEASE, stored("BAG-1", "excursion", 5), stored("BAG-1", "destroyed", 6))
        assert self.against(*events, day=701) == {"expired", "not-released", "excursion", "destroyed"}

    def test_destroyed_is_for_good_and_returned_is_not(self) -> None:
        assert self.against(*BATCH, stored("BAG-1", "destroyed", 5), stored("BAG-1", "received", 6)) == {"destroyed"}
        assert self.against(*BATCH, stored("BAG-1", "returned", 5)) == {"returned"}
        assert self.against(*BATCH, stored("BAG-1", "returned", 5), stored("BAG-1", "received", 6)) == set()

    def test_what_happens_later_does_not_speak_against_a_bag_today(self) -> None:
        assert self.against(*BATCH, stored("BAG-1", "destroyed", 11), day=10) == set()

    def test_short_excursions_add_up(self) -> None:
        warm = {"temperature_c": -100.0, "minutes": 6.0}
        once, twice = stored("BAG-1", "excursion", 5, **warm), stored("BAG-1", "excursion", 6, **warm)
        assert self.against(*BATCH, once) == set()
        assert self.against(*BATCH, once, twice) == {"excursion"}

    def test_an_excursion_of_unknown_length_is_not_assumed_harmless(self) -> None:
        assert self.against(*BATCH, stored("BAG-1", "excursion", 5, temperature_c=-100.0)) == {"excursion"}
        assert self.against(*BATCH, stored("BAG-1", "excursion", 5, minutes=1.0)) == {"excursion"}
        cold = stored("BAG-1", "excursion", 5, temperature_c=-135.0)
        assert self.against(*BATCH, cold) == set()

    def test_without_limits_every_excursion_refuses_the_bag(self) -> None:
        section = STUDY.product.model_copy(update={"storage": None})  # type: ignore[union-attr]
        study = replace(STUDY, product=section)
        trial = Trial(study, *BATCH, stored("BAG-1", "excursion", 5, temperature_c=-135.0, minutes=1.0))
        first = next(one for one in bags_on(study, trial.state, on=on(10)) if one.filled.bag == "BAG-1")
        assert [reason.code for reason in first.against] == ["excursion"]

    def test_hours_after_thawing(self) -> None:
        thawed = stored("BAG-1", "thawed", 10, at=at(10, 8))
        assert self.against(*BATCH, thawed, hour=11) == set()
        assert self.against(*BATCH, thawed, hour=12) == {"thawed"}
        assert self.against(*BATCH, stored("BAG-1", "thawed", 10), hour=11) == {"thawed"}  # when, nobody knows
        assert self.against(*BATCH, thawed, day=11) == {"thawed"}

    def test_a_bag_of_somebody_else_is_taken(self) -> None:
        assert self.against(*BATCH, enrolled("P-02"), dose("P-02")) == {"used"}


class TestDoseRelease:
    READY = (*BATCH, enrolled())

    def test_a_dose_from_a_usable_bag_is_released(self) -> None:
        assert not Trial(STUDY, *self.READY).findings(dose())

    def test_bags_and_weight_are_required(self) -> None:
        found = Trial(STUDY, *self.READY).findings(dose(bags=(), weight_kg=None))
        assert set(found) == {"bags", "weight_kg"}

    def test_all_reasons_against_a_bag_at_once(self) -> None:
        trial = Trial(STUDY, *UP_TO_RELEASE, enrolled("P-01"), stored("BAG-1", "destroyed", 5))
        said = trial.findings(dose())["bags"]
        assert "not released" in said
        assert "destroyed" in said

    def test_a_bag_is_used_once(self) -> None:
        trial = Trial(STUDY, *self.READY, enrolled("P-02"), dose("P-02"))
        assert "already released for infusion 1 of P-02" in trial.findings(dose())["bags"]

    def test_no_dose_above_the_assigned_one(self) -> None:
        two = {"bags": ("BAG-1", "BAG-2"), "volume_ml": 22.0, "dose_released": 22 * 3.6e6 / 65}
        assert "above the assigned dose" in Trial(STUDY, *self.READY).findings(dose(**two))["dose_released"]

    def test_the_dose_is_what_the_bags_hold(self) -> None:
        found = Trial(STUDY, *self.READY).findings(dose(volume_ml=9.0))
        assert "not what these bags hold" in found["dose_released"]

    def test_no_more_volume_than_the_bags_hold(self) -> None:
        assert "more than the bags hold" in Trial(STUDY, *self.READY).findings(dose(volume_ml=20.5))["volume_ml"]

    def test_bags_of_another_batch(self) -> None:
        other = (made("B-2"), bag("BAG-9", "B-2"), *results("B-2"), released("B-2"))
        found = Trial(STUDY, *self.READY, *other).findings(dose(bags=("BAG-9",)))
        assert "is of batch B-2" in found["bags"]

    def test_nothing_is_guarded_where_another_system_documents_the_product(self) -> None:
        study = study_of(('"decision"]', '"decision", "product", "identity"]'))
        trial = Trial(study, enrolled())
        assert not trial.findings(dose(bags=(), weight_kg=None))
        assert not trial.findings(given())


class TestInfusion:
    def ready(self, *more: Event, confirm: bool = True) -> Trial:
        trial = Trial(STUDY, *BATCH, enrolled(), dose(), *more)
        if confirm:
            trial.take(check(), by="nurse")
        return trial

    def test_an_infusion_as_it_should_be(self) -> None:
        assert not self.ready().findings(given())

    def test_finding_7_no_infusion_before_a_second_person_confirmed_identity(self) -> None:
        trial = self.ready(confirm=False)
        assert "not confirmed by a second person" in trial.findings(given())["infusion_number"]
        assert "second person" in trial.findings(check(), by="pharmacist")["by"]
        assert "second person" in trial.findings(check(), by=" Pharmacist ")["by"]
        for wrong in ({"weight_kg": 66.0}, {"batch": "B-2"}, {"bags": ("BAG-2",)}, {"bags": ("BAG-1", "BAG-2")}):
            assert set(trial.findings(check(**wrong), by="nurse")) == set(wrong)
        assert trial.findings(given())
        trial.take(check(), by="nurse")
        assert not trial.findings(given())

    def test_a_check_is_made_again_not_corrected(self) -> None:
        """A correction would carry the first person's name over what another wrote."""
        trial = self.ready()
        for kind in ("product-released.2", "identity-confirmed.1", "batch-released.1"):
            entry = next(one for one in trial.records if one.event.kind == kind)
            changed = {"replacement_kind": kind, "replacement": body_of(entry.event)}
            correction = Corrected(position=entry.position, reason="a slip", **changed)  # type: ignore[arg-type]
            assert "withdraw the entry" in trial.findings(correction)["replacement_kind"]

    def test_the_check_does_not_give_away_what_was_released(self) -> None:
        found = self.ready(confirm=False).findings(check(weight_kg=66.0), by="nurse")
        assert "65" not in found["weight_kg"]

    def test_nothing_released_nothing_given(self) -> None:
        found = Trial(STUDY, *BATCH, enrolled()).findings(given())
        assert "nothing was released" in found["infusion_number"]

    def test_batch_and_bags_are_those_released(self) -> None:
        found = self.ready().findings(given(batch="B-9", bags=("BAG-2",)))
        assert {"batch", "bags"} <= set(found)
        assert "bags" in self.ready().findings(given(bags=()))

    def test_not_after_expiry(self) -> None:
        short = (
            donation(),
            made(expires=10),
            bag("BAG-1"),
            *results(),
            released(),
            enrolled(),
            dose(thawed_at=at(11, 8)),
        )
        trial = Trial(STUDY, *short)
        trial.take(check(), by="nurse")
        late = given(day=11)
        assert "expired" in trial.findings(late)["batch"]

    def test_not_from_a_bag_destroyed_meanwhile(self) -> None:
        trial = self.ready(stored("BAG-1", "destroyed", 10, at=at(10, 8, 30)))
        assert "destroyed" in trial.findings(given())["bags"]

    def test_what_is_left_may_be_destroyed_afterwards(self) -> None:
        trial = self.ready(stored("BAG-1", "destroyed", 10, at=at(10, 9, 45)))
        assert not trial.findings(given())

    @pytest.mark.parametrize(
        ("field", "facts"),
        [
            ("dose_given", {"dose_given": 1.2e6}),
            ("bags", {"began": at(10, 10), "ended": at(10, 11, 30)}),  # thawed at 8: 3 hours and a half
            ("bags", {"began": None, "ended": None}),
            ("ended", {"began": at(10, 9), "ended": at(10, 9, 3)}),  # 6 mL/min
        ],
    )
    def test_a_limit_passed_is_a_deviation_first(self, field: str, facts: dict[str, Any]) -> None:
        trial = self.ready()
        assert "record a deviation" in trial.findings(given(**facts), hour=12)[field]
        deviation = DeviationRecorded(
            deviation="D-1", on=on(10), category="dose", description="as it was", major=False, usubjid="P-01"
        )
        trial.take(deviation, hour=12)
        assert not trial.findings(given(**facts), hour=12)

    def test_a_major_deviation_counts_once_it_is_signed(self) -> None:
        signing = study_of(('["accounts", ', "["))
        trial = Trial(signing)
        trial.keep(*(record.event for record in self.ready().records[1:]))
        deviation = DeviationRecorded(
            deviation="D-1", on=on(10), category="dose", description="as it was", major=True, usubjid="P-01"
        )
        trial.keep(deviation)
        offered = Offered(given(dose_given=1.2e6), "nurse", on(10), at(10, 10))
        assert [one.place for one in infusion(signing, trial.state, offered=offered)] == ["dose_given"]
        trial.sign(trial.records[-1].position)
        assert not list(infusion(signing, trial.state, offered=offered))

    def test_a_deviation_of_somebody_else_excuses_nothing(self) -> None:
        deviation = DeviationRecorded(
            deviation="D-1", on=on(10), category="dose", description="as it was", major=True, usubjid="P-02"
        )
        trial = Trial(STUDY, *BATCH, enrolled(), enrolled("P-02"), dose(), deviation)
        trial.take(check(), by="nurse")
        assert "dose_given" in trial.findings(given(dose_given=1.2e6))

    def test_an_infusion_within_the_tolerance_is_recorded(self) -> None:
        assert not self.ready().findings(given(dose_given=6.48e7 / 65 * 1.09))

    def test_times_that_cannot_be(self) -> None:
        found = self.ready().findings(given(began=at(10, 9), ended=at(10, 8)))
        assert "ended" in found


class TestSecondInfusion:
    def second(self, day: int) -> tuple[Trial, Event]:
        trial = Trial(STUDY, *BATCH, enrolled(), dose())
        trial.take(check(), by="nurse")
        trial.take(given())
        later = {"infusion_number": 2, "bags": ("BAG-2",)}
        return trial, given(day=day, began=at(day, 9), ended=at(day, 9, 30), **later)

    def test_each_infusion_has_its_own_release_and_check(self) -> None:
        trial, second = self.second(38)
        assert "nothing was released" in trial.findings(second)["infusion_number"]
        trial.take(dose(day=38, infusion_number=2, bags=("BAG-2",)))
        assert "not confirmed" in trial.findings(second)["infusion_number"]
        trial.take(check(day=38, infusion_number=2, bags=("BAG-2",)), by="nurse")
        assert not trial.findings(second)

    @pytest.mark.parametrize(("days", "fine"), [(24, False), (25, True), (28, True), (31, True), (32, False)])
    def test_the_interval_is_the_protocols(self, days: int, fine: bool) -> None:
        trial, second = self.second(10 + days)
        trial.take(dose(day=10 + days, infusion_number=2, bags=("BAG-2",)))
        trial.take(check(day=10 + days, infusion_number=2, bags=("BAG-2",)), by="nurse")
        assert set(trial.findings(second)) == (set() if fine else {"on"})

    def test_without_a_window_only_too_early_is_out(self) -> None:
        text = ("interval_window_days = 3\n", "")
        trial = Trial(study_of(text), *BATCH, enrolled(), dose())
        trial.take(check(), by="nurse")
        trial.take(given())
        for days, fine in ((27, False), (28, True), (60, True)):
            grown = Trial(study_of(text), *BATCH, enrolled(), dose())
            grown.take(check(), by="nurse")
            grown.take(given())
            grown.take(dose(day=10 + days, infusion_number=2, bags=("BAG-2",)))
            grown.take(check(day=10 + days, infusion_number=2, bags=("BAG-2",)), by="nurse")
            third = given(day=10 + days, infusion_number=2, bags=("BAG-2",))
            assert set(grown.findings(third)) == (set() if fine else {"on"})


def test_the_results_of_the_example_name_every_test() -> None:
    assert set(RESULTS) == {one.test for one in STUDY.product.tests}  # type: ignore[union-attr]
