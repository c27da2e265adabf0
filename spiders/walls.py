"""The page that a site shows to those who have not paid or logged in, instead of the text. Nothing here tries to pass one."""

from __future__ import annotations

import re

from parsel import Selector
from scrapy.http import Response

from ingestion.errors import Locked
from spiders import challenge
from spiders.fragments import paragraphs, words

_TEXT = r"(this|the|our|more|full|whole|rest|remaining|next|all|of|premium|paid|\s)*(chapters?|episodes?|stor(y|ies)|parts?|posts?|content|works?|text)\b"
_READ = rf"(read(ing)?|view|access|unlock|see|continue)\b\s*(reading\b)?\s*({_TEXT}|more\b|on\b|[.!]|$)"
_ENTER = r"(log|sign)(ged|ned)?[ -]?(in|up)|register(ed)?|subscribe(d)?|become an? (member|patron|subscriber|supporter)"
_WALL = re.compile(
    rf"\b({_ENTER})\b[^.!?\n]{{0,40}}\bto {_READ}"
    rf"|\b(unlock|buy|purchase|pay for) (this|the next) {_TEXT}"
    rf"|\bthis {_TEXT} (is|has been) (locked|premium|only|for|available (only|to|for))\b"
    r"|\bonly (available |visible |accessible |open )?(to|for) (our |registered |logged-in |paying |premium |paid )*"
    r"(members|users|subscribers|patrons|supporters)\b"
    r"|(サポーター|会員|有料会員)限定|有料エピソード|ログイン(して|すると|しないと)[^。]{0,20}(読|閲覧|続き)",
    re.IGNORECASE,
)
#: A teaser or a sentence and a button; a page with more text than that is a text that happens to speak of such things.
_FEW_CHARACTERS = 500


def refuse(response: Response, page: Selector) -> None:
    """Raise Locked if a page that lacks its text says why, Blocked as `challenge.refuse` does; return otherwise."""
    challenge.refuse(response)
    if page.css("form.post-password-form"):
        raise Locked(f"{response.url} is behind a password that its author gives out")
    if sentence := _WALL.search(paragraphs(page) or ""):
        raise Locked(
            f"{response.url} is only for those who pay or log in: “{sentence[0].strip()}”; that is not done here"
        )


def refuse_teaser(response: Response, text: Selector) -> None:
    """As `refuse`, of a text that was found: one that is hardly longer than such a sentence is none."""
    if len(words(text)) < _FEW_CHARACTERS:
        refuse(response, text)
