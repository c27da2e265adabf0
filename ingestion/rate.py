"""How often somebody may post: a count a minute in Redis, shared by all API processes. The minute begins with the first post."""

from __future__ import annotations

import structlog
from redis import RedisError

from ingestion import broker, config

log = structlog.get_logger(__name__)

WINDOW_SECONDS = 60


def spend(who: str) -> int | None:
    """Count a post by `who` against INGEST_RATE; the seconds until the next one is taken, or None when this one is.

    With Redis away nothing is counted: a post is worth more than its count.
    """
    limit = config.settings().ingest_rate
    if not limit:
        return None
    key = f"quire:rate:{who}"
    try:
        with broker.prompt_connection().pipeline() as pipeline:
            pipeline.incr(key)
            pipeline.expire(key, WINDOW_SECONDS, nx=True)
            pipeline.ttl(key)
            count, _, left = pipeline.execute()
    except RedisError as error:
        log.warning("Redis is away; INGEST_RATE is not kept", error=str(error).splitlines()[0])
        return None
    return max(1, int(left)) if count > limit else None
