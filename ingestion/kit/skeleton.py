"""Begins a spider: the module and its test, to be filled in. The selectors in it are those of no site."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from ingestion.urls import UnusableURL, host

ROOT = Path(__file__).resolve().parent.parent.parent

SPIDER = '''"""{title} ({host}): the novel's page lists its chapters, each chapter has a page of its own."""

from __future__ import annotations

from typing import ClassVar

from scrapy.http import Response

from ingestion.errors import ParseError
from ingestion.items import Chapter, ChapterLink, IndexPage, Novel
from spiders.base import NovelSpider
from spiders.challenge import refuse
from spiders.fragments import absolute, drop, first, inner_html, paragraphs, tree, words


class {title}(NovelSpider):
    """Reads {host}."""

    name = "{name}"
    allowed_domains: ClassVar[list[str]] = ["{host}"]
    strategies: ClassVar[tuple[str, ...]] = ("ol.chapters",)

    @classmethod
    def index_url(cls, url: str) -> str:
        """The novel's page, of any page below it."""
        return url.partition("/chapter/")[0]

    def novel(self, response: Response) -> Novel:
        """From the head of the novel's page."""
        page = tree(response)
        refuse(response)
        title = first(page, "h1.title")
        if title is None:
            raise ParseError(f"{{response.url}} has no title: it is no novel's page, or the site has changed")
        about = page.css(".description")
        return Novel(
            key=response.url.rstrip("/").rpartition("/")[2],
            url=response.url,
            title=title,
            authors=tuple(words(author) for author in page.css(".author a")),
            description=paragraphs(about[0]) if about else None,
            cover_url=absolute(response.url, first(page, ".cover img")),
        )

    def chapters(self, response: Response) -> IndexPage:
        """From the list on the novel's page. The key is the site's own id of a chapter, never its place in the list."""
        links = tuple(
            ChapterLink(
                key=link.attrib["href"].rstrip("/").rpartition("/")[2],
                url=response.urljoin(link.attrib["href"]),
                title=words(link),
            )
            for link in tree(response).css("ol.chapters a[href]")
        )
        if not links:
            refuse(response)
            raise ParseError(f"{{response.url}} lists no chapter: it is no novel's page, or the site has changed")
        return IndexPage(links=links, strategy=self.strategies[0])

    def chapter(self, response: Response) -> Chapter:
        """The text, without what stands around it."""
        page = tree(response)
        refuse(response)
        drop(page, ".share, .advert")
        text = page.css("div.chapter-text")
        if not text or not words(text[0]):
            raise ParseError(f"{{response.url}} has no text: it is no chapter, or the site has changed")
        return Chapter(content=inner_html(text[0]))
'''

TEST = '''"""{title}: what it refuses, and which URL is the index. What it reads is recorded in `tests/pages/{name}`."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from ingestion.errors import NotFound, ParseError
from spiders.{name} import {title}

INDEX = "https://{host}/novel/1"
METHODS = ["novel", "chapters", "chapter"]


@pytest.mark.parametrize("url", [INDEX, f"{{INDEX}}/chapter/7"])
def test_the_index_of_any_page_is_the_novel_s(url: str):
    assert {title}.index_url(url) == INDEX


@pytest.mark.parametrize("method", METHODS)
def test_another_page_is_a_parse_error(method: str):
    page = HtmlResponse(INDEX, body=b"<html><body><p>Welcome!</p></body></html>", encoding="utf-8")

    with pytest.raises(ParseError):
        getattr({title}(), method)(page)


@pytest.mark.parametrize("method", METHODS)
def test_a_missing_page_is_not_found(method: str):
    with pytest.raises(NotFound):
        getattr({title}(), method)(HtmlResponse(INDEX, status=404))
'''


class NotBegun(ValueError):
    """A spider cannot be begun under this name; the message says why."""


def begin(site: str, name: str | None = None) -> list[Path]:
    """Write the module and the test of a spider for the host `site`; their paths. Raises NotBegun, and overwrites nothing."""
    try:
        known_as = host(site).removeprefix("www.")
    except UnusableURL as reason:
        raise NotBegun(str(reason)) from None
    name = name or named(known_as)
    if not re.fullmatch(r"[a-z][a-z0-9]*", name) or keyword.iskeyword(name):
        raise NotBegun(f"{name!r} cannot be a spider's name; say --name with small letters and digits, a letter first")
    values = {"name": name, "host": known_as, "title": name.title()}
    written = {
        ROOT / "spiders" / f"{name}.py": SPIDER,
        ROOT / "tests" / "spiders" / f"test_{name}.py": TEST,
    }
    if taken := [str(path.relative_to(ROOT)) for path in written if path.exists()]:
        raise NotBegun(f"there is {' and '.join(taken)} already, left as it was; choose another --name")
    for path, template in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(template.format_map(values), encoding="utf-8")
    return list(written)


def named(site: str) -> str:
    """A name for a host: its longest label but the last, without what no name has."""
    labels = site.partition(":")[0].split(".")
    longest = max(labels[:-1] or labels, key=lambda label: (len(label), labels.index(label)))
    return re.sub(r"[^a-z0-9]", "", longest.lower())
