"""The task of bringing the index that the library is searched by up to what the library is (`ingestion.search`)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from ingestion import bookshelf
from ingestion.background.kinds import Ending
from ingestion.errors import Superseded
from ingestion.lease import Lease
from ingestion.search import index
from ingestion.search.index import Subject

#: After so long the rest is left to the next task: others wait in the same queue.
LONGEST_SECONDS = 240


def run(args: dict[str, Any], lease: Lease) -> Ending:
    """Index the novel `novel_id`, or where there is none in `args` all that have changed. The result is how many chapters and novels that took, and how many are left."""
    novel_id, begun = args.get("novel_id"), time.monotonic()
    ids: Sequence[int] = lease.patiently(index.stale) if novel_id is None else [int(novel_id)]
    chapters = novels = 0
    for one in ids:
        if novels and time.monotonic() - begun > LONGEST_SECONDS:
            break
        chapters += _index(one, lease)
        novels += 1
    done = {"chapters": chapters, "novels": novels, "left": len(ids) - novels}
    return partial(_told, done=done, novel_id=novel_id)


def _index(novel_id: int, lease: Lease) -> int:
    """Index a novel, some chapters a transaction; how many there were. One that is gone is none."""
    novel = lease.patiently(partial(bookshelf.get, novel_id=novel_id))
    if novel is None:
        return 0
    subject, count = Subject.of(novel), 0
    while written := lease.write(partial(index.write_some, subject=subject)):
        count += written
        lease.checkpoint()
    lease.write(partial(index.finish, subject=subject))
    return count


def _told(session: Session, *, done: dict[str, int], novel_id: int | None) -> dict[str, Any]:
    """The result. Whoever saved the novel meanwhile found this task unfinished, and left the rest to it."""
    if novel_id is not None and index.is_stale(session, int(novel_id)):
        raise Superseded(f"novel {novel_id} has changed while it was indexed")
    return dict(done)
