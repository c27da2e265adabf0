"""GET /tasks: work that outlives the request that asked for it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import Field

from ingestion import bookshelf, db
from ingestion.api.schemas import Body, Id, Limit
from ingestion.background import ringing, table
from ingestion.background.kinds import REPARSE
from ingestion.models import Task
from ingestion.status import TaskStatus

router = APIRouter(tags=["tasks"])

#: Seconds after which it makes sense to look at an unfinished task again.
LOOK_AGAIN_SECONDS = 2
UNFINISHED = {TaskStatus.QUEUED, TaskStatus.RUNNING}


class TaskOut(Body):
    """A background task. While it is queued again, its error is that of the attempt before."""

    id: int = Field(examples=[42])
    kind: str = Field(examples=["reparse"])
    args: dict[str, Any] = Field(examples=[{"novel_id": 7}], description="What it is about.")
    status: TaskStatus
    attempt: int = Field(examples=[1])
    result: dict[str, Any] | None = Field(
        None, examples=[{"changed": 6}], description="What came of it, once it is done."
    )
    error_kind: str | None = Field(None, examples=["shrunk"])
    error_message: str | None = Field(None, description="Why it is in error, and what to do.")
    not_before: datetime | None = Field(None, description="When a task that failed is tried again, at the earliest.")
    created_at: datetime
    ended_at: datetime | None = None
    kept_until: datetime | None = Field(None, description="When the task and its result are forgotten.")


@router.get("/tasks")
def list_tasks(
    kind: Annotated[str | None, Query(pattern=r"^[a-z_]{1,50}$", examples=["reparse"])] = None,
    status: Annotated[TaskStatus | None, Query()] = None,
    limit: Limit = 50,
) -> list[TaskOut]:
    """Background tasks, newest first."""
    with db.transaction() as session:
        return [TaskOut.model_validate(task) for task in table.page(session, kind=kind, status=status, limit=limit)]


@router.get("/tasks/{task_id}")
def get_task(task_id: Id, response: Response) -> TaskOut:
    """One task, with its result or error. While it is unfinished, `Retry-After` says when to look again."""
    with db.transaction() as session:
        task = table.get(session, task_id)
    if task is None:
        raise HTTPException(404, f"no task {task_id}; one that has ended is kept for a while only")
    return told(task, response)


@router.post("/novels/{novel_id}/reparse", status_code=202)
def reparse(novel_id: Id, response: Response) -> TaskOut:
    """Read the novel's stored pages again, after its spider was mended, without a request to its site.

    The task at `Location` does it: a new one, or the unfinished one that is already there.
    """
    with db.transaction() as session:
        if bookshelf.get(session, novel_id) is None:
            raise HTTPException(404, f"no novel {novel_id}")
    task, _ = ringing.submit(REPARSE, {"novel_id": novel_id}, once=str(novel_id))
    response.headers["Location"] = f"/tasks/{task.id}"
    return told(task, response)


def told(task: Task, response: Response) -> TaskOut:
    """The task as an answer's body, and in its headers when to look again."""
    if task.status in UNFINISHED:
        with db.transaction() as session:
            rest = (task.not_before - db.now(session)).total_seconds() if task.not_before else 0.0
        response.headers["Retry-After"] = str(max(LOOK_AGAIN_SECONDS, round(rest)))
    return TaskOut.model_validate(task)
