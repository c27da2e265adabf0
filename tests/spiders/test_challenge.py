"""Pages that stand in for the page asked for, and pages that only look like one of them."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse, Response

from ingestion.errors import Blocked
from spiders.challenge import refuse
from spiders.fragments import tree
from tests.spiders.recorded import response

URL = "https://site.example/novel/1"
CHALLENGES = {
    "just a moment": "<title>Just a moment...</title>",
    "attention required": "<title>Attention Required! | Cloudflare</title>",
    "access denied": "<title> Access  denied | site.example used Cloudflare</title>",
    "guard": "<title>DDoS-Guard</title>",
    "form": '<title>site.example</title><form id="challenge-form" action="/x"></form>',
    "action": '<form action="/novel/1?__cf_chl_f_tk=abc" method="POST"></form>',
    "recaptcha": '<p>Please go on.</p><div class="g-recaptcha" data-sitekey="k"></div>',
    "turnstile": '<div class="cf-turnstile"></div>',
}
TEXT = "<p>" + "A sentence of an ordinary chapter, and then one more of them. " * 40 + "</p>"
PAGES = {
    "a chapter of that name": f"<title>Just a Moment - A Novel</title>{TEXT}",
    "a chapter with a captcha below": f'<title>One</title>{TEXT}<div class="g-recaptcha"></div>',
    "a short page": "<title>One</title><p>Short.</p>",
    "the beacon": '<title>One</title><script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script><p>Hi</p>',
    "nothing": " ",
}


def html(body: str, **headers: str) -> HtmlResponse:
    return HtmlResponse(URL, body=body.encode(), encoding="utf-8", headers=headers)


@pytest.mark.parametrize("body", CHALLENGES.values(), ids=CHALLENGES)
def test_a_challenge_is_blocked_and_named(body: str):
    for page in (None, tree(html(body))):
        with pytest.raises(Blocked, match=r"https://site.example/novel/1 answered with .* instead of the page"):
            refuse(html(body), page)


@pytest.mark.parametrize("body", PAGES.values(), ids=PAGES)
def test_a_page_that_was_asked_for_passes(body: str):
    refuse(html(body))


def test_a_recorded_challenge_is_blocked():
    with pytest.raises(Blocked, match="Just a moment"):
        refuse(response("royalroad/challenge.html", URL))


def test_a_challenge_that_its_header_admits_is_blocked():
    with pytest.raises(Blocked, match="Cloudflare"):
        refuse(html(TEXT, **{"Cf-Mitigated": "challenge"}))


def test_a_response_that_is_no_text_passes():
    refuse(Response(URL, body=b"\x89PNG"))
