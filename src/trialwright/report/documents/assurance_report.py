"""The section of a plan's report on what is believed before the trial."""

from __future__ import annotations

import scipy.special as sp

from trialwright.planning.belief import Assured, Pair, SafetyOutlook
from trialwright.planning.plan import Arm
from trialwright.planning.sizing import total_for
from trialwright.report.documents.plan_words import ASSURANCE, SECTIONS
from trialwright.report.model import Block, Bullets, Callout, Figure, Filled, Paragraph, Section, fill
from trialwright.report.specifications import Curve, CurveFigure, ReferenceLine
from trialwright.vocabulary.words import Text

UNNAMED = Text(en="no source given", fr="sans source indiquée")


def assurance_section(assured: Assured) -> Section:
    """Belief, assurance by size, the sizes for the targets, and the safety event."""
    sized, record = assured.sized, assured.record
    plan = sized.plan
    blocks: list[Block] = []
    if record is not None:
        kind = "record" if record.of else "empty"
        told = {
            name: getattr(record, name) for name in ("trial", "label", "responders", "of", "dlt", "dlt_of", "position")
        }
        blocks.append(Paragraph(fill(ASSURANCE[kind], missing=record.not_judged, **told)))
        if record.of and plan.assurance is not None and plan.assurance.treatment:
            blocks.append(Callout("warning", ASSURANCE["twice"]))
        if record.is_reconstruction:
            blocks.append(Callout("illustrative", ASSURANCE["rebuilt"]))
    if assured.treatment is not None and assured.control is not None:
        arms = ((sized.first.arm, assured.treatment), (plan.control, assured.control))
        blocks.append(Bullets((*_sources(assured), *(_beta(arm, both) for arm, both in arms))))
    at = {
        "arm": sized.first.arm.label,
        "assurance": assured.at_plan,
        "ceiling": assured.ceiling,
        "power": assured.power,
    }
    blocks.append(Paragraph(fill(ASSURANCE["at_plan"], **at)))
    blocks.append(Bullets(tuple(_target(assured, target) for target in assured.reached)))
    blocks.append(_figure(assured))
    if assured.safety is not None:
        blocks.append(Paragraph(_safety(assured.safety)))
    return Section("assurance", SECTIONS["assurance"], tuple(blocks))


def _sources(assured: Assured) -> tuple[Filled, ...]:
    plan = assured.sized.plan
    section = plan.assurance
    assert section is not None, "nothing is assured without it"
    both = ((assured.sized.first.arm, section.treatment), (plan.control, section.control))
    return tuple(
        fill(
            ASSURANCE["source"],
            arm=arm.label,
            responders=one.responders,
            of=one.of,
            weight=one.weight,
            source=one.source if one.source.en else UNNAMED,
        )
        for arm, sources in both
        for one in sources
    )


def _beta(arm: Arm, both: Pair) -> Filled:
    a, b = both
    low, high = (float(sp.betaincinv(a, b, at)) for at in (0.025, 0.975))
    return fill(ASSURANCE["beta"], arm=arm.label, a=a, b=b, mean=a / (a + b), low=low, high=high)


def _target(assured: Assured, target: float) -> Filled:
    control = assured.reached[target]
    if control is not None:
        total = total_for(assured.sized, control=control)
        return fill(ASSURANCE["reached"], target=target, control=control, total=total)
    if assured.ceiling <= target:
        return fill(ASSURANCE["never"], target=target, ceiling=assured.ceiling)
    return fill(ASSURANCE["beyond"], target=target, most=assured.most)


def _figure(assured: Assured) -> Figure:
    control = assured.sized.evaluable[assured.sized.plan.control.name]
    spec = CurveFigure(
        (Curve(ASSURANCE["y"], tuple((float(size), value) for size, value in assured.curve)),),
        ASSURANCE["x"],
        ASSURANCE["y"],
        as_share=True,
        y_end=1.0,
        x_references=(ReferenceLine(float(control), ASSURANCE["planned"]),),
        y_references=(ReferenceLine(assured.ceiling, ASSURANCE["ceiling"]),),
    )
    return Figure("assurance", ASSURANCE["curve"], ASSURANCE["alt"], spec)


def _safety(found: SafetyOutlook) -> Filled:
    belief = found.belief
    a, b = found.posterior
    return fill(
        ASSURANCE["safety"],
        event=belief.label,
        a=a,
        b=b,
        limit=belief.limit,
        above=found.above,
        treated=found.treated,
        from_on=found.stops_from,
        confidence=belief.confidence,
        stopped=found.stopped,
    )
