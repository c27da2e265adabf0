"""Jobs whose processes a profiler can follow: `python -m benchmarks.profiles.job NOVELS CHAPTERS [CHECKS]`.

Each is done in a child forked from this process, as a worker does it, but the child waits first until the profiler has found it: a job of one
chapter would else be over by then. With CHECKS, each novel is then asked so often whether there is anything new.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import running, sample
from benchmarks.site import Site
from ingestion import crawl, intake, rehearsal, tasks
from ingestion.status import Refresh

FOUND_SECONDS = 0.4
SETTINGS = {"PACE_SECONDS": "0", "ALLOWED_NETWORKS": "127.0.0.0/8", "SEARCH": "false"}


def main() -> None:
    """Do the jobs."""
    novels, chapters, checks = (int(given) for given in [*sys.argv[1:], "0"][:3])
    names = [f"profiled{number}" for number in range(novels)]
    with Site(dict.fromkeys(names, chapters)) as site, tempfile.TemporaryDirectory(prefix="quire-bench-") as folder:
        (Path(folder) / "benchmarked.toml").write_text(sample.rules(site.netloc))
        with running.servers({"SPIDERS_DIR": folder, **SETTINGS}):
            crawl.warm()
            rehearsal.rehearse()
            for name in names:
                _do(site.index(name), Refresh.NEW)
                for _ in range(checks):
                    _do(site.index(name), Refresh.CHANGED)


def _do(url: str, refresh: Refresh) -> None:
    job = intake.submit(url, refresh=refresh).job
    if (child := os.fork()) == 0:
        time.sleep(FOUND_SECONDS)
        word = tasks.process_job(job.id)
        os._exit(word not in {"done", "nothing new"})
    _, status = os.waitpid(child, 0)
    if status:
        raise SystemExit(f"job {job.id} did not end well")


if __name__ == "__main__":
    main()
