"""Operating: how a study behaves before it is run.

Lives here: exact operating characteristics (every way a trial can end, and what follows under any truth); virtual
trials, day by day; both through the same ``decide`` as the live trial; the decision table of a design alone. May
import: conduct and everything below. Randomness arrives as arrays with an address (seed, trial, participant), never
from a global state.
"""

from trialwright.operating.conditions import Conditions, as_if_assigned
from trialwright.operating.decision_table import Advised, DecisionTable, Group, Setting, decision_table
from trialwright.operating.ends import Characteristics, TrialEnds
from trialwright.operating.exact import TooManyStates, every_end
from trialwright.operating.truths import Truths
from trialwright.operating.virtual import People, VirtualTrials, draw_people, run_trials
from trialwright.operating.worst_case import Region, WorstCase, largest, smallest

__all__ = [
    "Advised",
    "Characteristics",
    "Conditions",
    "DecisionTable",
    "Group",
    "People",
    "Region",
    "Setting",
    "TooManyStates",
    "TrialEnds",
    "Truths",
    "VirtualTrials",
    "WorstCase",
    "as_if_assigned",
    "decision_table",
    "draw_people",
    "every_end",
    "largest",
    "run_trials",
    "smallest",
]
