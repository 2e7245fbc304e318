"""Operating: how a study behaves before it is run.

Lives here: exact operating characteristics (every way a trial can end, and what follows under any truth); virtual
trials, day by day; both through the same ``decide`` as the live trial; the decision table of a design alone; what is
asked of all this: pathways, comparison, calibration. May import: conduct and everything below. Randomness arrives as
arrays with an address (seed, trial, participant), never from a global state.
"""

from trialwright.operating.calibration import Calibration, Wanted, calibrate
from trialwright.operating.comparison import Aim, Candidate, Comparison, compare
from trialwright.operating.conditions import Conditions, as_if_assigned
from trialwright.operating.decision_table import Advised, DecisionTable, Group, Setting, decision_table
from trialwright.operating.ends import Characteristics, TrialEnds
from trialwright.operating.exact import TooManyStates, every_end
from trialwright.operating.pathways import Pathways, Step, pathways
from trialwright.operating.scenarios import Scenario, default_scenarios, parse_scenarios
from trialwright.operating.truths import Truths
from trialwright.operating.variants import with_design
from trialwright.operating.virtual import People, VirtualTrials, draw_people, run_trials
from trialwright.operating.worst_case import Region, WorstCase, largest, smallest

__all__ = [
    "Advised",
    "Aim",
    "Calibration",
    "Candidate",
    "Characteristics",
    "Comparison",
    "Conditions",
    "DecisionTable",
    "Group",
    "Pathways",
    "People",
    "Region",
    "Scenario",
    "Setting",
    "Step",
    "TooManyStates",
    "TrialEnds",
    "Truths",
    "VirtualTrials",
    "Wanted",
    "WorstCase",
    "as_if_assigned",
    "calibrate",
    "compare",
    "decision_table",
    "default_scenarios",
    "draw_people",
    "every_end",
    "largest",
    "parse_scenarios",
    "pathways",
    "run_trials",
    "smallest",
    "with_design",
]
