"""``plan``, ``assurance``, ``interim``: the next trial, from a plan file."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright import workbench
from trialwright.cli.terminal import AsOf, Json, Lang, day, language, print_json, say, show_document
from trialwright.vocabulary.words import Text

if TYPE_CHECKING:
    from trialwright.planning.belief import Assured
    from trialwright.planning.further import Further
    from trialwright.planning.outlook import Outlook

PlanFile = Annotated[Path, typer.Argument(metavar="FILE", help="A plan file (TOML); --template prints one.")]
WRITTEN = Text(en="Report: {html}, {pdf}", fr="Rapport : {html}, {pdf}")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("plan")(plan)
    app.command("assurance")(assurance)
    app.command("interim")(interim)


def plan(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A plan file (TOML).")] = None,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the report: page, PDF, tables and figures.")
    ] = None,
    template: Annotated[bool, typer.Option("--template", help="Print a plan file to fill in.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a plan file.")] = False,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Plan a randomised trial: its size, boundaries, power and assurance, and the text for its protocol.

    Exit status 2 when the file does not describe a plan yet, with every mistake at once.
    """
    spoken = language(lang)
    if template:
        typer.echo(workbench.plan_template(), nl=False)
        return
    if schema:
        print_json(workbench.plan_schema())
        return
    if file is None:
        raise typer.BadParameter("is required; --template prints one to fill in", param_hint="FILE")
    found, believed = workbench.plan_trial(file)
    beyond, written = workbench.plan_further(file, found), None
    if out is not None:
        written = workbench.write_plan_report(found, out, assurance=believed, beyond=beyond, language=spoken)
    if as_json:
        print_json(plan_data(found, believed) | further_data(beyond))
        return
    show_document(workbench.plan_as_document(found, assurance=believed, beyond=beyond), spoken)
    if written is not None:
        say(WRITTEN.said(spoken, html=written.html, pdf=written.pdf.name), style="bold")


def assurance(
    file: PlanFile,
    *,
    trial: Annotated[
        Path | None, typer.Option("--from", metavar="TRIAL", help="Folder of an earlier trial: its record is believed.")
    ] = None,
    as_of: AsOf = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Show how probably a plan shows its effect, averaged over what is believed before it starts.

    The responders in the record of an earlier trial join what the plan believes of the treatment, its DLTs what it
    believes of the safety event. Says which assurance no number of participants can reach.
    """
    spoken = language(lang)
    found = workbench.assure_plan(file, trial=trial, on=day(as_of))
    if as_json:
        print_json(assurance_data(found))
        return
    show_document(workbench.assurance_as_document(found), spoken)


def interim(
    file: PlanFile,
    *,
    look: Annotated[int, typer.Option("--look", help="Number of the look, 1 is the first.")] = 1,
    data: Annotated[
        Path | None, typer.Option("--data", help="CSV, one row a participant; without a column arm it is blinded.")
    ] = None,
    z: Annotated[float | None, typer.Option("--z", help="Instead of data: the z value, high is good.")] = None,
    fraction: Annotated[
        float | None, typer.Option("--fraction", help="With --z: share of the information seen; as planned if absent.")
    ] = None,
    earlier: Annotated[
        str | None,
        typer.Option(
            "--earlier", metavar="F,…", help="Shares of the information at the looks before, if not as planned."
        ),
    ] = None,
    most: Annotated[
        float | None, typer.Option("--most", help="Largest trial allowed, as a multiple: asks for the promising zone.")
    ] = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Judge a look at a running trial against its plan: boundaries, conditional power, and the size again.

    Columns: arm and outcome (yes, no) for a binary endpoint; arm, value and perhaps baseline; arm, time and event. Data
    without arms stay blinded: only the size is worked out again, from everybody together.
    """
    spoken = language(lang)
    if (data is None) == (z is None):
        raise typer.BadParameter("is needed, or --z; one of the two", param_hint="--data")
    before = shares(earlier or "")
    found = workbench.look_at_plan(file, look=look, data=data, z=z, fraction=fraction, earlier=before, most=most)
    if as_json:
        print_json(workbench.interim_data(found))
        return
    show_document(workbench.interim_as_document(found), spoken)


def shares(text: str) -> tuple[float, ...]:
    """Shares of the information at earlier looks, as typed."""
    try:
        return tuple(float(part) for part in text.split(",") if part)
    except ValueError as error:
        raise typer.BadParameter("must be numbers, as in 0.33,0.6", param_hint="--earlier") from error


def plan_data(found: Outlook, believed: Assured | None) -> dict[str, object]:
    """Everything at full precision, for a program."""
    sized = found.sized
    plan, size = sized.plan, sized.first.size
    return {
        "plan": plan.identity.id,
        "plan_digest": plan.digest,
        "endpoint": plan.endpoint.kind,
        "evaluable": dict(sized.evaluable),
        "enrolled": dict(sized.enrolled),
        "total": sized.total,
        "events": None if size.events is None else size.events * sized.scale,
        "power": found.power,
        "powers": dict(found.powers),
        "detectable": found.detectable,
        "best": found.best,
        "level_of_each": sized.first.errors.alpha,
        "joint": None if sized.joint is None else {"any": sized.joint.any_shown, "all": sized.joint.all_shown},
        "expected": {"without_effect": size.expected[0] * sized.scale, "with_effect": size.expected[1] * sized.scale},
        "drift": sized.drift,
        "looks": [
            {
                "look": one.number,
                "fraction": one.fraction,
                "information": one.information,
                "upper_z": _finite(one.upper_z),
                "upper_p": one.upper_p,
                "upper_effect": _finite(one.upper_effect),
                "lower_z": _finite(one.lower_z),
                "lower_effect": _finite(one.lower_effect),
                "error_spent": one.spent,
                "stops_for_efficacy": {"without_effect": one.efficacy[0], "with_effect": one.efficacy[1]},
                "stops_below": {"without_effect": one.futility[0], "with_effect": one.futility[1]},
            }
            for one in found.looks
        ],
        "power_curve": [
            {"treatment": one.treatment, "power": one.power, "expected": one.expected} for one in found.curve
        ],
        "sensitivity": [
            {"control": one.control, "treatment": one.treatment, "total": one.total, "power": one.power}
            for one in found.elsewhere
        ],
        "protocol_text": workbench.plan_text(found),
        "assurance": None if believed is None else assurance_data(believed),
    }


def assurance_data(found: Assured) -> dict[str, object]:
    """Assurance at full precision, for a program."""
    record, safety = found.record, found.safety
    return {
        "plan": found.sized.plan.identity.id,
        "plan_digest": found.sized.plan.digest,
        "record": None
        if record is None
        else {
            "trial": record.trial,
            "judged": {"en": record.label.en, "fr": record.label.fr},
            "responders": record.responders,
            "of": record.of,
            "not_judged": record.not_judged,
            "dlt": record.dlt,
            "dlt_of": record.dlt_of,
            "reconstruction": record.is_reconstruction,
            "head": {"position": record.position, "digest": record.digest},
        },
        "treatment": found.treatment,
        "control": found.control,
        "assurance": found.at_plan,
        "power": found.power,
        "ceiling": found.ceiling,
        "reached": [{"target": target, "control": control} for target, control in found.reached.items()],
        "looked_up_to": found.most,
        "curve": [{"control": size, "assurance": value} for size, value in found.curve],
        "safety": None
        if safety is None
        else {
            "limit": safety.belief.limit,
            "posterior": safety.posterior,
            "above": safety.above,
            "treated": safety.treated,
            "exceeded_from": safety.stops_from,
            "stopped": safety.stopped,
        },
    }


def further_data(found: Further) -> dict[str, object]:
    """Bayesian monitoring and the other parts at full precision, for a program; only those that were asked for."""
    parts = {name: getattr(found, name) for name in ("monitoring", "borrowed", "single", "dropped", "adaptive")}
    return {name: _plain(part) for name, part in parts.items() if part is not None}


def _plain(value: object) -> object:
    """Records, arrays and sections as plain values; what is not finite as nothing."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if hasattr(value, "model_dump"):
        return _plain(value.model_dump(exclude_none=True))
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return _finite(value) if isinstance(value, float) else value


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
