"""Reading a plan file: every complaint about it at once, or a plan; its JSON Schema and its template."""

from __future__ import annotations

import hashlib
import itertools
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Literal, get_args

from pydantic import TypeAdapter, ValidationError

from trialwright.planning import further_sections as beyond, plan as parts, simulation_sections as simulated
from trialwright.planning.accrual import Accrual
from trialwright.planning.further_checks import check_further
from trialwright.planning.looks import Looks
from trialwright.planning.plan import Plan
from trialwright.protocol.misread import finding_of, or_near
from trialwright.protocol.sections import About
from trialwright.vocabulary.errors import MISSING, Complaints, Finding, ParameterError

# Every table a plan file may hold: what stands in it, and whether it may be absent. The endpoint goes by its kind.
PARTS: Mapping[str, tuple[TypeAdapter[Any], bool]] = {
    "identity": (TypeAdapter(parts.Identity), False),
    "arms": (TypeAdapter(tuple[parts.Arm, ...]), False),
    "errors": (TypeAdapter(parts.ErrorsSection), True),
    "dropout": (TypeAdapter(parts.DropoutSection), True),
    "size": (TypeAdapter(parts.SizeSection), True),
    "clusters": (TypeAdapter(parts.ClustersSection), True),
    "estimand": (TypeAdapter(parts.EstimandSection), True),
    "looks": (TypeAdapter(parts.LooksSection), True),
    "assurance": (TypeAdapter(parts.AssuranceSection), True),
    "sensitivity": (TypeAdapter(parts.SensitivitySection), True),
    "course": (TypeAdapter(simulated.CourseSection), True),
    "schedule": (TypeAdapter(tuple[simulated.ScheduleSection, ...]), True),
    "simulation": (TypeAdapter(simulated.SimulationSection), True),
    "accrual": (TypeAdapter(simulated.AccrualSection), True),
    "optimise": (TypeAdapter(simulated.OptimiseSection), True),
    "bayesian": (TypeAdapter(beyond.BayesianSection), True),
    "single_arm": (TypeAdapter(beyond.SingleArmSection), True),
    "arms_dropped": (TypeAdapter(beyond.ArmsDroppedSection), True),
    "adaptive_allocation": (TypeAdapter(beyond.AdaptiveAllocationSection), True),
    "about": (TypeAdapter(tuple[About, ...]), True),
}
ENDPOINTS: Mapping[str, TypeAdapter[Any]] = {
    get_args(shape.model_fields["kind"].annotation)[0]: TypeAdapter(shape) for shape in get_args(parts.Endpoint)
}
NEEDED: Mapping[str, str] = {
    "binary": "share",
    "continuous": "mean",
    "repeated measures": "mean",
    "time to event": "median",
    "recurrent events": "rate",
}
Assumption = Literal["share", "mean", "median", "rate"]
HEADLINE = "{name} does not describe a plan yet"


def parse_plan(content: bytes, *, name: str = "the plan") -> Plan:
    """The plan described by the bytes of a TOML file; ParameterError with every finding when there is none yet."""
    complaints, headline = Complaints(), HEADLINE.format(name=name)
    try:
        tables = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        remedy = "mend that line; the rest is read afterwards"
        finding = Finding("file", MISSING, f"is not TOML: {error}", remedy)
        raise ParameterError(headline, [finding]) from error
    read = _parts(tables, complaints)
    _check_arms(read, complaints)
    _check_assumptions(read, complaints)
    _check_endpoint(read, complaints)
    _check_looks(read, complaints)
    _check_assurance(read, complaints)
    _check_accrual(read, complaints)
    check_further(read, complaints)
    complaints.raise_as(ParameterError, headline)
    return Plan(**read, digest=hashlib.sha256(content).hexdigest())


def plan_schema() -> dict[str, Any]:
    """One JSON Schema (2020-12) for the whole plan file."""
    definitions: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    endpoint: TypeAdapter[Any] = TypeAdapter(parts.Endpoint)
    for name, adapter in {**{key: adapter for key, (adapter, _) in PARTS.items()}, "endpoint": endpoint}.items():
        schema = adapter.json_schema(ref_template="#/$defs/{model}")
        definitions |= schema.pop("$defs", {})
        properties[name] = schema
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "trialwright plan",
        "type": "object",
        "additionalProperties": False,
        "required": ["arms", "endpoint", "identity"],
        "properties": properties,
        "$defs": dict(sorted(definitions.items())),
    }


def plan_template() -> str:
    """A plan file to fill in, with every part and what it means."""
    return files("trialwright.planning").joinpath("data", "plan-template.toml").read_text(encoding="utf-8")


def _parts(tables: Mapping[str, Any], complaints: Complaints) -> dict[str, Any]:
    """Each table on its own, so that a mistake in one does not hide those in another."""
    read: dict[str, Any] = {}
    for name, (adapter, optional) in PARTS.items():
        if name in tables:
            _validate(name, tables[name], adapter=adapter, read=read, complaints=complaints)
        elif not optional:
            complaints.unless(False, name, MISSING, "is required", "see trialwright plan --template")
    _endpoint(tables, read, complaints=complaints)
    known = (*PARTS, "endpoint")
    for name in tables:
        complaints.unless(name in known, name, tables[name], f"is not a part of a plan; {or_near(name, known)}")
    return read


def _endpoint(tables: Mapping[str, Any], read: dict[str, Any], *, complaints: Complaints) -> None:
    table = tables.get("endpoint")
    if not isinstance(table, dict):
        complaints.unless(False, "endpoint", MISSING, "is required", "add an [endpoint] table")
        return
    kind = table.get("kind", MISSING)
    known = isinstance(kind, str) and kind in ENDPOINTS
    if complaints.unless(known, "endpoint.kind", kind, f"must be one of {', '.join(ENDPOINTS)}"):
        _validate("endpoint", table, adapter=ENDPOINTS[kind], read=read, complaints=complaints)


def _validate(
    name: str, table: Any, *, adapter: TypeAdapter[Any], read: dict[str, Any], complaints: Complaints
) -> None:
    try:
        read[name] = adapter.validate_python(table)
    except ValidationError as error:
        complaints.add(finding_of(name, detail, adapter=adapter) for detail in error.errors())


def _check_arms(read: Mapping[str, Any], complaints: Complaints) -> None:
    """Two arms or more, all with names of their own, and exactly one control."""
    arms: tuple[parts.Arm, ...] | None = read.get("arms")
    if arms is None:
        return
    names = [arm.name for arm in arms]
    complaints.unless(len(arms) > 1, "arms", len(arms), "must be two or more", "begin each with [[arms]]")
    complaints.unless(len(set(names)) == len(names), "arms", names, "must have names of their own")
    controls = [arm.name for arm in arms if arm.control]
    allowed = "must be exactly one arm"
    complaints.unless(len(controls) == 1, "arms.control", controls, allowed, "write control = true with that arm")
    for place, arm in enumerate(arms, start=1):
        fine = not arm.control or arm.ratio == 1
        allowed = "must be 1 for the control: the others are given as multiples of it"
        complaints.unless(fine, f"arms[{place}].ratio", arm.ratio, allowed)
        rising = all(low < high for low, high in itertools.pairwise(arm.infusion_days))
        complaints.unless(rising, f"arms[{place}].infusion_days", list(arm.infusion_days), "must rise")
    errors = read.get("errors", parts.ErrorsSection())
    chosen = len(arms) < 3 or errors.multiplicity != "none"
    allowed = "must say how the treatments share the level"
    remedy = "bonferroni, dunnett or hierarchical (in the order of the file)"
    complaints.unless(chosen, "errors.multiplicity", errors.multiplicity, allowed, remedy)
    wanted = len(arms) > 2 or errors.multiplicity == "none"
    complaints.unless(
        wanted, "errors.multiplicity", errors.multiplicity, "means nothing for one treatment", "remove it"
    )


def _check_assumptions(read: Mapping[str, Any], complaints: Complaints) -> None:
    """Every arm says what its endpoint needs, and nothing that goes with another endpoint."""
    if not {"arms", "endpoint"} <= read.keys():
        return
    kind = read["endpoint"].kind
    needed = NEEDED[kind]
    for place, arm in enumerate(read["arms"], start=1):
        for name in sorted({*NEEDED.values()}):
            value, where = getattr(arm.assumed, name), f"arms[{place}].assumed.{name}"
            if name == needed:
                complaints.unless(value is not None, where, MISSING, f"is required with a {kind} endpoint", "add it")
            else:
                allowed = f"does not go with a {kind} endpoint"
                complaints.unless(value is None, where, value, allowed, f"give {needed}")
        _check_retained(arm, read["endpoint"], place=f"arms[{place}].assumed.retained", complaints=complaints)


def _check_retained(arm: parts.Arm, endpoint: parts.Endpoint, *, place: str, complaints: Complaints) -> None:
    retained = arm.assumed.retained
    if not retained:
        return
    if not isinstance(endpoint, parts.RepeatedEndpoint):
        complaints.unless(False, place, list(retained), "goes with repeated measures", "give [dropout] share")
        return
    falling = all(first >= then for first, then in itertools.pairwise(retained))
    fine = falling and len(retained) == len(endpoint.visits)
    complaints.unless(fine, place, list(retained), f"must be {len(endpoint.visits)} shares that never rise")


def _check_endpoint(read: Mapping[str, Any], complaints: Complaints) -> None:
    """What the fields of an endpoint say together, and with the errors, the looks and the dropout."""
    endpoint = read.get("endpoint")
    if isinstance(endpoint, parts.RepeatedEndpoint):
        rising = all(low < high for low, high in itertools.pairwise(endpoint.visits))
        complaints.unless(rising, "endpoint.visits", list(endpoint.visits), "must rise")
        dropout = read.get("dropout", parts.DropoutSection())
        once = dropout.share == 0 or not any(arm.assumed.retained for arm in read.get("arms", ()))
        allowed = "would count those who leave twice: retained says it for each visit"
        complaints.unless(once, "dropout.share", dropout.share, allowed, "leave out one of the two")
    if isinstance(endpoint, parts.BinaryEndpoint):
        _check_binary(endpoint, read, complaints=complaints)
    if isinstance(endpoint, parts.TimeEndpoint):
        dropout = read.get("dropout", parts.DropoutSection())
        once = dropout.share == 0 or endpoint.leaving == 0
        allowed = "would count those who leave twice: leaving is their hazard"
        complaints.unless(once, "dropout.share", dropout.share, allowed, "leave out one of the two")
    if isinstance(endpoint, parts.TimeEndpoint) and endpoint.method != "Schoenfeld":
        allowed = "goes with Schoenfeld's method only"
        complaints.unless(endpoint.margin == 1, "endpoint.margin", endpoint.margin, allowed, 'method = "Schoenfeld"')


def _check_binary(endpoint: parts.BinaryEndpoint, read: Mapping[str, Any], *, complaints: Complaints) -> None:
    margin, least = endpoint.margin, -1.0 if endpoint.measure == "risk difference" else 0.0
    fine = margin is None or (least < margin < 1 if least else margin > 0)
    allowed = "must lie strictly between -1 and 1" if least else "must be above 0"
    complaints.unless(fine, "endpoint.margin", margin, f"{allowed} for a {endpoint.measure}")
    exact = endpoint.test != "asymptotic"
    complaints.unless(
        not exact or margin is None, "endpoint.margin", margin, f"does not go with the {endpoint.test} test",
        'test = "asymptotic"',
    )  # fmt: skip
    looks = read.get("looks", parts.LooksSection())
    allowed = "is planned for one look at the end"
    complaints.unless(not exact or len(looks.fractions) == 1, "endpoint.test", endpoint.test, allowed)


def _check_looks(read: Mapping[str, Any], complaints: Complaints) -> None:
    """What the looks themselves complain of."""
    looks: parts.LooksSection = read.get("looks", parts.LooksSection())
    errors: parts.ErrorsSection = read.get("errors", parts.ErrorsSection())
    try:
        looks_of(looks)
    except ParameterError as error:
        complaints.add(finding.within("looks") for finding in error.findings)
    fine = errors.power > errors.alpha / errors.sides
    complaints.unless(fine, "errors.power", errors.power, "must be above the error of one side", "0.8 is usual")
    futility = looks.futility is not None or looks.futility_spending is not None
    allowed = "goes with a one-sided test only"
    place = "looks.futility" if looks.futility is not None else "looks.futility_spending"
    remedy = "errors.sides = 1 with half the level"
    complaints.unless(not futility or errors.sides == 1, place, MISSING, allowed, remedy)
    dunnett = errors.multiplicity == "dunnett" and len(looks.fractions) > 1
    allowed = "is planned for one look: the looks and the arms together need another calculation"
    remedy = "bonferroni or hierarchical"
    complaints.unless(not dunnett, "errors.multiplicity", errors.multiplicity, allowed, remedy)


def looks_of(section: parts.LooksSection) -> Looks:
    """The looks a file asks for, ready for their boundaries."""
    return Looks(
        section.fractions,
        section.shape,
        parameter=section.parameter,
        futility=section.futility,
        futility_spending=section.futility_spending,
        futility_parameter=section.futility_parameter,
        binding=section.binding,
    )


def accrual_of(section: simulated.AccrualSection) -> Accrual:
    """How people come, as a file says it."""
    wait = section.to_infusion_days
    said = section.model_dump() | {"to_infusion_days": wait if isinstance(wait, tuple) else (wait,)}
    return Accrual(**said)


def _check_accrual(read: Mapping[str, Any], complaints: Complaints) -> None:
    """What accrual itself complains of, and that somebody reads it."""
    if "accrual" not in read:
        return
    try:
        accrual_of(read["accrual"])
    except ParameterError as error:
        complaints.add(finding.within("accrual") for finding in error.findings)
    allowed = "is read by simulate-rct only"
    complaints.unless("simulation" in read, "accrual", MISSING, allowed, "add [simulation], or remove it")


def _check_assurance(read: Mapping[str, Any], complaints: Complaints) -> None:
    """Responders among those there are, and beliefs of the kind the endpoint has."""
    belief: parts.AssuranceSection | None = read.get("assurance")
    if belief is None:
        return
    for side in ("treatment", "control"):
        for place, seen in enumerate(getattr(belief, side), start=1):
            where = f"assurance.{side}[{place}].responders"
            complaints.unless(seen.responders <= seen.of, where, seen.responders, f"must be at most {seen.of}")
    endpoint = read.get("endpoint")
    if endpoint is None:
        return
    binary = isinstance(endpoint, parts.BinaryEndpoint)
    counts = belief.treatment or belief.control or belief.trial
    allowed = "goes with a binary endpoint"
    complaints.unless(binary or not counts, "assurance", MISSING, allowed, "give effect = [mean, sd]")
    fine = not binary or belief.effect is None
    complaints.unless(fine, "assurance.effect", belief.effect, "goes with other endpoints", "give responders")
    enough = binary or belief.effect is not None
    complaints.unless(enough, "assurance.effect", MISSING, "is required with this endpoint", "[1.0, 0.4], say")
    fine = not binary or bool(belief.control)
    complaints.unless(fine, "assurance.control", MISSING, "is required", "[[assurance.control]] responders, of, source")
