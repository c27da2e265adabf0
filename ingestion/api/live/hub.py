"""The one place of a process that knows what happens to jobs: however many listen, it has one connection to Redis, and one query at a time.

It reads PostgreSQL when Redis rings, and every few seconds all the same: what Redis lost, or could not say while it was away,
comes a little later. It works while somebody listens.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog
from redis import RedisError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ingestion import broker, db, events
from ingestion.api.live.listener import Farewell, Listener
from ingestion.api.live.look import Seen, look
from ingestion.api.live.messages import Wish
from ingestion.embedded import EmbeddedError
from ingestion.feed import Mark

log = structlog.get_logger(__name__)

#: Between two looks when nothing rings, between two that are rung for, and between two tries at a server that is away.
POLL_SECONDS = 3.0
PAUSE_SECONDS = 0.05
AWAY_SECONDS = 1.0


class Hub:
    """Tells everybody who listens in this process."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self._work: asyncio.Task[None] | None = None
        self._rung = asyncio.Event()
        self._moved: set[int] = set()
        self._hears = False

    @contextlib.asynccontextmanager
    async def listening(self, wish: Wish) -> AsyncIterator[Listener]:
        """Somebody who is told what he wishes to hear until the block ends."""
        listener = Listener(wish)
        self.listeners.add(listener)
        if self._work is None or self._work.done():
            self._rung = asyncio.Event()
            self._work = asyncio.create_task(self._run())
        self._rung.set()
        try:
            yield listener
        finally:
            self.listeners.discard(listener)
            if not self.listeners and self._work is not None:
                self._work.cancel()
                self._work = None

    async def news(self, job_id: int, *, since: int, seconds: float) -> None:
        """Wait for an event of the job after `since`, as long as that."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self.listening(Wish(job_id=job_id, since=since)) as listener:
                async for message in listener.messages():
                    if message.name in {"event", "snapshot"}:
                        return

    def close(self) -> None:
        """Send everybody away, for the server stops."""
        self._send_all_away(Farewell.RESTART)

    def _send_all_away(self, why: Farewell) -> None:
        for listener in self.listeners:
            listener.send_away(why)

    async def _run(self) -> None:
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._hear())
                both.create_task(self._tell())
        except* Exception:
            log.exception("a fault in this program ended the live updates; the next listener begins them anew")
            self._send_all_away(Farewell.FAULT)

    async def _hear(self) -> None:
        """Ring when Redis does, and when it is back."""
        is_told = False
        while True:
            try:
                async with broker.ear() as redis, redis.pubsub() as ear:
                    await ear.subscribe(events.ALL)
                    is_told = False
                    while True:
                        said = await ear.get_message(timeout=POLL_SECONDS)
                        if said is not None:
                            self._ring(said)
                        else:  # a Redis that hangs is as silent as one with nothing to say; this one answers
                            self._hears = False
                            await ear.ping()
            except (RedisError, EmbeddedError) as error:
                self._hears = False
                if not is_told:
                    log.warning("Redis is away; live updates come later", error=str(error).splitlines()[0])
                is_told = True
            await asyncio.sleep(AWAY_SECONDS)

    def _ring(self, said: dict[str, object]) -> None:
        self._hears = True
        if (job_id := events.progressed(said["data"])) is not None:
            self._moved.add(job_id)
        self._rung.set()

    async def _tell(self) -> None:
        """Look when it rings, and tell what was seen. Who comes while that goes on is served by the next look."""
        mark: Mark | None = None
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._rung.wait()
            self._rung.clear()
            newcomers = [listener for listener in self.listeners if listener.is_new]
            seen = await self._look(mark, [listener.wish for listener in newcomers])
            mark = seen.mark
            for listener in self.listeners:
                if not listener.is_new:
                    listener.hear(seen.changes)
            for listener, welcome in zip(newcomers, seen.welcomes, strict=True):
                listener.begin(welcome)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _look(self, mark: Mark | None, newcomers: list[Wish]) -> Seen:
        """One look, as soon as PostgreSQL answers; without Redis nobody says which jobs get on, and all that run are looked at."""
        while True:
            moved, self._moved = self._moved, set()
            try:
                return await asyncio.to_thread(look, mark, moved if self._hears else None, newcomers)
            except (DBAPIError, PoolTimeout) as error:
                if not db.is_outage(error):
                    raise
                log.warning("PostgreSQL is away; live updates come later", error=str(error).splitlines()[0])
                self._moved |= moved
            await asyncio.sleep(AWAY_SECONDS)
