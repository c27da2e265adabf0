"""GET /metrics, which Prometheus scrapes, and the middleware that measures the API's own requests."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingestion import metrics, series, vitals
from ingestion.api import health, problems
from ingestion.counts import tally

#: Its route is the application's own, as that of `/health` is.
router = APIRouter(tags=["health"], responses=problems.DOCUMENTED)

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
TEXT = {"text/plain": {"schema": {"type": "string"}}, "application/openmetrics-text": {"schema": {"type": "string"}}}


@router.get("/metrics", response_class=Response, responses={200: {"content": TEXT}}, openapi_extra=health.GUARDED)
async def scrape(request: Request) -> Response:
    """Every number of the service, for Prometheus. While PostgreSQL is away, only which server is."""
    seen = await health.let_in(request)
    accept = request.headers.get("Accept", "")
    body, content_type = await health.in_thread(lambda: metrics.text(vitals.facts(seen), accept))
    return Response(body, media_type=content_type)


class Measured:
    """ASGI middleware that counts each request by its route, its status and the seconds until its answer was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.monotonic(), 500

        async def sent(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            _count(scope, status, time.monotonic() - begun)
        if tally.is_due:
            await health.in_thread(tally.write)


def _count(scope: Scope, status: int, seconds: float) -> None:
    """By the route's template, for there may be any number of paths; and by no method that somebody made up."""
    method = scope["method"] if scope["method"] in METHODS else "other"
    route = getattr(scope.get("route"), "path", "none")
    tally.observe(series.REQUESTS, seconds, method=method, route=route, status=str(status))
