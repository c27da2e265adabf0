"""Commands as an operator types them, and jobs for them to be about."""

from __future__ import annotations

from typer.testing import CliRunner, Result

import cli
from ingestion import db, jobs, logs
from ingestion.errors import IngestionError
from ingestion.retry import Backoff
from tests.processes import post, read


def run(*words: object) -> Result:
    """What ``python cli.py …words`` says, and its exit code."""
    try:
        return CliRunner().invoke(cli.app, [str(word) for word in words])
    finally:
        logs.configure("test")  # the command's own standard error is closed by now


def posted(count: int) -> list[int]:
    """New jobs, each at a host of its own: example0.org, example1.org, and so on."""
    return [post(f"https://example{n}.org/novel") for n in range(count)]


def claim(job_id: int, *, lease_seconds: float = 60) -> None:
    with db.transaction() as session:
        assert jobs.claim(session, job_id, worker="here:1", lease_seconds=lease_seconds)


def fail(job_id: int, error: IngestionError) -> None:
    """Let the job's next attempt end so."""
    claim(job_id)
    with db.transaction() as session:
        jobs.end(session, job_id, read(job_id).attempt, error, Backoff.as_set())


def statuses(*job_ids: int) -> list[str]:
    return [read(job_id).status.value for job_id in job_ids]
