"""Jobs on a terminal as they happen: one until it has ended, or all of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingestion.commands import output

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from ingestion.models import JobEvent


def look(job_id: int) -> dict[str, Any]:
    """The job as it is. Raises SystemExit when there is none."""
    from ingestion import db

    with db.transaction() as session:
        return _read(session, job_id)


def _read(session: Session, job_id: int) -> dict[str, Any]:
    from ingestion import joblist as table
    from ingestion.api.schemas import JobDetail

    # The event first, as the API does it: whoever goes on from it misses nothing.
    newest, found = table.last_event(session, job_id), table.get(session, job_id)
    if found is None:
        raise SystemExit(f"no job {job_id}; `python cli.py jobs` lists them")
    return JobDetail.model_validate(found).model_copy(update={"last_event_id": newest}).model_dump(mode="json")


def followed(job_id: int, *, show: bool) -> dict[str, Any]:
    """The job as it ended, its progress drawn meanwhile if `show`. An outage of a server is waited out."""
    from ingestion import db, events, progress

    look(job_id)  # a server that is away from the start is said and not waited for
    read = partial(_read, job_id=job_id)
    with events.bell(job_id) as wait:
        return progress.follow(lambda: db.patiently(read), wait=wait, show=show)


def watch(
    site: Annotated[str | None, typer.Option(help="Only jobs read by this spider, or from this host.")] = None,
) -> None:
    """Show each step of every job as it happens, until Ctrl-C.

    Example: python cli.py watch --site royalroad
    """
    with contextlib.suppress(KeyboardInterrupt):
        for event in news(site):
            when = event.created_at.astimezone().strftime("%H:%M:%S")
            output.say(f"{when}  job {event.job_id}  {event.status:<8}  {event.message}")


def news(site: str | None) -> Iterator[JobEvent]:
    """What happens from now on to jobs of this site."""
    from ingestion import db, events, feed, joblist

    mark: feed.Mark | None = None

    def since(session: Session) -> tuple[list[JobEvent], feed.Mark]:
        found, here = feed.since(session, mark)
        jobs = joblist.by_id(session, {event.job_id for event in found})
        return [e for e in found if site in {None, jobs[e.job_id].site, jobs[e.job_id].host}], here

    with events.bell() as wait:
        while True:
            found, mark = db.patiently(since)
            yield from found
            wait()
