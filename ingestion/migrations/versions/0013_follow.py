"""Followed novels and what told of their last change, the scheduler that acts, and how many new chapters a job found.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ZERO, NOW = sa.text("0"), sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "follow",
        sa.Column("novel_id", sa.BigInteger(), nullable=False),
        sa.Column("every_seconds", sa.BigInteger(), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.BigInteger(), server_default=ZERO, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(["novel_id"], ["novel.id"], name="fk_follow_novel_id_novel", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_follow_job_id_job", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("novel_id", name="pk_follow"),
    )
    op.create_index("ix_follow_next_at", "follow", ["next_at"])
    op.create_index("ix_follow_job_id", "follow", ["job_id"])
    op.create_table(
        "scheduler",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scheduler"),
    )
    op.add_column("novel", sa.Column("sign", sa.LargeBinary(), nullable=True))
    op.add_column("novel", sa.Column("sign_agreed", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("job", sa.Column("chapters_new", sa.BigInteger(), server_default=ZERO, nullable=False))


def downgrade() -> None:
    op.execute("UPDATE job SET refresh = 'new' WHERE refresh = 'changed'")
    op.drop_column("job", "chapters_new")
    for name in ("sign", "sign_agreed"):
        op.drop_column("novel", name)
    op.drop_table("scheduler")
    op.drop_table("follow")
