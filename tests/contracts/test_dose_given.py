"""Designs that use the dose given itself: equal where everybody got the level's amount, and right where not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.special as sp
from hypothesis import given, settings, strategies as st
from numpy.testing import assert_allclose

from trials import protocol_text, study_of
from trialwright import designs
from trialwright.operating import every_end
from trialwright.protocol import parse_protocol
from trialwright.testing.designs import check_design
from trialwright.testing.states import people_of, row_of, seen_of, with_amounts
from trialwright.vocabulary.errors import ParameterError, ProtocolError, Refused
from trialwright.vocabulary.given import by_amount
from trialwright.vocabulary.seen import Floats, People, Seen

DOSES = (1.0, 2.0, 5.0, 8.0)
CRM: dict[str, Any] = {"target_toxicity_rate": 0.25, "skeleton": (0.08, 0.15, 0.25, 0.4)}
BLRM: dict[str, Any] = {"doses": DOSES, "reference_dose": 4.0, "prior_mean": (-1.1, 0.1), "prior_sd": (1.5, 0.7)}
BY_MEAN = {"estimate": "posterior-mean"}
BOTH: list[tuple[str, dict[str, Any]]] = [
    ("crm", CRM),
    ("crm", {**CRM, "model": "logistic", **BY_MEAN}),
    ("crm", {**CRM, "model": "logistic-gamma", **BY_MEAN}),
    ("crm", {**CRM, "model": "two-parameter", "intercept": 0.0, **BY_MEAN}),
    ("crm", {**CRM, "method": "likelihood"}),
    ("crm", {**CRM, "model": "logistic", "method": "likelihood"}),
    ("crm", {**CRM, "initial_sequence": (1, 1, 1, 2, 2, 2, 3, 3, 3)}),
    ("blrm", BLRM),
    ("blrm", {**BLRM, "slope": "normal", "prior_correlation": -0.3}),
    ("tite_crm", CRM),
    ("tite_crm", {**CRM, "model": "logistic", **BY_MEAN, "weights": "adaptive"}),
    ("tite_crm", {**CRM, "method": "likelihood"}),
    ("tite_crm", {**CRM, "model": "logistic", "method": "likelihood"}),
]
IDS = [f"{name}-{place}" for place, (name, _) in enumerate(BOTH)]


def by_dose(name: str, parameters: dict[str, Any]) -> Any:
    return designs.build(name, {**parameters, "dose": "given", "doses": DOSES})


def exactly(people: People) -> People:
    """Everybody infused got the amount of the level they count at."""
    own = np.array(DOSES)[np.maximum(people.dose_level, 1) - 1]
    return replace(people, amount=np.where(people.follow_up >= 0, own, np.nan))


@pytest.mark.parametrize(("name", "parameters"), BOTH, ids=IDS)
class TestWhereEverybodyGotTheLevelsAmount:
    def test_it_is_the_design_by_levels(self, name: str, parameters: dict[str, Any]) -> None:
        people = people_of(4, trials=60)
        seen, told = seen_of(people, 4), seen_of(exactly(people), 4)
        one, other = designs.build(name, parameters), by_dose(name, parameters)
        before, after = one.propose(seen), other.propose(told)
        assert np.array_equal(before.dose_level, after.dose_level)
        assert np.array_equal(one.select(seen), other.select(told))
        if before.posterior is not None and after.posterior is not None:
            for rate in (0.1, 0.33):
                assert_allclose(after.posterior.exceedance(rate), before.posterior.exceedance(rate), rtol=0, atol=1e-12)
            assert_allclose(after.posterior.mean(), before.posterior.mean(), rtol=0, atol=1e-12)

    def test_so_it_is_where_no_amount_is_told(self, name: str, parameters: dict[str, Any]) -> None:
        people = people_of(4, trials=30)
        one, other = designs.build(name, parameters), by_dose(name, parameters)
        nothing = replace(people, amount=np.full(people.dlt.shape, np.nan))
        for told in (people, nothing):
            found = other.propose(seen_of(told, 4)).dose_level
            assert np.array_equal(found, one.propose(seen_of(people, 4)).dose_level)
        counts = Seen.of_counts([[3, 3, 0, 0]], [[0, 1, 0, 0]], [2])
        assert other.propose(counts).dose_level == one.propose(counts).dose_level


# A normal slope raises the level on more DLTs in a few of the kit's states, by levels too: see the warning of its page.
KIT = [place for place, (_, asked) in enumerate(BOTH) if "slope" not in asked and asked.get("method") != "likelihood"]


@pytest.mark.parametrize("place", KIT, ids=[IDS[place] for place in KIT])
def test_the_contract_is_kept_with_doses_of_all_kinds(place: int) -> None:
    """In a batch as alone, the same again, in range, with reasons; and, for the CRM, never up on more DLTs."""
    check_design(by_dose(*BOTH[place]), levels=4)


def told(amounts: list[float], dlts: list[bool], *, levels: list[int], days: list[int] | None = None) -> Seen:
    """Participants, one by one; settled, or without a DLT so many of the 28 days in their window."""
    people = People.settled(np.array([levels], np.int64), np.array([dlts]), window_days=28)
    if days is not None:
        follow_up = np.where(people.dlt, 28, np.array([days], np.int64))
        people = replace(people, follow_up=follow_up, complete=people.complete & (follow_up >= 28))
    return seen_of(replace(people, amount=np.array([amounts], np.float64)), 4)


def nearest(amounts: list[float]) -> list[int]:
    return [int(np.abs(np.array(DOSES) - amount).argmin()) + 1 for amount in amounts]


WHO = st.lists(st.tuples(st.floats(0.3, 12.0), st.booleans()), min_size=1, max_size=12)


def guess(dose: float) -> float:
    """As the page of the design says, written once more."""
    skeleton = CRM["skeleton"]
    if dose >= DOSES[-1]:
        return float(skeleton[-1])
    place = max(sum(dose >= known for known in DOSES) - 1, 0)
    share = np.log(dose / DOSES[place]) / np.log(DOSES[place + 1] / DOSES[place])
    low, high = (np.log(s / (1 - s)) for s in skeleton[place : place + 2])
    return float(1 / (1 + np.exp(-(low + share * (high - low)))))


IN_WINDOW = st.lists(st.tuples(st.floats(0.3, 12.0), st.booleans(), st.integers(0, 28)), min_size=1, max_size=12)


def weighted(who: list[tuple[float, bool, int]], beta: Floats, *, model: str) -> Floats:
    """The log likelihood of the TITE-CRM in the words of its paper, each at the guess of the dose given."""
    total = np.zeros_like(beta)
    for dose, dlt, day in who:
        s = guess(dose)
        if model == "power":
            log_p = np.exp(beta) * np.log(s)
        else:
            log_p = sp.log_expit(3.0 + np.exp(beta) * (np.log(s / (1 - s)) - 3.0))
        with np.errstate(divide="ignore"):
            total += log_p if dlt else np.log(-np.expm1(log_p)) if day == 28 else np.log1p(-day / 28 * np.exp(log_p))
    return total


def tite_told(who: list[tuple[float, bool, int]]) -> Seen:
    amounts, dlts, days = ([one[place] for one in who] for place in range(3))
    return told(amounts, dlts, levels=nearest(amounts), days=days)  # type: ignore[arg-type]


@pytest.mark.parametrize("model", ["power", "logistic"])
class TestTheTiteCrmAgainstTheSlowTwin:
    @settings(max_examples=25, deadline=None)
    @given(IN_WINDOW)
    def test_posterior(self, model: str, who: list[tuple[float, bool, int]]) -> None:
        sd = 1.34**0.5
        beta = np.linspace(-10 * sd, 10 * sd, 100_001)
        logs = weighted(who, beta, model=model) - beta**2 / (2 * sd**2)
        weights = np.exp(logs - logs.max())
        weights /= weights.sum()
        found = by_dose("tite_crm", {**CRM, "model": model}).propose(tite_told(who))
        assert_allclose(found.evidence["beta_mean"][0], weights @ beta, rtol=0, atol=1e-7)
        curve = designs.build("tite_crm", {**CRM, "model": model}).curve  # type: ignore[attr-defined]
        assert_allclose(found.posterior.mean()[0], weights @ curve.rates(beta), rtol=0, atol=1e-7)

    @settings(max_examples=40, deadline=None)
    @given(IN_WINDOW)
    def test_likelihood(self, model: str, who: list[tuple[float, bool, int]]) -> None:
        found = by_dose("tite_crm", {**CRM, "model": model, "method": "likelihood"}).propose(tite_told(who))
        beta = found.evidence["beta"]
        if not any(dlt for _, dlt, _ in who):
            assert not np.isfinite(beta[0])
        if np.isfinite(beta[0]):
            highest = weighted(who, np.linspace(-12, 5, 2_001), model=model).max()
            assert weighted(who, beta, model=model)[0] >= highest - 1e-9


def test_the_tite_crm_is_the_crm_at_the_end_of_every_window() -> None:
    people = people_of(4, trials=60)
    late = people.evaluable & ~people.dlt
    people = replace(people, complete=late, follow_up=np.where(late, 28, np.maximum(people.follow_up, 0)))
    seen = seen_of(with_amounts(people, amounts=DOSES), 4)
    for method in ("bayes", "likelihood"):
        plain, ours = (by_dose(name, {**CRM, "method": method}) for name in ("crm", "tite_crm"))
        before, after = plain.propose(seen), ours.propose(seen)
        assert np.array_equal(before.dose_level, after.dose_level)
        assert_allclose(after.evidence["plug_in"], before.evidence["plug_in"], rtol=0, atol=1e-12)
        assert np.array_equal(plain.select(seen), ours.select(seen))


def test_the_tite_crm_says_how_many_of_those_who_count_got_another_amount() -> None:
    """Of four, one is in the window with another amount, and one, with another amount too, says nothing yet."""
    who = [(2.0, False, 28), (1.6, False, 14), (1.0, True, 28), (4.5, False, 0)]
    notes = by_dose("tite_crm", CRM).propose(tite_told(who)).notes
    (note,) = [note for note in notes if note.code == "tite_crm.dose_given"]
    assert note.text.said("en", **note.said_of(0)) == (
        "Everybody counts at the dose given: for 1 of the 3 participants who count so far it is not the amount of the "
        "level."
    )
    assert note.text.said("fr", **note.said_of(0)).startswith("Chacun compte à la dose administrée : pour 1 des 3")
    same = by_dose("tite_crm", CRM).propose(tite_told([who[0], who[2]])).notes
    assert all(note.code != "tite_crm.dose_given" for note in same)


@settings(max_examples=60, deadline=None)
@given(IN_WINDOW, st.integers(0, 11), st.sampled_from(["power", "logistic"]))
def test_one_more_dlt_never_raises_the_level_of_the_tite_crm(
    who: list[tuple[float, bool, int]], which: int, model: str
) -> None:
    worse = [(dose, dlt or place == which % len(who), day) for place, (dose, dlt, day) in enumerate(who)]
    design = by_dose("tite_crm", {**CRM, "model": model})
    before, after = (design.propose(tite_told(some)) for some in (who, worse))
    if before.posterior.unfinished.anybody[0] or before.posterior.n.any():
        assert after.dose_level[0] <= before.dose_level[0]
    assert (after.posterior.mean() >= before.posterior.mean() - 1e-9).all()


class TestAgainstTheSlowTwin:
    """A dense grid, person by person."""

    @settings(max_examples=40, deadline=None)
    @given(WHO)
    def test_crm_power(self, who: list[tuple[float, bool]]) -> None:
        amounts, dlts = [dose for dose, _ in who], [dlt for _, dlt in who]
        sd = 1.34**0.5
        beta = np.linspace(-10 * sd, 10 * sd, 100_001)
        logs = -(beta**2) / (2 * sd**2)
        for dose, dlt in who:
            log_p = np.exp(beta) * np.log(guess(dose))
            with np.errstate(divide="ignore"):
                logs = logs + (log_p if dlt else np.log(-np.expm1(log_p)))
        weights = np.exp(logs - logs.max())
        weights /= weights.sum()
        found = by_dose("crm", CRM).propose(told(amounts, dlts, levels=nearest(amounts)))
        wanted = [weights @ np.exp(np.exp(beta) * np.log(s)) for s in CRM["skeleton"]]
        assert_allclose(found.posterior.mean()[0], wanted, rtol=0, atol=1e-8)
        assert_allclose(found.evidence["beta_mean"][0], weights @ beta, rtol=0, atol=1e-7)

    @settings(max_examples=15, deadline=None)
    @given(WHO)
    def test_blrm(self, who: list[tuple[float, bool]]) -> None:
        amounts, dlts = [dose for dose, _ in who], [dlt for _, dlt in who]
        design = by_dose("blrm", BLRM)
        a, b = np.meshgrid(np.linspace(-16, 14, 901), np.linspace(-5.5, 5.7, 801), indexing="ij")
        logs = -((a + 1.1) ** 2) / (2 * 1.5**2) - (b - 0.1) ** 2 / (2 * 0.7**2)
        for dose, dlt in who:
            logit = a + np.exp(b) * np.log(dose / 4.0)
            logs += sp.log_expit(logit if dlt else -logit)
        weights = np.exp(logs - logs.max())
        weights /= weights.sum()
        wanted = [float((weights * sp.expit(a + np.exp(b) * np.log(dose / 4.0))).sum()) for dose in DOSES]
        found = design.propose(told(amounts, dlts, levels=nearest(amounts)))
        assert_allclose(found.posterior.mean()[0], wanted, rtol=0, atol=1e-6)

    @settings(max_examples=40, deadline=None)
    @given(WHO)
    def test_crm_likelihood(self, who: list[tuple[float, bool]]) -> None:
        amounts, dlts = [dose for dose, _ in who], [dlt for _, dlt in who]
        design = by_dose("crm", {**CRM, "method": "likelihood"})
        found = design.propose(told(amounts, dlts, levels=nearest(amounts))).evidence["beta"]
        assert np.isfinite(found[0]) == (any(dlts) and not all(dlts))
        if not np.isfinite(found[0]):
            return

        def log_likelihood(beta: Floats) -> Floats:
            total = np.zeros_like(beta)
            for dose, dlt in who:
                log_p = np.exp(beta) * np.log(guess(dose))
                total += log_p if dlt else np.log(-np.expm1(log_p))
            return total

        around = found[0] + np.linspace(-3, 3, 601)
        assert log_likelihood(found)[0] >= log_likelihood(around).max() - 1e-9


@settings(max_examples=80, deadline=None)
@given(WHO, st.integers(0, 11), st.sampled_from(["power", "logistic"]))
def test_one_more_dlt_never_raises_the_level_of_the_crm(who: list[tuple[float, bool]], which: int, model: str) -> None:
    amounts, dlts = [dose for dose, _ in who], [dlt for _, dlt in who]
    worse = [dlt or place == which % len(who) for place, dlt in enumerate(dlts)]
    design = by_dose("crm", {**CRM, "model": model})
    before, after = (design.propose(told(amounts, some, levels=nearest(amounts))) for some in (dlts, worse))
    assert after.dose_level[0] <= before.dose_level[0]
    assert (after.posterior.mean() >= before.posterior.mean() - 1e-9).all()


def test_who_got_less_counts_for_less_without_a_dlt_and_for_more_with_one() -> None:
    """Four people counted at level 2, by 2 units or by 1.6: the rates are higher by 1.6, with DLTs or without."""
    design = by_dose("crm", CRM)
    for dlts in ([False] * 4, [True, False, False, False], [True] * 4):
        whole, part = (
            design.propose(told([amount] * 4, dlts, levels=[2] * 4)).posterior.mean() for amount in (2.0, 1.6)
        )
        assert (part > whole).all()


@pytest.mark.parametrize(("name", "parameters"), [BOTH[0], BOTH[7]], ids=["crm", "blrm"])
def test_it_says_how_many_got_another_amount(name: str, parameters: dict[str, Any]) -> None:
    design = by_dose(name, parameters)
    (note,) = [
        note
        for note in design.propose(told([2.0, 1.6, 1.0], [False] * 3, levels=[2, 2, 1])).notes
        if note.code == f"{name}.dose_given"
    ]
    assert note.text.said("en", **note.said_of(0)) == (
        "Everybody counts at the dose given: for 1 of 3 settled participants it is not the amount of the level."
    )
    assert note.text.said("fr", **note.said_of(0)).startswith("Chacun compte à la dose administrée : pour 1 des 3")
    same = design.propose(told([2.0, 1.0], [False] * 2, levels=[2, 1])).notes
    assert all(note.code != f"{name}.dose_given" for note in same)


def test_above_the_highest_level_its_guess_counts() -> None:
    design = by_dose("crm", CRM)
    highest, more = (
        design.propose(told([amount] * 3, [False] * 3, levels=[4] * 3)).posterior.mean() for amount in (8.0, 80.0)
    )
    assert np.array_equal(highest, more)


def test_a_trial_is_answered_alone_as_in_a_batch() -> None:
    people = with_amounts(people_of(4, trials=40), amounts=DOSES)
    design, seen = by_dose("crm", CRM), seen_of(people, 4)
    counted = by_amount(seen, levels=DOSES)
    assert len(counted.amounts) > 10
    assert np.array_equal(counted.n.sum(axis=1), seen.n.sum(axis=1))
    assert np.array_equal(counted.n_dlt.sum(axis=1), seen.n_dlt.sum(axis=1))
    together = design.propose(seen)
    for trial in range(40):
        alone = design.propose(row_of(seen, trial))
        assert alone.dose_level[0] == together.dose_level[trial]
        assert_allclose(alone.posterior.mean()[0], together.posterior.mean()[trial], rtol=0, atol=1e-12)


CRM_TEXT = 'name = "crm"\ntarget_toxicity_rate = 0.25\nskeleton = [0.08, 0.16, 0.25]\ndose = "given"\n'


class TestProtocols:
    def test_exact_operating_characteristics_are_refused_and_simulation_is_named(self) -> None:
        with pytest.raises(Refused, match=r"crm looks at participants .* or a dose of its own.* simulate instead"):
            every_end(study_of(design=CRM_TEXT + "doses = [1.0, 2.0, 4.0]"))

    def test_the_amounts_must_be_those_of_the_protocol(self) -> None:
        text = protocol_text(design=CRM_TEXT + "doses = [1.0, 2.0, 3.0]")
        with pytest.raises(ProtocolError, match="must be the amounts of the") as failed:
            parse_protocol(text.encode())
        assert [finding.place for finding in failed.value.findings] == ["design.doses"]

    @pytest.mark.parametrize("name", ["crm", "tite_crm"])
    def test_several_infusions_are_refused(self, name: str) -> None:
        text = protocol_text(design=CRM_TEXT.replace("crm", name) + "doses = [1.0, 2.0, 4.0]")
        text = text.replace("tolerance = 0.1", "tolerance = 0.1\ninfusions = [1, 1, 2]\ninterval_days = 7")
        with pytest.raises(ProtocolError, match="more than one infusion"):
            parse_protocol(text.encode())

    @pytest.mark.parametrize(
        ("changed", "place"),
        [
            ({"dose": "given"}, "doses"),
            ({"dose": "given", "doses": [1, 2, 3]}, "doses"),
            ({"dose": "given", "doses": [1, 2, 4, 3]}, "doses"),
            ({"doses": DOSES}, "doses"),
            ({"dose": "made"}, "dose"),
            ({"dose": "given", "doses": DOSES, "skeleton": 0.2}, "skeleton"),
        ],
    )
    def test_bad_parameters_are_named(self, changed: dict[str, Any], place: str) -> None:
        for name in ("crm", "tite_crm"):
            with pytest.raises(ParameterError) as failed:
                designs.build(name, {**CRM, **changed})
            assert {finding.place for finding in failed.value.findings} == {place}
