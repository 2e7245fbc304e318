"""The report of a plan: what is planned, how large it is, where it stops, its power, and what it would say."""

from __future__ import annotations

import math

from trialwright.numerics.exact_two_rates import LARGEST
from trialwright.planning.belief import Assured
from trialwright.planning.further import Further
from trialwright.planning.outlook import LookRow, Outlook, is_superiority
from trialwright.planning.plan import Plan, TimeEndpoint
from trialwright.planning.sizing import Sized, value_of
from trialwright.report.documents.assurance_report import assurance_section
from trialwright.report.documents.further_report import further_sections, protocol_sentences
from trialwright.report.documents.plan_text import (
    effect_words,
    goal,
    level_words,
    protocol_text,
    test_words,
)
from trialwright.report.documents.plan_words import (
    ABOUT,
    ARMS,
    ASSUMED,
    ASSUMED_LINE,
    AT_BEST,
    BINDING,
    BOUNDS,
    BOUNDS_ALT,
    COLUMNS,
    CONTINUES,
    CURVE_NOTE,
    EFFECT_NOTE,
    EFFICACY,
    EVENTS_UNIT,
    EXACT_NOTE,
    FACTS,
    FUTILITY,
    HARM,
    ILLUSTRATIVE,
    LOOKS,
    NO_NUMBER,
    NO_NUMBER_NOTE,
    NONE_DETECTABLE,
    NOT_BINDING,
    OF_ARM,
    POWER_ALT,
    POWER_CURVE,
    RUNNING,
    SECTIONS,
    SENSITIVITY,
    SHARED,
    SOURCE,
    TITLE,
    WANTED_LINE,
    X_INFORMATION,
    Y_POWER,
    Y_Z,
)
from trialwright.report.model import (
    Block,
    Bullets,
    Callout,
    Cell,
    Column,
    Document,
    Fact,
    Figure,
    KeyFacts,
    Number,
    Paragraph,
    Provenance,
    Section,
    Share,
    Table,
    Value,
    Words,
    fill,
    row,
)
from trialwright.report.specifications import Curve, CurveFigure, ReferenceLine
from trialwright.vocabulary.scores import STATUS_WORDS
from trialwright.vocabulary.words import Text

HARMS = {"lower_z": "harm_z", "futile_none": "harm_none", "futile_effect": "harm_effect"}  # of a two-sided test
STATUSES = {**STATUS_WORDS, "choice": Text(en="our choice", fr="notre choix")}


def plan_document(
    found: Outlook, *, assured: Assured | None, further: Further | None = None, software: str, version: str
) -> Document:
    """A plan with its numbers, in every language at once; ``assured``: what is believed of it, where that is asked.

    ``further``: Bayesian monitoring and the other parts that a plan may ask for.
    """
    beyond = further or Further()
    plan = found.sized.plan
    sections = [
        Section("planned", SECTIONS["planned"], _planned(found)),
        Section("size", SECTIONS["size"], _size(found)),
        Section("looks", SECTIONS["looks"], _looks(found)),
        Section("power", SECTIONS["power"], _power(found)),
    ]
    if assured is not None:
        sections.append(assurance_section(assured))
    sections.extend(further_sections(beyond, found.sized))
    said = (*protocol_text(found), *protocol_sentences(beyond, found.sized))
    sections.append(Section("text", SECTIONS["text"], tuple(Paragraph(one) for one in said)))
    if plan.about:
        sections.append(Section("about", SECTIONS["about"], (_sources(plan),)))
    return titled(plan, tuple(sections), software=software, version=version)


def assurance_document(assured: Assured, *, software: str, version: str) -> Document:
    """What is believed of a plan before it starts, by itself."""
    return titled(assured.sized.plan, (assurance_section(assured),), software=software, version=version)


def titled(plan: Plan, sections: tuple[Section, ...], *, software: str, version: str) -> Document:
    """Sections under the title of a plan, with where its numbers come from."""
    return Document(
        title=fill(TITLE, id=plan.identity.id),
        subtitle=plan.identity.title,
        running_head=fill(RUNNING, id=plan.identity.id),
        sections=sections,
        provenance=Provenance(
            source=fill(SOURCE, id=plan.identity.id), data_cut=None, software=software, version=version,
            protocol_digest=plan.digest,
        ),
        illustrative_note=ILLUSTRATIVE,
    )  # fmt: skip


def looks_table(found: Outlook) -> Table:
    """The boundaries on every scale, and how probably the trial stops at each look."""
    sized = found.sized
    unit: Words = EVENTS_UNIT if _counts_events(sized) else COLUMNS["n"]
    keys = ("look", "fraction", "n", "upper_z", "upper_p", "upper_effect", "lower_z", "lower_effect", "spent",
            "stop_none", "stop_effect", "futile_none", "futile_effect")  # fmt: skip
    labels: dict[str, Words] = {**COLUMNS, "n": unit}
    if sized.plan.errors.sides == 2:
        labels |= {key: COLUMNS[harm] for key, harm in HARMS.items()}
    columns = tuple(Column(key, labels[key], align="right") for key in keys)
    notes: tuple[Words, ...] = (EFFECT_NOTE,)
    if sized.looks.has_futility:
        notes = (BINDING if sized.looks.binding else NOT_BINDING, *notes)
    return Table("looks", LOOKS, columns, tuple(_look(one, sized) for one in found.looks), notes, landscape=True)


def sensitivity_table(found: Outlook) -> Table:
    """The size, and the power of the plan, under other assumptions."""
    plan = found.sized.plan
    columns = (
        Column("control", _of(plan, plan.control.label), align="right"),
        Column("treatment", _of(plan, plan.treatments[0].label), align="right"),
        Column("total", COLUMNS["total"], align="right"),
        Column("power", COLUMNS["power"], align="right"),
    )
    rows = tuple(
        row(
            assumed(plan, one.control),
            assumed(plan, one.treatment),
            NO_NUMBER if one.total is None else one.total,
            None if one.power is None else Share(one.power),
        )
        for one in found.elsewhere
    )
    missing = any(one.total is None for one in found.elsewhere)
    notes = (fill(NO_NUMBER_NOTE, most=LARGEST),) if missing else ()
    return Table("sensitivity", SENSITIVITY, columns, rows, notes)


def assumed(plan: Plan, value: float) -> Value:
    """A value of the kind the endpoint has."""
    return Share(value) if plan.endpoint.kind == "binary" else Number(value)


def _look(one: LookRow, sized: Sized) -> tuple[Cell, ...]:
    is_log = sized.first.contrast.is_log

    def effect(value: float) -> Value:
        return Number(value, 3 if is_log or abs(value) < 1 else 2)

    bounded = math.isfinite(one.lower_z)
    return row(
        str(one.number), Share(one.fraction, 0), Number(one.information, 1 if _counts_events(sized) else 0),
        Number(one.upper_z, 3), Number(one.upper_p, 4), effect(one.upper_effect),
        Number(one.lower_z, 3) if bounded else None, effect(one.lower_effect) if bounded else None,
        Number(one.spent, 4), Share(one.efficacy[0], 2), Share(one.efficacy[1]),
        Share(one.futility[0]) if bounded else None, Share(one.futility[1]) if bounded else None,
    )  # fmt: skip


def _counts_events(sized: Sized) -> bool:
    return isinstance(sized.plan.endpoint, TimeEndpoint)


def _of(plan: Plan, label: Words) -> Words:
    return fill(OF_ARM, what=ASSUMED[plan.endpoint.kind], arm=label)


def _planned(found: Outlook) -> tuple[Block, ...]:
    plan = found.sized.plan
    columns = (
        Column("arm", COLUMNS["arm"]),
        Column("days", COLUMNS["days"], align="right"),
        Column("assumed", ASSUMED[plan.endpoint.kind], align="right"),
        Column("power", FACTS["power"], align="right"),
        Column("source", COLUMNS["source"]),
    )
    rows = tuple(
        row(
            arm.label,
            ", ".join(map(str, arm.infusion_days)) or None,
            assumed(plan, value_of(plan, arm)),
            None if arm.control else Share(found.powers[arm.name]),
            arm.assumed.source if arm.assumed.source.en else None,
        )
        for arm in plan.arms
    )
    blocks: list[Block] = [Callout("illustrative", ILLUSTRATIVE)] if plan.identity.illustrative else []
    if plan.identity.continues:
        blocks.append(Paragraph(fill(CONTINUES, trial=plan.identity.continues)))
    return (*blocks, Table("arms", ARMS, columns, rows))


def _size(found: Outlook) -> tuple[Block, ...]:
    sized, plan = found.sized, found.sized.plan
    size, scale = sized.first.size, sized.scale
    once = size.at_looks[-1] / size.boundaries.inflation
    decimals = 1 if _counts_events(sized) else 0
    rows = [
        Fact(FACTS["endpoint"], Cell(plan.endpoint.label)),
        Fact(FACTS["effect"], Cell(effect_words(sized, sized.first.contrast.effect))),
        Fact(FACTS["null"], Cell(goal(sized))),
        Fact(FACTS["test"], Cell(test_words(plan))),
        Fact(FACTS["level"], Cell(level_words(plan))),
        Fact(FACTS["power"], Cell(Share(found.power))),
        Fact(FACTS["evaluable"], Cell(sum(sized.evaluable.values()))),
        Fact(FACTS["randomised"], Cell(sized.total, emphasis=True)),
    ]
    if size.events is not None:
        rows.append(Fact(FACTS["events"], Cell(Number(size.events * scale, 1))))
    if len(found.looks) > 1:
        rows += [
            Fact(FACTS["fixed"], Cell(Number(once, decimals))),
            Fact(FACTS["expected_none"], Cell(Number(size.expected[0] * scale, 1))),
            Fact(FACTS["expected"], Cell(Number(size.expected[1] * scale, 1))),
        ]
    if plan.size is not None and is_superiority(plan):
        least: Value = NONE_DETECTABLE if found.detectable is None else assumed(plan, found.detectable)
        rows.append(Fact(FACTS["detectable"], Cell(least)))
    if sized.joint is not None:
        rows += [
            Fact(FACTS["any"], Cell(Share(sized.joint.any_shown))),
            Fact(FACTS["all"], Cell(Share(sized.joint.all_shown))),
        ]
    if plan.clusters is not None:
        rows.append(Fact(FACTS["clusters"], Cell(Number(sized.design_effect))))
    blocks: list[Block] = [KeyFacts(tuple(rows))]
    if found.best is not None:
        told = {"arm": sized.first.arm.label, "best": found.best, "power": found.power}
        blocks.append(Callout("warning" if found.best < plan.errors.power else "info", fill(AT_BEST, **told)))
    shared = plan.errors.multiplicity
    if shared != "none":
        blocks.append(Paragraph(fill(SHARED[shared], each=sized.first.errors.alpha)))
    return tuple(blocks)


def _looks(found: Outlook) -> tuple[Block, ...]:
    table = looks_table(found)
    if len(found.looks) == 1:
        return (table,)
    upper = tuple((one.fraction, one.upper_z if math.isfinite(one.upper_z) else None) for one in found.looks)
    curves = [Curve(EFFICACY, upper, has_dots=True)]
    if any(math.isfinite(one.lower_z) for one in found.looks):
        lower = [(one.fraction, one.lower_z if math.isfinite(one.lower_z) else None) for one in found.looks]
        if lower[-1][1] is None:
            lower[-1] = upper[-1]
        two_sided = found.sized.plan.errors.sides == 2
        curves.append(Curve(HARM if two_sided else FUTILITY, tuple(lower), has_dots=True))
    spec = CurveFigure(
        tuple(curves), X_INFORMATION, Y_Z, x_as_share=True, y_start=None,
        x_ticks=tuple(one.fraction for one in found.looks),
    )  # fmt: skip
    return table, Figure("boundaries", BOUNDS, BOUNDS_ALT, spec)


def _power(found: Outlook) -> tuple[Block, ...]:
    sized, plan = found.sized, found.sized.plan
    what, arm = ASSUMED[plan.endpoint.kind], sized.first.arm
    alt = fill(POWER_ALT, what=what, arm=arm.label, control=plan.control.label)
    spec = CurveFigure(
        (Curve(Y_POWER, tuple((one.treatment, one.power) for one in found.curve)),),
        fill(OF_ARM, what=what, arm=arm.label),
        Y_POWER,
        as_share=True,
        x_as_share=plan.endpoint.kind == "binary",
        y_end=1.0,
        x_references=(ReferenceLine(value_of(plan, arm), ASSUMED_LINE),),
        y_references=(ReferenceLine(plan.errors.power, WANTED_LINE),),
    )
    note = EXACT_NOTE if found.best is not None else CURVE_NOTE
    return Figure("power", POWER_CURVE, alt, spec, notes=(note,)), sensitivity_table(found)


def _sources(plan: Plan) -> Bullets:
    between = Text(en=" ({source})", fr=" ({source})")
    return Bullets(
        tuple(
            fill(
                ABOUT,
                place=one.place,
                status=STATUSES[one.status],
                note=one.note,
                source=fill(between, source=one.source) if one.source else "",
            )
            for one in plan.about
        )
    )
