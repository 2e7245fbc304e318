"""Operating: how a study behaves before it is run.

Lives here: exact operating characteristics (every way a trial can end, and what follows under any truth); simulated
ones (many virtual trials, each with its calendar); both through the same ``decide`` as the live trial; the decision
table of a design alone; what is asked of all this: pathways, comparison, calibration. May import: conduct and
everything below. Randomness has an address (seed, trial, participant) and never comes from a global state.
"""

from trialwright.operating.calibration import Calibration, Wanted, calibrate
from trialwright.operating.campaign import Campaign, Results, RunAs
from trialwright.operating.circumstances import (
    Accrual,
    Circumstances,
    Committee,
    LateTiming,
    UniformTiming,
    WeibullTiming,
)
from trialwright.operating.comparison import Aim, Candidate, Comparison, compare
from trialwright.operating.conditions import Conditions, as_if_assigned
from trialwright.operating.decision_table import Advised, DecisionTable, Group, Setting, decision_table
from trialwright.operating.desirability_table import DesirabilityTable, Limits, Scored, desirability_table
from trialwright.operating.ends import Characteristics, TrialEnds
from trialwright.operating.exact import TooManyStates, every_end
from trialwright.operating.made import Made
from trialwright.operating.pathways import Pathways, Step, pathways
from trialwright.operating.people import People, draw_people
from trialwright.operating.results import OperatingCharacteristics
from trialwright.operating.scenarios import Scenario, default_scenarios, parse_scenarios
from trialwright.operating.simulated import Simulated, simulate
from trialwright.operating.tally import Tally
from trialwright.operating.truths import Truths
from trialwright.operating.variants import with_design
from trialwright.operating.virtual import VirtualTrials, run_trials
from trialwright.operating.worst_case import Region, WorstCase, largest, smallest

__all__ = [
    "Accrual",
    "Advised",
    "Aim",
    "Calibration",
    "Campaign",
    "Candidate",
    "Characteristics",
    "Circumstances",
    "Committee",
    "Comparison",
    "Conditions",
    "DecisionTable",
    "DesirabilityTable",
    "Group",
    "LateTiming",
    "Limits",
    "Made",
    "OperatingCharacteristics",
    "Pathways",
    "People",
    "Region",
    "Results",
    "RunAs",
    "Scenario",
    "Scored",
    "Setting",
    "Simulated",
    "Step",
    "Tally",
    "TooManyStates",
    "TrialEnds",
    "Truths",
    "UniformTiming",
    "VirtualTrials",
    "Wanted",
    "WeibullTiming",
    "WorstCase",
    "as_if_assigned",
    "calibrate",
    "compare",
    "decision_table",
    "default_scenarios",
    "desirability_table",
    "draw_people",
    "every_end",
    "largest",
    "parse_scenarios",
    "pathways",
    "run_trials",
    "simulate",
    "smallest",
    "with_design",
]
