"""Scrapy's download handler with a limit on an answer's head: Twisted reads header lines as long as the server sends them."""

from __future__ import annotations

from typing import Any

from scrapy.core.downloader.handlers import http11
from scrapy.crawler import Crawler

from ingestion.errors import TooLarge

#: Status line and headers; browsers take a quarter of a megabyte, servers send a few thousand bytes.
LONGEST_HEAD_BYTES = 128 * 1024


class MeasuredDownloadHandler(http11.HTTP11DownloadHandler):
    """The handler for http and https."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _MeasuredFactory


class _MeasuredParser(http11._LenientHTTPClientParser):
    """Counts what it reads of the head; interim answers (1xx), which may come without end, count too."""

    _read = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        self._read += len(line)
        if self._read > LONGEST_HEAD_BYTES:
            self.lineLengthExceeded(line)
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        """Twisted's name for a line that is too long; what is raised here ends the connection."""
        raise TooLarge("answers with more headers than a browser would read; it is no page")


class _MeasuredProtocol(http11._LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> Any:
        answer = super().request(request)
        assert self._parser is not None  # noqa: S101 - as Scrapy, which changes the parser's class in the same way
        self._parser.__class__ = _MeasuredParser
        return answer


class _MeasuredFactory(http11._LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _MeasuredProtocol:  # noqa: N802
        return _MeasuredProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
