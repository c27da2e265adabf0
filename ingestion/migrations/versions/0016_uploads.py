"""Files that were sent to be imported.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_upload"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_upload_task_id_task", ondelete="CASCADE"),
    )
    op.create_index("ix_upload_task_id", "upload", ["task_id"])


def downgrade() -> None:
    op.drop_table("upload")
