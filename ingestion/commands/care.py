"""Commands that look after the queue: put back what is stranded, pause and resume."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ingestion import urls
from ingestion.commands import output
from ingestion.models import ALL_HOSTS

if TYPE_CHECKING:
    from ingestion.recovery import Recovered

Site = Annotated[str, typer.Option(metavar="HOST", help="Only this host, with its port where its URLs have one.")]


def process_queue(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    as_json: output.Json = False,
) -> None:
    """Put stranded jobs and background tasks back into their queues, after an outage. A second time there is nothing left to do.

    Example: python cli.py process-queue --dry-run
    """
    from ingestion import recovery
    from ingestion.background import stranded

    done = recovery.look() if dry_run else recovery.recover()
    tasks = stranded.look() if dry_run else stranded.recover()
    if as_json:
        output.as_json(asdict(done) | {"tasks": asdict(tasks)})
        return
    would = "would be " if dry_run else ""
    _tell(done, "job", "dead-letters", would)
    if tasks != recovery.Recovered():
        _tell(tasks, "task", "tasks --status error", would)


def _tell(done: Recovered, what: str, dead: str, would: str) -> None:
    for row in done.expired:
        output.out.print(f"{what} {row}: {would}taken from an attempt that stopped without a word")
    for row in done.dead:
        output.out.print(f"{what} {row}: {would}given up, its attempts are spent; see `{dead}`")
    for row in done.requeued:
        output.out.print(f"{what} {row}: {would}pushed to its queue")
    output.out.print(
        f"{len(done.requeued)} {what}s {would}pushed to the queue, {len(done.expired)} {would}taken from attempts that had "
        f"stopped, {len(done.dead)} {would}given up"
    )


def pause(site: Site = ALL_HOSTS) -> None:
    """Begin no job, of one host or of any, until `resume`. What runs goes on, what waits is kept, and posts are taken.

    Example: python cli.py pause --site www.royalroad.com
    """
    from ingestion import db, pauses

    with db.transaction() as session:
        pauses.pause(session, _host(site))
        output.out.print(f"paused: {', '.join(map(_named, pauses.paused(session)))}", highlight=False)


def resume(site: Site = ALL_HOSTS) -> None:
    """Undo `pause`, and put the jobs that waited into the queue.

    Example: python cli.py resume --site www.royalroad.com
    """
    from ingestion import db, pauses, recovery

    with db.transaction() as session:
        known = pauses.resume(session, _host(site))
        still = pauses.paused(session)
    if not known:
        raise SystemExit(f"{_named(site)} is not paused; paused now: {', '.join(map(_named, still)) or 'nothing'}")
    done = recovery.recover()
    output.out.print(f"resumed: {_named(site)}; {len(done.requeued)} jobs pushed to the queue", highlight=False)


def _host(site: str) -> str:
    """The host as jobs know it, whatever way of writing it."""
    if site == ALL_HOSTS:
        return site
    try:
        return urls.host(site.strip())
    except urls.UnusableURL as reason:
        raise SystemExit(f"--site: {reason}") from None


def _named(host: str) -> str:
    return "every host" if host == ALL_HOSTS else host
