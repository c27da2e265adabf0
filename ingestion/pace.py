"""How soon the next request to a host may leave, agreed by all workers on all machines through Redis.

One key a host holds the time of its next free slot; a worker takes that slot and moves the key on by one interval, in one
script, by Redis's own clock. Ten workers on one host are then as polite as one. While Redis is away each process keeps the
pace by itself, and asks for it only now and then: a Redis that hangs must not hold up a crawl at each page.
"""

from __future__ import annotations

import time

import redis
from redis.commands.core import Script

from ingestion import broker
from ingestion.embedded import EmbeddedError

#: KEYS[1] the host's next free slot (microseconds); ARGV[1] the interval (microseconds). Returns how long to wait (microseconds).
TAKE_SLOT = """
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local slot = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
redis.call('SET', KEYS[1], string.format('%.0f', slot + ARGV[1]), 'PX', string.format('%.0f', (slot - now + ARGV[1]) / 1000 + 60000))
return slot - now
"""


#: How long a process keeps the pace by itself after Redis did not answer.
ALONE_SECONDS = 10.0


class Pace:
    """One process's view of the agreed pace."""

    def __init__(self) -> None:
        self._take: Script | None
        try:
            self._take = broker.prompt_connection().register_script(TAKE_SLOT)
        except EmbeddedError:  # no Redis at all: somebody tries a spider out, on a machine without a service
            self._take = None
        self._local: dict[str, float] = {}
        self._alone_until = 0.0

    def wait(self, host: str, interval: float) -> float:
        """Take the next free slot of `host`; the seconds until it. `interval` is the least number of seconds between two slots."""
        local = self._wait_alone(host, interval)
        if self._take is None or time.monotonic() < self._alone_until:
            return local
        try:
            return int(self._take(keys=[f"pace:{host}"], args=[round(interval * 1_000_000)])) / 1_000_000
        except redis.RedisError:
            self._alone_until = time.monotonic() + ALONE_SECONDS
            return local

    def _wait_alone(self, host: str, interval: float) -> float:
        now = time.monotonic()
        slot = max(now, self._local.get(host, 0.0))
        self._local[host] = slot + interval
        return slot - now
