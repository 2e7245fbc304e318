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
    from trialwright.workbench.outside import (
        check_data,
        inconsistencies,
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
    from trialwright.workbench.screening import (
        confirm,
        eligibility_of,
        enrol,
        screen,
        screening_template,
        waive,
    )
    from trialwright.workbench.simulating import (
        campaign_as_document,
        read_campaign,
        run_campaign_file,
        simulate_protocol,
        simulated_as_document,
        write_campaign,
        write_simulated,
    )
    from trialwright.workbench.staff import (
        change_password,
        close_account,
        delegate,
        end_delegation,
        entry_to_sign,
        new_second_factor,
        open_account,
        open_trial,
        people,
        remove_second_factor,
        review_trail,
        sign,
        signature_list,
        unlock_account,
    )
    from trialwright.workbench.stopping import (
        StoppingTable,
        stopping_tables,
    )
    from trialwright.workbench.trailing import (
        Wanted,
        export_trail,
        trail_of,
        write_trail_pdf,
    )
    from trialwright.workbench.trials import (
        Trial,
        reach_trial,
        write_schema,
    )
    from trialwright.workbench.visiting import (
        Seen,
        answer,
        assess,
        labs_of,
        range_template,
        read_visits,
        set_ranges,
        visit_template,
        visits_of,
    )

_DOORS = {
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
    "outside": (
        "check_data",
        "inconsistencies",
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
    "screening": (
        "confirm",
        "eligibility_of",
        "enrol",
        "screen",
        "screening_template",
        "waive",
    ),
    "simulating": (
        "campaign_as_document",
        "read_campaign",
        "run_campaign_file",
        "simulate_protocol",
        "simulated_as_document",
        "write_campaign",
        "write_simulated",
    ),
    "staff": (
        "change_password",
        "close_account",
        "delegate",
        "end_delegation",
        "entry_to_sign",
        "new_second_factor",
        "open_account",
        "open_trial",
        "people",
        "remove_second_factor",
        "review_trail",
        "sign",
        "signature_list",
        "unlock_account",
    ),
    "stopping": (
        "stopping_tables",
        "StoppingTable",
    ),
    "trailing": (
        "export_trail",
        "trail_of",
        "Wanted",
        "write_trail_pdf",
    ),
    "trials": (
        "reach_trial",
        "Trial",
        "write_schema",
    ),
    "visiting": (
        "Seen",
        "answer",
        "assess",
        "labs_of",
        "range_template",
        "read_visits",
        "set_ranges",
        "visit_template",
        "visits_of",
    ),
}
_HOME = {name: module for module, names in _DOORS.items() for name in names}

__all__ = [
    "DEMOS",
    "Described",
    "OnCut",
    "Progress",
    "Seen",
    "Skeleton",
    "StoppingTable",
    "Trial",
    "Wanted",
    "WhatIf",
    "advise_on_cut",
    "advise_trial",
    "answer",
    "answer_query",
    "assess",
    "back_up",
    "calibrate_design",
    "campaign_as_document",
    "change_password",
    "check_backup",
    "check_data",
    "check_protocol",
    "close_account",
    "close_enrolment",
    "close_query",
    "compare_designs",
    "confirm",
    "decide_trial",
    "decision_as_data",
    "decision_tables",
    "delegate",
    "demonstrate",
    "describe",
    "describe_all",
    "eligibility_of",
    "end_delegation",
    "enrol",
    "entry_to_sign",
    "export_trail",
    "follow_pathways",
    "freeze_cut",
    "gate_of",
    "inconsistencies",
    "labs_of",
    "lock_data",
    "make_skeleton",
    "new_second_factor",
    "open_account",
    "open_trial",
    "operating_as_document",
    "operating_characteristics",
    "people",
    "point_said",
    "protocol_schema",
    "queries",
    "raise_query",
    "range_template",
    "reach_trial",
    "read_anchor",
    "read_campaign",
    "read_visits",
    "record_deviation",
    "record_events",
    "record_file",
    "remove_second_factor",
    "report_trial",
    "restore",
    "review_trail",
    "run_campaign",
    "run_campaign_file",
    "screen",
    "screening_template",
    "set_ranges",
    "sign",
    "signature_list",
    "simulate_protocol",
    "simulated_as_document",
    "status",
    "still_to_sign",
    "stopping_tables",
    "trail_of",
    "unlock_account",
    "unlock_data",
    "verify_trial",
    "visit_template",
    "visits_of",
    "waive",
    "what_if",
    "write_anchor",
    "write_calibration",
    "write_campaign",
    "write_comparison",
    "write_decision_csv",
    "write_decision_pdf",
    "write_operating_csv",
    "write_operating_pdf",
    "write_pathways",
    "write_schema",
    "write_simulated",
    "write_trail_pdf",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
