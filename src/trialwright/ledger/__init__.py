"""The ledger keeps every event of a trial, in order, for as long as records are kept; nothing in it is ever changed.

Lives here: ledgers in memory and in a database (``memory``, ``database``), one file per kind of database (``sqlite``,
``postgresql``; ``places`` tells them apart), the digest chain they share (``chain``) and its
lines as text (``trail``), the tables and their versions
(``schema``, ``migrations/``), and what a storage error means to a person (``troubles``); beside the record, what proves
who somebody is (``credentials``, ``secrets``), and how a randomisation list is sealed (``sealing``). May import:
``vocabulary``; of others only SQLAlchemy, Alembic, argon2, pyotp, cryptography and a driver. Nothing here reads a
clock: the time comes with the entry.

To add a backend: write one file with a class that keeps ``chain.Line`` and answers the ``Ledger`` protocol, run
``trialwright.testing.check_ledger`` on it, and name it below. To keep a ledger in another SQL database: one file with a
class that answers ``places.Place``, its guards in ``schema.APPEND_ONLY``, its errors in ``troubles.REMEDIES``. To
change the tables: add a file to ``migrations/versions/``, whose name says its version (``version_0003_….py``), old ones
are never edited; and a ledger of the version before to ``tests/rooms/ledger/released/``.
"""

from trialwright.ledger.chain import Line, check_anchor
from trialwright.ledger.credentials import Change, Credentials, Stored
from trialwright.ledger.database import DatabaseLedger
from trialwright.ledger.memory import MemoryLedger
from trialwright.ledger.places import server_address
from trialwright.ledger.trail import json_line, read_json_lines

__all__ = [
    "Change",
    "Credentials",
    "DatabaseLedger",
    "Line",
    "MemoryLedger",
    "Stored",
    "check_anchor",
    "json_line",
    "read_json_lines",
    "server_address",
]
