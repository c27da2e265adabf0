"""The spider for every site that has none of its own: it looks for what nearly all of them have, and says how sure it is."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from lxml.html import HtmlElement
from parsel import Selector
from scrapy.http import Response, TextResponse
from scrapy.utils.response import get_base_url

from ingestion.errors import ParseError, UnsupportedSite
from ingestion.items import Chapter, ChapterLink, IndexPage, Novel, ParsedChapter
from spiders import boilerplate, entries, headings, maintext, metadata, order, paging, steps, toc, walls
from spiders.base import NovelSpider
from spiders.challenge import refuse
from spiders.confidence import Signs
from spiders.encodings import decoded
from spiders.fragments import paragraphs_of, size, tree
from spiders.hidden import remove_hidden
from spiders.toc import Contents

LIST, CHAIN = "list of links", "links from page to page"
#: A page with fewer is no first chapter to begin at.
_FEWEST_WORDS = 10


class Generic(NovelSpider):
    """A list of chapters, or pages that lead from one to the next."""

    name = "generic"
    strategies: ClassVar[tuple[str, ...]] = (LIST, CHAIN)

    def novel(self, response: Response) -> Novel:
        """From what the page says of itself to search engines, and from its headings."""
        root, _ = page(response)
        contents, text = _contents(root, response.url), None
        if contents is None:
            text = _text(root, response.url)
        novel = metadata.novel(root, response.url, contents, text.title if text else None)
        return replace(novel, confidence=_signs(root, response.url, contents, text).confidence)

    def chapters(self, response: Response) -> IndexPage:
        """The list on the page; else the page is a chapter, and its links say where the contents are or what comes next."""
        root, _ = page(response)
        contents = _contents(root, response.url)
        if contents is not None:
            _signs(root, response.url, contents, None).require(response.url)
            return self._listed(root, response.url, contents)
        if (index := steps.contents_page(root, response.url)) is not None:
            return IndexPage(links=(), index_url=index)
        return self._chained(root, response.url)

    def _chained(self, root: HtmlElement, url: str) -> IndexPage:
        text = _text(root, url)
        signs = _signs(root, url, None, text)
        signs.require(url)
        following = steps.next_page(root, url)
        this = ChapterLink(key=entries.key(url, url), url=url, title=(text and text.title) or "")
        self.logger.debug("a chain: the next page is %s", following)
        further = () if following is None else (following,)
        return IndexPage(links=(this,), further=further, index_url=steps.first_page(root, url), strategy=CHAIN)

    def _listed(self, root: HtmlElement, url: str, contents: Contents) -> IndexPage:
        backwards = order.runs_backwards(contents.group)
        listed = tuple(entries.of(contents, url))
        pages = paging.numbered(root, url)
        further = paging.further(root, url, listed={link.url for link in listed}, newest_first=backwards)
        self.logger.debug("list of %d chapters, newest first: %s", len(listed), backwards)
        first = pages.first if pages else None
        return IndexPage(links=listed, further=further, newest_first=backwards, index_url=first, strategy=LIST)

    def chapter(self, response: Response) -> Chapter:
        """The element that holds the text, whole, without what stands around it."""
        root, hidden = page(response)
        chapter = maintext.extract(root, response.url)
        walls.refuse_teaser(response, Selector(text=chapter.content, type="html"))
        return replace(chapter, hidden_removed=hidden)

    def unread(self, url: str) -> ChapterLink:
        """As it will be known when it can be read."""
        return ChapterLink(key=entries.key(url, url), url=url, title="")

    def review(self, chapters: tuple[ParsedChapter, ...]) -> tuple[ParsedChapter, ...]:
        """Without headings in the text, and without the paragraphs that most chapters begin or end with. Raises UnsupportedSite where most pages hold no text."""
        unread = [one for one in chapters if one.hole is not None and one.hole.kind == ParseError.kind]
        if len(unread) > len(chapters) / 2:
            raise UnsupportedSite(
                f"{len(unread)} of the {len(chapters)} pages that were taken for chapters hold no text ({unread[0].link.url} is one): "
                "the links may lead elsewhere; post the URL of the novel's table of contents, or of its first chapter"
            )
        titled = boilerplate.without_common_title(chapters)
        kept, removed = boilerplate.remove(tuple(map(headings.without_doubled, titled)))
        if removed:
            self.logger.info("%d paragraphs that most chapters share were removed", removed)
        return kept


def _contents(root: HtmlElement, url: str) -> Contents | None:
    """The page's list of chapters, unless the page is itself a chapter that happens to list some."""
    contents = toc.find(root, url)
    return None if contents is None or toc.is_chapter(root, contents) else contents


def _text(root: HtmlElement, url: str) -> Chapter | None:
    """The chapter that the page is; None where it holds too little text to be one."""
    try:
        chapter = maintext.extract(root, url)
    except ParseError:
        return None
    return chapter if size(paragraphs_of(chapter.content) or "") >= _FEWEST_WORDS else None


def _signs(root: HtmlElement, url: str, contents: Contents | None, text: Chapter | None) -> Signs:
    titled = metadata.title(root, url, contents) is not None
    if contents is not None:
        return Signs(links=len(contents.group), sequence=contents.sequence, titled=titled, leads_on=True)
    leads_on = steps.next_page(root, url) is not None or steps.previous_page(root, url) is not None
    return Signs(leads_on=leads_on, titled=titled, text=text is not None)


def page(response: Response) -> tuple[HtmlElement, int]:
    """The page's tree without what its CSS hides, and how many elements that was."""
    kind = (response.headers.get("Content-Type") or b"text/html").decode("latin-1").partition(";")[0].strip().lower()
    if not isinstance(response, TextResponse) or not kind.endswith(("html", "xml")):
        raise UnsupportedSite(f"{response.url} is {kind}, not a web page")
    response = decoded(response)
    made = tree(response)
    refuse(response, made)
    root: HtmlElement = made.root
    if root.find(".//base[@href]") is not None:
        root.make_links_absolute(get_base_url(response), resolve_base_href=False, handle_failures="ignore")
    return root, remove_hidden(root)
