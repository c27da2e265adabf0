"""Paragraphs that stand at the same end of most chapters and are none of the novel: a plea, "read at …", a translator's credits.

What repeats is not yet boilerplate: a story may begin or end each chapter with the same lines, a refrain, a salutation, an epigraph. It
must also plead, credit, name a site or link to one, or speak at length of the text itself. Nothing is taken from the middle, nothing from a book of few chapters, and never a whole chapter.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import replace
from functools import cached_property
from html import unescape
from itertools import islice
from string import digits

from lxml import html
from lxml.html import HtmlElement
from parsel import Selector

from ingestion import sanitize
from ingestion.items import Chapter, ParsedChapter
from spiders.fragments import DEEP, inner_html, line, size

FEWEST_CHAPTERS = 4
_MOST = 0.6
_NEARLY_ALL = 0.9
#: So many paragraphs at each end of a chapter are looked at.
_REACH = 8
_LONG_WORDS = 15
_BLOCKS = (
    "p",
    "li",
    "div",
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "center",
    "hr",
    "table",
    "figure",
    "ul",
    "ol",
    "pre",
)
_NAMES = "|".join(_BLOCKS)
_ATTRIBUTES = r"""(?: [^<>"]*(?:"[^"]*"[^<>"]*)*)?"""
#: A block without another in it, as clean HTML has it.
_INNERMOST = re.compile(rf"<hr{_ATTRIBUTES}>|<({_NAMES}){_ATTRIBUTES}>([^<]*+(?:<(?!/?(?:{_NAMES})[ >])[^<]*+)*+)</\1>")
_NUMBER, _LETTER = re.compile(r"\d+"), re.compile(r"[^\W\d_]")
#: So many characters are looked at first; most blocks are shorter than an eighth of it.
_NEAR = 4096
#: What no story says of itself, however often it repeats a line.
_PLEA = re.compile(
    r"\b(patreon|paypal|ko-?fi|(our|my|on) discord|discord (server|channel)|newsletter|webnovel|copyright|all rights reserved"
    r"|support(ing)? (me|us|the (author|translator|site|story))|follow (me|us) (on|at)|visit (us|(my|our|the) (site|website|blog|page))"
    r"|(please|forget to|remember to) (\w+ ){0,3}(rate|vote|review|comment|subscribe|follow|donate|visit|share|support)"
    r"|(leave|drop|write) (me |us )?(a|your) (\w+ )?(review|comment|rating|vote)|advanced? chapters?|chapters? (ahead|early)|read ahead"
    r"|(rate|vote|review|comment|follow|subscribe|share|like)(,| and| &| or) (\w+ and )?(rate|vote|review|comment|follow|subscribe|share)"
    r"|(subscribe|donate|donations?) (to|for|at|via|here|and)\b.{0,40}\b(chapters?|stor(y|ies)|author|translators?|site|us|me)"
    r"|thank(s| you) for reading|if you (enjoy|like|see|find)(ed|d)? (this|the|my|our) (chapter|story|novel|work|text)"
    r"|this (chapter|content|story) (is|was|has been) (stolen|taken|posted|published|hosted|copied|brought|first|originally|translated))\b"
    r"|^\W*(translated|edited|proofread) by\b|(^|[.,;|/(]\s*)(translat(ors?|ion)|tlc?|proofread(ers?|ing)?|edit(ors?|ing))\s*[:：–—-]"
    r"|\bwww\.|https?://|\w\.(com|net|org|io|me|cc|info)\b|©|本站|手机用户|请收藏|请记住|(翻译|翻譯|译者|譯者|校对|校對|訳者|翻訳)\s*[:：]"
    r"|(переводчик|редактор|перев[её]л[аи]?)\s*[:：–—-]|поддерж(ать|ите) (автор|перевод|проект|нас|меня)|traducid[oa] por|traductora?\s*:|traduit par",
    re.IGNORECASE,
)
#: What a notice speaks of: the text it stands beside, and who made it. A refrain or a diary's first page speaks of other things.
_OF_THE_TEXT = re.compile(
    r"\b(novels?|chapters?|stor(y|ies)|fan ?fic\w*|fiction|authors?|translat\w+|websites?|site|readers?|piracy|permission|disclaimer|published|updates?)\b"
    r"|小说|章节|作者|更新|小説|作品|глав\w|автор\w*|роман\w*|novela|cap[ií]tulo|autora?|roman|chapitre|auteur",
    re.IGNORECASE,
)


def remove(chapters: Sequence[ParsedChapter]) -> tuple[tuple[ParsedChapter, ...], int]:
    """The chapters without it, and how many paragraphs that took away."""
    pages = {place: _Page(one.chapter) for place, one in enumerate(chapters) if one.chapter is not None}
    if len(pages) < FEWEST_CHAPTERS:
        return tuple(chapters), 0
    made, removed = list(chapters), 0
    for from_end in (True, False):
        common = _common(pages.values(), from_end=from_end)
        for place, page in pages.items() if common else ():
            chapter, taken = page.without(common, from_end=from_end)
            if taken:
                pages[place], made[place] = _Page(chapter), replace(made[place], chapter=chapter)
                removed += taken
    return tuple(made), removed


def without_common_title(chapters: Sequence[ParsedChapter]) -> tuple[ParsedChapter, ...]:
    """The chapters without the title that most pages show: it is the novel's or the site's, and the index knows the chapter's."""
    counted = Counter(one.chapter.title for one in chapters if one.chapter is not None and one.chapter.title)
    common = {title for title, times in counted.items() if times > 1 and times > len(chapters) / 2}
    return tuple(
        replace(one, chapter=replace(one.chapter, title=None)) if one.chapter and one.chapter.title in common else one
        for one in chapters
    )


class _Page:
    """A chapter, of which a tree is made where something in it repeats, and not kept: the trees of a long novel fill the memory."""

    def __init__(self, chapter: Chapter) -> None:
        self._chapter = chapter

    @cached_property
    def marks(self) -> dict[bool, frozenset[int]]:
        """Hashes of what it says at its end and at its beginning."""
        ends = {end: map(_plainly, _blocks(self._chapter.content, from_end=end)) for end in (True, False)}
        return {end: frozenset(hash(said) for said in texts if said) for end, texts in ends.items()}

    def lines(self, *, from_end: bool) -> Iterator[tuple[str, bool]]:
        """What it says there, and whether that leads away."""
        return _lines(self._tree(), from_end=from_end)

    def without(self, common: Set[str], *, from_end: bool) -> tuple[Chapter, int]:
        """The chapter without the common paragraphs at one end, and how many they were."""
        if self.marks[from_end].isdisjoint(map(hash, common)):
            return self._chapter, 0
        page = self._tree()
        if taken := _take(page, common, from_end=from_end):
            return replace(self._chapter, content=inner_html(Selector(root=page, type="html"))), taken
        return self._chapter, 0

    def _tree(self) -> HtmlElement:
        return html.fragment_fromstring(self._chapter.content, create_parent="div", parser=DEEP)


def _blocks(content: str, *, from_end: bool) -> list[str]:
    """The HTML in the innermost blocks at one end of clean HTML. That of no more than is needed is read, and no tree made."""
    if not from_end:
        return [found[2] or "" for found in islice(_INNERMOST.finditer(content), _REACH)]
    near = _INNERMOST.findall(content[-_NEAR:])
    if len(near) < _REACH and len(content) > _NEAR:
        near = _INNERMOST.findall(content)
    return [inside for _, inside in near[-_REACH:]]


def _plainly(markup: str) -> str:
    """What a block says, as `_said` has it."""
    return _without_numbers(unescape(sanitize.untagged(markup) if "<" in markup else markup))


def _lines(page: HtmlElement, *, from_end: bool) -> Iterator[tuple[str, bool]]:
    for one in _paragraphs(page, from_end=from_end):
        if said := _said(one):
            yield said, _leads_away(one)


def _paragraphs(page: HtmlElement, *, from_end: bool) -> list[HtmlElement]:
    """The innermost blocks at one end of a chapter, the outermost first."""
    blocks = page.iterdescendants(*_BLOCKS)
    ordered = reversed(list(blocks)) if from_end else blocks
    return list(islice((block for block in ordered if block.tag == "hr" or _is_innermost(block)), _REACH))


def _is_innermost(block: HtmlElement) -> bool:
    return next(block.iterdescendants(*_BLOCKS), None) is None


def _common(pages: Collection[_Page], *, from_end: bool) -> set[str]:
    """What most chapters say at this end, and what is no line of a story. No more is read once nothing can be in most of them."""
    counted, most = Counter[int](), 0
    for unread, page in zip(reversed(range(len(pages))), pages, strict=True):
        marks = page.marks[from_end]
        counted.update(marks)
        most = max([most, *(counted[mark] for mark in marks)])
        if most + unread < _fewest(len(pages)):
            return set()
    often = {mark for mark, times in counted.items() if times >= _fewest(len(pages))}
    read = (page.lines(from_end=from_end) for page in pages if page.marks[from_end] & often)
    found = {line for lines in read for line in lines if hash(line[0]) in often}
    linked = {said for said, leads_away in found if leads_away}
    return {said for said, _ in found if _is_foreign(said, said in linked, counted[hash(said)], len(pages))}


def _fewest(chapters: int) -> float:
    """In so many chapters a line stands at least that stands in most."""
    return max(FEWEST_CHAPTERS, _MOST * chapters)


def _is_foreign(said: str, linked: bool, times: int, chapters: int) -> bool:
    """Whether a line that so many of the chapters say is none of the story's."""
    everywhere = size(said) >= _LONG_WORDS and "0" not in said and times >= _NEARLY_ALL * chapters
    return linked or bool(_PLEA.search(said)) or (everywhere and bool(_OF_THE_TEXT.search(said)))


def _said(paragraph: HtmlElement) -> str:
    """A paragraph's words, whatever number of chapter stands among them; empty for one without a letter."""
    return _without_numbers(paragraph.text_content())


def _without_numbers(said: str) -> str:
    words = line(said).casefold()
    # A pattern takes longer to find that there is no number.
    if not words.isascii() or any(digit in words for digit in digits):
        words = _NUMBER.sub("0", words)
    return words if _LETTER.search(words) else ""


def _leads_away(paragraph: HtmlElement) -> bool:
    return any(not link.get("href", "#").startswith("#") for link in paragraph.iter("a"))


def _take(page: HtmlElement, common: Set[str], *, from_end: bool) -> int:
    """Take the common paragraphs away from one end, and the rule that parted them from the text; how many they were."""
    taken = list(_outermost(_paragraphs(page, from_end=from_end), common))
    if not taken or not _is_left(page, taken):
        return 0
    for paragraph in taken:
        _drop(paragraph, page)
    for rule in _paragraphs(page, from_end=from_end)[:1]:
        if rule.tag == "hr":
            _drop(rule, page)
    return len(taken)


def _outermost(paragraphs: list[HtmlElement], common: Set[str]) -> Iterator[HtmlElement]:
    """The common paragraphs up to the first that is none; rules and empty ones between them do not count as text."""
    for paragraph in paragraphs:
        said = _said(paragraph)
        if said in common:
            yield paragraph
        elif said or re.search(r"\S", paragraph.text_content()) or paragraph.find(".//img") is not None:
            return


def _is_left(page: HtmlElement, taken: list[HtmlElement]) -> bool:
    """Whether something of the chapter is left."""
    return len(line(page.text_content())) > sum(len(line(one.text_content())) for one in taken)


def _drop(block: HtmlElement, page: HtmlElement) -> None:
    """Take out a block, and what held nothing but it."""
    parent = block.getparent()
    block.drop_tree()
    while (
        parent is not None and parent is not page and not line(parent.text_content()) and parent.find(".//img") is None
    ):
        emptied, parent = parent, parent.getparent()
        emptied.drop_tree()
