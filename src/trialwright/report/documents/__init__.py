"""Documents: which tables, figures and sentences each report holds, written from the results of analyses.

Lives here: one file per theme of the trial report, and ``trial_report`` that joins them. Nothing is computed here. To
add a section: a function of the findings that answers a ``Section``, and its place in ``trial_report``.
Nothing is loaded with the package: each document loads its own.
"""
