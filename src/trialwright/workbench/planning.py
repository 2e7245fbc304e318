"""Planning the next trial from a plan file: read it, size it, show what it would do."""

from __future__ import annotations

from pathlib import Path

from trialwright.planning.plan import Plan
from trialwright.planning.plan_file import parse_plan
from trialwright.workbench.files import read_file


def read_plan(path: Path) -> Plan:
    """The plan in a file; ParameterError with every finding when it does not describe one yet."""
    return parse_plan(read_file(path, what="plan file"), name=str(path))
