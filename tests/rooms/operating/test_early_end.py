"""An early end: every result of the missing, its probability by another way, and the same decisions as in the trial."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from scipy.special import betaln

from trials import CRM, DAY_0, on, state_of, study_of
from trialwright.conduct.advise import decide, selected
from trialwright.operating.early_end import EarlyEnd, early_end
from trialwright.protocol import Study
from trialwright.vocabulary.events import (
    AdverseEventReported,
    EnrolmentClosed,
    Event,
    InfusionGiven,
    ParticipantEnrolled,
)
from trialwright.vocabulary.seen import Seen

BOIN = 'name = "boin"\ntarget_toxicity_rate = 0.25'
TOO_TOXIC = 'name = "stop_when_too_toxic"\nlevel = "lowest"\nrate = 0.25\nconfidence = 0.8'


def events(levels: Sequence[int], *, toxic: Sequence[int] = (), closed: int | None = 200) -> list[Event]:
    found: list[Event] = []
    for number, level in enumerate(levels):
        who, day = f"P-{number}", on(12 * number)
        found.append(ParticipantEnrolled(usubjid=who, on=day, dose_level=level))
        found.append(InfusionGiven(usubjid=who, on=day, infusion_number=1, dose_given=float(2 ** (level - 1))))
        if number in toxic:
            found.append(
                AdverseEventReported(usubjid=who, ae=f"AE-{number}", term="fever", on=day, grade=3, related=True)
            )
    if closed is not None:
        found.append(EnrolmentClosed(on=on(closed), by="sponsor", informative=False, reason="money"))
    return found


def study(design: str, *, planned: int, rules: Sequence[str] = (), cohort_size: int = 3) -> Study:
    full = f'name = "stop_at_n"\nn = {planned}'
    made = study_of(design=design, rules=(*rules, full), cohort_size=cohort_size)
    identity = made.identity.model_copy(update={"planned_n": planned})
    return replace(made, identity=identity)


def ended(made: Study, *happened: Event, day: date | None = None) -> EarlyEnd:
    found = early_end(made, state_of(made, *happened), on=day or on(300))
    assert found is not None
    return found


def test_a_trial_that_goes_on_or_is_complete_did_not_end_early() -> None:
    made = study(BOIN, planned=6)
    assert early_end(made, state_of(made, *events([1, 1, 1], closed=None)), on=on(300)) is None
    assert early_end(made, state_of(made, *events([1] * 6)), on=on(300)) is None
    assert early_end(made, state_of(made, *events([1, 1, 1])), on=on(199)) is None


def test_every_result_of_the_missing_has_its_beta_binomial_probability() -> None:
    """BOIN: Beta(1, 1) at each level alone; three are missing, all in one cohort."""
    made = study(BOIN, planned=6)
    found = ended(made, *events([1, 1, 1], toxic=[0]))
    level = found.next_level
    n, dlt = (3, 1) if level == 1 else (0, 0)
    for one in found.possibilities:
        y = one.added_dlt[level - 1]
        assert one.added[level - 1] == 3
        wanted = math.comb(3, y) * math.exp(betaln(1 + dlt + y, 1 + n - dlt + 3 - y) - betaln(1 + dlt, 1 + n - dlt))
        assert one.probability == pytest.approx(wanted)
    assert [one.added_dlt[level - 1] for one in found.possibilities] == [0, 1, 2, 3]


@pytest.mark.parametrize(("design", "toxic"), [(BOIN, [2]), (CRM, [2]), (CRM, []), ('name = "three_plus_three"', [1])])
def test_probabilities_add_up_and_recommendations_are_those_of_the_trial(design: str, toxic: list[int]) -> None:
    made = study(design, planned=9, rules=[TOO_TOXIC] if design != 'name = "three_plus_three"' else [])
    found = ended(made, *events([1, 1, 1], toxic=toxic))
    assert sum(one.probability for one in found.possibilities) == pytest.approx(1)
    levels = len(made.dose_levels)
    base, base_dlt = np.zeros((1, levels)), np.zeros((1, levels))
    base[0, 0], base_dlt[0, 0] = 3, len(toxic)
    for one in found.possibilities:
        n, y = base + np.array([one.added]), base_dlt + np.array([one.added_dlt])
        seen = Seen.of_counts(n, y, np.array([max(np.flatnonzero(n[0])) + 1]))
        assert one.selected == int(selected(made, seen)[0])
        assert one.share.count == int(y.sum())
        assert bool(one.safety) == any(
            note.code == "stop_when_too_toxic" and note.where[0] for note in decide(made, seen).notes
        )


def test_the_design_s_own_posterior_predicts_and_agrees_with_a_dense_grid() -> None:
    """CRM, power model: P(y of the next m) = average of the binomial over the posterior, on a dense grid."""
    made = study(CRM, planned=5, cohort_size=5)
    found = ended(made, *events([1, 1, 1], toxic=[1]))
    assert found.model
    skeleton = np.array([0.08, 0.16, 0.25])
    sd = float(made.design.prior_sd)  # type: ignore[attr-defined]
    beta = np.linspace(-10 * sd, 10 * sd, 200_001)
    p = skeleton[:, None] ** np.exp(beta)
    weight = np.exp(-0.5 * (beta / sd) ** 2) * p[0] * (1 - p[0]) ** 2
    weight /= weight.sum()
    for one in found.possibilities:
        level = int(np.argmax(one.added))
        m, y = one.added[level], one.added_dlt[level]
        wanted = float((weight * math.comb(m, y) * p[level] ** y * (1 - p[level]) ** (m - y)).sum())
        assert m == 2
        assert one.probability == pytest.approx(wanted, abs=2e-5)


def test_those_in_their_window_are_followed_too() -> None:
    made = study(BOIN, planned=6)
    last = EnrolmentClosed(on=on(30), by="sponsor", informative=False, reason="money")
    found = ended(made, *events([1, 1, 1], closed=None), last, day=on(31))
    assert found.pending == 1
    assert sum(one.probability for one in found.possibilities) == pytest.approx(1)
    assert {sum(one.added) for one in found.possibilities} == {4}
    assert found.missing == 3


def test_where_the_protocol_would_have_stopped_nothing_is_missing_from_its_decisions() -> None:
    made = study(BOIN, planned=9, rules=[TOO_TOXIC])
    found = ended(made, *events([1, 1, 1], toxic=[0, 1, 2]))
    assert found.next_level == 0
    assert [(one.probability, sum(one.added)) for one in found.possibilities] == [(1.0, 0)]
    assert found.stopped == 1.0


def test_too_many_results_are_refused_and_not_cut_short() -> None:
    made = study(BOIN, planned=60, cohort_size=3)
    found = ended(made, *events([1, 1, 1]))
    assert found.refused is not None
    assert found.possibilities == ()


def test_nobody_treated_is_an_early_end_too() -> None:
    made = study(BOIN, planned=3)
    found = ended(made, EnrolmentClosed(on=DAY_0 + timedelta(days=5), by="sponsor", informative=False, reason="money"))
    assert (found.treated, found.missing, found.share.of) == (0, 3, 0)
    assert sum(one.probability for one in found.possibilities) == pytest.approx(1)


def test_the_power_of_the_boundary_is_the_exact_one() -> None:
    made = study(BOIN, planned=6, rules=[TOO_TOXIC])
    found = ended(made, *events([1, 1, 1]))
    assert found.power is not None
    assert found.power.planned[0] == 0.0
    assert all(later >= earlier for earlier, later in zip(found.power.treated, found.power.planned, strict=True))
