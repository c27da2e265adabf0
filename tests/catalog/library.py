"""A library for tests of the catalogue: what titles and descriptions may be like, and more of them than a page has."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from ingestion import db
from ingestion.items import Matter, Novel, Publication
from ingestion.models import ChapterRow, NovelRow
from ingestion.novels import Saved
from ingestion.pictures import kinds, table
from ingestion.pictures.store import opened
from tests.sites import art
from tests.test_novels import chapter, parsed, save

COVER = "https://example.org/cover.gif"
WEIR = Novel(
    key="weir",
    url="https://example.org/weir",
    title="堰: <Weir> & Co\ufffe",
    authors=("W. Example/“Ω” & Sons?", "\ufffe"),
    description="Water, 100% <b>cold</b>.\n\n" + "It falls. " * 1000,
    cover_url=COVER,
    language="en-GB",
    status=Publication.ONGOING,
    tags=("calm", "x < y"),
)


def weir(*texts: str) -> Saved:
    """A novel that is hard to write down, with a chapter of each text, and its cover."""
    chapters = [chapter(str(n), n, text) for n, text in enumerate(texts, start=1)]
    name = kinds.name(art.GIF) or ""
    opened().put(name, art.GIF)
    with db.transaction() as session:
        table.keep(session, COVER, name=name, size=len(art.GIF))
    return save(parsed(*chapters, novel=WEIR))


def many(count: int) -> None:
    """So many novels of a chapter each: of letters A to Z, in two languages, done or not."""
    common: dict[str, Any] = {"site": "example", "url": "https://example.org/", "tags": [], "confidence": 1}
    rows = [
        {
            "key": f"m{n}",
            "title": f"{chr(65 + n % 26)} {n:03}",
            "authors": [f"Author {n:03}"],
            "language": ("de", "xx")[n % 2],
            "status": (Publication.COMPLETED, Publication.HIATUS)[n % 4 // 2],
        }
        for n in range(count)
    ]
    chapter: dict[str, Any] = {"position": 1, "matter": Matter.BODY, "words": 1, "revision": 1, "hidden_removed": 0}
    chapter |= {"key": "1", "title": "Chapter 1", "url": "https://example.org/1", "content": "<p>Words.</p>"}
    with db.transaction() as session:
        ids = session.scalars(insert(NovelRow).returning(NovelRow.id), [common | row for row in rows])
        session.execute(insert(ChapterRow), [chapter | {"novel_id": id} for id in ids])
