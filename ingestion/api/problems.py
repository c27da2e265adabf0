"""Errors as problem details (RFC 9457), each with a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from redis import RedisError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from ingestion import db
from ingestion.api import requests
from ingestion.api.headers import INERT

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 5
MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """A problem details object (RFC 9457, section 3)."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "no job 42"}
        }
    )

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] | None = None
    request_id: str | None = Field(None, description="As in X-Request-ID, and in the lines of the log.")


#: How a page tells a problem: a route that is one sets `request.state.tell`; `app.state.tell`, where there is one, is for what no route answers.
Tell: TypeAlias = Callable[[Request, Problem, Mapping[str, str] | None], Response]


def documented(status: int, description: str) -> dict[str, Any]:
    """An answer with problem details, for the API's description."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    headers = {"headers": HEADERS[status]} if status in HEADERS else {}
    return {"description": description, "content": content, "model": Problem} | headers


RETRY = {"Retry-After": {"description": "Seconds to wait before the next try.", "schema": {"type": "integer"}}}
CHALLENGE = {"WWW-Authenticate": {"description": "What is needed (RFC 6750).", "schema": {"type": "string"}}}
HEADERS = {401: CHALLENGE, 429: RETRY, 503: RETRY}
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    400: documented(400, "The body is not text in UTF-8."),
    401: documented(401, "A token is needed, and none that is known was sent."),
    403: documented(403, "The token may only read, or a page of another origin sent the request."),
    404: documented(404, "There is no such thing."),
    413: documented(413, "The request's body is larger than MAX_BODY_BYTES."),
    421: documented(421, "The API has no tokens, and was called by a name that is none of its own."),
    422: documented(422, "The request cannot be used; `detail` and `errors` say why."),
    503: documented(503, "PostgreSQL is away, or Redis, where it is needed for the answer."),
}
TOO_OFTEN: dict[int | str, dict[str, Any]] = {429: documented(429, "More posts in a minute than INGEST_RATE.")}
CONFLICT: dict[int | str, dict[str, Any]] = {409: documented(409, "The job is not in a state that allows it.")}


def install(app: FastAPI) -> None:
    """Answer every error of `app` with problem details."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    for outage in (DBAPIError, PoolTimeout):
        app.add_exception_handler(outage, _database)
    app.add_exception_handler(RedisError, _redis)
    app.add_exception_handler(Exception, _bug)


def _answer(
    request: Request,
    status: int,
    detail: str,
    *,
    errors: list[dict[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    title = HTTPStatus(status).phrase
    problem = Problem(title=title, status=status, detail=detail, errors=errors, request_id=requests.name())
    tell = _teller(request, status)
    if tell is not None:
        return tell(request, problem, headers)
    return JSONResponse(problem.model_dump(exclude_none=True), status, headers=headers, media_type=MEDIA_TYPE)


def _teller(request: Request, status: int) -> Tell | None:
    """How to tell it other than as JSON: to who asked for a page, and to a browser whose address leads nowhere."""
    tell: Tell | None = getattr(request.state, "tell", None)
    if tell is None and status in {404, 405} and "text/html" in request.headers.get("Accept", ""):
        tell = getattr(request.app.state, "tell", None)
    return tell


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - for the type checker: registered for it
    return _answer(request, error.status_code, str(error.detail), headers=error.headers)


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for the type checker: registered for it
    errors = [{"field": ".".join(str(part) for part in e["loc"]), "message": e["msg"]} for e in error.errors()]
    return _answer(request, 422, "; ".join(f"{e['field']}: {e['message']}" for e in errors), errors=errors)


async def _database(request: Request, error: Exception) -> Response:
    if not db.is_outage(error):
        log.error("a fault in this program", exc_info=error)
        return await _bug(request, error)
    log.error("PostgreSQL is away", error=str(error).splitlines()[0])
    return _away(request, "PostgreSQL")


async def _redis(request: Request, error: Exception) -> Response:
    log.error("Redis is away", error=str(error).splitlines()[0])
    return _away(request, "Redis")


def _away(request: Request, server: str) -> Response:
    detail = f"{server} does not answer; nothing was lost, try again in {RETRY_AFTER_SECONDS} seconds"
    return _answer(request, 503, detail, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


async def _bug(request: Request, _: Exception) -> Response:
    # It goes out by a way of its own, past the middleware.
    headers = INERT | {requests.HEADER: requests.name() or ""}
    return _answer(request, 500, "a fault in this program; its traceback is in the log", headers=headers)
