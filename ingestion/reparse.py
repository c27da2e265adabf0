"""Reads stored pages again after a spider was mended, without one request: chapters that read differently get a new revision.

It needs no job: the novel's row is locked while it is saved, and a job that saves a newer index meanwhile wins.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from ingestion import config, crawl, db, pages, sources
from ingestion.errors import UnsupportedSite
from ingestion.items import ParsedNovel
from ingestion.models import NovelRow
from ingestion.novels import Saved
from ingestion.parse import parse
from ingestion.search import index


def reparse(novel: NovelRow) -> Saved:
    """Read the novel's pages again and save what they say now. Raises as `read` and `save` do."""
    parsed = read(novel)
    with db.transaction() as session:
        return save(session, parsed)


def read(novel: NovelRow, *, checkpoint: Callable[[], None] = lambda: None) -> ParsedNovel:
    """What the novel's pages say now, `checkpoint` called after each. A page that is not in the store takes nothing away.

    Raises UnsupportedSite when the novel's spider is no more, and as `parse` does when the index cannot be read.
    """
    index_url = novel.index_url or novel.url
    try:
        spider = crawl.spider_named(novel.site)
    except KeyError:
        raise UnsupportedSite(f"the spider {novel.site}, which read novel {novel.id}, is no more") from None
    shelf = pages.Shelf(db.patiently)
    return parse(
        spider(url=index_url),
        index_url,
        shelf.load,
        holes={},
        checkpoint=checkpoint,
        expect=shelf.expect,
        seen_at=novel.seen_at,
    )


def save(session: Session, parsed: ParsedNovel) -> Saved:
    """Save it. Raises IngestionError when the index has shrunk, Superseded when a job was faster."""
    saved = sources.save(session, parsed, max_shrink=config.settings().max_shrink)
    index.ask(session, saved.novel_id)
    return saved
