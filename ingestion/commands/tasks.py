"""Commands about background tasks."""

from __future__ import annotations

from typing import Annotated

import typer

from ingestion.commands import output
from ingestion.status import TaskStatus


def tasks(
    status: Annotated[TaskStatus | None, typer.Option(help="Only these.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind.")] = None,
    limit: output.Limit = 20,
    as_json: output.Json = False,
) -> None:
    """List background tasks, newest first.

    Example: python cli.py tasks --status error
    """
    from ingestion import db
    from ingestion.api.tasks import TaskOut
    from ingestion.background import table

    with db.transaction() as session:
        found = table.page(session, kind=kind, status=status, limit=limit)
    rows = [TaskOut.model_validate(task).model_dump(mode="json") for task in found]
    if as_json:
        output.as_json(rows)
    else:
        output.table(rows, "id", "kind", "status", "attempt", "created_at", "error_kind", "error_message")


def task(task_id: Annotated[int, typer.Argument(min=1, metavar="ID")], as_json: output.Json = False) -> None:
    """Show one background task: what it is about, and its result or error.

    Example: python cli.py task 42
    """
    from ingestion import db
    from ingestion.api.tasks import TaskOut
    from ingestion.background import table

    with db.transaction() as session:
        found = table.get(session, task_id)
    if found is None:
        raise SystemExit(f"no task {task_id}; `python cli.py tasks` lists them, for as long as they are kept")
    row = TaskOut.model_validate(found).model_dump(mode="json")
    if as_json:
        output.as_json(row)
        return
    for name, value in row.items():
        if value is not None:
            output.out.print(f"{name:>13}  {value}", markup=False, highlight=False)
