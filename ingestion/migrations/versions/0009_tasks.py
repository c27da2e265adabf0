"""Background tasks: work that outlives a request and is no ingestion.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OPEN = sa.text("status IN ('queued', 'running')")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "task",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("args", JSONB(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("released", sa.BigInteger(), nullable=False),
        sa.Column("not_before", moment, nullable=True),
        sa.Column("lease_expires_at", moment, nullable=True),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("result", JSONB(), nullable=True),
        sa.Column("error_kind", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("created_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("kept_until", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
    )
    op.create_index("uq_task_open_kind_once", "task", ["kind", "once"], unique=True, postgresql_where=OPEN)
    op.create_index("ix_task_open", "task", ["status", "id"], postgresql_where=OPEN)
    op.create_index("ix_task_kept_until", "task", ["kept_until"])


def downgrade() -> None:
    op.drop_table("task")
