"""How the whole service is: facts that somebody gathered in, findings out, each with what to do about it. Pure.

DOWN is what keeps the service from doing anything; DEGRADED is what a person should look at. Jobs in ERROR are neither: they are
told of, and each has its own reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it is, the better before the worse."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


class Schema(StrEnum):
    """What the database's tables are to this program."""

    CURRENT = "current"
    BEHIND = "behind"
    #: They were migrated by a newer program.
    AHEAD = "ahead"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """PostgreSQL or Redis: its version and the seconds that it took to answer, or why it did not."""

    version: str | None = None
    seconds: float | None = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Servers:
    """What everything else needs. The revisions are those of the tables."""

    postgresql: Server
    redis: Server
    schema: Schema = Schema.UNKNOWN
    revision: str | None = None
    wanted_revision: str | None = None

    @property
    def have_tables(self) -> bool:
        """Whether there is PostgreSQL with tables that this program can read: without them no more is known."""
        return self.postgresql.error is None and self.schema in (Schema.CURRENT, Schema.AHEAD)


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """A queue: the jobs that Redis holds, those that are due, that rest until a time, that are in ERROR; how long the oldest due one waits."""

    name: str
    size: int | None = None
    due: int = 0
    scheduled: int = 0
    failed: int = 0
    oldest_wait_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Worker:
    """A worker by what it last said of itself, so many seconds ago. It is `at` the bell of a job's row, or of a task's, as `queue` names them."""

    name: str
    host: str
    pid: int
    busy: bool
    queues: tuple[str, ...]
    silent_seconds: float
    stale: bool
    at: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Jobs:
    """How many jobs have this status, site (a spider's name; empty before the first attempt) and kind of error (empty without one)."""

    status: str
    site: str
    kind: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A site that is not read as usual, and why."""

    host: str
    site: str
    state: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known of the service; where a server is away, nothing of what it knows. `done` is an estimate."""

    servers: Servers
    queues: tuple[Queue, ...] = ()
    workers: tuple[Worker, ...] = ()
    jobs: tuple[Jobs, ...] = ()
    done: int = 0
    stranded: int = 0
    paused: tuple[str, ...] = ()
    everything_paused: bool = False
    sites: tuple[Site, ...] = ()
    #: Whether novels are followed, so that a scheduler is needed; and the one that acts.
    followed: bool = False
    scheduler: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something that is wrong: what it is about, a sentence, and what to do."""

    about: str
    state: State
    told: str
    cure: str


def overall(findings: Sequence[Finding]) -> State:
    """The worst of them."""
    return max((finding.state for finding in findings), key=list(State).index, default=State.OK)


def judge(facts: Facts) -> list[Finding]:
    """Everything that is wrong, the worst first."""
    found = [*of_servers(facts.servers)]
    if facts.servers.have_tables and facts.servers.redis.error is None:
        found += _of_workers(facts)
    if facts.everything_paused:
        found.append(_degraded("pause", "every host is paused, and no job is begun", "python cli.py resume"))
    if facts.stranded:
        told = f"{_many(facts.stranded, 'job or task is', 'jobs or tasks are')} stranded: no queue holds them, or their worker is gone"
        found.append(_degraded("jobs", told, "python cli.py process-queue"))
    if facts.followed and facts.scheduler is None:
        told = "no scheduler is running, and no followed novel is looked at"
        found.append(_degraded("scheduler", told, "python cli.py scheduler"))
    for site in facts.sites:
        told = f"{site.host}, read by {site.site}, is {site.state}: {'; '.join(site.reasons)}"
        found.append(_degraded("sites", told, f"mend its spider, then python cli.py reparse --site {site.site}"))
    return sorted(found, key=lambda finding: -list(State).index(finding.state))


def of_servers(servers: Servers) -> Iterator[Finding]:
    """What is wrong with the servers, and with the tables."""
    if (reason := servers.postgresql.error) is not None:
        yield _down("postgresql", f"PostgreSQL does not answer: {reason}", "start it, or check DATABASE_URL")
    if (reason := servers.redis.error) is not None:
        yield _down("redis", f"Redis does not answer: {reason}", "start it, or check REDIS_URL; no job is lost")
    if servers.schema is Schema.BEHIND:
        told = f"the tables are at revision {servers.revision or 'none'}, this program needs {servers.wanted_revision}"
        yield _down("migrations", told, "python cli.py db upgrade")
    if servers.schema is Schema.AHEAD:
        told = f"the tables are at revision {servers.revision}, which this program does not know"
        yield _degraded("migrations", told, "update this program")


def _of_workers(facts: Facts) -> Iterator[Finding]:
    alive = [worker for worker in facts.workers if not worker.stale]
    if not alive:
        yield _degraded("workers", "no worker is running, and no job is begun", "python worker.py")
    served = {name for worker in alive for name in worker.queues}
    for queue in facts.queues:
        if alive and queue.due and queue.name not in served:
            told = f"no worker serves the queue {queue.name}, where {_many(queue.due, 'job waits', 'jobs wait')}"
            yield _degraded("workers", told, f"python worker.py --queues {queue.name}")
    for worker in facts.workers:
        if worker.stale:
            told = f"the worker {worker.host}:{worker.pid} has given no sign of life for {worker.silent_seconds:.0f} s"
            yield _degraded("workers", told, "look at its machine, and restart it; its job goes on elsewhere by itself")


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _down(about: str, told: str, cure: str) -> Finding:
    return Finding(about=about, state=State.DOWN, told=told, cure=cure)


def _degraded(about: str, told: str, cure: str) -> Finding:
    return Finding(about=about, state=State.DEGRADED, told=told, cure=cure)
