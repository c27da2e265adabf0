"""Jobs on a terminal: what is shown when something happens, and how soon."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import time

import psycopg2
import pytest
from sqlalchemy import make_url

from ingestion import broker, events, intake
from ingestion.errors import NotFound
from tests.commandline import claim, fail, posted, run
from tests.conftest import configure
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("environment")


def heard(channel: str) -> None:
    """Wait until somebody listens there."""
    client = broker.connection()
    until(lambda: client.pubsub_numsub(channel)[0][1] > 0, "nobody listened")


def test_watch_tells_each_step_of_a_site_s_jobs_until_ctrl_c():
    first, second = posted(2)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it

    def happen() -> None:
        heard(events.ALL)
        for job_id in (first, second):
            fail(job_id, NotFound("gone"))
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=happen).start()
    told = run("watch", "--site", "example1.org")
    signal.signal(signal.SIGINT, before)

    assert told.exit_code == 0
    assert [line.split("  ", 1)[1] for line in told.stdout.splitlines()] == [
        f"job {second}  crawling  attempt 1 claimed by here:1",
        f"job {second}  error     gone",
    ]


@pytest.mark.parametrize("redis", ["there", "away"])
def test_following_ends_soon_after_the_job_does(monkeypatch: pytest.MonkeyPatch, redis: str):
    (job_id,) = posted(1)
    claim(job_id)
    if redis == "away":
        configure(monkeypatch, REDIS_URL="redis://127.0.0.1:1/0")
    later = threading.Timer(0.3, intake.cancel, [job_id])
    begun = time.monotonic()
    later.start()
    told = run("job", job_id, "--follow")
    later.join()

    assert "cancelled by hand" in told.stdout
    assert time.monotonic() - begun < events.QUIET_SECONDS


def test_following_outlasts_postgresql_s_absence(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(events, "QUIET_SECONDS", 0.2)
    (job_id,) = posted(1)
    host = make_url(environment["DATABASE_URL"]).query["host"]

    def happen() -> None:
        heard(events.CHANNEL.format(job_id))
        with contextlib.closing(psycopg2.connect(host=host, user="postgres", dbname="postgres")) as admin:
            admin.autocommit = True
            with admin.cursor() as cursor:
                cursor.execute("ALTER DATABASE quire ALLOW_CONNECTIONS false")
                cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'quire'")
                time.sleep(3 * events.QUIET_SECONDS)
                cursor.execute("ALTER DATABASE quire ALLOW_CONNECTIONS true")
        intake.cancel(job_id)

    later = threading.Thread(target=happen)
    later.start()
    told = run("job", job_id, "--follow", "--json")
    later.join()

    said = json.loads(told.stdout)
    assert (said["error_kind"], said["last_event_id"]) == ("cancelled", said["events"][-1]["id"])
