"""Randomisation: balance in every block, the chances by enumeration, streams nobody can guess, minimisation by hand."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings, strategies as st
from scipy.stats import chisquare

from trialwright.planning import BigStick, Complete, Minimisation, PermutedBlocks, SecretStream, guessable
from trialwright.planning.guessing import convergence_guesses
from trialwright.planning.secret_stream import chosen, shuffled
from trialwright.vocabulary.errors import ParameterError

KEY = bytes(range(32))
RATIOS = st.lists(st.integers(1, 3), min_size=2, max_size=4).map(tuple)


@dataclass
class Scripted:
    """Draws that are given; one that is missing ends the attempt."""

    given: Sequence[int]
    bounds: list[int] = field(default_factory=list)

    def below(self, bound: int) -> int:
        self.bounds.append(bound)
        return self.given[len(self.bounds) - 1]


def every_outcome(run) -> Iterator[tuple[object, Fraction]]:  # type: ignore[no-untyped-def]
    """Every result of something that draws, with its chance: the slow twin of any stream."""
    waiting: list[tuple[tuple[int, ...], Fraction]] = [((), Fraction(1))]
    while waiting:
        given, chance = waiting.pop()
        draws = Scripted(given)
        try:
            yield run(draws), chance
        except IndexError:
            bound = draws.bounds[-1]
            waiting += [((*given, value), chance / bound) for value in range(bound)]


def distribution(run) -> dict[object, Fraction]:  # type: ignore[no-untyped-def]
    total: Counter[object] = Counter()
    for result, chance in every_outcome(run):
        total[result] += chance  # type: ignore[assignment]
    return dict(total)  # type: ignore[arg-type]


class TestSecretStream:
    def test_it_is_hmac_sha_256_in_counter_mode(self) -> None:
        import hashlib
        import hmac

        first = hmac.new(KEY, b"\0\0\0\1a" + (1).to_bytes(8, "big"), hashlib.sha256).digest()
        second = hmac.new(KEY, b"\0\0\0\1a" + (2).to_bytes(8, "big"), hashlib.sha256).digest()
        stream = SecretStream(KEY, "a")
        assert stream.take(40) + stream.take(24) == first + second

    def test_other_labels_and_other_keys_give_other_bytes(self) -> None:
        taken = {SecretStream(key, label).take(16) for key in (KEY, bytes(32)) for label in ("a", "b", "")}
        assert len(taken) == 6

    @pytest.mark.parametrize("bound", [1, 2, 3, 6, 10, 255, 256, 257])
    def test_whole_numbers_are_equally_likely(self, bound: int) -> None:
        stream = SecretStream(KEY, f"below {bound}")
        drawn = Counter(stream.below(bound) for _ in range(40 * bound))
        assert set(drawn) <= set(range(bound))
        if bound > 1:
            assert chisquare([drawn[value] for value in range(bound)]).pvalue > 1e-4

    def test_what_would_favour_small_numbers_is_drawn_again(self) -> None:
        stream = SecretStream(KEY, "x")
        stream._left = bytes([255, 252, 251])  # 252 = 6 · 42: 252 and above are drawn again for a die
        assert stream.below(6) == 251 % 6

    def test_a_short_key_is_refused_and_a_key_is_never_shown(self) -> None:
        with pytest.raises(ParameterError, match="32 bytes"):
            SecretStream(b"secret", "a")
        assert repr(KEY) not in repr(SecretStream(KEY, "a"))

    def test_every_order_is_equally_likely(self) -> None:
        orders = distribution(lambda draws: shuffled("abcd", draws))
        assert set(orders.values()) == {Fraction(1, 24)}
        assert len(orders) == 24

    def test_a_choice_has_exactly_its_chances(self) -> None:
        chances = (Fraction(1, 3), Fraction(1, 2), Fraction(0), Fraction(1, 6))
        found = distribution(lambda draws: chosen(chances, draws))
        assert found == {0: chances[0], 1: chances[1], 3: chances[3]}


class TestPermutedBlocks:
    @settings(max_examples=40, deadline=None)
    @given(ratio=RATIOS, multiples=st.sets(st.integers(1, 3), min_size=1), seed=st.binary(min_size=32, max_size=32))
    def test_every_block_keeps_the_ratio(self, ratio: tuple[int, ...], multiples: set[int], seed: bytes) -> None:
        sizes = tuple(sum(ratio) * many for many in sorted(multiples))
        method = PermutedBlocks(ratio, sizes)
        blocks = list(itertools.islice(method.blocks(SecretStream(seed, "s")), 6))
        for block in blocks:
            assert len(block) in sizes
            assert tuple(block.count(arm) * sum(ratio) for arm in range(len(ratio))) == tuple(
                share * len(block) for share in ratio
            )
        flat = list(itertools.chain.from_iterable(blocks))
        assert method.sequence(SecretStream(seed, "s"), length=len(flat) - 1) == tuple(flat[:-1])

    @pytest.mark.parametrize(("ratio", "sizes"), [((1, 1), (2, 4)), ((2, 1), (3,)), ((1, 1, 1), (3,))])
    def test_chances_are_those_of_every_list_enumerated(self, ratio: tuple[int, ...], sizes: tuple[int, ...]) -> None:
        method, length = PermutedBlocks(ratio, sizes), 4
        lists = distribution(lambda draws: method.sequence(draws, length=length))
        assert sum(lists.values()) == 1
        for one in lists:
            for place in range(length):
                past = one[:place]  # type: ignore[index]
                alike = {other: chance for other, chance in lists.items() if other[:place] == past}  # type: ignore[index]
                expected = tuple(
                    sum(chance for other, chance in alike.items() if other[place] == arm) / sum(alike.values())  # type: ignore[index]
                    for arm in range(len(ratio))
                )
                assert method.chances(past) == expected

    def test_all_lists_of_a_block_are_equally_likely_in_the_stream_too(self) -> None:
        method = PermutedBlocks((1, 1), (4,))
        drawn = Counter(method.sequence(SecretStream(KEY, str(number)), length=4) for number in range(1200))
        assert len(drawn) == comb(4, 2)
        assert chisquare(list(drawn.values())).pvalue > 1e-4

    def test_strata_are_independent(self) -> None:
        method = PermutedBlocks((1, 1), (2, 4))
        pairs = Counter(
            tuple(method.sequence(SecretStream(KEY, f"{number}:{stratum}"), length=1)[0] for stratum in "ab")
            for number in range(800)
        )
        assert len(pairs) == 4
        assert chisquare(list(pairs.values())).pvalue > 1e-4

    def test_what_the_blocks_cannot_give_is_refused(self) -> None:
        with pytest.raises(ParameterError, match="not a list"):
            PermutedBlocks((1, 1), (2,)).chances((0, 0))

    @pytest.mark.parametrize(
        ("ratio", "sizes", "said"),
        [((1,), (2,), "two arms"), ((1, 0), (1,), "from 1"), ((1, 1), (), "at least one"), ((1, 1), (3,), "multiple")],
    )
    def test_bad_parameters_are_refused_in_words(
        self, ratio: tuple[int, ...], sizes: tuple[int, ...], said: str
    ) -> None:
        with pytest.raises(ParameterError, match=said):
            PermutedBlocks(ratio, sizes)


class TestOtherMethods:
    def test_complete_randomisation_follows_the_ratio(self) -> None:
        drawn = Counter(Complete((2, 1)).sequence(SecretStream(KEY, "c"), length=3000))
        assert chisquare([drawn[0], drawn[1]], [2000, 1000]).pvalue > 1e-4

    @settings(max_examples=30, deadline=None)
    @given(tolerated=st.integers(1, 4), seed=st.binary(min_size=32, max_size=32))
    def test_the_big_stick_is_soares_and_wus_with_two_equal_arms(self, tolerated: int, seed: bytes) -> None:
        method = BigStick((1, 1), tolerated)
        ahead = 0
        sequence = method.sequence(SecretStream(seed, "b"), length=40)
        for place, arm in enumerate(sequence):
            forced = abs(ahead) == tolerated
            expected = (Fraction(ahead < 0), Fraction(ahead > 0)) if forced else (Fraction(1, 2),) * 2
            assert method.chances(sequence[:place]) == expected
            ahead += 1 if arm == 0 else -1
            assert abs(ahead) <= tolerated

    def test_the_big_stick_with_a_ratio_never_blocks_every_arm(self) -> None:
        sequence = BigStick((3, 2, 1), 1).sequence(SecretStream(KEY, "b"), length=120)
        assert [sequence.count(arm) for arm in range(3)] == pytest.approx([60, 40, 20], abs=6)


class TestGuessing:
    @pytest.mark.parametrize("size", [2, 4, 6])
    def test_blackwell_and_hodges_1957(self, size: int) -> None:
        """In a block of 2 m: m + 2^(2m - 1) / C(2m, m) - 1/2 right guesses by "convergence"."""
        half = size // 2
        lists = distribution(lambda draws: shuffled((0,) * half + (1,) * half, draws))
        mean = sum(float(chance) * convergence_guesses(one) for one, chance in lists.items())  # type: ignore[arg-type]
        assert mean == pytest.approx(half + 2 ** (size - 1) / comb(size, half) - 0.5)
        found = sum(
            float(chance) * guessable(PermutedBlocks((1, 1), (size,)), [one]).best  # type: ignore[list-item]
            for one, chance in lists.items()
        )
        assert found * size == pytest.approx(mean)  # with one known size no guess is better

    def test_random_sizes_are_harder_to_guess_and_complete_randomisation_not_at_all(self) -> None:
        lists = [PermutedBlocks((1, 1), (4, 6, 8)).sequence(SecretStream(KEY, str(one)), length=24) for one in range(8)]
        fixed = [PermutedBlocks((1, 1), (4,)).sequence(SecretStream(KEY, str(one)), length=24) for one in range(8)]
        random, known = (
            guessable(PermutedBlocks((1, 1), (4, 6, 8)), lists),
            guessable(PermutedBlocks((1, 1), (4,)), fixed),
        )
        assert 0.5 < random.best < known.best
        assert random.certain < known.certain
        alone = guessable(Complete((2, 1)), [(0, 1, 0)])
        assert (alone.best, alone.certain) == (pytest.approx(2 / 3), 0)


class TestMinimisation:
    def test_pocock_and_simons_measure_by_hand(self) -> None:
        """Three factors; sharing the first level: 3 and 2, the second: 1 and 3, the third: 2 and 2."""
        past = [
            (("a", "x", "u"), 0), (("a", "y", "u"), 0), (("a", "y", "v"), 0),
            (("a", "x", "u"), 1), (("a", "x", "u"), 1), (("b", "x", "v"), 1),
        ]  # fmt: skip
        found = Minimisation((1, 1), (1.0, 1.0, 1.0)).imbalances(past, ("a", "x", "u"))
        assert found == (abs(4 - 2) + abs(2 - 3) + abs(3 - 2), abs(3 - 3) + abs(1 - 4) + abs(2 - 3))
        weighted = Minimisation((1, 1), (2.0, 0.5, 1.0)).imbalances(past, ("a", "x", "u"))
        assert weighted == (Fraction(11, 2), Fraction(5, 2))
        by_variance = Minimisation((1, 1), (1.0, 1.0, 1.0), imbalance="variance").imbalances(past, ("a", "x", "u"))
        assert by_variance == (Fraction(4 + 1 + 1, 2), Fraction(0 + 9 + 1, 2))

    def test_the_favoured_arm_gets_its_probability_and_the_first_participant_the_ratio(self) -> None:
        method = Minimisation((1, 1), (1.0,), favoured=0.8)
        assert method.chances([], ("a",)) == (Fraction(1, 2), Fraction(1, 2))
        assert method.chances([(("a",), 0)], ("a",)) == (Fraction(1, 5), Fraction(4, 5))
        assert method.chances([(("b",), 0)], ("a",)) == (Fraction(1, 2), Fraction(1, 2))

    @given(ratio=RATIOS, favoured=st.sampled_from([0.8, 0.9, 1.0]))
    def test_arms_favoured_in_their_ratio_are_given_in_their_ratio(
        self, ratio: tuple[int, ...], favoured: float
    ) -> None:
        method, whole = Minimisation(ratio, (1.0,), favoured=favoured), sum(ratio)
        given = [method.given_favoured(arm) for arm in range(len(ratio))]
        assert all(sum(one) == 1 for one in given)
        for arm, share in enumerate(ratio):
            assert sum(Fraction(ratio[k], whole) * given[k][arm] for k in range(len(ratio))) == Fraction(share, whole)

    @pytest.mark.parametrize("ratio", [(1, 1), (2, 1), (1, 1, 1)])
    def test_margins_are_balanced_more_closely_than_by_complete_randomisation(self, ratio: tuple[int, ...]) -> None:
        people = [tuple(SecretStream(KEY, f"p{one}{f}").below(2) for f in range(4)) for one in range(60)]
        levels = [tuple(str(value) for value in one) for one in people]
        method, stream, past = Minimisation(ratio, (1.0,) * 4, favoured=0.9), SecretStream(KEY, "m"), []
        for one in levels:
            past.append((one, method.next(stream, past=past, levels=one)))
        drawn = Complete(ratio).sequence(SecretStream(KEY, "c"), length=60)

        def uneven(arms: Sequence[int]) -> float:
            total = 0.0
            for place, level in itertools.product(range(4), "01"):
                counts = [
                    sum(1 for one, arm in zip(levels, arms, strict=True) if one[place] == level and arm == each) / share
                    for each, share in enumerate(ratio)
                ]
                total += max(counts) - min(counts)
            return total

        assert uneven([arm for _, arm in past]) < uneven(drawn) / 2

    def test_bad_parameters_are_refused_at_once(self) -> None:
        with pytest.raises(ParameterError) as caught:
            Minimisation((1, 1), (), favoured=0.5)
        assert {one.place for one in caught.value.findings} == {"weights", "favoured"}
        with pytest.raises(ParameterError, match="one a factor"):
            Minimisation((1, 1), (1.0,)).chances([], ("a", "b"))
