"""Who may come in: one dependency of the whole application, for requests and WebSockets alike.

Where tokens are wanted, each request shows one (`ingestion.api.credentials`), and what changes something one of scope `write`. Where
none are, only this machine gets in, and no web page that its browser happens to show: not under a name of that page's own
(DNS rebinding), and not by a form or script of another origin.
"""

from __future__ import annotations

import ipaddress
from typing import Annotated

import structlog
from fastapi import Depends, HTTPException, WebSocketException
from fastapi.openapi.models import HTTPBearer as HTTPBearerModel
from fastapi.security.base import SecurityBase
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from ingestion import config, db, tokens
from ingestion.api import credentials
from ingestion.status import Scope

log = structlog.get_logger(__name__)

TICKETS = "/tickets"
#: RFC 6455: the code of a refusal, and the bytes that its reason may have.
POLICY_VIOLATION = 1008
LONGEST_REASON = 120


class Guard(SecurityBase):
    """Lets a connection in, or raises 401, 403 or 421 (to a WebSocket: 1008). Whose it is: a token, or a client's address."""

    model = HTTPBearerModel(description="Made by `python cli.py token new NAME`; needed once there is one.")
    scheme_name = "token"

    async def __call__(self, connection: HTTPConnection) -> str:
        """Decide about one connection: in a thread, where PostgreSQL is to be asked about tokens."""
        if config.settings().api_open:
            return self.decide(connection)
        return await run_in_threadpool(self.decide, connection)

    def decide(self, connection: HTTPConnection) -> str:
        """The same."""
        try:
            return _let_in(connection)
        except HTTPException as refusal:
            if connection.scope["type"] == "websocket":
                raise WebSocketException(POLICY_VIOLATION, refusal.detail[:LONGEST_REASON]) from refusal
            raise


guard = Guard()
Caller = Annotated[str, Depends(guard)]


def _let_in(connection: HTTPConnection) -> str:
    current = config.settings()
    if current.api_open:
        return _neighbour(connection, current)
    with db.transaction() as session:
        wanted = not _is_local(connection) or tokens.are_wanted(session, current)
        bearer = credentials.shown(session, current, connection) if wanted else None
    if not wanted:
        return _neighbour(connection, current)
    if bearer is None:
        raise _unauthorized(connection)
    if bearer.scope is not Scope.WRITE and not _reads(connection):
        challenge = {"WWW-Authenticate": 'Bearer realm="quire", error="insufficient_scope", scope="write"'}
        raise HTTPException(403, f"the token {bearer.name} may only read; this needs one of scope write", challenge)
    if bearer.long_unseen:
        _note_use(bearer.name)
    return f"token {bearer.name}"


def _unauthorized(connection: HTTPConnection) -> HTTPException:
    given = credentials.any_given(connection)
    told = "the token is not known here, or was revoked" if given else "a token is needed: Authorization: Bearer TOKEN"
    challenge = {"WWW-Authenticate": credentials.challenge(connection, invalid=given)}
    return HTTPException(401, f"{told}; `python cli.py token new NAME` makes one", challenge)


def _neighbour(connection: HTTPConnection, current: config.Settings) -> str:
    """Somebody on this machine, or whom API_OPEN lets in."""
    host, netloc = credentials.authority(f"//{connection.headers.get('Host', '')}")
    if not _is_ours(host, current):
        raise HTTPException(421, f"this API is not called {netloc or 'nothing'}; API_HOSTNAMES can say that it is")
    origin = connection.headers.get("Origin")
    known = origin is None or origin in current.cors_origins or credentials.authority(origin)[1] == netloc
    # A browser keeps the answer to a page's GET from it, but neither what a POST does nor what a WebSocket tells.
    if not known and not (_reads(connection) and connection.scope["type"] == "http"):
        raise HTTPException(403, f"a page of {origin} may not use this API; CORS_ORIGINS can allow it")
    return f"client {connection.client.host if connection.client else 'local'}"


def _is_ours(host: str, current: config.Settings) -> bool:
    """An address cannot be rebound; a name can, unless it is one of ours."""
    names = {"localhost", current.api_host.lower(), *map(str.lower, current.api_hostnames)}
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host in names or "*" in names
    return True


def _is_local(connection: HTTPConnection) -> bool:
    """Whether the connection came in at an address that only this machine reaches, wherever the server was told to listen."""
    host, _ = connection.scope.get("server") or ("", None)
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a Unix socket's path
        return True


def _reads(connection: HTTPConnection) -> bool:
    """Whether nothing is changed by it: it only asks, or asks for a ticket."""
    return credentials.only_asks(connection) or credentials.path(connection) == TICKETS


def _note_use(name: str) -> None:
    try:
        with db.transaction() as session:
            tokens.touch(session, name)
    except DBAPIError as error:
        if not db.is_outage(error):
            raise
        log.warning("the use of a token could not be written down", token=name, error=str(error).splitlines()[0])
