"""Many small whole numbers in few machine words, so that equal states of a trial are found by sorting integers.

Each field gets as many bits as its largest value needs and lies within one word of 62 bits; a state is one column of
``[W, B]`` words. Adding to a field is one integer addition, whatever the other fields hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from trialwright.numerics.arrays import Floats, Ints

BITS = 62  # of a signed 64-bit word: what is packed stays positive, with a bit to spare


@final
@dataclass(frozen=True, slots=True)
class Layout:
    """Where each field lies; fields are numbered from 0 in the order of their sizes."""

    word: Ints  # [F]
    shift: Ints  # [F]
    mask: Ints  # [F]
    words: int

    @classmethod
    def of(cls, largest: Sequence[int]) -> Layout:
        """Fields that hold 0 ... largest each, packed first come, first served."""
        word, shift, used, current = [], [], 0, 0
        widths = [int(value).bit_length() for value in largest]
        for width in widths:
            if used + width > BITS:
                current, used = current + 1, 0
            word.append(current)
            shift.append(used)
            used += width
        mask = [(1 << width) - 1 for width in widths]
        return cls(np.array(word, np.int64), np.array(shift, np.int64), np.array(mask, np.int64), current + 1)

    @property
    def units(self) -> Ints:
        """What adding 1 to a field adds to each word, ``[F, W]``."""
        return np.where(self.word[:, None] == np.arange(self.words), np.int64(1) << self.shift[:, None], 0)

    def packed(self, columns: Sequence[Ints]) -> Ints:
        """States whose fields have these values, each ``[B]``: ``[W, B]``."""
        answer = np.zeros((self.words, len(columns[0])), np.int64)
        for word, shift, values in zip(self.word, self.shift, columns, strict=True):
            answer[word] |= values << shift
        return answer

    def read(self, packed: Ints, fields: slice | Sequence[int]) -> Ints:
        """The values of some fields, ``[B, len(fields)]``."""
        which = np.arange(len(self.word))[fields]
        answer = np.empty((len(which), packed.shape[1]), np.int64)  # field by field in memory, so that sums over
        for row, field in enumerate(which):  # fields run along the states
            np.bitwise_and(packed[self.word[field]] >> self.shift[field], self.mask[field], out=answer[row])
        return answer.T

    def written(self, packed: Ints, *, field: int, value: Ints | int) -> Ints:
        """The same states with one field set anew."""
        word, shift = self.word[field], self.shift[field]
        answer = packed.copy()
        answer[word] = (answer[word] & ~(self.mask[field] << shift)) | (np.asarray(value, np.int64) << shift)
        return answer


def merged(packed: Ints, weight: Floats) -> tuple[Ints, Floats]:
    """Every state once, in the order of its words, with the weights of its copies added up: ``[W, B]`` and ``[B]``.

    >>> merged(np.array([[7, 3, 7]]), np.array([1.0, 2.0, 4.0]))
    (array([[3, 7]]), array([2., 5.]))
    """
    if packed.shape[1] == 0:
        return packed, weight
    order = np.argsort(packed[0], kind="stable") if len(packed) == 1 else np.lexsort(packed[::-1])
    ordered = packed[:, order]
    first = np.concatenate([[True], (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)])
    return ordered[:, first], np.add.reduceat(weight[order], np.flatnonzero(first))


def distinct(packed: Ints) -> tuple[Ints, Ints]:
    """Where every state stands first, and which of these each state equals: ``[K]`` and ``[B]``.

    >>> distinct(np.array([[7, 3, 7]]))
    (array([1, 0]), array([1, 0, 1]))
    """
    order = np.argsort(packed[0], kind="stable") if len(packed) == 1 else np.lexsort(packed[::-1])
    ordered = packed[:, order]
    new = np.ones(packed.shape[1], np.bool_)
    new[1:] = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    which = np.empty(packed.shape[1], np.int64)
    which[order] = new.cumsum() - 1
    return order[new], which
