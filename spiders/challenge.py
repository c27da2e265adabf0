"""The pages that a site shows a program instead of the page it asked for: challenges, captchas, refusals served as 200.

Such a page must never be read as a chapter, and nothing here tries to pass one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from scrapy.http import HtmlResponse, Response, XmlResponse

from ingestion.errors import Blocked

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


def refuse(response: Response) -> None:
    """Raise Blocked if the page is a challenge, a captcha or a refusal; return otherwise, whatever else the page is."""
    sign = _sign(response)
    if sign:
        raise Blocked(
            f"{response.url} answered with {sign} instead of the page: the site does not let programs in now. "
            "Wait some hours before you retry, and lengthen the pause between requests if it happens again."
        )


def _sign(response: Response) -> str | None:
    """What gives the page away, in words, or None."""
    if response.headers.get("Cf-Mitigated") == b"challenge":
        return "a Cloudflare challenge"
    if not isinstance(response, HtmlResponse | XmlResponse) or not response.text.strip() or _has_much_text(response):
        return None
    title = " ".join(response.css("head > title::text").get("").split())
    if _TITLES.match(title):
        return f"a page titled “{title}”"
    if response.css(_MARKERS):
        return "a browser check"
    return "a captcha" if response.css(_CAPTCHAS) else None


def _has_much_text(response: HtmlResponse | XmlResponse) -> bool:
    """Whether there is more than a challenge says. Of a long page no more is read than that takes."""
    size = 0
    for body in response.xpath("//body"):
        for text in _shown(body.root):
            size += sum(len(word) + 1 for word in text.split())
            if size > _FEW_CHARACTERS + 1:
                return True
    return False


def _shown(body: Any) -> Iterator[str]:
    """The texts below an element, without those of scripts and the like."""
    walk = etree.iterwalk(body, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event == "start" and node.tag in _UNSEEN:
            walk.skip_subtree()
        elif event == "start":
            yield node.text or ""
        elif node is not body:
            yield node.tail or ""
