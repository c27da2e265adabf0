"""The spider that reads a site by a file of rules. What the file does not say, the generic spider finds out by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urldefrag, urljoin

from parsel import Selector
from scrapy.http import Response

from ingestion.errors import ParseError
from ingestion.items import Chapter, ChapterLink, Form, IndexPage, Novel
from ingestion.rules import Rules
from spiders import facts, generic, metadata, walls
from spiders.base import NovelSpider
from spiders.challenge import refuse
from spiders.fragments import absolute, drop, first, has_words, inner_html, line, paragraphs, tree, words
from spiders.generic import Generic
from spiders.hidden import remove_hidden

#: The themes that come along. They have no hosts of their own: SITE_ALIASES=<host>=<theme> says which.
THEMES = Path(__file__).with_name("themes")


def spider(rules: Rules) -> type[NovelSpider]:
    """The spider that reads a site by these rules."""
    told = {"name": rules.name, "allowed_domains": rules.domains, "pace": rules.pace, "strategies": (rules.chapters,)}
    named = {"rules": rules, "__doc__": f"{rules.name}, by rules."}
    return type(f"{rules.name.title()}ByRules", (SelectedSpider,), told | named)


class SelectedSpider(Generic):
    """Reads a site by rules; a subclass of it is made for each file."""

    name = ""
    rules: Rules

    @classmethod
    def index_url(cls, url: str) -> str:
        """The first group of `index`, where it matches."""
        found = re.search(cls.rules.index, url) if cls.rules.index else None
        return found[1] if found else url

    @classmethod
    def novel_key(cls, index_url: str) -> str:
        """As the generic spider makes it of the page's address."""
        return metadata.key(index_url)

    @classmethod
    def chapter_key(cls, url: str) -> str:
        """The first group of `key`, where it matches; else the path."""
        found = re.search(cls.rules.key, url) if cls.rules.key else None
        return found[1] if found else url.partition("://")[2].partition("/")[2]

    def novel(self, response: Response) -> Novel:
        """What the selectors find, and what the generic spider does where there is no selector."""
        rules, page = self.rules, tree(response)
        refuse(response, page)
        guess = (
            super().novel(response)
            if not rules.title
            else metadata.novel(generic.page(response)[0], response.url, None)
        )
        title = first(page, rules.title) if rules.title else guess.title
        if not title:
            raise ParseError(
                f"{response.url}: `title` ({rules.title}) finds nothing; the site has changed, or its rules are wrong"
            )
        cover = first(page, rules.cover) if rules.cover else guess.cover_url
        texts = page.css(rules.description) if rules.description else []
        return replace(
            guess,
            title=line(title),
            authors=_all(page, rules.author) if rules.author else guess.authors,
            description=paragraphs(texts[0]) if texts else guess.description,
            cover_url=response.urljoin(cover) if cover else None,
            tags=_all(page, rules.tags) if rules.tags else guess.tags,
            status=facts.status(first(page, rules.status)) if rules.status else guess.status,
            confidence=1.0,
        )

    def chapters(self, response: Response) -> IndexPage:
        """The links of the list, and the next page of it; where the page has no list, the form or the page that has."""
        page = tree(response)
        refuse(response, page)
        found = list(self._links(response, page))
        if not found and (elsewhere := self._form(response) or self._page_of_the_list(response, page)):
            return IndexPage(links=(), further=(elsewhere,))
        if not found:
            raise ParseError(
                f"{response.url}: `chapters` ({self.rules.chapters}) finds no link; the site has changed, or its rules are wrong"
            )
        more = page.css(self.rules.next_page).css("::attr(href)").get() if self.rules.next_page else None
        links = tuple(found[::-1] if self.rules.newest_first else found)
        further = (response.urljoin(more),) if more else ()
        return IndexPage(
            links=links,
            further=further,
            strategy=self.rules.chapters,
            newest_first=self.rules.newest_first,
            volumes_run_on=self.rules.volume is not None,
        )

    def chapter(self, response: Response) -> Chapter:
        """The element that `content` selects, without what `remove` does."""
        page = tree(response)
        refuse(response, page)
        hidden = remove_hidden(page.root)
        if self.rules.remove:
            drop(page, self.rules.remove)
        texts = [inner_html(part) for part in page.css(self.rules.content) if has_words(part)]
        if not texts:
            walls.refuse(response, page)
            raise ParseError(
                f"{response.url}: `content` ({self.rules.content}) finds no text; the site has changed, or its rules are wrong"
            )
        return Chapter(content="\n".join(texts), hidden_removed=hidden)

    def _form(self, response: Response) -> Form | None:
        """The form that gives the list, unless this is its answer. The index is its folder, whether its URL ends so or not."""
        path = self.rules.chapters_post
        if path is None or response.url.endswith(path):
            return None
        return Form(url=urljoin(f"{response.url.partition('?')[0].rstrip('/')}/", path))

    def _page_of_the_list(self, response: Response, page: Selector) -> str | None:
        """The page that the list is on, unless this is it."""
        link = page.css(self.rules.chapters_at).css("::attr(href)").get() if self.rules.chapters_at else None
        url = absolute(response.url, link)
        return None if url is None or urldefrag(url).url == urldefrag(response.url).url else url

    def _links(self, response: Response, page: Selector) -> Iterator[ChapterLink]:
        """The list as it stands on the page: the links, and the headings between them."""
        chapters, volume = self.rules.chapters, None
        headings = page.css(self.rules.volume) if self.rules.volume else []
        roots = {heading.root for heading in headings}
        for element in page.css(f"{chapters}, {self.rules.volume}" if headings else chapters):
            if element.root in roots:
                volume = words(element) or None
            else:
                yield self._link(response, element, volume)

    def _link(self, response: Response, link: Selector, volume: str | None) -> ChapterLink:
        href = link.root.get("href")
        url = response.urljoin(link.css("::attr(href)").get("") if href is None else href)
        return ChapterLink(
            key=self.chapter_key(url),
            url=url,
            title=words(link),
            volume=volume,
        )


def _all(page: Selector, selector: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(words, page.css(selector)))))
