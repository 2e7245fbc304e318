"""Analysis of data sets in the shape of ADaM, for a trial with any number of arms: one file, one analysis.

Every analysis is a function from an `AdamTrial` to `Result` rows: one statistic each, with its population, group, visit
and method. What was noticed on the way (who was left out, and why) is a `Note` beside them. Layout belongs to the
report. May import: numerics and vocabulary. To add an analysis: one file with ``analyse(trial)``, and a line in
``analyses``.
"""
