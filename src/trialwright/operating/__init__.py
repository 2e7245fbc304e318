"""Operating: how a study behaves before it is run.

Lives here: exact operating characteristics (every way a trial can end, and what follows under any truth); simulated
ones (many virtual trials, each with its calendar); both through the same ``decide`` as the live trial; the decision
table of a design alone. May import: conduct and everything below. Randomness has an address (seed, trial,
participant) and never comes from a global state.
"""

from trialwright.operating.campaign import Campaign, Results, RunAs
from trialwright.operating.circumstances import (
    Accrual,
    Circumstances,
    Committee,
    LateTiming,
    UniformTiming,
    WeibullTiming,
)
from trialwright.operating.conditions import Conditions, as_if_assigned
from trialwright.operating.decision_table import Advised, DecisionTable, Group, Setting, decision_table
from trialwright.operating.ends import Characteristics, TrialEnds
from trialwright.operating.exact import TooManyStates, every_end
from trialwright.operating.people import People, draw_people
from trialwright.operating.results import OperatingCharacteristics
from trialwright.operating.simulated import Simulated, simulate
from trialwright.operating.tally import Tally
from trialwright.operating.truths import Truths
from trialwright.operating.virtual import VirtualTrials, run_trials
from trialwright.operating.worst_case import Region, WorstCase, largest, smallest

__all__ = [
    "Accrual",
    "Advised",
    "Campaign",
    "Characteristics",
    "Circumstances",
    "Committee",
    "Conditions",
    "DecisionTable",
    "Group",
    "LateTiming",
    "OperatingCharacteristics",
    "People",
    "Region",
    "Results",
    "RunAs",
    "Setting",
    "Simulated",
    "Tally",
    "TooManyStates",
    "TrialEnds",
    "Truths",
    "UniformTiming",
    "VirtualTrials",
    "WeibullTiming",
    "WorstCase",
    "as_if_assigned",
    "decision_table",
    "draw_people",
    "every_end",
    "largest",
    "run_trials",
    "simulate",
    "smallest",
]
