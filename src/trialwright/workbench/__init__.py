"""Workbench: the use cases, where pure meets input and output: open, record, advise, decide, report, verify, what-if.

Lives here: one function per thing a team does with a trial; the clock. May import: everything below; the command line
and the web call these functions and show what they answer. To add a use case: a function in the file of its theme and
a line in ``__init__.pyi``, which is the list of what is offered here. Names are loaded when they are first used, so
that ``--help`` answers at once.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
