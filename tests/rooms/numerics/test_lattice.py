"""The shared lattices against the plane, which works every density out on a box of its own."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.testing import assert_allclose

from trials import protocol_text
from trialwright.numerics import lattice, plane
from trialwright.numerics.arrays import Floats
from trialwright.numerics.plane import Box
from trialwright.numerics.quadrature import Axis
from trialwright.numerics.two_parameter import Exceedances, Moments, TwoParameterModel, posterior
from trialwright.operating.exact import every_end
from trialwright.protocol import parse_protocol

LOG_NORMAL = TwoParameterModel("log-normal", (-1.1, -0.4, 0.0, 0.5), (-1.0, 0.0), (2.0, 1.0))
CORRELATED = TwoParameterModel("log-normal", (-1.6, -0.7, 0.0, 0.7), (-1.4, 0.1), (1.2, 0.8), -0.6)
NORMAL = TwoParameterModel("normal", (-1.6, -0.7, 0.0, 0.7), (-1.0, 1.0), (2.5, 0.5), 0.4)
MODELS = pytest.mark.parametrize("model", [LOG_NORMAL, CORRELATED, NORMAL], ids=["log-normal", "correlated", "normal"])
RATES = (0.16, 0.33)


def counts_of(n: Floats, n_dlt: Floats) -> Floats:
    return np.concatenate([n_dlt, n - n_dlt, np.ones((len(n), 1))], axis=1)


def every_state(most: int) -> Floats:
    """Up to so many participants in cohorts of 3, at the first three of four levels, with every number of DLTs."""
    states = [
        (*n, 0, *n_dlt, 0)
        for n in product(range(0, most + 1, 3), repeat=3)
        if sum(n) <= most
        for n_dlt in product(*(range(count + 1) for count in n))
    ]
    both = np.array(states, np.float64)
    return counts_of(both[:, :4], both[:, 4:])


def on_the_plane(counts: Floats, integrand: lattice.Integrand) -> Floats:
    wide = Axis.around_zero(8.0, 0.5)
    return plane.expectations(counts, integrand.table, functions=integrand.functions, start=Box(wide, wide))[0]


class TestAgainstThePlane:
    @MODELS
    def test_every_state_of_a_small_trial(self, model: TwoParameterModel) -> None:
        counts = every_state(9)
        for integrand in (Exceedances(model, RATES), Moments(model)):
            values, settled = lattice.expectations(counts, integrand)
            assert settled.all()
            assert_allclose(values, on_the_plane(counts, integrand), rtol=0, atol=3e-8)  # the error of the plane

    @settings(max_examples=12, deadline=None)
    @given(
        st.sampled_from([LOG_NORMAL, CORRELATED, NORMAL]),
        st.lists(st.tuples(st.integers(0, 25), st.floats(0, 1)), min_size=4, max_size=4),
        st.floats(0.02, 0.95),
    )
    def test_any_state(self, model: TwoParameterModel, drawn: list[tuple[int, float]], rate: float) -> None:
        n = np.array([[count for count, _ in drawn]], np.float64)
        n_dlt = np.array([[round(count * share) for count, share in drawn]], np.float64)
        integrand = Exceedances(model, (rate,))
        values, settled = lattice.expectations(counts_of(n, n_dlt), integrand)
        wanted = on_the_plane(counts_of(n, n_dlt), integrand)
        assert_allclose(values[settled], wanted[settled], rtol=0, atol=5e-8)

    def test_the_same_ends_of_a_trial(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Decisions and selections are those of the plane alone, in every reachable state."""
        design = (
            'name = "blrm"\ndoses = [1.0, 2.0, 4.0]\nreference_dose = 2.0\nprior_mean = [-1.0, 0.0]\n'
            "prior_sd = [2.0, 1.0]"
        )
        study = parse_protocol(protocol_text(design=design).replace("planned_n = 30", "planned_n = 24").encode())
        quick = every_end(study)
        monkeypatch.setattr(lattice, "ROUNDS", 0)
        slow = every_end(study)
        assert len(quick.ways) > 150
        for name in ("counts", "ways", "selected", "reason"):
            assert np.array_equal(getattr(quick, name), getattr(slow, name)), name


class TestSettling:
    def test_a_row_does_not_depend_on_its_batch(self) -> None:
        counts, integrand = every_state(6), Exceedances(LOG_NORMAL, RATES)
        together, _ = lattice.expectations(counts, integrand)
        for row in range(0, len(counts), 13):
            alone, _ = lattice.expectations(counts[row : row + 1], integrand)
            assert_allclose(alone[0], together[row], rtol=0, atol=1e-13)

    def test_batches_longer_than_a_chunk(self, monkeypatch: pytest.MonkeyPatch) -> None:
        counts, integrand = every_state(6), Exceedances(LOG_NORMAL, RATES)
        at_once, _ = lattice.expectations(counts, integrand)
        monkeypatch.setattr(lattice, "CHUNK", 7)
        assert_allclose(lattice.expectations(counts, integrand)[0], at_once, rtol=0, atol=1e-13)

    def test_tiles_are_added_where_mass_leads_out_of_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        counts, integrand = every_state(6), Exceedances(LOG_NORMAL, RATES)
        wanted, _ = lattice.expectations(counts, integrand)
        monkeypatch.setattr(lattice, "SEEN", 12.0)
        monkeypatch.setattr(lattice, "NODES_PER_CHORD", 48.0)
        monkeypatch.setattr(lattice, "ROUNDS", 9)
        values, settled = lattice.expectations(counts, integrand)
        assert settled.all()
        assert_allclose(values, wanted, rtol=0, atol=2e-9)
        monkeypatch.setattr(lattice, "ROUNDS", 1)
        assert not lattice.expectations(counts, integrand)[1].all()

    def test_steps_that_are_too_coarse_are_refined(self, monkeypatch: pytest.MonkeyPatch) -> None:
        counts, integrand = every_state(6), Exceedances(LOG_NORMAL, RATES)
        wanted, _ = lattice.expectations(counts, integrand)
        monkeypatch.setattr(lattice, "NODES_PER_SD", 1.0)
        monkeypatch.setattr(lattice, "NODES_PER_CHORD", 20.0)
        monkeypatch.setattr(lattice, "ROUNDS", 12)
        values, settled = lattice.expectations(counts, integrand)
        assert settled.all()
        assert_allclose(values, wanted, rtol=0, atol=1e-7)

    def test_mass_outside_the_square_is_left_to_the_plane(self) -> None:
        """A prior that excludes what happened: the posterior lies more than eight prior deviations out."""
        model = replace(LOG_NORMAL, mean=(-6.0, 0.0), sd=(0.5, 0.5))
        n = np.array([[60, 60, 60, 60]])
        counts = counts_of(n.astype(np.float64), n.astype(np.float64))
        values, settled = lattice.expectations(counts, Moments(model))
        assert not settled.any()
        assert np.isnan(values).all()
        assert_allclose(posterior(model, n=n, n_dlt=n).mean(), on_the_plane(counts, Moments(model))[:, :4])

    def test_too_sharp_a_density_is_left_to_the_plane(self) -> None:
        model = replace(LOG_NORMAL, sd=(60.0, 1.0))
        n, n_dlt = np.array([[30, 30, 30, 30]]), np.array([[3, 6, 9, 15]])
        counts = counts_of(n.astype(np.float64), n_dlt.astype(np.float64))
        assert not lattice.expectations(counts, Moments(model))[1].any()
        assert_allclose(posterior(model, n=n, n_dlt=n_dlt).mean(), on_the_plane(counts, Moments(model))[:, :4])

    def test_no_rows_no_values(self) -> None:
        values, settled = lattice.expectations(np.empty((0, 9)), Moments(LOG_NORMAL))
        assert values.shape == (0, 8)
        assert settled.shape == (0,)
