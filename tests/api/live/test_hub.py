"""The hub under stress: Redis and PostgreSQL that go away, clients that do not keep up, and many at once."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from redis import Redis

from ingestion import db, events, intake, jobs
from ingestion.api.live import hub, sockets, streams
from ingestion.api.live.listener import MOST_WAITING, Farewell, Listener
from ingestion.api.live.messages import Change, Wish
from ingestion.errors import NotFound
from ingestion.models import JobEvent
from ingestion.status import JobStatus
from tests.api.live import Served, hear, rest, steps
from tests.commandline import claim, fail, posted
from tests.conftest import configure
from tests.mortal import Valkey
from tests.mortal import sockets as folder_of_sockets
from tests.processes import read
from tests.waiting import until

HANDSHAKE = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that are away are tried again soon."""
    monkeypatch.setattr(hub, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(hub, "AWAY_SECONDS", 0.1)


@contextlib.contextmanager
def asked(api: Served, path: str, headers: str = "") -> Iterator[socket.socket]:
    """A connection that asks for this, and reads nothing of the answer."""
    with socket.create_connection(("127.0.0.1", api.port), timeout=10) as made:
        made.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode())
        yield made


def test_redis_may_come_and_go_and_nothing_is_missed_or_told_twice(
    api: Served, quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (job_id,) = posted(1)
    with folder_of_sockets() as folder, contextlib.closing(Valkey(tmp_path / "valkey", folder)) as valkey:
        valkey.start()
        configure(monkeypatch, REDIS_URL=valkey.url)
        with api.socket(f"/ws/jobs/{job_id}") as client:
            first = hear(client)
            valkey.shut_down()
            claim(job_id)
            away = hear(client, "event")
            valkey.start()
            until(lambda: _ears(valkey.url) == 1, "the hub did not come back")
            intake.cancel(job_id)
            told = rest(client)

    assert (first["type"], steps([away])) == ("snapshot", ["crawling"])
    assert steps(told) == ["error"]


def test_progress_is_told_while_redis_hangs(api: Served, quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (job_id,) = posted(1)
    claim(job_id)
    with folder_of_sockets() as folder, contextlib.closing(Valkey(tmp_path / "valkey", folder)) as valkey:
        valkey.start()
        configure(monkeypatch, REDIS_URL=valkey.url)
        with api.socket(f"/ws/jobs/{job_id}") as client, Redis.from_url(valkey.url) as redis:
            until(lambda: api.hub._hears, "the hub does not listen")
            server = psutil.Process(redis.info("server")["process_id"])
            server.suspend()
            try:
                with db.transaction() as session:
                    jobs.renew(session, job_id, 1, lease_seconds=60, pages_done=17)
                while hear(client, "progress")["job"]["pages_done"] == 0:
                    pass  # what was told before it hung
            finally:
                server.resume()


def test_postgresql_may_come_and_go_and_nothing_is_missed(
    api: Served, quick: None, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
):
    (job_id,) = posted(1)
    with api.socket(f"/ws/jobs/{job_id}") as client:
        hear(client)
        configure(monkeypatch, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
        time.sleep(0.3)
        configure(monkeypatch, DATABASE_URL=environment["DATABASE_URL"])
        fail(job_id, NotFound("gone"))

        assert steps(rest(client)) == ["crawling", "error"]


@pytest.mark.parametrize(("path", "headers"), [("/jobs/{}/stream", ""), ("/ws/jobs/{}", HANDSHAKE)])
def test_who_takes_nothing_is_left(api: Served, quick: None, monkeypatch: pytest.MonkeyPatch, path: str, headers: str):
    for module in (streams, sockets):
        monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.2)
    (job_id,) = posted(1)
    with asked(api, path.format(job_id), headers) as mute:
        mute.recv(2000)
        with db.transaction() as session:
            long = {"job_id": job_id, "attempt": 0, "status": JobStatus.QUEUED, "message": "x" * 4_000_000}
            session.add_all(JobEvent(**long) for _ in range(3))

        until(lambda: not api.hub.listeners, "the hub still tells it", seconds=5)


def test_who_does_not_keep_up_is_sent_away_and_nothing_waits_for_him(environment: dict[str, str]):
    (job_id,) = posted(1)
    change = Change(job=read(job_id))
    slow = Listener(Wish(job_id=job_id))
    slow.begin([])
    for _ in range(MOST_WAITING):
        slow.hear([change])

    assert (slow.farewell, slow.waiting) == (Farewell.SLOW, 1)  # the farewell


@pytest.mark.parametrize("many", [25, pytest.param(500, marks=pytest.mark.long)])
def test_many_idle_listeners_cost_one_connection_to_redis_and_none_to_postgresql(
    api: Served, environment: dict[str, str], many: int
):
    (job_id,) = posted(1)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(asked(api, f"/jobs/{job_id}/stream"))]
        begun = [_reads(clients[0], b"event: snapshot")]
        until(lambda: _ears(environment["REDIS_URL"]) >= 1, "nobody hears of anything")
        for_one = _ears(environment["REDIS_URL"])
        clients += [stack.enter_context(asked(api, f"/jobs/{job_id}/stream")) for _ in range(many - 1)]
        begun += [_reads(client, b"event: snapshot") for client in clients[1:]]
        ears, used = _ears(environment["REDIS_URL"]), db.engine().pool.checkedout()  # type: ignore[attr-defined]
        fail(job_id, NotFound("gone"))
        told = [_reads(client, b'"error_kind": "not_found"') for client in clients]

    assert (all(begun), all(told), used) == (True, True, 0)
    assert 1 <= ears <= for_one  # others of this test run may listen for a moment, too
    until(lambda: not api.hub.listeners, "some are listened for still")


def _reads(client: socket.socket, what: bytes) -> bool:
    got = b""
    while what not in got and (more := client.recv(65_536)):
        got += more
    return what in got


def _ears(url: str) -> int:
    """How many connections hear of all jobs."""
    with Redis.from_url(url) as client:
        [(_, count)] = client.pubsub_numsub(events.ALL)
    return int(count)
