"""The ledger keeps every event of a trial, in order, for as long as records are kept; nothing in it is ever changed.

Lives here: one file per place a ledger can be kept (``memory``, ``database``), the digest chain they share (``chain``),
the tables and their versions (``schema``, ``migrations/``), and what a storage error means to a person (``troubles``);
beside the record, what proves who somebody is (``credentials``, ``secrets``).
May import: ``vocabulary``; of others only SQLAlchemy, Alembic, argon2 and pyotp. Nothing here reads a clock: the time
comes with the entry.

To add a backend: write one file with a class that keeps ``chain.Line`` and answers the ``Ledger`` protocol, run
``trialwright.testing.check_ledger`` on it, and name it below. To keep a ledger in another SQL database: add its guards
to ``schema.APPEND_ONLY``. To change the tables: add a file to ``migrations/versions/``; old ones are never edited.
"""

from trialwright.ledger.chain import check_anchor
from trialwright.ledger.credentials import Change, Credentials, Stored
from trialwright.ledger.database import DatabaseLedger
from trialwright.ledger.memory import MemoryLedger

__all__ = ["Change", "Credentials", "DatabaseLedger", "MemoryLedger", "Stored", "check_anchor"]
