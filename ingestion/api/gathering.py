"""Posts that come at once are written down at once: those that come while others are being written make up the next batch.

The first begins without delay, and none waits for more to come. Each is answered for itself: should a batch fail, they are tried one by one.
"""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop, Future
from collections.abc import Sequence
from contextvars import Context
from weakref import WeakKeyDictionary

from psycopg2.extensions import TransactionRollbackError
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from ingestion import db, intake
from ingestion.intake import Taken
from ingestion.wishes import Wish

MOST_AT_ONCE = 100


class Gathering:
    """The posts of one event loop."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Wish, Future[Taken]]] = []
        self._work: asyncio.Task[None] | None = None

    async def submit(self, wish: Wish) -> Taken:
        """What became of the wish. Raises as `intake.submit_all` does."""
        answer: Future[Taken] = asyncio.get_running_loop().create_future()
        self._waiting.append((wish, answer))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._run(), context=Context())  # of no single request
        return await answer

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            ends = await run_in_threadpool(_written, [wish for wish, _ in batch])
            for (_, answer), end in zip(batch, ends, strict=True):
                _give(answer, end)


_of: WeakKeyDictionary[AbstractEventLoop, Gathering] = WeakKeyDictionary()


async def submit(wish: Wish) -> Taken:
    """Make or find the wish's job, together with those of other posts. Raises as `intake.submit_all` does."""
    return intake.tell(await _of.setdefault(asyncio.get_running_loop(), Gathering()).submit(wish))


def _written(wishes: Sequence[Wish]) -> Sequence[Taken | Exception]:
    """What became of each; where one spoils it for all, of each by itself."""
    try:
        return intake.submit_all(wishes)
    except Exception as error:
        if len(wishes) == 1 or _is_for_all(error):
            return [error] * len(wishes)
    return [end for wish in wishes for end in _written([wish])]


def _is_for_all(error: Exception) -> bool:
    """Whether PostgreSQL is away, full or only to be read: each by itself would fail the same, or wait anew. Batches that were entangled would not."""
    entangled = isinstance(error, DBAPIError) and isinstance(error.orig, TransactionRollbackError)
    return db.is_outage(error) and not entangled


def _give(answer: Future[Taken], end: Taken | Exception) -> None:
    if answer.done():  # whoever posted has gone
        return
    if isinstance(end, Exception):
        answer.set_exception(end)
    else:
        answer.set_result(end)
