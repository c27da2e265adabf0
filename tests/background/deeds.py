"""Kinds of background work for tests, and tasks of them: what one does stands in its args."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import pytest
from sqlalchemy import select, update

from ingestion import db
from ingestion.background import ringing, table
from ingestion.background.kinds import KINDS, Ending, Kind
from ingestion.errors import ParseError, Unreachable
from ingestion.lease import Lease
from ingestion.models import Task
from ingestion.queue import EXPORT

DEED = Kind(
    name="deed", queue=EXPORT, run="tests.background.deeds:run", timeout_seconds=60, attempts=2, retry_seconds=0
)


def run(args: dict[str, Any], lease: Lease) -> Ending:
    """Do what `args` says, then write down what it was."""
    match args["deed"]:
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "fail":
            raise Unreachable("nobody answers")
        case "refuse":
            raise ParseError("it cannot be read")
        case "err":
            raise ZeroDivisionError("division by zero")
        case "sleep":
            time.sleep(30)
        case "toil":
            while True:
                lease.checkpoint()
                time.sleep(0.05)
    return lambda _: {"did": args["deed"]}


def known(monkeypatch: pytest.MonkeyPatch, kind: Kind = DEED) -> None:
    """Let this process and those forked from it know the kind."""
    monkeypatch.setitem(KINDS, kind.name, kind)


def ask(deed: str, *, kind: Kind = DEED, once: str | None = None) -> int:
    """The id of a new task, or of the one that is already there."""
    return ringing.submit(kind, {"deed": deed}, once=once)[0].id


def claim(task_id: int, *, lease_seconds: float = 60) -> Task:
    with db.transaction() as session:
        task = table.claim(session, task_id, worker="here:1", lease_seconds=lease_seconds)
    assert task is not None
    return task


def read(task_id: int) -> Task:
    with db.transaction() as session:
        return session.get_one(Task, task_id)


def only() -> Task:
    """The only task that there is."""
    with db.transaction() as session:
        return session.scalars(select(Task)).one()


def change(task_id: int, **values: Any) -> None:
    with db.transaction() as session:
        session.execute(update(Task).where(Task.id == task_id).values(**values))
