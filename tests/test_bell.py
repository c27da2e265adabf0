"""What somebody else writes to Redis is not done, and the worker goes on."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq.exceptions import NoSuchJobError

from ingestion import bell, broker, db
from ingestion.models import Job
from ingestion.status import JobStatus
from tests.library import Work, novel
from tests.processes import post, read
from tests.sites import plain
from tests.sites.web import Site

TASK = bell.PROCESS_JOB


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def forged(path: Path) -> dict[str, dict[str, Any]]:
    """RQ jobs that are none of ours, by what is wrong with them. Those that are done make a folder at `path`."""
    call = pickle.dumps((TASK, None, (1,), {}))
    return {
        "code in the pickle": {"data": pickle.dumps((TASK, None, (Trap(path),), {}))},
        "a success callback": {"data": call, "success_callback_name": "os.mkdir"},
        "another function": {"data": pickle.dumps(("os.mkdir", None, (str(path),), {}))},
        "another function as JSON": {"data": f'["os.mkdir", null, ["{path}"], {{}}]'},
        "a method of a value": {"data": pickle.dumps(("format", "text", (1,), {}))},
        "a text": {"data": pickle.dumps((TASK, None, ("1",), {}))},
        "a truth": {"data": pickle.dumps((TASK, None, (True,), {}))},
        "no row": {"data": pickle.dumps((TASK, None, (0,), {}))},
        "more than the row": {"data": pickle.dumps((TASK, None, (1, 2), {}))},
        "named arguments": {"data": pickle.dumps((TASK, None, (1,), {"job_id": 2}))},
        "a failure callback": {"data": call, "failure_callback_name": "os.mkdir"},
        "a webhook": {"data": call, "webhooks": '[{"url": "http://127.0.0.1:1/"}]'},
        "no time": {"data": call, "created_at": "yesterday"},
        "no status": {"data": call, "status": "odd"},
        "noise": {"data": b"\x00\xff"},
        "nothing": {"description": "an empty job"},
    }


KINDS = forged(Path("/nowhere"))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_call_of_the_task_with_a_row_s_id_is_not_there(
    environment: dict[str, str], tmp_path: Path, kind: str
):
    target = tmp_path / "made"
    client = broker.connection()
    client.hset("rq:job:forged", mapping=forged(target)[kind])

    with pytest.raises(NoSuchJobError):
        bell.Bell.fetch("forged", connection=client, serializer=bell.Plain)
    assert not target.exists()


def test_what_is_noted_beside_the_call_is_not_believed(environment: dict[str, str], tmp_path: Path):
    target = tmp_path / "made"
    trap = pickle.dumps(Trap(target))
    call = pickle.dumps((TASK, None, (1,), {}))
    broker.connection().hset("rq:job:forged", mapping={"data": call, "meta": trap, "result": trap})

    assert list(bell.Bell.fetch("forged", connection=broker.connection(), serializer=bell.Plain).args) == [1]
    assert not target.exists()


def test_a_worker_passes_over_what_is_forged_and_does_what_is_not(
    environment: dict[str, str], tmp_path: Path, work: Work
):
    target = tmp_path / "made"
    with Site(plain.render(novel())) as site:
        _push(broker.connection(), forged(target))
        job_id = post(f"{site.url}/index.html")
        work()

    assert read(job_id).status is JobStatus.DONE
    assert not target.exists()


def test_what_a_plain_worker_would_be_told_is_a_bell(environment: dict[str, str]):
    job_id = post("https://example.org/novel")
    (rq_id,) = (key.decode() for key in broker.connection().lrange("rq:queue:ingestion", 0, -1))
    made = bell.Bell.fetch(rq_id, connection=broker.connection(), serializer=bell.Plain)

    assert (made.func_name, list(made.args), made.kwargs) == (TASK, [job_id], {})
    with db.transaction() as session:
        assert session.get(Job, job_id) is not None


def _push(client: Redis, made: dict[str, dict[str, Any]]) -> None:
    for number, fields in enumerate(made.values()):
        client.hset(f"rq:job:forged-{number}", mapping={"origin": "ingestion"} | fields)
        client.rpush("rq:queue:ingestion", f"forged-{number}")
    client.rpush("rq:queue:ingestion", "no id / at all", "absent")
    client.sadd("rq:queues", "rq:queue:ingestion")
