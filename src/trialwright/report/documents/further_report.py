"""The sections of a plan's report on Bayesian monitoring, borrowing, a single-arm step, dropped arms and allocation."""

from __future__ import annotations

import math
from collections.abc import Iterator

from trialwright.numerics.intervals import wilson
from trialwright.planning.borrowing import Borrowed
from trialwright.planning.further import Adaptive, AllocationRow, Dropped, Further, SingleStep
from trialwright.planning.posterior_monitoring import Monitoring
from trialwright.planning.sizing import Sized
from trialwright.report.documents import further_words as words
from trialwright.report.documents.further_words import COLUMNS
from trialwright.report.model import (
    Block,
    Callout,
    Cell,
    Column,
    Count,
    Estimate,
    Fact,
    Figure,
    Joined,
    KeyFacts,
    Number,
    Paragraph,
    Section,
    Share,
    Table,
    Words,
    fill,
    row,
)
from trialwright.report.specifications import Curve, CurveFigure, ReferenceLine
from trialwright.vocabulary.scores import STATUS_WORDS

LEFT = ("trial", "source", "status", "kind", "design", "truth", "allocation")


def further_sections(found: Further, sized: Sized) -> Iterator[Section]:
    """One section for each part that the plan asks for."""
    asked: dict[str, Iterator[Block]] = {}
    if found.monitoring is not None:
        asked["monitoring"] = _monitoring(found.monitoring, sized, is_borrowed=found.borrowed is not None)
    if found.borrowed is not None:
        asked["borrowing"] = _borrowing(found.borrowed, sized)
    if found.single is not None:
        asked["single"] = _single(found.single)
    if found.dropped is not None:
        asked["dropped"] = _dropped(found.dropped, sized)
    if found.adaptive is not None:
        asked["adaptive"] = _adaptive(found.adaptive)
    for name, blocks in asked.items():
        yield Section(f"further-{name}", words.SECTIONS[name], tuple(blocks))


def protocol_sentences(found: Further, sized: Sized) -> Iterator[Words]:
    """What a protocol says of them; adaptive allocation is shown as an option and not put into it."""
    if found.monitoring is not None:
        yield words.INSTEAD["monitoring"]
        yield _rule(found.monitoring, sized)
        yield _cut_from(found.monitoring, sized)
    if found.single is not None and found.single.monitored is not None:
        yield words.INSTEAD["single"]
        yield _cut(found.single)
    if found.dropped is not None:
        yield words.INSTEAD["dropped"]
        yield _dropping_rule(found.dropped)


def _columns(*keys: str) -> tuple[Column, ...]:
    return tuple(Column(key, COLUMNS[key], align="left" if key in LEFT else "right") for key in keys)


def _simulated(count: int, trials: int) -> Estimate:
    low, high = wilson(count, trials)
    return Estimate(count / trials, float(low), float(high), decimals=1, as_share=True)


def _rule(one: Monitoring, sized: Sized) -> Words:
    margin: Words = fill(words.MONITORING["margin"], margin=one.difference) if one.difference else ""
    return fill(
        words.MONITORING["rule"], arm=sized.first.arm.label, control=sized.plan.control.label, margin=margin,
        cut=one.cut, futility=one.section.futility,
    )  # fmt: skip


def _cut_from(one: Monitoring, sized: Sized) -> Words:
    if one.section.efficacy is not None:
        return words.MONITORING["given"]
    low, high = one.section.null_rates
    alpha = sized.first.errors.one_side
    kind = "calibrated" if one.curve else "calibrated_effect"
    return fill(words.MONITORING[kind], alpha=alpha, low=low, high=high)


def _monitoring(one: Monitoring, sized: Sized, *, is_borrowed: bool) -> Iterator[Block]:
    yield Paragraph(_rule(one, sized))
    yield Paragraph(_cut_from(one, sized))
    if is_borrowed:
        yield Paragraph(words.MONITORING["borrowed"])
    if one.error > sized.first.errors.one_side + 1e-6:
        told = {"error": one.error, "alpha": sized.first.errors.one_side}
        yield Callout("warning", fill(words.MONITORING["above"], **told))
    values: dict[str, Share | Number] = {
        "cut": Share(one.cut, 2), "error": Share(one.error, 2), "power": Share(one.power),
        "none": Number(one.expected[0], 1), "effect": Number(one.expected[1], 1),
    }  # fmt: skip
    yield KeyFacts(tuple(Fact(words.FACTS[name], Cell(value)) for name, value in values.items()))
    shares = bool(one.curve)
    bounds = ("at", "needed", "futile") if shares else ("upper", "lower")
    keys = ("look", "treated", "control", *bounds, "stop_none", "stop_effect", "futile_none", "futile_effect")
    rows = []
    for each in one.rows:
        said: list[int | Number | None] = [each.at_control, each.needed, each.futile]
        if not shares:
            said = [Number(z, 3) if math.isfinite(z) else None for z in (each.upper_z, each.lower_z)]
        rates = (Share(each.efficacy[0], 2), Share(each.efficacy[1]), Share(each.futility[0]), Share(each.futility[1]))
        rows.append(row(str(each.number), *each.sizes, *said, *rates))
    notes = (words.MONITORING["counts"], words.MONITORING["exact"]) if shares else ()
    yield Table("bayesian-rule", words.TABLES["rule"], _columns(*keys), tuple(rows), notes, landscape=True)


def _borrowing(one: Borrowed, sized: Sized) -> Iterator[Block]:
    rows = tuple(
        row(arm.trial, Count(arm.responders, arm.of), STATUS_WORDS.get(arm.status), arm.source) for arm in one.arms
    )
    yield Table("earlier-arms", words.TABLES["arms"], _columns("trial", "responders", "status", "source"), rows)
    section = sized.plan.bayesian
    assert section is not None
    assert section.borrowing is not None
    mixed = one.mixture
    parts = tuple(
        fill(words.BORROWING["part"], weight=float(w), a=float(a), b=float(b))
        for w, a, b in zip(mixed.weights, mixed.a, mixed.b, strict=True)
    )
    yield Paragraph(
        fill(
            words.BORROWING["prior"], mean=one.prior.mean, low=one.prior.quantile(0.025),
            high=one.prior.quantile(0.975),
            spread=one.prior.spread, scale=section.borrowing.heterogeneity, mixture=Joined(parts, between=" + "),
            divergence=one.divergence,
        )
    )  # fmt: skip
    yield Paragraph(fill(words.BORROWING["robust"], weight=section.borrowing.robust_weight))
    (none, _), (robust, at), (full, full_at) = (one.largest(kind) for kind in range(3))
    told = {"none": none, "robust": robust, "at": at, "full": full, "full_at": full_at}
    yield Callout("warning", fill(words.BORROWING["cost"], **told))
    yield _worth(one)
    alpha = sized.first.errors.one_side
    yield _curves(one, power=False, level=alpha)
    yield _curves(one, power=True, level=sized.plan.errors.power)
    yield _shares(one)


def _worth(one: Borrowed) -> Table:
    rows = []
    for kind, name in ((2, "full"), (1, "robust")):
        worst, at = one.largest(kind)
        place = 0 if name == "full" else 1
        information = one.information[place]
        rows.append(
            row(
                words.KINDS[name], Number(one.moments[place], 1),
                None if information is None else Number(information, 1),
                Share(worst), Share(at, 0),
            )
        )  # fmt: skip
    columns = _columns("kind", "moments", "information", "worst", "worst_at")
    return Table("borrowing-worth", words.TABLES["worth"], columns, tuple(rows), (words.BORROWING["worth"],))


def _curves(one: Borrowed, *, power: bool, level: float) -> Figure:
    curves = []
    for kind, name in enumerate(("none", "robust", "full")):
        points = tuple(
            (each.share, None if each.power is None else each.power[kind]) if power else (each.share, each.error[kind])
            for each in one.shown
        )
        curves.append(Curve(words.KINDS[name], points))
    y = words.BORROWING["y_power" if power else "y"]
    least = min(value for each in curves for _, value in each.points if value is not None)
    spec = CurveFigure(
        tuple(curves), COLUMNS["share"], y, as_share=True, x_as_share=True,
        y_start=math.floor(least * 10) / 10 if power else 0.0, y_end=1.0 if power else None,
        y_references=() if power else (ReferenceLine(level, words.BORROWING["level"]),),
        x_references=(ReferenceLine(one.prior.mean, words.BORROWING["there"]),),
    )  # fmt: skip
    key, prefix = ("borrowing-power", "power_") if power else ("borrowing-error", "")
    return Figure(key, words.BORROWING[f"{prefix}figure"], words.BORROWING[f"{prefix}alt"], spec)


def _shares(one: Borrowed) -> Table:
    keys = ("share", "error_none", "error_robust", "error_full", "power_none", "power_robust", "weight", "tail")
    rows = []
    for each in one.shown:
        powers = (None, None) if each.power is None else (Share(each.power[0]), Share(each.power[1]))
        errors = (Share(value, 2) for value in each.error)
        rows.append(row(Share(each.share, 0), *errors, *powers, Share(each.weight), Number(each.tail, 3)))
    notes = (words.BORROWING["tail"],)
    return Table("borrowing-shares", words.TABLES["shares"], _columns(*keys), tuple(rows), notes, landscape=True)


def _single(one: SingleStep) -> Iterator[Block]:
    section = one.section
    told = {"poor": section.poor, "good": section.good, "alpha": section.alpha, "power": section.power}
    yield Paragraph(fill(words.SINGLE["simon"], **told))
    rows = []
    for design in one.simon.admissible:
        name = "optimal" if design == one.simon.optimal else "minimax" if design == one.simon.minimax else "admissible"
        stages = f"{design.r1} / {design.n1}", f"{design.r} / {design.n}"
        rows.append(
            row(words.DESIGNS[name], *stages, Number(design.expected, 1), Share(design.alpha, 2), Share(design.power))
        )
    columns = _columns("design", "first", "second", "expected", "alpha", "power")
    yield Table("simon", words.TABLES["simon"], columns, tuple(rows))
    if one.monitored is not None:
        yield from _bop2(one)


def _cut(one: SingleStep) -> Words:
    found, asked = one.monitored, one.section.monitoring
    assert found is not None
    assert asked is not None
    looks = ", ".join(map(str, asked.looks))
    told = {"looks": looks, "level": found.cut[0], "gamma": found.cut[1], "most": asked.looks[-1]}
    return fill(words.SINGLE["cut"], power=found.power, error=found.error, **told)


def _bop2(one: SingleStep) -> Iterator[Block]:
    found, asked = one.monitored, one.section.monitoring
    assert found is not None
    assert asked is not None
    second = asked.second
    yield Paragraph(_cut(one))
    keys = ["n", "stop_first"]
    if second is not None:
        toxic = second.kind == "toxicity"
        yield Paragraph(words.SINGLE["either" if toxic else "both"])
        keys.append("stop_toxic" if toxic else "stop_second")
        if toxic and asked.nulls == "global":
            yield Callout("warning", words.SINGLE["global"])
    rows = []
    for place, n in enumerate(asked.looks):
        counts = [int(bound[place]) for bound in found.bounds]
        rows.append(row(str(n), *(count if 0 <= count <= n else None for count in counts)))
    yield Table("bop2-stops", words.TABLES["stops"], _columns(*keys), tuple(rows))
    rows = []
    for name, cells, seen in one.truths:
        rates = [Share(cells.first), *([Share(cells.second)] if second is not None else [])]
        early = Share(float(seen.stops[:-1].sum()))
        rows.append(row(words.TRUTHS[name], *rates, Share(seen.declared, 2), early, Number(seen.expected, 1)))
    shown = ("truth", "rate", *(("rate_second",) if second is not None else ()), "declared", "early", "expected")
    notes = () if second is None else (words.SINGLE["independent"],)
    yield Table("bop2-truths", words.TABLES["truths"], _columns(*shown), tuple(rows), notes)


def _dropping_rule(one: Dropped) -> Words:
    z = one.design.futile_below
    futile: Words = fill(words.DROPPING["futile"], z=z) if math.isfinite(z) else ""
    told = {"first": one.design.first[0], "keep": one.design.keep, "alpha": one.design.alpha}
    return fill(words.DROPPING["rule"], futile=futile, **told)


def _dropped(one: Dropped, sized: Sized) -> Iterator[Block]:
    yield Paragraph(_dropping_rule(one))
    by = {each.which: each for each in one.truths}
    if by["null"].naive_wrong is not None:
        yield Callout("info", fill(words.DROPPING["cost"], naive=by["null"].naive_wrong / one.trials))
    assumed = by["assumed"]
    told = {
        "people": assumed.people,
        "power": assumed.any_shown / one.trials,
        "together": assumed.together / one.trials,
    }
    yield Paragraph(fill(words.DROPPING["saves"], all=sum(sized.evaluable.values()), **told))
    rows = []
    for each in one.truths:
        best = max(range(len(each.kept)), key=lambda k: each.truth[k + 1])
        wrong = None if each.any_wrong is None else _simulated(each.any_wrong, one.trials)
        naive = None if each.naive_wrong is None else _simulated(each.naive_wrong, one.trials)
        shown, together = (_simulated(count, one.trials) for count in (each.any_shown, each.together))
        goes_on = None if each.which == "null" else Share(each.kept[best] / one.trials)
        rows.append(row(words.CASES[each.which], shown, wrong, naive, together, goes_on, Number(each.people, 1)))
    keys = ("truth", "any", "wrong", "naive", "together", "best", "expected")
    note = fill(words.DROPPING["note"], trials=one.trials, seed=one.seed)
    yield Table("arms-dropped", words.TABLES["dropped"], _columns(*keys), tuple(rows), (note,), landscape=True)


def _allocation_rule(one: Adaptive) -> Words:
    design = one.design
    power = words.ADAPTIVE["rising"] if design.power is None else fill(words.ADAPTIVE["fixed"], c=design.power)
    told = {"burn_in": design.burn_in, "block": design.block, "least": design.least, "delay": design.delay}
    return fill(words.ADAPTIVE["rule"], power=power, **told)


def _adaptive(one: Adaptive) -> Iterator[Block]:
    by = {(each.adaptive, each.which): each for each in one.rows}
    yield Paragraph(_allocation_rule(one))
    found, equal = by[True, "assumed"], by[False, "assumed"]
    cost = fill(
        words.ADAPTIVE["cost"], power=found.shown / one.trials, equal=equal.shown / one.trials,
        stratified=found.stratified / one.trials, drift=one.drift, wrong=by[True, "drift"].shown / one.trials,
        wrong_equal=by[False, "drift"].shown / one.trials, low=found.low, high=found.high,
        gain=equal.failures - found.failures, people=one.design.people,
    )  # fmt: skip
    yield Callout("warning", cost)
    rows = tuple(_allocated(each, one.trials) for each in one.rows)
    keys = ("allocation", "truth", "shown", "stratified", "mean_share", "spread", "fewer", "failures")
    note = fill(words.ADAPTIVE["note"], trials=one.trials, seed=one.seed)
    yield Table("adaptive", words.TABLES["adaptive"], _columns(*keys), rows, (note,), landscape=True)


def _allocated(each: AllocationRow, trials: int) -> tuple[Cell, ...]:
    name = words.ADAPTIVE["yes" if each.adaptive else "no"]
    shown, stratified = (_simulated(count, trials) for count in (each.shown, each.stratified))
    spread = fill(words.RANGE, low=each.low, high=each.high)
    fewer = Share(each.fewer / trials)
    return row(
        name, words.CASES[each.which], shown, stratified, Share(each.share), spread, fewer, Number(each.failures, 1)
    )
