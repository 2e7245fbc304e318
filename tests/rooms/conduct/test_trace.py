"""The chain from donor to participant and back: every number answers, gaps are named, and the date to keep it until."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from product_days import BATCH, DAY_0, Trial, bag, check, donation, dose, enrolled, given, made, on, study_of
from trialwright.conduct.trace import Trace, trace, years_later
from trialwright.protocol.product import Retention
from trialwright.vocabulary.errors import NotFound
from trialwright.vocabulary.events import BatchMade, DonationRegistered, InfusionGiven
from trialwright.vocabulary.records import Entry, Provenance

STUDY = study_of()


def course() -> Trial:
    trial = Trial(STUDY, *BATCH, enrolled(), dose())
    trial.take(check(), by="nurse")
    trial.take(given())
    return trial


def asked(number: str, trial: Trial | None = None) -> Trace:
    return trace(STUDY, (trial or course()).state, number=number)


class TestBothDirections:
    @pytest.mark.parametrize("number", ["DONOR-1", "DIN-1", "B-1", "BAG-1"])
    def test_from_the_product_to_every_participant(self, number: str) -> None:
        found = asked(number)
        assert found.reached("participant") == ("P-01",)
        assert found.reached("infusion") == ("P-01/1",)
        assert found.reached("donor") == ("DONOR-1",)

    @pytest.mark.parametrize("number", ["P-01", "P-01/1"])
    def test_from_the_participant_to_the_donor(self, number: str) -> None:
        found = asked(number)
        assert found.reached("bag") == ("BAG-1",)
        assert found.reached("batch") == ("B-1",)
        assert found.reached("donation") == ("DIN-1",)
        assert found.reached("donor") == ("DONOR-1",)

    def test_every_link_can_be_followed_from_both_ends(self) -> None:
        """Whoever is reached from a number reaches that number."""
        trial = course()
        trial.take(DonationRegistered(donation="DIN-2", donor="DONOR-2", on=on(11)))
        trial.take(BatchMade(batch="B-2", on=on(11), donations=("DIN-1", "DIN-2"), expires_on=on(300)))
        numbers = {"donor": ("DONOR-1", "DONOR-2"), "donation": ("DIN-1", "DIN-2"), "batch": ("B-1", "B-2")}
        numbers |= {"bag": ("BAG-1", "BAG-2", "BAG-3"), "participant": ("P-01",)}
        reach = {
            (kind, one): {(k, n) for k in numbers for n in trace(STUDY, trial.state, number=one).reached(k)}  # type: ignore[arg-type]
            for kind, ones in numbers.items()
            for one in ones
        }
        assert all(here in reach[there] for here, reached in reach.items() for there in reached)
        assert ("participant", "P-01") not in reach["donor", "DONOR-2"]
        assert ("participant", "P-01") not in reach["bag", "BAG-2"]

    def test_one_number_may_name_two_things(self) -> None:
        trial = Trial(STUDY, donation(), BatchMade(batch="DIN-1", on=on(1), donations=("DIN-1",), expires_on=on(9)))
        assert [root.kind for root in trace(STUDY, trial.state, number="DIN-1").back] == ["donation", "batch"]

    def test_an_unknown_number(self) -> None:
        with pytest.raises(NotFound, match="P-01/2"):
            asked("B-99")


class TestGaps:
    def of_a_record_without_guards(self, **facts: object) -> Trace:
        study = study_of(('"decision"]', '"decision", "product", "identity"]'))
        infusion = InfusionGiven(usubjid="P-01", on=on(10), dose_given=1e6, **facts)  # type: ignore[arg-type]
        return trace(study, Trial(study, enrolled(), infusion).state, number="P-01")

    def test_an_infusion_without_a_batch(self) -> None:
        found = self.of_a_record_without_guards()
        assert [one.code for one in found.missing] == ["no-release", "no-batch"]
        assert found.kept[-1].until is None

    def test_a_batch_nobody_recorded(self) -> None:
        found = self.of_a_record_without_guards(batch="B-7", bags=("BAG-7",))
        assert [one.code for one in found.missing] == ["no-release", "unknown-batch", "unknown-bag"]
        assert found.reached("batch") == ("B-7",)
        assert [one.until for one in found.kept] == [None, None]

    def test_nothing_is_missing_from_a_whole_chain(self) -> None:
        assert asked("P-01").missing == ()

    def test_a_batch_in_store_is_not_released_yet(self) -> None:
        trial = Trial(STUDY, donation(), made(), bag("BAG-1"))
        assert [one.code for one in asked("BAG-1", trial).missing] == ["batch-release"]


def test_what_was_made_up_to_fill_a_gap_is_marked() -> None:
    trial = Trial(STUDY, enrolled())
    last = trial.records[-1].entry.at
    infusion = InfusionGiven(usubjid="P-01", on=on(9), dose_given=1e6, batch="B-7")
    trial.ledger.append([Entry(infusion, "reconstruction", last, Provenance("a paper", ("batch", "on")))])
    (root,) = trace(STUDY, trial.state, number="P-01/1").back
    assert root.facts["illustrative"] == ["batch", "on"]
    assert "illustrative" not in asked("P-01/1").back[0].facts


class TestRetention:
    def test_thirty_years_after_expiry_from_the_packaged_data_with_their_source(self) -> None:
        found = asked("P-01")
        expiry = on(700)
        assert [(one.kind, one.number) for one in found.kept] == [("batch", "B-1"), ("participant", "P-01")]
        assert {one.until for one in found.kept} == {expiry.replace(year=expiry.year + 30)}
        assert "1394/2007" in found.rule.source

    def test_the_protocol_may_ask_for_longer(self) -> None:
        assert STUDY.product is not None
        product = STUDY.product.model_copy(update={"retention": Retention(years=50, source="sponsor")})
        found = trace(replace(STUDY, product=product), course().state, number="B-1")
        assert found.kept[0].until == date(on(700).year + 50, on(700).month, on(700).day)

    def test_the_last_batch_of_a_participant_decides(self) -> None:
        trial = course()
        later = (made("B-2", expires=900), bag("BAG-9", "B-2"))
        for event in later:
            trial.take(replace(event, on=on(11)))  # type: ignore[type-var]
        free = study_of(('"decision"]', '"decision", "product", "identity"]'))
        grown = Trial(free, *(record.event for record in trial.records[1:]))
        grown.take(given(day=38, infusion_number=2, batch="B-2", bags=("BAG-9",)))
        kept = {one.number: one for one in trace(free, grown.state, number="P-01").kept}
        assert kept["P-01"].expires_on == kept["B-2"].expires_on == on(900)

    def test_a_leap_day_is_not_kept_a_day_short(self) -> None:
        assert years_later(date(2028, 2, 29), 30) == date(2058, 3, 1)
        assert years_later(date(2028, 2, 29), 4) == date(2032, 2, 29)
        assert years_later(DAY_0, 30) == date(2056, 3, 1)
