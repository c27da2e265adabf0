"""Jobs that are retried, paused by host, and superseded by a newer look at the same novel.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pause",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_pause")),
    )
    host = sa.Computed("split_part(canonical_url, '/', 3)", persisted=True)
    op.add_column("job", sa.Column("host", sa.Text(), host, nullable=False))
    since = sa.Column("fresh_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
    op.add_column("job", since)
    op.execute("UPDATE job SET fresh_since = created_at")
    op.add_column("novel", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("novel", "seen_at")
    op.drop_column("job", "fresh_since")
    op.drop_column("job", "host")
    op.drop_table("pause")
