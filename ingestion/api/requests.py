"""A request's name, by which its lines of the log, its answer and whoever sent it speak of the same: X-Request-ID."""

from __future__ import annotations

import re
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"
#: What a proxy or a client may call a request; anything else gets a name from here.
_SANE = re.compile(r"[A-Za-z0-9._:/+=@-]{1,64}")


def name() -> str | None:
    """The name of the request that is being answered; None where none is."""
    found: str | None = structlog.contextvars.get_contextvars().get("request_id")
    return found


class Named:
    """ASGI middleware that names each request: as it says itself, or by 32 random hexadecimal digits."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the answer back with its name."""
        given = Headers(scope=scope).get(HEADER, "") if scope["type"] in {"http", "websocket"} else ""
        called = given if _SANE.fullmatch(given) else uuid4().hex
        # Each request has a context of its own. It stays bound: what fails is answered further out.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=called)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = called
            await send(message)

        await self._app(scope, receive, sent if scope["type"] == "http" else send)
