"""IngestionWorker: RQ's Worker with a warm fork, recovery of stranded jobs, a graceful release, and an eye on its child.

The parent imports all that a job needs and makes no reactor and no shared connection; each job then runs in a forked child
that costs some 70 ms where a fresh interpreter costs a second. The hooks are RQ's own.
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
import pkgutil
import random
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType
from typing import Any

import structlog
from redis import RedisError
from rq import Worker
from rq.exceptions import StopRequested
from rq.executions import Execution
from rq.job import Job as RQJob
from rq.queue import Queue
from rq.worker.base import WorkerStatus
from sqlalchemy.exc import SQLAlchemyError

from ingestion import bell, config, crawl, db, fairness, joblist, logs, orphans, recovery, rehearsal, systemd
from ingestion.background import kinds, stranded, table
from ingestion.crashpoints import Point, reach
from ingestion.lease import worker_name
from ingestion.redaction import redacted

log = structlog.get_logger(__name__)

#: How much longer than its longest wait for a job a worker is taken for alive, and its Redis for silent.
TTL_MARGIN_SECONDS = 15
REDIS_MARGIN_SECONDS = 10
#: How often a worker looks at the child that does its job.
WATCH_SECONDS = 2
#: A child that two looks in a row found without its job (cancelled, its lease run out) does not know it, so it hangs.
LOOKS = 2
#: The child waits for the database too, and may notice so much later than we that it is back.
LOOKS_AFTER_OUTAGE = math.ceil(db.LONGEST_WAIT_SECONDS / WATCH_SECONDS)
OUTAGE_SECONDS = 1.0
#: Who knows the rows that a child works on, by the function that does it, and who puts them back.
ROWS = {bell.PROCESS_JOB: (joblist, recovery), bell.PERFORM: (table, stranded)}
#: What a row is called in the log.
NAMES = {bell.PROCESS_JOB: "job", bell.PERFORM: "task"}


class IngestionWorker(Worker):
    """A worker of the queues of ingestion and of background tasks."""

    log_result_lifespan = False
    #: RQ doubles its wait for a Redis that is away, up to this.
    max_connection_wait_time = 5.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        ours = config.settings()
        self._recovery_seconds = min(ours.recovery_seconds, ours.lease_seconds)
        self._recover_at = 0.0
        self._disowned = self._taken = 0
        kwargs.setdefault("job_monitoring_interval", WATCH_SECONDS)
        kwargs.setdefault("worker_ttl", int(self._recovery_seconds) + TTL_MARGIN_SECONDS)
        super().__init__(*args, **kwargs | {"job_class": bell.Bell, "serializer": bell.Plain})
        _warm()

    def reorder_queues(self, reference_queue: Queue) -> None:
        """RQ asks it after each job that it took: every so often another queue than the most urgent comes first."""
        self._taken += 1
        self._ordered_queues = fairness.order(self.queues, self._taken)

    @property
    def was_asked_to_stop(self) -> bool:
        """Whether a signal ended the work, and not a fault."""
        return self._shutdown_requested_date is not None

    # Recovery, idle or busy -----------------------------------------------------------------------------------------

    @property
    def should_run_maintenance_tasks(self) -> bool:
        """RQ asks it before each wait for a job."""
        return time.monotonic() >= self._recover_at

    @property
    def dequeue_timeout(self) -> int:
        """Seconds to wait for a job: until the next maintenance, or the next sign of life that systemd waits for."""
        return max(1, round(min(self._recover_at - time.monotonic(), config.watchdog_seconds() / 2)))

    @property
    def connection_timeout(self) -> int:
        """Seconds without an answer after which Redis is taken for dead: longer than any wait for a job."""
        return int(self._recovery_seconds) + REDIS_MARGIN_SECONDS

    def run_maintenance_tasks(self) -> None:
        """RQ's own cleaning, and ours: put back what is stranded. The next time with jitter, so that workers do not crowd."""
        self._recover_at = time.monotonic() + self._recovery_seconds * random.uniform(0.75, 1.0)  # noqa: S311 - no secret
        with outlasting("cleaning up"):
            self._sign_on_again()
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
        for _, rescue in ROWS.values():
            self._recover(rescue.recover)

    def _sign_on_again(self) -> None:
        """RQ signs on once: who was struck off (Redis was emptied, this process slept for too long) would never be seen again."""
        if not self.connection.sismember(self.redis_workers_keys, self.key):
            self.connection.delete(self.key)  # what signs of life have left of it
            self.register_birth()  # type: ignore[no-untyped-call]
            self.connection.hset(self.key, "state", WorkerStatus.BUSY if self.horse_pid else self.get_state())

    def _recover(self, recover: Callable[[], object]) -> None:
        try:
            recover()
        except RedisError as error:
            log.warning("recovery could not run, next time", error=str(error).splitlines()[0])
        except SQLAlchemyError as error:
            log.warning("recovery could not run, next time", error=str(error).splitlines()[0])
            self._rest_after_outage()

    def _rest_after_outage(self) -> None:
        """Give attempts that could not renew their leases while PostgreSQL was away the time to do so."""
        self._recover_at = time.monotonic() + self._recovery_seconds

    # The child ------------------------------------------------------------------------------------------------------

    def fork_work_horse(self, job: RQJob, queue: Queue) -> None:
        """Fork with SIGTERM held back, so that one that comes now meets a child that knows what to do with it."""
        self._disowned = 0
        crawl.look_again()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        gc.freeze()  # the child's collector would touch, and so copy, all that it shares with us
        try:
            super().fork_work_horse(job, queue)
            # The child does so too; whoever is first. A signal meant for its group must never find it still in ours.
            with contextlib.suppress(OSError):  # it has ended already
                os.setpgid(self.horse_pid, self.horse_pid)
        finally:
            gc.unfreeze()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    def setup_work_horse_signals(self) -> None:
        """In the child: die with the parent, leave Ctrl-C to the parent, and remember a SIGTERM until the task handles it."""
        if not orphans.follow(self.pid or 0):
            _leave_at_once(signal.SIGTERM, None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _leave_at_once)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        _limit_memory(config.settings().max_job_memory)

    def maintain_heartbeats(self, job: RQJob, execution: Execution) -> None:
        """While a child works: RQ's signs of life, the maintenance that an idle worker does between jobs, a look at the child."""
        with outlasting("telling that a job is at work"):
            super().maintain_heartbeats(job, execution)
        if self.should_run_maintenance_tasks:
            self.run_maintenance_tasks()
        self._watch(job)

    def _watch(self, job: RQJob) -> None:
        """End a child that no longer owns its row and has not noticed: it hangs, and keeps this worker from other jobs."""
        rows, _ = ROWS[str(job.func_name)]
        try:
            with db.transaction() as session:
                owned = rows.run_by(session, int(job.args[0]), worker_name(self.horse_pid)) is not None
        except SQLAlchemyError:
            self._rest_after_outage()
            self._disowned = -LOOKS_AFTER_OUTAGE
            return
        self._disowned = 0 if owned else self._disowned + 1
        if self._disowned >= LOOKS:
            log.warning("the child hangs without its job, and is ended", rq_job=job.id, child=self.horse_pid)
            self.kill_horse()

    def handle_work_horse_killed(self, job: RQJob, retpid: int, ret_val: int, rusage: Any) -> None:
        """The child died without a word: put its job back now instead of when its lease runs out."""
        reach(Point.CHILD_DIED)
        super().handle_work_horse_killed(job, retpid, ret_val, rusage)  # type: ignore[no-untyped-call]
        _, rescue = ROWS[str(job.func_name)]
        self._recover(partial(rescue.recover, dead=(int(job.args[0]), worker_name(retpid))))

    def handle_job_failure(
        self, job: RQJob, queue: Queue, started_job_registry: Any = None, exc_string: str = "", execution: Any = None
    ) -> None:
        """Write the failure down in Redis, where `rq` shows it."""
        super().handle_job_failure(job, queue, started_job_registry, redacted(exc_string), execution)

    def handle_warm_shutdown_request(self) -> None:
        """Pass the wish to stop on to the child: it leads a process group of its own, which no supervisor signals."""
        systemd.stopping()
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            self.kill_horse(signal.SIGTERM)

    # Redis away, full or read-only ----------------------------------------------------------------------------------

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[RQJob, Queue] | None:
        """The next job. RQ waits while Redis is away; this waits, too, while it refuses to write."""
        systemd.ready("waiting for jobs")
        while not self._stop_requested:
            with outlasting("waiting for jobs"):
                return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
            time.sleep(OUTAGE_SECONDS)
        raise StopRequested

    def execute_job(self, job: RQJob, queue: Queue) -> None:
        """Do the job. What RQ could not write down about it, recovery finds out."""
        reach(Point.JOB_DEQUEUED)
        systemd.ready("at work")
        about = {NAMES[str(job.func_name)]: int(job.args[0])}
        with logs.about(**about), outlasting("beginning or ending a job"):
            super().execute_job(job, queue)

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """A sign of life: for systemd, and for Redis, if it takes it."""
        if self.was_asked_to_stop and self.get_state() == WorkerStatus.IDLE:
            raise StopRequested  # the signal came where its exception was lost: in a log line
        systemd.alive()
        with outlasting("giving a sign of life"):
            super().heartbeat(timeout, pipeline)

    def check_for_suspension(self, burst: bool) -> None:
        """`rq suspend` holds where Redis can be asked about it."""
        with outlasting("asking whether workers are suspended"):
            super().check_for_suspension(burst)

    def teardown(self) -> None:
        """Sign off, if Redis takes it."""
        with outlasting("signing off"):
            super().teardown()  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def outlasting(what: str) -> Iterator[None]:
    """An outage of Redis is no reason for a worker to leave, as RQ's does: what was not done is done next time, or by recovery."""
    try:
        yield
    except RedisError as error:
        log.warning("Redis is away", doing=what, error=str(error).splitlines()[0])


def _warm() -> None:
    """Import what children need before they are forked, and put their SQL into words."""
    crawl.warm()
    rehearsal.rehearse()
    for function in ROWS:
        pkgutil.resolve_name(function)
    for kind in kinds.KINDS.values():
        kind.load()


def _limit_memory(megabytes: int) -> None:
    """Let this process take no more than so much: what asks for more fails, as one job, before the machine does."""
    if megabytes and sys.platform == "linux":  # macOS has the limit and ignores it
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes * 2**20, resource.RLIM_INFINITY))


def _leave_at_once(_signal: int, _frame: FrameType | None) -> None:
    """Before the job is claimed and after it has ended there is nothing to put back."""
    os._exit(0)
