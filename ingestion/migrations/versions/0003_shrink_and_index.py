"""Whether a person said that an index may have lost many of its chapters, and where a novel's index is.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job", sa.Column("accept_shrink", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("novel", sa.Column("index_url", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("novel", "index_url")
    op.drop_column("job", "accept_shrink")
