"""The task of bringing what a novel is found by up to what it is (`ingestion.search`)."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from ingestion import bookshelf
from ingestion.background.kinds import Ending
from ingestion.errors import NotFound, Superseded
from ingestion.lease import Lease
from ingestion.search import index
from ingestion.search.index import Subject


def run(args: dict[str, Any], lease: Lease) -> Ending:
    """Index the novel `novel_id`, some chapters a transaction; those that are indexed as they are cost nothing. The result is how many were not.

    Raises NotFound when the novel is gone.
    """
    novel = lease.patiently(partial(bookshelf.get, novel_id=int(args["novel_id"])))
    if novel is None:
        raise NotFound(f"there is no novel {args['novel_id']} any more")
    subject, count = Subject.of(novel), 0
    while written := lease.write(partial(index.write_some, subject=subject)):
        count += written
        lease.checkpoint()
    return partial(_finish, subject=subject, count=count)


def _finish(session: Session, *, subject: Subject, count: int) -> dict[str, Any]:
    """Whoever saved the novel meanwhile found this task unfinished, and left the rest to it: then it is begun again."""
    index.finish(session, subject)
    if index.is_stale(session, subject.novel.id):
        raise Superseded(f"novel {subject.novel.id} has changed while it was indexed")
    return {"chapters": count}
