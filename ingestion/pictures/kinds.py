"""What a picture's bytes are, whatever the site says of them: a raster that every browser shows, and that can hold no script, or nothing."""

from __future__ import annotations

import hashlib
import re

MEDIA_TYPES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
#: How a file of each kind begins. AVIF's name may stand first or last in its list of brands (ISO/IEC 14496-12, section 4.3).
SIGNATURES = {
    "avif": re.compile(rb"....ftyp(?:....){0,16}?avi[fs]", re.DOTALL),
    "gif": re.compile(rb"GIF8[79]a"),
    "jpg": re.compile(rb"\xff\xd8\xff"),
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
#: A name that `name` can give, and no other.
NAME = rf"^[0-9a-f]{{64}}\.(?:{'|'.join(MEDIA_TYPES)})$"


def name(content: bytes) -> str | None:
    """The name under which a picture is kept: its SHA-256 and its kind. None when it is none of these pictures."""
    found = next((kind for kind, signature in SIGNATURES.items() if signature.match(content)), None)
    return f"{hashlib.sha256(content).hexdigest()}.{found}" if found else None


def media_type(name: str) -> str:
    """The media type of the picture of that name (RFC 6838)."""
    return MEDIA_TYPES[name.rpartition(".")[2]]


def path(name: str) -> str:
    """Where the API serves the picture of that name."""
    return f"/pictures/{name}"
