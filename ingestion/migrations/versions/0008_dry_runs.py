"""Jobs that only look: their rules, and what they found. Any number of them may be at one URL.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ONE_A_URL = "uq_job_unfinished_canonical_url"
UNFINISHED = "status IN ('crawling', 'parsing', 'queued', 'saving')"


def upgrade() -> None:
    op.add_column("job", sa.Column("dry_run", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("job", sa.Column("rules", sa.Text(), nullable=True))
    op.add_column("job", sa.Column("found", JSONB(), nullable=True))
    op.drop_index(ONE_A_URL, "job")
    where = sa.text(f"{UNFINISHED} AND NOT dry_run")
    op.create_index(ONE_A_URL, "job", ["canonical_url"], unique=True, postgresql_where=where)


def downgrade() -> None:
    op.execute("DELETE FROM job WHERE dry_run")
    op.drop_index(ONE_A_URL, "job")
    op.create_index(ONE_A_URL, "job", ["canonical_url"], unique=True, postgresql_where=sa.text(UNFINISHED))
    for name in ("found", "rules", "dry_run"):
        op.drop_column("job", name)
