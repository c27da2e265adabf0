"""The page store: SQL on the table `page`. A page is fetched once; every stage restarts from here. No function here commits.

Bodies are kept as the site meant them (transfer compression undone), compressed with zstd.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

import zstandard
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.utils.request import fingerprint
from sqlalchemy import BindParameter, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ingestion import config, db
from ingestion.items import Asked
from ingestion.models import Page
from ingestion.urls import web
from spiders import asking

REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Those that a form is sent on by (RFC 9110, section 15.4); the others turn it into a GET.
SENDING_ON = frozenset({307, 308})
#: Pages that a reader has in memory, compressed, to spare statements.
AT_ONCE = 32
_AS_SENT = "latin-1"  # headers are kept as text, byte for byte what the site sent

#: One statement for any number of pages, made once.
_CLOCK = select(func.clock_timestamp().label("now")).subquery()
_ASKED: BindParameter[bytes] = bindparam("keys", expanding=True)
_LOOK = select(_CLOCK.c.now, Page).outerjoin_from(_CLOCK, Page, Page.fingerprint.in_(_ASKED))
_WRITE = insert(Page)
#: What is there and newer stays: another job may have asked later and been answered sooner.
_WRITE = _WRITE.on_conflict_do_update(
    index_elements=[Page.fingerprint],
    set_={column.name: column for column in _WRITE.excluded},
    where=(Page.fetched_at <= _WRITE.excluded.fetched_at) | Page.rejected_at.is_not(None),
)


def key(asked: Asked) -> bytes:
    """What the store knows the answer by: Scrapy's fingerprint of the request."""
    return fingerprint(asking.request(asked))


# For the crawl ----------------------------------------------------------------------------------------------------------


def look(session: Session, keys: Iterable[bytes]) -> tuple[datetime, dict[bytes, Page]]:
    """The database's time, and those of the pages that are in the store, by their fingerprints."""
    found = session.execute(_LOOK, {"keys": list(keys)}).all()
    return found[0][0], {page.fingerprint: page for _, page in found if page is not None}


def store(session: Session, rows: Iterable[dict[str, Any]], *, in_haste: bool) -> None:
    """Write pages. A row without a time was asked for just now, one without a body keeps that of the page that is there."""
    if in_haste:
        # A page lost to a power cut is fetched again, by another attempt; without a pace, waiting for the disk is not worth that.
        session.execute(text("SET LOCAL synchronous_commit = off"))
    dated = [row | {"fetched_at": row["fetched_at"] or db.now(session)} for row in rows]
    # Each once, and in the same order by whoever writes them, so that nobody waits for one who waits for him.
    dated.sort(key=lambda row: (row["fingerprint"], row["fetched_at"]))
    if whole := {row["fingerprint"]: row for row in dated if "body" in row}:
        session.execute(_WRITE, list(whole.values()))
    for row in dated:
        if "body" not in row:
            older = Page.fetched_at <= row["fetched_at"]
            session.execute(update(Page).where(Page.fingerprint == row["fingerprint"], older).values(**row))


def as_text(headers: Headers) -> dict[str, list[str]]:
    """A response's headers as PostgreSQL can hold them."""
    return {_text(name): [_text(value) for value in values] for name, values in headers.items()}


def _text(header: bytes) -> str:
    """A header as text that PostgreSQL can hold."""
    return header.decode(_AS_SENT).replace("\x00", "")


# For the stages after the crawl -----------------------------------------------------------------------------------------


class Shelf:
    """What was stored, for who says what he will ask for: one statement takes down some pages at once. `do` does work in a transaction."""

    def __init__(self, do: Callable[[Callable[[Session], Any]], Any]) -> None:
        self._do = do
        self._expected: dict[Asked, None] = {}
        self._taken: dict[Asked, Page] = {}

    def expect(self, asked: Iterable[Asked]) -> None:
        """Note what will be asked for, in this order."""
        self._expected |= dict.fromkeys(asked)

    def load(self, asked: Asked) -> Response | None:
        """As `load` does."""
        if asked in self._expected:
            del self._expected[asked]
            some = [asked, *islice(self._expected, AT_ONCE - 1)]
            self._taken = self._do(partial(_take_down, asked=some))
            for one in some[1:]:
                del self._expected[one]
        page = self._taken.get(asked)
        found: Response | None = self._do(partial(load, asked=asked)) if page is None else response(page)
        return found


def _take_down(session: Session, asked: Iterable[Asked]) -> dict[Asked, Page]:
    """Those of the pages that are there, and are no redirects."""
    keys = {key(one): one for one in asked}
    _, found = look(session, keys)
    return {keys[key]: page for key, page in found.items() if page.rejected_at is None and page.status not in REDIRECTS}


def load(session: Session, asked: Asked) -> Response | None:
    """The stored page that asking so led to, redirects followed; None when it is not in the store."""
    for page in _chain(session, asked):
        if page.status not in REDIRECTS:
            return response(page)
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
        found = session.scalar(select(Page).where(Page.fingerprint == key(asked)))
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


def response(page: Page) -> Response:
    """The stored page as the site sent it."""
    body = zstandard.ZstdDecompressor().decompress(page.body)
    headers = Headers(page.headers, encoding=_AS_SENT)
    made = responsetypes.from_args(headers=headers, url=page.url, body=body)(page.url, status=page.status, body=body)
    made.headers = headers  # given to it, it would make others of them
    return made
