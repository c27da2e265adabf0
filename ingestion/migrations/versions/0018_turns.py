"""An index in which the jobs that wait stand as their turn comes, host by host, in the place of one that another held already.

Revision ID: 0018
Revises: 0017
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

URGENCY = "strpos('high default low', priority)"
UNFINISHED = "status IN ('crawling', 'parsing', 'queued', 'saving')"


def upgrade() -> None:
    op.execute(f"CREATE INDEX ix_job_turn ON job (host, {URGENCY}, id) WHERE status = 'queued'")
    op.drop_index("ix_job_unfinished", "job")


def downgrade() -> None:
    op.execute(f"CREATE INDEX ix_job_unfinished ON job (status, id) WHERE {UNFINISHED}")
    op.drop_index("ix_job_turn", "job")
