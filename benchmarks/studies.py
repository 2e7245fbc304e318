"""The trials that are timed: five levels, thirty participants, one design each."""

from __future__ import annotations

from trialwright.protocol import Study, parse_protocol

PROTOCOL = """
[identity]
id = "BENCH"
title = { en = "Thirty participants", fr = "Trente participants" }
phase = "1"
sponsor = "nobody"
planned_n = <n>

[dose]
unit = { en = "units", fr = "unités" }
amounts = <amounts>
start_level = 1
cohort_size = <size>

[design]
<design>

[[rules]]
name = "no_skipping"

[[rules]]
name = "stop_at_n"
n = <n>

[dlt]
min_grade = 3
relation = "related"
last_day = 28
"""
SKELETONS = {
    2: [0.12, 0.25],
    3: [0.12, 0.25, 0.4],
    4: [0.05, 0.12, 0.25, 0.4],
    5: [0.05, 0.12, 0.25, 0.4, 0.55],
    6: [0.05, 0.12, 0.25, 0.4, 0.55, 0.65],
    7: [0.02, 0.05, 0.12, 0.25, 0.4, 0.55, 0.65],
}
TRUTH = [0.05, 0.1, 0.25, 0.4, 0.55]
CRM = 'name = "crm"\ntarget_toxicity_rate = 0.25\nskeleton = {skeleton}'
TITE_CRM = CRM.replace('"crm"', '"tite_crm"')
BLRM = (
    'name = "blrm"\ndoses = [1.0, 2.0, 4.0, 8.0, 16.0]\nreference_dose = 4.0\n'
    "prior_mean = [-1.0, 0.0]\nprior_sd = [2.0, 1.0]\ntarget_interval = [0.2, 0.3]"
)
INTERVAL = 'name = "{name}"\ntarget_toxicity_rate = 0.25'


def study(design: str, *, n: int = 30, size: int = 3, levels: int = 5) -> Study:
    """A trial around a design."""
    amounts = [float(level) for level in range(1, levels + 1)]
    filled = design.replace("{skeleton}", str(SKELETONS.get(levels)))
    return parse_protocol(_filled(n=n, size=size, amounts=amounts, design=filled).encode())


def _filled(**places: object) -> str:
    text = PROTOCOL
    for name, value in places.items():
        text = text.replace(f"<{name}>", str(value))
    return text
