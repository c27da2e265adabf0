"""One who listens, and what still waits to be told: so much and no more, for who does not keep up is sent away, and may come back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable
from enum import Enum

from ingestion.api.live.messages import HEARTBEAT, Change, Message, Wish

HEARTBEAT_SECONDS = 15.0
#: Nobody listens for longer without showing again that he may: his token may have been revoked.
LONGEST_SECONDS = 3600.0
#: Batches of messages that may wait for somebody.
MOST_WAITING = 100


class Farewell(Enum):
    """Why a listener is told no more: the WebSocket's close code (RFC 6455, IANA's registry), and a sentence."""

    ENDED = (1000, "the job has ended")
    FAULT = (1011, "a fault in this program; its traceback is in the log")
    OVER = (1012, "an hour is over; come back with last_event_id")
    RESTART = (1012, "this server stops; come back with last_event_id")
    SLOW = (1013, "you do not keep up; come back with last_event_id")
    UNKNOWN = (4404, "there is no such job")
    LEFT = (1001, "the client left")

    @property
    def code(self) -> int:
        """The close code."""
        return int(self.value[0])

    @property
    def reason(self) -> str:
        """The sentence."""
        return str(self.value[1])


class Listener:
    """Somebody with a wish. The hub puts in, one task takes out."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.is_new = True
        self.farewell = Farewell.ENDED
        self._waiting: asyncio.Queue[list[Message] | None] = asyncio.Queue(MOST_WAITING)

    @property
    def waiting(self) -> int:
        """How many batches wait to be told."""
        return self._waiting.qsize()

    def begin(self, welcome: list[Message] | None) -> None:
        """Tell what he begins with; None: there is nothing, and nothing will come."""
        self.is_new = False
        self._waiting.put_nowait(welcome)

    def hear(self, changes: Iterable[Change]) -> None:
        """Let wait what is to be told of the changes. Who has too much waiting is sent away."""
        told = [change.told(self.wish) for change in changes if self.wish.meets(change.job, change.status)]
        if told and self._waiting.full():
            self.send_away(Farewell.SLOW)
        elif told:
            self._waiting.put_nowait(told)

    def send_away(self, why: Farewell) -> None:
        """Tell nothing more, not even what waits."""
        self.farewell = why
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def messages(self) -> AsyncGenerator[Message, None]:
        """What is told, with a heartbeat where there is nothing for a while, until the job has ended or `farewell` says why not."""
        over_at = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < over_at:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    told = await self._waiting.get()
            except TimeoutError:
                told = [HEARTBEAT]
            for message in told or []:
                yield message
            if told is None or any(message.last for message in told):
                return
        self.farewell = Farewell.OVER
