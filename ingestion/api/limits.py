"""How much and how often somebody may post: the bytes of a body, and the posts in a minute."""

from __future__ import annotations

from fastapi import HTTPException
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingestion import config, rate
from ingestion.api.access import Caller
from ingestion.api.credentials import path
from ingestion.export.formats import Format

#: Where whole books may be sent, and as what.
IMPORTS = {"/import": Format.EPUB.media_type, "/library/import": "multipart/form-data"}


async def within_rate(caller: Caller) -> None:
    """Refuse who posts more often than INGEST_RATE allows, with 429."""
    limit = config.settings().ingest_rate
    seconds = await run_in_threadpool(rate.spend, caller) if limit else None
    if seconds is not None:
        detail = f"more than {limit} posts in a minute; try again in {seconds} seconds"
        raise HTTPException(429, detail, headers={"Retry-After": str(seconds)})


class BodyLimit:
    """Refuses a body of more than MAX_BODY_BYTES with 413 as soon as they have come, whatever its Content-Length says.

    What is sent to be imported may have MAX_IMPORT_BYTES. Starlette's own middleware for this answers in plain text, and not
    with problem details.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        name = "MAX_IMPORT_BYTES" if _is_import(scope) else "MAX_BODY_BYTES"
        limit: int = getattr(config.settings(), name.lower())
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise HTTPException(413, f"the request's body is larger than the {limit} bytes of {name}")
            return message

        await self.app(scope, counted, send)


def _is_import(scope: Scope) -> bool:
    if scope["type"] != "http":
        return False
    sent = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
    return IMPORTS.get(path(HTTPConnection(scope))) == sent
