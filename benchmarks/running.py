"""What is measured: the whole system as `cli.py up` runs it, in a throwaway folder; or its two servers alone, for this process."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx2
import psutil
import psycopg2
import redis

from benchmarks import sample
from benchmarks.site import Site
from ingestion import broker, config, db, embedded, logs, migrations, system
from ingestion.config import Settings
from ingestion.values import LogFormat

LONGEST_SECONDS = 600.0
PROMPT_SECONDS = 0.002
#: What is waited for is asked for ever more rarely, since each question takes time from what is measured.
INACCURACY = 0.005
NO_SETTINGS: Mapping[str, str] = {}


class System:
    """A running system: its API, its database and its workers."""

    def __init__(self, settings: Settings, supervisor: subprocess.Popen[bytes]) -> None:
        urls = embedded.running(settings.data_dir)
        self.api = httpx2.Client(base_url=f"http://127.0.0.1:{settings.api_port}", timeout=30, trust_env=False)
        self._database = psycopg2.connect(urls.database_url.replace("+psycopg2", ""))
        self._database.autocommit = True
        self._redis = redis.Redis.from_url(urls.redis_url)
        self._supervisor = supervisor
        self._workers = settings.workers
        await_that(self._answers)
        await_that(lambda: len(self.workers()) == settings.workers)
        self.settle()

    def post(self, url: str, **wish: str) -> int:
        """The id of a new job."""
        made: int = self.api.post("/ingest", json={"url": url} | wish).raise_for_status().json()["job_id"]
        return made

    def ingest(self, *urls: str, **wish: str) -> float:
        """Seconds from the first POST until the last job is DONE."""
        begun = time.perf_counter()
        jobs = [self.post(url, **wish) for url in urls]
        await_that(lambda: self._are_done(jobs))
        return time.perf_counter() - begun

    def settle(self) -> None:
        """Wait until nothing is left to do, and all workers wait for a job."""
        await_that(lambda: self.ask("SELECT count(*) FROM task WHERE status IN ('queued', 'running')") == 0)
        await_that(lambda: self._idle() == self._workers)

    def workers(self) -> list[psutil.Process]:
        """The workers' processes; a child of one is at a job."""
        return [
            one for one in psutil.Process(self._supervisor.pid).children() if "worker.py" in " ".join(one.cmdline())
        ]

    def processor_seconds(self) -> float:
        """What the workers and all of their children that have ended have taken of a processor, in seconds."""
        return sum(sum(worker.cpu_times()[:4]) for worker in self.workers())

    def ask(self, query: str, *values: object) -> Any:
        """The one value that the query gives."""
        with self._database.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchone()[0]

    def close(self) -> None:
        """Let go of the connections."""
        self.api.close()
        self._database.close()
        self._redis.close()

    def _are_done(self, jobs: list[int]) -> bool:
        query = "SELECT count(*) FILTER (WHERE status = 'done'), min(error_message) FILTER (WHERE status = 'error')"
        with self._database.cursor() as cursor:
            cursor.execute(f"{query} FROM job WHERE id = ANY(%s)", (jobs,))
            done, error = cursor.fetchone()
        if error:
            raise RuntimeError(f"a job that is measured has failed: {error}")
        return bool(done == len(jobs))

    def _answers(self) -> bool:
        with contextlib.suppress(httpx2.TransportError):
            return self.api.get("/jobs").status_code == 200
        return False

    def _idle(self) -> int:
        states = [self._redis.hget(name, "state") for name in self._redis.smembers("rq:workers")]
        return states.count(b"idle")


@contextlib.contextmanager
def whole(site: Site, **wish: Any) -> Iterator[System]:
    """The system, which reads `site` by its rules, without a pace and with one worker unless `wish` says otherwise."""
    with tempfile.TemporaryDirectory(prefix="quire-bench-") as folder, (Path(folder) / "log").open("wb") as log:
        settings = _settings(Path(folder), site, wish)
        try:
            with (
                system.started(settings, output=log) as supervisor,
                contextlib.closing(System(settings, supervisor)) as up,
            ):
                yield up
        except Exception as fault:
            fault.add_note((Path(folder) / "log").read_text(errors="replace")[-4000:])
            raise


def _settings(folder: Path, site: Site, wish: dict[str, Any]) -> Settings:
    rules = folder / "spiders"
    rules.mkdir()
    (rules / "benchmarked.toml").write_text(sample.rules(site.netloc))
    made = Settings(data_dir=folder, spiders_dir=rules, api_port=system.free_port(), log_format=LogFormat.JSON)
    ours: dict[str, Any] = {"workers": 1, "pace_seconds": 0.0, "jobs_per_host": 64, "ingest_rate": 0, "api_open": True}
    ours |= {"allowed_networks": (ip_network("127.0.0.0/8"),), "database_url": None, "redis_url": None}
    return made.model_copy(update=ours | wish)


@contextlib.contextmanager
def servers(settings: Mapping[str, str] = NO_SETTINGS, *, durable: bool = True) -> Iterator[embedded.Urls]:
    """PostgreSQL with the newest tables and Valkey, as this process's settings and those of its children say from now on."""
    with (
        tempfile.TemporaryDirectory(prefix="quire-bench-") as folder,
        embedded.serve(Path(folder), durable=durable) as urls,
    ):
        os.environ.update(DATABASE_URL=urls.database_url, REDIS_URL=urls.redis_url, DATA_DIR=folder)
        os.environ.update({"LOG_LEVEL": "WARNING", **settings})
        for cached in (config.settings, db.engine, broker.connection, broker.prompt_connection):
            cached.cache_clear()  # the servers before these are gone
        logs.configure("benchmark")
        migrations.upgrade()
        yield urls


def await_that(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    begun = time.monotonic()
    while not holds():
        waited = time.monotonic() - begun
        if waited > LONGEST_SECONDS:
            raise TimeoutError(f"not so after {LONGEST_SECONDS:.0f} s: {holds}")
        time.sleep(max(PROMPT_SECONDS, waited * INACCURACY))
