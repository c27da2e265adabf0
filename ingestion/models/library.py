"""The library: novels, where they were read from, their chapters, and what those said before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ingestion.items import Matter, Publication
from ingestion.models.base import Base, Now


class NovelRow(Base):
    """A novel. Its identity is the site's own: two URLs of one novel end in one row.

    `index_url` is the index that it was saved from, `seen_at` when that was fetched: an older one may not replace a newer one.
    `readable` is how many chapters have a text, and `grown_at` when one last got its first: what libraries are sorted by. `sign` is the digest of what told of a change before that, and whether the index was seen to agree with it (`ingestion.signs`).
    """

    __tablename__ = "novel"
    __table_args__ = (
        UniqueConstraint("site", "key"),
        Index("ix_novel_grown_at", text("grown_at DESC NULLS LAST"), text("id DESC")),
        Index("ix_novel_readable", text("readable DESC"), text("id DESC")),
        # Of a title no more than an index can hold.
        Index("ix_novel_title", text("lower(left(title, 200))"), text("id DESC")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    site: Mapped[str]
    key: Mapped[str]
    url: Mapped[str]
    title: Mapped[str]
    authors: Mapped[list[str]]
    description: Mapped[str | None]
    cover_url: Mapped[str | None]
    language: Mapped[str | None]
    status: Mapped[Publication | None]
    tags: Mapped[list[str]]
    confidence: Mapped[float]
    index_url: Mapped[str | None]
    seen_at: Mapped[datetime | None]
    sign: Mapped[bytes | None]
    sign_agreed: Mapped[bool] = mapped_column(server_default=text("false"))
    readable: Mapped[int] = mapped_column(server_default=text("0"))
    grown_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=Now)
    updated_at: Mapped[datetime] = mapped_column(server_default=Now)


class SourceRow(Base):
    """Where a novel was read from before: `index_url` leads to it still, and `url` is how the site called it."""

    __tablename__ = "source"

    site: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    novel_id: Mapped[int] = mapped_column(ForeignKey("novel.id", ondelete="CASCADE"), index=True)
    url: Mapped[str]
    index_url: Mapped[str]
    left_at: Mapped[datetime] = mapped_column(server_default=Now)


class ChapterRow(Base):
    """A chapter in its newest revision. No content: it is missing, and `missing_kind` and `missing_reason` say why.

    `gone_at` is set when the site took the chapter down; its text stays readable.
    """

    __tablename__ = "chapter"
    __table_args__ = (
        UniqueConstraint("novel_id", "key"),
        Index("ix_chapter_novel_id_position", "novel_id", "position"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    novel_id: Mapped[int] = mapped_column(ForeignKey("novel.id", ondelete="CASCADE"))
    key: Mapped[str]
    position: Mapped[int]
    matter: Mapped[Matter]
    volume: Mapped[str | None]
    title: Mapped[str]
    url: Mapped[str]
    content: Mapped[str | None]
    notes_before: Mapped[str | None]
    notes_after: Mapped[str | None]
    words: Mapped[int]
    digest: Mapped[bytes | None]
    revision: Mapped[int]
    hidden_removed: Mapped[int]
    missing_kind: Mapped[str | None]
    missing_reason: Mapped[str | None]
    published_at: Mapped[datetime | None]
    edited_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=Now)
    updated_at: Mapped[datetime] = mapped_column(server_default=Now)


class ChapterRevision(Base):
    """What a chapter said before an edit replaced it."""

    __tablename__ = "chapter_revision"
    __table_args__ = (UniqueConstraint("chapter_id", "revision"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    chapter_id: Mapped[int] = mapped_column(ForeignKey("chapter.id", ondelete="CASCADE"))
    revision: Mapped[int]
    title: Mapped[str]
    content: Mapped[str]
    notes_before: Mapped[str | None]
    notes_after: Mapped[str | None]
    replaced_at: Mapped[datetime] = mapped_column(server_default=Now)
