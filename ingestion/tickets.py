"""Tickets and sessions: what a browser shows instead of a token, where it can send none in a header.

A ticket stands in the URL of a WebSocket or a stream; URLs end up in logs, so it is good for a minute and for reading alone. A session
stands in a cookie, for a month and for whatever its token may do. Both are signed with the digest of the token that they were made for:
nobody keeps them, every API process knows them, and they die with the token.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ingestion import tokens
from ingestion.config import Settings
from ingestion.status import Scope
from ingestion.tokens import Bearer

SECONDS = 60
SESSION_SECONDS = 30 * 24 * 3600


def issue(session: Session, current: Settings, name: str) -> str | None:
    """A ticket for whom the token of this name belongs to; None when there is none any more."""
    return _signed(session, current, name, "ticket", SECONDS)


def begin(session: Session, current: Settings, name: str) -> str | None:
    """A session for whom the token of this name belongs to; None when there is none any more."""
    return _signed(session, current, name, "session", SESSION_SECONDS)


def bearer(session: Session, current: Settings, ticket: str) -> Bearer | None:
    """For whom the ticket was made, who may read by it; None when it is over, or none of ours."""
    found = _known(session, current, ticket, "ticket")
    return found and replace(found, scope=Scope.READ)


def visitor(session: Session, current: Settings, cookie: str) -> Bearer | None:
    """For whom the session was begun; None when it is over, or none of ours."""
    return _known(session, current, cookie, "session")


def _signed(session: Session, current: Settings, name: str, purpose: str, seconds: int) -> str | None:
    until = str(_now(session) + seconds)
    for one, key in tokens.known(session, current):
        if one.name == name:
            return f"{name}.{until}.{_signature(key, purpose, name, until)}"
    return None


def _known(session: Session, current: Settings, sent: str, purpose: str) -> Bearer | None:
    name, until, signature = ("", "", *sent.rsplit(".", 2))[-3:]
    found = None
    for one, key in tokens.known(session, current):
        ours = _signature(key, purpose, name, until)
        if one.name == name and hmac.compare_digest(ours.encode(), signature.encode()):
            found = one
    return found if found and int(until) >= _now(session) else None


def _now(session: Session) -> int:
    """Seconds since 1970 by the database's clock: API processes on several machines agree about it."""
    return int(session.scalars(select(func.extract("epoch", func.now()))).one())


def _signature(key: bytes, purpose: str, name: str, until: str) -> str:
    return hmac.new(key, f"{purpose} {name} {until}".encode(), hashlib.sha256).hexdigest()
