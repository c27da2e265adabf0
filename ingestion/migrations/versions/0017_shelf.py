"""What a library is sorted by, kept beside each novel: how many chapters it has, and when one last came.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

FILL = """
    UPDATE novel SET readable = counted.readable, grown_at = counted.grown_at
    FROM (
        SELECT novel_id, count(content) AS readable, max(created_at) FILTER (WHERE content IS NOT NULL) AS grown_at
        FROM chapter GROUP BY novel_id
    ) AS counted
    WHERE counted.novel_id = novel.id
"""
#: An index for each order of the library.
ORDERS = {
    "ix_novel_grown_at": "grown_at DESC NULLS LAST",
    "ix_novel_readable": "readable DESC",
    "ix_novel_title": "lower(left(title, 200))",
}


def upgrade() -> None:
    op.add_column("novel", sa.Column("readable", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("novel", sa.Column("grown_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(FILL)
    for name, order in ORDERS.items():
        op.create_index(name, "novel", [sa.text(order), sa.text("id DESC")])


def downgrade() -> None:
    for name in ORDERS:
        op.drop_index(name, "novel")
    for name in ("readable", "grown_at"):
        op.drop_column("novel", name)
