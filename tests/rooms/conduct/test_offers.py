"""What is offered for recording is taken whole or not at all, with every finding by line."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from trials import PROTOCOLS, protocol_text, recorded, study_of
from trialwright.conduct.offers import entries_from, read_offers
from trialwright.protocol import Study, parse_protocol, read_protocol
from trialwright.vocabulary.errors import RecordError, TrialError
from trialwright.vocabulary.events import DoseDecided

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
ENROL = {"kind": "participant-enrolled.1", "body": {"usubjid": "P-1", "on": "2024-01-02", "dose_level": 1}}


def lines(*offers: object) -> str:
    return "\n".join(offer if isinstance(offer, str) else json.dumps(offer) for offer in offers)


def places(study: Study, text: str) -> dict[str, str]:
    with pytest.raises(RecordError) as caught:
        entries_from(study, recorded(), offers=read_offers(text), by="me", at=NOW)
    return {finding.place: finding.line() for finding in caught.value.findings}


class TestFindings:
    @pytest.mark.parametrize("by", [5, "", ["a"], {"name": "a"}])
    def test_who_recorded_is_a_name(self, by: object) -> None:
        with pytest.raises(RecordError, match=r"line 1\.by .*must be a name"):
            read_offers(lines({**ENROL, "by": by}))

    @pytest.mark.parametrize("name", ["by", "provenance"])
    def test_half_a_character_is_refused_wherever_it_stands(self, name: str) -> None:
        half = '"\\ud800"' if name == "by" else '{"source": "\\ud800"}'
        with pytest.raises(RecordError, match=r"line 1 .*surrogates not allowed"):
            read_offers(json.dumps(ENROL)[:-1] + f', "{name}": {half}}}')
        with pytest.raises(RecordError, match="cannot be written down"):
            entries_from(study_of(), recorded(), offers=read_offers(lines(ENROL)), by="\udcff", at=NOW)

    def test_a_line_ends_at_a_line_feed_only(self) -> None:
        """Other marks that end a line may stand inside a text of JSON."""
        offer = {**ENROL, "provenance": {"source": "one\u2028two\x85three"}}
        (read,) = read_offers(json.dumps(offer, ensure_ascii=False) + "\r\n\r\n")
        assert read.provenance is not None
        assert read.provenance.source == "one\u2028two\x85three"

    def test_every_line_that_does_not_fit_is_named_at_once(self) -> None:
        text = lines(
            ENROL,
            {"kind": "participant-enroled.1", "body": {}},
            {"kind": "participant-enrolled.1", "body": {"usubjid": "P-2", "on": "2024-01-02", "dose_level": 9}},
            {"kind": "infusion-given.1", "body": {"usubjid": "P-7", "on": "2024-01-02", "dose_given": 1}},
            {"kind": "infusion-given.1", "body": {"usubjid": "P-1", "on": "2031-01-02", "dose_given": -1}},
        )
        found = places(study_of(), text)
        assert {"line 2.event", "line 3.dose_level", "line 4", "line 5.dose_given"} == set(found)
        assert "P-7 is not enrolled" in found["line 4"]

    def test_the_future_cannot_be_recorded(self) -> None:
        offer = {"kind": "participant-enrolled.1", "body": {"usubjid": "P-1", "on": "2024-06-02", "dose_level": 1}}
        assert "lies after the day of recording" in places(study_of(), lines(offer))["line 1.on"]

    def test_only_a_reconstruction_says_when_an_entry_was_made(self) -> None:
        assert "line 1.at" in places(study_of(), lines({**ENROL, "at": "2020-01-01T00:00:00+00:00"}))
        assert "line 1.provenance" in places(study_of(), lines({**ENROL, "provenance": {"source": "paper"}}))

    def test_a_decision_is_never_recorded_by_hand(self) -> None:
        offer = {"kind": "dose-decided.1", "body": {}}
        assert "trialwright decide" in places(study_of(), lines(offer))["line 1"]

    def test_an_instrument_the_protocol_does_not_declare_is_refused(self) -> None:
        body = {"usubjid": "P-1", "on": "2024-01-02", "visit": "Baseline", "instrument": "x", "items": {}}
        offer = {"kind": "assessment-recorded.1", "body": body}
        assert "line 2.instrument" in places(study_of(), lines(ENROL, offer))

    def test_a_misspelt_visit_is_refused_rather_than_left_out_of_every_analysis(self) -> None:
        study = read_protocol(PROTOCOLS / "kamen-2022" / "protocol.toml")
        body = {"usubjid": "P-1", "on": "2024-01-03", "endpoint": "SRI-4", "visit": "week 24", "met": True}
        offer = {"kind": "response-assessed.1", "body": body}
        found = places(study, lines(ENROL, offer))
        assert set(found) == {"line 2.visit"}
        assert "Week 24" in found["line 2.visit"]

    def test_a_decision_cannot_be_slipped_in_as_a_correction(self) -> None:
        decision = {
            "on": "2024-01-02", "dose_level": 3, "advised_dose_level": 3, "advised_action": "escalate",
            "endorsed": True, "reason": "x", "decided_by": "x",
        }  # fmt: skip
        body = {"position": 2, "reason": "x", "replacement_kind": "dose-decided.1", "replacement": decision}
        found = places(study_of(), lines(ENROL, {"kind": "corrected.1", "body": body}))
        assert "cannot be put in place by hand" in found["line 2.replacement_kind"]

    def test_lines_that_are_not_json_are_named(self) -> None:
        with pytest.raises(RecordError) as caught:
            read_offers(
                lines("{", ENROL, "[1]", '{"kind": "x", "body": {}, "more": 1}', '{"kind": "x", "body": {"a": NaN}}')
            )
        assert {finding.place for finding in caught.value.findings} == {"line 1", "line 3", "line 4.more", "line 5"}

    @given(st.text(max_size=200))
    def test_no_text_brings_the_reader_down(self, text: str) -> None:
        with suppress(TrialError):  # a refusal in our own words is an answer; anything else is a failure
            entries_from(study_of(), recorded(), offers=read_offers(text), by="me", at=NOW)

    @given(
        st.lists(
            st.fixed_dictionaries(
                {
                    "kind": st.sampled_from(
                        ["participant-enrolled.1", "infusion-given.1", "corrected.1", "decide", "follow-up-ended.1"]
                    ),
                    "body": st.dictionaries(
                        st.sampled_from(
                            [
                                "usubjid",
                                "on",
                                "dose_level",
                                "dose_given",
                                "position",
                                "reason",
                                "replacement",
                                "completed",
                            ]
                        ),
                        st.one_of(
                            st.none(),
                            st.integers(),
                            st.text(max_size=5),
                            st.sampled_from(["P-1", "2024-01-03"]),
                            st.dictionaries(st.text(max_size=3), st.integers()),
                        ),
                    ),
                }
            ),
            max_size=4,
        )
    )
    def test_no_event_brings_the_checks_down(self, offers: list[dict[str, object]]) -> None:
        with suppress(TrialError):
            entries_from(study_of(), recorded(), offers=read_offers(lines(ENROL, *offers)), by="me", at=NOW)


class TestReconstruction:
    def test_the_advice_beside_a_published_decision_is_computed(self) -> None:
        study = parse_protocol(
            protocol_text().replace("planned_n = 30", "planned_n = 30\nreconstruction = true").encode()
        )
        body = {"on": "2024-01-02", "dose_level": 3, "reason": "as published", "decided_by": "committee"}
        offer = {"kind": "decide", "body": body, "at": "2024-01-02T09:00:00+00:00", "by": "reconstruction"}
        (entry,) = entries_from(study, recorded(), offers=read_offers(lines(offer)), by="me", at=NOW)
        assert isinstance(entry.event, DoseDecided)
        assert (entry.event.advised_action, entry.event.advised_dose_level) == ("start", 1)
        assert not entry.event.endorsed
        assert entry.event.seen_digest == recorded()[-1].digest
