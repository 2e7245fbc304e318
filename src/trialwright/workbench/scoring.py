"""Scoring: an instrument over a file of assessments, an empty file to fill, and an instrument laid out for review."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from trialwright import diseases
from trialwright.vocabulary.errors import MISSING, Complaints, FindingsError, NotFound, ParameterError, TrialError
from trialwright.vocabulary.scores import STATUS_WORDS, Documented, Instrument, Question, Score
from trialwright.vocabulary.words import Language
from trialwright.workbench.assessments import (
    COMMENT,
    WHO,
    Row,
    allowed,
    answers_of,
    check_columns,
    rows_of,
    with_earlier,
)
from trialwright.workbench.files import write_file

COLUMNS = ("USUBJID", "AVISIT", "ADT", "PARAMCD", "PARAM", "AVAL", "AVALC", "AVALLO", "AVALHI", "MISSING", "VERSION")


@final
@dataclass(frozen=True, slots=True)
class Scored:
    """One row of a file: whose assessment, when, and its score."""

    row: int
    usubjid: str
    visit: str
    visit_date: str
    instrument: Instrument
    score: Score


def all_instruments() -> Mapping[str, Instrument]:
    """Every instrument of every disease, by its name."""
    return {name: one for disease in diseases.available() for name, one in _of(disease).items()}


def find_instrument(name: str, *, disease: str | None = None) -> Instrument:
    """One instrument; NotFound with the nearest name otherwise."""
    known = all_instruments() if disease is None else _of(disease)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "`trialwright instruments` lists them"
        raise NotFound(f"there is no instrument {name!r}; {hint}")
    return known[name]


def documented(instrument: Instrument) -> Documented:
    """The instrument as something that can be laid out; a refusal where its package does not offer that."""
    if not isinstance(instrument, Documented):
        raise TrialError(f"{instrument.name} does not say what it asks; it can be scored from Python only")
    return instrument


def score_file(
    path: Path,
    disease: str,
    *,
    names: Sequence[str],
    settings: Sequence[str] = (),
    from_earlier: bool = False,
) -> tuple[Scored, ...]:
    """Every row of a CSV or Excel file, scored by each instrument; ParameterError with every finding of the file.

    ``from_earlier`` fills ``…previous…`` and ``…baseline…`` columns that are not in the file from the participant's
    earlier rows, in the order of ``visit_date``.
    """
    instruments = [_set(find_instrument(name, disease=disease), settings) for name in names]
    rows = list(rows_of(path))
    asked = {question.key: question for each in instruments for question in documented(each).questions}
    complaints = Complaints()
    _check_shared(instruments, complaints=complaints)
    check_columns(rows, asked, complaints=complaints)
    answers = [answers_of(row, asked, complaints=complaints) for row in rows]
    complaints.raise_as(ParameterError, f"{path} cannot be scored")
    if from_earlier:
        answers = with_earlier(rows, answers, asked=asked)
    found = [
        one
        for row, items in zip(rows, answers, strict=True)
        for one in _scores(row, items, by=instruments, complaints=complaints)
    ]
    complaints.raise_as(ParameterError, f"{path} cannot be scored")
    return tuple(found)


def template(disease: str, name: str, *, language: Language = "en") -> bytes:
    """An empty file to fill: one column for each question, with its label and its answers in comment lines."""
    questions = documented(find_instrument(name, disease=disease)).questions
    labels = [question.label.said(language) for question in questions]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*WHO, *(question.key for question in questions)])
    writer.writerow([COMMENT, "", "", *labels])
    writer.writerow([COMMENT, "", "", *(allowed(question, language) for question in questions)])
    return buffer.getvalue().encode("utf-8")


def write_template(out: Path, disease: str, *, name: str, language: Language = "en") -> None:
    """Write the empty file; an existing file is never overwritten."""
    if out.exists():
        raise TrialError(f"{out} exists and is not overwritten; name a new file for the template")
    write_file(out, template(disease, name, language=language))


def scores_csv(scored: Iterable[Scored], *, language: Language = "en") -> bytes:
    """The scores with ADaM column names, one line for each row and instrument."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in scored:
        score = one.score
        word = score.level or score.band
        _write_parts(writer, one, language=language)
        writer.writerow(
            [
                one.usubjid,
                one.visit,
                one.visit_date,
                one.instrument.paramcd,
                one.instrument.title.said(language),
                "" if score.value is None else repr(score.value),
                "" if word is None else word.said(language),
                repr(score.lower),
                repr(score.upper),
                " ".join(score.not_assessed),
                score.version,
            ]
        )
    return buffer.getvalue().encode("utf-8")


def _write_parts(writer: Any, one: Scored, *, language: Language) -> None:
    """A line for each part that has an ADaM code of its own: a system and its letter."""
    codes: Mapping[str, str] = getattr(one.instrument, "part_codes", {})
    title = one.instrument.title.said(language)
    for point in one.score.points:
        if point.item in codes and point.said is not None:
            name = f"{title}: {point.label.said(language)}"
            value = "" if point.points is None else repr(point.points)
            who = (one.usubjid, one.visit, one.visit_date)
            writer.writerow(
                [*who, codes[point.item], name, value, point.said.said(language), "", "", "", one.score.version]
            )


def write_scores(out: Path, scored: Iterable[Scored], *, language: Language = "en") -> None:
    """Write the scores as a CSV file with ADaM column names."""
    write_file(out, scores_csv(scored, language=language))


def score_as_data(one: Scored, *, language: Language, explain: bool) -> dict[str, object]:
    """One score for a program; with the explanation and every point where asked for."""
    score = one.score
    data: dict[str, object] = {
        "row": one.row,
        "usubjid": one.usubjid,
        "visit": one.visit,
        "visit_date": one.visit_date,
        "instrument": score.instrument,
        "paramcd": one.instrument.paramcd,
        "version": score.version,
        "value": score.value,
        "lower": score.lower,
        "upper": score.upper,
        "level": None if score.level is None else score.level.said(language),
        "band": None if score.band is None else score.band.said(language),
        "not_assessed": list(score.not_assessed),
        "conflicts": list(score.conflicts),
        "unverified": list(score.unverified),
        "parameters": dict(score.parameters),
    }
    if explain:
        data["explained"] = list(score.explained(language))
        data["points"] = [_point(point, language) for point in score.points]
    return data


def review_as_data(instrument: Instrument, *, language: Language) -> dict[str, object]:
    """An instrument laid out for a program: questions, rules with source and status, choices."""
    laid = documented(instrument)
    return {
        "name": instrument.name,
        "title": instrument.title.said(language),
        "version": instrument.version,
        "paramcd": instrument.paramcd,
        "questions": [
            {"key": each.key, "label": each.label.said(language), "answers": allowed(each, language)}
            for each in laid.questions
        ],
        "rules": [
            {
                "key": each.key,
                "label": each.label.said(language),
                "rule": each.rule.said(language),
                "source": each.source,
                "status": each.status,
                "note": None if each.note is None else each.note.said(language),
            }
            for each in laid.rules
        ],
        "choices": [
            {
                "name": each.name,
                "taken": each.taken,
                "because": each.because.said(language),
                "status": each.status,
                "options": [
                    {"value": value, "words": words.said(language), "source": source}
                    for value, words, source in each.options
                ],
            }
            for each in laid.choices
        ],
    }


def _check_shared(instruments: Sequence[Instrument], *, complaints: Complaints) -> None:
    """A finding for each yes or no that two instruments ask under one name and mean differently."""
    first: dict[str, tuple[str, Question]] = {}
    for instrument in instruments:
        for question in documented(instrument).questions:
            name, other = first.setdefault(question.key, (instrument.name, question))
            same = question.kind != "yes-no" or question.label == other.label
            allowed = f"means one thing to {name} and another to {instrument.name}"
            complaints.unless(same, question.key, MISSING, allowed, "Score them from two files")


def _point(point: Any, language: Language) -> dict[str, object]:
    return {
        "item": point.item,
        "label": point.label.said(language),
        "value": point.value,
        "points": point.points,
        "said": None if point.said is None else point.said.said(language),
        "rule": point.rule.said(language),
        "source": point.source,
        "status": STATUS_WORDS[point.status].said(language),
    }


def _of(disease: str) -> Mapping[str, Instrument]:
    return diseases.disease(disease).instruments()


def _set(instrument: Instrument, settings: Sequence[str]) -> Instrument:
    """The instrument with the choices given as NAME=VALUE."""
    if not settings:
        return instrument
    complaints, chosen = Complaints(), {}
    options = {each.name: [value for value, _, _ in each.options] for each in documented(instrument).choices}
    for setting in settings:
        name, sign, value = setting.partition("=")
        complaints.unless(bool(sign), setting, MISSING, "must be NAME=VALUE")
        match = [option for option in options.get(name, ()) if str(option).lower() == value.strip().lower()]
        chosen[name] = match[0] if match else value
    complaints.raise_as(ParameterError, f"{instrument.name} cannot be built")
    built: Instrument = instrument.with_parameters(**chosen)  # type: ignore[attr-defined]
    return built


def _scores(
    row: Row, items: Mapping[str, Any], *, by: Sequence[Instrument], complaints: Complaints
) -> Iterator[Scored]:
    who = {name: row.said(name) for name in WHO}
    for instrument in by:
        mine = {key: value for key, value in items.items() if key in instrument.items}
        try:
            score = instrument.score(mine)
        except FindingsError as error:
            complaints.add(finding.within(f"row {row.number}") for finding in error.findings)
            continue
        yield Scored(row.number, who["usubjid"], who["visit"], who["visit_date"], instrument, score=score)
