"""A small trial that observes activity, for tests: what its protocol file says, in several versions."""

from __future__ import annotations

from trials import protocol_text
from trialwright.protocol import Study, parse_protocol

BOIN12 = 'name = "boin12"\ntoxicity_limit = 0.35\nactivity_limit = 0.25'
SHAPES = "[[0.2, 0.4, 0.6], [0.4, 0.6, 0.6], [0.6, 0.4, 0.2]]"
WAGES_TAIT = (
    'name = "wages_tait"\ntoxicity_limit = 0.3\nactivity_limit = 0.2\nskeleton = [0.08, 0.16, 0.3]\n'
    f"activity_skeletons = {SHAPES}"
)
EFFTOX = """name = "efftox"
doses = [1, 2, 4]
toxicity_limit = 0.35
activity_limit = 0.3
hinge_activity = 0.2
hinge_dlt = 0.7
hinge_both = [0.5, 0.2]
prior_dlt_intercept = [-1.5, 1.5]
prior_dlt_slope = [1.0, 1.0]
prior_activity_intercept = [0, 1.5]
prior_activity_slope = [0.5, 1]"""
BY_ENDPOINT = """
[[endpoints]]
name = "better"
title = { en = "Feels better", fr = "Va mieux" }
visit = "Week 4"
definition = { en = "as asked", fr = "selon la question" }

[[visits]]
name = { en = "Week 4", fr = "Semaine 4" }
day = 28

[activity]
endpoint = "better"
"""
BY_CHANGE = """
[disease]
name = "lupus"
instruments = ["sledai-2k"]

[[visits]]
name = { en = "Week 4", fr = "Semaine 4" }
day = 28

[activity]
instrument = "sledai-2k"
visit = "Week 4"
operator = "<="
change = -4
first_day = 20
last_day = 40
"""


def text_with_activity(*, section: str = BY_ENDPOINT, design: str = BOIN12, **settings: object) -> str:
    """The text of a small protocol file that says what counts as activity."""
    return protocol_text(design=design, **settings) + section  # type: ignore[arg-type]


def study_with_activity(**settings: object) -> Study:
    """The study of that file; settings as in ``text_with_activity``."""
    return parse_protocol(text_with_activity(**settings).encode())  # type: ignore[arg-type]
