"""Calibration of the one-parameter models: identities that hold for every skeleton."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.testing import assert_allclose

from trialwright.numerics.calibration import Kind, coherent, initial_sequence, sensitivity, skeleton
from trialwright.numerics.closest import closest_to_target
from trialwright.numerics.one_parameter import GammaPrior, NormalPrior, OneParameterModel

KINDS = st.sampled_from(["power", "logistic"])


class TestSkeletons:
    @given(KINDS, st.floats(0.1, 0.4), st.floats(0.1, 0.9), st.integers(1, 6), st.integers(2, 6))
    def test_their_sensitivity_is_the_halfwidth_asked_for(
        self, kind: Kind, target: float, share: float, prior_mtd: int, levels: int
    ) -> None:
        """Calibration and sensitivity are inverse to each other."""
        halfwidth = share * target / 2
        guesses = skeleton(
            target=target, halfwidth=halfwidth, prior_mtd=min(prior_mtd, levels), levels=levels, kind=kind
        )
        assert (np.diff(guesses) > 0).all()
        assert_allclose(guesses[min(prior_mtd, levels) - 1], target)
        if guesses[0] > 1e-6:  # below, the ends lie beyond any beta worth a search
            found = sensitivity(OneParameterModel(kind, tuple(guesses.tolist())), target=target)
            assert_allclose(found.indifference[1:, 0], target - halfwidth, rtol=0, atol=1e-9)
            assert_allclose(found.indifference[:-1, 1], target + halfwidth, rtol=0, atol=1e-9)

    @pytest.mark.parametrize(
        ("target", "halfwidth", "kind", "why"),
        [
            (0.2, 0.2, "power", "between 0 and 1"),
            (0.9, 0.2, "power", "between 0 and 1"),
            (0.92, 0.05, "logistic", "never"),
        ],
    )
    def test_an_interval_no_curve_reaches(self, target: float, halfwidth: float, kind: Kind, why: str) -> None:
        with pytest.raises(ValueError, match=why):
            skeleton(target=target, halfwidth=halfwidth, prior_mtd=1, levels=3, kind=kind)


class TestSensitivity:
    @given(KINDS, st.floats(0.1, 0.4))
    def test_inside_an_interval_its_level_is_the_nearest(self, kind: Kind, target: float) -> None:
        model = OneParameterModel(kind, (0.05, 0.12, 0.25, 0.4, 0.55))
        found = sensitivity(model, target=target).beta
        inner = np.clip(found, found[0, 1] - 0.5, found[-1, 0] + 0.5).mean(axis=1)
        assert closest_to_target(model.rates(inner), target).tolist() == [1, 2, 3, 4, 5]


class TestFirstStages:
    def test_a_longer_one_would_be_incoherent_or_longer_than_asked(self) -> None:
        model, prior = OneParameterModel("logistic", (0.05, 0.12, 0.25, 0.4, 0.55)), NormalPrior(1.34**0.5)
        found = initial_sequence(model, prior=prior, target=0.25, participants=20, at_top=7)
        assert coherent(model, prior=prior, target=0.25, sequence=found).all()
        assert len(found) == 20
        assert sorted(found) == list(found)

    def test_there_may_be_none(self) -> None:
        model, prior = OneParameterModel("power", (0.05, 0.12, 0.25)), GammaPrior(1.0)
        assert initial_sequence(model, prior=prior, target=0.9, participants=9, at_top=3) == ()
        assert initial_sequence(model, prior=prior, target=0.25, participants=3, at_top=3) == ()
