"""What a XenForo forum makes of a post's BBCode, turned into HTML that needs neither its scripts nor its styles.

Lazy pictures, spoilers, quotes, embedded players, smilies and e-mail addresses that Cloudflare hides. Whatever a reader can
bring to light stays: what is in a spoiler, and what its author wrote in a transparent colour, to be found by selecting it.
"""

from __future__ import annotations

import json

from lxml.html import HtmlElement
from parsel import Selector

from spiders.fragments import drop, words

_UNREAD = "noscript, script, style, .bbCodeBlock-expandLink, .bbCodeBlock-shrinkLink"


def plain(text: Selector) -> None:
    """Clean a post's text in place."""
    drop(text, _UNREAD)
    _show_pictures(text)
    for spoiler in text.css(".bbCodeSpoiler"):
        spoiler.root.tag = "details"
        for button in spoiler.css(".bbCodeSpoiler-button")[:1]:
            _become(button.root, "summary", words(button))
    for player in text.css("iframe"):
        if source := _played(player):
            _become(player.root, "a", source, href=source)
    for hidden in text.css("[data-cfemail]"):
        if address := _address(hidden.attrib["data-cfemail"]):
            _become(hidden.root, "span", address)


def _show_pictures(text: Selector) -> None:
    """Give pictures that a script would load their address, and smilies that a style would paint their letters."""
    for picture in text.css("img.lazyload"):
        source = picture.attrib.get("data-src") or picture.attrib.get("data-url")
        if source:
            picture.root.set("src", source)
    for smilie in text.css('img.smilie[src^="data:"][alt]'):
        _become(smilie.root, "span", smilie.attrib["alt"])


def _become(element: HtmlElement, tag: str, text: str, **attributes: str) -> None:
    """Make another element of this one, which says only `text`; what follows it stays."""
    element.clear(keep_tail=True)
    element.tag, element.text = tag, text
    element.attrib.update(attributes)


def _played(player: Selector) -> str | None:
    """Where an embedded player takes its film from: s9e writes the attributes to come as one list of names and values."""
    source = player.attrib.get("src")
    try:
        told = json.loads(player.attrib.get("data-s9e-mediaembed-iframe", "[]"))
    except (ValueError, RecursionError):
        told = []
    if isinstance(told, list):
        pairs = zip(told[::2], told[1::2], strict=False)  # a last name without a value says nothing
        source = next((value for name, value in pairs if name == "src" and isinstance(value, str)), source)
    return f"https:{source}" if source and source.startswith("//") else source


def _address(code: str) -> str | None:
    """The e-mail address behind Cloudflare's code: its first byte is the key to the others."""
    try:
        key, *letters = bytes.fromhex(code)
        return bytes(letter ^ key for letter in letters).decode()
    except ValueError:
        return None
