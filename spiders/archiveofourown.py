"""Archive of Our Own (archiveofourown.org): one page, the whole work, is the index and holds every chapter.

The links of that page carry the chapter's id as fragment. The robots.txt keeps programs out of searches (`/works?…`) and
downloads, not out of works.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urldefrag, urlsplit

from parsel import Selector, SelectorList
from scrapy.http import Response

from ingestion.errors import ParseError
from ingestion.items import Chapter, ChapterLink, IndexPage, Novel, Publication, Sign
from spiders import ao3instead, ao3series, origins
from spiders.base import NovelSpider
from spiders.fragments import inner_html, paragraphs, tree, words

_WORK = re.compile(r"/(?:collections/[^/]+/)?works/(\d+)(?=/|$)")
_CHAPTER = re.compile(r"/chapters/(\d+)")
_KINDS = ("rating", "warning", "category", "fandom", "relationship", "character", "freeform")
_TAGS = ", ".join(f"dl.work.meta dd.{kind}.tags a.tag" for kind in _KINDS)
# Chapters are the element's children: what a chapter's author wrote can look like one, but lies deeper.
_CHAPTERS = './div[starts-with(@id, "chapter-")]'
_HEADING = './div[has-class("preface")]/h3[has-class("title")]'


class ArchiveOfOurOwn(NovelSpider):
    """A chapter is known by the id in its heading's link; the text of a work in one piece, which has none, by the work's."""

    name = "archiveofourown"
    allowed_domains: ClassVar[list[str]] = ["archiveofourown.org", "ao3.org"]
    pace = 4.0
    strategies = ("#chapters > #chapter-N", "#chapters", "ul.series")  # the others: a work in one piece, a series
    sign, sign_at = Sign.EDIT_DATE, (r"\?view_full_work=true&", "/navigate?")
    novel_at, chapter_at = r"/works/(\d+)\?view_full_work", r"(?:/chapters/|#)(\d+)$"
    batch = None
    _read: tuple[str, bytes, _Work] | None = None

    @classmethod
    def index_url(cls, url: str) -> str:
        """The whole work, adult or not, on the same host. `/chapters/{id}` alone does not say which work, so it stays as it is."""
        path = urlsplit(url).path
        if series := ao3series.PATH.match(path):
            return f"{_origin(url)}/series/{series[1]}"
        work = _WORK.match(path)
        return f"{_origin(url)}/works/{work[1]}?view_full_work=true&view_adult=true" if work else url

    def sign_of(self, response: Response) -> str | None:
        """The work's list of chapters with their dates."""
        if urlsplit(response.url).path.endswith("/navigate") and response.status == 200:
            return "\n".join(tree(response).css("ol.chapter.index li").getall()) or None
        return super().sign_of(response)

    def novel(self, response: Response) -> Novel:
        """From the work's header and preface, or the series' head. The site has no covers."""
        if series := ao3series.PATH.match(urlsplit(response.url).path):
            return ao3series.novel(response, series[1])
        work = self._work(response)
        language = work.page.css("dl.work.meta dd.language")
        tags = [*work.page.css(_TAGS), *work.page.css("dl.work.meta dd.series .position")]
        byline = work.preface.xpath('./h3[has-class("byline")]')
        posted, planned = _counts(work)
        return Novel(
            key=work.key,
            url=f"{_origin(response.url)}/works/{work.key}",
            title=work.title,
            # An anonymous work has no links to authors, and says so in words.
            authors=tuple(dict.fromkeys(filter(None, map(words, byline.css('a[rel="author"]') or byline)))),
            description="\n\n".join(filter(None, map(paragraphs, work.preface.css(".summary blockquote")))) or None,
            language=language.attrib.get("lang") or next(map(words, language), None),
            status=(Publication.COMPLETED if posted == planned else Publication.ONGOING) if posted else None,
            tags=tuple(dict.fromkeys(filter(None, map(words, tags)))),
        )

    def chapters(self, response: Response) -> IndexPage:
        """Every chapter stands on this page; a single chapter's page (the short `/chapters/{id}`) sends on to it.

        A series leads to the pages of its works, whose chapters are a volume each.
        """
        if series := ao3series.PATH.match(urlsplit(response.url).path):
            return ao3series.works(response, series[1], _origin(response.url))
        if "/chapters/" in response.url and _WORK.match(urlsplit(response.url).path):
            return IndexPage(links=(), index_url=self.index_url(response.url))
        work, page = self._work(response), urldefrag(response.url).url
        in_series = "&series=" in page
        volume = work.title if in_series else None
        links = [
            ChapterLink(key=key, url=f"{page}#{key}", title=_title(part) or work.title, volume=volume)
            for key, part in work.chapters.items()
        ]
        posted = "" if in_series else _counts(work)[0]
        strategy = "#chapters" if work.key in work.chapters else "#chapters > #chapter-N"
        return IndexPage(
            links=tuple(links),
            stated_total=int(posted) if re.fullmatch(r"[0-9]{1,9}", posted) else None,
            strategy=strategy,
        )

    def chapter(self, response: Response) -> Chapter:
        """The part of the page that the URL's fragment names. The work's own notes go with its first and last chapter."""
        work = self._work(response)
        key = urldefrag(response.url).fragment
        if key not in work.chapters:
            raise ParseError(f"{response.url} names no chapter of the work; its page has {len(work.chapters)} of them")
        part, keys = work.chapters[key], list(work.chapters)
        texts = part.xpath('./div[has-class("userstuff")]')
        content = "\n".join(inner_html(text) for text in texts if words(text) or text.css("img"))
        if not content:
            raise ParseError(f"{response.url} is a chapter without a text")
        before = _notes(work.preface) if key == keys[0] else []
        after = _endnotes(work.page.css(".afterword")) if key == keys[-1] else []
        preface = part.xpath('./div[has-class("preface")]')
        return Chapter(
            content=content,
            notes_before="\n".join([*before, *_summary(preface), *_notes(preface)]) or None,
            notes_after="\n".join([*_endnotes(preface), *after]) or None,
        )

    def _work(self, response: Response) -> _Work:
        """The page as it was read last: it is asked for each of its chapters, and large."""
        url = urldefrag(response.url).url
        if self._read is None or self._read[:2] != (url, response.body) or response.status != 200:
            self._read = url, response.body, _Work.of(response)
        return self._read[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Work:
    """The whole work's page, cut into its chapters by key."""

    page: Selector
    key: str
    title: str
    preface: SelectorList[Selector]
    chapters: dict[str, Selector]

    @classmethod
    def of(cls, response: Response) -> _Work:
        page = tree(response)
        for unseen in page.css("#chapters h3.landmark.heading"):  # they are there for screen readers
            unseen.drop()
        preface = page.xpath('//*[@id="workskin"]/div[has-class("preface")][1]')
        title = " ".join(map(words, preface.css("h2.title")))
        body = page.css("#chapters")
        work = _WORK.match(urlsplit(response.url).path)
        if work is None or not title or not body:
            raise ao3instead.of_work(response, page)
        chapters = {_key(response, part): part for part in body.xpath(_CHAPTERS)} or {work[1]: body[0]}
        return cls(page=page, key=work[1], title=title, preface=preface, chapters=chapters)


def _origin(url: str) -> str:
    return origins.of(url, "https://archiveofourown.org", "ao3.org")


def _counts(work: _Work) -> tuple[str, str]:
    """How many chapters there are and how many there will be, as the page puts it (`12/?`); empty words where it does not."""
    said = "".join(map(words, work.page.css("dl.stats dd.chapters"))).replace(",", "")
    posted, _, planned = said.partition("/")
    return posted, planned


def _key(response: Response, part: Selector) -> str:
    link = _CHAPTER.search(part.xpath(_HEADING).css("a::attr(href)").get(""))
    if link is None:
        raise ParseError(f"{part.attrib['id']} on {response.url} has no heading with a link to /chapters/<number>")
    return link[1]


def _title(part: Selector) -> str:
    """The heading without the number before its name, which changes when a chapter is inserted; the number where there is no name."""
    heading = " ".join(map(words, part.xpath(_HEADING)))
    number = " ".join(map(words, part.xpath(_HEADING).css("a")))
    return heading.removeprefix(number).lstrip(" :") or number


def _summary(preface: SelectorList[Selector]) -> list[str]:
    """What stands above a chapter's notes: who wrote it, where it was not the work's authors, and what happens in it."""
    bylines = [f"<p>{inner_html(byline)}</p>" for byline in preface.xpath('./h4[has-class("byline")]')]
    return [*bylines, *map(inner_html, preface.css(".summary.module blockquote.userstuff"))]


def _notes(preface: SelectorList[Selector]) -> list[str]:
    """The notes at the beginning, and whom the work is for or what it was inspired by; not the pointers to the notes at the end."""
    notes = preface.css(".notes.module:not(.end)")
    return [*notes.css("ul.associations").getall(), *map(inner_html, notes.css("blockquote.userstuff"))]


def _endnotes(around: SelectorList[Selector]) -> list[str]:
    return [inner_html(notes) for notes in around.css(".end.notes.module blockquote.userstuff")]
