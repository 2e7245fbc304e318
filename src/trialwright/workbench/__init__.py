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
    from trialwright.workbench.campaigns import (
        run_campaign,
    )
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
    from trialwright.workbench.deciding import (
        OnCut,
        advise_on_cut,
        close_enrolment,
        decide_trial,
        freeze_cut,
        gate_of,
        lock_data,
        point_said,
        still_to_sign,
        unlock_data,
    )
    from trialwright.workbench.demonstration import (
        DEMOS,
        Progress,
        demonstrate,
    )
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
    from trialwright.workbench.keeping import (
        back_up,
        check_backup,
        read_anchor,
        restore,
        verify_trial,
        write_anchor,
    )
    from trialwright.workbench.querying import (
        answer_query,
        close_query,
        queries,
        raise_query,
        record_deviation,
    )
    from trialwright.workbench.recording import (
        record_events,
        record_file,
    )
    from trialwright.workbench.reporting import (
        report_trial,
    )
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
    from trialwright.workbench.trailing import (
        Wanted,
        export_trail,
        trail_of,
        write_trail_pdf,
    )
    from trialwright.workbench.trials import (
        Trial,
        open_trial,
        reach_trial,
        write_schema,
    )

_DOORS = {
    "assessments": ("allowed",),
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
    "asking": (
        "advise_trial",
        "check_protocol",
        "decision_as_data",
        "protocol_schema",
        "status",
        "what_if",
        "WhatIf",
    ),
    "campaigns": ("run_campaign",),
    "characteristics": (
        "operating_as_document",
        "operating_characteristics",
        "write_operating_csv",
        "write_operating_pdf",
    ),
    "choosing": (
        "decision_tables",
        "describe",
        "describe_all",
        "Described",
        "write_decision_csv",
        "write_decision_pdf",
    ),
    "deciding": (
        "advise_on_cut",
        "close_enrolment",
        "decide_trial",
        "freeze_cut",
        "gate_of",
        "lock_data",
        "OnCut",
        "point_said",
        "still_to_sign",
        "unlock_data",
    ),
    "demonstration": (
        "demonstrate",
        "DEMOS",
        "Progress",
    ),
    "exploring": (
        "calibrate_design",
        "compare_designs",
        "follow_pathways",
        "make_skeleton",
        "Skeleton",
        "write_calibration",
        "write_comparison",
        "write_pathways",
    ),
    "keeping": (
        "back_up",
        "check_backup",
        "read_anchor",
        "restore",
        "verify_trial",
        "write_anchor",
    ),
    "querying": (
        "answer_query",
        "close_query",
        "queries",
        "raise_query",
        "record_deviation",
    ),
    "recording": (
        "record_events",
        "record_file",
    ),
    "reporting": ("report_trial",),
    "trailing": (
        "export_trail",
        "trail_of",
        "Wanted",
        "write_trail_pdf",
    ),
    "trials": (
        "open_trial",
        "reach_trial",
        "Trial",
        "write_schema",
    ),
}
_HOME = {name: module for module, names in _DOORS.items() for name in names}

__all__ = [
    "DEMOS",
    "Described",
    "OnCut",
    "Progress",
    "Scored",
    "Skeleton",
    "Trial",
    "Wanted",
    "WhatIf",
    "advise_on_cut",
    "advise_trial",
    "all_instruments",
    "allowed",
    "answer_query",
    "back_up",
    "calibrate_design",
    "check_backup",
    "check_protocol",
    "close_enrolment",
    "close_query",
    "compare_designs",
    "decide_trial",
    "decision_as_data",
    "decision_tables",
    "demonstrate",
    "describe",
    "describe_all",
    "documented",
    "export_trail",
    "find_instrument",
    "follow_pathways",
    "freeze_cut",
    "gate_of",
    "lock_data",
    "make_skeleton",
    "open_trial",
    "operating_as_document",
    "operating_characteristics",
    "point_said",
    "protocol_schema",
    "queries",
    "raise_query",
    "reach_trial",
    "read_anchor",
    "record_deviation",
    "record_events",
    "record_file",
    "report_trial",
    "restore",
    "review_as_data",
    "run_campaign",
    "score_as_data",
    "score_file",
    "scores_csv",
    "status",
    "still_to_sign",
    "trail_of",
    "unlock_data",
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
    "write_trail_pdf",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
