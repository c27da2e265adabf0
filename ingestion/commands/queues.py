"""Commands about the queues that jobs wait in."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from ingestion.commands.jobs import Ids, each
from ingestion.status import Priority


def move(job_ids: Ids, priority: Annotated[Priority, typer.Option(help="Which queue they are to wait in.")]) -> None:
    """Let unfinished jobs wait in another queue. What is at work does so from its next attempt on.

    Example: python cli.py move 42 --priority high
    """
    from ingestion import intake

    each(job_ids, partial(intake.move, priority=priority), f"moved to priority {priority}")
