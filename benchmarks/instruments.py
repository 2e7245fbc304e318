"""How long scoring takes: 100 000 full assessments by every instrument of every disease, one process.

`python benchmarks/instruments.py` prints one line for each. Answers are drawn from the instrument's own scale.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from trialwright import diseases
from trialwright.testing.diseases import scale_of

ASSESSMENTS = 100_000


def drawn(instrument: Any, *, count: int) -> tuple[list[str], np.ndarray]:
    """Random full assessments; letters and words as the numbers of their places."""
    random = np.random.default_rng(1)
    keys, columns = list(scale_of(instrument)), []
    for key in keys:
        answers = scale_of(instrument)[key]
        coded = next((each for each in instrument.questions if each.key == key), None)
        words = any(isinstance(answer, str) for answer in answers)
        values = (
            coded_values(instrument, key, answers=answers) if words and coded else [float(each) for each in answers]
        )
        columns.append(random.choice(values, size=count))
    return keys, np.stack(columns, axis=-1)


def coded_values(instrument: Any, key: str, *, answers: Any) -> list[float]:
    """The numbers behind words, from the data file."""
    file = (
        next(getattr(instrument, name) for name in ("sheet", "listing") if hasattr(instrument, name))
        if not hasattr(instrument, "recorded")
        else instrument
    )
    codes = next(each.codes for each in file.recorded if each.key == key)
    return [float(codes[answer]) for answer in answers]


def main() -> None:
    """One line for each instrument: name, questions, seconds."""
    for disease in diseases.available():
        for name, instrument in diseases.disease(disease).instruments().items():
            keys, assessments = drawn(instrument, count=ASSESSMENTS)
            start = time.perf_counter()
            instrument.score_many(assessments, keys=keys)  # type: ignore[attr-defined]
            print(f"{name:40s} {len(keys):4d} {time.perf_counter() - start:6.2f} s")


if __name__ == "__main__":
    main()
