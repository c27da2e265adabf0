"""SQL about files that were sent to be imported: kept until the background task that reads them is over. No function here commits."""

from __future__ import annotations

import hashlib

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from ingestion.background import table
from ingestion.background.kinds import IMPORT
from ingestion.models import Task, Upload


def submit(session: Session, content: bytes, *, name: str) -> Task:
    """The task that imports this file: a new one, or the unfinished one that was made for the same bytes."""
    digest = hashlib.sha256(content).hexdigest()
    task, created = table.submit(session, IMPORT.name, {"upload": digest, "name": name}, once=digest)
    if created:
        kept = upsert(Upload).values(digest=digest, task_id=task.id, content=content)
        # One that failed before has left it there.
        session.execute(kept.on_conflict_do_update(index_elements=[Upload.digest], set_={"task_id": task.id}))
    return task


def content(session: Session, digest: str) -> bytes | None:
    """The file, or None when it is gone."""
    return session.scalar(select(Upload.content).where(Upload.digest == digest))


def remove(session: Session, digest: str) -> None:
    """Let go of the file."""
    session.execute(delete(Upload).where(Upload.digest == digest))
