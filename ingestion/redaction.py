"""Keeps passwords out of what people read: log lines, a job's events and errors, what a start that failed says.

An error's text is its library's, and may repeat the URL that it was given. Who writes such a text down passes it through here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from ingestion import config
from ingestion.sanitize import storable

MASK = "***"
SHORTEST_PIECE = 8
_WORD_OR_ADDRESS = re.compile(r"[a-z.-]+|\d{1,3}(?:\.\d{1,3}){3}")
#: Whatever URL it is: the password before its @.
_USERINFO = re.compile(r"(\b[a-z][a-z0-9+.-]{0,30}://[^\s:/@'\"]*:)[^\s/@]+@", re.IGNORECASE)


def redacted(text: str) -> str:
    """The text, with a mask in place of each password that is part of a URL or of the settings."""
    current = config.settings()
    text = _USERINFO.sub(rf"\g<1>{MASK}@", text)
    pattern = _secrets(current.notify_urls, current.database_url, current.database_direct_url, current.redis_url)
    return pattern.sub(MASK, text) if pattern else text


def tellable(text: str) -> str:
    """What a fault says of itself may hold what made it one, and a password."""
    return storable(redacted(text))


def tellable_in(detail: Any) -> Any:
    """The same for a value that becomes JSON."""
    if isinstance(detail, dict):
        return {name: tellable_in(value) for name, value in detail.items()}
    if isinstance(detail, list | tuple):
        return [tellable_in(value) for value in detail]
    return tellable(detail) if isinstance(detail, str) else detail


@cache
def _secrets(addresses: tuple[str, ...], *urls: str | None) -> re.Pattern[str] | None:
    """What finds the URLs' passwords, as they are written there and as they are meant; as words, for one may be short.

    In an address to send notifications to, anything may be one.
    """
    found = set(addresses)
    for secrets in (*map(_pieces, addresses), *(_written(urlsplit(url)) for url in urls if url)):
        for written in secrets:
            meant = unquote(written)
            found |= {written, meant, json.dumps(meant)[1:-1], repr(meant)[1:-1]}
    longest_first = sorted(found, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)") if found else None


def _pieces(address: str) -> Iterator[str]:
    """Its password, and whatever else in it is no host's name or address and no word: many services put their secret into the path."""
    yield from re.findall(r"://[^/:@]*:([^/]+)@", address)
    found = re.split(r"[:/?&=@,#]+", address)
    yield from (piece for piece in found if len(piece) >= SHORTEST_PIECE and not _WORD_OR_ADDRESS.fullmatch(piece))


def _written(url: SplitResult) -> Iterator[str]:
    """Before the host, or among the parameters, where libpq and Redis take one too (`password`, `sslpassword`, `ssl_password`)."""
    pairs = (pair.partition("=") for pair in url.query.split("&"))
    yield from filter(None, [url.password, *(value for name, _, value in pairs if name.endswith("password"))])
