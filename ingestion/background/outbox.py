"""Whom to tell of what happened: a delivery is a task, made in the very transaction in which the thing happens.

So nothing is told that was not committed, and nothing that was is forgotten; the bell is rung afterwards, by whoever comes first. Webhooks
get each happening by itself. What is meant for people is gathered: the first opens a digest for each address of NOTIFY_URLS, what
happens in the NOTIFY_WAIT seconds after it joins that digest, and then it leaves, so that an outage is a message and not five hundred.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ingestion import config, db
from ingestion.background import table, webhooks
from ingestion.errors import Cancelled
from ingestion.models import ChapterRow, Job, NovelRow, Task
from ingestion.status import Happening, Refresh, TaskStatus

#: Kinds of tasks, for `ingestion.background.kinds`.
WEBHOOK = "webhook"
NOTIFY = "notify"
#: Chapters that a message names, and lines that a digest has; the others are counted.
MOST_CHAPTERS = 20
MOST_LINES = 50
#: Of two that would open a digest at once, one joins that of the other.
DIGEST_LOCK = 4_200_005


def tell(session: Session, event: Happening, job_id: int, *, fresh: Collection[str] = ()) -> None:
    """Let those who want to hear of it know what happened to the job, `fresh` being the keys of the chapters that are new.

    A dry run is told to nobody: who asked for it waits for it. Nor is a look at a followed novel that found nothing new.
    """
    job = session.get_one(Job, job_id, populate_existing=True)
    vain = event is Happening.JOB_DONE and job.refresh is Refresh.CHANGED and not job.chapters_new
    if job.dry_run or vain:
        return
    wanting = webhooks.wanting(session, event, site=job.site, novel_id=job.novel_id)
    wanted = event in config.settings().notify_on and job.error_kind != Cancelled.kind
    addresses = config.settings().notify_urls if wanted else ()
    if not wanting and not addresses:
        return
    novel = session.get(NovelRow, job.novel_id) if job.novel_id is not None else None
    said = message(event, db.now(session)) | {"job": _job(job), "novel": novel and _novel(novel)}
    if event is Happening.NEW_CHAPTERS:
        said |= {"chapters_new": len(fresh), "chapters": _chapters(session, job.novel_id, fresh)}
    for webhook_id in wanting:
        table.submit(session, WEBHOOK, {"webhook_id": webhook_id, "message": said})
    for url in addresses:
        _gather(session, address(url), {"event": event, "text": _line(event, job, novel, len(fresh))})


def message(event: str, at: datetime) -> dict[str, Any]:
    """What every message begins with."""
    return {"id": f"msg_{uuid4().hex}", "event": event, "created_at": at.isoformat()}


def address(url: str) -> str:
    """How an address of NOTIFY_URLS, which is a secret, is known in the table."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def _gather(session: Session, to: str, line: dict[str, str]) -> None:
    session.execute(select(func.pg_advisory_xact_lock(DIGEST_LOCK)))
    gathering = select(Task).where(Task.kind == NOTIFY, Task.status == TaskStatus.QUEUED, Task.attempt == 0)
    mine = gathering.where(Task.args["to"].astext == to).order_by(Task.id).limit(1)
    digest = session.scalars(mine.with_for_update(), execution_options=table.FRESH).one_or_none()
    if digest is None:
        wait = config.settings().notify_wait
        table.submit(session, NOTIFY, {"to": to, "lines": [line], "more": 0}, wait_seconds=wait)
        return
    lines, more = digest.args["lines"], digest.args["more"]
    kept = {"lines": [*lines, line]} if len(lines) < MOST_LINES else {"more": more + 1}
    session.execute(update(Task).where(Task.id == digest.id).values(args=digest.args | kept))


def _chapters(session: Session, novel_id: int | None, keys: Collection[str]) -> list[dict[str, Any]]:
    """The first of them in reading order, as a message names them."""
    columns = (ChapterRow.id, ChapterRow.position, ChapterRow.title, ChapterRow.url)
    query = select(*columns).where(ChapterRow.novel_id == novel_id, ChapterRow.key.in_(keys))
    return [dict(row._mapping) for row in session.execute(query.order_by(ChapterRow.position).limit(MOST_CHAPTERS))]


def _job(job: Job) -> dict[str, Any]:
    names = ("id", "source_url", "site", "status", "attempt", "chapters_saved", "chapters_missing", "novel_id")
    return {name: getattr(job, name) for name in (*names, "error_kind", "error_message")}


def _novel(novel: NovelRow) -> dict[str, Any]:
    return {name: getattr(novel, name) for name in ("id", "title", "authors", "url", "site", "language", "status")}


def _line(event: Happening, job: Job, novel: NovelRow | None, count: int) -> str:
    name = novel.title if novel else job.source_url
    if event is Happening.JOB_ERROR:
        return f"{name}: job {job.id} failed ({job.error_kind}): {job.error_message}"
    if event is Happening.JOB_DONE:
        return f"{name}: job {job.id} is done, {job.chapters_saved} chapters, {job.chapters_missing} missing"
    return f"{name}: {count} new {'chapter' if count == 1 else 'chapters'}"
