"""A worker for some sites alone. It takes its jobs from the table, since a queue in Redis holds the bells of all sites.

A bell that it took there for another site's job would have to be put back, behind all others, and soon it would meet it again. So it
takes none: while it has nothing to do it looks every LOOK_SECONDS which jobs of its sites could be claimed, and takes the bell of the
one that it chose out of its queue. Other workers may do jobs of these sites meanwhile; the claim decides, as ever.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rq.exceptions import StopRequested
from rq.job import Job as RQJob
from rq.queue import Queue
from rq.worker import WorkerStatus
from sqlalchemy.exc import SQLAlchemyError

from ingestion import config, crawl, db, joblist, queue, systemd, urls
from ingestion.errors import UnsupportedSite
from ingestion.models import Job
from ingestion.worker import IngestionWorker, outlasting

LOOK_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Sites:
    """Names of spiders, and hosts with their port where their URLs have one."""

    spiders: frozenset[str]
    hosts: frozenset[str]

    def have(self, job: Job) -> bool:
        """Whether the job is at one of them."""
        try:
            return job.host in self.hosts or crawl.spider_for(job.canonical_url).name in self.spiders
        except UnsupportedSite:
            return False


def known(names: str) -> Sites:
    """The sites in a list divided by commas. Raises ConfigError, naming one that is neither a spider nor a host."""
    chosen = {name.strip() for name in names.split(",") if name.strip()}
    spiders = chosen & {spider.name for spider in crawl.spiders()}
    return Sites(spiders=frozenset(spiders), hosts=frozenset(map(_host, chosen - spiders)))


def _host(name: str) -> str:
    told = f"unknown site {name}: neither a host nor a spider (`python cli.py spiders` lists them)"
    try:
        host = urls.host(name)
    except urls.UnusableURL as reason:
        raise config.ConfigError(f"{told}: {reason}") from None
    if "." not in host and ":" not in host:
        raise config.ConfigError(told)
    return host


class SiteWorker(IngestionWorker):
    """A worker of the ingestion queues that does jobs of `sites` alone."""

    def __init__(self, queues: Iterable[str], *, sites: Sites, **kwargs: Any) -> None:
        names = [name for name in queues if name in queue.NAMES.values()]
        if not names:
            raise config.ConfigError(
                "only the jobs of the ingestion queues are divided by sites; name one of these queues"
            )
        super().__init__(names, **kwargs)
        self._sites = sites
        self._given: dict[int, tuple[int, float]] = {}

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[RQJob, Queue] | None:
        """The next job, with a bell for it; None when there is none and RQ would not wait (`timeout` is None)."""
        systemd.ready("waiting for jobs")
        with outlasting("saying that it waits"):
            self.set_state(WorkerStatus.IDLE)
        while not self._stop_requested:
            self.heartbeat()
            if self.should_run_maintenance_tasks:
                self.run_maintenance_tasks()
            with outlasting("taking a job"):
                if found := self._take():
                    return found
            if timeout is None:
                return None
            time.sleep(LOOK_SECONDS)
        raise StopRequested

    def _take(self) -> tuple[RQJob, Queue] | None:
        """The job of these sites whose turn it is, its bell in hand. Raises redis.RedisError."""
        places = {one.name: place for place, one in enumerate(self._ordered_queues)}
        mine = [job for job in self._claimable() if queue.NAMES[job.priority] in places and self._sites.have(job)]
        chosen = min(mine, key=lambda job: (places[queue.NAMES[job.priority]], job.id), default=None)
        if chosen is None:
            return None
        self._given[chosen.id] = chosen.attempt, time.monotonic() + self._recovery_seconds
        rung = self._ordered_queues[places[queue.NAMES[chosen.priority]]]
        self.reorder_queues(rung)
        return queue.in_hand(chosen.id, chosen.priority), rung

    def _claimable(self) -> Iterable[Job]:
        """What could be claimed, but for a job whose child died before it claimed it: not at once again, or it would be so for ever."""
        try:
            with db.transaction() as session:
                free = joblist.claimable(session, per_host=config.settings().jobs_per_host)
        except SQLAlchemyError as error:
            if not db.is_outage(error):
                raise
            return []
        now = time.monotonic()
        self._given = {id: (attempt, until) for id, (attempt, until) in self._given.items() if until > now}
        return [job for job in free if self._given.get(job.id, (-1, 0))[0] != job.attempt]
