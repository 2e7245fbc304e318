"""Spells from irregular visits, times with censoring, and intercurrent events by strategy."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from trialwright.diseases.lupus.course import (
    Seen,
    Spell,
    Time,
    is_sustained,
    share_of_time,
    spells,
    time_to_first,
    time_to_loss,
    time_to_sustained,
)
from trialwright.diseases.lupus.intercurrent import IntercurrentEvent, Strategy, response_at, time_to_unfavourable
from trialwright.vocabulary.errors import ParameterError

WORDS = {"y": True, "n": False, "?": None}


def course(said: str) -> list[Seen]:
    """“0n 30y 90?” as visits."""
    return [Seen(int(word[:-1]), WORDS[word[-1]]) for word in said.split()]


class TestSpells:
    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ("", ()),
            ("0n 90n", ()),
            ("0n 30y 90y 200n", (Spell(30, 90, 0, 200),)),
            ("0y 90n", (Spell(0, 0, None, 90),)),
            ("0n 30y 90y", (Spell(30, 90, 0, None),)),
            ("0n 30y 60? 90y 120n", (Spell(30, 90, 0, 120),)),
            ("0n 30y 60? 90n", (Spell(30, 30, 0, 90),)),
            ("0? 30y 60n 90y", (Spell(30, 30, None, 60), Spell(90, 90, 60, None))),
        ],
    )
    def test_brackets_are_the_visits_around(self, said: str, expected: tuple[Spell, ...]) -> None:
        assert spells(course(said)) == expected

    def test_a_long_gap_ends_what_nobody_saw_end(self) -> None:
        gap = course("0n 30y 60y 400y 430n")
        assert spells(gap) == (Spell(30, 400, 0, 430),)
        assert spells(gap, longest_gap_days=180) == (Spell(30, 60, 0, None), Spell(400, 400, None, 430))

    @pytest.mark.parametrize(("convention", "begins", "ends", "days"), [("seen", 30, 90, 60), ("middle", 15, 145, 130)])
    def test_conventions(self, convention: str, begins: float, ends: float, days: float) -> None:
        spell = Spell(30, 90, absent_before=0, absent_after=200)
        assert (spell.begins(convention), spell.ends(convention)) == (begins, ends)  # type: ignore[arg-type]
        assert spell.days(convention) == days  # type: ignore[arg-type]

    def test_until_next_counts_to_the_visit_that_found_it_gone(self) -> None:
        spell = Spell(30, 90, absent_before=0, absent_after=200)
        assert spell.days("until_next") == 170
        assert Spell(30, 90, absent_before=0, absent_after=None).days("until_next") == 60

    def test_days_must_rise(self) -> None:
        with pytest.raises(ParameterError, match="must lie after the visit before it"):
            spells(course("30y 30n 10y"))


class TestTimes:
    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ("0y 90n 180y", Time(180, is_event=True, after=90)),
            ("0n 90y", Time(90, is_event=True, after=None)),
            ("30n 90? 180y", Time(180, is_event=True, after=30)),
            ("30n 90n", Time(90, is_event=False, after=90)),
            ("30n 90n 180?", Time(90, is_event=False, after=90)),
        ],
    )
    def test_to_the_first_after_the_infusion(self, said: str, expected: Time) -> None:
        assert time_to_first(course(said)) == expected

    def test_nothing_observed_is_no_time(self) -> None:
        assert time_to_first(course("0n 90?")) is None

    def test_censoring_flag_of_adam(self) -> None:
        assert (Time(9, is_event=True).cnsr, Time(9, is_event=False).cnsr) == (0, 1)

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ("30y 90y 200n", Time(170, is_event=True, after=60)),
            ("30y 90y 200?", Time(60, is_event=False, after=60)),
            ("30n 90n", None),
        ],
    )
    def test_to_the_loss_of_remission(self, said: str, expected: Time | None) -> None:
        assert time_to_loss(course(said)) == expected

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ("30y 200y 395y", Time(30, is_event=True, after=None)),
            ("30y 200y 394y", Time(30, is_event=False)),
            ("30y 200n 230y 600y", Time(230, is_event=True, after=200)),
            ("30y 200n 400n", Time(400, is_event=False, after=400)),
        ],
    )
    def test_to_a_response_maintained_for_a_year(self, said: str, expected: Time) -> None:
        assert time_to_sustained(course(said), days=365) == expected

    @pytest.mark.parametrize(
        ("said", "expected"),
        [("0y 365y", True), ("0y 364y", None), ("0y 364y 400n", False), ("0n 9n", False), ("", None)],
    )
    def test_maintained_for_a_year(self, said: str, expected: bool | None) -> None:
        assert is_sustained(course(said), days=365) is expected

    @pytest.mark.parametrize(("convention", "expected"), [("seen", 0.25), ("middle", 0.5), ("until_next", 0.5)])
    def test_time_spent(self, convention: str, expected: float) -> None:
        visits = course("0n 100y 200y 300n 400n")
        assert share_of_time(visits, convention=convention) == expected  # type: ignore[arg-type]

    def test_a_long_gap_is_not_observed_time(self) -> None:
        assert share_of_time(course("0y 100y 1000n 1100n"), longest_gap_days=180) == 0.5
        assert share_of_time(course("0y")) is None


visits = st.lists(st.tuples(st.integers(1, 90), st.sampled_from([True, False, None])), min_size=1, max_size=12).map(
    lambda steps: [
        Seen(sum(days for days, _ in steps[: place + 1]), present) for place, (_, present) in enumerate(steps)
    ]
)


@given(visits)
def test_spells_hold_every_visit_with_the_state_once(seen: list[Seen]) -> None:
    there = spells(seen)
    for one in seen:
        inside = [spell for spell in there if spell.first <= one.day <= spell.last]
        if one.present is True:
            assert len(inside) == 1
        if one.present is False:
            assert not inside


@given(visits)
def test_conventions_are_ordered(seen: list[Seen]) -> None:
    for spell in spells(seen):
        assert (
            spell.days("seen")
            <= spell.days("middle")
            <= spell.days("until_next")
            + ((spell.first - spell.absent_before) / 2 if spell.absent_before is not None else 0)
        )
    shares = [share_of_time(seen, convention=each) for each in ("seen", "middle", "until_next")]  # type: ignore[arg-type]
    if shares[0] is not None:
        assert 0 <= shares[0] <= (shares[1] or 0) <= 1


@given(visits)
def test_a_time_lies_within_the_observation(seen: list[Seen]) -> None:
    found = time_to_first(seen)
    if found is not None:
        assert 0 < found.day <= seen[-1].day
        assert found.is_event == any(one.present for one in seen)


RESPONSE = course("84n 168y 252y 364y")
RESCUE = [IntercurrentEvent(200, "rescue")]


class TestStrategies:
    @pytest.mark.parametrize(
        ("strategy", "expected"),
        [("treatment policy", True), ("composite", False), ("while on treatment", True), ("hypothetical", None)],
    )
    def test_one_event_four_answers(self, strategy: Strategy, expected: bool | None) -> None:
        judged = response_at(RESPONSE, day=364, events=RESCUE, strategies={"rescue": strategy})
        assert judged.response is expected
        assert judged.because.fr != judged.because.en

    def test_while_on_treatment_looks_before_the_event(self) -> None:
        early = [IntercurrentEvent(100, "rescue")]
        judged = response_at(RESPONSE, day=364, events=early, strategies={"rescue": "while on treatment"})
        assert judged.response is False
        first = [IntercurrentEvent(10, "rescue")]
        assert (
            response_at(RESPONSE, day=364, events=first, strategies={"rescue": "while on treatment"}).response is None
        )

    def test_events_after_the_visit_do_not_matter(self) -> None:
        assert response_at(RESPONSE, day=168, events=RESCUE, strategies={"rescue": "composite"}).response is True

    def test_composite_decides_before_others(self) -> None:
        events = [IntercurrentEvent(100, "second infusion"), IntercurrentEvent(300, "death")]
        taken: dict[str, Strategy] = {"second infusion": "hypothetical", "death": "composite"}
        judged = response_at(RESPONSE, day=364, events=events, strategies=taken)
        assert judged.response is False
        assert "death on day 300" in judged.because.en

    def test_treatment_policy_needs_the_observation(self) -> None:
        left = [IntercurrentEvent(200, "withdrawal")]
        judged = response_at(course("84n 168y"), day=364, events=left, strategies={"withdrawal": "treatment policy"})
        assert judged.response is None

    @pytest.mark.parametrize("strategy", ["treatment policy", "hypothetical"])
    def test_after_a_death_there_is_nothing_to_observe(self, strategy: Strategy) -> None:
        with pytest.raises(ParameterError, match="does not apply after a death"):
            response_at(RESPONSE, day=364, events=[], strategies={"death": strategy})

    def test_every_event_needs_a_strategy(self) -> None:
        with pytest.raises(ParameterError, match="happened and has no strategy"):
            response_at(RESPONSE, day=364, events=RESCUE, strategies={})

    @pytest.mark.parametrize(
        ("strategy", "expected"),
        [
            ("treatment policy", Time(364, is_event=True, after=168)),
            ("composite", Time(200, is_event=True, after=168)),
            ("while on treatment", Time(200, is_event=False, after=168)),
            ("hypothetical", Time(200, is_event=False, after=168)),
        ],
    )
    def test_time_to_flare(self, strategy: Strategy, expected: Time) -> None:
        flares = course("84n 168n 364y")
        assert time_to_unfavourable(flares, events=RESCUE, strategies={"rescue": strategy}) == expected

    def test_a_flare_before_the_event_stays_a_flare(self) -> None:
        found = time_to_unfavourable(course("84y 364n"), events=RESCUE, strategies={"rescue": "hypothetical"})
        assert found == Time(84, is_event=True)

    @pytest.mark.parametrize("strategy", ["composite", "hypothetical"])
    def test_a_flare_on_the_day_of_its_rescue_came_first(self, strategy: Strategy) -> None:
        found = time_to_unfavourable(course("84n 200y"), events=RESCUE, strategies={"rescue": strategy})
        assert found == Time(200, is_event=True, after=84)
