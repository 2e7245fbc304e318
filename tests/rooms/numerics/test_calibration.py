"""Calibration of the one-parameter models: identities that hold for every skeleton."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.testing import assert_allclose

from trialwright.numerics.calibration import Kind, coherent, initial_sequence, sensitivity, skeleton, written
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
            (0.5, 0.499999, "power", "too near to 0"),
        ],
    )
    def test_an_interval_no_curve_reaches(self, target: float, halfwidth: float, kind: Kind, why: str) -> None:
        with pytest.raises(ValueError, match=why):
            skeleton(target=target, halfwidth=halfwidth, prior_mtd=3, levels=3, kind=kind)

    @given(KINDS, st.floats(0.05, 0.4), st.floats(1e-6, 0.95), st.integers(1, 10), st.integers(2, 10))
    def test_what_is_written_is_a_skeleton_near_the_guesses(
        self, kind: Kind, target: float, share: float, prior_mtd: int, levels: int
    ) -> None:
        """Four decimals would make 0.0000 of a small guess, 1.0000 of a great one, and equals of near neighbours."""
        try:
            guesses = skeleton(
                target=target, halfwidth=share * target, prior_mtd=min(prior_mtd, levels), levels=levels, kind=kind
            )
        except ValueError:
            return  # refused: there is nothing to write
        again = np.array(written(guesses), np.float64)
        assert again[0] > 0
        assert again[-1] < 1
        assert (np.diff(again) > 0).all()
        assert (np.abs(again - guesses) <= np.minimum(5.1e-5, 0.051 * np.minimum(guesses, 1 - guesses))).all()


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

    def test_a_single_level_takes_everybody(self) -> None:
        model, prior = OneParameterModel("power", (0.25,)), NormalPrior(1.0)
        assert initial_sequence(model, prior=prior, target=0.25, participants=3, at_top=1) == (1, 1, 1)

    @pytest.mark.parametrize("sequence", [(1, 2, 4), (0, 1)])
    def test_a_level_the_model_does_not_have_is_refused(self, sequence: tuple[int, ...]) -> None:
        model, prior = OneParameterModel("power", (0.05, 0.12, 0.25)), NormalPrior(1.0)
        with pytest.raises(ValueError, match="3 levels"):
            coherent(model, prior=prior, target=0.25, sequence=sequence)
