# What the workbench offers, by the file of its theme; read by `lazy_loader` when the package is loaded.

from .analysing import (
    TABLES as TABLES,
    Analysed as Analysed,
    Wishes as Wishes,
    analyse_data as analyse_data,
    data_template as data_template,
)
from .asking import (
    advise_trial as advise_trial,
    status as status,
)
from .assessments import (
    allowed as allowed,
)
from .board_reports import (
    LookAsked as LookAsked,
    closed_report as closed_report,
    open_report as open_report,
)
from .campaigns import (
    run_campaign as run_campaign,
)
from .characteristics import (
    operating_as_document as operating_as_document,
    operating_characteristics as operating_characteristics,
    write_operating_csv as write_operating_csv,
    write_operating_pdf as write_operating_pdf,
)
from .choosing import (
    Described as Described,
    decision_tables as decision_tables,
    describe as describe,
    describe_all as describe_all,
    write_decision_csv as write_decision_csv,
    write_decision_pdf as write_decision_pdf,
)
from .cutting import (
    OnCut as OnCut,
    advise_on_cut as advise_on_cut,
    close_enrolment as close_enrolment,
    freeze_cut as freeze_cut,
    gate_of as gate_of,
    lock_data as lock_data,
    point_said as point_said,
    still_to_sign as still_to_sign,
    unlock_data as unlock_data,
)
from .deciding import (
    decide_trial as decide_trial,
    decision_record as decision_record,
    write_document as write_document,
)
from .demonstration import (
    DEMOS as DEMOS,
    PLANS as PLANS,
    Progress as Progress,
    demonstrate as demonstrate,
    demonstrate_plan as demonstrate_plan,
)
from .documents import (
    board_pack as board_pack,
    case_on as case_on,
    checklist_of as checklist_of,
    foreseen_of as foreseen_of,
    listings as listings,
    plain_summary as plain_summary,
    protocol_section as protocol_section,
    registry_as_data as registry_as_data,
    registry_as_document as registry_as_document,
    results_for_registries as results_for_registries,
    write_documents as write_documents,
)
from .exploring import (
    Skeleton as Skeleton,
    calibrate_design as calibrate_design,
    compare_designs as compare_designs,
    follow_pathways as follow_pathways,
    make_skeleton as make_skeleton,
    write_calibration as write_calibration,
    write_comparison as write_comparison,
    write_pathways as write_pathways,
)
from .files import read_text as read_text
from .interim import (
    interim_as_document as interim_as_document,
    interim_data as interim_data,
    look_at_plan as look_at_plan,
)
from .keeping import (
    back_up as back_up,
    check_backup as check_backup,
    read_anchor as read_anchor,
    restore as restore,
    verify_trial as verify_trial,
    write_anchor as write_anchor,
)
from .leaving import (
    end_follow_up as end_follow_up,
    withdraw_consent as withdraw_consent,
)
from .outside import (
    check_data as check_data,
    inconsistencies as inconsistencies,
)
from .planning import (
    assurance_as_document as assurance_as_document,
    assure_plan as assure_plan,
    plan_as_document as plan_as_document,
    plan_further as plan_further,
    plan_schema as plan_schema,
    plan_template as plan_template,
    plan_text as plan_text,
    plan_trial as plan_trial,
    read_plan as read_plan,
    write_plan_report as write_plan_report,
    write_plan_template as write_plan_template,
)
from .product import (
    BatchStanding as BatchStanding,
    Infused as Infused,
    batches as batches,
    confirm_identity as confirm_identity,
    infuse as infuse,
    prepare_dose as prepare_dose,
    record_batches as record_batches,
    release_batch as release_batch,
    release_dose as release_dose,
    store_bags as store_bags,
)
from .querying import (
    answer_query as answer_query,
    close_query as close_query,
    queries as queries,
    raise_query as raise_query,
    record_deviation as record_deviation,
)
from .randomising import (
    Randomised as Randomised,
    SealedList as SealedList,
    check_kit as check_kit,
    dispense as dispense,
    guessing_game as guessing_game,
    outside as outside,
    randomise as randomise,
    randomised as randomised,
    seal_list as seal_list,
)
from .rct import (
    RctAsked as RctAsked,
    rct_as_document as rct_as_document,
    rct_bytes as rct_bytes,
    simulate_rct_plan as simulate_rct_plan,
    write_rct_report as write_rct_report,
)
from .recording import (
    record_events as record_events,
    record_file as record_file,
)
from .reporting import (
    report_trial as report_trial,
)
from .safety import (
    AIDS as AIDS,
    VERBS as VERBS,
    AdverseEventNow as AdverseEventNow,
    AdverseEvents as AdverseEvents,
    adverse_events as adverse_events,
    aid as aid,
    clocks as clocks,
    record_safety as record_safety,
    record_safety_file as record_safety_file,
    safety_template as safety_template,
)
from .scoring import (
    Scored as Scored,
    all_instruments as all_instruments,
    documented as documented,
    find_instrument as find_instrument,
    review_as_data as review_as_data,
    score_as_data as score_as_data,
    score_file as score_file,
    scores_csv as scores_csv,
    write_scores as write_scores,
    write_template as write_template,
)
from .screening import (
    confirm as confirm,
    eligibility_of as eligibility_of,
    enrol as enrol,
    screen as screen,
    screening_template as screening_template,
    waive as waive,
)
from .simulating import (
    campaign_as_document as campaign_as_document,
    read_campaign as read_campaign,
    run_campaign_file as run_campaign_file,
    simulate_protocol as simulate_protocol,
    simulated_as_document as simulated_as_document,
    write_campaign as write_campaign,
    write_simulated as write_simulated,
)
from .staff import (
    change_password as change_password,
    close_account as close_account,
    delegate as delegate,
    end_delegation as end_delegation,
    entry_to_sign as entry_to_sign,
    new_second_factor as new_second_factor,
    open_account as open_account,
    open_trial as open_trial,
    people as people,
    remove_second_factor as remove_second_factor,
    review_trail as review_trail,
    sign as sign,
    signature_list as signature_list,
    unlock_account as unlock_account,
)
from .stopping import (
    StoppingTable as StoppingTable,
    stopping_tables as stopping_tables,
)
from .supposing import (
    WhatIf as WhatIf,
    check_protocol as check_protocol,
    decision_as_data as decision_as_data,
    protocol_schema as protocol_schema,
    what_if as what_if,
)
from .templates import (
    batch_template as batch_template,
)
from .tracing import (
    trace_trial as trace_trial,
)
from .trailing import (
    Wanted as Wanted,
    export_trail as export_trail,
    trail_of as trail_of,
    write_trail_pdf as write_trail_pdf,
)
from .trials import (
    Trial as Trial,
    reach_trial as reach_trial,
    write_schema as write_schema,
)
from .unblinding import (
    Code as Code,
    Kit as Kit,
    Shown as Shown,
    key_from as key_from,
    kit_list as kit_list,
    seal_envelopes as seal_envelopes,
    unblind as unblind,
    unblinding_codes as unblinding_codes,
)
from .visiting import (
    Seen as Seen,
    answer as answer,
    assess as assess,
    labs_of as labs_of,
    range_template as range_template,
    read_visits as read_visits,
    set_ranges as set_ranges,
    visit_template as visit_template,
    visits_of as visits_of,
)
