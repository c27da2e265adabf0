"""Events know the transaction that wrote them, so that one can ask what has been committed since a moment.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is there was seen by everybody: PostgreSQL's frozen transaction. A constant default rewrites no table.
    op.add_column("job_event", sa.Column("transaction_id", sa.BigInteger(), server_default="2", nullable=False))
    op.alter_column("job_event", "transaction_id", server_default=sa.text("pg_current_xact_id()::text::bigint"))
    op.create_index("ix_job_event_transaction_id", "job_event", ["transaction_id"])


def downgrade() -> None:
    op.drop_column("job_event", "transaction_id")
