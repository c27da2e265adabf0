"""Where a novel was read from before, and the novel that a job moves to another source.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("novel_id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("index_url", sa.Text(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["novel_id"], ["novel.id"], name="fk_source_novel_id_novel", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site", "key", name="pk_source"),
    )
    op.create_index("ix_source_novel_id", "source", ["novel_id"])
    op.add_column("job", sa.Column("moves_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_job_moves_id_novel", "job", "novel", ["moves_id"], ["id"], ondelete="SET NULL")


def downgrade() -> None:
    op.drop_constraint("fk_job_moves_id_novel", "job", type_="foreignkey")
    op.drop_column("job", "moves_id")
    op.drop_table("source")
