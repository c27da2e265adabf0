"""How much memory, disk and Redis a library and its processes need: `python -m benchmarks.sizing`, about a minute.

The whole system as `cli.py up` runs it, in a throwaway folder, without a pace, against sites on loopback: novels of made-up chapters
of some 10 KB each. Memory is PSS, which counts what processes share once in all (proc(5), smaps_rollup); Linux alone.
"""

from __future__ import annotations

import contextlib
import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx2
import psutil
import psycopg2
import redis
from rq.suspension import suspend

from ingestion import embedded, system
from ingestion.config import Settings
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site

NOVELS, CHAPTERS = 4, 500
WORKERS = 2
QUEUED = 500
BYTES = 10_000


def main() -> None:
    """Print one line a figure."""
    with tempfile.TemporaryDirectory(prefix="quire-sizing-") as folder, (Path(folder) / "log").open("wb") as log:
        settings = _settings(Path(folder))
        with system.started(settings, output=log) as supervisor:
            _measure(settings, supervisor)


def _settings(folder: Path) -> Settings:
    loopback = (ip_network("127.0.0.0/8"),)
    made = Settings(data_dir=folder, api_port=system.free_port(), api_open=True, workers=WORKERS, pace_seconds=0)
    wish = {"ingest_rate": 0, "allowed_networks": loopback, "database_url": None, "redis_url": None}
    return made.model_copy(update=wish)


def _measure(settings: Settings, supervisor: subprocess.Popen[bytes]) -> None:
    urls = embedded.running(settings.data_dir)
    api = httpx2.Client(base_url=f"http://127.0.0.1:{settings.api_port}", timeout=30, trust_env=False)
    _await(lambda: _answers(api) and len(_named(supervisor, "worker.py")) == WORKERS)
    time.sleep(5)  # until all have settled
    for name in ("main.py", "worker.py", "scheduler"):
        for process in _named(supervisor, name)[:1]:
            _say(f"memory of {name}, idle", f"{_megabytes(process):.0f} MB")
    with contextlib.closing(psycopg2.connect(urls.database_url.replace("+psycopg2", ""))) as database:
        database.autocommit = True
        before = _asked(database, "SELECT pg_database_size(current_database())")
        _crawl(api, supervisor)
        grown = _asked(database, "SELECT pg_database_size(current_database())") - before
        _say("disk of PostgreSQL for each chapter, page and text", f"{grown / NOVELS / CHAPTERS / 1000:.1f} KB")
        mine = _asked(database, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'quire'")
        _say(f"connections to PostgreSQL, the API and {WORKERS} workers, idle", str(mine))
    _say("memory of Redis for each queued job", f"{_redis_bytes(api, urls.redis_url) / 1000:.1f} KB")


def _crawl(api: httpx2.Client, supervisor: subprocess.Popen[bytes]) -> None:
    """Ingest all novels, each at a site of its own."""
    highest, began = 0.0, time.monotonic()
    with _sites() as urls:
        jobs = [_post(api, url) for url in urls]
        while {api.get(f"/jobs/{job}").json()["status"] for job in jobs} != {"done"}:
            workers = [[worker, *worker.children()] for worker in _named(supervisor, "worker.py")]
            highest = max([highest, *(sum(map(_megabytes, family)) for family in workers)])
            time.sleep(0.2)
    pages, seconds = NOVELS * (CHAPTERS + 1), time.monotonic() - began
    _say(f"memory of a worker and its child, {CHAPTERS} chapters of {BYTES // 1000} KB", f"{highest:.0f} MB")
    _say(f"pages a second, {WORKERS} workers, sites and servers on this machine too", f"{pages / seconds:.0f}")


@contextlib.contextmanager
def _sites() -> Iterator[list[str]]:
    with contextlib.ExitStack() as stack:
        yield [f"{stack.enter_context(Site(_novel(seed))).url}/index.html" for seed in range(NOVELS)]


def _novel(seed: int) -> dict[str, Page]:
    pages = plain.render(make_novel(chapters=CHAPTERS, seed=seed))
    return {path: _lengthened(page, f"{seed}{path}") for path, page in pages.items()}


def _lengthened(page: Page, name: str) -> Page:
    """The page, a chapter's with words enough for BYTES; no two are alike, so that they compress as texts do."""
    numbers = random.Random(name)
    more = (f"<p>Bell {n} of {numbers.random()} rang over {numbers.random()}.</p>" for n in range(200))
    body, ending = page.content.decode(), "</main>"
    while ending in body and len(body) < BYTES:
        body = body.replace(ending, next(more) + ending)
    return replace(page, body=body)


def _redis_bytes(api: httpx2.Client, url: str) -> float:
    """Bytes that a queued job takes in Redis, with the workers suspended."""
    client = redis.Redis.from_url(url)
    suspend(client)
    before = client.info("memory")["used_memory"]
    for number in range(QUEUED):
        _post(api, f"http://127.0.0.1:{10_000 + number}/novel")
    used: float = client.info("memory")["used_memory"] - before
    return used / QUEUED


def _post(api: httpx2.Client, url: str) -> int:
    made: int = api.post("/ingest", json={"url": url}).raise_for_status().json()["job_id"]
    return made


def _answers(api: httpx2.Client) -> bool:
    with contextlib.suppress(httpx2.TransportError):
        return api.get("/jobs").status_code == 200
    return False


def _named(supervisor: subprocess.Popen[bytes], name: str) -> list[psutil.Process]:
    """The supervisor's own children with that word in their command lines."""
    return [one for one in psutil.Process(supervisor.pid).children() if name in " ".join(one.cmdline())]


def _megabytes(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        pss: float = process.memory_full_info().pss / 1e6
        return pss
    return 0.0


def _asked(database: Any, query: str) -> int:
    with database.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def _await(done: Callable[[], bool]) -> None:
    while not done():
        time.sleep(0.1)


def _say(what: str, figure: str) -> None:
    print(f"{what:<75} {figure}", flush=True)


if __name__ == "__main__":
    main()
