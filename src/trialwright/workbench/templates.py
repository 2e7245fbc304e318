"""Templates made from the protocol, so that nothing is typed twice and nothing is forgotten."""

from __future__ import annotations

from typing import Literal

from trialwright.protocol import Study
from trialwright.protocol.product import ReleaseTest

COLUMNS = (
    "what",
    "donation",
    "donor",
    "tissue",
    "batch",
    "donations",
    "on",
    "expires_on",
    "product_code",
    "bag",
    "volume_ml",
    "cells",
    "counts",
    "counted",
    "viability",
    "dmso_percent",
    "identifier",
    "test",
    "value",
    "unit",
    "event",
    "at",
    "place",
    "temperature_c",
    "minutes",
    "note",
    "justification",
)
HEAD = """# One batch, from the donor to the bags. Record it with `trialwright batch TRIAL --file THIS_FILE`:
# all of it, or none and every finding at once. Pseudonyms only. Lines that begin with # are not read.

[[donations]]
donation = "DONATION-NUMBER"
donor = "DONOR-01"
on = 2026-01-01
tissue = ""

[[batches]]
batch = "BATCH-NUMBER"
donations = ["DONATION-NUMBER"]
on = 2026-01-02
expires_on = 2028-01-02

# One [[bags]] for each bag. counts: viable or total (then with viability, a share from 0 to 1);
# counted: pre-freeze or post-thaw; dmso_percent: volume by volume.
[[bags]]
bag = "BAG-NUMBER"
batch = "BATCH-NUMBER"
on = 2026-01-02
volume_ml = 20.0
cells = 1e8
counts = "total"
counted = "pre-freeze"
viability = 0.9
dmso_percent = 10.0
"""
TAIL = """
# Whether the batch is in specification is computed from the tests. Outside it, a physician's justification is needed,
# and the release counts once it is signed.
# [[releases]]
# batch = "BATCH-NUMBER"
# on = 2026-01-04
# justification = ""

# What happened in store: received, moved, thawed, excursion, destroyed or returned.
# [[storage]]
# bag = "BAG-NUMBER"
# on = 2026-01-03
# what = "excursion"
# temperature_c = -100.0
# minutes = 2.0
"""


def batch_template(study: Study, kind: Literal["toml", "csv"]) -> str:
    """A file to fill in for one batch; the release tests are those of the protocol."""
    tests = study.product.tests if study.product else ()
    if kind == "toml":
        return HEAD + "".join(_test_table(one) for one in tests) + TAIL
    examples = [
        {"what": "donations", "donation": "DONATION-NUMBER", "donor": "DONOR-01", "on": "2026-01-01"},
        {
            "what": "batches",
            "batch": "BATCH-NUMBER",
            "donations": "DONATION-NUMBER",
            "on": "2026-01-02",
            "expires_on": "2028-01-02",
        },
        {"what": "bags", "bag": "BAG-NUMBER", "batch": "BATCH-NUMBER", "on": "2026-01-02", "volume_ml": "20"}
        | {"cells": "1e8", "counts": "total", "counted": "pre-freeze", "viability": "0.9", "dmso_percent": "10"},
        *(
            {"what": "tests", "batch": "BATCH-NUMBER", "on": "2026-01-03", "test": one.test, "unit": one.unit}
            for one in tests
        ),
    ]
    lines = [COLUMNS, *([row.get(name, "") for name in COLUMNS] for row in examples)]
    return "\n".join(",".join(_quoted(cell) for cell in line) for line in lines) + "\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\n') else cell


def _test_table(test: ReleaseTest) -> str:
    """A test to fill in; leaving the value out says that it could not be determined, leaving the table out, no test."""
    asked = test.said("en").replace("\n", " ")
    name, unit = (text.replace("\\", "\\\\").replace('"', '\\"') for text in (test.test, test.unit))
    return (
        f'\n# {test.title.en}: passes when {asked}\n[[tests]]\nbatch = "BATCH-NUMBER"\non = 2026-01-03\n'
        f'test = "{name}"\nunit = "{unit}"\n# value =\n'
    )
