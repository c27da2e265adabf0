"""One spelling for each URL."""

from __future__ import annotations

import pytest

from ingestion.urls import UnusableURL, canonical, host


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("HTTPS://Example.ORG/Novel", "https://example.org/Novel"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("http://example.org:8080/a", "http://example.org:8080/a"),
        ("https://example.org/a#chapter-3", "https://example.org/a"),
        ("https://example.org/a?utm_source=x&b=2&fbclid=y&a=1", "https://example.org/a?a=1&b=2"),
        ("https://bücher.example/ä b".replace(" ", "%20"), "https://xn--bcher-kva.example/%C3%A4%20b"),
        ("  https://example.org/a\n", "https://example.org/a"),
        ("http://[2001:db8::1]:80/", "http://[2001:db8::1]/"),
    ],
)
def test_a_url_has_one_spelling(written: str, meant: str):
    assert canonical(written) == meant
    assert canonical(meant) == meant


@pytest.mark.parametrize(
    "text", ["", "novel", "javascript:alert(1)", "https://a b/", "http://[::1", "https://x:y/", "//a/", "http://0[::]/"]
)
def test_what_is_no_url_is_refused(text: str):
    with pytest.raises(UnusableURL):
        canonical(text)


def test_a_url_that_grows_too_long_when_it_is_encoded_is_refused():
    with pytest.raises(UnusableURL, match="characters when it is encoded"):
        canonical("https://example.org/" + "\u5b57" * 700)


@pytest.mark.parametrize(
    "text", ["www.example.org", "WWW.Example.org.", "https://www.example.org/novel/1", "www.example.org:443"]
)
def test_a_host_is_known_by_any_way_of_writing_it(text: str):
    assert host(text) == "www.example.org"


@pytest.mark.parametrize("text", ["", "a b", "ftp://example.org"])
def test_what_is_no_host_is_refused(text: str):
    with pytest.raises(UnusableURL):
        host(text)
