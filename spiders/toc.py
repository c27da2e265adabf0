"""Finding a table of contents on a page that nobody described: the largest group of same-shaped links that look like a sequence.

A group is the links that hang in the document the same way. Its list may hold more than the group (a prologue beside nested
parts), may run newest first, and may name volumes; all of that is read from the list, and none of it from any one site.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from spiders import paging
from spiders.fragments import line, size
from spiders.links import Link, links
from spiders.phrases import CONTENTS, leads_around

_CHROME = re.compile(
    r"(^|[-_ ])(nav|navbar|menu|sidebar|footer|breadcrumbs?|pag(er|ination)|widget|social|share|comments?|tags?|tagcloud|related)($|[-_ ])"
)
_PLACES = re.compile(
    r"/(tags?|categor(y|ies)|genres?|users?|members?|profiles?|authors?|archives?|search|\d{4}/\d\d)/?[^/]*/?$"
)
_CONTENTS = re.compile(r"toc|content|chapter|index|episode", re.IGNORECASE)
_CONTENTS_HEADING = re.compile(
    rf"{CONTENTS.pattern}|\W*(chapters|episodes|capítulos|chapitres|kapitel|главы)\W*", re.IGNORECASE
)
_CONTENTS_NAME = re.compile(r"\b(toc|(table-?of-?)?contents|chapters?([-_]?list)?|episodes?([-_]?list)?)\b")
_HEADINGS = ("h2", "h3", "h4", "caption", "summary")
_LISTS = {"ol", "ul", "dl", "table", "tbody", "li", "tr", "td", "dd", "details"}
#: A chapter's page may list a few others beside its text; a table of contents has little text beside its list.
_WORDS_OF_A_CHAPTER = 150


@dataclass(frozen=True, slots=True)
class Contents:
    """A table of contents: its list, the links of the group that gave it away, and how much of it reads like a sequence (0 to 1).

    `below` counts for each list entry the links of the group that hang below it.
    """

    element: HtmlElement
    group: tuple[Link, ...]
    sequence: float
    below: Mapping[HtmlElement, int]

    def holds_all(self, entry: HtmlElement) -> bool:
        """Whether nearly the whole group hangs below one entry: then that entry is the book itself (a half title), not a part."""
        return self.below.get(entry, 0) >= 0.9 * len(self.group)


def find(root: HtmlElement, url: str) -> Contents | None:
    """The page's table of contents, or None."""
    numbered = paging.numbered(root, url)
    pages = set(numbered.linked.values()) if numbered else set()
    groups: dict[tuple[str, ...], dict[str, Link]] = defaultdict(dict)
    for link in links(root, url):
        if not leads_around(link.text) and link.url not in pages:
            groups[_shape(link.element)].setdefault(link.url, link)
    scored = [(score, list(group.values())) for group in groups.values() if (score := _score(list(group.values())))]
    if not scored:
        return None
    _, group = max(scored, key=lambda pair: pair[0])
    below = Counter(entry for link in group for entry in link.element.iterancestors("li"))
    return Contents(_list_of(group), tuple(group), _share(group), below)


def is_chapter(root: HtmlElement, contents: Contents) -> bool:
    """Whether the page is a chapter that happens to list some others, and no table of contents."""
    outside = sum(size(p.text_content()) for p in root.iter("p") if contents.element not in (p, *p.iterancestors()))
    return outside > _WORDS_OF_A_CHAPTER and outside > 10 * len(contents.group)


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
    size, share = len(group), _share(group)
    units = sum(link.is_unit for link in group) / size
    different = len({link.text for link in group}) / size
    listed = next(group[0].element.iterancestors()).tag in _LISTS or _is_called_contents(group[0].element)
    alone = size == 1 and not (units and listed)
    if alone or share < 0.5:
        return 0.0
    elsewhere = (
        _in_chrome(group[0].element) or sum(bool(_PLACES.search(urlsplit(link.url).path)) for link in group) > size / 2
    )
    return size * (0.3 + share + units + _run(group)) * different * (0.05 if elsewhere else 1.0)


def _share(group: list[Link]) -> float:
    """How much of a group reads like a sequence; of a list that the page calls its contents some does in any case."""
    share = sum(link.in_sequence for link in group) / len(group)
    return max(share, 0.6) if len(group) > 1 and _is_called_contents(group[0].element) else share


def _run(group: list[Link]) -> float:
    """How many of the steps from one link's number to the next are steps of one chapter."""
    numbers = [link.number for link in group if link.number is not None]
    return sum(0 < abs(a - b) <= 1 for a, b in pairwise(numbers)) / len(group)


def _is_called_contents(element: HtmlElement) -> bool:
    """Whether a link's list has a name, or a heading before it, that says "contents" or "chapters"."""
    lists = [
        above for above in element.iterancestors() if above.tag in _LISTS or above.tag in {"div", "section", "nav"}
    ]
    if any(_CONTENTS_NAME.search(_names(above)) for above in lists):
        return True
    heading = element.xpath("(preceding::h1 | preceding::h2 | preceding::h3 | preceding::h4)[last()]")
    return bool(heading) and bool(_CONTENTS_HEADING.fullmatch(line(heading[0].text_content())))


def _names(element: HtmlElement) -> str:
    return f"{element.get('id', '')} {element.get('class', '')}".lower()


def _in_chrome(element: HtmlElement) -> bool:
    for above in element.iterancestors():
        name = _names(above)
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
