"""Pictures that a novel of the tests can show: a few bytes each, and whole."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

from tests.sites.samples import SampleNovel
from tests.sites.web import Page

#: One transparent pixel.
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c000000000100010000020144003b")


def png(shade: int) -> bytes:
    """One pixel of a shade of grey (PNG, third edition)."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes([0, shade]))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(name, data) for name, data in parts)


def picture(content: bytes, **more: object) -> Page:
    """What a path answers that is a picture."""
    return replace(Page(content, content_type="image/png"), **more)  # type: ignore[arg-type]


def illustrated(novel: SampleNovel, *sources: tuple[str, ...]) -> SampleNovel:
    """The novel with pictures at the end of its chapters: those of the first, those of the second, and so on."""
    shown = ["".join(f'<p><img src="{one}" alt="At {one}"></p>' for one in group) for group in sources]
    shown += [""] * (len(novel.chapters) - len(shown))
    pairs = zip(novel.chapters, shown, strict=True)
    return replace(novel, chapters=tuple(replace(one, content=f"{one.content}\n{art}") for one, art in pairs))


def with_cover(index: Page, url: str) -> Page:
    """The index's page, naming its novel's cover."""
    named = f'<head><meta property="og:image" content="{url}">'
    return replace(index, body=index.content.decode().replace("<head>", named))


def _part(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
