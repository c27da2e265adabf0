"""A picture's kind is read from its bytes, and its name can be nothing but a name."""

from __future__ import annotations

import hashlib
import re

import pytest

from ingestion.pictures import kinds
from tests.sites import art

AVIF = b"\x00\x00\x00\x20ftyp%b\x00\x00\x00\x00mif1%bmiaf"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (art.png(7), "png"),
        (art.GIF, "gif"),
        (b"GIF87a" + art.GIF[6:], "gif"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "jpg"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "webp"),
        (AVIF % (b"avif", b"miaf"), "avif"),
        (AVIF % (b"mif1", b"avif"), "avif"),
    ],
)
def test_a_picture_is_named_by_its_bytes(content: bytes, kind: str):
    name = kinds.name(content)

    assert name == f"{hashlib.sha256(content).hexdigest()}.{kind}"
    assert re.match(kinds.NAME, name)
    assert kinds.media_type(name).startswith("image/")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><title>Please log in</title>",
        b"\n" + art.png(7),
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00mp42mp41",
        b"%PDF-1.7",
    ],
)
def test_whatever_is_no_picture_or_may_hold_a_script_has_no_name(content: bytes):
    assert kinds.name(content) is None


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", f"{'a' * 64}.svg", f"{'A' * 64}.png", f"{'a' * 64}.png/", "a.png"]
)
def test_no_other_name_is_asked_of_the_store(name: str):
    assert re.match(kinds.NAME, name) is None
