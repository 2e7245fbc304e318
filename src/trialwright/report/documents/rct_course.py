"""The course behind a simulated trial: its fit to published numbers, and every number with prior, source and status."""

from __future__ import annotations

from trialwright.report.documents import rct_words as words
from trialwright.report.documents.rct_words import COLUMNS
from trialwright.report.model import (
    Block,
    Cell,
    Column,
    Estimate,
    Figure,
    Joined,
    Number,
    Paragraph,
    Section,
    Share,
    Table,
    Value,
    Words,
    fill,
    row,
)
from trialwright.report.specifications import IntervalFigure, IntervalRow, ReferenceLine
from trialwright.vocabulary.disease_course import Appearance, CourseParameter, CourseTarget
from trialwright.vocabulary.scores import STATUS_WORDS
from trialwright.vocabulary.words import Text, unit_said

FAR = 2.0  # weights
OPEN = 0.8  # of the prior standard deviation


def course_section(appearance: Appearance, *, every_number: bool = True) -> Section:
    """Fit, what is not identified, and every number."""
    blocks: list[Block] = []
    if appearance.fit:
        blocks += [fit_figure(appearance), _how_good(appearance), fit_table(appearance)]
        parameters = {one.key: one for one in appearance.parameters}
        loose = tuple(parameters[key].label for key, left in appearance.left_open.items() if left >= OPEN)
        if loose:
            blocks.append(Paragraph(fill(words.NOT_IDENTIFIED, names=Joined(loose))))
    if every_number:
        blocks.append(numbers_table(appearance))
    return Section("course", words.SECTIONS["course"], tuple(blocks))


def distance(target: CourseTarget, appearance: Appearance) -> float:
    """How far what is simulated lies from what was published, in weights."""
    return (appearance.fit[target.key] - target.value) / target.tolerance


def _how_good(appearance: Appearance) -> Paragraph:
    poor = tuple(one.label for one in appearance.targets if abs(distance(one, appearance)) > FAR)
    return Paragraph(fill(words.POOR, names=Joined(poor)) if poor else words.WELL)


def fit_figure(appearance: Appearance) -> Figure:
    """Every published number at 0 with its weight, and where the simulated one lies."""
    rows = []
    for one in appearance.targets:
        away = distance(one, appearance)
        rows.append(IntervalRow(one.label, away, min(away, 0.0), max(away, 0.0), annotation=_beside(one, appearance)))
    spec = IntervalFigure(
        tuple(rows), words.DISTANCE, annotation_label=words.BESIDE_LABEL,
        reference=ReferenceLine(0.0, COLUMNS["published"]), as_share=False, axis_start=None,
    )  # fmt: skip
    return Figure("fit", words.FIT, words.SEE_TABLE, spec)


def _beside(target: CourseTarget, appearance: Appearance) -> Words:
    simulated, published = appearance.fit[target.key], target.value
    return fill(words.BESIDE[target.kind], simulated=simulated, published=published)


def fit_table(appearance: Appearance) -> Table:
    """Published beside simulated."""
    rows = []
    for one in appearance.targets:
        simulated = appearance.fit[one.key]
        shown: tuple[Value, ...] = (
            (Share(one.value), Share(one.tolerance), Share(simulated))
            if one.kind == "share"
            else (Number(one.value), Number(one.tolerance), Number(simulated))
        )
        rows.append(row(one.label, *shown, one.source, STATUS_WORDS[one.status]))
    keys = ("target", "published", "tolerance", "simulated", "source", "status")
    right = ("published", "tolerance", "simulated")
    columns = tuple(Column(key, COLUMNS[key], align="right" if key in right else "left") for key in keys)
    return Table("fit", words.FIT, columns, tuple(rows), (words.FIT_NOTE,), landscape=True)


def numbers_table(appearance: Appearance) -> Table:
    """Every number of the model with its prior, source and status."""
    rows = tuple(_number(one, appearance.left_open.get(one.key)) for one in appearance.parameters)
    keys = ("parameter", "value", "unit", "prior", "open", "source", "status")
    columns = tuple(
        Column(key, COLUMNS[key], align="right" if key in ("value", "prior", "open") else "left") for key in keys
    )
    return Table("numbers", words.NUMBERS, columns, rows, (words.OPEN_NOTE,), landscape=True)


def _number(one: CourseParameter, left: float | None) -> tuple[Cell, ...]:
    prior: Value = None if one.is_fixed else Estimate(one.prior, one.low, one.high)
    share: Value = None if left is None else Number(left)
    return row(one.label, Number(one.value), _unit(one.unit), prior, share, one.source, STATUS_WORDS[one.status])


def _unit(unit: str) -> Text:
    return Text(en=unit, fr=unit_said(unit, "fr"))
