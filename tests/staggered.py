"""Studies whose accrual is faster than their DLT window, and their people, for the tests of virtual trials."""

from __future__ import annotations

from trials import CRM, THREE, study_of
from trialwright.operating import People, draw_people
from trialwright.protocol import Study

DAYS = 100
LAST_DAY = 10
WAIT = 'name = "wait_for_pending"\nscope = "all"'
WAIT_NEXT = 'name = "wait_for_pending"\nscope = "before_next_cohort"'
WAIT_UP = 'name = "wait_for_pending"\nscope = "before_escalation"'
TOXIC = 'name = "stop_when_too_toxic"\nlevel = "lowest"\nrate = 0.25\nconfidence = 0.9\nposterior = "beta"'
TOXIC_MODEL = TOXIC.replace("beta", "design")
SKIP, COHORT, STOP = 'name = "no_skipping"', 'name = "complete_cohort"', 'name = "stop_at_n"\nn = 12'
LIKELIHOOD = CRM + '\nmodel = "logistic"'
SENTINEL, STAGGER = 'name = "sentinel"\ndays = 5', 'name = "stagger"\ndays = 2'
BOIN = 'name = "boin"\ntarget_toxicity_rate = 0.25'
REPLACE, TITRATION = 'name = "replace_non_evaluable"', 'name = "accelerated_titration"'
COUNTED = STOP + '\ncount = "evaluable"'
BACKFILL = 'name = "backfill"\nat_most = 3'
BACKFILL_ALL = 'name = "backfill"\nat_most = 5\ncount = "all"'
TITE_CRM = CRM.replace('"crm"', '"tite_crm"')
ADAPTIVE = TITE_CRM + '\nweights = "adaptive"\nestimate = "posterior-mean"'
TITE_BOIN = 'name = "tite_boin"\ntarget_toxicity_rate = 0.25'
DEESCALATE = THREE + "\nallow_deescalate = true"

# Accrual is faster than the window in every one of them: a person every 2 to 5 days, a window of 10.
STUDIES = [
    {"design": CRM, "rules": [SKIP, COHORT, TOXIC_MODEL, WAIT_UP, STOP]},
    {"design": CRM, "rules": [SKIP, WAIT, STOP], "cohort_size": 1, "start_level": 2},
    {"design": LIKELIHOOD, "rules": [COHORT, REPLACE + "\nat_most = 1", TOXIC, STOP], "cohort_size": 2},
    {"design": THREE, "rules": [WAIT]},
    {"design": DEESCALATE, "rules": [COHORT, WAIT_UP, STOP], "start_level": 2},
    {"design": BOIN, "rules": [COHORT, REPLACE, SENTINEL, STAGGER, STOP]},
    {"design": BOIN, "rules": [COHORT, REPLACE, TITRATION, COUNTED]},
    {"design": 'name = "rolling_six"', "rules": [STOP], "cohort_size": 1},
    {"design": BOIN, "rules": [COHORT, REPLACE, WAIT_NEXT, BACKFILL, STOP]},
    {"design": CRM, "rules": [SKIP, COHORT, WAIT_UP, BACKFILL, STAGGER, STOP], "cohort_size": 2},
    {"design": DEESCALATE, "rules": [COHORT, BACKFILL_ALL, STOP]},
    {"design": TITE_CRM, "rules": [SKIP, TOXIC_MODEL, STOP], "cohort_size": 1},
    {"design": ADAPTIVE, "rules": [SKIP, TOXIC, STOP], "cohort_size": 1},
    {"design": TITE_BOIN, "rules": [STOP], "cohort_size": 1},
]
BLRM_GIVEN = """name = "blrm"
doses = [1.0, 2.0, 4.0]
reference_dose = 2.0
prior_mean = [-1.1, 0.0]
prior_sd = [1.5, 0.7]
dose = "given\""""
CRM_GIVEN = CRM + '\ndose = "given"\ndoses = [1.0, 2.0, 4.0]'
# Designs that use the dose given itself.
DOSES_GIVEN = [
    {"design": CRM_GIVEN, "rules": [SKIP, COHORT, TOXIC_MODEL, WAIT_UP, STOP]},
    {"design": CRM_GIVEN + '\nmethod = "likelihood"', "rules": [SKIP, STOP], "cohort_size": 1},
    {"design": BLRM_GIVEN, "rules": [SKIP, COHORT, STOP], "start_level": 2},
    {"design": CRM_GIVEN.replace('"crm"', '"tite_crm"'), "rules": [SKIP, TOXIC_MODEL, STOP], "cohort_size": 1},
]
TRIALS_EACH = 25  # 14 × 25 = 350 trials


def study_at(place: int) -> Study:
    """One of the studies."""
    return study_of(last_day=LAST_DAY, **STUDIES[place])


def people_at(place: int, *, trials: int = TRIALS_EACH) -> People:
    """Its people: some leave, some wait for their infusion."""
    return draw_people(
        seed=20 + place, trials=trials, people=14, mean_gap_days=2 + place % 4, window_days=LAST_DAY, leaving=0.15
    )
