"""In which encoding a page is written, where its header does not say so or says it wrongly.

Servers add a charset to pages that they know nothing of, and old pages name none at all. What a page says of itself is believed
before a header that its bytes contradict, or that names the servers' default; where neither says anything the bytes are guessed at.
"""

from __future__ import annotations

import codecs

from scrapy.http import TextResponse
from trafilatura.utils import detect_encoding
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, resolve_encoding

#: What servers add to every page (cp1252 is how browsers read ISO-8859-1): any bytes at all are text in it.
_DEFAULTS = {"cp1252", "iso8859-1", "ascii"}
_SAMPLE_BYTES = 50_000


def decoded(response: TextResponse) -> TextResponse:
    """The response, to be read in the encoding that its bytes are in."""
    kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
    header, own = http_content_type_encoding(kind), html_body_declared_encoding(response.body)
    if header and _fits(response.body, header) and _name(header) not in _DEFAULTS:
        return response
    for choice in (own, "utf-8", header, *_guesses(response.body)):
        if choice and _fits(response.body, choice):
            return response.replace(encoding=resolve_encoding(choice) or choice)
    return response


def _guesses(body: bytes) -> list[str]:
    return [] if body.isascii() else detect_encoding(body[:_SAMPLE_BYTES])


def _fits(body: bytes, encoding: str) -> bool:
    """Whether all bytes are text in the encoding; a page cut off within a character is."""
    try:
        codecs.getincrementaldecoder(resolve_encoding(encoding) or encoding)("strict").decode(body)
    except (UnicodeError, LookupError):
        return False
    return True


def _name(encoding: str) -> str:
    return codecs.lookup(resolve_encoding(encoding) or encoding).name
