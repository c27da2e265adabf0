"""Redis, the transport: this process's connection to it. What is lost here is found again in PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

from redis import ConnectionError, Redis
from redis import asyncio as aio
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from ingestion import addresses, config, embedded

CONNECT_TIMEOUT_SECONDS = 2
PROMPT_TIMEOUT_SECONDS = 0.5


def redis_url() -> str:
    """REDIS_URL, or the embedded server's. Raises EmbeddedError when there is neither."""
    return config.settings().redis_url or embedded.running(config.settings().data_dir).redis_url


@cache
def connection() -> Redis:
    """This process's Redis."""
    seconds = config.settings().redis_timeout  # RQ lengthens it for its workers, which wait for jobs
    return _connect(min(CONNECT_TIMEOUT_SECONDS, seconds), seconds)


@cache
def prompt_connection() -> Redis:
    """A Redis that answers at once or not at all, for who must not be kept: a crawl's event loop."""
    return _connect(PROMPT_TIMEOUT_SECONDS, PROMPT_TIMEOUT_SECONDS)


@contextlib.asynccontextmanager
async def ear() -> AsyncIterator[aio.Redis]:
    """A Redis for who listens in an event loop, for as long as the block lasts."""
    options: dict[str, Any] = {
        "socket_connect_timeout": CONNECT_TIMEOUT_SECONDS,
        "socket_timeout": CONNECT_TIMEOUT_SECONDS,  # for what is asked; who listens says himself how long
        "health_check_interval": 10,
    }
    told = addresses.sentinels(redis_url())
    if told is None:
        async with aio.Redis.from_url(redis_url(), **options) as redis:
            yield redis
        return
    ask = options | told.to_sentinels
    async with (
        aio.Sentinel(told.hosts, sentinel_kwargs=ask) as asked,  # type: ignore[no-untyped-call]
        asked.master_for(told.master, **options | told.to_master) as redis,
    ):
        yield redis


def _connect(connect_seconds: float, answer_seconds: float) -> Redis:
    # One more try at once mends a connection that a restart cut; what lasts longer is the caller's to answer.
    retry = Retry(NoBackoff(), 1, supported_errors=(ConnectionError,))
    options: dict[str, Any] = {
        "socket_connect_timeout": connect_seconds,
        "socket_timeout": answer_seconds,
        "retry": retry,
    }
    url = redis_url()
    told = addresses.sentinels(url)
    if told is None:
        return Redis.from_url(url, **options)
    asked = Sentinel(told.hosts, sentinel_kwargs=options | told.to_sentinels)  # type: ignore[no-untyped-call]
    master: Redis = asked.master_for(told.master, **options | told.to_master)  # type: ignore[no-untyped-call]
    return master
