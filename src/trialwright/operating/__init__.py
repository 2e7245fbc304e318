"""Operating: how a study behaves before it is run.

Lives here: virtual trials, day by day, through the same ``decide`` as the live trial; the decision table of a design
alone. May import: conduct and everything below. Randomness arrives as arrays with an address (seed, trial,
participant), never from a global state.
"""

from trialwright.operating.decision_table import Advised, DecisionTable, Group, Setting, decision_table
from trialwright.operating.virtual import People, VirtualTrials, draw_people, run_trials

__all__ = [
    "Advised",
    "DecisionTable",
    "Group",
    "People",
    "Setting",
    "VirtualTrials",
    "decision_table",
    "draw_people",
    "run_trials",
]
