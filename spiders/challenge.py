"""The pages that a site shows a program instead of the page it asked for: challenges, captchas, refusals served as 200.

Such a page must never be read as a chapter, and nothing here tries to pass one.
"""

from __future__ import annotations

import re

from parsel import Selector
from scrapy.http import HtmlResponse, Response, XmlResponse

from ingestion.errors import Blocked
from spiders.fragments import line, texts

# What only a challenge page carries. Cloudflare's beacon and the captcha of a comment form stand on good pages too.
_MARKERS = ", ".join(
    (
        "#challenge-form",
        "#challenge-running",
        "#challenge-stage",
        "#challenge-error-text",
        "#cf-please-wait",
        "#cf-error-details",
        ".cf-browser-verification",
        ".cf-im-under-attack",
        'form[action*="__cf_chl"]',
        "#px-captcha",
        "#ddg-captcha",
    )
)
_CAPTCHAS = '.g-recaptcha, .h-captcha, .cf-turnstile, iframe[src*="captcha"], script[src*="captcha-delivery.com"]'
_TITLES = re.compile(
    r"just a moment\b|attention required\b|please wait\b|checking your browser\b|access denied\b|ddos-guard\b"
    r"|one more step\b|security check\b|verify(ing)? (that )?you are (a )?human\b|are you (a )?(human|robot)\b|captcha\b",
    re.IGNORECASE,
)
_UNSEEN = {"script", "style", "noscript"}
# A challenge has a sentence or two. A page with more text is what was asked for, whatever its title or its forms.
_FEW_CHARACTERS = 1500


def refuse(response: Response, page: Selector | None = None) -> None:
    """Raise Blocked if the page is a challenge, a captcha or a refusal; return otherwise, whatever else the page is.

    Who has made a tree of the page gives it, so that there need not be another; nothing may have been taken out of it yet.
    """
    sign = _sign(response, page)
    if sign:
        raise Blocked(
            f"{response.url} answered with {sign} instead of the page: the site does not let programs in now. "
            "Wait some hours before you retry, and lengthen the pause between requests if it happens again."
        )


def _sign(response: Response, page: Selector | None) -> str | None:
    """What gives the page away, in words, or None."""
    if response.headers.get("Cf-Mitigated") == b"challenge":
        return "a Cloudflare challenge"
    if not isinstance(response, HtmlResponse | XmlResponse) or not response.text.strip():
        return None
    page = response.selector if page is None else page
    if _has_much_text(page):
        return None
    title = " ".join(page.css("head > title::text").get("").split())
    if _TITLES.match(title):
        return f"a page titled “{title}”"
    if page.css(_MARKERS):
        return "a browser check"
    return "a captcha" if page.css(_CAPTCHAS) else None


def _has_much_text(page: Selector) -> bool:
    """Whether there is more than a challenge says. Of a long page no more is read than that takes."""
    size = 0
    for body in page.root.iter("body"):
        for text in texts(body, without=_UNSEEN):
            said = line(text)
            size += len(said) + 1 if said else 0
            if size > _FEW_CHARACTERS + 1:
                return True
    return False
