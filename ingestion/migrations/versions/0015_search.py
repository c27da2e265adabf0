"""What the library is searched by. Filled in the background: workers find that nothing is indexed yet.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chapter_search",
        sa.Column("chapter_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("title", TSVECTOR(), nullable=False),
        sa.Column("words", TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chapter_id"], ["chapter.id"], name="fk_chapter_search_chapter_id_chapter", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("chapter_id", name="pk_chapter_search"),
    )
    for name in ("title", "words"):
        at_once = {"fastupdate": "off"}
        op.create_index(
            f"ix_chapter_search_{name}", "chapter_search", [name], postgresql_using="gin", postgresql_with=at_once
        )
    op.create_table(
        "novel_search",
        sa.Column("novel_id", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("tongue", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["novel_id"], ["novel.id"], name="fk_novel_search_novel_id_novel", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("novel_id", name="pk_novel_search"),
    )
    op.create_table(
        "novel_gram",
        sa.Column("gram", sa.Text(), nullable=False),
        sa.Column("novel_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["novel_id"], ["novel.id"], name="fk_novel_gram_novel_id_novel", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("gram", "novel_id", name="pk_novel_gram"),
    )
    op.create_index("ix_novel_gram_novel_id", "novel_gram", ["novel_id"])


def downgrade() -> None:
    op.drop_table("novel_gram")
    op.drop_table("novel_search")
    op.drop_table("chapter_search")
    op.execute("DELETE FROM task WHERE kind = 'index'")
