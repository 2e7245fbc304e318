"""Test settings: the same examples on every machine, and no deadline that a busy one could miss."""

import os

# Tests run side by side; a thread pool of the matrix library in each of them only gets in the way.
for _pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_pool, "1")

from hypothesis import settings  # noqa: E402 - after the pools are held down

from servers import postgresql  # noqa: E402, F401 - a fixture

settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=2_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
