"""The applications under test, made once a process: FastAPI builds its routes at the first request, which costs a third of a second.

Nothing of a route knows a test. A test that adds a route, or sets what `create_app` reads, makes an application of its own.
"""

from __future__ import annotations

from functools import cache

from fastapi import FastAPI

from ingestion import web
from ingestion.api import create_app
from ingestion.api.live.hub import Hub


def api() -> FastAPI:
    """The API alone, as `uvicorn` serves it, with nobody listening."""
    app = _api()
    app.state.hub = Hub()
    return app


def pages() -> FastAPI:
    """The API with its pages, as `main.py` serves them, with nobody listening."""
    app = _pages()
    app.state.hub = Hub()
    return app


@cache
def _api() -> FastAPI:
    return create_app()


@cache
def _pages() -> FastAPI:
    return web.install(create_app())
