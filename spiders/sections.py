"""A book on one page, cut at its headings: each section with its anchor, its title, the part of the book it is in, and its HTML.

Which rank of heading a chapter has differs from book to book. One with nothing below it names a part, or is the half of another.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import chain, count, pairwise
from typing import TypeAlias

from lxml import etree, html
from lxml.html import HtmlElement

from spiders.fragments import DEEP, line

_RANKS = ("h1", "h2", "h3", "h4")
#: None stands for what comes before the first heading.
Heading: TypeAlias = HtmlElement | None
_PART = re.compile(r"(part|book|volume|vol)\b", re.IGNORECASE)
#: Ids that the maker of an edition counts out, not those that the book's own links use.
_COUNTED = re.compile(r"pgepubid\d+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """What stands between two headings. `title` is empty for what comes before the first; `linked` is the share of links in it."""

    anchor: str
    title: str
    volume: str | None
    content: str
    size: int
    linked: float


def cut(body: HtmlElement) -> list[Section]:
    """The sections below `body` in their order. Changes `body`: a heading's second line is taken out."""
    headings = _headings(body)
    anchors = _anchors(body, headings)
    titles = {heading: _title(heading, headings) for heading in headings}
    pieces = list(_pieces(body, headings))
    bare = {heading for heading, content in pieces if not _size(content) and "<img" not in content} - {None}
    halves = sum(first in bare and second not in bare for first, second in pairwise(headings))
    if halves * 2 > len(headings) - len(bare):  # most texts have one right above them, and a part has several texts
        _join_halves(list(headings), bare, titles, anchors)
        parts = {}
    else:
        parts = {heading: [titles[part] for part in above] for heading, above in _parts(headings, bare).items()}
    return [
        _section(anchors.get(heading, ""), titles.get(heading, ""), ", ".join(parts.get(heading, ())), content)
        for heading, content in pieces
        if heading not in bare and (heading is not None or content)
    ]


def _headings(body: HtmlElement) -> dict[HtmlElement, int]:
    """Where to cut, and the rank of each: the highest rank that occurs twice, and the next where chapters are below it."""
    named = [(found, str(found.tag)) for found in body.iter(*_RANKS) if re.search(r"\w", _said(found))]
    if named and named[0][1] == "h1" and not _PART.match(_said(named[0][0])):
        del named[0]  # the book's own title
    counts = Counter(tag for _, tag in named)
    top = next((tag for tag in ("h2", "h3", "h1", "h4") if counts[tag] > 1), "h2")
    chosen = {top, "h1"} if counts["h1"] > 1 else {top}
    below = _RANKS[min(_RANKS.index(top) + 1, 3)]
    finer = {found: _RANKS.index(tag) for found, tag in named if tag in {*chosen, below}}
    if counts[below] >= 3 * counts[top] or _has_parts(body, finer, top):
        return finer
    return {found: rank for found, rank in finer.items() if found.tag in chosen}


def _has_parts(body: HtmlElement, headings: dict[HtmlElement, int], top: str) -> bool:
    """Whether headings of the top rank stand right above lower ones, and above more than one each: those are no second lines."""
    below: list[int] = []
    for heading, content in _pieces(body, headings):
        if heading is not None and heading.tag == top:
            below.append(-len(headings) if _size(content) else 0)
        elif below:
            below[-1] += 1
    above = [number for number in below if number > 0]
    return bool(above) and sum(above) >= 2 * len(above)


def _said(heading: HtmlElement) -> str:
    """A heading's words, a space for each line's end; of a picture of words its alternative text."""
    told = heading.xpath(".//text() | .//br | .//img/@alt")
    return line("".join(part if isinstance(part, str) else " " for part in told))


def _title(heading: HtmlElement, headings: dict[HtmlElement, int]) -> str:
    """The heading's words and those of a lower one right below it, which is taken out."""
    said, after = _said(heading), heading.getnext()
    if after is None or line(heading.tail) or after.tag not in ("h3", "h4", "h5") or after in headings:
        return said
    after.drop_tree()
    return _joined(said, _said(after))


def _joined(said: str, more: str) -> str:
    return f"{said}{' ' if said.endswith(('.', ':', '—')) or not more else ': '}{more}".strip()


def _anchors(body: HtmlElement, headings: dict[HtmlElement, int]) -> dict[HtmlElement, str]:
    """What the book's own links call each heading: an id in it, on it, or before it with no word in between; else its words."""
    linked = {href.partition("#")[2] for href in body.xpath('.//a[starts-with(@href, "#")]/@href')}
    found: dict[HtmlElement, str] = {}
    before: list[str] = []
    for event, element in etree.iterwalk(body, events=("start", "end")):
        if event == "end":
            if line(element.tail):
                before.clear()
            continue
        if element in headings:
            names = [*element.xpath(".//@id | .//a/@name | @id"), *before[::-1]]
            names = sorted(
                (n for n in names if n in linked or not _COUNTED.fullmatch(n)), key=lambda n: n not in linked
            )
            name, used = names[0] if names else _slug(_said(element)), set(found.values())
            found[element] = next(n for n in chain([name], (f"{name}-{n}" for n in count(2))) if n not in used)
        before.extend(filter(None, (element.get("id"), element.get("name"))))
        if line(element.text):
            before.clear()
    return found


def _slug(words: str) -> str:
    return "-".join(re.findall(r"\w+", words.lower()))


def _pieces(body: HtmlElement, headings: dict[HtmlElement, int]) -> Iterator[tuple[Heading, str]]:
    """Each heading with the HTML up to the next; what only holds headings and text together is left out."""
    holders = {above for heading in headings for above in heading.iterancestors()}
    heading: Heading = None
    parts: list[str] = []
    for part in _flow(body, headings, holders):
        if isinstance(part, str):
            parts.append(part)
        else:
            yield heading, "".join(parts).strip()
            heading, parts = part, []
    yield heading, "".join(parts).strip()


def _flow(
    element: HtmlElement, headings: dict[HtmlElement, int], holders: set[HtmlElement]
) -> Iterator[HtmlElement | str]:
    yield escape(element.text or "", quote=False)
    for child in element:
        if child in headings:
            yield child
        elif child in holders:
            yield from _flow(child, headings, holders)
        else:
            yield html.tostring(child, encoding="unicode", with_tail=False)
        yield escape(child.tail or "", quote=False)


def _join_halves(
    headings: list[HtmlElement], bare: set[Heading], titles: dict[HtmlElement, str], anchors: dict[HtmlElement, str]
) -> None:
    """Give each heading the words and the anchor of the bare one right before it."""
    for first, heading in pairwise(headings):
        if first in bare:
            titles[heading], anchors[heading] = _joined(titles[first], titles[heading]), anchors[first]


def _parts(headings: dict[HtmlElement, int], bare: set[Heading]) -> dict[Heading, tuple[HtmlElement, ...]]:
    """The bare headings that each other one stands under: a part ends at the next of its rank, or at a text of the parts' rank."""
    deepest = max((rank for heading, rank in headings.items() if heading not in bare), default=0)
    found: dict[Heading, tuple[HtmlElement, ...]] = {}
    above: tuple[HtmlElement, ...] = ()
    for heading, rank in headings.items():
        if heading in bare or rank < deepest:
            above = tuple(part for part in above if headings[part] < rank)
        if heading in bare:
            above = (*above, heading)
        found[heading] = above
    return found


def _section(anchor: str, title: str, volume: str, content: str) -> Section:
    size = _size(content)
    linked = _size(content, ".//a[starts-with(@href, '#')]") / size if size else 0.0
    return Section(anchor=anchor, title=title, volume=volume or None, content=content, size=size, linked=linked)


def _size(content: str, where: str = ".") -> int:
    """How many characters of text there are, or stand in elements of a kind."""
    if not content.strip():
        return 0
    root = html.fragment_fromstring(content, create_parent="div", parser=DEEP)
    return sum(len(line(found.text_content())) for found in root.xpath(where))
