"""Methods of randomisation that need no more than what was allocated before: blocks, complete, big stick.

Arms are counted from 0, in the order of the allocation ratio. A method answers two questions: what a whole list is
(``sequence``, from draws that nobody can guess: ``secret_stream``), and with which chance each arm comes next for
somebody who knows the method and every earlier allocation (``chances``), from which ``guessing`` says how well the next
one could be guessed. Minimisation looks at the participants, too: ``minimisation``.

Rosenberger & Lachin, *Randomization in Clinical Trials* (2nd ed. 2016), chapters 3 and 5; permuted blocks: Zelen, *J
Chronic Dis* 27 (1974) 365–375; big stick: Soares & Wu, *Communications in Statistics A* 12 (1983) 2017–2034.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from math import comb, prod
from typing import Protocol, final

from trialwright.planning.secret_stream import Draws, chosen, shuffled
from trialwright.vocabulary.errors import Complaints, Finding, ParameterError

Ratio = tuple[int, ...]
Chances = tuple[Fraction, ...]


class Method(Protocol):
    """A way to allocate without looking at the participant."""

    @property
    def ratio(self) -> Ratio:
        """Participants planned in each arm, by the smallest whole numbers that say so."""
        ...

    def sequence(self, draws: Draws, *, length: int) -> tuple[int, ...]:
        """The arms of a list of so many allocations."""
        ...

    def chances(self, past: Sequence[int]) -> Chances:
        """With which chance each arm comes next, as known from the earlier allocations of this list."""
        ...


def check_ratio(ratio: Ratio, complaints: Complaints) -> None:
    """Note what is wrong with an allocation ratio."""
    complaints.unless(len(ratio) >= 2, "ratio", ratio, "must name at least two arms")
    complaints.unless(all(share >= 1 for share in ratio), "ratio", ratio, "must hold whole numbers from 1 on")


def by_ratio(ratio: Ratio) -> Chances:
    """The chance of each arm by the ratio alone."""
    return tuple(Fraction(share, sum(ratio)) for share in ratio)


@final
@dataclass(frozen=True, slots=True)
class Complete:
    """Every allocation by itself, as a coin (or a die) falls: nothing can be guessed, and nothing is balanced."""

    ratio: Ratio

    def __post_init__(self) -> None:
        """Refuse a ratio that cannot be meant."""
        complaints = Complaints()
        check_ratio(self.ratio, complaints)
        complaints.raise_as(ParameterError, "complete randomisation cannot be used so")

    def chances(self, past: Sequence[int]) -> Chances:
        """The ratio, whatever came before."""
        return by_ratio(self.ratio)

    def sequence(self, draws: Draws, *, length: int) -> tuple[int, ...]:
        """The arms of a list of so many allocations."""
        return tuple(chosen(self.chances(()), draws) for _ in range(length))


@final
@dataclass(frozen=True, slots=True)
class BigStick:
    """As a coin falls, until an arm would be further ahead than tolerated: then another one is taken.

    An arm may come next when its count over its share of the ratio, with one more, is at most ``tolerated`` above the
    smallest of these. With two equal arms that is Soares and Wu's rule: the difference never exceeds ``tolerated``.
    """

    ratio: Ratio
    tolerated: int = 3

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        complaints = Complaints()
        check_ratio(self.ratio, complaints)
        complaints.unless(self.tolerated >= 1, "tolerated", self.tolerated, "must be 1 or more; 3 is usual")
        complaints.raise_as(ParameterError, "the big stick cannot be used so")

    def chances(self, past: Sequence[int]) -> Chances:
        """By the ratio among the arms that are not too far ahead; the arm furthest behind always is one of them."""
        counts = [past.count(arm) for arm in range(len(self.ratio))]
        behind = min(Fraction(count, share) for count, share in zip(counts, self.ratio, strict=True))
        open_to = [
            share if Fraction(count + 1, share) - behind <= self.tolerated else 0
            for count, share in zip(counts, self.ratio, strict=True)
        ]
        return tuple(Fraction(share, sum(open_to)) for share in open_to)

    def sequence(self, draws: Draws, *, length: int) -> tuple[int, ...]:
        """The arms of a list of so many allocations."""
        arms: list[int] = []
        while len(arms) < length:
            arms.append(chosen(self.chances(arms), draws))
        return tuple(arms)


@final
@dataclass(frozen=True, slots=True)
class PermutedBlocks:
    """Blocks in each of which the ratio is kept exactly; the size of each is drawn from ``sizes``, equally likely.

    One size only makes the end of each block certain for whoever knows it: name several, and tell nobody.
    """

    ratio: Ratio
    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse sizes in which the ratio cannot be kept."""
        complaints = Complaints()
        check_ratio(self.ratio, complaints)
        complaints.unless(bool(self.sizes), "sizes", self.sizes, "must name at least one block size")
        complaints.unless(len(set(self.sizes)) == len(self.sizes), "sizes", self.sizes, "must differ")
        whole = sum(self.ratio) or 1
        for size in self.sizes:
            allowed = f"must be a multiple of {whole}, the sum of the ratio"
            complaints.unless(size >= whole and size % whole == 0, "sizes", size, allowed)
        complaints.raise_as(ParameterError, "permuted blocks cannot be used so")

    def contents(self, size: int) -> Ratio:
        """How many participants of each arm are in a block of this size."""
        return tuple(share * size // sum(self.ratio) for share in self.ratio)

    def blocks(self, draws: Draws) -> Iterator[tuple[int, ...]]:
        """One block after another, without end."""
        while True:
            held = self.contents(self.sizes[draws.below(len(self.sizes))])
            yield shuffled([arm for arm, count in enumerate(held) for _ in range(count)], draws)

    def sequence(self, draws: Draws, *, length: int) -> tuple[int, ...]:
        """The arms of a list of so many allocations; the last block may be cut."""
        endless = chain.from_iterable(self.blocks(draws))
        return tuple(next(endless) for _ in range(length))

    def chances(self, past: Sequence[int]) -> Chances:
        """What somebody knows of the next arm who knows the sizes and every earlier allocation, by Bayes' rule.

        Followed is how probable the past is together with each point at which a block may have ended: ``ended[i]`` for
        "a block ended after i allocations". A stretch of ``m`` allocations with counts ``c`` begins a block with
        contents ``k`` in ``prod(k! / (k - c)!) · (n - m)! / n!`` of its orders.
        """
        ended = [Fraction(1)] + [Fraction(0)] * len(past)
        weights = [Fraction(0)] * len(self.ratio)
        for start in range(len(past) + 1):
            for size in self.sizes if ended[start] else ():
                held, seen = self.contents(size), past[start : start + size]
                counts = tuple(seen.count(arm) for arm in range(len(held)))
                way = ended[start] * _begins(held, counts) / len(self.sizes)
                if len(seen) == size:
                    ended[start + size] += way
                    continue
                left = size - len(seen)
                weights = [w + way * Fraction(h - c, left) for w, h, c in zip(weights, held, counts, strict=True)]
        whole = sum(weights)
        if not whole:
            finding = Finding("past", tuple(past), "is not a list that these blocks can give")
            raise ParameterError("the next allocation cannot be said", [finding])
        return tuple(weight / whole for weight in weights)


def _begins(held: Ratio, counts: tuple[int, ...]) -> Fraction:
    """How probable it is that a block with these contents begins with one given order of these counts."""
    if any(count > there for count, there in zip(counts, held, strict=True)):
        return Fraction(0)
    orders = _orders(held)
    return Fraction(_orders(tuple(h - c for h, c in zip(held, counts, strict=True))), orders)


def _orders(held: Sequence[int]) -> int:
    """How many different orders there are of so many of each arm."""
    return prod(comb(sum(held[: place + 1]), count) for place, count in enumerate(held))
