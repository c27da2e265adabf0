"""Scribble Hub (scribblehub.com): the series' page shows its newest chapters, and a form of its own gives them all.

Where the form's answer is no list, the page's own, `?toc=N`, is read page by page. All of these begin with the newest chapter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, NamedTuple
from urllib.parse import parse_qs, urlsplit

from parsel import Selector
from scrapy.http import Response

from ingestion.errors import ParseError
from ingestion.items import Chapter, ChapterLink, Form, IndexPage, Novel, Publication, Sign
from spiders import origins, scribbled, walls
from spiders.base import NovelSpider
from spiders.challenge import refuse
from spiders.fragments import drop, first, inner_html, paragraphs, tree, words
from spiders.hidden import remove_hidden

_SERIES = re.compile(r"/series/(\d+)(?:/([^/]+))?(?=/|$)")
_READ = re.compile(r"/read/(\d+)-([^/]+)(?=/|$)")
_CHAPTER = re.compile(r"/chapter/(\d+)(?=/|$)")
_FEED, _FORM = "/rssfeed.php", "/wp-admin/admin-ajax.php"
_PAGE = re.compile(r"[?&]toc=(\d{1,5})\b")
_TAGS = "a.fic_genre, .wi_fic_showtags a.stag, ul.ul_rate_expand a"
_STATUSES = {status.value: status for status in Publication}


class _Series(NamedTuple):
    """What a URL says of its series."""

    origin: str
    id: str
    slug: str | None

    @property
    def url(self) -> str:
        return f"{self.origin}/series/{self.id}/" + (f"{self.slug}/" if self.slug else "")


class ScribbleHub(NovelSpider):
    """A series and a chapter are known by the numbers in their URLs."""

    name = "scribblehub"
    allowed_domains: ClassVar[list[str]] = ["scribblehub.com"]
    pace = 5.0
    strategies = ("a.toc_a", "?toc=N")  # the second where the form fails
    novel_at, chapter_at = _SERIES.pattern, _CHAPTER.pattern
    sign, sign_at = Sign.FEED, (r"/series/(\d+)/.*", r"/rssfeed.php?type=series&sid=\1")

    @classmethod
    def index_url(cls, url: str) -> str:
        """The series' page on the same host. A feed knows only its number, from which the site finds the page."""
        series = _series(url)
        return series.url if series else url

    def novel(self, response: Response) -> Novel:
        """From the head of the series' page."""
        page, series = tree(response), _series(response.url)
        title = first(page, ".fic_title")
        if not title or series is None:
            walls.refuse(response, page)
            raise ParseError(f"{response.url} is not a series' page: give a URL of the form /series/<number>/<name>/")
        author, cover = first(page, ".auth_name_fic"), page.css(".fic_image img::attr(src)").get()
        drop(page, ".wi_fic_desc .dots, .wi_fic_desc .morelink")
        about = page.css(".wi_fic_desc")
        return Novel(
            key=series.id,
            url=series.url,
            title=title,
            authors=(author,) if author else (),
            description=paragraphs(about[0]) if about else None,
            cover_url=response.urljoin(cover) if cover else None,
            language=page.xpath("/html/@lang").get() or None,
            status=_status(page),
            tags=tuple(dict.fromkeys(filter(None, map(words, page.css(_TAGS))))),
        )

    def chapters(self, response: Response) -> IndexPage:
        """The form's answer, a page of the list, or the series' page, which leads to the form unless it shows them all."""
        page, path = tree(response), urlsplit(response.url).path
        links = tuple(_entries(page, response))[::-1]
        if path.endswith(_FORM):
            return _answer(response, links)
        series = _series(response.url)
        if series is None or not page.css(".fic_title") or _CHAPTER.search(path):
            walls.refuse(response, page)
            raise ParseError(f"{response.url} is not a series' page: give a URL of the form /series/<number>/<name>/")
        said = re.sub(r"\D", "", first(page, "span.cnt_toc") or "")
        total = int(said) if re.fullmatch(r"[0-9]{1,9}", said) else None
        if _PAGE.search(response.url):
            return _page_of_list(response, page, links, total)
        if not links or len(links) != total:
            return IndexPage(links=(), further=(_form(series),), stated_total=total)
        return IndexPage(links=links, stated_total=total, strategy="a.toc_a")

    def chapter(self, response: Response) -> Chapter:
        """The text with every spoiler opened and its footnotes at its end, and what its author says before and after it."""
        page = tree(response)
        text = next(iter(page.css("#chp_raw")), None)
        if text is None:
            walls.refuse(response, page)
            raise ParseError(f"{response.url} has no #chp_raw: it is no chapter's page, or the site changed")
        scribbled.unfold(text)
        removed = remove_hidden(text)
        before, after = scribbled.take_notes(text)
        scribbled.gather_footnotes(text)
        if not words(text) and not text.css("img"):
            walls.refuse(response, page)
            raise ParseError(f"{response.url} is a chapter without a text")
        return Chapter(
            content=inner_html(text),
            title=first(page, ".chapter-title"),
            notes_before=before,
            notes_after=after,
            hidden_removed=removed,
        )


def _series(url: str) -> _Series | None:
    parts = urlsplit(url)
    origin = origins.of(url, "https://www.scribblehub.com")
    if parts.path == _FEED:
        number = parse_qs(parts.query).get("sid", [""])[0]
        return _Series(origin, number, None) if re.fullmatch("[0-9]+", number) else None
    found = _SERIES.match(parts.path) or _READ.match(parts.path)
    if found is None:
        return None
    return _Series(origin, found[1], None if found[2] == "stats" else found[2])


def _status(page: Selector) -> Publication | None:
    said = " ".join(map(words, page.css('span[title^="Last"]'))).lower()
    return next((status for word, status in _STATUSES.items() if word in said), None)


# The list --------------------------------------------------------------------------------------------------------------


def _entries(page: Selector, response: Response) -> Iterator[ChapterLink]:
    """The chapters as the page lists them."""
    for link in page.css("a.toc_a[href]"):
        url = response.urljoin(link.attrib["href"])
        if key := _CHAPTER.search(urlsplit(url).path):
            yield ChapterLink(key=key[1], url=url, title=words(link) or f"Chapter {key[1]}")


def _form(series: _Series) -> Form:
    """All chapters at once, as the page's own button asks for them."""
    fields = (("action", "wi_getreleases_pagination"), ("pagenum", "-1"), ("mypostid", series.id))
    return Form(url=series.origin + _FORM, fields=fields, otherwise=(f"{series.url}?toc=1",))


def _answer(response: Response, links: tuple[ChapterLink, ...]) -> IndexPage:
    if not links:
        refuse(response)
        raise ParseError(f"{response.url} gave no list of chapters for its form: the site changed")
    return IndexPage(links=links, strategy="a.toc_a")


def _page_of_list(response: Response, page: Selector, links: tuple[ChapterLink, ...], total: int | None) -> IndexPage:
    """One page of the list, and those after it: their links stand on each."""
    numbers = [int(number[1]) for number in map(_PAGE.search, page.css("a::attr(href)").getall()) if number]
    here = _PAGE.search(response.url)
    number, last = int(here[1]) if here else 1, max(numbers, default=1)
    if not links or (number == last == 1 and len(links) < (total or 0)):
        raise ParseError(
            f"{response.url} lists {len(links)} of {total} chapters and no further pages: the site changed"
        )
    base = response.url.partition("?")[0]
    further = tuple(f"{base}?toc={after}" for after in range(number + 1, last + 1))
    return IndexPage(links=links, further=further, stated_total=total, strategy="?toc=N", newest_first=True)
