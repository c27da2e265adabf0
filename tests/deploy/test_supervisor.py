"""The shipped supervisord.conf, really run: stopped and killed in the middle of a job, it leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from ingestion.status import JobStatus
from ingestion.system import ROOT, SUPERVISOR_CONFIG, free_port
from tests.processes import family, has_pages, is_running, lives, post, read
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Site
from tests.waiting import until

LOGROTATE = shutil.which("logrotate", path=f"{os.environ['PATH']}:/usr/sbin")


class Supervised:
    """supervisord as the file's first lines tell an operator to start it, and supervisorctl."""

    def __init__(self, folder: Path, environment: dict[str, str], program: str | Path = sys.executable) -> None:
        self.log = folder / "quire.log"
        ours = {"QUIRE_PYTHON": str(program), "QUIRE_RUN": str(folder), "QUIRE_LOG": str(self.log), "WORKERS": "1"}
        self.environment = os.environ | environment | ours | {"API_PORT": str(free_port()), "PACE_SECONDS": "0.3"}
        self.process = self._start("supervisord", "-n")
        self._family: list[psutil.Process] = []

    def _start(self, program: str, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", f"supervisor.{program}", "-c", str(SUPERVISOR_CONFIG), *words]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True)

    def ctl(self, *words: str) -> str:
        return self._start("supervisorctl", *words).communicate(timeout=60)[0]

    def is_at_work(self) -> bool:
        """Whether a worker has a child that does its job."""
        self._family = psutil.Process(self.process.pid).children(recursive=True)
        return any(family(one) for one in self._family)

    def left(self) -> list[str]:
        return [" ".join(one.cmdline()) for one in self._family if lives(one)]

    def close(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=60)
        for one in filter(lives, self._family):
            one.kill()


NANOSECONDS = 1_000_000_000


@pytest.fixture
def supervised(environment: dict[str, str]) -> Iterator[Supervised]:
    with tempfile.TemporaryDirectory(prefix="quire-run-") as folder:
        made = Supervised(Path(folder), environment)
        yield made
        made.close()


@pytest.fixture
def site() -> Iterator[Site]:
    pages = plain.render(make_novel(chapters=100))
    with Site({path: replace(page, delay=0.4) for path, page in pages.items()}) as made:
        yield made


def test_a_stopped_pool_and_a_killed_supervisor_leave_nothing_and_the_job_waits_unspent(
    supervised: Supervised, site: Site
):
    job_id = post(f"{site.url}/index.html")
    until(lambda: has_pages(job_id) and supervised.is_at_work(), "no page was fetched")
    stopped = supervised.ctl("stop", "worker:*")
    rested, left = read(job_id), supervised.left()
    supervised.ctl("start", "worker:*")
    until(lambda: is_running(job_id) and supervised.is_at_work(), "the job was not taken up again")
    supervised.process.kill()

    assert (stopped, rested.status, rested.released) == ("worker:worker-0: stopped\n", JobStatus.QUEUED, 1)
    assert sorted(name for line in left for name in ("cli.py scheduler", "main.py") if name in line) == [
        "cli.py scheduler",
        "main.py",
    ]
    assert len(left) == 2
    if sys.platform == "linux":  # which lets a child die with its parent (prctl PDEATHSIG)
        until(lambda: supervised.left() == [], "processes outlived supervisord", seconds=15)
        assert (read(job_id).status, read(job_id).released) == (JobStatus.QUEUED, 2)


@pytest.mark.long
def test_a_program_that_takes_its_time_to_find_out_that_it_cannot_begin_is_started_ever_more_rarely(tmp_path: Path):
    slow = tmp_path / "program"
    slow.write_text("#!/bin/sh\nsleep 1.1\nexit 1\n")
    slow.chmod(0o755)
    with contextlib.closing(Supervised(tmp_path, {}, program=slow)) as running:
        until(lambda: "BACKOFF" in running.ctl("status", "api"), "it was taken for one that had begun", seconds=15)


@pytest.mark.skipif(LOGROTATE is None, reason="logrotate is not on this machine")
def test_a_rotated_log_is_let_go_of(tmp_path: Path):
    talkative = tmp_path / "program"
    talkative.write_text("#!/bin/sh\nwhile sleep 0.02; do date +%s%N; done\n")
    talkative.chmod(0o755)
    rules = (ROOT / "deploy/logrotate/quire").read_text().replace("su quire quire", "")
    for place in ("/var/log/quire", "/run/quire"):
        assert place in rules
        rules = rules.replace(place, str(tmp_path))
    (tmp_path / "rules").write_text(rules)
    running = Supervised(tmp_path, {}, program=talkative)
    until(lambda: running.log.exists() and bool(running.log.read_text()), "nothing was said")
    subprocess.run([str(LOGROTATE), "-f", "-s", tmp_path / "state", tmp_path / "rules"], check=True)
    until(lambda: running.log.exists() and bool(running.log.read_text()), "the new file stays empty")
    running.close()

    before, after = running.log.with_suffix(".log.1").read_text(), running.log.read_text()
    # Three programs say when it is, and which is heard first is their own affair.
    assert max(map(int, before.split())) - min(map(int, after.split())) < NANOSECONDS / 20


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a child die with its parent")
def test_a_program_whose_supervisor_died_before_it_could_follow_it_leaves(tmp_path: Path):
    (tmp_path / "supervisord.pid").write_text("1\n")
    told = subprocess.run(
        [sys.executable, "-c", "from ingestion import orphans; orphans.follow_supervisor()"],
        cwd=ROOT,
        env=os.environ | {"SUPERVISOR_ENABLED": "1", "QUIRE_RUN": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (told.returncode, told.stderr) == (1, "the supervisor that started this process is gone\n")
