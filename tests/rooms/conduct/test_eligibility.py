"""Eligibility: three-valued criteria with their evidence; nobody is enrolled or infused without it (finding 6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from trials import on, protocol_text, recorded
from trialwright.conduct import fold
from trialwright.conduct.eligibility import Eligibility, eligibility
from trialwright.conduct.names import is_drug
from trialwright.conduct.offers import Offer, entries_from
from trialwright.conduct.pseudonyms import looks_like_a_name
from trialwright.protocol import Study, parse_protocol
from trialwright.protocol.eligibility import Treatment
from trialwright.vocabulary.errors import RecordError
from trialwright.vocabulary.events import (
    AccountOpened,
    ConsentWithdrawn,
    Corrected,
    EligibilityConfirmed,
    Event,
    Fact,
    InfusionGiven,
    ParticipantEnrolled,
    ParticipantScreened,
    RoleDelegated,
    ScreeningRecorded,
    Signed,
    Taken,
    WaiverGranted,
)
from trialwright.vocabulary.records import Record, body_of, event_digest
from trialwright.vocabulary.words import Text

CRITERIA = """
[conduct]
elsewhere = ["accounts", "decision", "product", "identity"]
where = { en = "paper files", fr = "dossiers papier" }

[[eligibility.inclusion]]
id = "I1"
text = { en = "Adult", fr = "Adulte" }
rule = { quantity = { en = "age", fr = "âge" }, operator = ">", value = 18, unit = "years" }

[[eligibility.inclusion]]
id = "I2"
text = { en = "Refractory", fr = "Réfractaire" }
[eligibility.inclusion.rule]
[[eligibility.inclusion.rule.all]]
drug = { en = "prednisone or equivalent", fr = "prednisone ou équivalent" }
dose = [{ quantity = { en = "dose", fr = "dose" }, operator = ">=", value = 6, unit = "mg/day" }]
duration = { quantity = { en = "duration", fr = "durée" }, operator = ">=", value = 28, unit = "days" }
[[eligibility.inclusion.rule.all]]
[[eligibility.inclusion.rule.all.any]]
drug = { en = "mycophenolate mofetil oral", fr = "mycophénolate mofétil oral" }
key = "mmf"
dose = [{ quantity = { en = "dose", fr = "dose" }, operator = ">", value = 2000, unit = "mg/day" }]
duration = { quantity = { en = "duration", fr = "durée" }, operator = ">=", value = 3, unit = "months" }
[[eligibility.inclusion.rule.all.any]]
drug = { en = "azathioprine", fr = "azathioprine" }
dose = [{ quantity = { en = "dose", fr = "dose" }, operator = ">", value = 2, unit = "mg/kg/day" }]
[[eligibility.inclusion.rule.all.any]]
drug = { en = "rituximab IV", fr = "rituximab IV" }
dose = [{ quantity = { en = "dose", fr = "dose" }, operator = ">=", value = 375, unit = "mg/m²" }]

[[eligibility.exclusion]]
id = "E1"
text = { en = "Pregnancy", fr = "Grossesse" }
rule = { statement = { en = "pregnant", fr = "enceinte" } }
"""
WITH_ACCOUNTS = CRITERIA.replace('"accounts", ', "")
NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
AGE, NOT_PREGNANT = Fact(value=34.0, unit="years"), Fact(value=False)
STEROID = Taken(drug="prednisone", dose=10.0, unit="mg/day", duration=60.0)
MMF = Taken(drug="mmf", dose=3.0, unit="g/day", duration=3.0, duration_unit="months")
SCREENED = ParticipantScreened(usubjid="P-1", on=on(1), consented_on=on(1))


def study(extra: str = CRITERIA) -> Study:
    return parse_protocol(protocol_text(extra=extra).encode())


def found(*treatments: Taken, weight: float | None = 60.0, day: int = 2, **facts: Fact) -> ScreeningRecorded:
    named = {"age": AGE, "pregnant": NOT_PREGNANT} | facts
    return ScreeningRecorded(usubjid="P-1", on=on(day), facts=named, treatments=treatments, weight_kg=weight)


GOOD = found(STEROID, MMF)


def judged(*events: Event, extra: str = CRITERIA) -> Eligibility:
    plan = study(extra)
    return eligibility(plan, fold(recorded(SCREENED, *events), zone=plan.identity.zone), usubjid="P-1")


def answers(*events: Event) -> dict[str, str]:
    return {one.criterion.id: one.answer for one in judged(*events).judged}


def offer(event: Event, *before: Event, extra: str = CRITERIA, by: str = "anna") -> str:
    """What is said against an event after others; nothing when it may be recorded."""
    records: tuple[Record, ...] = recorded(*before)
    try:
        entries_from(study(extra), records, offers=[Offer(1, event.kind, body_of(event))], by=by, at=NOW)
    except RecordError as error:
        return str(error)
    return ""


def confirmed(
    *events: Event, eligible: bool = True, day: int = 3, waived: tuple[str, ...] = ()
) -> EligibilityConfirmed:
    known = judged(*events)
    return EligibilityConfirmed(
        usubjid="P-1",
        on=on(day),
        eligible=eligible,
        computed=known.computed,
        waived=waived,
        findings_digest=known.digest,
    )


ENROLLED = ParticipantEnrolled(usubjid="P-1", on=on(4), dose_level=1)
INFUSED = InfusionGiven(usubjid="P-1", on=on(5), dose_given=1.0)


class TestCriteria:
    def test_everything_met(self) -> None:
        known = judged(GOOD)
        assert known.computed == "met"
        assert not known.in_the_way
        assert {one.criterion.id: one.answer for one in known.judged} == {"I1": "met", "I2": "met", "E1": "not met"}

    @pytest.mark.parametrize(("age", "answer"), [(18.0, "not met"), (18.5, "met")])
    def test_more_than_is_not_at_least(self, age: float, answer: str) -> None:
        assert answers(found(STEROID, MMF, age=Fact(value=age, unit="years")))["I1"] == answer

    def test_units_are_converted_and_shown(self) -> None:
        known = judged(found(STEROID, MMF, age=Fact(value=408.0, unit="months", source="file")))
        evidence = known.judged[0].evidence[0]
        assert (evidence.answer, evidence.source, evidence.position) == ("met", "file", 3)
        assert evidence.found.said("en") == "408 months = 34 years"
        assert evidence.found.said("fr") == "408 mois = 34 ans"

    @pytest.mark.parametrize(("grams", "answer"), [(2.0, "not met"), (2.0001, "met")])
    def test_exactly_two_grams_is_not_more_than_2000_mg(self, grams: float, answer: str) -> None:
        taken = replace(MMF, dose=grams)
        assert answers(found(STEROID, taken))["I2"] == answer

    def test_what_certainly_fails_decides_whatever_is_missing(self) -> None:
        low = replace(STEROID, dose=5.0, duration=None)
        assert answers(found(low))["I2"] == "not met"
        assert judged(ScreeningRecorded(usubjid="P-1", on=on(2), facts={"age": replace(AGE, value=17.0)})).computed == (
            "not met"
        )

    def test_missing_is_neither_zero_nor_no(self) -> None:
        assert judged().computed == "cannot be assessed"
        unknown = judged(found(STEROID, MMF, pregnant=Fact(value=None)))
        assert unknown.computed == "cannot be assessed"
        assert unknown.judged[2].evidence[0].found.said("fr") == "recherché, inconnu"

    def test_an_exclusion_that_is_met_keeps_out(self) -> None:
        known = judged(found(STEROID, MMF, pregnant=Fact(value=True)))
        assert (known.computed, known.judged[2].answer, known.judged[2].lets_in) == ("not met", "met", False)

    def test_later_findings_stand_in_place_of_earlier_ones_by_their_day(self) -> None:
        late_entry_of_an_old_value = ScreeningRecorded(
            usubjid="P-1", on=on(2), facts={"Âge": Fact(value=12.0, unit="years", on=on(0))}
        )
        assert answers(GOOD, late_entry_of_an_old_value)["I1"] == "met"
        newer = ScreeningRecorded(usubjid="P-1", on=on(3), facts={"AGE": Fact(value=12.0, unit="years")})
        assert answers(GOOD, newer)["I1"] == "not met"


class TestTreatments:
    @pytest.mark.parametrize(
        ("drug", "dose", "answer"),
        [
            ("prednisolone", 6.0, "met"),
            ("methylprednisolone", 4.8, "met"),
            ("methylprednisolone", 4.7, "not met"),
            ("dexamethasone", 0.9, "met"),
            ("hydrocortisone", 23.9, "not met"),
            ("fludrocortisone", 100.0, "not met"),
            ("cortisone", 30.0, "met"),
        ],
    )
    def test_glucocorticoids_count_as_prednisone_exactly(self, drug: str, dose: float, answer: str) -> None:
        assert answers(found(replace(STEROID, drug=drug, dose=dose), MMF))["I2"] == answer

    @pytest.mark.parametrize(("weight", "answer"), [(60.0, "not met"), (59.9, "met"), (None, "cannot be assessed")])
    def test_doses_per_kilogram_need_the_weight(self, weight: float | None, answer: str) -> None:
        aza = Taken(drug="azathioprine", dose=120.0, unit="mg/day", duration=100.0)
        assert answers(found(STEROID, aza, weight=weight))["I2"] == answer

    def test_doses_per_square_metre_need_the_body_surface(self) -> None:
        rituximab = Taken(drug="rituximab", route="IV", dose=750.0, unit="mg")
        assert answers(found(STEROID, rituximab, weight=80.0))["I2"] == "cannot be assessed"
        tall = Fact(value=1.8, unit="m")
        assert answers(found(STEROID, rituximab, weight=80.0, height=tall))["I2"] == "met"
        assert answers(found(STEROID, replace(rituximab, dose=749.0), weight=80.0, height=tall))["I2"] == "not met"

    def test_a_month_is_a_twelfth_of_365_and_a_quarter_days(self) -> None:
        days = replace(MMF, duration=91.0, duration_unit="days")
        assert answers(found(STEROID, days))["I2"] == "not met"
        assert answers(found(STEROID, replace(days, duration=92.0)))["I2"] == "met"

    def test_both_days_count(self) -> None:
        dated = replace(STEROID, duration=None, from_day=date(2023, 1, 1), to_day=date(2023, 1, 28))
        assert answers(found(dated, MMF))["I2"] == "met"
        assert answers(found(replace(dated, to_day=date(2023, 1, 27)), MMF))["I2"] == "not met"
        assert answers(found(replace(dated, to_day=None), MMF))["I2"] == "cannot be assessed"

    def test_what_was_not_taken_is_not_met_and_no_history_is_not_assessed(self) -> None:
        assert answers(found(STEROID))["I2"] == "not met"
        silent = ScreeningRecorded(usubjid="P-1", on=on(2), facts={"age": AGE})
        assert answers(silent)["I2"] == "cannot be assessed"

    @pytest.mark.parametrize(
        ("drug", "route", "answer"),
        [
            ("methotrexate", "oral", True),
            ("methotrexate", "SC", True),
            ("Methotrexate parenteral", "", True),
            ("methotrexate", "", None),
            ("methotrexate", "intrathecal", False),
            ("ciclosporin", "oral", False),
        ],
    )
    def test_a_drug_with_the_routes_of_the_criterion(self, drug: str, route: str, answer: bool | None) -> None:
        rule = Treatment(drug=Text(en="methotrexate oral or parenteral", fr="méthotrexate oral ou parentéral"))
        assert is_drug(rule, drug, route=route) is answer
        assert is_drug(Treatment(drug=Text(en="rituximab", fr="rituximab")), "rituximab", route="IV") is True
        assert is_drug(Treatment(drug=Text(en="rituximab IV", fr="rituximab IV")), "rituximab", route="SC") is False

    def test_entries_long_enough_only_together_are_for_a_person_to_judge(self) -> None:
        short = replace(STEROID, duration=20.0)
        assert answers(found(short, short, MMF))["I2"] == "cannot be assessed"
        assert answers(found(short, replace(short, duration=7.0), MMF))["I2"] == "not met"
        assert answers(found(short, replace(short, dose=1.0), MMF))["I2"] == "not met"


class TestWhatDoesNotFitTheCriteria:
    @pytest.mark.parametrize(
        ("event", "said"),
        [
            (found(agee=AGE), "did you mean age?"),
            (found(age=Fact(value=34.0, unit="mg")), "cannot be converted to years"),
            (found(age=Fact(value=34.0)), "is required: the criterion is written in years"),
            (found(age=Fact(value="34", unit="years")), "must be a number"),
            (found(pregnant=Fact(value=1.0)), "is a statement: yes, no"),
            (found(replace(MMF, unit="points")), "cannot be converted to mg/day"),
            (found(Taken(drug="mycophenolate mofetil")), "needs its route"),
            (found(replace(STEROID, from_day=on(2), to_day=on(1))), "lies before the first day"),
            (WaiverGranted(usubjid="P-1", on=on(2), criterion="I9", reason="x"), "is not a criterion of the protocol"),
            (replace(GOOD, on=on(0)), "lies before the consent"),
        ],
    )
    def test_is_refused_in_words(self, event: Event, said: str) -> None:
        assert said in offer(event, SCREENED)

    def test_what_fits_is_recorded(self) -> None:
        assert offer(GOOD, SCREENED) == ""
        assert offer(found(Taken(drug="mycophenolate mofetil", route="oral", dose=1.0, unit="g/day")), SCREENED) == ""
        assert offer(found(Taken(drug="hydroxychloroquine", dose=400.0, unit="mg/day")), SCREENED) == ""

    def test_consent_does_not_follow_the_screening(self) -> None:
        assert "consent comes first" in offer(replace(SCREENED, consented_on=on(2)))


def test_finding_6_no_infusion_without_confirmed_eligibility() -> None:
    """An ineligible participant is neither enrolled nor infused; an override needs reason and signature, and shows."""
    assert "has not been screened" in offer(ENROLLED)
    assert "is not confirmed" in offer(ENROLLED, SCREENED, GOOD)
    ready = (SCREENED, GOOD, confirmed(GOOD))
    assert offer(ENROLLED, *ready) == ""
    assert offer(INFUSED, *ready, ENROLLED) == ""
    # Enrolled while the guard was elsewhere, or found ineligible since: the infusion is blocked.
    assert "has not been screened" in offer(INFUSED, ENROLLED)
    assert "is not confirmed" in offer(INFUSED, SCREENED, GOOD, ENROLLED)
    bad = found(replace(STEROID, dose=5.0), MMF)
    said = offer(INFUSED, *ready, ENROLLED, replace(bad, on=on(5)))
    assert "was confirmed before the last finding" in said
    assert "criterion I2  keeps the person out, and is not waived" in said
    withdrawn = ConsentWithdrawn(usubjid="P-1", on=on(4), scope="infusions")
    assert "withdrew consent" in offer(INFUSED, *ready, ENROLLED, withdrawn)
    assert offer(INFUSED, *ready, ENROLLED, replace(withdrawn, on=on(6))) == ""


class TestGuards:
    def test_a_correction_of_a_finding_voids_the_confirmation(self) -> None:
        other = replace(GOOD, weight_kg=61.0)
        corrected = Corrected(
            position=3, reason="typing error", replacement_kind=other.kind, replacement=body_of(other)
        )
        said = offer(INFUSED, SCREENED, GOOD, confirmed(GOOD), ENROLLED, (4, corrected))
        assert "or before one was corrected" in said

    def test_an_infusion_put_in_place_by_a_correction_is_guarded_too(self) -> None:
        sneaked = Corrected(position=2, reason="x", replacement_kind=ENROLLED.kind, replacement=body_of(ENROLLED))
        assert "is not confirmed" in offer(sneaked, SCREENED, GOOD)

    def test_what_a_confirmation_says_the_criteria_gave_is_checked(self) -> None:
        false = replace(confirmed(GOOD), computed="not met")
        assert "the criteria give: met" in offer(false, SCREENED, GOOD)
        bad = found(replace(STEROID, dose=5.0), MMF)
        assert "criterion I2 keeps the person out and is not waived" in offer(confirmed(bad), SCREENED, bad)
        assert "is not waived, or needs no waiver" in offer(confirmed(GOOD, waived=("I1",)), SCREENED, GOOD)
        assert offer(confirmed(bad, eligible=False), SCREENED, bad) == ""
        said = offer(ENROLLED, SCREENED, bad, confirmed(bad, eligible=False))
        assert "is not eligible" in said

    def test_enrolment_does_not_lie_before_the_confirmation_or_the_consent(self) -> None:
        ready = (SCREENED, GOOD, confirmed(GOOD))
        assert "lies before eligibility was confirmed" in offer(replace(ENROLLED, on=on(2)), *ready)
        assert "lies before the consent" in offer(replace(ENROLLED, on=on(0)), *ready)

    def test_a_waiver_counts_once_an_investigator_signed_it(self) -> None:
        bad = found(replace(STEROID, dose=5.0), MMF)
        waiver = WaiverGranted(usubjid="P-1", on=on(2), criterion="I2", reason="close enough")
        judgement = replace(confirmed(bad), waived=("I2",))
        staff = tuple(
            event
            for name, role in (("anna", "investigator"), ("max", "monitor"))
            for event in (
                AccountOpened(account=name, printed_name=name, on=on(0)),
                RoleDelegated(account=name, role=role, first_day=on(0), on=on(0)),  # type: ignore[arg-type]
            )
        )
        course = (*staff, SCREENED, bad, waiver, judgement)
        assert "its waiver is not signed (investigator); `trialwright sign TRIAL 8`" in offer(
            ENROLLED, *course, extra=WITH_ACCOUNTS
        )
        signature = Signed(
            position=8,
            event_digest=event_digest(waiver),
            on=on(3),
            meaning="approval",
            account="anna",
            printed_name="anna",
            role="investigator",
            second_factor=True,
        )
        by_monitor = replace(signature, account="max", printed_name="max", role="monitor")
        assert "is not signed" in offer(ENROLLED, *course, by_monitor, extra=WITH_ACCOUNTS)
        assert "criterion" not in offer(ENROLLED, *course, signature, extra=WITH_ACCOUNTS)

    def test_nothing_is_asked_where_another_system_documents_eligibility(self) -> None:
        elsewhere = CRITERIA.replace('["accounts"', '["eligibility", "accounts"')
        assert offer(ENROLLED, extra=elsewhere) == ""


class TestPseudonyms:
    @pytest.mark.parametrize("name", ["Dupont", "Jean.Dupont", "dupont-1", "Dupont7", "MARTIN-3", "J.Dupont-2"])
    def test_what_looks_like_a_name(self, name: str) -> None:
        assert looks_like_a_name(name)
        assert "looks like a person's name" in offer(ParticipantScreened(usubjid=name, on=on(1), consented_on=on(1)))

    @pytest.mark.parametrize("name", ["MSC-07", "P-1", "KAMEN-1", "Donor-3", "TEST-1-participant-4", "001-004"])
    def test_what_does_not(self, name: str) -> None:
        assert not looks_like_a_name(name, trial="TEST-1")
        assert offer(ParticipantScreened(usubjid=name, on=on(1), consented_on=on(1))) == ""

    @pytest.mark.parametrize("text", ["Mrs Smith asked", "vu avec Mme Durand", "M. Dupont"])
    def test_a_name_in_free_text(self, text: str) -> None:
        waiver = WaiverGranted(usubjid="P-1", on=on(1), criterion="I1", reason=text)
        assert "write the pseudonym instead" in offer(waiver, SCREENED)
        fine = replace(waiver, reason="Ms not known; M. tuberculosis; Dr Martin agreed")
        assert offer(fine, SCREENED) == ""


def test_masses_and_amounts_of_a_known_analyte_are_converted() -> None:
    rule = '{ quantity = { en = "creatinine", fr = "créatinine" }, operator = "<", value = 1.5, unit = "mg/dL" }'
    extra = CRITERIA + f'\n[[eligibility.exclusion]]\nid = "E2"\ntext = {{ en = "x", fr = "x" }}\nrule = {rule}\n'
    fact = {"creatinine": Fact(value=113.12, unit="µmol/L")}
    known = judged(ScreeningRecorded(usubjid="P-1", on=on(2), facts=fact), extra=extra)
    assert known.judged[-1].evidence[0].found.said("en") == "113.12 µmol/L = 1.279613 mg/dL"
    assert known.judged[-1].answer == "met"
