"""Text that somebody else wrote, made safe to print: what would steer a terminal, forge a line or turn the reading order round is shown as its code."""

from __future__ import annotations

import re

#: Control characters (C0, C1), line and paragraph separators, overrides of the reading order (Unicode TR 36), lone surrogates.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str, *, keep: str = "") -> str:
    """`text` with each such character written as `\\x1b` or `\\u202e`, but for those in `keep`."""
    return _STEERING.sub(lambda found: found[0] if found[0] in keep else _code(found[0]), text)


def shortened(text: str, longest: int) -> str:
    """`text`, of at most `longest` characters; of a longer one its beginning and an ellipsis."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _code(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
