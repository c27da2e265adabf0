"""What stands around a text and is none of it: menus, share buttons, comments, steps to other pages, other novels to read.

Some of it says so by its element or its name. The rest is known by its links: those that lead on or back, those that share, and at a
text's two ends whatever consists of little but links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from spiders import steps
from spiders.fragments import line, size
from spiders.links import links
from spiders.phrases import leads_around, names_a_neighbour

_NEVER_TEXT = set(
    ["script", "style", "noscript", "template", "form", "button", "iframe", "nav", "aside", "dialog", "select"]
)
_NOISE = re.compile(
    r"(^|[-_ ])(share|sharing|sharedaddy|social|comments?|respond|disqus|breadcrumbs?|pagination|pager|related(posts)?|jp-relatedposts"
    r"|yarpp|recommend(ed|ations)?|advert(s|isement)?|ads?|sidebar|widget|cookie|newsletter|subscribe|post-navigation|nav-links|menu"
    r"|byline|entry-meta|post-meta|tagcloud|rating)($|[-_ ])",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"(comments?([-_]?(area|section|list|block|container|wrapper|wrap))?|disqus_thread|respond)", re.IGNORECASE
)
_AFTER = re.compile(
    r"\W*(\d+\W*)?(comments?|discussions?|reviews?|responses?|repl(y|ies)|thoughts on .*|leave a (reply|comment)|related( posts| novels)?|you (may|might) also like"
    r"|recommended( for you)?|评论|評論|书评|读者评论|コメント|感想|комментарии|отзывы|comentarios|commentaires|kommentare|댓글)\W*(\d+\W*)?",
    re.IGNORECASE,
)
#: Those that may as well head a part of a story: an inquiry's discussion, the comments of a made-up forum.
_PERHAPS = re.compile(
    r"\W*(comments?|discussions?|reviews?|responses?|repl(y|ies)|related|recommended|感想)\W*", re.IGNORECASE
)
_SHARES = re.compile(
    r"(facebook\.com/shar|(twitter|x)\.com/(intent|share)|reddit\.com/submit|pinterest\.[a-z.]+/pin/create|tumblr\.com/(share|widgets)"
    r"|(t|telegram)\.me/share|wa\.me/|linkedin\.com/share|vk\.com/share|service\.weibo\.com/share|^mailto:\?)",
    re.IGNORECASE,
)
_SECTIONS = {"section", "article", "main", "blockquote"}
_BLOCKS = {
    "p",
    "div",
    "center",
    "li",
    "ul",
    "ol",
    "td",
    "tr",
    "table",
    "tbody",
    "span",
    "section",
    "font",
    "small",
    "b",
}
_HEADINGS = {"h2", "h3", "h4", "h5", "h6"}
#: A block with more words beside its links than this is text with a link in it.
_WORDS_OF_A_LABEL = 3
#: What stands below fewer words than these may be the text itself, whatever its heading.
_WORDS_OF_A_TEXT = 60


def drop(page: HtmlElement, url: str) -> None:
    """Take out of a chapter's page what is never text, what is named like furniture, and the links that lead around or share."""
    everything = len(page.text_content()) or 1
    for element in list(page.iter()):
        if element.getparent() is None or not isinstance(element.tag, str) or element.tag in {"html", "body"}:
            continue
        # What holds half the page may be a page's wrapper with an unhappy name; but comments may well be longer than the text.
        never = element.tag in _NEVER_TEXT and not _is_aside_of_a_text(element)
        certain = never or any(_COMMENTS.fullmatch(name) for name in _names(element).split())
        if certain or (_is_noise(element) and len(element.text_content()) < everything / 2):
            element.drop_tree()
    for heading in list(page.iter(*_HEADINGS)):
        if _AFTER.fullmatch(line(heading.text_content())) and _stands_after_a_text(heading):
            _drop_from(heading)
    for link in list(_around(page, url)):
        _drop_link(link)


def trim(text: HtmlElement, url: str) -> None:
    """Take away at both ends of the text's element what is little but links to the same site, with the heading above it."""
    for end in (-1, 0):
        while len(text) > 1 and _is_links(text[end], url):
            text[end].drop_tree()
            while end and len(text) > 1 and text[end].tag in _HEADINGS and not line(text[end].tail):
                text[end].drop_tree()


def _is_noise(element: HtmlElement) -> bool:
    around = element.tag in {"header", "footer"} and not any(a.tag in _SECTIONS for a in element.iterancestors())
    return around or bool(_NOISE.search(_names(element)))


def _is_aside_of_a_text(element: HtmlElement) -> bool:
    """Whether an aside is a text's own: a note by its role (DPUB-ARIA), or with the text going on below it and no link in it."""
    if element.tag != "aside":
        return False
    if (element.get("role") or "").startswith("doc-"):
        return True
    return _goes_on_below(element) and element.find(".//a") is None and not _is_noise(element)


def _goes_on_below(element: HtmlElement) -> bool:
    """Whether it stands between two paragraphs."""
    before, after = element.getprevious(), element.getnext()
    return before is not None and after is not None and (before.tag, after.tag) == ("p", "p")


def _stands_after_a_text(heading: HtmlElement) -> bool:
    if _PERHAPS.fullmatch(line(heading.text_content())) and _goes_on_below(heading):
        return False
    above = " ".join(heading.xpath("preceding::text()[not(ancestor::head)]"))
    return size(above) > _WORDS_OF_A_TEXT


def _drop_from(heading: HtmlElement) -> None:
    """Take out a heading and all that it stands above."""
    for element in [*heading.itersiblings(), heading]:
        if isinstance(element.tag, str):
            element.drop_tree()


def _names(element: HtmlElement) -> str:
    return f"{element.get('id', '')} {element.get('class', '')} {element.get('role', '')}"


def _around(page: HtmlElement, url: str) -> Iterator[HtmlElement]:
    """The links to other pages of the novel, and those that share this one."""
    steps_from_here = {steps.next_page(page, url), steps.previous_page(page, url), steps.contents_page(page, url)}
    for link in links(page, url):
        step = link.url in steps_from_here and (link.element.get("rel") or names_a_neighbour(link.text))
        if step or leads_around(link.text):
            yield link.element
    for element in page.iter("a"):
        if _SHARES.search(element.get("href") or ""):
            yield element


def _drop_link(link: HtmlElement) -> None:
    """Take out a link with the signs that part it from its neighbours, and every block that held nothing else."""
    parent, before = link.getparent(), link.getprevious()
    if parent is None:
        return
    if not re.search(r"\w", link.tail or ""):
        link.tail = " "
    if before is None:
        parent.text = _without_signs(parent.text)
    else:
        before.tail = _without_signs(before.tail)
    link.drop_tree()
    while parent is not None and parent.tag in _BLOCKS and _is_label(parent):
        emptied, parent = parent, parent.getparent()
        if parent is not None:
            emptied.drop_tree()


def _without_signs(text: str | None) -> str | None:
    return text if re.search(r"\w", text or "") else " "


def _is_label(block: HtmlElement) -> bool:
    """Whether nothing is left of a block but a label such as "Share this:"."""
    if any(True for _ in block.iter("img", "hr", "a", "table")):
        return False
    words = line(block.text_content())
    return not re.search(r"\w", words) or (words.endswith(":") and len(words.split()) <= _WORDS_OF_A_LABEL)


def _is_links(block: HtmlElement, url: str) -> bool:
    """Whether most of a block's words lead to other pages of the site."""
    if not isinstance(block.tag, str) or line(block.tail):
        return False
    linked = sum(size(link.text) for link in links(block, url))
    return linked > 0.6 * size(block.text_content())
