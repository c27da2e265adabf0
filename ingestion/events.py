"""What becomes of a job, told on Redis once it is committed: `job_updates:<id>` and `job_updates:all` say the same.

An event is a row first. Its message is a bell: whoever hears one, or has heard nothing for a while, reads PostgreSQL (`ingestion.feed`),
so that a message that was lost, came late or was forged changes nothing. That is also why Redis being away is nobody's failure.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from redis import RedisError
from sqlalchemy import event
from sqlalchemy.orm import Session

from ingestion import broker
from ingestion.embedded import EmbeddedError

log = structlog.get_logger(__name__)

CHANNEL = "job_updates:{}"
ALL = CHANNEL.format("all")
PROGRESS = "progress"
#: After a message that could not be sent none is tried for so long: an outage must not slow down every commit.
SILENCE_SECONDS = 5.0
#: How long to wait for a bell before looking all the same; and how long between two looks while Redis is away.
QUIET_SECONDS = 3.0
POLL_SECONDS = 0.3
_PENDING = "events of this transaction"
_silent_until = 0.0


def note(session: Session, job_id: int, kind: str, **said: Any) -> None:
    """Publish this when the session's transaction has been committed; a rolled back one says nothing."""
    session.info.setdefault(_PENDING, []).append({"type": kind, "job_id": job_id, **said})


def progressed(message: Any) -> int | None:
    """The job whose progress a message from Redis is about; None for any other, whoever wrote it."""
    try:
        said = json.loads(message)
        return int(said["job_id"]) if said["type"] == PROGRESS else None
    except (ValueError, TypeError, KeyError):
        return None


@contextlib.contextmanager
def bell(job_id: int | None = None) -> Iterator[Callable[[], None]]:
    """A function that waits until there may be news of the job, or of any; at the longest for QUIET_SECONDS.

    Its first call returns at once, with the bell hung up: look after each call, and nothing is missed.
    """
    with broker.connection().pubsub() as ear:  # type: ignore[no-untyped-call]

        def wait() -> None:
            try:
                if not ear.subscribed:
                    ear.subscribe(ALL if job_id is None else CHANNEL.format(job_id))
                ear.get_message(timeout=QUIET_SECONDS)
            except RedisError:
                time.sleep(POLL_SECONDS)

        yield wait


@event.listens_for(Session, "after_commit")
def _publish(session: Session) -> None:
    global _silent_until  # noqa: PLW0603 - one outage for the process
    messages = session.info.pop(_PENDING, [])
    if not messages or time.monotonic() < _silent_until:
        return
    try:
        with broker.prompt_connection().pipeline(transaction=False) as pipeline:
            for message in messages:
                text = json.dumps(message)
                pipeline.publish(CHANNEL.format(message["job_id"]), text)
                pipeline.publish(ALL, text)
            pipeline.execute()
    except (RedisError, EmbeddedError) as error:
        _silent_until = time.monotonic() + SILENCE_SECONDS
        log.warning("Redis is away; who follows jobs sees the change a little later", error=str(error).splitlines()[0])


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_PENDING, None)
