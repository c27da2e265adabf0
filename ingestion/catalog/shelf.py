"""A page of the catalogue, whichever format it is written in: doors to other pages, or novels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

from ingestion.items import Publication
from ingestion.models import NovelRow
from ingestion.tongue import LANGUAGE
from ingestion.visible import shortened

NEW = "http://opds-spec.org/sort/new"
SUBSECTION = "subsection"
ACQUISITION = "http://opds-spec.org/acquisition"
#: Characters of what a novel is about.
LONGEST_ABOUT = 2000


class Kind(StrEnum):
    """What is on a page."""

    NAVIGATION = "navigation"
    ACQUISITION = "acquisition"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which novels: those that are called by these `words`, and so on; unset: all. And which page of them."""

    words: str | None = None
    letter: str | None = None
    author: str | None = None
    language: str | None = None
    status: Publication | None = None
    page: int = 1

    @property
    def query(self) -> dict[str, str]:
        """The wish as an address says it."""
        said = {
            "q": self.words,
            "letter": self.letter,
            "author": self.author,
            "language": self.language,
            "status": self.status,
            "page": str(self.page) if self.page > 1 else None,
        }
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A page's address, below the catalogue's own."""

    name: str = ""
    wish: Wish = Wish()

    def __str__(self) -> str:
        query = urlencode(self.wish.query)
        return (f"/{self.name}" if self.name else "") + (f"?{query}" if query else "")


START = Place()


@dataclass(frozen=True, kw_only=True)
class Door:
    """Where one can go from a page, and how many novels are there, if that is counted."""

    title: str
    about: str
    place: Place
    count: int | None = None
    kind: Kind = Kind.ACQUISITION
    rel: str = SUBSECTION


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A novel on a page: its cover's name in the store, and when one of its chapters last changed."""

    novel: NovelRow
    cover: str | None
    changed_at: datetime

    @property
    def language(self) -> str | None:
        """The novel's language, if it is a tag."""
        told = self.novel.language
        return told if told and LANGUAGE.fullmatch(told) else None

    @property
    def about(self) -> str | None:
        """What the novel is about, as text, and not without end."""
        return shortened(self.novel.description, LONGEST_ABOUT) if self.novel.description else None


@dataclass(frozen=True, kw_only=True)
class Facet:
    """Fewer of these novels, or all of them again."""

    group: str
    title: str
    place: Place
    count: int | None = None
    is_active: bool = False


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A page."""

    title: str
    place: Place
    kind: Kind
    updated: datetime
    up: Place = START
    doors: tuple[Door, ...] = ()
    entries: tuple[Entry, ...] = ()
    facets: tuple[Facet, ...] = ()
    next: Place | None = None
    previous: Place | None = None
    first: Place | None = None
