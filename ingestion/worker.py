"""IngestionWorker: RQ's Worker with a warm fork, recovery of stranded jobs, and a graceful release.

The parent imports all that a job needs and makes no reactor and no shared connection; each job then runs in a forked child
that costs some 70 ms where a fresh interpreter costs a second. The hooks are RQ's own.
"""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Any

import structlog
from redis import RedisError
from rq import Worker
from rq.defaults import DEFAULT_JOB_MONITORING_INTERVAL
from rq.executions import Execution
from rq.job import Job as RQJob
from rq.queue import Queue
from sqlalchemy.exc import SQLAlchemyError

from ingestion import (
    config,
    crawl,
    recovery,
    tasks,
)
from ingestion.orphans import die_with_parent

log = structlog.get_logger(__name__)

#: RQ waits this much less than a worker's time to live for the next job, and then looks after itself.
RQ_DEQUEUE_MARGIN_SECONDS = 15


class IngestionWorker(Worker):
    """A worker of the ingestion queues."""

    log_result_lifespan = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        seconds = int(config.settings().recovery_seconds)
        kwargs.setdefault("maintenance_interval", seconds)
        kwargs.setdefault("job_monitoring_interval", min(seconds, DEFAULT_JOB_MONITORING_INTERVAL))
        kwargs.setdefault("worker_ttl", seconds + RQ_DEQUEUE_MARGIN_SECONDS)
        super().__init__(*args, **kwargs)
        crawl.warm()

    def run_maintenance_tasks(self) -> None:
        """RQ's own cleaning, and ours: put back what is stranded. An outage is no reason to stop working."""
        super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
        self._recover()

    def maintain_heartbeats(self, job: RQJob, execution: Execution) -> None:
        """While a child works: RQ's signs of life, and the maintenance that an idle worker does between jobs."""
        super().maintain_heartbeats(job, execution)
        if self.should_run_maintenance_tasks:
            self.run_maintenance_tasks()

    def handle_work_horse_killed(self, job: RQJob, retpid: int, ret_val: int, rusage: Any) -> None:
        """The child died without a word: put its job back now instead of when its lease runs out."""
        super().handle_work_horse_killed(job, retpid, ret_val, rusage)  # type: ignore[no-untyped-call]
        self._recover(dead=(int(job.args[0]), tasks.worker_name(retpid)))

    def _recover(self, *, dead: tuple[int, str] | None = None) -> None:
        try:
            recovery.recover(dead=dead)
        except (RedisError, SQLAlchemyError) as error:
            log.warning("recovery could not run, next time", error=str(error).splitlines()[0])

    def fork_work_horse(self, job: RQJob, queue: Queue) -> None:
        """Fork with SIGTERM held back, so that one that comes now meets a child that knows what to do with it."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            super().fork_work_horse(job, queue)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    def setup_work_horse_signals(self) -> None:
        """In the child: die with the parent, leave Ctrl-C to the parent, and remember a SIGTERM until the task handles it."""
        if follow := die_with_parent(signal.SIGTERM):
            follow()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _leave_at_once)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    def handle_warm_shutdown_request(self) -> None:
        """Pass the wish to stop on to the child: it leads a process group of its own, which no supervisor signals."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            self.kill_horse(signal.SIGTERM)


def _leave_at_once(_signal: int, _frame: FrameType | None) -> None:
    """Before the job is claimed and after it has ended there is nothing to put back."""
    os._exit(0)
