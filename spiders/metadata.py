"""What a page says of the novel: JSON-LD (schema.org), Open Graph, Dublin Core, `meta` names, `html lang`, headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement
from parsel import Selector

from ingestion.items import Novel
from spiders import facts, pagedata, paging, titles, toc
from spiders.fragments import absolute, line
from spiders.toc import Contents

_COVER = 'link[rel~="image_src"]::attr(href), [itemprop="image"]::attr(src), img[class*="cover" i]::attr(src), [class*="cover" i] img::attr(src)'


def novel(root: HtmlElement, url: str, contents: Contents | None, chapter: str | None = None) -> Novel:
    """The novel whose index `root` is, or one of whose chapters, titled `chapter`."""
    page = Selector(root=root, type="html")
    data = pagedata.book(page)
    cover = pagedata.image(data) or _meta(page, "og:image", "og:novel:image", "twitter:image") or page.css(_COVER).get()
    return Novel(
        key=key(url),
        url=url,
        title=title(root, url, contents, chapter) or _folder(url),
        authors=pagedata.authors(data) or tuple(_authors(page)),
        description=_said(data, "description")
        or _meta(page, "og:description", "description", "dc.description", "dcterms.description"),
        cover_url=absolute(url, cover or None),
        language=_language(root, page) or _said(data, "inLanguage"),
        status=facts.status(_said(data, "creativeWorkStatus") or _meta(page, "og:novel:status"))
        or facts.labelled_status(root),
        tags=tuple(
            dict.fromkeys(line(tag) for tag in page.css('meta[property$=":tag"]::attr(content)').getall() if line(tag))
        ),
    )


def key(url: str) -> str:
    """What the novel whose index is at this URL is known by."""
    return paging.bare(url).partition("/")[2]


def _said(data: Mapping[str, Any], name: str) -> str | None:
    """What JSON-LD says under a name, where that is a text."""
    value = data.get(name)
    return value if isinstance(value, str) else None


def title(root: HtmlElement, url: str, contents: Contents | None, chapter: str | None = None) -> str | None:
    """The first of the places a title may stand in that says more than "Table of Contents"; None where none does."""
    page = Selector(root=root, type="html")
    if named := line(_said(pagedata.book(page), "name")):
        return named
    site = _meta(page, "og:site_name", "application-name")
    for place in (_meta(page, "og:novel:book_name", "og:title", "dc.title", "dcterms.title"), *_headings(page)):
        if found := titles.of_novel(place, url=url, site=site, chapter=chapter):
            return found
    head = page.css("title::text").get()
    found = titles.of_novel(head, url=url, site=site, chapter=chapter, ends_with_site=True)
    return found or (toc.half_title(contents) if contents else None)


def _headings(page: Selector) -> list[str]:
    return [line(heading.root.text_content()) for heading in page.css("h1")]


def _folder(url: str) -> str:
    """A name from the address, where nothing better is to be had."""
    path = PurePosixPath(unquote(urlsplit(url).path))
    names = [name for name in (path.stem, path.parent.name) if name and not titles.says_nothing(name)]
    return re.sub(r"[-_]+", " ", names[0]).strip().title() if names else urlsplit(url).netloc


def _authors(page: Selector) -> Iterator[str]:
    names = page.xpath(
        '//meta[contains("|author|dc.creator|dcterms.creator|", concat("|", translate(@name, "ACDEHORTUIMSN", "acdehortuimsn"), "|"))]/@content'
    )
    found = [line(name) for name in names.getall() if line(name)]
    found = found or [
        said for name in ("og:novel:author", "book:author", "books:author") if (said := _meta(page, name))
    ]
    found = found or [line(link.root.text_content()) for link in page.css('a[rel~="author"], [itemprop="author"]')]
    found = found or [name for name in (facts.byline(page.root),) if name]
    yield from dict.fromkeys(name for name in found if name)


def _meta(page: Selector, *names: str) -> str | None:
    """The content of the first `meta` of one of these names, whatever its case and whether it is a name or a property."""
    given = {
        (m.attrib.get("property") or m.attrib.get("name") or "").lower(): m.attrib.get("content")
        for m in page.css("meta")
    }
    return next((line(given[name]) for name in names if line(given.get(name))), None)


def _language(root: HtmlElement, page: Selector) -> str | None:
    """As BCP 47 writes it."""
    declared = next(
        (v for e in (root, *root.iter("body")) for k, v in e.items() if k in {"lang", "xml:lang"} and v), None
    )
    pragma = page.css('meta[http-equiv="content-language" i]::attr(content)').get()
    said = line(declared or pragma or _meta(page, "dc.language", "language", "og:locale"))
    return said.partition(",")[0].replace("_", "-") or None
