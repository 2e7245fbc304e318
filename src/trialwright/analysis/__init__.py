"""Analysis: what the data of a trial say, one file for each analysis, results before layout.

Lives here: populations, disposition, exposure, dose-limiting toxicity, adverse events, baseline activity, responses,
decisions, repeated measures over visits. Every function of a trial takes a ``Case`` and answers plain values; words and
layout belong to the report. May import: conduct and everything below. To add an analysis: one file, a function of a
``Case`` (or of arrays, where data of any origin are analysed), a dataclass for its rows.
"""

import lazy_loader

# Loaded when first asked for (``__init__.pyi``): data made elsewhere need nothing of a trial of ours.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
