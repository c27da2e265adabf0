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
from spiders import pagedata, toc
from spiders.fragments import absolute, line
from spiders.toc import Contents

_NO_TITLE = re.compile(
    r"(table of )?contents|index|home|toc|chapters?|chapter list|all chapters|目次|目录|оглавление", re.I
)
_SEPARATOR = re.compile(r"\s+[|–—·»:-]{1,2}\s+")
_BYLINE = re.compile(r"^(?:written )?by:?\s+(\S.{1,80})$", re.IGNORECASE)
_CHAPTER_WORDS = re.compile(r"^(chapter|episode|part)\b|^(table of )?contents$", re.IGNORECASE)


def novel(root: HtmlElement, url: str, contents: Contents | None) -> Novel:
    """The novel whose index `root` is."""
    page = Selector(root=root, type="html")
    data = pagedata.book(page)
    cover = pagedata.image(data) or _meta(page, "og:image")
    parts = urlsplit(url)
    return Novel(
        key=f"{parts.netloc}{parts.path.rstrip('/')}" + (f"?{parts.query}" if parts.query else ""),
        url=url,
        title=line(_said(data, "name")) or _title(page, url, contents),
        authors=pagedata.authors(data) or tuple(_authors(page)),
        description=_said(data, "description")
        or _meta(page, "og:description", "description", "dc.description", "dcterms.description"),
        cover_url=absolute(url, cover or None),
        language=_language(root, page),
        tags=tuple(
            dict.fromkeys(line(tag) for tag in page.css('meta[property$=":tag"]::attr(content)').getall() if line(tag))
        ),
        confidence=contents.confidence if contents else 0.4,
    )


def _said(data: Mapping[str, Any], name: str) -> str | None:
    """What JSON-LD says under a name, where that is a text."""
    value = data.get(name)
    return value if isinstance(value, str) else None


def _title(page: Selector, url: str, contents: Contents | None) -> str:
    """The first of the places a title may stand in that says more than "Table of Contents"."""
    site = _meta(page, "og:site_name")
    places = [_meta(page, "og:title", "dc.title", "dcterms.title"), *_headings(page), page.css("title::text").get()]
    for place in places:
        title = _without_site(line(place), site)
        if title and not _NO_TITLE.fullmatch(title):
            return title
    return (toc.half_title(contents) if contents else None) or _folder(url)


def _headings(page: Selector) -> list[str]:
    return [line(heading.root.text_content()) for heading in page.css("h1")]


def _without_site(title: str, site: str | None) -> str:
    """A title without what a site adds to it: its own name, "Chapters", "Table of Contents"."""
    parts = _SEPARATOR.split(title)
    kept = [part for part in parts if part != site and not _NO_TITLE.fullmatch(part) and not _CHAPTER_WORDS.match(part)]
    return title if len(kept) == len(parts) else " - ".join(kept)


def _folder(url: str) -> str:
    """A name from the address, where nothing better is to be had."""
    path = PurePosixPath(unquote(urlsplit(url).path))
    names = [name for name in (path.stem, path.parent.name) if name and not _NO_TITLE.fullmatch(name)]
    return re.sub(r"[-_]+", " ", names[0]).strip().title() if names else urlsplit(url).netloc


def _authors(page: Selector) -> Iterator[str]:
    names = page.xpath(
        '//meta[contains("|author|dc.creator|dcterms.creator|", concat("|", translate(@name, "ACDEHORTUIMSN", "acdehortuimsn"), "|"))]/@content'
    )
    found = [line(name) for name in names.getall() if line(name)]
    found = found or [line(link.root.text_content()) for link in page.css('a[rel~="author"], [itemprop="author"]')]
    if not found:
        texts = (line(p.text_content()) for p in page.root.iter("p", "div", "span", "h2", "h3", "h4") if len(p) <= 2)
        found = [match[1] for text in texts if (match := _BYLINE.match(text))][:1]
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
    return line(declared or _meta(page, "dc.language", "language")) or None
