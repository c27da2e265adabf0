"""Whether a picture can stand in a book: of a kind that every e-reader shows (EPUB 3.3, core media types), and with a head that says how large it is."""

from __future__ import annotations

import re
from collections.abc import Callable

#: Gives the bytes of a picture by its name, or None where they are not to be had.
Pictures = Callable[[str], bytes | None]
#: The head, up to width and height: of a PNG, with a depth and kind of colour that exist; of a GIF, with the first of its images behind it.
HEADS = {
    "png": re.compile(
        rb"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR(?!\x00{4})[\x00-\x7f].{3}(?!\x00{4})[\x00-\x7f].{3}"
        rb"(?:[\x01\x02\x04\x08\x10]\x00|[\x08\x10][\x02\x04\x06]|[\x01\x02\x04\x08]\x03)\x00\x00[\x00\x01]",
        re.DOTALL,
    ),
    "gif": re.compile(rb"GIF8[79]a(?!\x00\x00)..(?!\x00\x00)...*?,.{4}(?!\x00\x00)..(?!\x00\x00)..", re.DOTALL),
    "webp": re.compile(rb"RIFF....WEBPVP8[ LX].{10}", re.DOTALL),
}
#: A JPEG is a chain of segments; the frame's (SOF) says how large it is. FF may be repeated before each (ITU-T T.81, B.1.1.2).
SEGMENT = re.compile(rb"\xff+([\xc0-\xfe])(..)", re.DOTALL)
FRAME = re.compile(rb"[\xc0-\xc3]")
SIZE = re.compile(rb".(?!\x00\x00)..(?!\x00\x00)..[\x01\x03\x04]", re.DOTALL)


def is_whole(content: bytes, name: str) -> bool:
    """Whether the picture of this name, which says its kind, can stand in a book."""
    kind = name.rpartition(".")[2]
    return _is_jpeg(content) if kind == "jpg" else kind in HEADS and HEADS[kind].match(content) is not None


def _is_jpeg(content: bytes) -> bool:
    place = 2
    while segment := SEGMENT.match(content, place):
        if FRAME.match(segment[1]):
            return SIZE.match(content, segment.end()) is not None
        place = segment.start(2) + max(2, int.from_bytes(segment[2]))
    return False
