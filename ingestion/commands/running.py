"""Commands that run the system, or make it ready to run."""

from __future__ import annotations

from typing import Annotated

import typer

from ingestion.commands import output


def up() -> None:
    """Run everything here, with embedded PostgreSQL and Valkey unless DATABASE_URL and REDIS_URL are set. Ctrl-C stops it.

    Example: API_PORT=9000 python cli.py up
    """
    from ingestion import config, system

    raise SystemExit(system.up(config.settings()))


def scheduler() -> None:
    """Make the update jobs of followed novels when they are due, in the foreground. Of several, one acts and the others stand by.

    Example: python cli.py scheduler
    """
    from ingestion import broker, logs, migrations, orphans
    from ingestion.scheduler import Scheduler

    orphans.follow_supervisor()
    logs.configure("scheduler")
    migrations.upgrade()
    Scheduler(broker.connection()).start()


def demo(
    browse: Annotated[bool, typer.Option("--browse", help="Stay until Ctrl-C, to look at it in a browser.")] = False,
) -> None:
    """Show it all once, from nothing: a sample novel from a loopback site into a throwaway library.

    Example: python cli.py demo --browse
    """
    from ingestion import demo as story

    raise SystemExit(story.run(output.out, browse=browse))


def upgrade() -> None:
    """Bring the tables up to date. The API and the workers do so too when they start.

    Example: python cli.py db upgrade
    """
    from ingestion import migrations

    migrations.upgrade()
    output.out.print("the database is up to date")
