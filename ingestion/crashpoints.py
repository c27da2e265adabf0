"""Where a process can be made to kill itself, between any two steps, so that a test can see that nothing is lost.

CRASH_AT names a point, or ``point:N`` for the Nth time that a process comes there. Off by default, and then a comparison.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from enum import StrEnum

from ingestion import config


class Point(StrEnum):
    """Between two steps; the value says which was the last one done."""

    JOB_CREATED = "job-created"
    JOB_PUSHED = "job-pushed"
    JOB_DEQUEUED = "job-dequeued"
    CHILD_BEGUN = "child-begun"
    JOB_CLAIMED = "job-claimed"
    PAGE_FETCHED = "page-fetched"
    PAGE_STORED = "page-stored"
    PAGES_FETCHED = "pages-fetched"
    PARSING_BEGUN = "parsing-begun"
    CHAPTERS_PARSED = "chapters-parsed"
    PICTURE_KEPT = "picture-kept"
    SAVING_BEGUN = "saving-begun"
    CHAPTERS_WRITTEN = "chapters-written"
    END_WRITTEN = "end-written"
    END_COMMITTED = "end-committed"
    FAILURE_SEEN = "failure-seen"
    FAILURE_COMMITTED = "failure-committed"
    STOP_SEEN = "stop-seen"
    RELEASE_COMMITTED = "release-committed"
    CHILD_DIED = "child-died"
    LEASES_EXPIRED = "leases-expired"
    SOME_PUSHED_BACK = "some-pushed-back"
    RETRY_COMMITTED = "retry-committed"
    PRIORITY_COMMITTED = "priority-committed"
    TASK_CREATED = "task-created"
    TASK_CLAIMED = "task-claimed"
    TASK_WORKED = "task-worked"
    TASK_ENDED = "task-ended"


_reached: Counter[str] = Counter()


def reach(point: Point) -> None:
    """Die here, at once and without a word, if CRASH_AT says so."""
    wanted = config.settings().crash_at
    if wanted is None:
        return
    _reached[point] += 1
    name, _, number = wanted.partition(":")
    if name == point and _reached[point] == int(number or 1):
        os.write(2, f"killed at {point}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)
