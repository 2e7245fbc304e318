"""A protocol file is read whole or answered with everything that is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trials import PROTOCOLS, protocol_text
from trialwright.protocol import parse_protocol, protocol_schema, read_protocol
from trialwright.vocabulary.errors import NotFound, ProtocolError
from with_activity import BOIN12, BY_CHANGE, BY_ENDPOINT, EFFTOX, WAGES_TAIT, study_with_activity, text_with_activity

WORKED = sorted(path.parent.name for path in PROTOCOLS.glob("*/protocol.toml"))


def findings(text: str) -> dict[str, str]:
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(text.encode())
    return {finding.place: finding.line() for finding in caught.value.findings}


class TestFindings:
    def test_five_separate_mistakes_get_five_findings_in_one_go(self) -> None:
        text = (
            protocol_text(rules=['name = "no_skiping"'], cohort_size=0)
            .replace("skeleton = [0.08, 0.16, 0.25]", "skeleton = [0.08, 0.25, 0.16]")
            .replace("min_grade = 3", "min_grade = 7")
            .replace('sponsor = "nobody"', 'sponser = "nobody"')
        )
        found = findings(text)
        assert set(found) == {
            "identity.sponsor",
            "identity.sponser",
            "dose.cohort_size",
            "design.skeleton",
            "rules[1].name",
            "dlt.min_grade",
        }
        assert "did you mean no_skipping?" in found["rules[1].name"]
        assert "did you mean sponsor?" in found["identity.sponser"]
        assert all(value in found["dlt.min_grade"] for value in ("7", "5"))

    def test_a_finding_in_one_section_does_not_hide_those_of_another(self) -> None:
        found = findings("[identity]\nid = 'x'\n[dose]\nunit='u'\namounts=[2.0, 1.0]\nstart_level=5\ncohort_size=3\n")
        assert {"identity.title", "identity.planned_n", "dose.amounts", "dose.start_level", "design", "dlt"} <= set(
            found
        )

    @pytest.mark.parametrize(
        ("line", "otherwise", "place", "said"),
        [
            ("[1.0, 2.0, 4.0]", '[1.0, 2.0, "1e0"]', "dose.amounts[3]", "must be a number; leave out the quotes"),
            (
                "start_level = 1",
                'start_level = "7"',
                "dose.start_level",
                "must be a whole number; leave out the quotes",
            ),
            ("cohort_size = 3", "cohort_size = true", "dose.cohort_size", "true  must be a whole number"),
            ("[1.0, 2.0, 4.0]", "1e6", "dose.amounts", "must be a list, in square brackets"),
            ("last_day = 10", "last_day = [28]", "dlt.last_day", "must be a whole number"),
        ],
    )
    def test_what_is_no_number_never_passes_for_one(self, line: str, otherwise: str, place: str, said: str) -> None:
        """A number in quotes would be compared with nothing: a level above the highest, amounts that fall."""
        text = protocol_text()
        assert line in text
        assert said in findings(text.replace(line, otherwise))[place]

    def test_the_design_must_go_with_the_number_of_levels(self) -> None:
        text = protocol_text().replace("amounts = [1.0, 2.0, 4.0]", "amounts = [1.0, 2.0]")
        assert "design.skeleton" in findings(text)

    @pytest.mark.parametrize("rules", [(), ('name = "no_skipping"', 'name = "stop_when_precise"\nbelow = 0.45')])
    def test_a_design_that_needs_activity_gets_one_finding_with_the_way_out(self, rules: tuple[str, ...]) -> None:
        boin12 = 'name = "boin12"\ntoxicity_limit = 0.35\nactivity_limit = 0.25'
        found = findings(protocol_text(design=boin12, rules=rules))
        assert set(found) == {"design"}
        assert "no activity is observed in this trial" in found["design"]
        assert "name a design that looks at DLTs alone, such as boin or crm" in found["design"]
        assert "say in an [activity] section what counts as activity" in found["design"]

    def test_an_activity_section_that_names_what_is_not_there_is_told_everything_at_once(self) -> None:
        section = '\n[activity]\nendpoint = "worse"\nvisit = "Week 9"\noperator = "<="\nfirst_day = 9\nlast_day = 2\n'
        found = findings(text_with_activity(section=section))
        assert set(found) == {"activity.endpoint", "activity.operator", "activity.last_day"}
        found = findings(text_with_activity(section='\n[activity]\ninstrument = "cold-3"\n'))
        places = {"activity.instrument", "activity.visit", "activity.operator", "activity.change"}
        assert set(found) == places
        both = text_with_activity(section=BY_CHANGE.replace("[activity]", '[activity]\nendpoint = "better"'))
        assert set(findings(both)) == {"activity.endpoint"}
        assert "activity.visit" in findings(text_with_activity() + 'visit = "Week 9"\n')
        assert "activity.end_point" in findings(text_with_activity(section="\n[activity]\nend_point = 1\n"))

    def test_an_activity_section_is_read_whatever_the_design(self) -> None:
        for section in (BY_ENDPOINT, BY_CHANGE):
            for design in (BOIN12, EFFTOX, WAGES_TAIT, 'name = "boin"\ntarget_toxicity_rate = 0.25'):
                study = study_with_activity(section=section, design=design)
                assert study.looks_at_activity is (study.design_name != "boin")
        assert study.activity_said("en") == "change of SLEDAI-2K from baseline ≤ -4, Week 4 (day 20 to day 40)"
        assert study_with_activity().activity_said("fr") == "Va mieux, Semaine 4"

    def test_an_unknown_table_or_parameter_is_named(self) -> None:
        found = findings(protocol_text().replace("[dlt]", "[desing]\nx = 1\n[dlt]").replace("skeleton", "skeletton"))
        assert {"desing", "design.skeletton"} <= set(found)
        assert "did you mean design?" in found["desing"]
        assert "design.skeleton" in found

    def test_what_is_not_toml_is_said_with_its_line(self) -> None:
        assert "line 2" in findings("[identity]\nid = = 3\n")["file"]

    def test_a_window_must_not_end_before_it_begins(self) -> None:
        assert "dlt.last_day" in findings(protocol_text().replace("last_day = 10", "first_day = 11\nlast_day = 10"))

    def test_a_missing_file_is_not_found(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match="no protocol file"):
            read_protocol(tmp_path / "none.toml")


class TestWorkedProtocols:
    @pytest.mark.parametrize("name", WORKED)
    def test_every_worked_protocol_describes_a_trial(self, name: str) -> None:
        study = read_protocol(PROTOCOLS / name / "protocol.toml")
        has_a_course = (PROTOCOLS / name / "events.jsonl").exists()
        assert study.identity.reconstruction == has_a_course
        assert all(about.note.en and about.note.fr for about in study.about)

    def test_the_founding_trial_starts_at_level_2_of_3(self) -> None:
        study = read_protocol(PROTOCOLS / "msc-sle" / "protocol.toml")
        assert [level.amount for level in study.dose_levels] == [1e6, 2e6, 4e6]
        assert study.dosing.start_level == 2
        assert study.identity.planned_n == 10
        assert (study.dlt.min_grade, study.dlt.relation, study.dlt.first_day, study.dlt.last_day) == (
            3,
            "related",
            0,
            10,
        )
        assert [visit.name.en for visit in study.visits] == ["Month 1", "Month 3", "Month 6", "Month 9", "Month 12"]
        assert any(about.place == "design" and about.status == "choice" for about in study.about)

    def test_every_criterion_keeps_its_registered_operator(self) -> None:
        study = read_protocol(PROTOCOLS / "msc-sle" / "protocol.toml")
        said = {one.id: one.rule.said("en") for one in study.eligibility.inclusion}
        assert said["I1"] == "age > 18 years and age < 70 years"
        assert "SELENA-SLEDAI ≥ 6 points" in said["I3"]
        assert "prednisone or equivalent, dose ≥ 6 mg/day, for ≥ 28 days" in said["I4"]
        for drug in (
            "cyclophosphamide IV, dose ≥ 500 mg/month, for ≥ 3 months",
            "mycophenolate mofetil oral or equivalent, dose > 2,000 mg/day, for ≥ 90 days",
            "azathioprine oral, dose > 2 mg/kg/day, for ≥ 90 days",
            "methotrexate oral or parenteral, dose > 20 mg/week, for ≥ 90 days",
            "leflunomide oral, dose > 10 mg/day, for ≥ 90 days",
            "375 mg/m² weekly four times",
            "ciclosporin oral, dose ≥ 2.5 mg/kg/day, dose ≤ 5 mg/kg/day, for ≥ 90 days",
            "belimumab IV, dose = 10 mg/kg/month, for ≥ 3 months",
        ):
            assert drug in said["I4"]
        assert said["I5"] == "time at stable doses ≥ 30 days"
        assert not study.eligibility.complete


class TestSchema:
    def test_the_schema_in_the_docs_is_the_schema_of_the_reader(self) -> None:
        kept = Path(__file__).parents[3] / "docs" / "protocol.schema.json"
        written = json.dumps(protocol_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        assert kept.read_text(encoding="utf-8") == written, "run `trialwright schema --out docs/protocol.schema.json`"

    def test_it_names_what_is_registered(self) -> None:
        schema = protocol_schema()
        assert "crm" in schema["properties"]["design"]["properties"]["name"]["enum"]
        assert set(schema["required"]) == {"identity", "dose", "design", "dlt"}


class TestTheOrderOfRules:
    COHORT, TITRATION = 'name = "complete_cohort"', 'name = "accelerated_titration"'
    CAP, REPLACE = 'name = "cap_level"\nlevel = 2', 'name = "replace_non_evaluable"'

    def test_titration_stands_where_nothing_undoes_it_and_it_undoes_nothing(self) -> None:
        parse_protocol(protocol_text(rules=[self.COHORT, self.REPLACE, self.TITRATION, self.CAP]).encode())
        found = findings(protocol_text(rules=[self.CAP, self.TITRATION, self.COHORT]))
        assert set(found) == {"rules[2].name"}
        early = findings(protocol_text(rules=[self.TITRATION, self.COHORT]))
        assert "must come after complete_cohort, which would undo it" in early["rules[1].name"]
        late = findings(protocol_text(rules=[self.CAP, self.TITRATION]))
        assert "must come before cap_level, which it would undo" in late["rules[2].name"]

    def test_who_is_replaced_is_said_once(self) -> None:
        found = findings(protocol_text(rules=[self.REPLACE, self.COHORT, self.REPLACE + "\nat_most = 2"]))
        assert set(found) == {"rules[3].name"}
        assert "may stand once only" in found["rules[3].name"]

    def test_nobody_is_replaced_unless_the_protocol_says_so(self) -> None:
        read = {
            0: parse_protocol(protocol_text(rules=[self.COHORT]).encode()),
            2: parse_protocol(protocol_text(rules=[self.REPLACE + "\nat_most = 2"]).encode()),
            None: parse_protocol(protocol_text(rules=[self.REPLACE]).encode()),
        }
        assert all(study.replacements == expected for expected, study in read.items())

    def test_backfill_stands_after_the_wait_it_uses_and_before_the_one_that_holds_everybody(self) -> None:
        wait, stagger = 'name = "wait_for_pending"', 'name = "stagger"\ndays = 2'
        backfill = 'name = "backfill"\nat_most = 3'
        parse_protocol(protocol_text(rules=[wait, backfill, stagger]).encode())
        found = findings(protocol_text(rules=[stagger, backfill, wait]))
        assert set(found) == {"rules[2].name"}
