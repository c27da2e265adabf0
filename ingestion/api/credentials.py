"""Whose request it is, by what was sent with it: a token in a header, a session's cookie from our own pages, or a ticket in the URL.

E-readers and feed readers know only user name and password (RFC 7617): the token is the password, and the name is whatever they like.
"""

from __future__ import annotations

import base64
import binascii
from urllib.parse import urlsplit

from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from ingestion import tickets, tokens
from ingestion.config import Settings
from ingestion.tokens import Bearer

COOKIE = "quire"
READING = {"GET", "HEAD", "OPTIONS"}
#: What programs open that know no header of ours; a browser would ask with a window of its own instead of our page.
FOR_READERS = ("/opds", "/pictures/")
FEED = ".atom"


def shown(session: Session, current: Settings, connection: HTTPConnection) -> Bearer | None:
    """Whose request it is; None when that cannot be told."""
    scheme, _, value = connection.headers.get("Authorization", "").partition(" ")
    if scheme.lower() in {"bearer", "basic"}:
        token = value.strip() if scheme.lower() == "bearer" else _password(value)
        return tokens.bearer(session, current, token)
    ticket, cookie = connection.query_params.get("ticket"), connection.cookies.get(COOKIE)
    if ticket and only_asks(connection):
        return tickets.bearer(session, current, ticket)
    if cookie and (is_http_reading(connection) or comes_from_us(connection)):
        return tickets.visitor(session, current, cookie)
    return None


def any_given(connection: HTTPConnection) -> bool:
    """Whether something was sent that should have told."""
    return "Authorization" in connection.headers or "ticket" in connection.query_params


def challenge(connection: HTTPConnection, *, invalid: bool) -> str:
    """What to send, as WWW-Authenticate says it (RFC 6750, RFC 7617)."""
    asked = path(connection)
    if asked.startswith(FOR_READERS) or asked.endswith((FEED, "/export")):
        return 'Basic realm="quire", charset="UTF-8"'
    return 'Bearer realm="quire"' + (', error="invalid_token"' if invalid else "")


def path(connection: HTTPConnection) -> str:
    """What is asked for, without what a proxy puts before it (`root_path`)."""
    asked: str = connection.scope["path"]
    return asked.removeprefix(connection.scope.get("root_path", "").rstrip("/"))


def only_asks(connection: HTTPConnection) -> bool:
    """Whether it is a GET or the like, or a WebSocket, which only tells."""
    return connection.scope["type"] == "websocket" or connection.scope["method"] in READING


def is_http_reading(connection: HTTPConnection) -> bool:
    """Whether it is a GET or the like, whose answer a browser keeps from the pages of others."""
    return connection.scope["type"] == "http" and connection.scope["method"] in READING


def comes_from_us(connection: HTTPConnection) -> bool:
    """Whether a page of ours sent it, and no other that the browser happens to show: cookies go with both."""
    origin = connection.headers.get("Origin")
    return origin is not None and authority(origin)[1] == connection.headers.get("Host", "").lower()


def authority(url: str) -> tuple[str, str]:
    """Host, and host with port; both empty when it is no URL."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.netloc.lower()
    except ValueError:
        return "", ""


def _password(encoded: str) -> str:
    """The password in Basic credentials; empty when they are none."""
    try:
        return base64.b64decode(encoded, validate=True).decode(errors="replace").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
