"""The pages: the library in a browser, rendered on the server, of use without JavaScript.

One module a page, named as its place in the URL; `page` is what they share, `templates/` is what they look like, `static/` holds
the one stylesheet and the one script.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ingestion.web import (
    activity,
    appearance,
    bring,
    download,
    find,
    home,
    job,
    library,
    login,
    novel,
    read,
    revisions,
    state,
)
from ingestion.web.page import STATIC, Static, tell


def install(app: FastAPI) -> FastAPI:
    """Let `app`, which is the API, show the pages too."""
    for open_to_all in (login, appearance):
        app.router.routes.extend(open_to_all.router.routes)  # not included: the guard is not before them
    for page in (home, activity, job, state, bring, library, novel, download, read, revisions, find):
        app.include_router(page.router, include_in_schema=False)
    app.router.default = _nowhere(app.router.default)
    app.mount("/static", Static(directory=STATIC), name="static")
    return app


def _nowhere(nothing: ASGIApp) -> ASGIApp:
    """Where there is no such page: `nothing`, told to a browser as a page."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "text/html" in Headers(scope=scope).get("Accept", ""):
            Request(scope).state.tell = tell
        await nothing(scope, receive, send)

    return answer
