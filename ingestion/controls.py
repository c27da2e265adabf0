"""Characters that no document may hold (XML 1.0, section 2.2), and that lxml therefore refuses: most control characters, halves of others."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BYTES = bytes({*range(0x20)} - {*b"\t\n\r"})
#: How U+FFC0 and those after it begin, nearly all of them unused.
_LAST = b"\xef\xbf"


def present(text: str) -> bool:
    """Whether there may be any. That nearly every text has none shows in its bytes, much sooner than a pattern would find out."""
    try:
        written = text.encode()
    except UnicodeEncodeError:  # half a character
        return True
    return len(written.translate(None, _BYTES)) < len(written) or (not text.isascii() and _LAST in written)


def without(text: str) -> str:
    """The text without them."""
    return _FORBIDDEN.sub("", text) if present(text) else text
