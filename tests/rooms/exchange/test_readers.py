"""One data set, six kinds of file, the same meaning; every change of a value counted, what is unclear told at once."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import adam_made as made
from trialwright.analysis.adam.trial import AdamError
from trialwright.exchange.mapping import Mapped, read_mapping, template
from trialwright.exchange.package import Package, read_package

SUBJECTS = made.adsl(12)


def read(folder: Path, mapped: Mapped | None = None) -> Package:
    return read_package(folder, mapped or Mapped())


def csv_of(folder: Path, text: str, *, name: str = "adsl.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder


def findings_of(folder: Path, mapped: Mapped | None = None) -> list[tuple[str, str]]:
    with pytest.raises(AdamError) as told:
        read(folder, mapped)
    return [(finding.place, finding.allowed) for finding in told.value.findings]


def changes(package: Package) -> dict[tuple[str, str], int]:
    return {(one.column, one.what.en): one.count for one in package.coercions}


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xpt", ".json", ".ndjson", ".dsjc"])
def test_every_format_gives_the_same_data_set(tmp_path: Path, suffix: str) -> None:
    made.write(SUBJECTS, tmp_path / f"adsl{suffix}")
    read_back = read(tmp_path).datasets["ADSL"]
    assert list(read_back["USUBJID"].astype(str)) == list(SUBJECTS["USUBJID"])
    assert read_back["AGE"].tolist() == SUBJECTS["AGE"].tolist()
    assert read_back["WEIGHTBL"].tolist() == pytest.approx(SUBJECTS["WEIGHTBL"].tolist())
    assert (read_back["TRTSDT"].to_numpy("datetime64[D]") == SUBJECTS["TRTSDT"].to_numpy("datetime64[D]")).all()
    assert list(read_back["SITEGR1"].astype(str)) == list(SUBJECTS["SITEGR1"]), "a site is a name, not a number"


def test_only_transport_files_count_their_dates_as_numbers(tmp_path: Path) -> None:
    made.write(SUBJECTS, tmp_path / "adsl.xpt")
    told = changes(read(tmp_path))
    assert {column for column, _ in told} == {"TRTSDT", "TRTEDT"}
    assert set(told.values()) == {len(SUBJECTS)}


def test_a_transport_file_with_days_and_text_in_windows_1252(tmp_path: Path) -> None:
    import pyreadstat

    frame = pd.DataFrame({"USUBJID": ["1", "2"], "ARM": ["Zurich", "Bern"], "TRTSDT": [19725.0, np.nan]})
    path = tmp_path / "adsl.xpt"
    pyreadstat.write_xport(frame, str(path), table_name="ADSL", variable_format={"TRTSDT": "DATE9."})
    path.write_bytes(path.read_bytes().replace(b"Zurich", "Zürich".encode("cp1252")))
    package = read(tmp_path)
    assert list(package.datasets["ADSL"]["ARM"].astype(str)) == ["Zürich", "Bern"]
    assert package.datasets["ADSL"]["TRTSDT"].iloc[0] == pd.Timestamp("2014-01-02")
    assert changes(package) == {
        ("TRTSDT", "SAS number read as a day (days from 1 Jan 1960)"): 1,
        ("ARM", "text that is not UTF-8 read as Windows-1252"): 1,
    }
    path.write_bytes(b"not a transport file")
    assert findings_of(tmp_path) == [("adsl.xpt", "must be a SAS transport file (XPT version 5 or 8)")]


class TestDatasetJson:
    head, rows = made.as_json(pd.DataFrame({"USUBJID": ["1", "2"], "TRTSDT": ["", ""], "AGE": ["40.5", "41"]}), "ADSL")

    def test_decimals_as_text_and_dates_as_numbers_are_counted(self, tmp_path: Path) -> None:
        columns = [dict(one) for one in self.head["columns"]]  # type: ignore[attr-defined]
        columns[1] |= {"dataType": "date", "targetDataType": "integer", "displayFormat": "DATE9."}
        columns[2] |= {"dataType": "decimal", "targetDataType": "decimal"}
        rows = [["1", 19725, "40.5"], ["2", None, "41"]]
        (tmp_path / "adsl.json").write_text(json.dumps({**self.head, "columns": columns, "rows": rows}))
        package = read(tmp_path)
        assert package.datasets["ADSL"]["AGE"].tolist() == [40.5, 41.0]
        assert str(package.datasets["ADSL"]["TRTSDT"].iloc[0])[:10] == "2014-01-02"
        assert changes(package) == {
            ("TRTSDT", "SAS number read as a day (days from 1 Jan 1960)"): 1,
            ("AGE", "text read as a number"): 2,
        }

    def test_lines_may_have_their_columns_in_a_second_line(self, tmp_path: Path) -> None:
        first = {key: value for key, value in self.head.items() if key != "columns"}
        lines = [json.dumps(one) for one in (first, {"columns": self.head["columns"]}, *self.rows)]
        (tmp_path / "adsl.ndjson").write_text("\r\n".join(lines) + "\r\n")
        assert len(read(tmp_path).datasets["ADSL"]) == 2

    @pytest.mark.parametrize("squeeze", [zlib.compress, gzip.compress, lambda text: zlib.compress(text)[2:-4]])
    def test_compressed_lines_are_zlib_and_others_are_understood(self, tmp_path: Path, squeeze: object) -> None:
        lines = "\n".join(json.dumps(one) for one in (self.head, *self.rows))
        (tmp_path / "adsl.dsjc").write_bytes(squeeze(lines.encode()))  # type: ignore[operator]
        assert len(read(tmp_path).datasets["ADSL"]) == 2

    def test_a_line_separator_inside_a_text_parts_nothing(self, tmp_path: Path) -> None:
        rows = [["1\u2028x", "", "1"], ["2", "", "2"]]
        lines = "\n".join(json.dumps(one, ensure_ascii=False) for one in (self.head, *rows))
        (tmp_path / "adsl.ndjson").write_text(lines, "utf-8")
        assert len(read(tmp_path).datasets["ADSL"]) == 2

    @pytest.mark.parametrize(
        "change",
        [{"records": 3}, {"columns": None}, {"rows": [["1"]]}],
        ids=["too few rows", "no columns", "short row"],
    )
    def test_what_does_not_fit_together_is_refused(self, tmp_path: Path, change: dict[str, object]) -> None:
        (tmp_path / "adsl.json").write_text(json.dumps({**self.head, "rows": self.rows, **change}))
        assert findings_of(tmp_path) == [("adsl.json", "must be Dataset-JSON 1.1")]


class TestValues:
    def test_text_in_windows_1252_is_read_and_counted(self, tmp_path: Path) -> None:
        csv_of(tmp_path, "USUBJID,ARM\n1,Zürich\n2,Genève\n3,Bern\n", encoding="cp1252")
        package = read(tmp_path)
        assert list(package.datasets["ADSL"]["ARM"].astype(str)) == ["Zürich", "Genève", "Bern"]
        assert changes(package) == {("ARM", "text that is not UTF-8 read as Windows-1252"): 2}

    def test_decimal_commas_flags_and_words_for_missing_are_counted(self, tmp_path: Path) -> None:
        csv_of(tmp_path, "USUBJID;AGE;SAFFL;ITTFL\n1;40,5;yes;Y\n2;41;1;Y\n3;NA;N;\n")
        package = read(tmp_path)
        assert np.isnan(package.datasets["ADSL"]["AGE"].iloc[2])
        assert list(package.datasets["ADSL"]["SAFFL"].astype(str)) == ["Y", "Y", "N"]
        assert changes(package) == {
            ("AGE", "decimal comma read as a point"): 1,
            ("AGE", "word for a missing value read as missing"): 1,
            ("SAFFL", "another spelling of a flag read as Y or N"): 2,
        }

    def test_days_of_sas_and_partial_days(self, tmp_path: Path) -> None:
        csv_of(tmp_path, "USUBJID,TRTSDT\n1,2014-07\n2,19725\n3,02JAN2014\n4,2014-01-02T10:00\n5,2014\n6,\n")
        package = read(tmp_path)
        days = package.datasets["ADSL"]["TRTSDT"]
        assert days.isna().tolist() == [True, False, False, False, True, True]
        assert (days.dropna() == pd.Timestamp("2014-01-02")).all()
        assert {what: count for (_, what), count in changes(package).items()} == {
            "partial date left without a day; nothing was imputed": 2,
            "SAS number read as a day (days from 1 Jan 1960)": 1,
            "day written as 01JAN2020 read as a day": 1,
        }

    def test_everything_unclear_is_told_at_once(self, tmp_path: Path) -> None:
        csv_of(tmp_path, 'USUBJID,AGE,TRTSDT,SAFFL\n1,forty,03/04/2014,Y\n2,"1,234",2014-02-30,maybe\n')
        made.write(SUBJECTS, tmp_path / "adae.csv")
        (tmp_path / "adlb.json").write_text("{")
        places = [place for place, _ in findings_of(tmp_path)]
        assert places == [
            "adlb.json",
            "ADSL.AGE row 1",
            "ADSL.AGE row 2",
            "ADSL.TRTSDT row 1",
            "ADSL.TRTSDT row 2",
            "ADSL.SAFFL row 2",
        ]

    def test_many_unclear_values_of_a_column_are_told_in_few_lines(self, tmp_path: Path) -> None:
        csv_of(tmp_path, "USUBJID,AGE\n" + "".join(f"{number},x{number}\n" for number in range(100)))
        with pytest.raises(AdamError) as told:
            read(tmp_path)
        assert len(told.value.findings) == 6
        assert "95 more different values" in str(told.value)

    def test_words_of_the_mapping_file_stand_for_missing(self, tmp_path: Path) -> None:
        csv_of(tmp_path, "USUBJID,AGE\n1,unknown\n2,40\n")
        package = read(tmp_path, Mapped(missing=("Unknown",)))
        assert changes(package) == {("AGE", "word for a missing value read as missing"): 1}


class TestFolders:
    def test_two_files_of_one_data_set_are_ambiguous_until_one_is_named(self, tmp_path: Path) -> None:
        for suffix in (".csv", ".parquet"):
            made.write(SUBJECTS, tmp_path / f"adsl{suffix}")
        assert findings_of(tmp_path) == [("ADSL", "must be one file")]
        package = read(tmp_path, Mapped(datasets={"ADSL": "adsl.csv"}))
        assert [one.file for one in package.files] == ["adsl.csv"]

    def test_other_files_are_named_as_not_read(self, tmp_path: Path) -> None:
        made.write(SUBJECTS, tmp_path / "adsl.csv")
        (tmp_path / "define.xml").write_text("<x/>")
        assert read(tmp_path).not_read == ("define.xml",)

    def test_an_empty_or_missing_folder_is_refused(self, tmp_path: Path) -> None:
        assert "must hold data sets" in findings_of(tmp_path)[0][1]
        assert findings_of(tmp_path / "no") == [(str(tmp_path / "no"), "must be a folder with data sets")]

    def test_columns_are_renamed_by_the_mapping_file(self, tmp_path: Path) -> None:
        csv_of(tmp_path, "subject,Arm name\nA,One\n")
        mapped = Mapped(columns={"ADSL": {"USUBJID": "SUBJECT", "TRT01P": "ARM NAME", "AGE": "YEARS"}})
        assert findings_of(tmp_path, mapped) == [("columns.ADSL.AGE", "must be a column of adsl.csv")]
        mapped = Mapped(columns={"ADSL": {"USUBJID": "SUBJECT", "TRT01P": "ARM NAME"}})
        assert list(read(tmp_path, mapped).datasets["ADSL"]) == ["USUBJID", "TRT01P"]

    def test_the_same_files_have_the_same_digest(self, tmp_path: Path) -> None:
        made.write(SUBJECTS, tmp_path / "adsl.csv")
        first, second = read(tmp_path).files, read(tmp_path).files
        assert first == second
        assert len(first[0].sha256) == 64


class TestMapping:
    def test_the_template_is_a_mapping_file(self, tmp_path: Path) -> None:
        text = template(
            arms=("Placebo", 'Dose "A"'),
            reference="Placebo",
            columns={"ADSL": ["USUBJID"]},
            parameters={"ADQS": ["TOT"]},
        )
        (tmp_path / "map.toml").write_text(text, "utf-8")
        mapped = read_mapping(tmp_path / "map.toml")
        assert mapped.settings.arms == ("Placebo", 'Dose "A"')
        assert mapped.settings.parameters == {"ADQS": ("TOT",)}
        uncommented = text.replace("# [[model]]", "[[model]]").replace("\n# ", "\n")
        assert 'kind = "ancova"' in uncommented

    def test_every_wrong_word_is_told_at_once(self, tmp_path: Path) -> None:
        (tmp_path / "map.toml").write_text('treatmant = "X"\n[[model]]\ndataset = "A"\nkind = "anova"\n')
        with pytest.raises(AdamError) as told:
            read_mapping(tmp_path / "map.toml")
        assert {one.place for one in told.value.findings} == {"treatmant", "model.0.parameter", "model.0.kind"}

    def test_a_file_that_is_not_toml_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "map.toml").write_text("= 1")
        with pytest.raises(AdamError, match="must be a TOML file"):
            read_mapping(tmp_path / "map.toml")
