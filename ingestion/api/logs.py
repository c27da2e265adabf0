"""GET /jobs/{id}/logs: what was logged of one job."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from ingestion import db, joblist, joblog
from ingestion.api.schemas import Id

router = APIRouter(tags=["jobs"])


class Line(BaseModel):
    """A line of the log, or an event of the timeline (its `logger` is `timeline`), with whatever else it says."""

    model_config = ConfigDict(extra="allow")

    timestamp: str = Field(examples=["2026-05-01T09:30:00.000000Z"])
    level: str = Field(examples=["info"])
    logger: str = Field(examples=["ingestion.tasks"])
    event: str = Field(examples=["crawling"])
    attempt: int | None = Field(None, examples=[1])


@router.get("/jobs/{job_id}/logs")
def get_logs(job_id: Id) -> list[Line]:
    """The job's log, oldest first, of all workers: its newest lines, kept for a week, and its timeline."""
    with db.transaction() as session:
        if joblist.get(session, job_id) is None:
            raise HTTPException(404, f"no job {job_id}")
    told: list[dict[str, Any]] = joblog.Story(job_id).more()
    return [Line.model_validate(entry) for entry in told]
