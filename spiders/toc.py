"""Finding a table of contents on a page that nobody described: the largest group of same-shaped links that look like a sequence.

A group is the links that hang in the document the same way. Its list may hold more than the group (a prologue beside nested
parts), may run newest first, and may name volumes; all of that is read from the list, and none of it from any one site.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml.html import HtmlElement

from spiders.fragments import line
from spiders.phrases import leads_around

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ROMAN = re.compile(r"\b(?=[IVXLC])(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b")
_UNIT = re.compile(
    r"\b(chapters?|chap|ch|ep|episode|part|letter|book|volume|vol|cap[ií]tulo|chapitre|kapitel|глава|часть|prologue"
    r"|epilogue|interlude)\b|第\s*[\d一二三四五六七八九十百千零〇]+|[\d一二三四五六七八九十百千]+\s*[章話话回节節]",
    re.IGNORECASE,
)
_CHROME = re.compile(
    r"(^|[-_ ])(nav|navbar|menu|sidebar|footer|breadcrumbs?|pag(er|ination)|widget|social|share|comments?)($|[-_ ])"
)
_CONTENTS = re.compile(r"toc|content|chapter|index", re.IGNORECASE)
_HEADINGS = ("h2", "h3", "h4", "caption", "summary")
_LISTS = {"ol", "ul", "dl", "table", "tbody", "li", "tr", "td", "dd", "details"}


@dataclass(frozen=True, eq=False, slots=True)
class Link:
    """A link on the page: its element, its address without a fragment, and its words."""

    element: HtmlElement
    url: str
    text: str

    @property
    def number(self) -> float | None:
        """The number it carries: in its words, else in the last part of its address."""
        found = _NUMBER.search(self.text) or _NUMBER.search(urlsplit(self.url).path.rstrip("/").rpartition("/")[2])
        return float(found[0]) if found else None

    @property
    def in_sequence(self) -> bool:
        """Whether it reads like one of many: a number, a Roman numeral, a word such as chapter."""
        return bool(_UNIT.search(self.text) or self.number is not None or _ROMAN.search(self.text.upper()))


@dataclass(frozen=True, slots=True)
class Contents:
    """A table of contents: its list, the links of the group that gave it away, and how sure that is (0 to 1).

    `below` counts for each list entry the links of the group that hang below it.
    """

    element: HtmlElement
    group: tuple[Link, ...]
    confidence: float
    below: Mapping[HtmlElement, int]

    def holds_all(self, entry: HtmlElement) -> bool:
        """Whether nearly the whole group hangs below one entry: then that entry is the book itself (a half title), not a part."""
        return self.below.get(entry, 0) >= 0.9 * len(self.group)


def find(root: HtmlElement, url: str) -> Contents | None:
    """The page's table of contents, or None."""
    groups: dict[tuple[str, ...], dict[str, Link]] = defaultdict(dict)
    for link in links(root, url):
        if leads_around(link.text):
            continue
        groups[_shape(link.element)].setdefault(link.url, link)
    scored = [(score, list(group.values())) for group in groups.values() if (score := _score(list(group.values())))]
    if not scored:
        return None
    _, group = max(scored, key=lambda pair: pair[0])
    share = sum(link.in_sequence for link in group) / len(group)
    below = Counter(entry for link in group for entry in link.element.iterancestors("li"))
    return Contents(_list_of(group), tuple(group), round(share * min(1.0, 0.5 + len(group) / 10), 2), below)


def links(root: HtmlElement, url: str) -> Iterator[Link]:
    """The links below `root` that lead to other pages of the same host and have words, in document order."""
    here = urldefrag(url).url
    for element in root.iter("a"):
        target = urldefrag(urljoin(url, (element.get("href") or "").strip())).url
        text = line(element.text_content()) or line(element.get("title"))
        if text and target != here and urlsplit(target)[:2] == urlsplit(url)[:2]:
            yield Link(element, target, text)


def runs_backwards(group: tuple[Link, ...]) -> bool:
    """Whether the list has its newest chapter first."""
    numbers = [link.number for link in group if link.number is not None]
    falling = sum(a > b for a, b in pairwise(numbers))
    return falling > sum(a < b for a, b in pairwise(numbers))


def volumes(contents: Contents) -> dict[HtmlElement, str | None]:
    """For each link of the list, the part of the book it is put in: the entry above a nested list, or the heading before a list."""
    headings = sum(1 for _ in contents.element.iter(*_HEADINGS)) > 1
    found: dict[HtmlElement, str | None] = {}
    heading = None
    for element in contents.element.iter("a", *_HEADINGS):
        if element.tag == "a":
            found[element] = _part_above(element, contents) or (heading if headings else None)
        else:
            heading = line(element.text_content()) or None
    return found


def half_title(contents: Contents) -> str | None:
    """The words of the entry that holds the whole list of chapters: the book's own name."""
    for entry in contents.group[0].element.iterancestors("li"):
        if contents.holds_all(entry) and entry is not contents.group[0].element.getparent():
            return own_words(entry) or None
    return None


def _part_above(element: HtmlElement, contents: Contents) -> str | None:
    _, *above = element.iterancestors("li") if element.getparent().tag == "li" else (None, *element.iterancestors("li"))
    inside = (entry for entry in above if contents.element in entry.iterancestors())
    return next((own_words(entry) or None for entry in inside if not contents.holds_all(entry)), None)


def own_words(entry: HtmlElement) -> str:
    """An entry's words without those of the list below it."""
    return line("".join(entry.xpath("./text() | ./*[not(self::ol or self::ul)]//text()")))


def _shape(element: HtmlElement) -> tuple[str, ...]:
    """How an element hangs in the document, the same for all of a list's entries: tags, and names without their numbers."""
    return tuple(_step(above) for above in (element, *element.iterancestors()) if isinstance(above.tag, str))


def _step(element: HtmlElement) -> str:
    if element.tag in {"td", "th"}:  # a table's columns hold different things
        return f"{element.tag} {sum(1 for _ in element.itersiblings(preceding=True))}"
    if element.tag in {"a", "li", "tr"}:  # odd, even, new, read: an entry's classes tell entries apart
        return str(element.tag)
    name = f"{element.get('id', '')} {element.get('class', '')}"
    return f"{element.tag} {re.sub('[0-9]+', '', name)}"


def _score(group: list[Link]) -> float:
    """How much a group looks like a list of chapters; 0 for one that does not."""
    size = len(group)
    sequence = sum(link.in_sequence for link in group) / size
    units = sum(bool(_UNIT.search(link.text)) for link in group) / size
    different = len({link.text for link in group}) / size
    alone = size == 1 and not (units and next(group[0].element.iterancestors()).tag in _LISTS)
    if alone or sequence < 0.5:
        return 0.0
    return size * (0.3 + sequence + units) * different * (0.05 if _in_chrome(group[0].element) else 1.0)


def _in_chrome(element: HtmlElement) -> bool:
    for above in element.iterancestors():
        name = f"{above.get('id', '')} {above.get('class', '')}".lower()
        if _CONTENTS.search(name):
            return False
        if above.tag in {"nav", "header", "footer", "aside"} or _CHROME.search(name):
            return True
    return False


def _list_of(group: list[Link]) -> HtmlElement:
    """The lowest element that holds the group, and from there the outermost list around it."""
    counted = Counter(above for link in group for above in link.element.iterancestors())
    shared = [above for above in group[0].element.iterancestors() if counted[above] == len(group)]
    found = shared[0]
    for above in shared:
        if above.tag not in _LISTS:
            break
        found = above
    return found
