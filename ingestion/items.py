"""What one step hands to the next: the frozen values that a spider returns and that parsing hands to saving.

Spiders know of this package only these values and `ingestion.errors`. What a page lacks is ``None`` (or empty), never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Publication(StrEnum):
    """Where the author stands with the novel, in the words most sites share."""

    ONGOING = "ongoing"
    COMPLETED = "completed"
    HIATUS = "hiatus"
    DROPPED = "dropped"
    STUB = "stub"


class Matter(StrEnum):
    """The part of a book a unit belongs to (EPUB 3 Structural Semantics: frontmatter, bodymatter, backmatter)."""

    FRONT = "front"
    BODY = "body"
    BACK = "back"


class Sign(StrEnum):
    """The cheapest thing on a site that changes when a novel does."""

    FEED = "feed"  # an RSS or Atom feed of the novel's own
    API = "api"  # an interface for programs, which says when the novel was last changed
    EDIT_DATE = "edit date"  # a page, the index or a smaller one, that dates the novel or its chapters
    VALIDATOR = "validator"  # nothing but the index, asked for under a condition (RFC 9110, section 13)


@dataclass(frozen=True, kw_only=True, slots=True)
class Novel:
    """What the index says of the novel as a whole.

    `key` is the site's own name for it (an id where there is one): together with the spider's name it is the novel's
    identity. `description` is plain text, paragraphs divided by a blank line. `confidence` (0 to 1) is how sure the
    spider is that this is a novel's index at all; only the generic spider is ever less than certain.
    """

    key: str
    url: str
    title: str
    authors: tuple[str, ...] = ()
    description: str | None = None
    cover_url: str | None = None
    language: str | None = None
    status: Publication | None = None
    tags: tuple[str, ...] = ()
    confidence: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ChapterLink:
    """One entry of the index, in reading order.

    `key` is the site's own key for the chapter (the id in its URL), never its place in the list: the place changes when
    an author inserts, moves or removes chapters, the key does not. A `locked` chapter is not to be had without paying
    or logging in: it is not fetched and is counted as missing. Where one page holds several chapters, the fragment of `url`
    says which part of it this one is; the page is fetched once.
    """

    key: str
    url: str
    title: str
    volume: str | None = None
    matter: Matter = Matter.BODY
    published_at: datetime | None = None
    edited_at: datetime | None = None
    locked: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A page that a site gives only in answer to a form: `fields`, names with their values, sent to `url` (POST).

    `otherwise` are the pages to ask for where the form is refused, or the answer turns out not to be what it should.
    """

    url: str
    fields: tuple[tuple[str, str], ...] = ()
    otherwise: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.url} (POST)"


#: How a page is asked for: by its URL, or by a form.
Asked = str | Form


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexPage:
    """What one page of the index lists: its links, the further index pages, and how many chapters the site says there are.

    A page that lists only itself is a link in a chain: a novel without an index, whose chapters lead from one to the next.
    A page that is no index but knows where it is (a chapter's page, a later page of the index) says so in `index_url`.
    The links are in reading order, whatever the page's own is. Where the pages begin with the newest chapters, `newest_first`
    says that those of this page and of any after it come before those of the pages found earlier. `strategy` is the one of the
    spider's `strategies` by which the links were found; empty where there are none, or the spider knows only one way. Where headings
    in the list begin the volumes, `volumes_run_on` says that what stands above a page's first heading belongs to the page before's last.
    """

    links: tuple[ChapterLink, ...]
    further: tuple[Asked, ...] = ()
    index_url: str | None = None
    stated_total: int | None = None
    strategy: str = ""
    newest_first: bool = False
    volumes_run_on: bool = False

    def is_chain(self, url: str) -> bool:
        """Whether the page at `url`, which gave this, is a link in a chain."""
        return [link.url for link in self.links] == [url]


@dataclass(frozen=True, kw_only=True, slots=True)
class Chapter:
    """The text of one chapter as a spider found it: HTML fragments, not yet sanitised, without the chapter's own heading.

    `title` is the page's own, None to keep the index's. `hidden_removed` counts the elements that the page's CSS hides
    and that were therefore left out.
    """

    content: str
    title: str | None = None
    notes_before: str | None = None
    notes_after: str | None = None
    published_at: datetime | None = None
    hidden_removed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Hole:
    """Why a chapter of the index has no text.

    `final` holes are the site's own word (404, 410, locked): the job may still be DONE. Any other hole is work undone.
    """

    kind: str
    reason: str
    final: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedChapter:
    """A place in the reading order: the index's entry, and the text or the reason why there is none."""

    link: ChapterLink
    position: int
    chapter: Chapter | None = None
    hole: Hole | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedNovel:
    """All that saving needs: the novel and its chapters in reading order, positions from 1 without gaps.

    They come from the index at `index_url`, which the site gave last at `seen_at`; `stated_total` is how many the site says there are,
    `strategy` how they were found there, and `rank` the place of that among the spider's ways, the best being 0.
    """

    site: str
    novel: Novel
    chapters: tuple[ParsedChapter, ...]
    stated_total: int | None = None
    strategy: str = ""
    rank: int = 0
    index_url: str | None = None
    seen_at: datetime | None = None
