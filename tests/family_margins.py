"""The margins of the families that decide by a curve, by activity too, or on every path of a trial (``margins``)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from scipy import stats

import dfcrm
from curves import file_of
from margins import (
    ACCEPTABLE,
    ACTIVITY,
    CLOSES,
    DESIRABLE,
    DISTANCE,
    INACTIVE,
    INTERVAL,
    LIMIT,
    MODELS,
    PENDING,
    STOPS,
    UTILITY,
    WHOLE,
    Compared,
    Place,
    apart,
    boin_selections,
    combination_selections,
    interval_tables,
    of_boin_selection,
    of_one_level,
)
from references import (
    test_boin,
    test_boin12,
    test_dfcrm_calibration,
    test_dfcrm_titecrm,
    test_exact_paths,
    test_titegboin_tite_boin,
    test_trialr_efftox,
    test_wages_tait,
)
from trialwright import rules
from trialwright.numerics import calibration
from trialwright.numerics.normal_beta import exceedance_if_normal
from trialwright.numerics.one_parameter import NormalPrior, OneParameterPosterior
from trialwright.vocabulary.seen import Proposal, Seen
from walking import walk

# --- by a curve -------------------------------------------------------------------------------------------------------


def behind(curve: Any, target: float) -> Any:
    """How much further from the target the runner-up is than the nearest level, for every row."""
    distance = np.sort(np.abs(np.asarray(curve) - target), axis=-1)
    return distance[..., 1] - distance[..., 0]


def tite_crm() -> Iterator[Compared]:
    for case in [*test_dfcrm_titecrm.BAYES, *test_dfcrm_titecrm.LIKELIHOOD]:
        proposal = test_dfcrm_titecrm.design_of(case).propose(test_dfcrm_titecrm.seen_of(case))
        margin = behind(dfcrm.evidence_of(proposal, "plug_in"), case["inputs"]["target"])
        yield Place("dfcrm_titecrm", case["id"]).one(DISTANCE, float(margin))


def first_stages() -> Iterator[Compared]:
    """Every curve that the search for a coherent first stage, and the check of one, look at."""
    believe, asked = calibration.posterior, []

    def recorded(*model: Any, **about: Any) -> Any:
        believed = believe(*model, **about)
        asked.append((Seen.of_counts(about["n"], about["n_dlt"], np.ones(len(about["n"]), np.int64)), believed))
        return believed

    cases = [(family, case) for family in ("dfcrm_cohere", "dfcrm_getinit") for case in file_of(family)["cases"]]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(calibration, "posterior", recorded)
        for family, case in cases:
            asked.clear()
            first_stage(case["inputs"])
            for seen, believed in asked:
                margin = behind(believed.plug_in(), case["inputs"]["target"])
                yield from Place(family, case["id"]).of_states(DISTANCE, seen, margin)


def first_stage(inputs: dict[str, Any]) -> None:
    """Check the first stage that is given, or look for one."""
    about = {"prior": NormalPrior(inputs["scale"]), "target": inputs["target"]}
    model = test_dfcrm_calibration.model_of(inputs)
    if "x0" in inputs:
        calibration.coherent(model, **about, sequence=tuple(inputs["x0"]))
    else:
        calibration.initial_sequence(model, **about, participants=inputs["n"], at_top=inputs["nK"])


# --- with participants in their window, or with activity --------------------------------------------------------------


def tite_boin() -> Iterator[Compared]:
    for case in test_titegboin_tite_boin.CASES:
        inputs, effective = case["inputs"], case["outputs"]["effective_n_current"]
        design, at = test_titegboin_tite_boin.design_of(case), inputs["current_dose"] - 1
        n, y, pending = (np.array(inputs[name]) for name in ("n", "dlt", "n_pending"))
        place = Place("titegboin_tite_boin", case["id"])
        yield place.one(WHOLE, apart(y[at], [design.lambda_e * effective, design.lambda_d * effective]))
        if pending[at]:
            yield place.one(PENDING, apart(pending[at], design.max_pending * n[at]))
        yield from place.closures(n, y, design)


def boin12() -> Iterator[Compared]:
    for case in test_boin12.FILE["cases"]:
        design: Any = test_boin12.design_of(case["inputs"])
        seen, place = test_boin12.counted(case["inputs"]), Place("escalation_boin12", case["id"])
        found, at = design.propose(seen).evidence, int(seen.current[0]) - 1
        yield place.one(WHOLE, apart(seen.n_dlt[0, at], [rate * seen.n[0, at] for rate in design.boundaries]))
        yield place.one(CLOSES, apart(design.toxicity_confidence, found["too_toxic"]))
        yield place.one(INACTIVE, apart(design.activity_confidence, found["too_inactive"]))
        near = np.abs(np.arange(seen.levels) - at) <= 1
        yield from place.ranked(DESIRABLE, found["desirability"][0], among=near & (found["admissible"][0] > 0))


def efftox() -> Iterator[Compared]:
    for case in test_trialr_efftox.FILE["cases"]:
        inputs, place = case["inputs"], Place("trialr_efftox", case["id"])
        design = test_trialr_efftox.design_of(inputs)
        found = test_trialr_efftox.proposal_of(inputs).evidence or {}
        levels = np.arange(1, len(inputs["real_doses"]) + 1)
        near = (levels >= min(inputs["doses"]) - 1) & (levels <= max(inputs["doses"]) + 1)
        safe, active = found["probability_safe"][0, near], found["probability_active"][0, near]
        yield place.one(ACCEPTABLE, apart(design.least_probability_safe, safe), of="safe")
        yield place.one(ACCEPTABLE, apart(design.least_probability_active, active), of="active")
        yield from place.ranked(UTILITY, found["utility"][0], among=near & (found["acceptable"][0] > 0))


def wages_tait() -> Iterator[Compared]:
    for case in test_wages_tait.FILE["cases"]:
        design: Any = test_wages_tait.design_of(case["inputs"])
        seen, place = test_wages_tait.seen_of(case["inputs"]), Place("escalation_wages_tait", case["id"])
        found = design.propose(seen).evidence
        logs = np.log(found["model_weights"][0])
        yield from place.ranked(MODELS, logs, among=logs > -np.inf)
        yield place.one(LIMIT, apart(design.toxicity_limit, found["toxicity"]))
        yield from place.ranked(ACTIVITY, found["activity"][0], among=found["admissible"][0] > 0)
        yield place.one(INTERVAL, apart(design.activity_limit, found["activity_reached"]), of="activity")
        n, y = seen.n[0, 0], seen.n_dlt[0, 0]
        shown = stats.beta.ppf((1 - design.confidence) / 2, y, n - y + 1) if y else 0.0
        yield place.one(INTERVAL, apart(design.toxicity_limit, shown), of="DLTs at the lowest level")


# --- every state of a trial -------------------------------------------------------------------------------------------


@dataclass
class Watched:
    """A design that remembers what it was asked."""

    design: Any
    proposed: list[tuple[Seen, Proposal]] = field(default_factory=list)
    selected: list[Seen] = field(default_factory=list)

    def propose(self, seen: Seen) -> Proposal:
        proposal: Proposal = self.design.propose(seen)
        self.proposed.append((seen, proposal))
        return proposal

    def select(self, seen: Seen) -> Any:
        self.selected.append(seen)
        return self.design.select(seen)

    def steps(self, place: Place) -> Iterator[Compared]:
        """What was compared at any level on the way."""
        n, y = np.concatenate([[seen.n.ravel(), seen.n_dlt.ravel()] for seen, _ in self.proposed], axis=1)
        yield from of_one_level(place, self.design, n, y)

    def curves(self, place: Place, *, stop: dict[str, Any] | None) -> Iterator[Compared]:
        """What was compared with a curve, and with the threshold of a rule that stops."""
        for seen, proposal in self.proposed:
            assert proposal.evidence is not None
            margin = behind(proposal.evidence["plug_in"], self.design.target_toxicity_rate)
            yield from place.of_states(DISTANCE, seen, margin)
            if stop:
                assert isinstance(proposal.posterior, OneParameterPosterior)
                over = exceedance_if_normal(proposal.posterior, stop["tox_threshold"])[:, stop["dose"] - 1]
                yield from place.of_states(STOPS, seen, np.abs(over - stop["confidence"]))


def exact_paths() -> Iterator[Compared]:
    for case in test_exact_paths.EXACT["cases"]:
        inputs, place = case["inputs"], Place("escalation_exact_paths", case["id"])
        by_curve, stop = inputs["design"].startswith("CRM"), inputs.get("stop_too_toxic")
        if inputs["design"] == "3+3":
            continue
        applied = [rules.build("no_skipping", {})] if by_curve else []
        if stop:
            applied.append(test_exact_paths.stop_of(inputs, posterior="normal-approximation"))
        build = test_exact_paths.crm_of if by_curve else test_exact_paths.interval_design_of
        watched: Any = Watched(build(inputs))
        walk(watched, applied=applied, sizes=inputs["cohort_sizes"], truth=inputs["true_prob_tox"])
        yield from watched.curves(place, stop=stop) if by_curve else watched.steps(place)


def exact_boin() -> Iterator[Compared]:
    for case in test_boin.EXACT["cases"]:
        watched, place = Watched(test_boin.boin_of(case["inputs"])), Place("boin_exact_oc", case["id"])
        test_boin.walked(case["inputs"], design=watched)
        yield from watched.steps(place)
        for seen in watched.selected:
            yield from of_boin_selection(place, watched.design, seen)


EVERY = (
    *(interval_tables, boin_selections, combination_selections, tite_crm, first_stages, tite_boin, boin12, efftox),
    *(wages_tait, exact_paths, exact_boin),
)


def everything() -> list[Compared]:
    """Every comparison of every family, each state of a case once."""
    nearest: dict[tuple[str, str, str, str], Compared] = {}
    for one in (one for family in EVERY for one in family()):
        what = (one.family, one.id, one.between, one.state)
        if what not in nearest or one.margin < nearest[what].margin:
            nearest[what] = one
    return list(nearest.values())
