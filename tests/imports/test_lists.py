"""Lists of URLs are read as people keep them."""

from __future__ import annotations

import codecs

import pytest

from ingestion.errors import ParseError
from ingestion.imports import lists
from tests.alike import alike


@pytest.mark.parametrize(
    ("content", "found"),
    alike(
        (b"\xef\xbb\xbfhttps://a.example/1\r\n\r\n# mine\r\nhttps://a.example/1\r\n", ["https://a.example/1"]),
        (b"  https://a.example/1[3-9]  # to read\nnonsense", ["https://a.example/1", "nonsense"]),
        (b"https://a.example/1#part\rhttps://a.example/2[5]", ["https://a.example/1#part", "https://a.example/2"]),
        (codecs.BOM_UTF16_LE + "https://a.example/é".encode("utf-16-le"), ["https://a.example/é"]),
        (b"", []),
    ),
)
def test_a_list_is_one_url_a_line(content: bytes, found: list[str]):
    assert list(lists.read(content)) == found


def test_what_is_no_text_is_no_list():
    with pytest.raises(ParseError, match="neither an EPUB nor a list"):
        lists.read(b"BOOKMOBI\0\0\0")
