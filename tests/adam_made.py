"""Data sets in the shape of ADaM, made up from a seed: for tests, the docs and the benchmark."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

ARMS = (("Placebo", 0), ("Low dose", 54), ("High dose", 81))
VISITS = ((0, "Baseline"), (8, "Week 8"), (16, "Week 16"), (24, "Week 24"))
LABORATORY = (("ALT", "Alanine aminotransferase (U/L)", 25.0, 8.0), ("K", "Potassium (mmol/L)", 4.2, 0.4))
VITALS = (("SYSBP", "Systolic blood pressure (mmHg)", 130.0, 15.0), ("PULSE", "Pulse rate (beats/min)", 72.0, 9.0))


def adsl(people: int, *, seed: int = 1, arms: tuple[tuple[str, int], ...] = ARMS) -> pd.DataFrame:
    """ADSL of so many people in turn to the arms."""
    draw = np.random.default_rng(seed)
    arm = np.arange(people) % len(arms)
    names, numbers = np.array([one for one, _ in arms], dtype=object), np.array([one for _, one in arms], float)
    start = np.datetime64("2024-01-08") + draw.integers(0, 300, people)
    days = np.where(draw.random(people) < 0.6, 168, draw.integers(5, 160, people))
    ended = days < 168
    reasons = np.array(["Adverse Event", "Withdrew Consent", "Lost to Follow-up"], dtype=object)
    return pd.DataFrame(
        {
            "STUDYID": "MADE-01",
            "USUBJID": [f"MADE-01-{number:05}" for number in range(1, people + 1)],
            "SITEGR1": draw.choice(["701", "702", "900"], people),
            "TRT01P": names[arm],
            "TRT01PN": numbers[arm],
            "TRT01A": names[arm],
            "TRT01AN": numbers[arm],
            "TRTSDT": start,
            "TRTEDT": start + days - 1,
            "TRTDUR": days.astype(float),
            "AGE": draw.integers(51, 90, people).astype(float),
            "SEX": draw.choice(["F", "M"], people),
            "RACE": draw.choice(["WHITE", "BLACK OR AFRICAN AMERICAN", "ASIAN"], people, p=[0.8, 0.15, 0.05]),
            "WEIGHTBL": draw.normal(70, 12, people).round(1),
            "SAFFL": "Y",
            "ITTFL": "Y",
            "EFFFL": np.where(draw.random(people) < 0.95, "Y", "N"),
            "COMP24FL": np.where(ended, "N", "Y"),
            "DCSREAS": np.where(ended, draw.choice(reasons, people), ""),
        }
    )


def adae(subjects: pd.DataFrame, events: int, *, seed: int = 2, socs: int = 8, terms: int = 5) -> pd.DataFrame:
    """ADAE of so many events; people on an active arm have them more often."""
    draw = np.random.default_rng(seed)
    weight = np.where(subjects["TRT01AN"].to_numpy() > 0, 1.6, 1.0) if len(subjects) else np.ones(0)
    who = draw.choice(len(subjects), events, p=weight / weight.sum()) if events else np.zeros(0, int)
    soc = draw.integers(0, socs, events)
    term = draw.integers(0, terms, events)
    day = draw.integers(-10, 150, events)
    return pd.DataFrame(
        {
            "USUBJID": subjects["USUBJID"].to_numpy()[who],
            "TRTA": subjects["TRT01A"].to_numpy()[who],
            "AEBODSYS": np.array([f"SYSTEM ORGAN CLASS {one + 1}" for one in range(socs)], dtype=object)[soc],
            "AEDECOD": np.array([f"TERM {one + 1}" for one in range(socs * terms)], dtype=object)[soc * terms + term],
            "AESEV": draw.choice(["MILD", "MODERATE", "SEVERE"], events, p=[0.6, 0.3, 0.1]),
            "AESER": draw.choice(["N", "Y"], events, p=[0.95, 0.05]),
            "AEREL": draw.choice(["NONE", "POSSIBLE", "PROBABLE"], events),
            "AEOUT": draw.choice(["RECOVERED/RESOLVED", "NOT RECOVERED/NOT RESOLVED"], events),
            "ASTDT": subjects["TRTSDT"].to_numpy()[who] + day.astype("timedelta64[D]"),
            "TRTEMFL": np.where(day >= 0, "Y", "N"),
        }
    )


def measured(
    subjects: pd.DataFrame, parameters: tuple[tuple[str, str, float, float], ...], *, seed: int = 3
) -> pd.DataFrame:
    """A findings data set (laboratory, vital signs): every parameter at every visit, some missing."""
    draw = np.random.default_rng(seed)
    parts = []
    for number, (code, title, mean, spread) in enumerate(parameters, 1):
        base = draw.normal(mean, spread, len(subjects)).round(1)
        for visit, name in VISITS:
            value = base if visit == 0 else (base + draw.normal(0, spread / 2, len(subjects))).round(1)
            value = np.where((visit > 0) & (draw.random(len(subjects)) < 0.1), np.nan, value)
            low, high = mean - 1.5 * spread, mean + 1.5 * spread
            parts.append(
                pd.DataFrame(
                    {
                        "USUBJID": subjects["USUBJID"],
                        "TRTA": subjects["TRT01A"],
                        "PARAMCD": code,
                        "PARAM": title,
                        "PARAMN": float(number),
                        "AVISIT": name,
                        "AVISITN": float(visit),
                        "AVAL": value,
                        "BASE": base,
                        "CHG": np.nan if visit == 0 else (value - base).round(1),
                        "ABLFL": "Y" if visit == 0 else "",
                        "ANRIND": np.where(value < low, "L", np.where(value > high, "H", "N")),
                        "BNRIND": np.where(base < low, "L", np.where(base > high, "H", "N")),
                    }
                )
            )
    made = pd.concat(parts, ignore_index=True)
    return made[made["AVAL"].notna()].reset_index(drop=True)


def adqs(subjects: pd.DataFrame, *, seed: int = 4) -> pd.DataFrame:
    """A questionnaire with a total (ACTOT) at weeks 8, 16 and 24, last values carried forward, as ADQSADAS has them."""
    draw = np.random.default_rng(seed)
    people = len(subjects)
    own = draw.normal(0, 4, people)
    base = (24 + own + draw.normal(0, 8, people)).round()
    dose = subjects["TRT01PN"].to_numpy(float)
    parts, last = [], base
    for visit, name in VISITS:
        change = own / 2 + visit / 12 - dose / 81 * visit / 24 + draw.normal(0, 4, people)
        seen = np.ones(people, bool) if visit == 0 else draw.random(people) < 0.8
        value = base if visit == 0 else np.where(seen, (base + change).round(), last)
        last = value
        parts.append(
            pd.DataFrame(
                {
                    "USUBJID": subjects["USUBJID"],
                    "TRTP": subjects["TRT01P"],
                    "TRTPN": dose,
                    "SITEGR1": subjects["SITEGR1"],
                    "EFFFL": subjects["EFFFL"],
                    "PARAMCD": "ACTOT",
                    "PARAM": "Total score (11)",
                    "PARAMN": 15.0,
                    "AVISIT": name,
                    "AVISITN": float(visit),
                    "AVAL": value,
                    "BASE": base,
                    "CHG": np.nan if visit == 0 else value - base,
                    "ABLFL": "Y" if visit == 0 else "",
                    "ANL01FL": "Y",
                    "DTYPE": np.where(seen, "", "LOCF"),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def adcibc(subjects: pd.DataFrame, *, seed: int = 5) -> pd.DataFrame:
    """A global impression of 1 to 7 without a baseline."""
    draw = np.random.default_rng(seed)
    parts = [
        pd.DataFrame(
            {
                "USUBJID": subjects["USUBJID"],
                "SITEGR1": subjects["SITEGR1"],
                "PARAMCD": "CIBICVAL",
                "PARAM": "CIBIC score",
                "AVISIT": name,
                "AVISITN": float(visit),
                "AVAL": draw.integers(2, 7, len(subjects)).astype(float),
                "ANL01FL": "Y",
                "CRIT1": "Improved (score of 3 or less)",
            }
        )
        for visit, name in VISITS[1:]
    ]
    made = pd.concat(parts, ignore_index=True)
    return made.assign(CRIT1FL=np.where(made["AVAL"] <= 3, "Y", "N"))


def adtte(subjects: pd.DataFrame, *, seed: int = 6) -> pd.DataFrame:
    """The time to a first event; sooner on an active arm."""
    draw = np.random.default_rng(seed)
    rate = np.where(subjects["TRT01AN"].to_numpy() > 0, 1 / 60, 1 / 200)
    event = np.ceil(draw.exponential(1 / rate))
    end = subjects["TRTDUR"].to_numpy()
    return pd.DataFrame(
        {
            "USUBJID": subjects["USUBJID"],
            "PARAMCD": "TTDE",
            "PARAM": "Time to first dermatologic event (days)",
            "AVAL": np.minimum(event, end),
            "CNSR": (event > end).astype(float),
            "SRCDOM": np.where(event > end, "ADSL", "ADAE"),
        }
    )


def package(people: int = 90, *, seed: int = 1, events: int = 300) -> dict[str, pd.DataFrame]:
    """All data sets of a made-up trial of three arms."""
    subjects = adsl(people, seed=seed)
    return {
        "ADSL": subjects,
        "ADAE": adae(subjects, events),
        "ADLBC": measured(subjects, LABORATORY),
        "ADVS": measured(subjects, VITALS, seed=8).drop(columns=["ANRIND", "BNRIND"]),
        "ADQSADAS": adqs(subjects),
        "ADQSCIBC": adcibc(subjects),
        "ADTTE": adtte(subjects),
    }


def as_json(frame: pd.DataFrame, name: str) -> tuple[dict[str, object], list[list[object]]]:
    """Head and rows of Dataset-JSON 1.1: days as ISO text."""
    kinds = {"f": "float", "M": "date"}
    columns = [
        {
            "itemOID": f"IT.{name}.{column}",
            "name": str(column),
            "label": str(column).title(),
            "dataType": kinds.get(frame[column].dtype.kind, "string"),
        }
        for column in frame
    ]
    plain = {
        column: [
            None if pd.isna(one) else str(one)[:10] if frame[column].dtype.kind == "M" else one for one in frame[column]
        ]
        for column in frame
    }
    head = {"datasetJSONVersion": "1.1.0", "itemGroupOID": f"IG.{name}", "name": name, "label": name}
    rows = [list(row) for row in zip(*plain.values(), strict=True)]
    return {**head, "records": len(rows), "columns": columns}, rows


def write(frame: pd.DataFrame, path: Path) -> None:
    """A data set as a file of the kind its name says; CSV, Parquet, Dataset-JSON (three forms) or XPT."""
    name = path.stem.upper()
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".xpt":
        import pyreadstat

        days = {name: "datetime64[ns]" for name in frame if frame[name].dtype.kind == "M"}  # it takes others for these
        pyreadstat.write_xport(frame.astype(days), str(path), table_name=name, file_format_version=5)
    else:
        head, rows = as_json(frame, name)
        lines = "\n".join(json.dumps(one, separators=(",", ":")) for one in (head, *rows)) + "\n"
        if path.suffix == ".json":
            path.write_text(json.dumps({**head, "rows": rows}), "utf-8")
        else:
            path.write_bytes(zlib.compress(lines.encode()) if path.suffix == ".dsjc" else lines.encode())
