"""Spiders as data: a TOML file of some ten CSS selectors is a spider, for the many simple sites and themes.

What a file does not say, the generic spider finds out by itself. The names of a file's keys are the fields of `Rules`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Any

from cssselect import HTMLTranslator, SelectorError
from parsel import Selector
from scrapy.http import Response

from ingestion.errors import ParseError
from ingestion.items import Chapter, ChapterLink, IndexPage, Novel, Publication
from spiders.base import NovelSpider
from spiders.challenge import refuse
from spiders.fragments import drop, first, inner_html, line, paragraphs, tree, words
from spiders.generic import Generic
from spiders.hidden import remove_hidden

_NAME = re.compile(r"[a-z][a-z0-9_-]{1,40}")
_SELECTORS = ("chapters", "content", "title", "author", "description", "cover", "tags", "status", "next_page", "remove")


class RuleError(ValueError):
    """A file of rules cannot be used; the message names the file, the key and what is wrong with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """One site. `chapters` selects the links of the list, `content` the element that holds a chapter's text.

    `key` and `index` are regular expressions whose first group is a chapter's key in its URL, and the URL of the novel's index in any
    URL of the novel. `pace` is in seconds. A list that shows the newest chapter first is turned round by `newest_first`.
    """

    name: str
    domains: list[str]
    chapters: str
    content: str
    title: str | None = None
    author: str | None = None
    description: str | None = None
    cover: str | None = None
    tags: str | None = None
    status: str | None = None
    next_page: str | None = None
    remove: str | None = None
    key: str | None = None
    index: str | None = None
    newest_first: bool = False
    pace: float = 0.0


def read(path: Path) -> Rules:
    """The rules in a file. Raises RuleError."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise RuleError(f"{path}: {error}") from None
    _check_keys(path, values)
    for name in _SELECTORS:
        _check(path, name, values.get(name), HTMLTranslator().css_to_xpath, SelectorError)
    for name in ("key", "index"):
        _check(path, name, values.get(name), _compiled, re.error)
    return Rules(**values)


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

    def novel(self, response: Response) -> Novel:
        """What the selectors find, and what the generic spider does where there is no selector."""
        rules, page = self.rules, tree(response)
        refuse(response)
        guess = super().novel(response)
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
            status=_status(first(page, rules.status)) if rules.status else guess.status,
            confidence=1.0,
        )

    def chapters(self, response: Response) -> IndexPage:
        """The links of the list, and the next page of it."""
        page = tree(response)
        refuse(response)
        found = [self._link(response, link) for link in page.css(self.rules.chapters)]
        if not found:
            raise ParseError(
                f"{response.url}: `chapters` ({self.rules.chapters}) finds no link; the site has changed, or its rules are wrong"
            )
        more = page.css(self.rules.next_page).css("::attr(href)").get() if self.rules.next_page else None
        links = tuple(found[::-1] if self.rules.newest_first else found)
        further = (response.urljoin(more),) if more else ()
        return IndexPage(links=links, further=further, strategy=self.rules.chapters)

    def chapter(self, response: Response) -> Chapter:
        """The element that `content` selects, without what `remove` does."""
        page = tree(response)
        refuse(response)
        hidden = remove_hidden(page.root)
        if self.rules.remove:
            drop(page, self.rules.remove)
        texts = [inner_html(part) for part in page.css(self.rules.content) if words(part)]
        if not texts:
            raise ParseError(
                f"{response.url}: `content` ({self.rules.content}) finds no text; the site has changed, or its rules are wrong"
            )
        return Chapter(content="\n".join(texts), hidden_removed=hidden)

    def _link(self, response: Response, link: Selector) -> ChapterLink:
        url = response.urljoin(link.css("::attr(href)").get(""))
        found = re.search(self.rules.key, url) if self.rules.key else None
        return ChapterLink(
            key=found[1] if found else url.partition("://")[2].partition("/")[2], url=url, title=words(link)
        )


def _all(page: Selector, selector: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(words, page.css(selector)))))


def _status(said: str | None) -> Publication | None:
    known = {status.value: status for status in Publication} | {"complete": Publication.COMPLETED}
    return next((status for word, status in known.items() if word in (said or "").lower()), None)


def _check_keys(path: Path, values: dict[str, Any]) -> None:
    known = {field.name: field for field in fields(Rules)}
    if unknown := sorted(values.keys() - known.keys()):
        raise RuleError(f"{path}: unknown key {', '.join(unknown)}; there are {', '.join(known)}")
    if missing := [name for name, field in known.items() if field.default is MISSING and name not in values]:
        raise RuleError(f"{path}: {', '.join(missing)} must be given")
    kinds = {"domains": list, "newest_first": bool, "pace": int | float}
    for name, value in values.items():
        if not isinstance(value, kinds.get(name, str)):
            raise RuleError(f"{path}: {name} is {value!r}, which is of the wrong kind")
    if not _NAME.fullmatch(values["name"]) or not values["domains"]:
        raise RuleError(f"{path}: name must be a word in small letters, and domains must list at least one host")
    if values.get("newest_first") and "next_page" in values:
        raise RuleError(
            f"{path}: a list in several pages cannot be turned round; give next_page or newest_first, not both"
        )


def _check(path: Path, name: str, value: str | None, compile_it: Any, error: type[Exception]) -> None:
    try:
        compile_it(value) if value is not None else None
    except error as reason:
        raise RuleError(f"{path}: {name} ({value}) cannot be used: {reason}") from None


def _compiled(pattern: str) -> None:
    if not re.compile(pattern).groups:
        raise re.error("it has no group in parentheses")
