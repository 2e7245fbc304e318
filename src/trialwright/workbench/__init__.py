"""Workbench: the use cases, where pure meets input and output: open, record, advise, decide, report, verify, what-if.

Lives here: one function per thing a team does with a trial; the clock. May import: everything below; the command line
and the web call these functions and show what they answer. To add a use case: a function in the file of its theme and
a line in ``_DOORS``. Names are loaded when they are first used, so that ``--help`` answers at once.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialwright.workbench.asking import (
        WhatIf,
        advise_trial,
        check_protocol,
        decision_as_data,
        protocol_schema,
        status,
        what_if,
    )
    from trialwright.workbench.assessments import allowed
    from trialwright.workbench.campaigns import run_campaign
    from trialwright.workbench.characteristics import (
        operating_as_document,
        operating_characteristics,
        write_operating_csv,
        write_operating_pdf,
    )
    from trialwright.workbench.choosing import (
        Described,
        decision_tables,
        describe,
        describe_all,
        write_decision_csv,
        write_decision_pdf,
    )
    from trialwright.workbench.demonstration import DEMOS, Progress, demonstrate
    from trialwright.workbench.exploring import (
        Skeleton,
        calibrate_design,
        compare_designs,
        follow_pathways,
        make_skeleton,
        write_calibration,
        write_comparison,
        write_pathways,
    )
    from trialwright.workbench.recording import decide_trial, record_file
    from trialwright.workbench.reporting import report_trial
    from trialwright.workbench.scoring import (
        Scored,
        all_instruments,
        documented,
        find_instrument,
        review_as_data,
        score_as_data,
        score_file,
        scores_csv,
        write_scores,
        write_template,
    )
    from trialwright.workbench.trials import Trial, open_trial, reach_trial, verify_trial, write_anchor, write_schema

_DOORS = {
    "asking": ("WhatIf", "advise_trial", "check_protocol", "decision_as_data", "protocol_schema", "status", "what_if"),
    "assessments": ("allowed",),
    "characteristics": (
        "operating_as_document",
        "operating_characteristics",
        "write_operating_csv",
        "write_operating_pdf",
    ),
    "campaigns": ("run_campaign",),
    "choosing": (
        "Described",
        "decision_tables",
        "describe",
        "describe_all",
        "write_decision_csv",
        "write_decision_pdf",
    ),
    "demonstration": ("DEMOS", "Progress", "demonstrate"),
    "exploring": (
        "Skeleton",
        "calibrate_design",
        "compare_designs",
        "follow_pathways",
        "make_skeleton",
        "write_calibration",
        "write_comparison",
        "write_pathways",
    ),
    "recording": ("decide_trial", "record_file"),
    "reporting": ("report_trial",),
    "scoring": (
        "Scored",
        "all_instruments",
        "documented",
        "find_instrument",
        "review_as_data",
        "score_as_data",
        "score_file",
        "scores_csv",
        "write_scores",
        "write_template",
    ),
    "trials": ("Trial", "open_trial", "reach_trial", "verify_trial", "write_anchor", "write_schema"),
}
_HOME = {name: module for module, names in _DOORS.items() for name in names}

__all__ = [
    "DEMOS",
    "Described",
    "Progress",
    "Scored",
    "Skeleton",
    "Trial",
    "WhatIf",
    "advise_trial",
    "all_instruments",
    "allowed",
    "calibrate_design",
    "check_protocol",
    "compare_designs",
    "decide_trial",
    "decision_as_data",
    "decision_tables",
    "demonstrate",
    "describe",
    "describe_all",
    "documented",
    "find_instrument",
    "follow_pathways",
    "make_skeleton",
    "open_trial",
    "operating_as_document",
    "operating_characteristics",
    "protocol_schema",
    "reach_trial",
    "record_file",
    "report_trial",
    "review_as_data",
    "run_campaign",
    "score_as_data",
    "score_file",
    "scores_csv",
    "status",
    "verify_trial",
    "what_if",
    "write_anchor",
    "write_calibration",
    "write_comparison",
    "write_decision_csv",
    "write_decision_pdf",
    "write_operating_csv",
    "write_operating_pdf",
    "write_pathways",
    "write_schema",
    "write_scores",
    "write_template",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
