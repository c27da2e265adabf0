"""Messages on Redis: after the commit, of what was committed, and never in the way of it."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from redis.client import PubSub
from sqlalchemy.orm import Session

from ingestion import broker, db, events, jobs, lease
from tests.commandline import claim, posted
from tests.conftest import configure
from tests.processes import read

pytestmark = pytest.mark.usefixtures("environment")


@pytest.fixture
def ear() -> Iterator[PubSub]:
    with broker.connection().pubsub() as made:
        made.psubscribe("job_updates:*")
        made.get_message(timeout=5)
        yield made


def said(ear: PubSub) -> list[tuple[str, dict[str, Any]]]:
    """What was published so far, by channel."""
    told = []
    while message := ear.get_message(timeout=0.05):
        told.append((message["channel"].decode(), json.loads(message["data"])))
    return told


def test_each_event_is_published_on_two_channels(ear: PubSub):
    (job_id,) = posted(1)
    claim(job_id)

    told = said(ear)
    assert [channel for channel, _ in told] == [f"job_updates:{job_id}", "job_updates:all"] * 2
    assert told[0][1] == told[1][1]
    assert told[2][1].items() >= {"type": "event", "job_id": job_id, "attempt": 1, "status": "crawling"}.items()
    assert told[0][1]["id"] < told[2][1]["id"]


def test_nothing_is_published_before_the_commit_or_without_one(ear: PubSub):
    (job_id,) = posted(1)
    said(ear)
    with Session(db.engine()) as session:
        jobs.cancel(session, job_id)
        session.rollback()
        session.commit()
    with db.transaction() as session:
        jobs.cancel(session, job_id)
        before = said(ear)

    assert before == []
    assert [message["status"] for _, message in said(ear)] == ["error"] * 2


def test_progress_is_published_without_an_id(ear: PubSub):
    (job_id,) = posted(1)
    claim(job_id)
    said(ear)
    held = lease.Lease(read(job_id), 60)
    held.progress = {"pages_done": 3, "pages_total": 9}
    held.patiently(held.store)

    expected = {"type": "progress", "job_id": job_id, "pages_done": 3, "pages_total": 9}
    assert said(ear) == [(f"job_updates:{job_id}", expected), ("job_updates:all", expected)]


def test_redis_being_away_fails_no_commit_and_delays_few(monkeypatch: pytest.MonkeyPatch):
    (job_id,) = posted(1)
    with socket.create_server(("127.0.0.1", 0)) as mute:  # it takes connections, and answers nothing
        configure(monkeypatch, REDIS_URL=f"redis://127.0.0.1:{mute.getsockname()[1]}/0")
        begun = time.monotonic()
        claim(job_id)
        for _ in range(20):
            with db.transaction() as session:
                jobs.renew(session, job_id, 1, lease_seconds=60)

    assert read(job_id).attempt == 1
    assert time.monotonic() - begun < 3


def test_what_others_write_to_the_channel_is_the_progress_of_no_job():
    others = (b"", b"x", b"7", b"[]", b"{}", b'{"type": "progress"}', b'{"type": "progress", "job_id": {}}')

    assert {events.progressed(message) for message in others} == {None}
