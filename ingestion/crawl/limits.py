"""What an answer may be: so large when it is unpacked, of so many tags, nested so deep. More is refused before it is stored or read."""

from __future__ import annotations

from itertools import chain

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse, Response, TextResponse, XmlResponse

from ingestion import sanitize
from ingestion.crawl.dialling import Forbidden
from ingestion.errors import ParseError, TooLarge, Unreachable

#: Compressions on top of each other; servers use one.
MOST_CODINGS = 2


class UnpackingMiddleware(HttpCompressionMiddleware):
    """Scrapy's own, which stops where the body passes MAX_PAGE_BYTES, with the reason in our words."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The response as the site meant it. Raises Forbidden."""
        codings = list(chain.from_iterable(c.split(b",") for c in response.headers.getlist("Content-Encoding")))
        if len(codings) > MOST_CODINGS:
            raise Forbidden(TooLarge(f"{response.url} is compressed {len(codings)} times over; no page is"))
        try:
            return super().process_response(request, response)
        except IgnoreRequest as bomb:
            told = f"{response.url} is larger than a page may be when it is unpacked; raise MAX_PAGE_BYTES if that is right"
            raise Forbidden(TooLarge(told)) from bomb


class LimitsMiddleware:
    """Refuses what a parser would choke on."""

    def __init__(self, most_tags: int, deepest: int) -> None:
        self._most_tags = most_tags
        self._deepest = deepest

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LimitsMiddleware:
        """Scrapy's way of making a middleware."""
        return cls(crawler.settings.getint("PAGE_MAX_TAGS"), crawler.settings.getint("PAGE_MAX_DEPTH"))

    def process_response(self, request: Request, response: Response) -> Response:
        """The response. Raises Forbidden."""
        if not 200 <= response.status < 600:
            raise Forbidden(Unreachable(f"{response.url} answers with the status {response.status}, which is none"))
        if isinstance(response, TextResponse):
            _decode(response)
        if isinstance(response, HtmlResponse | XmlResponse):
            if (tags := response.body.count(b"<")) > self._most_tags:
                told = f"{response.url} has {tags} tags, {self._most_tags} is the most; raise MAX_PAGE_TAGS if that is right"
                raise Forbidden(TooLarge(told))
            if tags > self._deepest and sanitize.depth(response.selector.root) > self._deepest:
                told = (
                    f"{response.url} has elements nested more than {self._deepest} deep (MAX_PAGE_DEPTH); no page has"
                )
                raise Forbidden(TooLarge(told))
        return response


def _decode(response: TextResponse) -> None:
    """Python knows encodings that no page is written in, and `zip` is among them. Raises Forbidden."""
    try:
        _ = response.text
    except (LookupError, UnicodeError) as error:
        told = f"{response.url} says that it is written in {response.encoding}, which is no encoding of text"
        raise Forbidden(ParseError(told)) from error
