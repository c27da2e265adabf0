"""A picture stands in a book only if an e-reader can show it."""

from __future__ import annotations

import pytest

from ingestion.export.raster import is_whole
from tests.sites import art

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0000b080001000101011100ffd9")
WEBP = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0"


@pytest.mark.parametrize(("content", "kind"), [(art.png(3), "png"), (art.GIF, "gif"), (JPEG, "jpg"), (WEBP, "webp")])
def test_a_picture_whose_head_is_there_can_and_one_cut_off_cannot(content: bytes, kind: str):
    assert is_whole(content, f"x.{kind}")
    assert not is_whole(content[:12], f"x.{kind}")


def test_a_kind_that_not_every_e_reader_knows_cannot():
    assert not is_whole(b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "x.avif")


def test_a_picture_without_extent_cannot():
    assert not is_whole(art.png(3).replace(b"IHDR\0\0\0\1", b"IHDR\0\0\0\0"), "x.png")
    assert not is_whole(JPEG.replace(bytes.fromhex("080001"), bytes.fromhex("080000")), "x.jpg")
