"""GET /search: novels by title, author or tag, chapters by their words; GET /search/suggest, while somebody types."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field

from ingestion import db
from ingestion.api.schemas import BIGINT_MAX, URL, Body
from ingestion.search import finding
from ingestion.search.chapters import MOST_RANKED
from ingestion.search.query import Wish
from ingestion.search.titles import Matched

router = APIRouter(tags=["search"])

#: Snippets are cut for each of them.
MOST = 50
#: Titles and texts are ranked apart, and no page begins behind both.
LAST = 2 * MOST_RANKED
Text = Annotated[str, Query(description="What is looked for.", examples=["lamp weir"])]
Novel = Annotated[int | None, Query(ge=1, le=BIGINT_MAX, description="Only chapters of this novel.", examples=[7])]
Site = Annotated[str | None, Query(description="Only novels of this spider.", examples=["royalroad"])]
Language = Annotated[str | None, Query(description="Only novels in this language.", examples=["en"])]
Page = Annotated[int, Query(ge=1, le=MOST, description="How many novels, and how many chapters, at the most.")]
Offset = Annotated[int, Query(ge=0, le=LAST, description="`next_offset` of the page before.")]
EXAMPLE: dict[str, Any] = {
    "novels": [
        {
            "id": 7,
            "title": "The Lamp on the Weir",
            "authors": ["W. Example"],
            "tags": ["calm"],
            "site": "royalroad",
            "language": "en",
            "url": URL,
            "matched": "title",
            "score": 1.25,
        }
    ],
    "chapters": [
        {
            "id": 1234,
            "novel_id": 7,
            "novel_title": "The Lamp on the Weir",
            "position": 12,
            "volume": None,
            "title": "12. Low Water",
            "in_title": False,
            "score": 0.31,
            "snippet": [
                {"text": "… and nobody had lit the ", "hit": False},
                {"text": "lamps", "hit": True},
                {"text": " since the flood …", "hit": False},
            ],
        }
    ],
    "next_offset": None,
    "more": False,
    "waiting": 0,
}


class NovelHit(Body):
    """A novel, and by what it was found."""

    id: int
    title: str
    authors: list[str]
    tags: list[str]
    site: str
    language: str | None
    url: str
    matched: Matched
    score: float


class SnippetPart(Body):
    """A piece of a snippet: plain text, to be escaped like any other."""

    text: str
    hit: bool = Field(description="Whether it is what was looked for.")


class ChapterHit(Body):
    """A chapter, and the place of its text that shows best why it was found."""

    id: int
    novel_id: int
    novel_title: str
    position: int
    volume: str | None
    title: str
    in_title: bool = Field(description="Whether its title alone has what was looked for; these come first.")
    score: float
    snippet: list[SnippetPart]


class SearchOut(Body):
    """What was found, best first; the novels are on the first page only, and not where one novel is searched."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": EXAMPLE})

    novels: list[NovelHit]
    chapters: list[ChapterHit]
    next_offset: int | None = Field(description="Where the next page begins; null: this is the last.")
    more: bool = Field(description="More chapters have the words than are ranked: only the newest of them are listed.")
    waiting: int = Field(description="Novels that are not indexed yet as they are now: something may be missing.")


@router.get("/search")
def search(
    q: Text, novel: Novel = None, site: Site = None, language: Language = None, limit: Page = 10, offset: Offset = 0
) -> SearchOut:
    """Novels and chapters with these words: `"a phrase"`, `this OR that`, `-without`. A word is found in its other forms, too.

    Titles, authors and tags of novels are found with slips of the pen. What asks for nothing (no word, or only such as every text has)
    finds no chapter.
    """
    wish = Wish(text=q, novel_id=novel, site=site, language=language, limit=limit, offset=offset)
    with db.transaction() as session:
        return SearchOut.model_validate(finding.find(session, wish))


class Suggestion(Body):
    """A novel that may be meant."""

    id: int = Field(examples=[7])
    title: str = Field(examples=["The Lamp on the Weir"])
    authors: list[str] = Field(examples=[["W. Example"]])


@router.get("/search/suggest")
def suggest(q: Text, limit: Annotated[int, Query(ge=1, le=20)] = 8) -> list[Suggestion]:
    """Novels whose titles or authors begin with what has been typed so far, then such as nearly do."""
    with db.transaction() as session:
        return [Suggestion.model_validate(one) for one in finding.suggest(session, q, limit)]
