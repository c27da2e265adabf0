"""Tickets: what a page in a browser shows instead of its token, in the URL of a WebSocket or a stream, where it can send no header.

URLs end up in logs, so a ticket is good for a minute and for reading alone. It is signed with the digest of the token that it was made
for: nobody keeps it, every API process knows it, and it dies with the token.
"""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ingestion import tokens
from ingestion.config import Settings
from ingestion.status import Scope
from ingestion.tokens import Bearer

SECONDS = 60


def issue(session: Session, current: Settings, name: str) -> str | None:
    """A ticket for whom the token of this name belongs to; None when there is none any more."""
    until = str(_now(session) + SECONDS)
    for one, key in tokens.known(session, current):
        if one.name == name:
            return f"{name}.{until}.{_signature(key, name, until)}"
    return None


def bearer(session: Session, current: Settings, ticket: str) -> Bearer | None:
    """For whom it was made, who may read by it; None when it is over, or none of ours."""
    name, until, signature = ("", "", *ticket.rsplit(".", 2))[-3:]
    found = None
    for one, key in tokens.known(session, current):
        if one.name == name and hmac.compare_digest(_signature(key, name, until).encode(), signature.encode()):
            found = Bearer(name=name, scope=Scope.READ)
    return found if found and int(until) >= _now(session) else None


def _now(session: Session) -> int:
    """Seconds since 1970 by the database's clock: API processes on several machines agree about it."""
    return int(session.scalars(select(func.extract("epoch", func.now()))).one())


def _signature(key: bytes, name: str, until: str) -> str:
    return hmac.new(key, f"ticket {name} {until}".encode(), hashlib.sha256).hexdigest()
