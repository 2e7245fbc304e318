"""Planning: the trial that comes next, how large it must be, when it may be looked at, and what a look then says.

Lives here: endpoints with what is assumed of them, looks with their boundaries, sizes, single-arm designs, monitoring;
methods of randomisation (``randomisation``, ``minimisation``) over numbers nobody can guess (``secret_stream``), and
how well their next allocation could be guessed (``guessing``); the simulated trial: the latent course of a disease
(``disease_course``), what infusions do to it (``infusion_effect``), care, follow-up, whole trials (``rct_simulation``,
``rct_campaign``), their questions and the choice between them (``rct_questions``, ``optimiser``).
What a plan may ask beyond its size (``further``): Bayesian monitoring (``posterior_monitoring``), earlier placebo arms
as a prior (``borrowing``), a single-arm step, dropped arms, adaptive allocation.
May import: everything below (operating, conduct, protocol, numerics, vocabulary). To add an endpoint: a frozen record
in ``endpoints`` whose ``fixed`` says how many participants one look needs, from a kernel in ``numerics``. Parameters
that cannot be meant raise one ParameterError with all findings; what does not apply raises Refused.
"""

from trialwright.planning.comparison import Comparison, Size
from trialwright.planning.endpoints import (
    Counts,
    ExactRates,
    Means,
    Needed,
    RateRatio,
    Rates,
    RepeatedMeans,
    TimeToEvent,
)
from trialwright.planning.guessing import Guessable, guessable
from trialwright.planning.looks import Boundaries, Errors, Looks, boundaries
from trialwright.planning.minimisation import Minimisation
from trialwright.planning.monitoring import Ended, Interim, assurance, at_interim, at_the_end
from trialwright.planning.randomisation import BigStick, Complete, Method, PermutedBlocks
from trialwright.planning.secret_stream import SecretStream
from trialwright.planning.single_arm import SingleArm

__all__ = [
    "BigStick",
    "Boundaries",
    "Comparison",
    "Complete",
    "Counts",
    "Ended",
    "Errors",
    "ExactRates",
    "Guessable",
    "Interim",
    "Looks",
    "Means",
    "Method",
    "Minimisation",
    "Needed",
    "PermutedBlocks",
    "RateRatio",
    "Rates",
    "RepeatedMeans",
    "SecretStream",
    "SingleArm",
    "Size",
    "TimeToEvent",
    "assurance",
    "at_interim",
    "at_the_end",
    "boundaries",
    "guessable",
]
