"""The task of importing an EPUB that was sent (`ingestion.imports`)."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from ingestion.background.kinds import Ending
from ingestion.errors import NotFound
from ingestion.imports import taking, uploads
from ingestion.imports.entries import Entry
from ingestion.lease import Lease


def run(args: dict[str, Any], lease: Lease) -> Ending:
    """Import the file `upload`, called `name`. The result is what became of it. Raises NotFound when it is gone, and as `taking.book` does."""
    content = lease.patiently(partial(uploads.content, digest=args["upload"]))
    if content is None:
        raise NotFound(f"the file {args['name']} is no more there; send it again")
    entry = taking.book(io.BytesIO(content), name=args["name"], checkpoint=lease.checkpoint)
    return partial(_end, digest=args["upload"], entry=entry)


def _end(session: Session, *, digest: str, entry: Entry) -> dict[str, Any]:
    uploads.remove(session, digest)
    return dict(entry.told())
