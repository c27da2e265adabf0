"""Workers on simulated time: the real script of the pace, the real statements that claim and end jobs, and a clock that is ours.

A worker claims a job, takes a turn for each of its pages, waits for it on the simulated clock, asks, is answered, and ends the job, which rings
for the next one of its host. The scripts are those of `ingestion.pace`, but told the time.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import text

from ingestion import broker, db, joblist, jobs, pace
from ingestion.items import Novel, ParsedNovel
from ingestion.models import Job
from ingestion.novels import Saved, save
from ingestion.status import JobStatus, Priority, Refresh

#: Redis's clock in the scripts, and what is put in its place.
CLOCK, TOLD = "redis.call('TIME')", "{ARGV[#ARGV - 1], ARGV[#ARGV]}"
BEGIN = 1_000_000_000.0
SECOND = 1_000_000
LONGEST_REST = 60


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is simulated. `answer` is how long a host takes to answer."""

    hosts: int
    novels: int
    chapters: int
    workers: int
    interval: float = 1.0
    answer: float = 0.3


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of it: pages a second, the least time between two requests to a host, the most workers that were busy at once."""

    seconds: float
    pages: int
    least_gap: float
    busiest: int

    @property
    def pages_a_second(self) -> float:
        """On average, the end included, when the last hosts are at work."""
        return self.pages / self.seconds


def told_the_time(script: str) -> str:
    """The script with the simulated clock in the place of Redis's own. Raises ValueError where it reads it not just once."""
    if script.count(CLOCK) != 1:
        raise ValueError(f"the script reads {CLOCK} {script.count(CLOCK)} times, not once")
    return script.replace(CLOCK, TOLD)


@dataclass
class Simulation:
    """One run; empties the job table and Redis first."""

    wish: Wish
    now: float = BEGIN
    asked_at: dict[str, float] = field(default_factory=dict)
    least_gap: float = float("inf")
    pages: int = 0

    def run(self) -> Outcome:
        """Until every job is done."""
        self._prepare()
        bells, idle = deque(self._next()), self.wish.workers
        events: list[tuple[float, int, Iterator[float], Job]] = []
        busiest = order = 0
        while bells or events:
            while bells and idle:
                job = bells.popleft()
                order, idle = order + 1, idle - 1
                heapq.heappush(events, (self.now, order, self._work(job), job))
            busiest = max(busiest, len(events))
            self.now, number, work, job = heapq.heappop(events)
            until = next(work, None)
            if until is not None:
                heapq.heappush(events, (until, number, work, job))
            else:
                idle += 1
                rung = {other.id for other in bells}
                bells.extend(other for other in self._next(job.host) if other.id not in rung)
        return Outcome(seconds=self.now - BEGIN, pages=self.pages, least_gap=self.least_gap, busiest=busiest)

    def _prepare(self) -> None:
        client = broker.connection()
        client.flushall()
        self._take, self._use = map(client.register_script, map(told_the_time, (pace.TAKE_SLOT, pace.USE_SLOT)))
        novel = Novel(key="simulated", url="https://novels.example/simulated", title="The Weir")
        with db.transaction() as session:
            session.execute(text("DELETE FROM job"))
            self._novel_id = save(session, ParsedNovel(site="scaled", novel=novel, chapters=())).novel_id
            for number in range(self.wish.novels):
                url = f"https://site{number % self.wish.hosts}.example/novel/{number}"
                jobs.create(session, source_url=url, canonical_url=url, priority=Priority.DEFAULT, refresh=Refresh.NEW)

    def _next(self, host: str | None = None) -> list[Job]:
        with db.transaction() as session:
            return list(joblist.claimable(session, per_host=1, hosts=None if host is None else [host]))

    def _work(self, job: Job) -> Iterator[float]:
        """A job from its claim to its end; yields when the worker wakes up again."""
        with db.transaction() as session:
            claimed = jobs.claim(session, job.id, worker="simulated", lease_seconds=3600, per_host=1)
        if claimed is None:
            raise SystemExit(f"job {job.id} was rung for and could not be claimed")
        for _ in range(self.wish.chapters + 1):
            yield from self._turn(job.host)
            self._ask(job.host)
            yield self.now + self.wish.answer
        self._end(claimed)

    def _turn(self, host: str) -> Iterator[float]:
        interval = round(self.wish.interval * SECOND)
        keys = [f"pace:{host}", "pace:life"]
        wait, life, _ = self._take(keys=keys, args=[interval, LONGEST_REST * SECOND, -1, *self._clock()])
        yield self.now + int(wait) / SECOND
        moment = b""
        while not moment:
            limits = [interval, life, pace.AHEAD, round(pace.AHEAD_SECONDS * SECOND), ""]
            wait, moment = self._use(keys=keys, args=[*limits, *self._clock()])
            yield self.now + int(wait) / SECOND

    def _clock(self) -> tuple[int, int]:
        """The time as Redis tells it: seconds, and microseconds of this one."""
        return divmod(round(self.now * SECOND), SECOND)

    def _ask(self, host: str) -> None:
        if (before := self.asked_at.get(host)) is not None:
            self.least_gap = min(self.least_gap, self.now - before)
        self.asked_at[host] = self.now
        self.pages += 1

    def _end(self, job: Job) -> None:
        saved = Saved(novel_id=self._novel_id, saved=0, missing=0, added=0, changed=0, gone=0)
        with db.transaction() as session:
            for status in (JobStatus.PARSING, JobStatus.SAVING):
                jobs.advance(session, job.id, job.attempt, to=status, lease_seconds=3600, message="simulated")
            jobs.finish(session, job.id, job.attempt, saved)


def expected(wish: Wish) -> float:
    """Pages a second by the arithmetic, while there is work for all."""
    return min(wish.workers, wish.hosts) / max(wish.interval, wish.answer)
