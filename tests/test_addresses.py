"""URLs of the servers: what is taken, what it becomes, and what the single settings make."""

from __future__ import annotations

import pytest
from redis import Redis
from sqlalchemy import create_engine

from ingestion import addresses, config
from ingestion.config import ConfigError
from tests.conftest import configure


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: object):
    monkeypatch.chdir(str(tmp_path))
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


def libpq(url: str) -> dict[str, str]:
    """What libpq is told."""
    engine = create_engine(addresses.postgresql(url))
    told: dict[str, str] = engine.dialect.create_connect_args(engine.url)[1]
    return told


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgres://me:p%40ss@db/x", {"host": "db", "user": "me", "password": "p@ss", "dbname": "x"}),
        ("postgresql:///x?host=/run/pg", {"host": "/run/pg", "dbname": "x"}),
        (
            "postgresql://db.example:6432/x?sslmode=verify-full&sslrootcert=/ca.pem",
            {"host": "db.example", "port": 6432, "dbname": "x", "sslmode": "verify-full", "sslrootcert": "/ca.pem"},
        ),
        (
            "postgresql://me:a%2Cb@one:5433,[::1],two/x?target_session_attrs=read-write",
            {
                "host": "one,::1,two",
                "port": "5433,5432,5432",
                "user": "me",
                "password": "a,b",
                "dbname": "x",
                "target_session_attrs": "read-write",
            },
        ),
    ],
)
def test_libpq_is_told_what_the_url_says(url: str, told: dict[str, object]):
    assert libpq(url) == told


def test_single_settings_make_a_url_of_whatever_characters(monkeypatch: pytest.MonkeyPatch):
    told = {"REDIS_HOST": "::1", "REDIS_PORT": "6380", "REDIS_DB": "2", "REDIS_USERNAME": "me"}
    configure(monkeypatch, **told | {"REDIS_PASSWORD": "a/b@c:d%20é,"}, REDIS_SSL="true")

    kwargs = Redis.from_url(config.settings().redis_url or "").connection_pool.connection_kwargs
    assert {name: kwargs[name] for name in ("host", "port", "db", "username", "password")} == {
        "host": "::1",
        "port": 6380,
        "db": 2,
        "username": "me",
        "password": "a/b@c:d%20é,",
    }
    assert (config.settings().redis_url or "").startswith("rediss://")


def test_the_url_wins_over_single_settings(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, REDIS_URL="redis://chosen", REDIS_HOST="other", REDIS_SSL="true")

    assert config.settings().redis_url == "redis://chosen"


def test_a_port_that_kubernetes_sets_for_a_service_is_no_port(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, REDIS_HOST="redis", REDIS_PORT="tcp://10.96.0.7:6379")

    assert config.settings().redis_url == "redis://redis:6379/0"


def test_a_password_without_its_server_is_an_error(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, **{"REDIS_PASSWORD": "hush-hush"})

    with pytest.raises(ConfigError, match="REDIS_HOST: set it too") as raised:
        config.settings()
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "redis://one:6379,two:6379/0",
        "sentinel://one:26379",
        "sentinel:///master",
        "sentinel://one,two/master/zero",
        "redis://:pa/ss@host/0",
        "redis://host?socket_timeout=long",
        "sentinel://host/master?socket_timeout=long",
        "redis://:pass@host/mymaster",
        "redis://:pass@host/0?retries=3",
        "sentinels://:pass@host/master?sentinel_retries=3",
        "http://host",
    ],
)
def test_what_cannot_be_used_is_refused_without_its_password(url: str):
    with pytest.raises(ValueError, match=r".") as raised:
        addresses.redis(url)
    assert "ss@host" not in str(raised.value)


def test_sentinels_get_what_is_theirs():
    url = "sentinels://me:p%40ss@one:1,two/books/3?sentinel_password=other&ssl_ca_certs=/ca&socket_timeout=2"

    told = addresses.sentinels(addresses.redis(url))
    assert told == addresses.Sentinels(
        hosts=(("one", 1), ("two", 26379)),
        master="books",
        to_master={
            "username": "me",
            "password": "p@ss",
            "db": 3,
            "ssl": True,
            "ssl_ca_certs": "/ca",
            "socket_timeout": 2.0,
        },
        to_sentinels={"password": "other", "ssl": True, "ssl_ca_certs": "/ca"},
    )
