"""Wattpad: recorded answers of its API."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from ingestion.errors import Blocked, Locked, NotFound, ParseError
from spiders.wattpad import Wattpad
from tests.spiders.recorded import response

API = "https://www.wattpad.com/api/v3/stories/5150"
PART = "https://www.wattpad.com/v4/parts/901?fields=group(id)"
TEXT = "https://www.wattpad.com/apiv2/storytext?id=901"


@pytest.mark.parametrize(
    ("url", "index"),
    [
        ("https://www.wattpad.com/story/5150-the-last-ferry-home", API),
        ("https://www.wattpad.com/story/5150/parts", API),
        ("http://m.wattpad.com/story/5150?utm_source=app", API),
        (API, API),
        ("https://www.wattpad.com/901-the-last-ferry-home-boarding", PART),
        ("https://www.wattpad.com/901-the-last-ferry-home-boarding/page/2", PART),
        (PART, PART),
        ("http://127.0.0.1:8123/story/5150", "http://127.0.0.1:8123/api/v3/stories/5150"),
        ("https://www.wattpad.com/user/odile-sample", "https://www.wattpad.com/user/odile-sample"),
    ],
)
def test_a_url_leads_to_its_story_or_to_what_knows_it(url: str, index: str):
    assert Wattpad.index_url(url) == index


def test_a_part_sends_on_to_its_story():
    found = Wattpad().chapters(response("wattpad/part.json", PART))

    assert (found.links, found.index_url) == ((), API)


def test_the_parts_of_a_story_that_readers_pay_for_are_locked():
    free = response("wattpad/story.json", API)
    paid = free.replace(body=free.body.replace(b'"isPaywalled": false', b'"isPaywalled": true'))

    assert [link.locked for link in Wattpad().chapters(paid).links] == [True, True]


def test_a_line_that_the_story_repeats_stays():
    refrain = '<p data-p-id="b2">No.</p><p data-p-id="c3">The tide turned.</p>'

    assert Wattpad().chapter(HtmlResponse(TEXT, body=(refrain * 2).encode())).content == refrain * 2


def test_a_text_that_is_a_wall_is_locked():
    with pytest.raises(Locked, match="log in to continue reading"):
        Wattpad().chapter(HtmlResponse(TEXT, body=b"<p>Sign up or log in to continue reading.</p>"))


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_missing_story_is_not_found(method: str):
    with pytest.raises(NotFound, match="404"):
        getattr(Wattpad(), method)(response("wattpad/story.json", API, status=404))


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_challenge_is_blocked(method: str):
    with pytest.raises(Blocked, match="Just a moment"):
        getattr(Wattpad(), method)(response("royalroad/challenge.html", API))


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
@pytest.mark.parametrize(
    "body", [b"<p>Welcome!</p>", b"[]", b"[1]", b'{"message": "Story not found"}', b'{"group": 1}']
)
@pytest.mark.parametrize("url", [API, PART])
def test_another_answer_is_a_parse_error(method: str, body: bytes, url: str):
    with pytest.raises(ParseError, match="wattpad"):
        getattr(Wattpad(), method)(HtmlResponse(url, body=body))
