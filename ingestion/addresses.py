"""The URLs of the two servers: checked, brought to one form, and made from the single settings that guides name. Pure.

Several machines may stand in one. PostgreSQL's are tried in turn; Sentinels are asked which Redis is the master just now:
`sentinel://:password@one:26379,two:26379/mymaster/0`, where the password and the database are that Redis's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from redis.connection import ConnectionPool, parse_url

POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg2")
#: What each scheme of Sentinels is where it speaks of the one server.
SENTINELS = {"sentinel": "redis", "sentinels": "rediss"}
REDIS = ("redis", "rediss", "unix", *SENTINELS)
SENTINEL_PORT = 26379
#: Options of the URL that are for the Sentinels and not for their Redis.
TO_SENTINEL = "sentinel_"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentinels:
    """Whom to ask for the master, by what name, and what to tell it and them (arguments of redis-py's connections)."""

    hosts: tuple[tuple[str, int], ...]
    master: str
    to_master: dict[str, Any]
    to_sentinels: dict[str, Any]


def postgresql(url: str) -> str:
    """The URL as SQLAlchemy takes it. Raises ValueError, which repeats nothing of a password."""
    scheme, _, rest = url.partition("://")
    if scheme not in POSTGRESQL:
        raise ValueError("expected postgresql://user:password@host:port/database")
    parts = urlsplit(url)
    hosts = _hosts(parts)
    if len(hosts) > 1:  # SQLAlchemy takes more than one only as libpq's options
        options = {
            "host": ",".join(host for host, _ in hosts),
            "port": ",".join(str(port or 5432) for _, port in hosts),
        }
        given = f"{parts.query}&" if parts.query else ""
        rest = f"{_credentials(parts)}{parts.path or '/'}?{given}{urlencode(options, safe=',:')}"
    return f"postgresql+psycopg2://{rest}"


def redis(url: str) -> str:
    """The URL, if it can be used. Raises ValueError, which repeats nothing of a password."""
    parts = urlsplit(url)
    if parts.scheme not in REDIS:
        raise ValueError("expected redis://, rediss://, unix://, sentinel:// or sentinels://")
    hosts = _hosts(parts)
    if parts.scheme not in SENTINELS:
        if len(hosts) > 1:
            raise ValueError("it names several hosts; for Sentinels write sentinel://HOST,HOST/MASTER")
        if parts.scheme != "unix" and not re.fullmatch(r"/?[0-9]*", parts.path):
            raise ValueError("expected the number of a database after the host: redis://:password@HOST:PORT/DATABASE")
        _options(url)
        return url
    if not all(host for host, _ in hosts) or not re.fullmatch(r"/[^/]+(/[0-9]*)?", parts.path):
        raise ValueError("expected sentinel://:password@HOST:PORT,HOST:PORT/MASTER/DATABASE")
    sentinels(url)
    return url


def redis_at(
    host: str, port: int, *, database: int, username: str | None, password: str | None, encrypted: bool
) -> str:
    """The URL of the Redis at this host and port."""
    given = f"{quote(username or '', safe='')}:{quote(password or '', safe='')}@" if username or password else ""
    named = f"[{host}]" if ":" in host else quote(host)
    return f"{'rediss' if encrypted else 'redis'}://{given}{named}:{port}/{database}"


def sentinels(url: str) -> Sentinels | None:
    """What a URL that `redis` has checked says of Sentinels; None where it is the server's own. Raises ValueError for a bad option."""
    parts = urlsplit(url)
    if parts.scheme not in SENTINELS:
        return None
    master, _, database = parts.path.strip("/").partition("/")
    one = parts._replace(scheme=SENTINELS[parts.scheme], netloc=f"{_credentials(parts)}unknown", path=f"/{database}")
    told = _options(one.geturl())
    options = {name: value for name, value in told.items() if not name.startswith(TO_SENTINEL)}
    for whole in ("host", "connection_class"):
        options.pop(whole, None)
    options |= {"ssl": True} if parts.scheme == "sentinels" else {}
    ours = {name.removeprefix(TO_SENTINEL): value for name, value in told.items() if name.startswith(TO_SENTINEL)}
    encryption = {name: value for name, value in options.items() if name.startswith("ssl")}
    return Sentinels(
        hosts=tuple((host, port or SENTINEL_PORT) for host, port in _hosts(parts)),
        master=master,
        to_master=options,
        to_sentinels=encryption | ours,
    )


def _options(url: str) -> dict[str, Any]:
    """The URL of one server as redis-py's arguments. Raises ValueError for an unknown one and for a bad value."""
    told: dict[str, Any] = parse_url(url)  # type: ignore[no-untyped-call]
    pool = ConnectionPool(**{name.removeprefix(TO_SENTINEL): value for name, value in told.items()})
    try:
        pool.connection_class(**pool.connection_kwargs)  # it connects only when it is used
    except TypeError as error:
        raise ValueError(f"redis-py knows no option {str(error).rpartition(' ')[2]}") from None
    return told


def _credentials(parts: SplitResult) -> str:
    """All that stands before the host, its @ included."""
    before, at, _ = parts.netloc.rpartition("@")
    return before + at


def _hosts(parts: SplitResult) -> list[tuple[str, int | None]]:
    """Each host with its port. Raises ValueError where they cannot be told from a password: who meets it would repeat it."""
    found = []
    for place in parts.netloc.removeprefix(_credentials(parts)).split(","):
        try:
            one = urlsplit(f"//{place}")
            found.append((one.hostname or "", one.port))
        except ValueError:
            raise ValueError("its port is no number; in a password write %40 for @, %3A for :, %2F for /") from None
    return found
