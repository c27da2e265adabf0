"""The whole system as an operator runs it: `up`, its end, its next start; and the demo."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from ingestion.config import ConfigError
from ingestion.system import ROOT, free_port
from tests.commandline import run
from tests.conftest import configure
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site
from tests.waiting import until

CHAPTERS = 12


class System:
    """`cli.py up` in a folder of its own, whose path has a space in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.started: list[subprocess.Popen[bytes]] = []
        self.api = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False)
        values = {"API_PORT": str(self.port), "ALLOWED_NETWORKS": "127.0.0.0/8", "PACE_SECONDS": "0.15", "WORKERS": "1"}
        kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL", "DATA_DIR"}}
        self.environment = kept | values | {"LEASE_SECONDS": "2", "RECOVERY_SECONDS": "1"}

    def cli(self, *words: str, **values: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "cli.py"), *words]
        environment = self.environment | values
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(ROOT / "cli.py"), "up"]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=log, stderr=log)
        self.started.append(process)
        until(lambda: self.answers() or process.poll() is not None, "the API did not start")
        assert process.poll() is None, (self.folder / "log").read_text()
        return process

    def close(self) -> None:
        self.api.close()
        for process in self.started:
            process.terminate()
            process.wait(30)

    def answers(self) -> bool:
        try:
            return self.api.get("/jobs").status_code == 200
        except httpx2.TransportError:
            return False

    def job(self, job_id: int) -> dict[str, Any]:
        found: dict[str, Any] = self.api.get(f"/jobs/{job_id}").json()
        return found

    def post(self, url: str) -> int:
        made: int = self.api.post("/ingest", json={"url": url}).json()["job_id"]
        return made

    def left_behind(self) -> list[str]:
        mine = str(self.folder)
        found = []
        for process in psutil.process_iter(["cmdline", "cwd"]):
            line = " ".join(process.info["cmdline"] or [])
            if mine in line or (process.info["cwd"] or "").startswith(mine):
                found.append(line)
        return found


@pytest.fixture
def system() -> Iterator[System]:
    # Not in pytest's own folder: each run of pytest takes away the right to pass through it, which root's PostgreSQL needs.
    with tempfile.TemporaryDirectory(prefix="quire-system-") as place:
        folder = Path(place) / "a folder"
        folder.mkdir()
        made = System(folder)
        yield made
        made.close()


def novel_pages() -> dict[str, Page]:
    rendered = plain.render(make_novel(chapters=CHAPTERS, seed=11))
    return {path: replace(page, delay=0.05) for path, page in rendered.items()}


def servers_of(up: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return [child for child in psutil.Process(up.pid).children() if child.name() == "postgres"]


@pytest.mark.long
def test_up_works_and_ends_when_a_server_of_its_own_dies(system: System):
    with Site(novel_pages()) as site:
        up = system.start()
        for number in (signal.SIGSTOP, signal.SIGCONT):  # a server that was only stopped has not ended
            servers_of(up)[0].send_signal(number)
        job_id = system.post(f"{site.url}/index.html")
        until(lambda: system.job(job_id)["status"] in {"done", "error"}, "the job did not end")
        job = system.job(job_id)
    servers_of(up)[0].send_signal(signal.SIGQUIT)
    assert up.wait(30) == 1
    assert system.left_behind() == []
    assert (job["status"], job["chapters_saved"]) == ("done", CHAPTERS)
    told = (system.folder / "log").read_text()
    assert "USER_AGENT names nobody" in told
    assert "a server stopped unasked" in told


@pytest.mark.long
def test_up_goes_on_where_it_was_stopped(system: System):
    alone = system.cli("jobs")
    with Site(novel_pages()) as site:
        first = system.start()
        job_id = system.post(f"{site.url}/index.html")
        until(lambda: system.job(job_id)["pages_done"] > 3, "no page was fetched")
        first.send_signal(signal.SIGINT)
        assert first.wait(30) == 0
        assert system.left_behind() == []

        system.start()
        until(lambda: system.job(job_id)["status"] in {"done", "error"}, "the job did not go on")
        job = system.job(job_id)
        ingested = system.cli("ingest", f"{site.url}/index.html", "--json")
        paths = [hit.path for hit in site.hits if hit.path.startswith("/chapters/")]

    assert (job["status"], job["chapters_saved"]) == ("done", CHAPTERS)
    assert len(paths) <= CHAPTERS + 2  # those under way when the stop came may be asked for twice, no other
    assert (alone.returncode, "cli.py up" in alone.stderr) == (1, True)
    assert (ingested.returncode, json.loads(ingested.stdout)["status"]) == (0, "done")


@pytest.mark.long
def test_up_killed_without_warning_leaves_nothing_running_and_loses_nothing(system: System):
    with Site(novel_pages()) as site:
        first = system.start()
        job_id = system.post(f"{site.url}/index.html")
        until(lambda: system.job(job_id)["pages_done"] > 3, "no page was fetched")
        first.kill()
        first.wait()
        if sys.platform == "linux":
            until(lambda: system.left_behind() == [], "processes outlived their parent")

        second = system.start()
        until(lambda: system.job(job_id)["status"] in {"done", "error"}, "the job did not go on")
        job = system.job(job_id)
        second.send_signal(signal.SIGTERM)
        assert second.wait(30) == 0
    assert (job["status"], job["chapters_saved"]) == ("done", CHAPTERS)


def test_a_taken_port_is_told_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        configure(monkeypatch, DATA_DIR=str(tmp_path / "data"), API_PORT=str(port))
        told = run("up").exception

    assert isinstance(told, ConfigError)
    assert f"API_PORT: cannot listen on 127.0.0.1:{port}" in str(told)
    assert not (tmp_path / "data").exists()


def test_the_demo_brings_a_novel_and_leaves_nothing_behind(system: System):
    before = set(system.folder.parent.iterdir())
    result = system.cli("demo")

    assert result.returncode == 0, result.stdout + result.stderr
    assert "done: novel 1 with 5 chapters" in result.stdout
    assert "The Keeper of Small Hours" in result.stdout
    assert system.left_behind() == []
    assert set(system.folder.parent.iterdir()) == before
