"""A job's progress on a terminal, live until it ends."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from ingestion.status import JobStatus

POLL_SECONDS = 0.3
ENDED = {JobStatus.DONE, JobStatus.ERROR}


def follow(
    look: Callable[[], dict[str, Any]],
    *,
    wait: Callable[[], object] = lambda: time.sleep(POLL_SECONDS),
    show: bool = True,
    console: Console | None = None,
) -> dict[str, Any]:
    """Look at a job, `wait`, and look again until it has ended, drawing a bar on standard error if `show`; the job as it ended."""
    columns = (
        TextColumn("{task.description:<9}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} pages"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console or Console(file=sys.stderr), disable=not show) as bar:
        task = bar.add_task("queued", total=None)
        while True:
            job = look()
            bar.update(task, description=_standing(job), completed=job["pages_done"], total=job["pages_total"])
            if job["status"] in ENDED:
                return job
            wait()


def _standing(job: dict[str, Any]) -> str:
    """Its status; of a job that waits for its next attempt, why."""
    rests = job["status"] == JobStatus.QUEUED and job["error_kind"]
    return f"again soon ({job['error_kind']})" if rests else str(job["status"])


def verdict(job: dict[str, Any]) -> str:
    """How the job ended, in a sentence."""
    if job["status"] == JobStatus.DONE and job["dry_run"]:
        return "done: a dry run, which saves nothing"
    if job["status"] == JobStatus.DONE:
        missing = f", {job['chapters_missing']} missing at the site" if job["chapters_missing"] else ""
        return f"done: novel {job['novel_id']} with {job['chapters_saved']} chapters{missing}"
    return f"error ({job['error_kind']}): {job['error_message']}"
