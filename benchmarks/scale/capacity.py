"""The arithmetic: what a library of some size asks of PostgreSQL, of Redis and of the workers' processors, and what is the limit. Pure.

A host gives a page each `interval` seconds, whoever asks, and one worker at a time is at it. So `min(workers, hosts) / interval` pages come in
a second, and everything else is how much work each of them makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: How often an attempt renews its lease: about once a second.
RENEWALS_A_SECOND = 1.0
RECOVERY_SECONDS = 60.0
#: Of a server more is not to be planned with.
FULL = 0.7
#: What a worker and its child take while they work (docs/sizing.md).
GIGABYTES, CONNECTIONS = 0.18, 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """Seconds of a processor that something takes of each."""

    python: float = 0.0
    postgres: float = 0.0
    redis: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            python=self.python + other.python,
            postgres=self.postgres + other.postgres,
            redis=self.redis + other.redis,
        )

    def __sub__(self, other: Cost) -> Cost:
        return self + other.times(-1)

    def times(self, number: float) -> Cost:
        """The cost of so many."""
        return Cost(python=number * self.python, postgres=number * self.postgres, redis=number * self.redis)


@dataclass(frozen=True, kw_only=True, slots=True)
class Growth:
    """A cost that grows with the jobs that wait, as a line."""

    once: Cost
    each: Cost

    @classmethod
    def through(cls, measured: Mapping[int, Cost]) -> Growth:
        """The line through the figures at the fewest and at the most rows."""
        few, many = min(measured), max(measured)
        each = (measured[many] - measured[few]).times(1 / (many - few)) if many > few else Cost()
        each = Cost(python=max(0.0, each.python), postgres=max(0.0, each.postgres), redis=max(0.0, each.redis))
        return cls(once=measured[few] - each.times(few), each=each)

    def at(self, rows: float) -> Cost:
        """The cost with so many rows."""
        return self.once + self.each.times(rows)


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """What is done, and what each time takes: a page fetched, parsed and saved; its chapter indexed for search; a job around its pages; a lease renewed.

    Claiming a job, ringing for the next of its host when it has ended, and a look for stranded ones depend on how many jobs wait.
    """

    page: Cost
    indexing: Cost
    job: Cost
    renewal: Cost
    claim: Growth
    ring: Growth
    recovery: Growth


@dataclass(frozen=True, kw_only=True, slots=True)
class Library:
    """What is to be fetched: all novels have been posted, and each host has as many."""

    chapters: int
    novels: int
    hosts: int
    interval: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Servers:
    """The processors of PostgreSQL. Redis uses one."""

    postgres: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What so many workers do: the processors that are busy, and the first to be full, `politeness` where none is."""

    workers: int
    pages: float
    busy: Cost
    limit: str

    @property
    def gigabytes(self) -> float:
        """Memory of the workers."""
        return self.workers * GIGABYTES

    @property
    def connections(self) -> int:
        """Connections to PostgreSQL, or to what pools them."""
        return self.workers * CONNECTIONS


def load(library: Library, costs: Costs, servers: Servers, workers: int) -> Load:
    """What `workers` do with the library while all of its novels wait."""
    pages = min(workers, library.hosts) / library.interval
    busy = _work(library, costs, pages)
    shares = {"PostgreSQL": busy.postgres / servers.postgres, "Redis": busy.redis}
    fullest = max(shares, key=lambda name: shares[name])
    bound = "politeness" if workers >= library.hosts else "workers"
    return Load(workers=workers, pages=pages, busy=busy, limit=fullest if shares[fullest] > FULL else bound)


def most(library: Library, costs: Costs, servers: Servers) -> Load:
    """What the workers do that are of use: one for each host, or as many as the servers bear."""
    low, high = 0, library.hosts
    while low < high:
        middle = (low + high + 1) // 2
        limited = load(library, costs, servers, middle).limit in {"PostgreSQL", "Redis"}
        low, high = (low, middle - 1) if limited else (middle, high)
    if low == library.hosts:
        return load(library, costs, servers, low)
    beyond = load(library, costs, servers, low + 1).limit
    found = load(library, costs, servers, low)
    return Load(workers=low, pages=found.pages, busy=found.busy, limit=beyond)


def days_of_largest(library: Library, share: float) -> float:
    """Days until the last page has come, when one host has this share of all chapters."""
    return max(share, 1 / library.hosts) * library.chapters * library.interval / 86_400


def _work(library: Library, costs: Costs, pages: float) -> Cost:
    jobs = pages / (library.chapters / library.novels + 1)
    a_job = costs.job + costs.claim.at(library.novels) + costs.ring.at(library.novels)
    workers = pages * library.interval
    looks = _looks(workers, costs.recovery.at(library.novels))
    work = (costs.page + costs.indexing).times(pages) + costs.renewal.times(workers * RENEWALS_A_SECOND)
    return work + a_job.times(jobs) + looks


def _looks(workers: float, look: Cost) -> Cost:
    """Recovery: each worker looks once a minute, and of two that look at once one turns back."""
    wanted = workers / RECOVERY_SECONDS
    taken = look.python + look.postgres + look.redis
    return look.times(min(wanted, 1 / taken) if taken else wanted)
