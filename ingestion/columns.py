"""A parsed chapter as the columns of its row: its place in the index, its text, or why it has none."""

from __future__ import annotations

import hashlib
from typing import Any

from ingestion import sanitize
from ingestion.items import Chapter, Hole, ParsedChapter

PLACE = ("position", "matter", "volume", "title", "url", "published_at", "edited_at", "gone_at")
TEXT = ("content", "notes_before", "notes_after", "words", "digest", "hidden_removed")


def of(novel_id: int, parsed: ParsedChapter) -> dict[str, Any]:
    """All of a new row, in the same order for each."""
    key = {"novel_id": novel_id, "key": parsed.link.key, "revision": 1 if parsed.chapter else 0}
    return key | place(parsed) | text(parsed.chapter, digest(parsed)) | missing(parsed.hole)


def place(parsed: ParsedChapter) -> dict[str, Any]:
    """What the index says of the chapter, as PLACE names it."""
    link, chapter = parsed.link, parsed.chapter
    published_at = link.published_at or (chapter.published_at if chapter else None)
    said = (parsed.position, link.matter, link.volume, title(parsed), link.url, published_at, link.edited_at, None)
    return dict(zip(PLACE, said, strict=True))


def text(chapter: Chapter | None, digest: bytes | None) -> dict[str, Any]:
    """What the chapter says, as TEXT names it."""
    if chapter is None:
        return dict.fromkeys(TEXT) | {"words": 0, "hidden_removed": 0}
    words = sanitize.size(chapter.content)
    notes = chapter.notes_before, chapter.notes_after
    return dict(zip(TEXT, (chapter.content, *notes, words, digest, chapter.hidden_removed), strict=True))


def missing(hole: Hole | None) -> dict[str, Any]:
    """Why there is no text; nothing where there is one."""
    return {"missing_kind": hole.kind if hole else None, "missing_reason": hole.reason if hole else None}


def title(parsed: ParsedChapter) -> str:
    """What the index calls the chapter, else its page, else its key."""
    return parsed.link.title or (parsed.chapter.title if parsed.chapter else None) or parsed.link.key


def digest(parsed: ParsedChapter) -> bytes | None:
    """What tells one text from another: SHA-256 over the text and its notes."""
    if parsed.chapter is None:
        return None
    parts = (parsed.chapter.notes_before, parsed.chapter.content, parsed.chapter.notes_after)
    return hashlib.sha256("\x00".join(part or "" for part in parts).encode()).digest()
