"""Pages written on the spot for the generic spider, as responses."""

from __future__ import annotations

from scrapy.http import Response
from scrapy.responsetypes import responsetypes

URL = "https://serial.example/novel/"
PROSE = "<p>The ferry waited at the low bank until the bells had stopped, and nobody came.</p>" * 6


def page(body: str | bytes, url: str = URL, head: str = "", content_type: str = "text/html; charset=utf-8") -> Response:
    if isinstance(body, str):
        body = f"<!doctype html><html lang='en'><head>{head}</head><body>{body}</body></html>".encode()
    headers = {b"Content-Type": content_type.encode()}
    return responsetypes.from_args(headers=headers, url=url, body=body)(url=url, headers=headers, body=body)


def items(*numbers: float | str) -> str:
    return "".join(f'<li><a href="chapter-{n}">Chapter {n}</a></li>' for n in numbers)
