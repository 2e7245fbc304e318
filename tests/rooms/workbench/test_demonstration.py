"""The worked trials say what is published, mark what is not, and give the same bytes each time."""

from __future__ import annotations

import csv
import hashlib
import html
import json
import re
import statistics
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from trials import PROTOCOLS
from trialwright.analysis.activity import activity
from trialwright.analysis.adverse_events import by_person, listing
from trialwright.analysis.baseline import baseline_activity
from trialwright.analysis.case import Case, case_of
from trialwright.analysis.exposure import exposures
from trialwright.analysis.response_course import endpoint_courses
from trialwright.analysis.responses import responders
from trialwright.analysis.time_to_event import lines
from trialwright.analysis.toxicity import toxicity
from trialwright.operating.early_end import early_end
from trialwright.vocabulary.errors import NotFound, TrialError
from trialwright.workbench import DEMOS, demonstrate, reach_trial, verify_trial


def run(name: str, folder: Path, language: str = "en") -> Path:
    demonstrate(name, folder, language=language, progress=lambda what, done, of: None)  # type: ignore[arg-type]
    return folder


@pytest.fixture(scope="module", params=DEMOS)
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(request.param, tmp_path_factory.mktemp(request.param) / "trial")


@pytest.fixture(scope="module")
def msc_sle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    with reach_trial(run("msc-sle", tmp_path_factory.mktemp("msc") / "trial")) as trial:
        yield case_of(trial.study, trial.state(), on=trial.today())


@pytest.fixture(scope="module")
def kamen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    with reach_trial(run("kamen-2022", tmp_path_factory.mktemp("kamen") / "trial")) as trial:
        yield case_of(trial.study, trial.state(), on=trial.today())


class TestEveryDemonstration:
    def test_running_it_again_gives_the_same_bytes(self, demo: Path) -> None:
        before = contents(demo)
        assert {"report/report.pdf", "report/report.html", "report/manifest.json", "protocol.toml"} <= set(before)
        run(before_name(demo), demo)
        assert contents(demo) == before

    def test_the_manifest_lists_every_file_with_its_digest(self, demo: Path) -> None:
        for report in (demo / "report", demo / "report-fr"):
            manifest = json.loads((report / "manifest.json").read_text())
            listed = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
            there = {str(path.relative_to(report)) for path in report.rglob("*") if path.is_file()}
            assert there == {*listed, "manifest.json"}
            for path, digest in listed.items():
                assert hashlib.sha256((report / path).read_bytes()).hexdigest() == digest
            head = verify_trial(demo)
            assert manifest["ledger_head"] == {"position": head.position, "digest": head.digest}
            protocol = (demo / "protocol.toml").read_bytes()
            assert manifest["protocol_digest"] == hashlib.sha256(protocol).hexdigest()

    def test_nothing_but_an_earlier_demonstration_is_ever_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.txt").write_text("three years of work")
        with pytest.raises(TrialError, match="not a demonstration"):
            run("msc-sle", tmp_path)
        assert (tmp_path / "thesis.txt").exists()

    def test_an_unknown_name_is_answered_with_those_there_are(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match="msc-sle"):
            run("msc", tmp_path / "x")


def contents(demo: Path) -> dict[str, bytes]:
    """Every file but the database, whose pages may lie in another order; its head is in the manifest."""
    files = (path for path in demo.rglob("*") if path.is_file() and ".sqlite" not in path.name)
    return {str(path.relative_to(demo)): path.read_bytes() for path in files}


def before_name(demo: Path) -> str:
    return "msc-sle" if "MSC-SLE" in (demo / "protocol.toml").read_text() else "kamen-2022"


class TestMscSle:
    """Against the aggregates file, which states what was published."""

    published = tomllib.loads((PROTOCOLS / "msc-sle" / "aggregates.toml").read_text())

    def test_participants_and_doses(self, msc_sle: Case) -> None:
        doses, given = self.published["doses"], [one.given for one in exposures(msc_sle)]
        assigned = [one.assigned for one in exposures(msc_sle)]
        assert len(given) == self.published["identity"]["treated"]
        assert msc_sle.study.identity.planned_n == self.published["identity"]["planned"]
        assert {f"{dose:.0e}".replace("+0", ""): assigned.count(dose) for dose in set(assigned)} == doses["assigned"]
        below = [one for one in exposures(msc_sle) if one.released is not None and one.released < one.assigned]
        assert len(below) == doses["released_below_target"]
        assert min(given) >= 2e6
        assert statistics.median(given) == doses["median_given"]
        upper = np.quantile(given, 0.75) / 1e6
        assert round(upper) == 4, "published: interquartile range 2 to 4"

    def test_safety(self, msc_sle: Case) -> None:
        safety = self.published["safety"]
        related = [one.known.event for one in listing(msc_sle) if one.known.event.related]
        assert sum(one.dlt is True for one in listing(msc_sle)) == safety["dlt"]
        assert [sum(event.grade == grade for event in related) for grade in (1, 2, 3)] == [2, 1, 0]
        assert len({event.usubjid for event in related}) == safety["related_events_day_10"]["participants"]
        severe = [one.known.event for one in listing(msc_sle) if one.known.event.grade >= 3]
        assert len(severe) == safety["unrelated_severe_events"]["events"]
        assert len({event.usubjid for event in severe}) == 1
        assert all(event.related is False and event.after_relapse for event in severe)

    def test_0_of_8_with_its_interval_and_what_it_does_not_exclude(self, msc_sle: Case) -> None:
        seen = toxicity(msc_sle)
        assert (seen.overall.count, seen.overall.of) == (0, 8)
        assert seen.overall.lower == 0
        assert seen.overall.upper == pytest.approx(0.369, abs=5e-4)
        assert dict(seen.exceedance) == pytest.approx({0.20: 0.134, 0.30: 0.040}, abs=5e-4)
        assert [(level.rate.of, level.rate.count) for level in seen.levels] == [(0, 0), (5, 0), (3, 0)]

    def test_baseline(self, msc_sle: Case) -> None:
        baseline, wanted = baseline_activity(msc_sle), self.published["baseline"]
        assert baseline is not None
        assert baseline.summary.median == wanted["sledai_median"]
        assert baseline.summary.lower_quartile == wanted["sledai_iqr"][0]
        assert baseline.summary.upper_quartile == pytest.approx(wanted["sledai_iqr"][1], abs=0.051)
        sexes = [one.baseline["sex"].event.value for one in msc_sle.state.participants.values()]
        assert sexes.count("F") == wanted["women"]
        assert all(
            one.score is not None and one.score.value is not None and one.score.value >= 6 for one in baseline.people
        )

    def test_the_end_of_enrolment_had_nothing_to_do_with_the_data(self, msc_sle: Case) -> None:
        closed = msc_sle.state.closed
        assert closed is not None
        assert (closed.event.by, closed.event.informative) == ("sponsor", False)

    def test_follow_up(self, msc_sle: Case) -> None:
        days = [one.follow_up_days for one in exposures(msc_sle) if one.follow_up_days]
        assert statistics.median(days) / (365.25 / 12) == pytest.approx(
            self.published["identity"]["median_follow_up_months"], abs=0.05
        )

    def test_what_is_not_published_is_marked(self, msc_sle: Case) -> None:
        assert msc_sle.state.is_reconstruction
        for one in exposures(msc_sle):
            assert {"usubjid", "on"} <= one.illustrative
            assert ("given" in one.illustrative) == (one.given not in msc_sle.study.dosing.amounts)
        assert all(one.known.illustrative("usubjid") and one.known.illustrative("on") for one in listing(msc_sle))


class TestKamen:
    def test_the_published_safety_table_participant_by_participant(self, kamen: Case) -> None:
        with (PROTOCOLS / "kamen-2022" / "subject_safety.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        people = by_person(kamen)
        assert len(people) == len(rows) == 6
        for row, one in zip(rows, people, strict=True):
            assert one.usubjid == f"KAMEN-{row['subject']}"
            assert one.grades[:2] == (int(row["ae_grade1"]), int(row["ae_grade2"]))
            assert sum(one.grades[2:]) == int(row["ae_grade3plus"])
            assert one.serious == int(row["sae"])
            assert one.related == sum(bool(row[f"related_ae_{number}"]) for number in (1, 2))
        assert [sum(one.grades[grade] for one in people) for grade in (0, 1)] == [7, 14]

    def test_related_events_have_their_published_terms_and_grades(self, kamen: Case) -> None:
        related = {
            (one.known.event.usubjid, one.known.event.term, one.known.event.grade, one.known.event.causality)
            for one in listing(kamen)
            if one.known.event.related
        }
        assert related == {
            ("KAMEN-1", "nausea", 2, "possible"),
            ("KAMEN-3", "paraesthesia", 1, "possible"),
            ("KAMEN-3", "flushing", 1, "possible"),
            ("KAMEN-4", "tachycardia", 2, "possible"),
        }

    def test_5_of_6_respond(self, kamen: Case) -> None:
        (sri,) = responders(kamen)
        assert (sri.rate.count, sri.rate.of) == (5, 6)
        assert sri.rate.lower == pytest.approx(0.359, abs=5e-4)
        assert sri.rate.upper == pytest.approx(0.996, abs=5e-4)


def words_of(name: str, folder: Path, language: str) -> str:
    """What a reader of the HTML report sees, with ordinary spaces."""
    page = (run(name, folder, language) / "report" / "report.html").read_text(encoding="utf-8")
    body = re.sub(r"<(style|script)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


SAID = {
    ("msc-sle", "en"): (
        "0 of 8",
        "36.9%",
        "0.134",
        "0.040",
        "treat nobody further",
        "MSC-SLE-07",
        "outside the tolerance",
    ),
    ("msc-sle", "fr"): ("0 sur 8", "36,9 %", "0,134", "0,040", "ne plus traiter personne", "illustratif", "3,5 × 10⁶"),
    ("kamen-2022", "en"): ("5 of 6", "83.3%", "35.9% to 99.6%", "nausea", "term not published"),
    ("kamen-2022", "fr"): ("5 sur 6", "83,3 %", "35,9 % à 99,6 %", "Semaine 24"),
}


@pytest.mark.parametrize(("name", "language"), SAID)
def test_the_report_says_it_in_words(name: str, language: str, tmp_path: Path) -> None:
    words = words_of(name, tmp_path / "trial", language)
    assert [one for one in SAID[name, language] if one not in words] == []
    assert re.findall(r"\bnan\b|\binf\b|\bNone\b|Text\(|Filled\(", words) == []


class TestAfterBaseline:
    def test_msc_sle_has_no_published_score_after_baseline_and_the_report_says_so(self, msc_sle: Case) -> None:
        (index,) = activity(msc_sle)
        assert index.is_recorded
        assert not index.is_followed
        baseline = index.rows[0].summary
        assert (baseline.n, baseline.median, baseline.lower_quartile, baseline.upper_quartile) == (8, 11.5, 8.0, 14.25)

    def test_msc_sle_ended_at_8_of_10_and_what_the_two_missing_could_have_changed(self, msc_sle: Case) -> None:
        found = early_end(msc_sle.study, msc_sle.state, on=msc_sle.on)
        assert found is not None
        assert (found.treated, found.planned, found.selected, found.next_level) == (8, 10, 3, 3)
        # The share and its beliefs as printed in the facts: 0 of 8, exact upper limit 36.9 %, P(p > 20 %) = 0.134.
        assert (found.share.count, found.share.of) == (0, 8)
        assert found.share.upper == pytest.approx(0.369, abs=5e-4)
        assert found.share.mean == pytest.approx(0.100)
        assert found.share.above_target == pytest.approx(0.134, abs=5e-4)
        assert [(one.added, one.added_dlt, one.selected) for one in found.possibilities] == [
            ((0, 0, 2), (0, 0, 0), 3),
            ((0, 0, 2), (0, 0, 1), 3),
            ((0, 0, 2), (0, 0, 2), 2),
        ]
        assert sum(one.probability for one in found.possibilities) == pytest.approx(1)
        assert found.stopped == 0

    def test_kamen_s_five_of_six_by_both_rules_and_no_early_end(self, kamen: Case) -> None:
        (course,) = endpoint_courses(kamen)
        (row,) = course.rows
        for share in (row.observed, row.imputed):
            assert share is not None
            assert (share.count, share.of) == (5, 6)
            assert (share.lower, share.upper) == pytest.approx((0.359, 0.996), abs=5e-4)
        assert row.posterior.mean == pytest.approx(6 / 8)
        assert early_end(kamen.study, kamen.state, on=kamen.on) is None

    def test_kamen_s_third_participant_left_and_her_line_ends_there(self, kamen: Case) -> None:
        third = next(one for one in lines(kamen, endpoint_courses(kamen)) if one.usubjid == "KAMEN-3")
        assert not third.is_open
        assert third.end < 168
        assert third.illustrative, "the day is ours"
