"""Aids to a judgement: Naranjo and WHO-UMC for the relation, ASTCT for two syndromes of cell products.

Lives here: one file for each aid, over a data file with its source and status. An aid suggests, a person judges;
nothing here is recorded or counted by itself. What nobody answered stays open: it says what it can and between which
limits the answer lies. May import: vocabulary. To add one: a data file, a file with a function of the answers.
"""

from trialwright.conduct.aids.astct import Graded, crs, icans
from trialwright.conduct.aids.naranjo import Naranjo, naranjo
from trialwright.conduct.aids.who_umc import RELATED, WhoUmc, who_umc

__all__ = ["RELATED", "Graded", "Naranjo", "WhoUmc", "crs", "icans", "naranjo", "who_umc"]
