"""The page store: Scrapy's HTTP cache on PostgreSQL. A page is fetched once; every stage restarts from here.

`PageStore` is the storage, `PageStoreMiddleware` the middleware, and `ingestion.freshness` the policy. Bodies are kept as the site meant
them (transfer compression undone), compressed with zstd.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import zstandard
from scrapy import Request, Spider
from scrapy.downloadermiddlewares.httpcache import HttpCacheMiddleware
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings
from scrapy.utils.request import fingerprint
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ingestion import config, db
from ingestion.crashpoints import Point, reach
from ingestion.items import Asked
from ingestion.lease import Lease
from ingestion.models import Page
from ingestion.urls import web
from spiders import asking

REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Those that a form is sent on by (RFC 9110, section 15.4); the others turn it into a GET.
SENDING_ON = frozenset({307, 308})
_AS_SENT = "latin-1"  # headers are kept as text, byte for byte what the site sent
COMPRESSION_LEVEL = 3
#: A look at the database's clock that took longer is no good, and taken again; so often at the most.
PROMPT_SECONDS = 0.1
LOOKS = 2


class PageStore:
    """Scrapy's cache storage interface on the table `page`. Where a job's spider has a `lease`, only its owner can write."""

    def __init__(self, settings: BaseSettings) -> None:
        self._compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL)
        self._in_haste = not settings.getfloat("PACE_SECONDS")

    def open_spider(self, spider: Spider) -> None:
        """Nothing to open: connections are made when they are needed."""

    def close_spider(self, spider: Spider) -> None:
        """Nothing to close."""

    def retrieve_response(self, spider: Spider, request: Request) -> Response | None:
        """The stored response, with ``fetched_at`` and ``age`` in ``request.meta``; None when there is none to trust.

        ``clock`` is there in any case: the database's time, and our monotonic one that is not before it.
        """
        lease = _lease(spider)
        read = lease.patiently if lease else db.patiently
        for _ in range(LOOKS):
            before = time.monotonic()
            now, found = read(partial(_look, key=fingerprint(request)))
            request.meta["clock"] = now, (after := time.monotonic())
            if after - before < PROMPT_SECONDS:
                break
        if found is None or found.rejected_at is not None:
            return None
        request.meta["fetched_at"], request.meta["age"] = found.fetched_at, now - found.fetched_at
        return _response(found)

    def store_response(self, spider: Spider, request: Request, response: Response) -> None:
        """Write the response; one that the site has just confirmed (304) gets its headers and time only.

        Raises LeaseLost when another attempt owns the job: an old answer never replaces a newer one.
        """
        row: dict[str, Any] = {
            "fingerprint": fingerprint(request),
            "url": request.url,
            "host": urlsplit(request.url).netloc,
            "status": response.status,
            "headers": {_text(k): [_text(v) for v in vs] for k, vs in response.headers.items()},
            "fetched_at": _asked_at(request),
            "rejected_at": None,
        }
        if "cached" not in response.flags:
            row["body"] = self._compressor.compress(response.body)
        lease = _lease(spider)
        write = lease.write if lease else db.patiently
        reach(Point.PAGE_FETCHED)
        write(partial(_store, row=row, in_haste=self._in_haste))
        reach(Point.PAGE_STORED)


def _text(header: bytes) -> str:
    """A header as text that PostgreSQL can hold."""
    return header.decode(_AS_SENT).replace("\x00", "")


def _lease(spider: Spider) -> Lease | None:
    """What a job's spider carries; a spider run by hand (`scrapy crawl`) carries none."""
    return getattr(spider, "lease", None)


def _asked_at(request: Request) -> Any:
    """When the request left, by the database's clock: the site may have changed since, before and after it answered."""
    if not {"clock", "left_at"} <= request.meta.keys():
        return func.clock_timestamp()
    now, ours = request.meta["clock"]
    return now + timedelta(seconds=request.meta["left_at"] - ours)


def _look(session: Session, key: bytes) -> tuple[datetime, Page | None]:
    """The database's time, and the page."""
    clock = select(func.clock_timestamp().label("now")).subquery()
    now, found = session.execute(select(clock.c.now, Page).outerjoin_from(clock, Page, Page.fingerprint == key)).one()
    return now, found


def _store(session: Session, row: dict[str, Any], *, in_haste: bool) -> None:
    """Write a page. What is there and newer stays: another job may have asked later and been answered sooner."""
    if in_haste:
        # A page lost to a power cut is fetched again, by another attempt; without a pace, waiting for the disk is not worth that.
        session.execute(text("SET LOCAL synchronous_commit = off"))
    if "body" not in row:
        older = Page.fetched_at <= row["fetched_at"]
        session.execute(update(Page).where(Page.fingerprint == row["fingerprint"], older).values(**row))
    else:
        statement = insert(Page).values(**row)
        older = (Page.fetched_at <= statement.excluded.fetched_at) | Page.rejected_at.is_not(None)
        session.execute(statement.on_conflict_do_update(index_elements=[Page.fingerprint], set_=row, where=older))


class PageStoreMiddleware(HttpCacheMiddleware):
    """Scrapy's own, but honest when the site is away: an old page is no answer to a request that failed."""

    def process_exception(self, request: Request, exception: Exception, spider: Spider | None = None) -> None:
        """Forget the stored page that was to be confirmed, and let the failure take its course."""
        request.meta.pop("cached_response", None)


# For the stages after the crawl -----------------------------------------------------------------------------------------


def load(session: Session, asked: Asked) -> Response | None:
    """The stored page that asking so led to, redirects followed; None when it is not in the store."""
    for page in _chain(session, asked):
        if page.status not in REDIRECTS:
            return _response(page)
    return None


def fetched_at(session: Session, url: str) -> datetime | None:
    """When the site last gave, or confirmed, the page that a request for `url` leads to; None when it is not in the store."""
    times = [page.fetched_at for page in _chain(session, url)]
    return times[-1] if times else None


def reject(session: Session, asked: Iterable[Asked]) -> None:
    """Mark pages as not being what they should be, so that the next attempt asks the site again."""
    marks = [page.fingerprint for one in asked for page in _chain(session, one)]
    session.execute(update(Page).where(Page.fingerprint.in_(marks)).values(rejected_at=func.now()))


def _chain(session: Session, asked: Asked) -> Iterator[Page]:
    """The stored page that was asked for so, and those that it redirects to."""
    for _ in range(config.settings().max_redirects):
        found = session.scalar(select(Page).where(Page.fingerprint == fingerprint(asking.request(asked))))
        if found is None or found.rejected_at is not None:
            return
        yield found
        if found.status not in REDIRECTS:
            return
        target = _sent_on(asked, found)
        if target is None:
            return
        asked = target


def _sent_on(asked: Asked, redirect: Page) -> Asked | None:
    """What a redirect leads to, as Scrapy follows it; None for what is no web address."""
    location = Headers(redirect.headers, encoding=_AS_SENT)["Location"] or b""
    # Bare UTF-8 is UTF-8, and w3lib's error handler encodes other bytes, as Scrapy's redirects do.
    url = web(location.decode("utf-8", "percentencode"), asked if isinstance(asked, str) else asked.url)
    if url is None or isinstance(asked, str) or redirect.status not in SENDING_ON:
        return url
    return replace(asked, url=url)


def _response(page: Page) -> Response:
    body = zstandard.ZstdDecompressor().decompress(page.body)
    headers = Headers(page.headers, encoding=_AS_SENT)
    made = responsetypes.from_args(headers=headers, url=page.url, body=body)
    return made(url=page.url, headers=headers, status=page.status, body=body)
