"""The entries of a table of contents as chapters in reading order: what each is called, which volume it is in, what it is known by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from w3lib.url import canonicalize_url

from ingestion.items import ChapterLink, Matter
from spiders import order, toc
from spiders.links import Link, links
from spiders.toc import Contents

_NO_CHAPTER = re.compile(
    r"title ?page|half[ -]?title( ?page)?|cover|imprint|colophon|(un)?copyright( page)?|(table of )?contents|index",
    re.I,
)
_FRONT = re.compile(r"(introduction|preface|foreword|dedication|epigraph|acknowledge?ments)\b", re.I)
_BACK = re.compile(
    r"(afterword|endnotes|notes|appendix|acknowledge?ments|about the author|bibliography|glossary)\b", re.I
)


def of(contents: Contents, index_url: str) -> Iterator[ChapterLink]:
    """The list's chapters in reading order, with what stands before and after them."""
    found = _listed(contents, index_url)
    ordered = found[::-1] if order.runs_backwards(contents.group) else found
    group = {link.url for link in contents.group}
    body = [place for place, link in enumerate(ordered) if link.url in group]
    volumes = toc.volumes(contents)
    for place, link in enumerate(ordered):
        yield ChapterLink(
            key=key(link.url, index_url),
            url=link.url,
            title=link.text,
            volume=volumes[link.element],
            matter=_matter(link, before=place < body[0], after=place > body[-1]),
        )


def _listed(contents: Contents, index_url: str) -> list[Link]:
    """The group, and the entries of the same list that hang otherwise: a prologue beside nested parts, a preface.

    Where a chapter is listed twice, among the latest and in its place, its place is where the order has fewer leaps.
    """
    group = {link.url: link for link in contents.group}
    found = []
    for link in links(contents.element, index_url):
        named = group.get(link.url)
        if named is not None:
            found.append(link if link.text == named.text else named)
        elif _is_entry(link):
            found.append(link)
    at_first, at_last = _each_once(found), _each_once(found[::-1])[::-1]
    return at_last if order.leaps(at_last) < order.leaps(at_first) else at_first


def _each_once(found: list[Link]) -> list[Link]:
    once: dict[str, Link] = {}
    for link in found:
        once.setdefault(link.url, link)
    return list(once.values())


def _is_entry(link: Link) -> bool:
    """Whether a link is an entry of its own: the first in its list item or row, above no other list, and no title page."""
    item = next(link.element.iterancestors("li", "tr", "dd"), None)
    if item is None or item.find(".//ol") is not None or item.find(".//ul") is not None:
        return False
    stem = PurePosixPath(urlsplit(link.url).path).stem
    return next(item.iter("a")) is link.element and not any(map(_NO_CHAPTER.fullmatch, (link.text, stem)))


def _matter(link: Link, *, before: bool, after: bool) -> Matter:
    if before and _FRONT.match(link.text):
        return Matter.FRONT
    return Matter.BACK if after and _BACK.match(link.text) else Matter.BODY


def key(url: str, index_url: str) -> str:
    """The address below the index's own folder: it stays when the chapter moves in the list."""
    parts = urlsplit(canonicalize_url(url))
    folder = urlsplit(index_url).path.rpartition("/")[0] + "/"
    path = parts.path.removeprefix(folder) if url != index_url else parts.path
    return f"{path}?{parts.query}" if parts.query else path
