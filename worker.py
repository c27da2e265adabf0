"""Work the queues: ``python worker.py [--pool 4] [--queues ingestion-high,ingestion]``. As many as you like, on as many machines."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Annotated

import structlog
import typer

# macOS kills a child that was forked from a process in which its frameworks have threads, unless this is set before them.
if sys.platform == "darwin" and os.environ.get("OBJC_DISABLE_INITIALIZE_FORK_SAFETY") != "YES":
    os.environ["OBJC_DISABLE_INITIALIZE_FORK_SAFETY"] = "YES"
    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - this program again

from ingestion import broker, crawl, joblog, logs, migrations, orphans, queue, sitework
from ingestion.lease import worker_name
from ingestion.pool import MOST_WORKERS, Pool
from ingestion.sitework import SiteWorker
from ingestion.startup import explained
from ingestion.worker import IngestionWorker

log = structlog.get_logger(__name__)

ALL = ",".join(queue.ALL)


def main(
    queues: Annotated[str, typer.Option(help="Queues to serve, most urgent first, divided by commas.")] = ALL,
    sites: Annotated[str, typer.Option(help="Do jobs of these alone: spiders or hosts, divided by commas.")] = "",
    pool: Annotated[int | None, typer.Option(min=1, max=MOST_WORKERS, help="Keep so many workers running.")] = None,
    burst: Annotated[bool, typer.Option("--burst", help="Leave when the queues are empty.")] = False,
) -> None:
    """Take jobs from the queues and run each in a process of its own.

    With --pool one parent keeps so many workers running; SIGTTIN adds one, SIGTTOU takes one away.

    Example: python worker.py --pool 4 --queues ingestion-high,ingestion
    """
    orphans.follow_supervisor()
    with explained():
        logs.configure("worker")
        joblog.keep()
        migrations.upgrade()
        names = queue.known(queues)
        crawl.warm()
        made = partial(SiteWorker, sites=sitework.known(sites)) if sites else IngestionWorker
    work = partial(_work, made, names, burst=burst)
    if pool is None:
        work()
        return
    raise SystemExit(Pool(pool, work, lasting=not burst).run())


def _work(made: Callable[..., IngestionWorker], names: list[str], *, burst: bool) -> None:
    with explained():
        logs.bind(worker=worker_name(os.getpid()))
        worker = made(names, connection=broker.connection())
        log.info("worker started", queues=names)
        worker.work(burst=burst)
    if not (burst or worker.was_asked_to_stop):
        raise SystemExit("the worker left because of the fault above; whoever supervises it starts it again")
    log.info("worker stopped")


if __name__ == "__main__":
    typer.run(main)
