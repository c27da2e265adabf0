"""Everything an operator does by hand: ``python cli.py --help``."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from ingestion.startup import explained
from ingestion.status import JobStatus, Priority, Refresh

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
database = typer.Typer(no_args_is_help=True, help="The database's tables.")
app.add_typer(database, name="db")
out = Console(soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a script.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many at the most.")]


@app.callback()
def prepare() -> None:
    """Ingest web novels, and look after the service that does it."""
    from ingestion import logs

    # Standard output is for what was asked for; what went wrong on the way goes beside it.
    logs.configure("cli", stream=sys.stderr, level="WARNING")


@app.command()
def ingest(
    url: Annotated[str, typer.Argument(help="The novel's page, its table of contents, or one of its chapters.")],
    follow: Annotated[bool, typer.Option("--follow/--no-follow", help="Stay, and show the progress.")] = True,
    priority: Annotated[Priority, typer.Option(help="Which queue it waits in.")] = Priority.DEFAULT,
    refresh: Annotated[Refresh, typer.Option(help="`all` asks for every chapter again.")] = Refresh.NEW,
    as_json: Json = False,
) -> None:
    """Ingest a novel. With --follow (the default) the exit code is 0 only when the job is DONE.

    Example: python cli.py ingest https://www.royalroad.com/fiction/21220
    """
    from ingestion import intake, progress
    from ingestion.errors import ForbiddenAddress
    from ingestion.urls import UnusableURL

    try:
        taken = intake.submit(url, priority=priority, refresh=refresh)
    except (UnusableURL, ForbiddenAddress) as reason:
        raise SystemExit(str(reason)) from None
    job_id = taken.job.id
    if follow and not as_json:
        out.print(f"job {job_id}: {taken.message}")
    job = progress.follow(lambda: _job(job_id), show=not as_json) if follow else _job(job_id)
    _print(job) if as_json else out.print(progress.verdict(job) if follow else f"job {job_id}: {taken.message}")
    if follow and job["status"] != JobStatus.DONE:
        raise SystemExit(1)


@app.command()
def jobs(
    status: Annotated[JobStatus | None, typer.Option(help="Only these.")] = None,
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """List jobs, newest first.

    Example: python cli.py jobs --status error
    """
    from ingestion import db
    from ingestion import jobs as table
    from ingestion.api.schemas import JobOut

    with db.transaction() as session:
        found = table.page(session, status=status, before=None, limit=limit)
    rows = [JobOut.model_validate(job).model_dump(mode="json") for job in found]
    _print(rows) if as_json else _table(
        rows, "id", "status", "site", "pages_done", "pages_total", "chapters_saved", "source_url", "error_kind"
    )


@app.command()
def job(job_id: Annotated[int, typer.Argument(min=1, metavar="ID")], as_json: Json = False) -> None:
    """Show one job with its timeline.

    Example: python cli.py job 42
    """
    from ingestion import db
    from ingestion import jobs as table
    from ingestion.api.schemas import EventOut

    found = _job(job_id)
    with db.transaction() as session:
        events = [EventOut.model_validate(e).model_dump(mode="json") for e in table.events(session, job_id)]
    if as_json:
        _print(found | {"events": events})
        return
    for name, value in found.items():
        if value is not None:
            out.print(f"{name:>17}  {value}", markup=False, highlight=False)
    _table(events, "created_at", "attempt", "status", "message")


@app.command()
def novels(limit: Limit = 20, as_json: Json = False) -> None:
    """List the library, newest first.

    Example: python cli.py novels --json
    """
    from ingestion.api import library

    found = library.list_novels(limit=limit).model_dump(mode="json")["novels"]
    _print(found) if as_json else _table(
        found, "id", "title", "authors", "status", "chapters_saved", "chapters_missing", "url"
    )


@app.command()
def process_queue(as_json: Json = False) -> None:
    """Put stranded jobs back into the queue, after an outage. A second time there is nothing left to do.

    Example: python cli.py process-queue
    """
    from ingestion import recovery

    done = recovery.recover()
    if as_json:
        _print({"requeued": done.requeued, "expired": done.expired, "dead": done.dead})
        return
    out.print(
        f"{len(done.requeued)} jobs pushed to the queue, {len(done.expired)} taken from attempts that had stopped"
    )


@app.command()
def spiders(as_json: Json = False) -> None:
    """List the sites that have a spider of their own; `generic` reads any other.

    Example: python cli.py spiders
    """
    from ingestion import crawl

    rows = [{"name": s.name, "sites": list(s.allowed_domains or []) or ["any other"]} for s in crawl.spiders()]
    _print(rows) if as_json else _table(rows, "name", "sites")


@app.command()
def up() -> None:
    """Run everything here, with embedded PostgreSQL and Valkey unless DATABASE_URL and REDIS_URL are set. Ctrl-C stops it.

    Example: API_PORT=9000 python cli.py up
    """
    from ingestion import config, system

    raise SystemExit(system.up(config.settings()))


@app.command()
def demo() -> None:
    """Show it all once, from nothing: a sample novel from a loopback site into a throwaway library.

    Example: python cli.py demo
    """
    from ingestion import demo as story

    raise SystemExit(story.run(out))


@database.command()
def upgrade() -> None:
    """Bring the tables up to date. The API and the workers do so too when they start.

    Example: python cli.py db upgrade
    """
    from ingestion import migrations

    migrations.upgrade()
    out.print("the database is up to date")


def _job(job_id: int) -> dict[str, Any]:
    from ingestion import db
    from ingestion import jobs as table
    from ingestion.api.schemas import JobOut

    with db.transaction() as session:
        found = table.get(session, job_id)
    if found is None:
        raise SystemExit(f"no job {job_id}; `python cli.py jobs` lists them")
    return JobOut.model_validate(found).model_dump(mode="json")


def _print(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def _table(rows: list[dict[str, Any]], *columns: str) -> None:
    table = Table(*(name.replace("_", " ") for name in columns), box=None, header_style="bold")
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in columns))
    out.print(table)


def _cell(value: Any) -> str:
    from rich.markup import escape

    return escape(", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value))


if __name__ == "__main__":
    with explained():
        app()
