"""What the library is searched by: made of it in the background (`ingestion.search`), and made anew where it is lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from ingestion.models.base import Base


class ChapterSearch(Base):
    """A chapter's words. `digest` tells what they were made of, so that only what has changed is indexed again.

    `title` has the words of its title, `words` those and the text's; both know the novel, its site and its language, by which a search is
    narrowed, as words of their own. An index is changed at once, not in batches: those would slow the searches down that meet one.
    """

    __tablename__ = "chapter_search"
    __table_args__ = (
        Index("ix_chapter_search_title", "title", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index("ix_chapter_search_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )

    chapter_id: Mapped[int] = mapped_column(ForeignKey("chapter.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[bytes]
    title: Mapped[str] = mapped_column(TSVECTOR)
    words: Mapped[str] = mapped_column(TSVECTOR)


class NovelSearch(Base):
    """A novel that is indexed as it was at `updated_at`, by this `edition` of the program. `tongue` is the configuration that its chapters are indexed by."""

    __tablename__ = "novel_search"

    novel_id: Mapped[int] = mapped_column(ForeignKey("novel.id", ondelete="CASCADE"), primary_key=True)
    updated_at: Mapped[datetime]
    edition: Mapped[int]
    tongue: Mapped[str]


class NovelGram(Base):
    """A piece of a novel's title, of an author's name, or a whole tag (`ingestion.search.grams`)."""

    __tablename__ = "novel_gram"

    gram: Mapped[str] = mapped_column(primary_key=True)
    novel_id: Mapped[int] = mapped_column(ForeignKey("novel.id", ondelete="CASCADE"), primary_key=True, index=True)
