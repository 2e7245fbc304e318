"""Registries: the results of a trial in the shape in which a registry shows them, as plain JSON values.

Lives here: one file per registry, a function of ``RegistryResults`` that answers dictionaries and lists. Nothing is
computed here. May import: what the documents may. To add a registry: a file with one function, and its name below.
"""

from trialwright.report.registries.clinicaltrials_gov import clinicaltrials_gov
from trialwright.report.registries.eudract import eudract

REGISTRIES = {"clinicaltrials.gov": clinicaltrials_gov, "eudract": eudract}

__all__ = ["REGISTRIES", "clinicaltrials_gov", "eudract"]
