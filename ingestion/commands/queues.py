"""Commands about the queues that jobs wait in: how they stand, emptying one, moving a job to another."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

import typer

from ingestion.commands import output
from ingestion.commands.jobs import Ids, each
from ingestion.models import ALL_HOSTS
from ingestion.status import Priority


def move(job_ids: Ids, priority: Annotated[Priority, typer.Option(help="Which queue they are to wait in.")]) -> None:
    """Let unfinished jobs wait in another queue. What is at work does so from its next attempt on.

    Example: python cli.py move 42 --priority high
    """
    from ingestion import intake

    each(job_ids, partial(intake.move, priority=priority), f"moved to priority {priority}")


def queues(as_json: output.Json = False) -> None:
    """Show the queues: the bells in Redis and who listens, and the jobs in PostgreSQL that wait. See docs/operations.md.

    Example: python cli.py queues
    """
    from ingestion import standing

    found = standing.look()
    if as_json:
        output.as_json(asdict(found))
        return
    output.table([_row(asdict(one)) for one in found.queues], *COLUMNS)
    output.say(f"{found.workers} workers")
    if stranded := found.stranded_queued + found.stranded_running:
        output.say(f"{stranded} jobs or tasks are stranded; `python cli.py process-queue` puts them back")


COLUMNS = ("queue", "workers", "bells", "oldest", "started", "failed", "due", "resting", "paused")


def _row(one: dict[str, Any]) -> dict[str, Any]:
    oldest = None if one["oldest_seconds"] is None else f"{one['oldest_seconds']:.0f} s"
    rows: dict[str, Any] = one["rows"]
    return (
        rows
        | {name: one[name] for name in ("workers", "started", "failed")}
        | {"queue": one["name"], "bells": one["size"], "oldest": oldest}
    )


def empty(queue: Annotated[str, typer.Argument(metavar="QUEUE", help="As `python cli.py queues` names it.")]) -> None:
    """Take all bells out of a queue. What they rang for stays QUEUED in PostgreSQL: the next recovery rings for it again.

    Example: python cli.py empty ingestion-low
    """
    from ingestion import config, db, pauses
    from ingestion import queue as bells

    names = bells.known(queue)
    for name in names:
        output.say(f"{name}: {bells.empty(name)} bells removed; what they rang for stays QUEUED")
    with db.transaction() as session:
        held = ALL_HOSTS in pauses.paused(session) and set(names) <= set(bells.NAMES.values())
    if held:
        output.say("it waits until `python cli.py resume`, which rings for it again")
        return
    seconds = config.settings().recovery_seconds
    output.say(
        f"workers ring for it again within {seconds:.0f} s (`python cli.py process-queue`: at once); "
        "`python cli.py pause` keeps jobs waiting, `cancel` ends one"
    )
