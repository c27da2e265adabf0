"""The task of reading a novel's stored pages again (`ingestion.reparse`)."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from ingestion import bookshelf, reparse
from ingestion.background.kinds import Ending
from ingestion.errors import NotFound
from ingestion.items import ParsedNovel
from ingestion.lease import Lease


def run(args: dict[str, Any], lease: Lease) -> Ending:
    """Read the pages of the novel `novel_id`; they are saved with the task's end. The result is what saving did.

    Raises NotFound when the novel is gone, and as `reparse.read` does.
    """
    novel = lease.patiently(partial(bookshelf.get, novel_id=int(args["novel_id"])))
    if novel is None:
        raise NotFound(f"there is no novel {args['novel_id']} any more")
    return partial(_save, parsed=reparse.read(novel, checkpoint=lease.checkpoint))


def _save(session: Session, *, parsed: ParsedNovel) -> dict[str, Any]:
    return dict(reparse.save(session, parsed).counts())
