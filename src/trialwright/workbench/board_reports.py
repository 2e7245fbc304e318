"""The closed and the open report of a frozen cut: the same document, with the sealed list opened or without it.

With a plan file the closed report also judges the look of the plan, on the very outcomes it shows: of the protocol's
endpoints, the first of the plan's kind is the one judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import final

from trialwright.analysis import Case, case_of
from trialwright.analysis.arms import by_arm
from trialwright.analysis.efficacy import responses_of, times_of
from trialwright.conduct.cuts import cut_named, state_at
from trialwright.ledger.sealing import Key
from trialwright.planning.interim import look_at, seen_in
from trialwright.planning.plan import Plan
from trialwright.planning.sizing import Sized, size_plan
from trialwright.protocol import Study
from trialwright.report import Written, write_report
from trialwright.report.documents.board_report import Judged, board_report
from trialwright.report.model import fill
from trialwright.vocabulary.errors import Complaints, ParameterError, Refused
from trialwright.vocabulary.events import DataCutFrozen
from trialwright.vocabulary.words import Language, Text
from trialwright.workbench.planning import read_plan
from trialwright.workbench.randomising import outside
from trialwright.workbench.sealed_lists import checked_key
from trialwright.workbench.trials import Trial
from trialwright.workbench.unblinding import allocation

NO_ENDPOINT = Text(
    en="The protocol names no endpoint of the kind the plan judges ({kind}) from this record. `trialwright interim` "
    "takes a z value or a file.",
    fr="Le protocole ne nomme aucun critère du type que le plan juge ({kind}) à partir de ce registre. `trialwright "
    "interim` accepte une valeur z ou un fichier.",
)
TOO_MUCH = Text(
    en="The information seen ({fraction:percent1} of that planned) does not lie between those of the looks before and "
    "after: this is another look of the plan, or its looks before came elsewhere (--earlier).",
    fr="L’information vue ({fraction:percent1} de celle prévue) n’est pas comprise entre celles des analyses "
    "précédente et suivante : c’est une autre analyse du plan, ou les précédentes ont eu lieu ailleurs (--earlier).",
)


@final
@dataclass(frozen=True, slots=True)
class LookAsked:
    """A look of a plan to be judged on the data of a cut; ``earlier``: shares of the information at those before."""

    plan: Path
    look: int = 1
    earlier: Sequence[float] = ()


def open_report(trial: Trial, out: Path, *, cut: str = "", language: Language = "en") -> Written:
    """Disposition, adverse events and efficacy of everybody together, on a frozen cut, the last where none is named."""
    frozen, case = _case(trial, cut)
    return _write(case, out, cut=frozen, closed=False, language=language)


def closed_report(
    trial: Trial,
    out: Path,
    *,
    key: Key,
    cut: str = "",
    asked: LookAsked | None = None,
    by: str,
    at: datetime | None = None,
    language: Language = "en",
) -> Written:
    """The same by arm: UNBLINDED on each page, written outside the trial's folder, after an entry says so.

    ``asked``: the look of a plan to be judged on the same data; ParameterError, and no entry, where the plan does not
    go with the protocol. Where the data give no answer yet, the report says why.
    """
    outside(trial, out)
    checked_key(trial, key)
    sized = None if asked is None else _sized(trial.study, asked)
    frozen, case = _case(trial, cut)
    arms = allocation(trial, key, purpose="closed report", by=by, at=at, cut=frozen.cut)
    opened = Case(case.study, case.state, case.on, case.observed, arms)
    judged = None if asked is None or sized is None else _judged(opened, sized, asked=asked)
    look = 1 if asked is None else asked.look
    return _write(opened, out, cut=frozen, closed=True, language=language, judged=judged, look=look)


def _case(trial: Trial, cut: str) -> tuple[DataCutFrozen, Case]:
    records, state = trial.records(), trial.state()
    frozen = cut_named(state, cut or next(reversed(state.logs.oversight.cuts), ""))
    return frozen, case_of(trial.study, state_at(trial.study, records, cut=frozen), on=frozen.on)


def _sized(study: Study, asked: LookAsked) -> Sized:
    """The plan with its numbers; ParameterError where its arms or looks are not those of this trial."""
    plan, complaints = read_plan(asked.plan), Complaints()
    section = study.randomisation
    names = set(section.arm_names) if section else set()
    planned = {one.name for one in plan.arms}
    complaints.unless(planned == names, "arms", sorted(planned), f"must be those of the protocol: {sorted(names)}")
    control = section.control if section else ""
    fine = plan.control.name == control
    complaints.unless(fine, "arms.control", plan.control.name, f"must be that of the protocol: {control}")
    complaints.raise_as(ParameterError, "this plan does not go with this trial; nothing was opened")
    sized = size_plan(plan)
    looks = len(sized.looks.fractions)
    fine = 1 <= asked.look <= looks
    complaints.unless(fine, "look", asked.look, f"must be the number of a look, 1 to {looks}")
    allowed = f"must be the shares of the {asked.look - 1} looks before this one"
    complaints.unless(len(asked.earlier) in (0, asked.look - 1), "earlier", list(asked.earlier), allowed)
    complaints.raise_as(ParameterError, "this look cannot be judged; nothing was opened")
    return sized


def _judged(case: Case, sized: Sized, *, asked: LookAsked) -> Judged:
    """The look on the outcomes that the report shows; where there is no answer, why."""
    try:
        columns, arms = _outcomes(case, sized.plan)
        seen = seen_in(sized, columns, arms=arms)
    except Refused as refused:
        return fill(refused.why, **refused.values)
    try:
        return look_at(sized, asked.look, seen=seen, earlier=asked.earlier)
    except Refused as refused:
        return fill(refused.why, **refused.values)
    except ParameterError:  # the number of the look and of the earlier ones were checked before
        return fill(TOO_MUCH, fraction=seen.fraction)


def _outcomes(case: Case, plan: Plan) -> tuple[Mapping[str, list[float]], list[str]]:
    """What the plan judges, one row a participant: the responses or times of the report, as they stand there."""
    groups, kind = by_arm(case), plan.endpoint.kind
    arms = {who: group.arm for group in groups for who in group.usubjids}
    responses = [one for one in responses_of(case, groups) if one.endpoint.kind == "response"]
    if kind == "binary" and responses:
        outcomes = responses[0].outcomes
        return {"outcome": [float(met) for met in outcomes.values()]}, [arms[who] for who in outcomes]
    times = [one for one in times_of(case, groups) if one.time.endpoint.kind == "flare"]
    if kind == "time to event" and times:
        people = [one for mine in times[0].people for one in mine]
        columns = {"time": [one.days for one in people], "event": [float(one.outcome == "event") for one in people]}
        return columns, [arms[one.usubjid] for one in people]
    raise Refused(NO_ENDPOINT, {"kind": kind})


def _write(
    case: Case,
    out: Path,
    *,
    cut: DataCutFrozen,
    closed: bool,
    language: Language,
    judged: Judged | None = None,
    look: int = 1,
) -> Written:
    told = {"software": "trialwright", "version": version("trialwright")}
    document = board_report(case, closed=closed, cut=cut.cut, judged=judged, look=look, **told)
    return write_report(document, out, language=language)
