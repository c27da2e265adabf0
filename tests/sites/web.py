"""The loopback web: an HTTP/1.1 server on 127.0.0.1 whose pages are a dictionary and whose every request is written down.

It does what real sites do: answer slowly, fail and recover, refuse, say that nothing changed. Pages may be replaced meanwhile.
"""

from __future__ import annotations

import hashlib
import mimetypes
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

_TYPES = {".xhtml": "application/xhtml+xml", ".opf": "application/oebps-package+xml"}


@dataclass(frozen=True)
class Page:
    """What a path answers. `fail_first` answers of `fail_status` come before it; `etag` and `last_modified` allow a 304."""

    body: bytes | str = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    etag: bool = False
    last_modified: datetime | None = None
    fail_first: int = 0
    fail_status: int = 503

    @property
    def content(self) -> bytes:
        """The body as it goes over the wire."""
        return self.body.encode() if isinstance(self.body, str) else self.body

    @property
    def tag(self) -> str:
        """The strong validator of the body."""
        return f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'


@dataclass(frozen=True)
class Hit:
    """One request as it came in, with the status it was answered with. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    time: float
    body: bytes = b""
    status: int = 0


Answer = Page | Callable[[Hit], Page]


class Site:
    """A web site that lives as long as its `with` block. `pages` maps a path with its query to a page or a function."""

    def __init__(self, pages: Mapping[str, Answer] | None = None) -> None:
        self.pages: dict[str, Answer] = dict(pages or {})
        self._hits: list[Hit] = []
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @classmethod
    def serve_directory(cls, root: Path) -> Site:
        """A site of a folder's files as they are, each at its path below the folder."""
        files = (path for path in sorted(root.rglob("*")) if path.is_file())
        return cls({f"/{quote(path.relative_to(root).as_posix())}": _page_of(path) for path in files})

    @property
    def netloc(self) -> str:
        """Host and port."""
        return self.url.removeprefix("http://")

    @property
    def url(self) -> str:
        """The site's address, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def hits(self) -> list[Hit]:
        """The requests so far, in the order of their answers."""
        return list(self._hits)

    def requests(self, path_prefix: str = "/") -> int:
        """How many requests came for paths that begin so."""
        return sum(hit.path.startswith(path_prefix) for hit in self.hits)

    def __enter__(self) -> Site:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.cut()
        self._server.server_close()
        self._thread.join()

    def answer(self, hit: Hit) -> Page:
        """The page that a request gets, written down and waited for."""
        found = self.pages.get(hit.path, Page("no such page", status=404))
        page = found(hit) if callable(found) else found
        with self._lock:
            self._asked[hit.path] += 1
            failing = self._asked[hit.path] <= page.fail_first
        if failing:
            page = replace(page, body="try again later", status=page.fail_status, etag=False, last_modified=None)
        elif page.status == 200 and _unchanged(page, hit.headers):
            page = replace(page, status=304)
        self._closing.wait(page.delay)
        self._hits.append(replace(hit, status=page.status))
        return page


def _page_of(path: Path) -> Page:
    guess = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Page(path.read_bytes(), content_type=guess)


def _unchanged(page: Page, headers: Mapping[str, str]) -> bool:
    """Whether the client has the page already. Where it sends both validators, the tag alone decides (RFC 9110)."""
    if page.etag and "if-none-match" in headers:
        known = {tag.strip().removeprefix("W/") for tag in headers["if-none-match"].split(",")}
        return page.tag in known or "*" in known
    if page.last_modified is not None and "if-modified-since" in headers:
        return page.last_modified.replace(microsecond=0) <= parsedate_to_datetime(headers["if-modified-since"])
    return False


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def __init__(self, *args: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def cut(self) -> None:
        """End the connections that clients keep alive, so that no thread outlives the site."""
        for connection in list(self._open):
            with suppress(OSError):  # it may have ended long ago
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that leaves in the middle of an answer is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        page = self.site.answer(Hit(self.command, self.path, headers, time.monotonic(), body))
        self.send_response(page.status)
        for name, value in _headers(page).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD" and page.status != 304:
            self.wfile.write(page.content)

    do_HEAD = do_POST = do_GET  # noqa: N815  # http.server's own names

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: `hits` is the log."""


def _headers(page: Page) -> dict[str, str]:
    headers = dict(page.headers)
    if page.etag:
        headers["ETag"] = page.tag
    if page.last_modified is not None:
        headers["Last-Modified"] = format_datetime(page.last_modified, usegmt=True)
    if page.status != 304:
        # What the page says itself goes first: a site that lies about its length is among the tests.
        headers = {"Content-Type": page.content_type, "Content-Length": str(len(page.content))} | headers
    return headers
