"""In which encoding a page is written, where its header does not say so or says it wrongly.

Servers add a charset to pages that they know nothing of, and old pages name none at all. What a page says of itself is believed
before a header that its bytes contradict, or that names the servers' default; where neither says anything the bytes are guessed at.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import chain

from scrapy.http import HtmlResponse, TextResponse
from trafilatura.utils import detect_encoding
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, resolve_encoding

#: What servers add to every page (cp1252 is how browsers read ISO-8859-1): any bytes at all are text in it.
_DEFAULTS = {"cp1252", "iso8859-1", "ascii"}
_SAMPLE_BYTES = 50_000
#: How many bytes beyond ASCII may make no sense in the encoding that a page is in: some are broken on their way.
_BROKEN = 0.01


def decoded(response: TextResponse) -> HtmlResponse:
    """The response as HTML, to be read in the encoding that its bytes are in."""
    kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
    header, own = _known(http_content_type_encoding(kind)), _known(html_body_declared_encoding(response.body))
    told = (header if header not in _DEFAULTS else None, own, "utf-8", header)
    choices = chain(filter(None, told), _guesses(response.body))
    found = next((choice for choice in choices if _fits(response.body, choice)), header or own or "utf-8")
    return response.replace(cls=HtmlResponse, encoding=found)


def _guesses(body: bytes) -> Iterator[str]:
    if not body.isascii():
        yield from filter(None, map(_known, detect_encoding(body[:_SAMPLE_BYTES])))


def _known(encoding: str | None) -> str | None:
    """Python's name for an encoding of text; None for none, and for what only sounds like one (hex, idna)."""
    try:
        b"a".decode(encoding or "", "replace")
    except (LookupError, UnicodeError):
        return None
    return codecs.lookup(resolve_encoding(encoding or "") or "").name


def _fits(body: bytes, encoding: str) -> bool:
    """Whether the bytes are text in the encoding; a page cut off within a character is."""
    try:
        text = codecs.getincrementaldecoder(encoding)("replace").decode(body)
    except UnicodeError:  # UTF-16 without its mark
        return False
    beyond_ascii = len(body.translate(None, bytes(range(128))))
    return text.count("\N{REPLACEMENT CHARACTER}") <= _BROKEN * beyond_ascii
