"""Workers as processes of their own, forked from the test's: begun in no time, looked into, and never left behind."""

from __future__ import annotations

import contextlib
import os
import traceback
from collections.abc import Callable, Iterator
from functools import partial

import psutil

from ingestion import broker, db, intake, joblist, logs, queue
from ingestion.models import Job
from ingestion.status import RUNNING, JobStatus
from ingestion.worker import IngestionWorker
from tests.conftest import forget
from tests.waiting import until

ENDED = {JobStatus.DONE, JobStatus.ERROR}


@contextlib.contextmanager
def working(before: Callable[[], object] = lambda: None, **settings: str) -> Iterator[psutil.Process]:
    """A worker at work, with these settings beside the test's own, `before` done in it first."""
    if (pid := os.fork()) == 0:
        _work(before, settings)
    process = psutil.Process(pid)
    try:
        yield process
    finally:
        for one in [*family(process), process]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        with contextlib.suppress(psutil.NoSuchProcess):
            process.wait(10)


def _work(before: Callable[[], object], settings: dict[str, str]) -> None:
    code = 1
    try:
        os.environ.update({"LOG_LEVEL": "WARNING"} | settings)
        forget()
        logs.configure("test")
        before()
        made = IngestionWorker(queue.ALL, connection=broker.connection())
        made.work()
        code = 0 if made.was_asked_to_stop else 1
    except SystemExit:
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def family(process: psutil.Process) -> list[psutil.Process]:
    """The children of a process that may be gone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.children()
    return []


def child_of(worker: psutil.Process) -> psutil.Process:
    """The child that does the worker's job; waits for it to be there."""
    until(lambda: bool(family(worker)), "the worker took no job")
    return family(worker)[0]


def lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def waits_for_jobs() -> bool:
    """Whether a worker has signed on and looked for stranded jobs, and now waits."""
    client = broker.connection()
    return any(client.hget(key, "state") == b"idle" for key in client.smembers("rq:workers"))


def post(url: str) -> int:
    """The id of a new job."""
    taken = intake.submit(url)
    assert taken.created
    return taken.job.id


def read(job_id: int) -> Job:
    with db.transaction() as session:
        return session.get_one(Job, job_id)


def story(job_id: int) -> list[str]:
    """What the job's events say."""
    with db.transaction() as session:
        return [event.message for event in joblist.events(session, job_id)]


def has_pages(job_id: int, more_than: int = 3) -> bool:
    return read(job_id).pages_done > more_than


def is_running(job_id: int) -> bool:
    return read(job_id).status in RUNNING


def ended(*job_ids: int) -> Job:
    """The last of these jobs, once all of them are DONE or in ERROR."""
    for job_id in job_ids:
        until(partial(_is_over, job_id), f"job {job_id} did not end")
    return read(job_ids[-1])


def _is_over(job_id: int) -> bool:
    return read(job_id).status in ENDED
