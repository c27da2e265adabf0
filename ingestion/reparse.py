"""Reads stored pages again after a spider was mended, without one request: chapters that read differently get a new revision.

It needs no job: the novel's row is locked while it is saved, and a job that saves a newer index meanwhile wins.
"""

from __future__ import annotations

from functools import partial

from scrapy.http import Response

from ingestion import config, crawl, db, pages, sources
from ingestion.items import Asked
from ingestion.models import NovelRow
from ingestion.novels import Saved
from ingestion.parse import parse


def reparse(novel: NovelRow) -> Saved:
    """Read the novel's pages again and save what they say now.

    A page that is not in the store takes nothing away. Raises IngestionError when the index cannot be read or has shrunk, Superseded
    when a job was faster, KeyError when the novel's spider is no more.
    """
    index_url = novel.index_url or novel.url
    spider = crawl.spider_named(novel.site)(url=index_url)
    parsed = parse(spider, index_url, _load, holes={}, checkpoint=lambda: None, seen_at=novel.seen_at)
    with db.transaction() as session:
        return sources.save(session, parsed, max_shrink=config.settings().max_shrink)


def _load(asked: Asked) -> Response | None:
    return db.patiently(partial(pages.load, asked=asked))
