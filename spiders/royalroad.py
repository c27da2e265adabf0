"""Royal Road (royalroad.com), in its legacy layout and its redesign.

The chapters come from the JSON in the page, else from the legacy table; the novel from JSON-LD, field by field else from markup.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from parsel import Selector, SelectorList
from scrapy.http import Response

from ingestion.errors import NotFound, ParseError
from ingestion.items import Chapter, ChapterLink, IndexPage, Novel, Publication, Sign
from spiders import origins, pagedata, walls
from spiders.base import NovelSpider
from spiders.challenge import refuse
from spiders.fragments import first, inner_html, line, paragraphs, paragraphs_of, tree, words
from spiders.hidden import remove_hidden

_FICTION = re.compile(r"/(?:fiction|(?:fiction/)?syndication)/(\d+)(?=[/,]|$)")
_CHAPTER = re.compile(r"/chapter/(\d+)")
# Every real paragraph carries such a class, another one each time; left in, each fetch would look like an edit.
_RANDOM_CLASS = re.compile(r"\s?\bcn[A-Z]\w{20,}")
_NOTE = "contains(concat(' ', normalize-space(@class), ' '), ' author-note-portlet ')"
# INACTIVE is the site's word for a pause that the author did not announce.
_STATUSES = {status.value.upper(): status for status in Publication} | {"INACTIVE": Publication.HIATUS}


class RoyalRoad(NovelSpider):
    """A fiction's page lists all its chapters; a chapter is known by the number in its URL."""

    name = "royalroad"
    allowed_domains: ClassVar[list[str]] = ["royalroad.com"]
    strategies = ("window.chapters", "table#chapters")
    novel_at, chapter_at = r"/fiction/(\d+)$", _CHAPTER.pattern
    sign, sign_at = Sign.FEED, (r"/fiction/(?=\d+$)", "/fiction/syndication/")

    @classmethod
    def index_url(cls, url: str) -> str:
        """The fiction's page on the same host. `/fiction/chapter/{id}` does not say which fiction, so it stays as it is."""
        parts = urlsplit(url)
        fiction = _FICTION.match(parts.path)
        if fiction is None:
            return url
        origin = origins.of(url, "https://www.royalroad.com")
        return f"{origin}/fiction/{fiction[1]}"

    def novel(self, response: Response) -> Novel:
        """From JSON-LD first, then from the markup of either layout."""
        page = _page(response)
        data = pagedata.book(page)
        author = first(page, 'meta[property="books:author"]', '.fic-header a[href^="/profile/"]')
        title = line(data.get("name")) or first(page, ".fic-header h1", 'meta[property="og:title"]')
        if not title:
            refuse(response)
            raise ParseError(f"{response.url} has no title where a Royal Road fiction has one")
        return Novel(
            key=_fiction(response),
            url=self.index_url(response.url),
            title=title,
            authors=pagedata.authors(data) or ((author,) if author else ()),
            description=_description(page, data.get("description")),
            cover_url=_cover(response, page, pagedata.image(data)),
            language=page.xpath("/html/@lang").get() or None,
            status=_status(page),
            tags=tuple(dict.fromkeys(filter(None, map(words, page.css('a.fiction-tag, a[href*="tagsAdd="]'))))),
        )

    def chapters(self, response: Response) -> IndexPage:
        """All chapters stand on one page."""
        page = _page(response)
        table = page.css("table#chapters")
        entries = pagedata.assigned(page, "chapters")
        if entries is None and not table:
            refuse(response)
            raise ParseError(f"{response.url} lists no chapters: it has neither window.chapters nor table#chapters")
        try:
            if entries is not None:
                strategy, links = "window.chapters", _from_json(response, page, entries)
            else:
                strategy, links = "table#chapters", tuple(_row(response, row) for row in table.css("tr.chapter-row"))
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
            raise ParseError(f"the list of chapters on {response.url} is not of the known shape: {error!r}") from error
        total = table.attrib.get("data-chapters", "")
        stated = int(total) if re.fullmatch(r"[0-9]{1,9}", total) else None
        return IndexPage(links=links, stated_total=stated, strategy=strategy)

    def chapter(self, response: Response) -> Chapter:
        """The text without what the page's CSS hides, and the author's notes before and after it."""
        page = _page(response)
        content = next(iter(page.css("div.chapter-content")), None)
        if content is None:
            walls.refuse(response, page)
            raise ParseError(f"{response.url} has no div.chapter-content: it is no chapter's page, or the site changed")
        before, after = content.xpath(f"preceding::div[{_NOTE}]"), content.xpath(f"following::div[{_NOTE}]")
        parts = (content, *before, *after)
        for part in parts:
            _unfold(part)
        removed = sum(remove_hidden(part) for part in parts)
        for part in parts:
            _tidy(part)
        if not words(content) and not content.css("img"):
            raise ParseError(f"{response.url} is a chapter without a text")
        headings = page.css(".fic-header h1") or page.css("h1")
        return Chapter(
            content=inner_html(content),
            # In the redesign other things on the page have a heading of the first rank too.
            title=words(headings[0]) or None if len(headings) == 1 else None,
            notes_before=_notes(before),
            notes_after=_notes(after),
            hidden_removed=removed,
        )


def _page(response: Response) -> Selector:
    page = tree(response)
    if page.css("div.number::text").get("").strip() == "404":  # the site sends this page with status 200
        raise NotFound(f"Royal Road has no page {response.url}: it was removed, or the URL is wrong")
    return page


def _fiction(response: Response) -> str:
    fiction = _FICTION.match(urlsplit(response.url).path)
    if fiction is None or _CHAPTER.search(response.url):
        raise ParseError(f"{response.url} is not a fiction's page: give a URL of the form /fiction/<number>")
    return fiction[1]


def _description(page: Selector, told: Any) -> str | None:
    if isinstance(told, str) and told.strip():
        return paragraphs_of(told)
    for synopsis in page.css(".description .hidden-content") or page.css(".description"):
        return paragraphs(synopsis)
    return first(page, 'meta[property="og:description"]')


def _cover(response: Response, page: Selector, told: str | None) -> str | None:
    found = told or first(page, 'meta[property="og:image"]', ".fic-header img.thumbnail")
    if not found or "nocover" in found:
        return None
    return response.urljoin(found.replace("/covers-full/", "/covers-large/"))


def _status(page: Selector) -> Publication | None:
    labels = (words(label).upper() for label in page.css("span.label, div#chapterHeroData span.bg-accent"))
    return next((_STATUSES[label] for label in labels if label in _STATUSES), None)


def _from_json(response: Response, page: Selector, entries: list[Any]) -> tuple[ChapterLink, ...]:
    volumes = {volume["id"]: line(volume["title"]) for volume in pagedata.assigned(page, "volumes") or []}
    return tuple(
        ChapterLink(
            key=str(entry["id"]),
            url=response.urljoin(entry["url"]),
            title=line(entry["title"]) or f"Chapter {entry['id']}",
            volume=volumes.get(entry.get("volumeId")) or None,
            published_at=pagedata.time(entry.get("date")),
            locked=entry.get("isUnlocked") is False,
        )
        for entry in sorted(entries, key=lambda entry: entry.get("order") or 0)
        if entry.get("visible", True)
    )


def _row(response: Response, row: Selector) -> ChapterLink:
    path = row.attrib.get("data-url") or row.css("td:first-child a").attrib["href"]
    key = _CHAPTER.search(path)
    if key is None:
        raise ValueError(f"{path} is no chapter's URL")
    seconds = row.css("time").attrib.get("unixtime", "")
    return ChapterLink(
        key=key[1],
        url=response.urljoin(path),
        title=first(row, "td:first-child a") or f"Chapter {key[1]}",
        published_at=datetime.fromtimestamp(int(seconds), UTC) if re.fullmatch("[0-9]{1,11}", seconds) else None,
    )


def _unfold(part: Selector) -> None:
    """Show what a spoiler holds: it is hidden only until the reader clicks."""
    for folded in part.css('.spoiler [style*="none"], .spoiler-new [style*="none"], .spoiler-new [hidden]'):
        folded.root.attrib.pop("style", None)
        folded.root.attrib.pop("hidden", None)


def _tidy(part: Selector) -> None:
    for unseen in part.css("script, style"):
        unseen.drop()
    for element in part.css("[class]"):
        kept = _RANDOM_CLASS.sub("", element.attrib["class"]).strip()
        element.root.set("class", kept) if kept else element.root.attrib.pop("class")


def _notes(portlets: SelectorList[Selector]) -> str | None:
    bodies = ((portlet.css(".author-note, .portlet-body") or [portlet])[0] for portlet in portlets)
    return "\n".join(inner_html(body) for body in bodies if words(body)) or None
