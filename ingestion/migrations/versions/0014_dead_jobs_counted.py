"""An index from which jobs in ERROR are counted without a look at their rows.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("status = 'error'")
    op.create_index("ix_job_dead", "job", ["site", "error_kind", "priority"], postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_job_dead", "job")
