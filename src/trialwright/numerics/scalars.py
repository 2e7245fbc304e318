"""Questions about single values that come from a file: is it a number, a whole number, a probability?"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeGuard


def is_number(value: Any) -> TypeGuard[float]:
    """Whether it is a finite number (True and False are not).

    >>> is_number(0.2), is_number(float("nan")), is_number(True), is_number("0.2")
    (True, False, False, False)
    """
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_positive(value: Any) -> TypeGuard[float]:
    """Whether it is a number above 0."""
    return is_number(value) and value > 0


def is_probability(value: Any) -> TypeGuard[float]:
    """Whether it is a number strictly between 0 and 1."""
    return is_number(value) and 0 < value < 1


def is_count(value: Any, *, least: int = 1) -> TypeGuard[int]:
    """Whether it is a whole number of at least ``least``."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def is_list_of(question: Callable[[Any], bool], values: Any) -> bool:
    """Whether it is a list that is not empty and the question is answered yes for each of its entries."""
    return isinstance(values, tuple | list) and len(values) > 0 and all(map(question, values))


def is_rising(values: tuple[float, ...]) -> bool:
    """Whether every value is above the one before."""
    return all(low < high for low, high in pairwise(values))
