"""RQ's workers and queues by what stands of them in Redis, read in a few round trips and left as it is.

RQ's own `Worker.all` would make a worker of each, which lengthens the timeouts of the connection that it is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from redis import Redis
from rq import Worker as RQWorker
from rq.registry import StartedJobRegistry
from rq.utils import utcparse

from ingestion import config, queue
from ingestion.health import Worker

#: A worker speaks at least each RECOVERY_SECONDS; so much later it is late.
LATE_SECONDS = 20
FIELDS = ("hostname", "pid", "state", "queues", "last_heartbeat")


def workers(connection: Redis) -> list[Worker]:
    """Those that have signed on and not off, by machine and process. Raises redis.RedisError."""
    keys = sorted(RQWorker.all_keys(connection))
    with connection.pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.hmget(key, *FIELDS)
        told = zip(keys, pipeline.execute(), strict=True)
    found = [_worker(key, [(value or b"").decode() for value in values]) for key, values in told if values[-1]]
    return sorted(found, key=lambda worker: (worker.host, worker.pid))


def sizes(connection: Redis) -> dict[str, int]:
    """How many jobs each queue holds. Raises redis.RedisError."""
    names = list(queue.NAMES.values())
    with connection.pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.llen(f"rq:queue:{name}")
        return dict(zip(names, pipeline.execute(), strict=True))


def in_hand(connection: Redis) -> set[int]:
    """The ids of the rows that a queue holds, or that a worker has taken out of one. Raises redis.RedisError."""
    return queue.waiting() | set(_started(connection))


def _started(connection: Redis) -> Iterator[int]:
    for name in queue.NAMES.values():
        for rq_id in StartedJobRegistry(name, connection=connection).get_job_ids(cleanup=False):
            row, _, _ = rq_id.partition("-")
            if row.isdecimal():
                yield int(row)


def _worker(key: str, values: list[str]) -> Worker:
    host, pid, state, queues, heartbeat = values
    silent = (datetime.now(UTC) - utcparse(heartbeat)).total_seconds()
    return Worker(
        name=key.rpartition(":")[2],
        host=host,
        pid=int(pid or 0),
        busy=state == "busy",
        queues=tuple(filter(None, queues.split(","))),
        silent_seconds=max(0.0, silent),
        stale=silent > config.settings().recovery_seconds + LATE_SECONDS,
    )
