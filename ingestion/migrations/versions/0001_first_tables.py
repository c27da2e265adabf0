"""The first tables: jobs and their events, the page store, the library.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "novel",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("authors", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("cover_url", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "ongoing", "completed", "hiatus", "dropped", "stub", name="publication", native_enum=False, length=16
            ),
            nullable=True,
        ),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_novel")),
        sa.UniqueConstraint("site", "key", name=op.f("uq_novel_site_key")),
    )
    op.create_table(
        "page",
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_page")),
    )
    op.create_index(op.f("ix_page_host"), "page", ["host"], unique=False)
    # The bodies are compressed already: let PostgreSQL not try again.
    op.execute("ALTER TABLE page ALTER COLUMN body SET STORAGE EXTERNAL")
    op.create_table(
        "chapter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("novel_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column(
            "matter", sa.Enum("front", "body", "back", name="matter", native_enum=False, length=16), nullable=False
        ),
        sa.Column("volume", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("notes_before", sa.Text(), nullable=True),
        sa.Column("notes_after", sa.Text(), nullable=True),
        sa.Column("words", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("hidden_removed", sa.BigInteger(), nullable=False),
        sa.Column("missing_kind", sa.Text(), nullable=True),
        sa.Column("missing_reason", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["novel_id"], ["novel.id"], name=op.f("fk_chapter_novel_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chapter")),
        sa.UniqueConstraint("novel_id", "key", name=op.f("uq_chapter_novel_id_key")),
    )
    op.create_index("ix_chapter_novel_id_position", "chapter", ["novel_id", "position"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("canonical_url", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "crawling",
                "parsing",
                "saving",
                "done",
                "error",
                name="jobstatus",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "priority", sa.Enum("high", "default", "low", name="priority", native_enum=False, length=16), nullable=False
        ),
        sa.Column("refresh", sa.Enum("new", "all", name="refresh", native_enum=False, length=16), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("released", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("pages_done", sa.BigInteger(), nullable=False),
        sa.Column("pages_total", sa.BigInteger(), nullable=True),
        sa.Column("chapters_saved", sa.BigInteger(), nullable=False),
        sa.Column("chapters_missing", sa.BigInteger(), nullable=False),
        sa.Column("novel_id", sa.BigInteger(), nullable=True),
        sa.Column("error_kind", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("attempt >= 0", name=op.f("ck_job_attempt")),
        sa.ForeignKeyConstraint(["novel_id"], ["novel.id"], name=op.f("fk_job_novel_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("ix_job_status_id", "job", ["status", "id"], unique=False)
    op.create_index(
        "ix_job_unfinished",
        "job",
        ["status", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('crawling', 'parsing', 'queued', 'saving')"),
    )
    op.create_index(
        "uq_job_unfinished_canonical_url",
        "job",
        ["canonical_url"],
        unique=True,
        postgresql_where=sa.text("status IN ('crawling', 'parsing', 'queued', 'saving')"),
    )
    op.create_table(
        "chapter_revision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("chapter_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("notes_before", sa.Text(), nullable=True),
        sa.Column("notes_after", sa.Text(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["chapter_id"], ["chapter.id"], name=op.f("fk_chapter_revision_chapter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chapter_revision")),
        sa.UniqueConstraint("chapter_id", "revision", name=op.f("uq_chapter_revision_chapter_id_revision")),
    )
    op.create_table(
        "job_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "crawling",
                "parsing",
                "saving",
                "done",
                "error",
                name="jobstatus",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_event_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_event")),
    )
    op.create_index(op.f("ix_job_event_job_id"), "job_event", ["job_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_job_event_job_id"), table_name="job_event")
    op.drop_table("job_event")
    op.drop_table("chapter_revision")
    op.drop_index(
        "uq_job_unfinished_canonical_url",
        table_name="job",
        postgresql_where=sa.text("status IN ('crawling', 'parsing', 'queued', 'saving')"),
    )
    op.drop_index(
        "ix_job_unfinished",
        table_name="job",
        postgresql_where=sa.text("status IN ('crawling', 'parsing', 'queued', 'saving')"),
    )
    op.drop_index("ix_job_status_id", table_name="job")
    op.drop_table("job")
    op.drop_index("ix_chapter_novel_id_position", table_name="chapter")
    op.drop_table("chapter")
    op.drop_index(op.f("ix_page_host"), table_name="page")
    op.drop_table("page")
    op.drop_table("novel")
