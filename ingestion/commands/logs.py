"""The command that shows what was logged of a job."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any

import typer

from ingestion.commands import output
from ingestion.status import UNFINISHED

POLL_SECONDS = 0.5
#: What each line of one job's log says over and over.
KNOWN = ("job", "novel", "site", "process", "worker")


def logs(
    job_id: Annotated[int, typer.Argument(min=1, metavar="ID")],
    follow: Annotated[bool, typer.Option("--follow", help="Go on until the job has ended.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print each line as a JSON object, for a script.")] = False,
) -> None:
    """Show what all workers have logged of one job, with its timeline in between.

    Example: python cli.py logs 42 --follow
    """
    from ingestion import joblog

    story = joblog.Story(job_id)
    while True:
        goes_on = _is_unfinished(job_id)  # asked first: what is written before the end is then not missed
        for entry in story.more():
            output.say(json.dumps(entry, ensure_ascii=False) if as_json else _line(entry))
        if story.without_lines is not None:
            raise SystemExit(f"Redis does not answer, so this is the timeline alone: {story.without_lines}")
        if not (follow and goes_on):
            return
        time.sleep(POLL_SECONDS)


def _line(entry: dict[str, Any]) -> str:
    from ingestion.logs import readable

    return readable({name: value for name, value in entry.items() if name not in KNOWN})


def _is_unfinished(job_id: int) -> bool:
    from ingestion import db, joblist

    with db.transaction() as session:
        job = joblist.get(session, job_id)
    if job is None:
        raise SystemExit(f"no job {job_id}; `python cli.py jobs` lists them")
    return job.status in UNFINISHED
