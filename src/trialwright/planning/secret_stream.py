"""Numbers that nobody can guess who does not hold the key, and that are the same again for whoever does.

The bytes of a stream are HMAC-SHA-256 of its key over its label and a counter (as NIST SP 800-108r1 does in counter
mode). Integers are drawn from them by rejection, so that each is exactly equally likely. Streams of the same key with
different labels tell nothing about each other.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Protocol, TypeVar, final

from trialwright.vocabulary.errors import Finding, ParameterError

KEY_BYTES = 32
T = TypeVar("T")


class Draws(Protocol):
    """Where whole numbers come from."""

    def below(self, bound: int) -> int:
        """A whole number from 0 to ``bound`` - 1, each equally likely."""
        ...


@final
@dataclass(slots=True)
class SecretStream:
    """A stream of one key under one label; ParameterError for a key that is too short to be secret."""

    key: bytes = field(repr=False)
    label: str
    _counter: int = 0
    _left: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        """Refuse a short key."""
        if len(self.key) < KEY_BYTES:
            finding = Finding("key", f"{len(self.key)} bytes", f"must hold at least {KEY_BYTES} bytes")
            raise ParameterError("this key keeps no secret", [finding])

    def take(self, count: int) -> bytes:
        """The next bytes of the stream."""
        while len(self._left) < count:
            self._counter += 1
            name = self.label.encode()
            counted = len(name).to_bytes(4, "big") + name + self._counter.to_bytes(8, "big")
            self._left += hmac.digest(self.key, counted, "sha256")
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    def below(self, bound: int) -> int:
        """A whole number from 0 to ``bound`` - 1; what would favour small ones is drawn again.

        >>> SecretStream(bytes(32), "example").below(6) in range(6)
        True
        """
        width = max(1, ((bound - 1).bit_length() + 7) // 8)
        fair = (256**width // bound) * bound
        while (drawn := int.from_bytes(self.take(width), "big")) >= fair:
            pass
        return drawn % bound


def shuffled(items: Sequence[T], draws: Draws) -> tuple[T, ...]:
    """The items in an order of which each is equally likely (Fisher and Yates, in Durstenfeld's form)."""
    mixed = list(items)
    for last in range(len(mixed) - 1, 0, -1):
        other = draws.below(last + 1)
        mixed[last], mixed[other] = mixed[other], mixed[last]
    return tuple(mixed)


def chosen(chances: Sequence[Fraction], draws: Draws) -> int:
    """The place of one of the chances, drawn exactly with that chance; they add up to 1."""
    whole = lcm(*(chance.denominator for chance in chances))
    left = draws.below(whole)
    for place, chance in enumerate(chances):
        left -= int(chance * whole)
        if left < 0:
            return place
    raise ValueError("the chances do not add up to 1")
