"""A job's log, for `cli.py logs`: the lines that name it, kept in Redis for a week, and the events of its timeline in between.

Whatever machine a worker is on, its lines are there without anything being set up; each process writes them to its output as
well. Redis being away costs lines and nobody's time: after one that could not be kept, none is tried for some seconds. The events are in
PostgreSQL, so the story is there when the lines are gone.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC
from typing import Any

from redis import RedisError

from ingestion import broker, db, joblist, logs
from ingestion.embedded import EmbeddedError
from ingestion.models import JobEvent
from ingestion.values import LogFormat
from ingestion.visible import shortened

#: About so many lines of each job, the newest, are kept, and so long after the last.
LINES = 2000
KEPT_SECONDS = 7 * 86_400
#: Characters that are kept of what a line says of one thing: a library may put a whole page into a line, and Redis is memory.
LONGEST = 10_000
SILENT_SECONDS = 10.0

#: A line or an event: `timestamp` (ISO 8601, UTC), `level`, `logger`, `event`, `attempt`, and whatever else it says.
Entry = dict[str, Any]


class Keeper(logging.Handler):
    """Keeps each line that names a job. It never waits for long, and never fails."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logs.formatter(LogFormat.JSON))
        self._silent_until = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line, if it is a job's."""
        job = logs.job_of(record)
        if job is None or time.monotonic() < self._silent_until:
            return
        try:
            with broker.prompt_connection().pipeline(transaction=False) as pipeline:
                pipeline.xadd(_key(job), {"line": _limited(self.format(record))}, maxlen=LINES, approximate=True)
                pipeline.expire(_key(job), KEPT_SECONDS)
                pipeline.execute()
        except (RedisError, EmbeddedError):
            self._silent_until = time.monotonic() + SILENT_SECONDS
        except Exception:  # logging's own way: whatever a library's line lacks, the job goes on
            self.handleError(record)


def keep() -> None:
    """Let this process, and the children that it forks, keep the lines of jobs from now on."""
    logging.getLogger().addHandler(Keeper())


class Story:
    """One job's log, read on and on."""

    def __init__(self, job_id: int) -> None:
        self._job_id = job_id
        self._last_line = "-"
        self._last_event = 0
        #: Why there are no lines; None where Redis answers.
        self.without_lines: str | None = None

    def more(self) -> list[Entry]:
        """What there is, or is new since the last call, by time. Events alone while Redis is away."""
        with db.transaction() as session:
            events = [e for e in joblist.events(session, self._job_id) if e.id > self._last_event]
        if events:
            self._last_event = events[-1].id
        return sorted([*self._lines(), *map(_told, events)], key=lambda entry: str(entry.get("timestamp")))

    def _lines(self) -> list[Entry]:
        try:
            found: Any = broker.prompt_connection().xrange(_key(self._job_id), min=self._last_line)
        except RedisError as error:
            self.without_lines = str(error).partition("\n")[0]
            return []
        if found:
            self._last_line = f"({found[-1][0].decode()}"
        return [json.loads(fields[b"line"]) for _, fields in found]


def _limited(line: str) -> str:
    """A line of JSON, shortened where it says very much."""
    if len(line) <= LONGEST:
        return line
    return json.dumps({name: _short(said) for name, said in json.loads(line).items()}, ensure_ascii=False)


def _short(said: Any) -> Any:
    if isinstance(said, dict | list):
        return shortened(json.dumps(said), LONGEST)
    return shortened(said, LONGEST) if isinstance(said, str) else said


def _told(event: JobEvent) -> Entry:
    at = event.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    told = {"timestamp": at, "level": "info", "logger": "timeline", "event": event.message}
    return told | {"attempt": event.attempt, "status": event.status.value}


def _key(job_id: int) -> str:
    return f"quire:log:{job_id}"
