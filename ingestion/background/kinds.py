"""The kinds of background work there are: where each waits, how long it may take, how often it is tried, how long its result is kept.

What does the work is named here and imported by the worker that does it, so that whoever only asks for work carries none of what it needs.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from ingestion.background.outbox import NOTIFY as NOTIFY_NAME
from ingestion.background.outbox import WEBHOOK as WEBHOOK_NAME
from ingestion.lease import Lease
from ingestion.queue import ENRICHMENT
from ingestion.queue import EXPORT as EXPORT_QUEUE
from ingestion.retry import Backoff
from ingestion.search.index import INDEX as INDEX_NAME

#: What is written together with a task's end, in its transaction; it returns the task's result, which becomes JSON.
Ending: TypeAlias = Callable[[Session], dict[str, Any]]
#: Does the work of a task with these `args`, and may be done again from the start after any crash. It comes to `lease.checkpoint()` at
#: least every few seconds, writes through `lease.write`, and raises IngestionError for what a user should read.
Run: TypeAlias = Callable[[dict[str, Any], Lease], Ending]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind. `run` is `module:function` of a `Run`. Times are in seconds; `attempts` and rests count as those of jobs do.

    Of one that a request asks for, `most` may be unfinished at once. One that comes to no safe point (`steps` is False) keeps its lease for all of its timeout, and is not put back at a stop.
    """

    name: str
    queue: str
    run: str
    timeout_seconds: int
    attempts: int = 3
    retry_seconds: float = 30.0
    retry_max_seconds: float = 3600.0
    keep_seconds: int = 24 * 3600
    steps: bool = True
    most: int | None = None

    def load(self) -> Run:
        """What does the work, imported now."""
        run: Run = pkgutil.resolve_name(self.run)
        return run

    @property
    def backoff(self) -> Backoff:
        """When a task of this kind that failed is tried again."""
        return Backoff(
            max_attempts=self.attempts, first_seconds=self.retry_seconds, longest_seconds=self.retry_max_seconds
        )


REPARSE = Kind(
    name="reparse", queue=ENRICHMENT, run="ingestion.background.reparsing:run", timeout_seconds=3600, attempts=2
)
#: Tried for about a day: rests of half a minute, doubled up to four hours.
WEBHOOK = Kind(
    name=WEBHOOK_NAME,
    queue=ENRICHMENT,
    run="ingestion.background.delivering:run",
    timeout_seconds=45,
    attempts=16,
    retry_max_seconds=4 * 3600.0,
    steps=False,
)
NOTIFY = Kind(
    name=NOTIFY_NAME,
    queue=ENRICHMENT,
    run="ingestion.background.notifying:run",
    timeout_seconds=120,
    attempts=8,
    retry_seconds=60.0,
    steps=False,
)

PRUNE = Kind(
    name="prune",
    queue=ENRICHMENT,
    run="ingestion.background.pruning:run",
    timeout_seconds=3600,
    attempts=2,
    steps=False,
)

EXPORT = Kind(
    name="export",
    queue=EXPORT_QUEUE,
    run="ingestion.background.exporting:run",
    timeout_seconds=1800,
    attempts=3,
    most=20,
)

INDEX = Kind(
    name=INDEX_NAME, queue=ENRICHMENT, run="ingestion.background.indexing:run", timeout_seconds=3600, attempts=5
)

IMPORT = Kind(name="import", queue=ENRICHMENT, run="ingestion.background.importing:run", timeout_seconds=1800)

KINDS: dict[str, Kind] = {kind.name: kind for kind in (REPARSE, WEBHOOK, NOTIFY, PRUNE, EXPORT, INDEX, IMPORT)}
