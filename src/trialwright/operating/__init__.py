"""Operating: how a study behaves before it is run.

Lives here: virtual trials, day by day, through the same ``decide`` as the live trial. May import: conduct and
everything below. Randomness arrives as arrays with an address (seed, trial, participant), never from a global state.
"""

from trialwright.operating.virtual import People, VirtualTrials, draw_people, run_trials

__all__ = ["People", "VirtualTrials", "draw_people", "run_trials"]
