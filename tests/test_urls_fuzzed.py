"""Whatever is taken for a URL has one spelling, which is a URL; whatever is not is refused in a sentence."""

from __future__ import annotations

import json
import os
import string
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from ingestion.urls import MAX_CANONICAL_LENGTH, UnusableURL, canonical
from tests import applications
from tests.conftest import configure

EXAMPLES = int(os.environ.get("API_EXAMPLES", "0"))
#: Pieces of URLs, well formed and not, put together in any order: plain random text hardly ever gets past the scheme.
PIECES = st.sampled_from(
    [
        *(
            "http",
            "https",
            "HTTPS",
            "ftp",
            ":",
            "//",
            "/",
            "?",
            "#",
            "@",
            "[",
            "]",
            ".",
            "..",
            ";",
            "&",
            "=",
            "%",
            "%2F",
            "%zz",
        ),
        *(
            "example.org",
            "EXAMPLE.org.",
            "bücher.example",
            "xn--bcher-kva.example",
            "xn--a",
            "127.0.0.1",
            "::1",
            "[::1]",
            "0x7f",
        ),
        *(
            ":80",
            ":443",
            ":0",
            ":99999",
            ":-1",
            ":٣",
            "utm_source=x",
            "a=1",
            "ß",
            "\u200d",
            "\ud800",
            "\x00",
            " ",
            "\\",
            "\t",
            "字",
        ),
    ]
)
BY_PARTS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["http://", "https://", "HTTP://", "//", ""]),
        st.lists(PIECES | st.text(string.ascii_letters + string.digits, max_size=5), max_size=8).map("".join),
    ),
)
TEXTS = (
    st.text(max_size=40)
    | BY_PARTS
    | st.from_regex(r"https?://[a-z]{1,8}\.[a-z]{2,3}(/[^\s\\]{0,8}){0,3}", fullmatch=True)
)


def spelling(text: str) -> str | None:
    """The text's one spelling, or None when it is refused."""
    try:
        return canonical(text)
    except UnusableURL:
        return None


@settings(max_examples=EXAMPLES or 200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@example("http://example.org/?utm_source=x&utm_source=%zz#")
@given(TEXTS)
def test_one_spelling_or_none(text: str):
    found = spelling(text)
    assume(found is not None)
    parts = urlsplit(found)

    assert canonical(found) == found
    assert parts.scheme in {"http", "https"}
    assert parts.hostname
    assert (parts.username, parts.password, parts.fragment) == (None, None, "")
    assert found.isascii()
    assert found.isprintable()
    assert len(found) <= MAX_CANONICAL_LENGTH


def test_a_post_of_anything_is_taken_or_refused_with_a_reason(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    configure(monkeypatch, INGEST_RATE="0")
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | TEXTS, lambda some: st.lists(some, max_size=3)
    )
    bodies = st.fixed_dictionaries(
        {"url": TEXTS}, optional={"priority": anything, "refresh": anything, "other": anything}
    )

    with TestClient(applications.api(), raise_server_exceptions=False) as api:

        @settings(max_examples=EXAMPLES or 40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(bodies.map(json.dumps) | anything.map(json.dumps) | st.binary(max_size=20))
        def posted(body: str | bytes) -> None:
            answer = api.post("/ingest", content=body, headers={"Content-Type": "application/json"})

            assert answer.status_code in {200, 202, 400, 422}, answer.text
            assert answer.json()["job_id"] if answer.status_code < 300 else answer.json()["detail"]

        posted()
