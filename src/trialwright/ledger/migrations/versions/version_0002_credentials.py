"""A table beside the ledger for what proves who somebody is; unlike the ledger, it may be changed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credentials",
        sa.Column("account", sa.String(40), primary_key=True),
        sa.Column("password_hash", sa.Text),
        sa.Column("second_factor", sa.Text),
        sa.Column("last_step", sa.Integer),
        sa.Column("failures", sa.Integer, nullable=False),
    )
