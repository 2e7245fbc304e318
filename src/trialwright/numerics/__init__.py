"""Arrays in, arrays out: the sums behind the decisions, each with its formula, its source and a slow twin in the tests.

Lives here: quadrature with a stated error, posteriors, maximum likelihood, exact intervals and tests, repeated
measures, time to event, the rule for ties. May import: numpy and scipy; nothing of this package. To add a kernel: one
file, the formula and its equation number in the docstring, and a second, slower computation of the same number in
``tests/rooms/numerics/``.
"""
