"""GET /opds and below it: the catalogue for e-readers, as OPDS 1.2, and as OPDS 2.0 under /opds/v2."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from ingestion import db
from ingestion.api import conditional
from ingestion.api.feeds import READ, base
from ingestion.catalog import opds1, opds2, shelves, table
from ingestion.catalog.shelf import Shelf, Wish
from ingestion.items import Publication

#: Their formats are described by the OPDS specifications, and better than an OpenAPI document can.
router = APIRouter(include_in_schema=False)

Text = Annotated[str | None, Query(max_length=500, pattern="^[^\\x00]*$")]
Page = Annotated[int, Query(ge=1, le=100_000)]


def wished(
    q: Text = None,
    query: Text = None,  # as OPDS 2.0 calls it
    letter: Annotated[str | None, Query(pattern=f"^([A-Z]|{table.OTHER})$")] = None,
    author: Text = None,
    language: Text = None,
    status: Publication | None = None,
    page: Page = 1,
) -> Wish:
    """What an address says of the novels on a page."""
    words = q if q is not None else query
    return Wish(words=words, letter=letter, author=author, language=language, status=status, page=page)


Wished = Annotated[Wish, Depends(wished)]


def start() -> Shelf:
    """Where one comes in."""
    with db.transaction() as session:
        return shelves.start(session)


def letters() -> Shelf:
    """What titles begin with."""
    with db.transaction() as session:
        return shelves.letters(session)


def authors(page: Page = 1) -> Shelf:
    """Who wrote the novels."""
    with db.transaction() as session:
        return shelves.authors(session, page)


def new(wish: Wished) -> Shelf:
    """Novels, first what has the newest chapter."""
    with db.transaction() as session:
        return shelves.new(session, wish)


def titles(wish: Wished) -> Shelf:
    """Novels by title."""
    with db.transaction() as session:
        return shelves.titles(session, wish)


def search(wish: Wished) -> Shelf:
    """Novels by words."""
    with db.transaction() as session:
        return shelves.search(session, wish)


PAGES: dict[str, Callable[..., Shelf]] = {
    "": start,
    "/": start,  # as some people write it, and some readers follow no redirect
    "/new": new,
    "/titles": titles,
    "/letters": letters,
    "/authors": authors,
    "/search": search,
}


def _served(shelf: Callable[..., Shelf], writer: ModuleType) -> Callable[..., Response]:
    page = Depends(shelf)

    def serve(request: Request, found: Shelf = page) -> Response:
        body: bytes = writer.page(found, base(request))
        return conditional.answer(request, body, writer.media_type(found), found.updated)

    return serve


for _writer in (opds1, opds2):
    for _path, _shelf in PAGES.items():
        router.add_api_route(_writer.PATH + _path, _served(_shelf, _writer), methods=READ)


@router.api_route(f"{opds1.PATH}/search.xml", methods=READ)
def description(request: Request) -> Response:
    """How novels are searched for."""
    return Response(opds1.search(base(request)), media_type=opds1.SEARCH_TYPE)
