"""Lists of URLs as people and FanFicFare keep them: one a line, `#` before a comment, perhaps the chapters wanted behind it, `URL[3-9]`."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from ingestion.errors import ParseError

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_COMMENT = re.compile(r"(?:^|\s)#.*")
_CHAPTERS = re.compile(r"\[\d*[-,]?\d*\]$")


def read(content: bytes) -> tuple[str, ...]:
    """The URLs in their order, each once; whether each is one is for others to say. Raises ParseError when it is no text."""
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    text = content.decode(encoding, errors="replace")
    if "\0" in text:
        raise ParseError("this is neither an EPUB nor a list of URLs, one a line")
    return tuple(dict.fromkeys(_urls(text)))


def _urls(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if url := _CHAPTERS.sub("", _COMMENT.sub("", line).strip()):
            yield url
