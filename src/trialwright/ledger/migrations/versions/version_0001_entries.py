"""The ledger's table, and the triggers that refuse to change or remove an entry."""

import sqlalchemy as sa
from alembic import op

from trialwright.ledger.schema import APPEND_ONLY

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entries",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("canonical", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("usubjid", sa.String(40)),
        sa.Column("recorded_at", sa.String(40), nullable=False),
        sa.CheckConstraint("position >= 1", name="positions_start_at_1"),
    )
    for guard in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(guard)
