"""Guards of a randomised trial: who is randomised, which kit, who is told; roles apart; nothing openly tells an arm."""

from __future__ import annotations

import pytest

import randomised as rct
from staff import person, refused
from trials import THREE, on, protocol_text, recorded
from trialwright.conduct.randomisation import check_digit, is_number, number_at, numbers_of
from trialwright.protocol import Study, parse_protocol
from trialwright.vocabulary.errors import ProtocolError
from trialwright.vocabulary.events import (
    Corrected,
    DataLocked,
    DeviationRecorded,
    EnvelopeSealed,
    Event,
    FollowUpEnded,
    InfusionGiven,
    KitChecked,
    KitDispensed,
    ParticipantEnrolled,
    ParticipantRandomised,
    ProductReleased,
    RandomisationListSealed,
    RoleDelegated,
    StorageRecorded,
    TreatmentUnblinded,
)
from trialwright.vocabulary.records import body_of

KIND = ParticipantRandomised.kind
DIGEST, OTHER = "a" * 64, "b" * 64
LIST = RandomisationListSealed(
    on=on(1), method="permuted blocks", strata=4, numbers=2, cipher="-", sealed_digest=DIGEST, key_digest=OTHER
)
STRATUM = {"site": "Paris", "nephritis": "no"}


@pytest.fixture(scope="module")
def study() -> Study:
    return parse_protocol(rct.protocol().encode())


def enrolled(usubjid: str = "P-1") -> ParticipantEnrolled:
    return ParticipantEnrolled(usubjid=usubjid, on=on(1), dose_level=1)


def randomised(usubjid: str = "P-1", **other: object) -> ParticipantRandomised:
    facts = {"on": on(2), "number": number_at(2, 1), "stratum": STRATUM, "sealed_digest": DIGEST}
    return ParticipantRandomised(usubjid=usubjid, **{**facts, **other})  # type: ignore[arg-type]


def kit(usubjid: str = "P-1", **other: object) -> KitDispensed:
    facts = {"on": on(3), "infusion_number": 1, "kit": f"{number_at(2, 1)}/1", "contents": "sealed"}
    return KitDispensed(usubjid=usubjid, **{**facts, **other})  # type: ignore[arg-type]


def said(study: Study, *events: Event, before: tuple[Event, ...], by: str = "site", day: int = 4) -> str:
    return " | ".join(
        f"{one.place} {one.allowed}" for one in refused(study, recorded(*before), *events, by=by, day=day)
    )


class TestNumbers:
    def test_the_check_digit_finds_every_wrong_digit(self) -> None:
        for number in numbers_of_a_stratum():
            digits = number.replace("-", "")
            for place in range(len(digits)):
                for wrong in set("0123456789") - {digits[place]}:
                    assert not is_number(digits[:place] + wrong + digits[place + 1 :])

    def test_the_example_of_the_standard(self) -> None:
        assert check_digit("0794") == "5"  # ISO/IEC 7064, MOD 11,10


def numbers_of_a_stratum() -> tuple[str, ...]:
    section = parse_protocol(rct.protocol().encode()).randomisation
    assert section is not None
    return numbers_of(section, 3, count=20)


class TestRandomised:
    BEFORE = (LIST, enrolled())

    def test_the_next_number_of_the_stratum_is_taken(self, study: Study) -> None:
        assert said(study, randomised(), before=self.BEFORE) == ""

    @pytest.mark.parametrize(
        ("other", "found"),
        [
            ({"number": number_at(2, 2)}, "is not the next one of its stratum"),
            ({"number": number_at(1, 1)}, "is not the next one of its stratum"),
            ({"sealed_digest": OTHER}, "is not that of the list in force"),
            ({"stratum": {"site": "Paris"}}, "stratum.nephritis is needed; one of yes, no"),
            ({"stratum": {**STRATUM, "site": "Rome"}}, "'Rome' is not a level"),
            ({"stratum": {**STRATUM, "sex": "F"}}, "is not a factor of the protocol"),
            ({"on": on(0)}, "lies before P-1 was enrolled"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, study: Study, other: dict[str, object], found: str) -> None:
        assert found in said(study, randomised(**other), before=self.BEFORE)

    def test_only_the_enrolled_once_while_numbers_last(self, study: Study) -> None:
        assert "is not enrolled" in said(study, randomised("P-2"), before=self.BEFORE)
        assert "neither screened nor enrolled" in said(
            study, randomised("P-1"), randomised("P-2", number=number_at(2, 2)), before=self.BEFORE
        ) or "is not enrolled" in said(study, randomised("P-2", number=number_at(2, 2)), before=self.BEFORE)
        again = randomised(number=number_at(2, 2))
        assert "is randomised already" in said(study, again, before=(*self.BEFORE, randomised()))
        two = (*self.BEFORE, enrolled("P-2"), enrolled("P-3"), randomised(), randomised("P-2", number=number_at(2, 2)))
        assert "is exhausted (2 numbers)" in said(study, randomised("P-3", number=number_at(2, 3)), before=two)
        assert "no randomisation list is sealed" in said(study, randomised(), before=(enrolled(),))
        left = FollowUpEnded(usubjid="P-1", on=on(2), completed=False)
        assert "left observation" in said(study, randomised(), before=(*self.BEFORE, left))

    def test_nobody_is_randomised_without_confirmed_eligibility(self) -> None:
        text = rct.RANDOMISATION.format(method="permuted blocks").replace('"eligibility", ', "")
        study = parse_protocol(protocol_text(design=THREE, extra=text).encode())
        assert "has not been screened" in said(study, randomised(), before=self.BEFORE)

    def test_a_trial_without_arms_randomises_nobody(self) -> None:
        study = parse_protocol(protocol_text().encode())
        assert "has no [randomisation]" in said(study, LIST, before=())
        assert "has no [randomisation]" in said(study, randomised(), before=(LIST, enrolled()))

    def test_the_list_is_the_protocols_and_is_not_replaced_once_used(self, study: Study) -> None:
        wrong = RandomisationListSealed(
            on=on(1), method="complete", strata=1, numbers=2, cipher="-", sealed_digest=DIGEST, key_digest=OTHER
        )
        assert "is not the protocol's (permuted blocks, 4 strata)" in said(study, wrong, before=())
        assert "the list is in use" in said(study, LIST, before=(*self.BEFORE, randomised()))

    def test_what_was_allocated_is_never_corrected(self, study: Study) -> None:
        position = 4  # after the opening, the list and the enrolment
        before = (*self.BEFORE, randomised())
        withdrawn = Corrected(position=position, reason="a slip", replacement=None, replacement_kind="")
        assert "is never corrected" in said(study, withdrawn, before=before)
        other = Corrected(
            position=position, reason="a slip", replacement=body_of(randomised(on=on(3))), replacement_kind=KIND
        )
        assert "cannot be put in place by hand" in said(study, other, before=before)
        enrolment = Corrected(position=3, reason="a slip", replacement=None, replacement_kind="")
        assert "P-1 is randomised" in said(study, enrolment, before=before)


class TestKits:
    BEFORE = (LIST, enrolled(), randomised())

    def given(self, **other: object) -> InfusionGiven:
        return InfusionGiven(usubjid="P-1", on=on(4), dose_given=1.0, **other)  # type: ignore[arg-type]

    def test_a_kit_is_of_one_participant_and_infusion(self, study: Study) -> None:
        assert said(study, kit(), before=self.BEFORE) == ""
        assert "is not that of infusion 1" in said(study, kit(kit=f"{number_at(2, 2)}/1"), before=self.BEFORE)
        assert "is not that of infusion 2" in said(study, kit(infusion_number=2), before=self.BEFORE)
        assert "before P-1 was randomised" in said(study, kit(on=on(1)), before=self.BEFORE)
        assert "is dispensed already" in said(study, kit(), before=(*self.BEFORE, kit()))
        assert "is not randomised" in said(study, kit(), before=self.BEFORE[:2])

    def test_a_second_person_reads_the_number(self, study: Study) -> None:
        before, check = (*self.BEFORE, kit()), KitChecked(usubjid="P-1", on=on(3), infusion_number=1, kit=kit().kit)
        assert said(study, check, before=before, by="nurse") == ""
        assert "a second person's" in said(study, check, before=before, by="tester")  # who dispensed it
        misread = KitChecked(usubjid="P-1", on=on(3), infusion_number=1, kit="02-010-1/1")
        assert "misread: its check digit" in said(study, misread, before=before, by="nurse")
        other = KitChecked(usubjid="P-1", on=on(3), infusion_number=1, kit=f"{number_at(2, 2)}/1")
        assert "is not the kit of infusion 1" in said(study, other, before=before, by="nurse")
        assert "no kit is dispensed" in said(study, check, before=self.BEFORE, by="nurse")

    def test_nobody_is_infused_without_a_checked_kit(self, study: Study) -> None:
        check = KitChecked(usubjid="P-1", on=on(3), infusion_number=1, kit=kit().kit)
        assert "no kit is dispensed" in said(study, self.given(), before=self.BEFORE)
        assert "was not checked by a second person" in said(study, self.given(), before=(*self.BEFORE, kit()))
        assert said(study, self.given(), before=(*self.BEFORE, kit(), check)) == ""

    def test_nothing_openly_tells_an_arm_not_even_with_a_deviation(self, study: Study) -> None:
        check = KitChecked(usubjid="P-1", on=on(3), infusion_number=1, kit=kit().kit)
        deviation = DeviationRecorded(
            deviation="1", on=on(4), category="product", description="x", major=True, usubjid="P-1"
        )
        before = (*self.BEFORE, kit(), check, deviation)
        for telling in (
            self.given(batch="B-1"), self.given(bags=("B-1-1",)), self.given(volume_ml=10.0),
            ProductReleased(usubjid="P-1", on=on(4), batch="B-1", dose_released=1.0),
            StorageRecorded(bag="B-1-1", on=on(4), what="thawed"),
        ):  # fmt: skip
            assert "would tell the arm" in said(study, telling, before=before), telling

    def test_an_open_label_trial_names_its_bags(self) -> None:
        text = rct.RANDOMISATION.format(method="permuted blocks").replace("blinded = [", "blinded = [] #")
        study = parse_protocol(protocol_text(design=THREE, extra=text).encode())
        assert "tell the arm" not in said(study, self.given(batch="B-1"), before=self.BEFORE)


class TestUnblinding:
    BEFORE = (LIST, enrolled(), randomised())

    def told(self, **other: object) -> TreatmentUnblinded:
        facts = {"on": on(4), "reason": "anaphylaxis", "told_to": ("Mme Durand",), "emergency": True,
                 "opened_with": "code"}  # fmt: skip
        return TreatmentUnblinded(usubjid="P-1", **{**facts, **other})  # type: ignore[arg-type]

    def test_in_an_emergency_one_person_is_enough_also_once_data_are_locked(self, study: Study) -> None:
        assert said(study, self.told(), before=self.BEFORE) == ""
        locked = DataLocked(on=on(3), reason="end")
        assert said(study, self.told(), before=(*self.BEFORE, locked)) == ""
        assert "cannot be recorded" in said(study, kit(), before=(*self.BEFORE, locked))

    def test_otherwise_a_second_person_with_the_list_key(self, study: Study) -> None:
        calm = {"emergency": False, "opened_with": "list key"}
        assert "must name a second person" in said(study, self.told(**calm), before=self.BEFORE)
        assert "is another" in said(study, self.told(**calm, witness="site"), before=self.BEFORE)
        assert said(study, self.told(**calm, witness="nurse"), before=self.BEFORE) == ""
        assert "is for an emergency" in said(study, self.told(emergency=False, witness="nurse"), before=self.BEFORE)

    def test_an_envelope_is_added_in_a_minimisation_alone(self, study: Study) -> None:
        sealed = EnvelopeSealed(on=on(3), number=number_at(2, 1), envelope="sealed")
        assert "in the sealed list" in said(study, sealed, before=self.BEFORE)


class TestRolesApart:
    @pytest.fixture
    def study(self) -> Study:
        text = rct.RANDOMISATION.format(method="permuted blocks").replace('"accounts", ', "")
        return parse_protocol(protocol_text(design=THREE, extra=text).encode())

    @pytest.mark.parametrize(
        ("held", "role", "apart"),
        [
            ("investigator", "unblinded pharmacist", True),
            ("unblinded statistician", "statistician", True),
            ("unblinded statistician", "data manager", True),
            ("unblinded pharmacist", "pharmacist", False),
            ("unblinded pharmacist", "unblinded statistician", False),
            ("investigator", "data manager", False),
        ],
    )
    def test_who_holds_the_key_holds_no_blinded_role(self, study: Study, held: str, role: str, apart: bool) -> None:
        staff = (*person("root", "administrator"), *person("anna", held))  # type: ignore[arg-type]
        event = RoleDelegated(account="anna", role=role, first_day=on(4), on=on(4))  # type: ignore[arg-type]
        found = said(study, event, before=staff, by="root")
        assert ("one of them is blinded" in found) is apart
        assert bool(found) is apart

    def test_only_delegated_people_seal_dispense_and_open(self, study: Study) -> None:
        staff = (*person("root", "administrator"), *person("inv", "investigator"),
                 *person("pha", "unblinded pharmacist"), *person("sta", "unblinded statistician"))  # fmt: skip
        for by in ("root", "inv", "pha"):
            assert "is recorded by unblinded statistician" in said(study, LIST, before=staff, by=by)
        assert said(study, LIST, before=staff, by="sta") == ""
        before = (*staff, LIST, enrolled(), randomised())
        assert "is recorded by unblinded pharmacist" in said(study, kit(), before=before, by="inv")
        assert said(study, kit(), before=before, by="pha") == ""
        calm = TreatmentUnblinded(
            usubjid="P-1", on=on(4), reason="x", told_to=("x",), emergency=False, witness="eve", opened_with="list key"
        )
        assert "no open account" in said(study, calm, before=before, by="inv")


class TestProtocol:
    @pytest.mark.parametrize(
        ("old", "new", "found"),
        [
            ('name = "QUILTAMB"', 'name = "ZORVEX"', "the same arm twice"),
            ('name = "nephritis"', 'name = "site"', "the same factor twice"),
            ('site = "site"', 'site = "town"', "not one of the factors"),
            ('levels = ["yes", "no"]', 'levels = ["yes", "yes"]', "a level twice"),
            ("numbers = 8", "numbers = 1000", "must be 999 or less"),
            ("numbers = 8", "block_sizes = [4]", "is not known here"),
            ("numbers = 8", "favoured = 0.5", "more than its share"),
            ('method = "permuted blocks"', 'method = "coin"', "permuted blocks"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, old: str, new: str, found: str) -> None:
        text = rct.protocol()
        assert old in text
        with pytest.raises(ProtocolError, match=found):
            parse_protocol(text.replace(old, new, 1).encode())

    def test_a_minimisation_needs_factors(self) -> None:
        text = rct.protocol("minimisation").replace('site = "site"\n', "")
        with pytest.raises(ProtocolError, match="minimises nothing"):
            parse_protocol(text[: text.index("[[randomisation.factors]]")].encode())
