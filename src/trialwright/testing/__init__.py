"""The contract kit: what anything added to trialwright has to keep, as checks anyone can run on their own.

Lives here: one file per kind of addition (``ledgers``, …), each with a ``check_…`` function that runs every check and a
tuple of the checks by name, to hand to a test runner one by one. May import: anything below the workbench; nothing in
the house imports the kit. To add a promise: write one function whose first sentence is the promise, and list it.
"""

from trialwright.testing.ledgers import LEDGER_CHECKS, REOPEN_CHECKS, check_ledger

__all__ = ["LEDGER_CHECKS", "REOPEN_CHECKS", "check_ledger"]
