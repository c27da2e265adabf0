"""Scheduler: RQ's CronScheduler for chores that are done from time to time, by one process of as many as run.

RQ's own takes no lock. This one acts while it holds the lease (`ingestion.schedule`), and what the chores have done is in PostgreSQL, so
that two that take each other for dead do nothing twice. It does the chores itself: each is a few SQL statements, and whatever
takes long, or asks a site for something, is a task or a job in a queue.
"""

from __future__ import annotations

import contextlib
import time
from datetime import timedelta
from types import FrameType
from typing import Any

import structlog
from redis import Redis, RedisError
from rq.cron import CronJob, CronScheduler
from rq.exceptions import StopRequested
from rq.utils import now
from sqlalchemy.exc import SQLAlchemyError

from ingestion import config, db, queue, schedule, systemd, updates
from ingestion.background import ringing
from ingestion.background.kinds import PRUNE
from ingestion.search import index
from ingestion.status import Priority

log = structlog.get_logger(__name__)


def submit_prune() -> None:
    """Ask for a look at what is old; a look that takes long is not asked for twice."""
    ringing.submit(PRUNE, {}, once="prune")


def submit_index() -> None:
    """Ask for a look at what is not indexed as it is: saved by a version that knew no search, or while nobody could ask."""
    with db.transaction() as session:
        asked = index.ask_for_stale(session) if config.settings().search else 0
    if asked:
        ringing.ring_soon()


#: What is done, and when: every `interval` seconds, or as `cron` says (in the machine's local time). The queue is where it leads to.
CHORES: tuple[dict[str, Any], ...] = (
    {"name": "updates", "func": updates.make, "queue_name": queue.NAMES[Priority.LOW], "interval": 30},
    {"name": "prune", "func": submit_prune, "queue_name": queue.ENRICHMENT, "cron": "40 4 * * *"},
    {"name": "index", "func": submit_index, "queue_name": queue.ENRICHMENT, "cron": "*/5 * * * *"},
)
#: How often the lease is renewed, or asked for: some times before it runs out.
BEAT_SECONDS = 15.0
OUTAGE_SECONDS = 5.0


class Scheduler(CronScheduler):
    """A scheduler that acts, or stands by while another one does."""

    def __init__(self, connection: Redis) -> None:
        super().__init__(connection)
        self._acts: bool | None = None
        self._stopping = self._at_work = False
        for chore in CHORES:
            self.register(**chore)

    def start(self) -> None:
        """Act or stand by until a signal comes. An outage of either server is waited for."""
        systemd.ready("begun")
        with contextlib.suppress(StopRequested):
            while not self._stopping:
                try:
                    super().start()  # type: ignore[no-untyped-call]
                except RedisError as error:
                    log.warning("Redis is away, waiting for it", error=_first_line(error))
                    systemd.alive()
                    if not self._stopping:
                        time.sleep(OUTAGE_SECONDS)
        self._leave()

    def enqueue_jobs(self) -> list[CronJob]:
        """Do the chores that are due, if it is for this process to do so. A signal that comes meanwhile is heeded after them."""
        self._at_work = True
        try:
            done = [] if self._stopping else self._do_all()
        finally:
            self._at_work = False
        if self._stopping:
            raise StopRequested
        return done

    def _do_all(self) -> list[CronJob]:
        systemd.alive()
        try:
            return [chore for chore in self._due() if self._do(chore)]
        except SQLAlchemyError as error:
            if not db.is_outage(error):
                raise
            self._acts = False
            log.warning("PostgreSQL is away, waiting for it", error=_first_line(error))
            return []

    def calculate_sleep_interval(self) -> float:
        """Seconds until something is to be done, or the lease renewed."""
        return min(super().calculate_sleep_interval(), BEAT_SECONDS) if self._acts else BEAT_SECONDS

    def _due(self) -> list[CronJob]:
        """The chores that are due, by what whoever did them last has noted; none while another scheduler acts."""
        with db.transaction() as session:
            done = schedule.hold(session, self.name)
        if (done is not None) is not self._acts:
            self._acts = done is not None
            told = "acts as the scheduler" if self._acts else "stands by: another scheduler acts"
            log.info(told, name=self.name)
            systemd.ready(told)
        for chore in self.get_jobs():
            ago = (done or {}).get(chore.name)
            if ago is not None and ago >= timedelta():  # the database's clock may have been wrong
                chore.set_enqueue_time(now() - ago)  # RQ goes by this machine's clock, which may jump
        return [] if done is None else [chore for chore in self.get_jobs() if chore.should_run()]

    def _do(self, chore: CronJob) -> bool:
        """Do one, written down before: one that kills its process is not done again at once."""
        with db.transaction() as session:
            if not schedule.note(session, self.name, chore.name):
                return False
        chore.set_enqueue_time(now())
        assert chore.func is not None  # noqa: S101 - for the type checker: it was registered with one
        chore.func()
        return True

    def _request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Leave at once, but not in the middle of a statement: SQLAlchemy takes RQ's exception for its own. Once is enough."""
        if not self._stopping:
            self._stopping = True
            systemd.stopping()
            if not self._at_work:
                super()._request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def _leave(self) -> None:
        try:
            with db.transaction() as session:
                schedule.leave(session, self.name)
        except SQLAlchemyError as error:
            log.warning("the lease could not be given back, and runs out", error=_first_line(error))


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
