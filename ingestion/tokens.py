"""The API's tokens, from API_TOKENS and the table: who may come in, and SQL that makes, lists and revokes them.

A token is 256 random bits, so its plain SHA-256 is enough at rest: what slows down the guessing of passwords (bcrypt, Argon2)
protects secrets that people choose, and would cost each request more than everything else that it does.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ingestion.config import ConfigError, Settings
from ingestion.models import ApiToken
from ingestion.status import Scope

#: Lets a scanner for secrets know one that was left in a file.
PREFIX = "quire_"
RANDOM_BYTES = 32
#: A token's last use is written down no more often than this.
COARSE = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bearer:
    """Whose token it is, and what it may do."""

    name: str
    scope: Scope
    #: Its last use was written down so long ago that this one should be.
    long_unseen: bool = False


def create(session: Session, name: str, scope: Scope) -> str | None:
    """A new token, which nobody can be told again; None when there is one of that name that was not revoked."""
    token = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    values = {"digest": _digest(token), "scope": scope, "created_at": func.now()}
    anew = insert(ApiToken).values(name=name, **values)
    anew = anew.on_conflict_do_update(
        index_elements=[ApiToken.name],
        set_=values | {"last_used_at": None, "revoked_at": None},
        where=ApiToken.revoked_at.is_not(None),
    )
    made = session.scalar(anew.returning(ApiToken.name))
    return None if made is None else token


def revoke(session: Session, name: str) -> bool:
    """Let the token in no more; whether there was one."""
    gone = update(ApiToken).where(ApiToken.name == name, ApiToken.revoked_at.is_(None)).values(revoked_at=func.now())
    return session.scalar(gone.returning(ApiToken.name)) is not None


def listed(session: Session) -> Sequence[ApiToken]:
    """Every token of the table, revoked ones too, by name."""
    return session.scalars(select(ApiToken).order_by(ApiToken.name)).all()


def touch(session: Session, name: str) -> None:
    """Write down that the token was used."""
    session.execute(update(ApiToken).where(ApiToken.name == name).values(last_used_at=func.now()))


def are_wanted(session: Session, current: Settings) -> bool:
    """Whether the API asks for tokens: once there is one, and beyond this machine. The last one revoked does not open it."""
    if current.api_open:
        return False
    return bool(current.api_tokens) or not is_loopback(current.api_host) or bool(listed(session))


def bearer(session: Session, current: Settings, token: str) -> Bearer | None:
    """Whose the token is. Every one is compared, in constant time, so that the time tells nothing of them."""
    digest = _digest(token)
    found = None
    for one, theirs in known(session, current):
        if hmac.compare_digest(digest, theirs):
            found = one
    return found


def refuse_unguarded(session: Session, current: Settings) -> None:
    """Do not serve others without tokens. Raises ConfigError, which says what to do."""
    if current.api_open or is_loopback(current.api_host) or any(known(session, current)):
        return
    raise ConfigError(
        f"API_HOST: {current.api_host} can be reached from other machines, and there is no token to tell who may come in. "
        "Make one with `python cli.py token new NAME --scope write`, or set API_TOKENS; or set API_OPEN=true if something "
        "in front of the API asks who comes"
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches who listens at `host`: an address, a name, or a Unix socket's path."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.startswith("/")


def known(session: Session, current: Settings) -> Iterator[tuple[Bearer, bytes]]:
    """Every token that was not revoked, with its digest."""
    for entry in current.api_tokens:
        name, scope, digest = entry.split(":")
        yield Bearer(name=name, scope=Scope(scope)), bytes.fromhex(digest)
    long_unseen = func.coalesce(ApiToken.last_used_at < func.now() - COARSE, True)
    rows = session.execute(select(ApiToken, long_unseen).where(ApiToken.revoked_at.is_(None)))
    for row, unseen in rows:
        yield Bearer(name=row.name, scope=row.scope, long_unseen=unseen), row.digest


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
