"""Which elements a page's own CSS hides: what a reader never sees must not end up in a chapter.

Sites put sentences into the text that only a program reads. The rules that hide them come in every form CSS has, so they are
read with a real CSS parser and weighed as a browser weighs them: importance, inline style, specificity, order.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import tinycss2  # the package has no types of its own
from cssselect import HTMLTranslator, SelectorError
from cssselect import parse as parse_selector
from lxml.etree import XPath, XPathError
from lxml.html import HtmlElement
from parsel import Selector

logger = logging.getLogger(__name__)

_HIDING = {"display": {"none"}, "visibility": {"hidden", "collapse"}}
_HAS_CSS = XPath("boolean(//style or //@style or //@hidden)")
_BLOCKS = {"media", "supports", "layer", "container"}
_WIDTH = re.compile(r"\(\s*(min|max)-width\s*:\s*([\d.]+)(px|r?em)\s*\)")
#: Groups nested in groups double with each level; nobody writes longer ones by hand.
_LONGEST_SELECTOR = 20_000
#: The window that media queries are answered for: a reader at a desk.
_WINDOW_PX = 1280.0


class _Weight(NamedTuple):
    """What decides between two declarations of one property; the greater wins."""

    important: bool
    inline: bool
    specificity: tuple[int, int, int]
    order: int


class _Verdict(NamedTuple):
    weight: _Weight
    hides: bool


_Verdicts = dict[tuple[HtmlElement, str], _Verdict]


class Wish:
    """What readers want of hidden text: by default to see what they would see at the site. One for each process, set at its start."""

    kept = False


def remove_hidden(root: HtmlElement | Selector) -> int:
    """Take out of `root` every element below it that the page's CSS hides, keep the text around them, and say how many.

    The rules are those of the whole document that `root` belongs to. What lies in a hidden element goes with it uncounted.
    Nothing is taken out where readers want hidden text to be kept (`Wish`).
    """
    element = root.root if isinstance(root, Selector) else root
    if Wish.kept or not _HAS_CSS(element):
        return 0
    verdicts = _verdicts(element.getroottree().getroot())
    hidden = {found for (found, _), verdict in verdicts.items() if verdict.hides}
    if not hidden:
        return 0
    below = [found for found in element.iterdescendants() if found in hidden]
    inside = set(below)
    outermost = [found for found in below if not any(ancestor in inside for ancestor in found.iterancestors())]
    for found in outermost:
        found.drop_tree()
    return len(outermost)


# The cascade -----------------------------------------------------------------------------------------------------------


def _verdicts(document: HtmlElement) -> _Verdicts:
    verdicts: _Verdicts = {}
    for element in document.xpath("//*[@hidden]"):
        _weigh(verdicts, element, "display", _Verdict(_Weight(False, False, (0, 0, 0), -1), True))
    for order, (selector, declaration) in enumerate(_sheet_rules(document)):
        for element, specificity in _matches(document, selector):
            weight = _Weight(declaration.important, False, specificity, order)
            _weigh(verdicts, element, declaration.lower_name, _Verdict(weight, _hides(declaration)))
    for element in document.xpath("//*[@style]"):
        for order, declaration in enumerate(_deciding(tinycss2.parse_blocks_contents(element.get("style")))):
            weight = _Weight(declaration.important, True, (0, 0, 0), order)
            _weigh(verdicts, element, declaration.lower_name, _Verdict(weight, _hides(declaration)))
    return verdicts


def _weigh(verdicts: _Verdicts, element: HtmlElement, name: str, verdict: _Verdict) -> None:
    known = verdicts.get((element, name))
    if known is None or verdict.weight >= known.weight:
        verdicts[element, name] = verdict


def _matches(document: HtmlElement, selector: str) -> Iterator[tuple[HtmlElement, tuple[int, int, int]]]:
    try:
        for path, specificity in _paths(selector):
            for element in path(document):
                yield element, specificity
    except (SelectorError, XPathError, RecursionError) as error:
        logger.debug("selector %r of the page is not understood and left out: %s", selector, error)


@lru_cache(maxsize=1024)
def _paths(selector: str) -> tuple[tuple[XPath, tuple[int, int, int]], ...]:
    """The ways to what a selector selects; a site's pages have their sheets in common."""
    parts = [part for part in parse_selector(selector) if part.pseudo_element is None]
    return tuple((XPath(HTMLTranslator().selector_to_xpath(part)), part.specificity()) for part in parts)


# Reading the sheets ----------------------------------------------------------------------------------------------------


def _sheet_rules(document: HtmlElement) -> Iterator[tuple[str, Any]]:
    # A sheet in <noscript> is for browsers without scripts: it often hides what scripts load later, pictures for one.
    for style in document.xpath("//style[not(ancestor::noscript or ancestor::template)]"):
        if _media_applies(style.get("media") or ""):
            try:
                yield from _sheet(style.text or "")
            except RecursionError:
                logger.debug("a sheet of the page is nested too deep to be understood, and left out")


@lru_cache(maxsize=16)
def _sheet(css: str) -> tuple[tuple[str, Any], ...]:
    return tuple(_rules(tinycss2.parse_stylesheet(css)))


def _rules(nodes: Iterable[Any], parents: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Each selector with each declaration under it that bears on hiding; rules may be nested in blocks and in rules."""
    for node in nodes:
        if node.type == "qualified-rule":
            nested = tuple(_nest(part, parents) for part in _split(node.prelude))
            if sum(map(len, nested)) > _LONGEST_SELECTOR:
                continue
            yield from _rules(tinycss2.parse_blocks_contents(node.content), nested)
        elif node.type == "at-rule" and node.content is not None and _applies(node):
            read = tinycss2.parse_blocks_contents if parents else tinycss2.parse_rule_list
            yield from _rules(read(node.content), parents)
        else:
            yield from ((parent, declaration) for declaration in _deciding([node]) for parent in parents)


def _split(prelude: list[Any]) -> list[str]:
    """The selectors of a group one by one, so that one that is not understood does not take the others with it."""
    parts: list[list[Any]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [tinycss2.serialize(part).strip() for part in parts]


def _nest(selector: str, parents: tuple[str, ...]) -> str:
    if not parents:
        return selector
    parent = f":is({', '.join(parents)})"
    return selector.replace("&", parent) if "&" in selector else f"{parent} {selector}"


def _deciding(nodes: Iterable[Any]) -> Iterator[Any]:
    return (node for node in nodes if node.type == "declaration" and node.lower_name in _HIDING)


def _hides(declaration: Any) -> bool:
    words = [token.lower_value for token in declaration.value if token.type == "ident"]
    return len(words) == 1 and words[0] in _HIDING[declaration.lower_name]


# Conditions ------------------------------------------------------------------------------------------------------------


def _applies(rule: Any) -> bool:
    if rule.lower_at_keyword == "media":
        return _media_applies(tinycss2.serialize(rule.prelude))
    return rule.lower_at_keyword in _BLOCKS


def _media_applies(queries: str) -> bool:
    return not queries.strip() or any(_query_applies(query.strip().lower()) for query in queries.split(","))


def _query_applies(query: str) -> bool:
    """Whether one media query holds on a screen; a condition that is not about the width is taken to hold."""
    words = query.split()
    negated = words[:1] == ["not"]
    medium = next((word for word in words if word not in ("not", "only")), "all")
    holds = medium.startswith("(") or medium in ("all", "screen")
    for bound, number, unit in _WIDTH.findall(query):
        pixels = float(number) * (1 if unit == "px" else 16)
        holds = holds and (pixels <= _WINDOW_PX if bound == "min" else pixels >= _WINDOW_PX)
    return holds != negated
