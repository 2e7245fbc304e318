"""The questions to a simulated trial, each a section with its figure and table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from trialwright.numerics.intervals import wilson
from trialwright.planning.optimiser import Candidate
from trialwright.planning.rct_analysis import Analysis
from trialwright.planning.rct_questions import (
    HALF_LIVES,
    ONE,
    POWERS,
    QUARTERLY,
    Answer,
    Separation,
    SizeCurve,
    answered,
    best_separation,
    critical_z,
    separations,
    size_curve,
)
from trialwright.planning.rct_simulation import RctPlan, RctResults
from trialwright.report.documents import rct_words as words
from trialwright.report.documents.rct_words import COLUMNS, SCHEDULES
from trialwright.report.model import (
    Block,
    Cell,
    Column,
    Estimate,
    Figure,
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
from trialwright.report.specifications import Curve, CurveFigure, IntervalFigure, IntervalRow, ReferenceLine
from trialwright.vocabulary.disease_course import Appearance

Found = Mapping[str, RctResults]
SHOWN = 12  # rows of a ranking; the data files hold them all
LEFT = ("schedule", "analysis", "rule", "front", "within")


def question_sections(
    plan: RctPlan, found: Found, *, appearance: Appearance, ranked: Sequence[Candidate]
) -> tuple[Section, ...]:
    """A section for every question that has been answered whole."""
    written: dict[str, Callable[[], Iterator[Block]]] = {
        "schedule": lambda: _schedules(plan, found, appearance=appearance),
        "endpoint": lambda: _endpoints(found, appearance),
        "size": lambda: _sizes(found),
        "taper": lambda: _taper(found),
        "waning": lambda: _waning(found, appearance),
    }
    asked = {
        "schedule": [f"schedule/{name}" for name in SCHEDULES],
        "endpoint": ["endpoint/all"],
        "size": ["size/nothing", "size/effect"],
        "taper": ["taper/none", "taper/mandatory"],
        "waning": [f"waning/{weeks}/{name}" for weeks in HALF_LIVES for name in (ONE, QUARTERLY)],
    }
    sections = [
        Section(name, words.SECTIONS[name], tuple(written[name]()))
        for name, keys in asked.items()
        if all(key in found for key in keys)
    ]
    if ranked:
        sections.append(Section("choice", words.SECTIONS["choice"], tuple(_choice(ranked, appearance))))
    return tuple(sections)


def _power(found: int, trials: int) -> Estimate:
    low, high = wilson(found, trials)
    return Estimate(found / trials, float(low), float(high), decimals=1, as_share=True)


def _columns(keys: Sequence[str]) -> tuple[Column, ...]:
    return tuple(Column(key, COLUMNS[key], align="left" if key in LEFT else "right") for key in keys)


def _answer_row(label: Words, answer: Answer) -> tuple[Cell, ...]:
    shares = (Share(answer.control), Share(answer.treatment), _power(answer.found, answer.trials))
    return row(label, *shares, Number(answer.infusions), Number(answer.reactions, 3))


def _answers(results: RctResults) -> list[tuple[Analysis, Answer]]:
    """The primary analysis and, where it is judged before the end, the same at the last visit."""
    analyses = (results.plan.primary, *results.plan.secondary)
    return [(one, answered("", results, analysis=place)) for place, one in enumerate(analyses)]


def _schedules(plan: RctPlan, found: Found, *, appearance: Appearance) -> Iterator[Block]:
    answers = [(name, one, answer) for name in SCHEDULES for one, answer in _answers(found[f"schedule/{name}"])]
    yield Paragraph(words.SAME_PEOPLE)
    rows = []
    for name, one, answer in sorted(answers, key=lambda each: each[1].week):
        power = _power(answer.found, answer.trials)
        label = fill(words.SCHEDULE_AT, schedule=SCHEDULES[name], week=one.week)
        rows.append(IntervalRow(label, power.value, power.lower, power.upper))
    reference = ReferenceLine(plan.errors.power, words.PLANNED)
    spec = IntervalFigure(tuple(rows), words.FOUND, reference=reference)
    yield Figure("schedule", words.SECTIONS["schedule"], words.SEE_TABLE, spec)
    keys = ("schedule", "analysis", "control", "treatment", "power", "infusions", "reactions")
    table = tuple(
        _with_analysis(_answer_row(SCHEDULES[name], answer), one, appearance=appearance)
        for name, one, answer in answers
    )
    yield Table("schedule", words.SECTIONS["schedule"], _columns(keys), table)


def _with_analysis(cells: tuple[Cell, ...], analysis: Analysis, *, appearance: Appearance) -> tuple[Cell, ...]:
    return (cells[0], Cell(named(analysis, appearance)), *cells[1:])


def _endpoints(found: Found, appearance: Appearance) -> Iterator[Block]:
    results = found["endpoint/all"]
    every, best = separations(results), best_separation(found)
    winner = named(best.analysis, appearance)
    yield Paragraph(fill(words.BEST, analysis=winner, z=best.mean_z, power=best.found / best.trials))
    curves = []
    for name, known in appearance.endpoints.items():
        points = tuple((float(one.analysis.week), one.mean_z) for one in every if one.analysis.endpoint == name)
        curves.append(Curve(known.title, points, has_dots=True))
    reference = ReferenceLine(critical_z(results.plan), words.CRITICAL)
    spec = CurveFigure(tuple(curves), words.WEEK, words.MEAN_Z, y_start=None, y_references=(reference,))
    yield Figure("endpoint", words.SECTIONS["endpoint"], words.SEE_TABLE, spec)
    yield _over_time(every, appearance)
    ranked = sorted(every, key=lambda one: -one.mean_z)[:SHOWN]
    keys = ("analysis", "control", "treatment", "mean_z", "power")
    rows = tuple(_separation(one, appearance) for one in ranked)
    yield Table("endpoint", words.SECTIONS["endpoint"], _columns(keys), rows)


def _over_time(every: Sequence[Separation], appearance: Appearance) -> Figure:
    """The mean change of the activity index in both arms: what entry alone brings, and what is added."""
    index = next(name for name, known in appearance.endpoints.items() if known.kind == "change")
    mine = [one for one in every if one.analysis.endpoint == index]
    curves = tuple(
        Curve(
            COLUMNS[arm], ((0.0, 0.0), *((float(one.analysis.week), getattr(one, arm)) for one in mine)), has_dots=True
        )
        for arm in ("control", "treatment")
    )
    title = appearance.endpoints[index].title
    spec = CurveFigure(curves, words.WEEK, title, y_start=None)
    return Figure("over-time", title, words.REGRESSION, spec, (words.REGRESSION,))


def _separation(one: Separation, appearance: Appearance) -> tuple[Cell, ...]:
    is_change = appearance.endpoints[one.analysis.endpoint].kind == "change"
    shown: list[Value] = [Number(each) if is_change else Share(each) for each in (one.control, one.treatment)]
    return row(named(one.analysis, appearance), *shown, Number(one.mean_z), _power(one.found, one.trials))


def named(analysis: Analysis, appearance: Appearance) -> Words:
    """An analysis as people read it."""
    title = appearance.endpoints[analysis.endpoint].title
    if analysis.dose_at_most is not None:
        return fill(words.WITH_DOSE, endpoint=title, week=analysis.week, dose=analysis.dose_at_most)
    said = words.BY_MMRM if analysis.method == "mmrm" else words.AT_WEEK
    short = fill(said, endpoint=title, week=analysis.week)
    if analysis.after_rescue is None:
        return short
    return fill(words.AFTER_RESCUE, analysis=short, rescue=words.RESCUE[analysis.leaves_out_rescued])


def _sizes(found: Found) -> Iterator[Block]:
    fixed, drawn = size_curve(found["size/nothing"]), size_curve(found["size/effect"])
    for power in POWERS:
        needed = {"fixed": _needed(fixed, power), "drawn": _needed(drawn, power)}
        yield Paragraph(fill(words.NEEDED, power=power, **needed))
    curves = (_curve(words.POWER, fixed), _curve(words.ASSURANCE, drawn))
    references = tuple(ReferenceLine(power, "") for power in POWERS)
    spec = CurveFigure(
        curves, words.PEOPLE_AXIS, words.FOUND, as_share=True, y_end=1.0, y_references=references,
        x_ticks=tuple(map(float, fixed.people)),
    )  # fmt: skip
    yield Figure("size", words.SECTIONS["size"], words.SEE_TABLE, spec)
    rows = tuple(
        row(str(people), _power(one, fixed.trials), _power(other, drawn.trials))
        for people, one, other in zip(fixed.people, fixed.found, drawn.found, strict=True)
    )
    columns = (
        Column("people", COLUMNS["people"], align="right"),
        Column("power", words.POWER, align="right"),
        Column("assurance", words.ASSURANCE, align="right"),
    )
    yield Table("size", words.SECTIONS["size"], columns, rows)


def _needed(curve: SizeCurve, power: float) -> Words:
    found = curve.needed(power)
    return fill(words.NOT_REACHED, most=curve.people[-1]) if found is None else str(found)


def _curve(label: Words, curve: SizeCurve) -> Curve:
    limits = [wilson(count, curve.trials) for count in curve.found]
    points = tuple((float(people), float(share)) for people, share in zip(curve.people, curve.power, strict=True))
    band = tuple((float(x), float(low), float(high)) for x, (low, high) in zip(curve.people, limits, strict=True))
    return Curve(label, points, band=band, has_dots=True)


def _taper(found: Found) -> Iterator[Block]:
    answers = {
        "none": answered("none", found["taper/none"]),
        "mandatory": answered("mandatory", found["taper/mandatory"]),
        "strict": answered("strict", found["taper/mandatory"], analysis=1),
    }
    rows = []
    for name, answer in answers.items():
        rows += [IntervalRow(words.TAPER_ROWS[name], answer.control, answer.control, answer.treatment)]
    spec = IntervalFigure(tuple(rows), words.CONTROL_TO_TREATMENT, axis_start=0.0)
    yield Figure("taper", words.SECTIONS["taper"], words.SEE_TABLE, spec)
    keys = ("rule", "control", "treatment", "power", "infusions", "reactions")
    table = tuple(_answer_row(words.TAPER_ROWS[name], answer) for name, answer in answers.items())
    yield Table("taper", words.SECTIONS["taper"], _columns(keys), table)


def _waning(found: Found, appearance: Appearance) -> Iterator[Block]:
    yield Paragraph(words.WANED)
    answers = {
        (weeks, name): _answers(found[f"waning/{weeks}/{name}"]) for weeks in HALF_LIVES for name in (ONE, QUARTERLY)
    }
    curves = []
    for place, (one, _) in enumerate(answers[HALF_LIVES[0], ONE]):
        for name in (ONE, QUARTERLY):
            points = tuple((float(weeks), answers[weeks, name][place][1].treatment) for weeks in HALF_LIVES)
            curves.append(
                Curve(fill(words.SCHEDULE_AT, schedule=SCHEDULES[name], week=one.week), points, has_dots=True)
            )
        control = tuple((float(weeks), answers[weeks, ONE][place][1].control) for weeks in HALF_LIVES)
        curves.append(Curve(fill(words.SCHEDULE_AT, schedule=words.PLACEBO, week=one.week), control))
    ticks = tuple(map(float, HALF_LIVES))
    spec = CurveFigure(tuple(curves), COLUMNS["half_life"], words.RESPONSES, as_share=True, x_ticks=ticks)
    yield Figure("waning", words.SECTIONS["waning"], words.SEE_TABLE, spec)
    keys = ("half_life", "schedule", "analysis", "control", "treatment", "power", "infusions", "reactions")
    rows = tuple(
        (Cell(str(weeks)), *_with_analysis(_answer_row(SCHEDULES[name], answer), one, appearance=appearance))
        for (weeks, name), each in answers.items()
        for one, answer in each
    )
    yield Table("waning", words.SECTIONS["waning"], _columns(keys), rows)


def _choice(ranked: Sequence[Candidate], appearance: Appearance) -> Iterator[Block]:
    front = sorted((one for one in ranked if one.on_front), key=lambda one: (one.people, one.infusions))
    yield Paragraph(words.FRONT)
    best: dict[str, dict[int, float]] = {}
    for one in ranked:
        here = best.setdefault(one.schedule, {})
        here[one.people] = max(one.power, here.get(one.people, 0.0))
    curves = tuple(
        Curve(SCHEDULES[name], tuple((float(people), here[people]) for people in sorted(here)), has_dots=True)
        for name, here in best.items()
    )
    spec = CurveFigure(curves, words.PEOPLE_AXIS, words.FOUND, as_share=True, y_end=1.0)
    yield Figure("choice", words.SECTIONS["choice"], words.SEE_TABLE, spec, (words.BEST_ENDPOINT,))
    keys = ("schedule", "people", "analysis", "power", "total_infusions", "product", "within", "front")
    shown = [*ranked[:SHOWN], *(one for one in front if one not in ranked[:SHOWN])]
    rows = tuple(
        row(
            SCHEDULES[one.schedule], str(one.people), named(one.analysis, appearance),
            _power(one.found, one.trials), Number(one.infusions, 0), Number(one.product, 1),
            words.YES if one.within else words.NO, words.YES if one.on_front else words.NO,
        )
        for one in shown
    )  # fmt: skip
    yield Table("choice", words.SECTIONS["choice"], _columns(keys), rows, landscape=True)
