"""The HTTP API: one router a resource. It knows the database and the queue, and nothing of Scrapy."""

from __future__ import annotations

from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware

from ingestion import VERSION, config
from ingestion.api import (
    access,
    catalog,
    exports,
    feeds,
    follows,
    health,
    imports,
    jobs,
    library,
    limits,
    logs,
    metrics,
    pictures,
    polling,
    problems,
    queues,
    requests,
    search,
    sites,
    tasks,
    tickets,
    webhooks,
)
from ingestion.api.headers import Inert
from ingestion.api.live import sockets, streams
from ingestion.api.live.hub import Hub

DESCRIPTION = """\
Post the URL of a serial novel to `/ingest`; follow the job at `/jobs/{id}`, or as it happens at `/jobs/{id}/stream` and by WebSocket
at `/ws/jobs/{id}` and `/ws/jobs`; read the novel at `/novels/{id}`.

Errors are problem details (RFC 9457, `application/problem+json`): `title` says what is wrong, `detail` what to do.
"""


def create_app() -> FastAPI:
    """The application that uvicorn serves. Raises ConfigError."""
    current = config.settings()
    app = FastAPI(
        title="Quire",
        version=VERSION,
        description=DESCRIPTION,
        responses=problems.DOCUMENTED,
        dependencies=[Depends(access.guard)],
    )
    problems.install(app)
    app.state.hub = Hub()
    for own in (health.router, metrics.router):
        app.router.routes.extend(own.routes)  # not included: the guard is not before all of them
    app.include_router(jobs.router)
    app.include_router(imports.router)
    app.include_router(streams.router)
    app.include_router(sockets.router)
    app.include_router(polling.router)
    app.include_router(queues.router)
    app.include_router(logs.router)
    app.include_router(library.router)
    app.include_router(search.router)
    app.include_router(exports.router)
    app.include_router(catalog.router)
    app.include_router(feeds.router)
    app.include_router(follows.router)
    app.include_router(pictures.router)
    app.include_router(sites.router)
    app.include_router(tasks.router)
    app.include_router(webhooks.router)
    app.include_router(tickets.router)
    app.add_middleware(limits.BodyLimit)
    app.add_middleware(metrics.Measured)
    if current.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=current.cors_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", requests.HEADER],
            expose_headers=[requests.HEADER],
        )
    app.add_middleware(Inert)  # outside of the others: no answer goes out without its headers
    app.add_middleware(requests.Named)  # the outermost
    return app
