"""``score`` and ``instruments``: files scored and explained, templates that can be filled, rules laid out to sign."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from trialwright import diseases, workbench
from trialwright.cli import main
from trialwright.testing.diseases import absent, worst
from trialwright.vocabulary.errors import NotFound, ParameterError, TrialError

Run = Callable[..., tuple[int, str, str]]
HEADER = "usubjid,visit,visit_date,clinical_sledai,pga,prednisone_mg_per_day,stable_treatment\n"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def running(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return running


@pytest.fixture
def visits(tmp_path: Path) -> Callable[..., Path]:
    def written(*rows: str, header: str = HEADER, name: str = "visits.csv") -> Path:
        path = tmp_path / name
        path.write_text(header + "".join(row + "\n" for row in rows), encoding="utf-8")
        return path

    return written


class TestScore:
    def test_a_row_is_scored(self, run: Run, visits: Callable[..., Path]) -> None:
        file = visits("P-01,week 24,2024-06-01,0,0.4,5,yes", "P-02,,2024-06-02,8,,,")
        code, out, _ = run("score", "lupus", file, "--instrument", "doris-2021", "--json")
        first, second = json.loads(out)
        assert code == 0
        assert (first["usubjid"], first["value"], first["level"], first["paramcd"]) == ("P-01", 1.0, "met", "DORIS21")
        assert first["conflicts"] == ["exactly_5_mg_allowed = true"]
        assert second["value"] == 0.0
        assert set(second["not_assessed"]) == {"pga", "prednisone_mg_per_day", "stable_treatment"}
        assert "explained" not in first

    def test_explained_in_both_languages(self, run: Run, visits: Callable[..., Path]) -> None:
        file = visits("P-01,week 24,2024-06-01,0,0.4,5,yes")
        for lang, said in (("en", "Result: met"), ("fr", "Résultat : atteint")):
            _, out, _ = run("score", "lupus", file, "--instrument", "doris-2021", "--explain", "--lang", lang)
            assert said in out
            assert "exactly_5_mg_allowed = true" in out
        assert "stable_treatment = oui" in out

    def test_explained_to_a_program(self, run: Run, visits: Callable[..., Path]) -> None:
        file = visits("P-01,week 24,2024-06-01,0,0.4,5,yes")
        _, out, _ = run("score", "lupus", file, "--instrument", "doris-2021", "--explain", "--json")
        [found] = json.loads(out)
        assert found["explained"][-1] == "Result: met"
        assert [point["item"] for point in found["points"]][:2] == ["no_clinical_activity", "pga_nearly_none"]

    def test_a_choice_is_set(self, run: Run, visits: Callable[..., Path]) -> None:
        file = visits("P-01,week 24,2024-06-01,0,0.4,5,yes")
        words = ("score", "lupus", file, "--instrument", "doris-2021", "--json", "--set")
        _, out, _ = run(*words, "exactly_5_mg_allowed=false")
        assert json.loads(out)[0]["value"] == 0.0
        code, _, err = run(*words, "exactly_5_mg_alowed=false")
        assert code == 2
        assert "Did you mean exactly_5_mg_allowed?" in err

    def test_every_mistake_of_a_file_at_once(self, run: Run, visits: Callable[..., Path]) -> None:
        file = visits("P-01,,,ab,9,5,perhaps", "P-02,,,0,x,5,yes", header=HEADER.replace("pga,", "pgaa,"))
        code, _, err = run("score", "lupus", file, "--instrument", "doris-2021")
        assert code == 2
        assert "Did you mean pga?" in err
        assert "row 2.clinical_sledai" in err
        assert "row 2.stable_treatment" in err

    def test_an_impossible_value_names_its_row(self, run: Run, visits: Callable[..., Path]) -> None:
        file = visits("P-01,,,0,0.4,5,yes", "P-02,,,0,46,5,yes")
        code, _, err = run("score", "lupus", file, "--instrument", "doris-2021")
        assert code == 2
        assert "row 3.pga" in err
        assert "divide millimetres by 33.3" in err

    def test_scores_with_adam_names(self, run: Run, visits: Callable[..., Path], tmp_path: Path) -> None:
        file = visits("P-01,week 24,2024-06-01,0,0.4,5,yes", "P-02,week 24,2024-06-02,,0.4,5,yes")
        out = tmp_path / "out" / "scores.csv"
        code, _, _ = run("score", "lupus", file, "--instrument", "doris-2021", "--csv", out)
        first, second = csv.DictReader(io.StringIO(out.read_text("utf-8")))
        assert code == 0
        assert (first["USUBJID"], first["PARAMCD"], first["AVAL"], first["AVALC"]) == ("P-01", "DORIS21", "1.0", "met")
        assert (second["AVAL"], second["AVALLO"], second["AVALHI"]) == ("", "0.0", "1.0")
        assert second["MISSING"] == "clinical_sledai"

    def test_letters_have_codes_of_their_own(self, run: Run, visits: Callable[..., Path], tmp_path: Path) -> None:
        file = visits("P-01,4,yes", header="usubjid,psychosis,renal_before\n")
        out = tmp_path / "scores.csv"
        assert run("score", "lupus", file, "--instrument", "bilag-2004", "--csv", out)[0] == 0
        lines = {each["PARAMCD"]: each for each in csv.DictReader(io.StringIO(out.read_text("utf-8")))}
        assert len(lines) == 10
        assert (lines["BL04NEU"]["AVALC"], lines["BL04NEU"]["AVAL"]) == ("A", "12.0")
        assert (lines["BILAG04"]["AVAL"], lines["BILAG04"]["AVALLO"]) == ("", "12.0")

    def test_several_instruments_of_one_file(self, run: Run, visits: Callable[..., Path]) -> None:
        file = visits("P-01,1.5,1", header="usubjid,pga,sledai\n")
        _, out, _ = run("score", "lupus", file, "--instrument", "pga", "--instrument", "lldas", "--json")
        assert [each["instrument"] for each in json.loads(out)] == ["pga", "lldas"]

    def test_one_name_with_two_meanings_is_refused(self, visits: Callable[..., Path]) -> None:
        """Alopecia today (SLEDAI) is not alopecia that counts for classification."""
        file = visits("P-01,yes", header="usubjid,alopecia\n")
        with pytest.raises(ParameterError, match="means one thing to sledai-2k and another to eular-acr-2019-points"):
            workbench.score_file(file, "lupus", names=["sledai-2k", "eular-acr-2019-points"])

    @pytest.mark.parametrize("words", [("flu", "pga"), ("lupus", "pgs")])
    def test_what_does_not_exist_is_named(self, run: Run, visits: Callable[..., Path], words: Sequence[str]) -> None:
        code, _, err = run("score", words[0], visits("P,1"), "--instrument", words[1])
        assert code == 1
        assert words[0] in err or words[1] in err

    def test_a_semicolon_a_comma_and_a_mark_of_byte_order(self, visits: Callable[..., Path]) -> None:
        file = visits("P-01;1,5", header="\ufeffusubjid;pga\n")
        [found] = workbench.score_file(file, "lupus", names=["pga"])
        assert found.score.value == 1.5

    def test_nothing_of_a_file_is_dropped_without_a_word(self, visits: Callable[..., Path]) -> None:
        numbered = visits("#1,1.5", "#,a comment", header="usubjid,pga\n")
        assert [one.usubjid for one in workbench.score_file(numbered, "lupus", names=["pga"])] == ["#1"]
        with pytest.raises(ParameterError, match="stands 2 times in the header"):
            workbench.score_file(visits("P-01,1,2", header="usubjid,pga,pga\n"), "lupus", names=["pga"])
        with pytest.raises(ParameterError, match="beyond the last of 2 columns"):
            workbench.score_file(visits("P-01,1,5", header="usubjid,pga\n"), "lupus", names=["pga"])

    def test_an_empty_file_and_a_missing_one(self, visits: Callable[..., Path], tmp_path: Path) -> None:
        for path in (visits(header=""), tmp_path / "nowhere.csv"):
            with pytest.raises(NotFound):
                workbench.score_file(path, "lupus", names=["pga"])

    def test_an_excel_sheet_is_read_as_its_csv_would_be(self, tmp_path: Path) -> None:
        openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed: the extra excel")
        book = openpyxl.Workbook()
        for row in (("usubjid", "visit", "pga"), ("P-01", "Day 1", 1.5), ("P-02", None, None)):
            book.active.append(row)
        book.save(tmp_path / "visits.xlsx")
        first, second = workbench.score_file(tmp_path / "visits.xlsx", "lupus", names=["pga"])
        assert (first.usubjid, first.score.value) == ("P-01", 1.5)
        assert (second.usubjid, second.score.value) == ("P-02", None)

    def test_excel_that_is_none_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "visits.xlsx").write_text("usubjid,pga", encoding="utf-8")
        with pytest.raises(TrialError, match="Excel"):
            workbench.score_file(tmp_path / "visits.xlsx", "lupus", names=["pga"])

    def test_excel_without_its_package_names_it(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setitem(sys.modules, "openpyxl", None)
        with pytest.raises(TrialError, match="openpyxl"):
            workbench.score_file(tmp_path / "visits.xlsx", "lupus", names=["pga"])


class TestEarlierVisits:
    ROWS = (
        "P-02,2024-03-01,20,1",
        "P-01,2024-06-01,130,1",
        "P-01,2024-01-01,200,1",
        "P-01,2024-03-01,150,1",
    )
    HEAD = "usubjid,visit_date,urine_pcr_mg_per_mmol,proteinuria_due_to_lupus\n"

    def grades(self, file: Path, *, from_earlier: bool) -> dict[tuple[str, str], str]:
        found = workbench.score_file(file, "lupus", names=["bilag-2004"], from_earlier=from_earlier)
        renal = {
            (one.usubjid, one.visit_date): point for one in found for point in one.score.points if point.item == "renal"
        }
        return {key: point.rule.en for key, point in renal.items()}

    def test_the_previous_value_is_that_of_the_visit_before(self, visits: Callable[..., Path]) -> None:
        rules = self.grades(visits(*self.ROWS, header=self.HEAD), from_earlier=True)
        assert "at the previous visit, mg/mmol: 150" in rules["P-01", "2024-06-01"]
        assert "at the previous visit, mg/mmol: 200" in rules["P-01", "2024-03-01"]
        assert "First assessment" not in rules["P-01", "2024-03-01"]
        assert "previous visit" not in rules["P-02", "2024-03-01"]

    def test_only_when_it_is_asked_for(self, visits: Callable[..., Path]) -> None:
        rules = self.grades(visits(*self.ROWS, header=self.HEAD), from_earlier=False)
        assert not any("previous visit" in rule for rule in rules.values())

    def test_the_baseline_is_the_first_visit(self, visits: Callable[..., Path]) -> None:
        rows = ("P-01,2024-01-01,2.0", "P-01,2024-03-01,1.5", "P-01,2024-06-01,0.9")
        file = visits(*rows, header="usubjid,visit_date,upcr_g_per_g\n")
        found = workbench.score_file(file, "lupus", names=["renal-response-nct03917797"], from_earlier=True)
        halved = [point.said for one in found for point in one.score.points if point.item == "proteinuria_halved"]
        assert [said.en.partition(" ")[0] for said in halved if said is not None] == ["open", "not", "met"]

    def test_two_visits_on_one_day_have_no_order(self, visits: Callable[..., Path]) -> None:
        file = visits("P-01,2024-01-01,1", "P-01,2024-01-01,2", header="usubjid,visit_date,pga\n")
        with pytest.raises(ParameterError, match="is also the day of row 2 of the same participant"):
            workbench.score_file(file, "lupus", names=["pga"], from_earlier=True)

    def test_visits_need_their_days(self, visits: Callable[..., Path]) -> None:
        file = visits("P-01,soon,1", header="usubjid,visit_date,pga\n")
        with pytest.raises(ParameterError, match="must be a day like 2024-01-31"):
            workbench.score_file(file, "lupus", names=["pga"], from_earlier=True)


INSTRUMENTS = diseases.disease("lupus").instruments()


class TestTemplates:
    def test_a_template_is_written_and_never_over_a_file(self, run: Run, tmp_path: Path) -> None:
        words = ("score", "lupus", tmp_path / "t.csv", "--instrument", "doris-2021", "--template")
        assert run(*words)[0] == 0
        code, _, err = run(*words)
        assert code == 1
        assert "is not overwritten" in err

    @pytest.mark.parametrize("name", INSTRUMENTS)
    def test_a_filled_template_scores_as_the_answers_do(self, name: str, tmp_path: Path) -> None:
        path = tmp_path / "filled.csv"
        workbench.write_template(path, "lupus", name=name, language="fr")
        for full in (absent(INSTRUMENTS[name]), worst(INSTRUMENTS[name])):
            header = path.read_text("utf-8").splitlines()
            row = [_cell(full.get(column)) for column in next(csv.reader(header[:1]))]
            (tmp_path / "now.csv").write_text("\n".join([*header[:3], ",".join(row)]) + "\n", encoding="utf-8")
            [found] = workbench.score_file(tmp_path / "now.csv", "lupus", names=[name])
            assert found.score == INSTRUMENTS[name].score(full)


def _cell(answer: Any) -> str:
    if answer is None:
        return ""
    return {True: "oui", False: "non"}[answer] if isinstance(answer, bool) else str(answer)


class TestInstruments:
    def test_all_are_listed(self, run: Run) -> None:
        _, out, _ = run("instruments", "--json")
        assert {each["name"] for each in json.loads(out)} >= set(INSTRUMENTS)
        assert "bilag-2004" in run("instruments", "--lang", "fr")[1]

    @pytest.mark.parametrize("name", ["bilag-2004", "sfi", "sdi", "sledai-2k", "egfr-ckd-epi-2021"])
    def test_one_is_laid_out(self, run: Run, name: str) -> None:
        _, out, _ = run("instruments", name, "--json")
        laid = json.loads(out)
        assert laid["name"] == name
        assert laid["rules"]
        assert all(rule["source"] and rule["status"] for rule in laid["rules"])
        assert run("instruments", name)[0] == 0

    def test_a_sheet_to_sign_off_has_every_rule_of_bilag(self, run: Run) -> None:
        for lang, said in (("en", "[ ] agreed"), ("fr", "[ ] d'accord")):
            code, out, _ = run("instruments", "bilag-2004", "--sign-off-sheet", "--lang", lang)
            assert code == 0
            assert out.count(said) == len(INSTRUMENTS["bilag-2004"].rules) == 27 + 6 + 97  # type: ignore[attr-defined]
        assert "non vérifié" in out

    def test_a_sheet_needs_a_name(self, run: Run) -> None:
        assert run("instruments", "--sign-off-sheet")[0] == 2

    def test_a_misspelt_name_gets_a_hint(self, run: Run) -> None:
        code, _, err = run("instruments", "bilag-2005")
        assert code == 1
        assert "did you mean bilag-2004?" in err
