"""Children whose parent has died before they could ask to die with it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from ingestion import broker, orphans
from ingestion.worker import IngestionWorker


def orphaned(work: Callable[[int], int]) -> int:
    """What `work` returns, in a process whose parent has died already; it is given that parent's pid."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        parent = os.getpid()
        try:
            if os.fork() == 0:
                while os.getppid() == parent:
                    time.sleep(0.001)
                os.write(writer, bytes([work(parent)]))
        finally:
            os._exit(0)
    os.close(writer)
    os.wait()
    with os.fdopen(reader, "rb") as told:
        return (told.read() or b"\xff")[0]


def test_a_child_is_told_whether_its_parent_is_still_there():
    assert orphaned(lambda parent: int(orphans.follow(parent))) == 0
    assert orphaned(lambda _: int(orphans.follow(os.getppid()))) == 1


@pytest.mark.usefixtures("environment")
def test_a_child_of_a_worker_that_is_gone_begins_no_job():
    worker = IngestionWorker(["ingestion"], connection=broker.connection())

    def begin(parent: int) -> int:
        worker.pid = parent
        worker.setup_work_horse_signals()
        return 1

    assert orphaned(begin) == 0xFF
