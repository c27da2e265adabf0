"""What old rows are found by when they are let go, and readings that outlive their jobs.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_job_novel_id_id", "job", ["novel_id", "id"])
    op.create_index("ix_page_fetched_at", "page", ["fetched_at"])
    op.drop_constraint("fk_reading_job_id", "reading", type_="foreignkey")


def downgrade() -> None:
    op.execute("DELETE FROM reading WHERE NOT EXISTS (SELECT FROM job WHERE job.id = reading.job_id)")
    op.create_foreign_key("fk_reading_job_id", "reading", "job", ["job_id"], ["id"], ondelete="CASCADE")
    op.drop_index("ix_page_fetched_at", "page")
    op.drop_index("ix_job_novel_id_id", "job")
