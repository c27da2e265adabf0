"""Novels on the shelf, as they would be had they been read from a site."""

from __future__ import annotations

from typing import Any

from ingestion import db, novels
from ingestion.items import Chapter, ChapterLink, Hole, Novel, ParsedChapter, ParsedNovel


def chapter(position: int, text: str | None = "Some words.", **link: Any) -> ParsedChapter:
    """The chapter at this place; without a text it is missing."""
    named = {"key": f"c{position}", "title": f"Chapter {position}"} | link
    found = ChapterLink(url=f"https://example.org/n/{named['key']}", **named)
    if text is None:
        hole = Hole(kind="not_found", reason="the site answered 404", final=True)
        return ParsedChapter(link=found, position=position, hole=hole)
    return ParsedChapter(link=found, position=position, chapter=Chapter(content=text))


def put(*chapters: ParsedChapter, key: str = "n", site: str = "example", **novel: Any) -> int:
    """Save the novel, which has one chapter unless others are given; its id."""
    told = {"title": "The Weir", "url": f"https://example.org/{key}"} | novel
    parsed = ParsedNovel(
        site=site, novel=Novel(key=key, **told), chapters=chapters or (chapter(1),), index_url=str(told["url"])
    )
    with db.transaction() as session:
        return novels.save(session, parsed).novel_id
