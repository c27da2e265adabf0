"""/find: the library searched, novels first, then chapters with the place that shows why."""

from __future__ import annotations

from functools import partial
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, HTTPException, Query, Request, Response

from ingestion import bookshelf, db
from ingestion.api.schemas import BIGINT_MAX
from ingestion.api.search import LAST
from ingestion.sanitize import storable
from ingestion.search import finding
from ingestion.search.finding import FoundChapter, Results
from ingestion.search.query import LONGEST, Wish
from ingestion.web.page import Page, root, show

router = APIRouter(route_class=Page)

LIMIT = 20
#: So many words before a hit tell it from others that are spelled so.
TELLING = 3

Novel = Annotated[int | None, Query(ge=1, le=BIGINT_MAX)]
Offset = Annotated[int, Query(ge=0, le=LAST)]


@router.get("/find")
def find(request: Request, q: str = "", novel: Novel = None, offset: Offset = 0) -> Response:
    """What has these words: in the whole library, or in one `novel`."""
    asked = storable(q).strip()[:LONGEST]
    with db.transaction() as session:
        within = bookshelf.get(session, novel) if novel else None
        if novel and within is None:
            raise HTTPException(404, f"There is no novel {novel} in this library.")
        wish = Wish(text=asked, novel_id=novel, limit=LIMIT, offset=offset)
        found = finding.find(session, wish) if asked else Results()
    ways = {"place": partial(_place, request, asked), "hit": partial(_hit, asked)}
    pages = {"earlier": max(0, offset - LIMIT) if offset else None, "later": found.next_offset}
    return show(request, "find.html", q=asked, within=within, found=found, **ways, **pages)


def _place(request: Request, asked: str, *, novel: int | None = None, offset: int | None = None) -> str:
    """Where the same is asked in this novel, or from there on."""
    told = {"q": asked, "novel": novel, "offset": offset or None}
    return f"{root(request)}/find?{urlencode({name: value for name, value in told.items() if value})}"


def _hit(asked: str, chapter: FoundChapter) -> str:
    """The chapter's page, at the first place that its snippet shows.

    The place is a text fragment (https://wicg.github.io/scroll-to-text-fragment/): the words before the hit and the hit or, where those
    words stand in another paragraph, the hit alone. A browser that knows no such thing opens the chapter at its beginning.
    """
    page = f"/read/{chapter.id}?{urlencode({'q': asked})}"
    at = next((place for place, part in enumerate(chapter.snippet) if part.hit), None)
    if at is None:
        return page
    word = _fragment(chapter.snippet[at].text)
    before = chapter.snippet[at - 1].text.split()[-TELLING:] if at and not chapter.snippet[at - 1].hit else []
    told = _fragment(" ".join(before).removeprefix("…").strip())
    return f"{page}#:~:" + (f"text={told}-,{word}&" if told else "") + f"text={word}"


def _fragment(words: str) -> str:
    return quote(words, safe="").replace("-", "%2D")
