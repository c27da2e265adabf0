"""RQ's workers and queues by what stands of them in Redis, read in a few round trips and left as it is.

RQ's own `Worker.all` would make a worker of each, which lengthens the timeouts of the connection that it is given.
"""

from __future__ import annotations

from datetime import UTC, datetime

from redis import Redis
from rq import Queue as RQQueue
from rq import Worker as RQWorker
from rq.executions import WORKER_EXECUTIONS_KEY_TEMPLATE
from rq.registry import StartedJobRegistry
from rq.utils import utcparse

from ingestion import config, queue
from ingestion.health import Worker

#: A worker speaks at least each RECOVERY_SECONDS; so much later it is late.
LATE_SECONDS = 20
FIELDS = ("hostname", "pid", "state", "queues", "last_heartbeat")


def workers(connection: Redis) -> list[Worker]:
    """Those of our queues that have signed on and not off, by machine and process. Raises redis.RedisError."""
    keys = sorted(RQWorker.all_keys(connection))
    with connection.pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.hmget(key, *FIELDS)
            pipeline.smembers(WORKER_EXECUTIONS_KEY_TEMPLATE.format(_name(key)))
        answers = iter(pipeline.execute())
        told = zip(keys, answers, answers, strict=True)
    now = datetime.fromtimestamp(connection.time()[0], UTC)
    found = [
        _worker(key, [(value or b"").decode() for value in values], executions, now)
        for key, values, executions in told
        if values[-1]
    ]
    ours = (worker for worker in found if not set(queue.ALL).isdisjoint(worker.queues))
    return sorted(ours, key=lambda worker: (worker.host, worker.pid))


def sizes(connection: Redis) -> dict[str, int]:
    """How many jobs each queue holds. Raises redis.RedisError."""
    return {name: RQQueue(name, connection=connection).count for name in queue.ALL}


def in_hand(connection: Redis) -> set[str]:
    """What a queue holds, or a worker has taken out of one: the id of a job's row, of a task's after TASK_MARK. Raises redis.RedisError."""
    found: set[str] = set()
    for name in queue.ALL:
        found.update(RQQueue(name, connection=connection).get_job_ids())
        found.update(StartedJobRegistry(name, connection=connection).get_job_ids(cleanup=False))
    return {rq_id.rpartition("-")[0] for rq_id in found}


def _name(key: str) -> str:
    return key.rpartition(":")[2]


def _worker(key: str, values: list[str], executions: set[bytes], now: datetime) -> Worker:
    host, pid, state, queues, heartbeat = values
    silent = (now - utcparse(heartbeat)).total_seconds()
    return Worker(
        name=_name(key),
        host=host,
        pid=int(pid or 0),
        busy=state == "busy",
        queues=tuple(filter(None, queues.split(","))),
        at=next((one.decode().rpartition("-")[0] for one in executions), ""),
        silent_seconds=max(0.0, silent),
        stale=silent > config.settings().recovery_seconds + LATE_SECONDS,
    )
