"""A really full disk under PostgreSQL and under Valkey, on a small file system of their own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis, RedisError

from ingestion import intake, migrations
from ingestion.status import JobStatus
from tests.conftest import configure
from tests.mortal import Postgres, Valkey, folder, sockets
from tests.processes import ended, has_pages, is_running, lives, post, read, working
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site
from tests.waiting import until


@contextlib.contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[Path]:
    """A file system of that size at `place`; skips the test where we may not mount one."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a full disk needs a file system of its own, and mounting one needs root ({error})")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Leave no byte free; the file that takes them."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(2**20)) == 2**20:
            pass
    return ballast


def novel_pages(delay: float, chapters: int = 24) -> dict[str, Page]:
    """Pages that do not fit into the room that a table has left."""
    filling = "".join(f"<!-- {os.urandom(32).hex()} -->" for _ in range(800))
    pages = plain.render(make_novel(chapters=chapters))
    return {
        path: replace(page, delay=delay, body=page.content.replace(b"</body>", f"{filling}</body>".encode()))
        for path, page in pages.items()
    }


@pytest.fixture
def disk() -> Iterator[Path]:
    with folder() as place, small_disk(place, megabytes=160) as mounted:
        yield mounted


@pytest.mark.long
def test_a_job_waits_while_the_disk_of_postgresql_is_full(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, disk: Path
):
    with sockets() as place, contextlib.closing(Postgres(disk / "postgres", place)) as postgres:
        postgres.start()
        configure(monkeypatch, DATABASE_URL=postgres.url)
        migrations.upgrade()
        with Site(novel_pages(delay=0.2)) as site, working(LEASE_SECONDS="600", PACE_SECONDS="0.15") as worker:
            job_id = post(f"{site.url}/index.html")
            until(lambda: has_pages(job_id), "no page was fetched")
            ballast = fill(disk)
            until(lambda: has_stopped(site), "the crawl goes on without room for its pages")
            assert (is_running(job_id), lives(worker)) == (True, True)
            ballast.unlink()
            job = ended(job_id)

    assert (job.status, job.attempt, job.chapters_saved) == (JobStatus.DONE, 1, 24), job.error_message


def has_stopped(site: Site) -> bool:
    before = len(site.hits)
    time.sleep(2)
    return len(site.hits) == before


def test_a_job_is_taken_and_done_though_the_disk_of_redis_is_full(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, disk: Path
):
    with sockets() as place, contextlib.closing(Valkey(disk / "valkey", place, durable=True)) as valkey:
        valkey.start()
        configure(monkeypatch, REDIS_URL=valkey.url)
        with Site(novel_pages(delay=0.2)) as site, working(RECOVERY_SECONDS="1") as worker:
            busy = post(f"{site.url}/index.html")
            until(lambda: has_pages(busy), "no page was fetched")
            ballast = fill(disk)
            until(lambda: refuses(valkey), "Valkey wants no disk")
            taken = intake.submit(f"{site.url}/chapters/none.html")
            assert (ended(busy).status, read(busy).attempt) == (JobStatus.DONE, 1)
            assert lives(worker)
            ballast.unlink()

            assert ended(taken.job.id).error_kind == "not_found"
            assert lives(worker)
    assert taken.message == intake.WAITING


def refuses(valkey: Valkey) -> bool:
    with Redis.from_url(valkey.url) as client:
        try:
            client.set("more", "x" * 10_000)
        except RedisError as error:
            return "MISCONF" in str(error)
    return False
