"""When the next request to a host may leave, agreed by all workers on all machines through Redis.

A worker reserves the host's next free slot and the slot moves on by one interval, in one script, by Redis's own clock: ten
workers on one host are as polite as one, and each sleeps until its turn. Shortly before, it asks for the very moment: somebody who
woke up late may just have left. Who misses that moment by more than a little, or hears of it too late for once, asks again, so that
lateness never brings two closer together. A Redis that forgot its slots (emptied, restarted) begins a new life, in which no slot
is earlier than one interval after its beginning; a slot of an older life is void. Without Redis a process keeps a slower pace by
itself.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import structlog

from ingestion import broker, config
from ingestion.embedded import EmbeddedError

log = structlog.get_logger(__name__)

#: Retry-After is heard out up to a day; a site that says more means never, and is asked again tomorrow.
LONGEST_REST_SECONDS = 86_400
#: A host that refuses (429, 503) is asked half as often, and again, down to this part of its pace.
SLOWEST = 32
#: What each answer that is no refusal gives back of it.
RECOVERY = 0.9
#: A moment to leave is given so long before it, as a part of the interval and in seconds: who wakes up in time for that may do so late.
AHEAD = 0.25
AHEAD_SECONDS = 0.05
#: The part of an interval by which a request may leave late without moving those after it.
LATE = 0.02
#: How much longer than the one before an answer of Redis may take and be no delay: the way there may have become a longer one.
LONGER = 1.1
#: How long a process keeps the pace by itself after Redis did not answer.
ALONE_SECONDS = 10.0
#: How much slower it does so, at least.
ALONE_FACTOR = 2.0
KEPT_MS = 3_600_000

# Times are microseconds. KEYS: [1] pace:<host>, a hash of `slot` (the next free), `left` (the last to leave), `rest` (nobody before it),
# `factor`, and `interval`, which is between two slots with that;
# [2] pace:life, a hash of `run` (the server's run id) and `since`. INFO's run id changes with each start of the server.
_LIFE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local life = redis.call('HMGET', KEYS[2], 'run', 'since')
if life[1] ~= run then
  life[2] = string.format('%.0f', now)
  redis.call('HSET', KEYS[2], 'run', run, 'since', life[2])
end
"""
#: ARGV: [1] interval, [2] the longest rest to wait for, [3] how long ago this process asked the host, -1 for never, [4] and [5] how long
#: before a moment it is given, as a part of the interval and at most: one of the life before may be yet to come when a life begins.
#: Returns the wait, the life's beginning ('' when the host rests longer, and no slot was taken) and the factor.
TAKE_SLOT = (
    _LIFE
    + """
local host = redis.call('HMGET', KEYS[1], 'slot', 'rest', 'factor')
local factor = host[3] or '1'
local interval = ARGV[1] * factor
local rest = tonumber(host[2] or 0)
if rest - now > tonumber(ARGV[2]) then return {string.format('%.0f', rest - now), '', factor} end
local slot = math.max(now, tonumber(host[1] or 0), rest, life[2] + interval + math.min(interval * ARGV[4], tonumber(ARGV[5])))
if tonumber(ARGV[3]) >= 0 then slot = math.max(slot, now - ARGV[3] + interval) end
redis.call('HSET', KEYS[1], 'slot', string.format('%.0f', slot + interval), 'interval', string.format('%.0f', interval))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', (slot - now + interval) / 1000 + KEPT_MS))
return {string.format('%.0f', slot - now), life[2], factor}
""".replace("KEPT_MS", str(KEPT_MS))
)
#: ARGV: [1] interval, [2] the slot's life, [3] and [4] how long before a moment it is given, as a part of the interval and at most,
#: [5] the moment that was given and missed, '' for none, [6] the longest rest to wait for.
#: Returns the wait (-1 when the slot is void: of an older life, or of before the host asked for a longer rest), and the moment to leave at after it, '' to ask again then.
USE_SLOT = (
    _LIFE
    + """
if life[2] ~= ARGV[2] then return {-1, ''} end
local host = redis.call('HMGET', KEYS[1], 'left', 'factor', 'rest')
local interval = ARGV[1] * (host[2] or 1)
local rest = tonumber(host[3] or 0)
if rest - now > tonumber(ARGV[6]) then return {-1, ''} end
local turn = math.max(now, rest)
if not host[1] or host[1] ~= ARGV[5] then turn = math.max(turn, tonumber(host[1] or 0) + interval) end
local ahead = math.min(interval * ARGV[3], tonumber(ARGV[4]))
if turn - now > ahead then return {string.format('%.0f', turn - now - ahead), ''} end
redis.call('HSET', KEYS[1], 'left', string.format('%.0f', turn))
return {string.format('%.0f', turn - now), string.format('%.0f', turn)}
"""
)
#: ARGV: [1] how long nobody may ask, [2] the factor's change, [3] its greatest value.
ADJUST = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local host = redis.call('HMGET', KEYS[1], 'rest', 'factor')
local rest = math.max(tonumber(host[1] or 0), now + ARGV[1])
local factor = math.max(1, math.min(tonumber(ARGV[3]), (host[2] or 1) * ARGV[2]))
redis.call('HSET', KEYS[1], 'rest', string.format('%.0f', rest), 'factor', string.format('%.3f', factor))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', (rest - now) / 1000 + KEPT_MS))
""".replace("KEPT_MS", str(KEPT_MS))


class HostRests(Exception):
    """Nobody may ask the host for another `seconds`, longer than the caller would wait."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} wants to be left alone for another {seconds:.0f} s")
        self.seconds = seconds


class SlotVoid(Exception):
    """Redis has begun a new life since it gave the slot: take another one."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A turn to ask for in `wait` seconds; `life` is that of the Redis which gave it, None for a turn of our own."""

    wait: float
    life: str | None


@dataclass(frozen=True, slots=True)
class Turn:
    """What to do about a slot: wait, and leave if it is not `until` (monotonic) by then. `moment` is Redis's name for it, empty to ask again."""

    wait: float
    moment: bytes
    until: float

    @property
    def has_come(self) -> bool:
        """Whether the request leaves now, the wait being over."""
        return bool(self.moment) and time.monotonic() <= self.until


class Pace:
    """One process's view of the agreed pace."""

    def __init__(self, *, longest_rest: float) -> None:
        self._longest_rest = longest_rest
        self._asked_at: dict[str, float] = {}
        self._slowed: set[str] = set()
        self._alone_until = 0.0
        self._quickest = math.inf
        try:
            client = broker.prompt_connection()
            self._take, self._use, self._adjust = map(client.register_script, (TAKE_SLOT, USE_SLOT, ADJUST))
        except EmbeddedError:  # no Redis at all: somebody tries a spider out, on a machine without a service
            self._alone_until = math.inf

    @property
    def is_alone(self) -> bool:
        """Whether Redis did not answer of late."""
        return time.monotonic() < self._alone_until

    def take(self, host: str, interval: float) -> Slot:
        """Reserve a turn at `host`, at least `interval` seconds after the one before. Raises HostRests, and RedisError."""
        asked_at = self._asked_at.get(host)
        ago = -1 if asked_at is None else round((time.monotonic() - asked_at) * 1_000_000)
        keys, limits = [f"pace:{host}", "pace:life"], [round(interval * 1_000_000), round(self._longest_rest * 1e6)]
        wait, life, factor = self._take(keys=keys, args=[*limits, ago, AHEAD, round(AHEAD_SECONDS * 1e6)])
        if not life:
            raise HostRests(host, int(wait) / 1_000_000)
        self._slowed.add(host) if float(factor) > 1 else self._slowed.discard(host)
        ahead = min(AHEAD * interval, AHEAD_SECONDS)
        return Slot(max(0.0, int(wait) / 1_000_000 - ahead), life.decode())

    def take_alone(self, host: str, interval: float) -> Slot:
        """A turn without Redis, for the next ALONE_SECONDS: slower, so that the jobs of one host together are no faster."""
        if not self.is_alone:
            log.warning("Redis does not answer; keeping a slower pace", host=host)
            self._alone_until = time.monotonic() + ALONE_SECONDS
        slower = interval * max(ALONE_FACTOR, config.settings().jobs_per_host)
        return Slot(max(0.0, self._asked_at.get(host, time.monotonic() - slower) + slower - time.monotonic()), None)

    def use(self, host: str, slot: Slot, interval: float, missed: Turn | None = None) -> Turn:
        """The slot comes, or its turn was missed: when to leave, or to ask again. Raises SlotVoid, and RedisError."""
        wait, moment, delay = 0.0, b"alone", 0.0
        if slot.life is not None:
            args: list[Any] = [round(interval * 1_000_000), slot.life, AHEAD, round(AHEAD_SECONDS * 1_000_000)]
            args += [missed.moment if missed else b"", round(self._longest_rest * 1e6)]
            asked = time.monotonic()
            told, moment = self._use(keys=[f"pace:{host}", "pace:life"], args=args)
            wait, delay = int(told) / 1_000_000, self._delay(time.monotonic() - asked)
        if missed and missed.moment:
            delay = 0.0  # where answers are slow now and then, asking again and again would waste turn after turn
        if wait < 0:
            raise SlotVoid(
                f"the slot at {host} is of a Redis that has forgotten it, or the host wants to be left alone"
            )
        leaves = time.monotonic() + wait
        if moment:
            self._asked_at[host] = leaves
        return Turn(wait, moment, leaves - delay + LATE * interval)

    def _delay(self, took: float) -> float:
        """How late an answer may have come that took so long: by that much, what it calls now may be over."""
        self._quickest = min(took, self._quickest * LONGER)
        return took - self._quickest

    def refused(self, host: str, retry_after: float | None) -> None:
        """The host has had too much (429, 503): all workers ask it half as often, and not before it said. Raises RedisError."""
        rest = min(retry_after or 0.0, LONGEST_REST_SECONDS)
        self._adjust(keys=[f"pace:{host}"], args=[round(rest * 1_000_000), 2, SLOWEST])
        self._slowed.add(host)

    def answered(self, host: str) -> None:
        """The host answers: after a refusal the pace recovers step by step. Raises RedisError."""
        if host in self._slowed:
            self._adjust(keys=[f"pace:{host}"], args=[0, RECOVERY, SLOWEST])


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a host is asked by all workers: each `interval` seconds, `factor` times less than usual, next in `wait`, after a `rest`."""

    interval: float
    factor: float
    wait: float
    rest: float


def standings(hosts: Iterable[str]) -> dict[str, Standing]:
    """How those of the hosts are asked that anybody has asked of late. Raises RedisError."""
    with broker.prompt_connection().pipeline(transaction=False) as pipeline:
        for host in (known := list(hosts)):
            pipeline.hmget(f"pace:{host}", "interval", "factor", "slot", "rest")
        pipeline.time()
        *told, (seconds, more) = pipeline.execute()
    now = seconds * 1_000_000 + more
    return {host: _standing(values, now) for host, values in zip(known, told, strict=True) if values[0]}


def _standing(values: list[bytes | None], now: int) -> Standing:
    interval, factor, slot, rest = (float(value or 0) for value in values)
    left = max(0.0, rest - now)
    # The slots before the next free one are taken by those who wait for them.
    wait = max(0.0, slot - now) % interval if interval else 0.0
    return Standing(interval=interval / 1e6, factor=factor or 1.0, wait=max(left, wait) / 1e6, rest=left / 1e6)
