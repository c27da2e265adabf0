"""FictionPress and FanFiction.net, one engine: page 1 of a story is its index and its first chapter at once.

A chapter's page lists all chapters in a select, but page 1 may be a stale copy that lacks the newest. So the newest page that it
knows of is asked too, as a further page of the index, until one leads nowhere: asking again costs two requests, one where the
story has one chapter. The sites' terms let programs in no faster than a person with a browser; the pace keeps to that.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import ClassVar, NamedTuple
from urllib.parse import urlsplit

from parsel import Selector
from scrapy.http import Response

from ingestion.errors import NotFound, ParseError
from ingestion.items import Chapter, ChapterLink, IndexPage, Novel, Publication, Sign
from spiders.base import NovelSpider
from spiders.challenge import refuse
from spiders.fragments import drop, first, inner_html, line, paragraphs, tree, words
from spiders.hidden import remove_hidden

_STORY = re.compile(r"/(?:s|r)/(\d+)(?:/(\d{1,5}))?(?=/|$)")
_NEXT = "//button[starts-with(normalize-space(), 'Next')]/@onclick"
_MISSING = re.compile(r"story not found|unable to locate story|chapter not found|using an outdated url", re.IGNORECASE)
_GENRE = (
    "(?:Adventure|Angst|Crime|Drama|Family|Fantasy|Friendship|General|Horror|Humor|Hurt/Comfort|Mystery|Parody|Poetry"
    "|Romance|Sci-Fi|Spiritual|Supernatural|Suspense|Thriller|Tragedy|Western)"
)
_GENRES = re.compile(f"{_GENRE}(?:/{_GENRE})*")
#: The languages that most stories are in, by their codes (BCP 47).
_LANGUAGES = dict(
    re.findall(
        r"(\w+)=(\w+)",
        "English=en Spanish=es French=fr Portuguese=pt German=de Italian=it Dutch=nl Polish=pl Russian=ru Swedish=sv "
        "Indonesian=id Filipino=fil Chinese=zh Japanese=ja",
    )
)


class _Place(NamedTuple):
    """What a URL says: the site, the story, and which of its chapters."""

    origin: str
    story: str
    number: int

    def url(self, number: int) -> str:
        return f"{self.origin}/s/{self.story}/{number}/"


class FictionPress(NovelSpider):
    """A chapter is known by its number, since the sites have no other name for it: it is all that a chapter's URL says.

    So one that its author puts in between pushes the others on; `refresh` all then reads them anew. A story's number is its
    own site's: the host goes before it.
    """

    name = "fictionpress"
    allowed_domains: ClassVar[list[str]] = ["fictionpress.com", "fanfiction.net"]
    pace = 8.0
    strategies = ("select#chap_select", "#storytext")  # the second where a story has one chapter
    sign = Sign.EDIT_DATE

    @classmethod
    def index_url(cls, url: str) -> str:
        """The story's page 1 on the same host."""
        place = _place(url)
        return place.url(1) if place else url

    @classmethod
    def novel_key(cls, index_url: str) -> str | None:
        """The story's number, after its site's host."""
        place = _place(index_url)
        return f"{urlsplit(place.origin).netloc}/{place.story}" if place else None

    @classmethod
    def chapter_key(cls, url: str) -> str | None:
        """The chapter's number."""
        place = _place(url)
        return str(place.number) if place else None

    def novel(self, response: Response) -> Novel:
        """From the head of the story, and the line of facts under it. The sites say only of a complete one where it stands."""
        page, place = tree(response), _place(response.url)
        title = first(page, "#profile_top b.xcontrast_txt")
        if not title or place is None:
            _refuse(response, page)
            raise ParseError(f"{response.url} is not a story's page: give a URL of the form /s/<number>/1/")
        facts = _facts(page)
        about = page.css("#profile_top div.xcontrast_txt")
        return Novel(
            key=self.novel_key(response.url) or place.story,
            url=place.url(1),
            title=title,
            authors=tuple(filter(None, [first(page, '#profile_top a[href^="/u/"]')])),
            description=paragraphs(about[0]) if about else None,
            cover_url=_cover(response, page),
            language=next((_LANGUAGES[fact] for fact in facts if fact in _LANGUAGES), None),
            status=Publication.COMPLETED if {"Complete", "Status: Complete"}.intersection(facts) else None,
            tags=_tags(page, facts),
        )

    def chapters(self, response: Response) -> IndexPage:
        """What the page's select lists, without the newest, which is the next page of the index and lists itself."""
        page, place = tree(response), _place(response.url)
        if place is None or not page.css("#storytext, #storytextp"):
            if place is not None and place.number > 1 and _is_missing(page):  # the chapter, not the story
                return IndexPage(links=(_link(page, response.url, place.number, {}),), strategy="#storytext")
            _refuse(response, page)
            raise ParseError(f"{response.url} has no #storytext: it is no chapter of a story, or the site changed")
        titles = _titles(page)
        onward = [int(to[2]) for to in map(_STORY.search, page.xpath(_NEXT).getall()) if to and to[2]]
        newest = max((place.number, *titles, *onward))
        listed = [number for number in titles or [place.number] if number == place.number or number != newest]
        if place.number not in listed:
            listed.append(place.number)
        total = next((fact.partition(":")[2].strip() for fact in _facts(page) if fact.startswith("Chapters:")), "")
        return IndexPage(
            links=tuple(_link(page, response.url, number, titles) for number in listed),
            further=(place.url(newest),) if newest > place.number else (),
            stated_total=int(total) if re.fullmatch(r"[0-9]{1,5}", total) else None,
            strategy="select#chap_select" if titles else "#storytext",
        )

    def chapter(self, response: Response) -> Chapter:
        """The text. The title is the select's own."""
        page = tree(response)
        texts = page.css("#storytext") or page.css("#storytextp")
        if not texts:
            _refuse(response, page)
            raise ParseError(f"{response.url} has no #storytext: it is no chapter of a story, or the site changed")
        text = texts[0]
        removed = remove_hidden(text)
        drop(text, "script, style, noscript, iframe")
        if not words(text) and not text.css("img"):
            raise ParseError(f"{response.url} is a chapter without a text")
        return Chapter(content=inner_html(text), hidden_removed=removed)


def _place(url: str) -> _Place | None:
    parts = urlsplit(url)
    found = _STORY.match(parts.path)
    if found is None:
        return None
    site = next((site for site in FictionPress.allowed_domains if f".{parts.hostname}".endswith(f".{site}")), None)
    origin = f"https://www.{site}" if site else f"{parts.scheme}://{parts.netloc}"
    return _Place(origin, found[1], int(found[2] or 1))


def _is_missing(page: Selector) -> bool:
    return bool(_MISSING.search(" ".join(map(words, page.css("body")))))


def _refuse(response: Response, page: Selector) -> None:
    refuse(response)
    if _is_missing(page):
        raise NotFound(f"the site says that it has no page {response.url}: it was removed, or the URL is wrong")


# The head of a story ---------------------------------------------------------------------------------------------------


def _facts(page: Selector) -> list[str]:
    """The line of facts in parts: `Rated: …`, the language, the genres, `Chapters: …` and so on, in an order of the site's own."""
    told = first(page, "#profile_top span.xgray", "span.xgray") or ""
    return [line(fact) for fact in line(told).split(" - ")]


def _tags(page: Selector, facts: list[str]) -> tuple[str, ...]:
    """The story's shelf, and its genres: the first part of the facts that names nothing else."""
    shelf = [words(link) for link in page.css("#pre_story_links a")[-1:]]
    genres = next((re.findall(_GENRE, fact) for fact in facts if _GENRES.fullmatch(fact)), [])
    return tuple(dict.fromkeys(filter(None, [*shelf, *genres])))


def _cover(response: Response, page: Selector) -> str | None:
    lazy, shown = page.css("img.cimage::attr(data-original)"), page.css("img.cimage::attr(src)")
    # Where there is no cover, and until a script has loaded it, the site shows a picture of its own.
    found = next((source for source in [*lazy.getall(), *shown.getall()] if source and "/static/" not in source), None)
    return response.urljoin(found) if found else None


def _titles(page: Selector) -> dict[int, str]:
    """The chapters' titles by number, without the number that the site puts before each."""
    titles = {}
    for option in page.css("select#chap_select, select[name=chapter]")[:1].css("option"):
        if re.fullmatch(r"[0-9]{1,5}", option.attrib.get("value", "")):
            number = int(option.attrib["value"])
            titles[number] = words(option).removeprefix(f"{number}.").strip()
    return titles


def _link(page: Selector, url: str, number: int, titles: dict[int, str]) -> ChapterLink:
    """A chapter of the story whose page at `url` this is. Its text is a part of its page, which may be the index besides."""
    place = _place(url)
    alone = first(page, "#profile_top b.xcontrast_txt") if number == 1 else None
    return ChapterLink(
        key=str(number),
        url=f"{place.url(number) if place and place.number != number else url}#storytext",
        title=titles.get(number) or alone or f"Chapter {number}",
        published_at=_published(page) if number == 1 else None,
    )


def _published(page: Selector) -> datetime | None:
    """When the story was published, which is when its first chapter was."""
    date = "//span[@data-xutime][contains(preceding-sibling::text()[1], 'Published')]/@data-xutime"
    seconds = page.xpath(date).get("")
    return datetime.fromtimestamp(int(seconds), UTC) if re.fullmatch(r"[0-9]{1,11}", seconds) else None
