"""Lets go of what nobody will ask for any more, as the KEEP_… settings say: old jobs, events, pages, revoked tokens, stray pictures, old books.

What something still needs stays, however old: unfinished jobs, the newest job of a novel and its newest that was DONE, pages of a host
that has jobs to do, the newest revoked token (by it the API knows that it was closed once). Rows go some at a time, so that no worker
waits for long.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from ingestion import config, db
from ingestion.export import store as made
from ingestion.models import ApiToken, Base, Job, JobEvent, Page
from ingestion.options import Keeping
from ingestion.pictures import store, table
from ingestion.status import UNFINISHED, JobStatus

BATCH = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Pruned:
    """What was let go, or would be: how many, and how many bytes they took."""

    what: str
    count: int
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Which rows of a table are over, once `clock` is so many days ago (0: never), and by what key they go."""

    what: str
    model: type[Base]
    key: InstrumentedAttribute[Any]
    clock: InstrumentedAttribute[Any]
    days: int
    which: ColumnElement[bool]

    @property
    def over(self) -> ColumnElement[bool]:
        """The condition on a row."""
        return self.which & _ago(self.clock, self.days)


def prune(*, dry_run: bool = False) -> list[Pruned]:
    """Let go of all that is over, a transaction for each BATCH; with `dry_run`, only count it. Raises OSError for the files."""
    rules = [rule for rule in _rules(config.settings()) if rule.days]
    rows = [_counted(rule) if dry_run else _deleted(rule) for rule in rules]
    return [*rows, _stray_pictures(dry_run=dry_run), _old_books(dry_run=dry_run)]


def _rules(kept: Keeping) -> Iterator[Rule]:
    is_done, ended, real = Job.status == JobStatus.DONE, Job.status.not_in(UNFINISHED), ~Job.dry_run & _is_not_needed()
    event = partial(Rule, model=JobEvent, key=JobEvent.id, clock=JobEvent.created_at)
    of_done = exists().where(Job.id == JobEvent.job_id, is_done, _ago(Job.updated_at, kept.keep_events_days))
    yield event(what="events of jobs that are DONE", days=kept.keep_events_days, which=of_done)
    job = partial(Rule, model=Job, key=Job.id, clock=Job.updated_at)
    yield job(what="jobs that are DONE", days=kept.keep_jobs_days, which=is_done & real)
    yield job(what="jobs in ERROR", days=kept.keep_errors_days, which=(Job.status == JobStatus.ERROR) & real)
    yield job(what="dry runs", days=kept.keep_dry_runs_days, which=ended & Job.dry_run)
    page = partial(Rule, model=Page, key=Page.fingerprint, clock=Page.fetched_at)
    idle = ~exists().where(Job.host == Page.host, Job.status.in_(UNFINISHED))
    yield page(what="pages", days=kept.keep_pages_days, which=idle)
    token, other = partial(Rule, model=ApiToken, key=ApiToken.name, clock=ApiToken.revoked_at), aliased(ApiToken)
    newer = exists().where(other.revoked_at > ApiToken.revoked_at)
    yield token(what="revoked tokens", days=kept.keep_tokens_days, which=newer)


def _ago(clock: InstrumentedAttribute[Any], days: int) -> ColumnElement[bool]:
    return clock < func.now() - timedelta(days=days)


def _is_not_needed() -> ColumnElement[bool]:
    """Its novel is gone, or a later job has read it."""
    later = aliased(Job)
    return Job.novel_id.is_(None) | exists().where(
        later.novel_id == Job.novel_id, later.id > Job.id, later.status == JobStatus.DONE
    )


def _size(model: type[Base]) -> ColumnElement[int]:
    """The bytes of a row as they are stored; by columns, since a whole row would be unpacked."""
    columns = [func.coalesce(func.pg_column_size(column), 0) for column in model.__table__.columns]
    return sum(columns[1:], start=columns[0])


def _counted(rule: Rule) -> Pruned:
    query = select(func.count(), func.coalesce(func.sum(_size(rule.model)), 0)).select_from(rule.model)
    with db.transaction() as session:
        count, size = session.execute(query.where(rule.over)).one()
    return Pruned(what=rule.what, count=count, size=int(size))


def _deleted(rule: Rule) -> Pruned:
    count = size = 0
    while sizes := db.patiently(lambda session: _delete_some(session, rule)):
        count += len(sizes)
        size += sum(sizes)
    return Pruned(what=rule.what, count=count, size=size)


def _delete_some(session: Session, rule: Rule) -> list[int]:
    """The sizes of the rows that went. One that somebody is changing is left for the next time."""
    some = select(rule.key).where(rule.over).limit(BATCH)
    gone = delete(rule.model).where(rule.key.in_(some.with_for_update(of=rule.model, skip_locked=True)))
    statement = gone.returning(_size(rule.model))
    return list(session.scalars(statement, execution_options={"synchronize_session": False}))


def _stray_pictures(*, dry_run: bool) -> Pruned:
    """Files of the pictures' folder that no row names. A bucket is left alone: a picture could come back between a look and its end."""
    folder = store.opened()
    sizes: list[int] = []
    if isinstance(folder, store.Folder):
        old = list(folder.old())  # before the table is read: what came since is not among them
        with db.transaction() as session:
            named = set(table.all_names(session))
        stray = [(path, size) for path, size in old if path.name not in named]
        sizes = [size for path, size in stray if dry_run or folder.remove(path)]
    return Pruned(what="pictures that nothing names", count=len(sizes), size=sum(sizes))


def _old_books(*, dry_run: bool) -> Pruned:
    days = config.settings().keep_exports_days
    books = list(made.old(days)) if days else []
    for path, _ in books:
        if not dry_run:
            path.unlink(missing_ok=True)
    return Pruned(what="books made of novels", count=len(books), size=sum(size for _, size in books))
