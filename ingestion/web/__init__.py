"""The pages: the library in a browser, rendered on the server, of use without JavaScript.

One module a page, named as its place in the URL; `page` is what they share, `templates/` is what they look like, `static/` holds
the one stylesheet and the one script.
"""

from __future__ import annotations

from fastapi import FastAPI

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
    app.state.tell = tell
    app.mount("/static", Static(directory=STATIC), name="static")
    return app
