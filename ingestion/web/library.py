"""/library: the novels with their covers, by words, by what they are filed under, in the order that one likes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from ingestion import browsing, db, sanitize
from ingestion.browsing import Order, Tally, Wish
from ingestion.items import Publication
from ingestion.models import NovelRow
from ingestion.pictures import kinds, table
from ingestion.web.page import Page, show

router = APIRouter(route_class=Page)

#: Novels on a page: whole rows of two, three, four, five and six.
LIMIT = 60
MOST_PAGES = 100_000
Word = Annotated[str, Query(max_length=500)]
ORDERS = {
    Order.NEW: "Newest chapters",
    Order.TITLE: "Title",
    Order.AUTHOR: "Author",
    Order.ADDED: "Last added",
    Order.SIZE: "Most chapters",
}
STATUSES = {
    Publication.ONGOING: "Ongoing",
    Publication.COMPLETED: "Completed",
    Publication.HIATUS: "On hiatus",
    Publication.DROPPED: "Given up",
    Publication.STUB: "Mostly taken down",
}


@router.get("/library")
def library(
    request: Request,
    q: Word = "",
    site: Word = "",
    author: Word = "",
    tag: Word = "",
    language: Word = "",
    status: Word = "",
    order: Word = "",
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
    part: Word = "",
) -> Response:
    """The page, or with `part` no more than the list: what is not known of a filter is as if it were not there."""
    told = {"words": q, "site": site, "author": author, "tag": tag, "language": language}
    wish = Wish(
        **{name: sanitize.storable(value).strip() or None for name, value in told.items() if name != "words"},
        words=sanitize.storable(q).strip(),
        status=next((known for known in Publication if known == status), None),
        order=next((known for known in Order if known == order), Order.NEW),
    )
    with db.transaction() as session:
        found, total = browsing.found(session, wish, skip=(page - 1) * LIMIT, limit=LIMIT)
        shown = {"now": db.now(session), "total": total, "books": cards(session, found)}
        shown |= {} if part else {"choices": browsing.choices(session)}
    shown |= {"wish": wish, "page": page, "pages": -(-total // LIMIT), "link": _link(wish)}
    shown |= {"orders": ORDERS, "statuses": STATUSES}
    return show(request, "shelf.html" if part else "library.html", **shown)


def cards(session: Session, found: Sequence[NovelRow]) -> list[dict[str, Any]]:
    """What is shown of each of these novels: itself, how much of it there is, the picture on its cover."""
    counted = browsing.tallies(session, [novel.id for novel in found])
    covers = table.names(session, [novel.cover_url for novel in found if novel.cover_url])
    paths = {url: kinds.path(name) for url, name in covers.items()}
    return [
        {"novel": novel, "tally": counted.get(novel.id, Tally()), "cover": paths.get(novel.cover_url or "")}
        for novel in found
    ]


def _link(wish: Wish) -> Any:
    """Makes the query of a link to the same novels, with something else in its place."""
    asked = {("q" if name == "words" else name): value for name, value in asdict(wish).items()}

    def query(**other: Any) -> str:
        there = {name: value for name, value in (asked | other).items() if value and value != Order.NEW}
        return f"?{urlencode(there)}" if there else "?"

    return query
