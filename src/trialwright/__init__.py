"""trialwright runs an early-phase trial of a cell therapy, from the protocol file to the report."""
