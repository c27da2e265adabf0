"""RQ's own tools, unchanged, on our queues: `rq info`, and rq-dashboard as a browser asks it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from click.testing import CliRunner
from rq.cli import main as rq

from ingestion import intake
from ingestion.status import Priority
from tests.commandline import posted
from tests.processes import child_of, has_pages, is_running, post, working
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Site
from tests.waiting import until

REGISTRIES = ("queued", "started", "failed", "finished")


class Dashboard:
    """rq-dashboard on this Redis."""

    def __init__(self, redis_url: str) -> None:
        from rq_dashboard.cli import make_flask_app
        from rq_dashboard.web import setup_rq_connection

        app = make_flask_app(None, None, None, "")
        app.config["RQ_DASHBOARD_REDIS_URL"] = redis_url
        setup_rq_connection(app)
        self._client = app.test_client()

    def get(self, path: str) -> Any:
        answer = self._client.get(path)
        assert answer.status_code == 200, path
        return answer.json if path.endswith(".json") else answer.text

    def jobs(self, registry: str, queue: str = "ingestion") -> list[str]:
        """What it calls the jobs in a queue or a registry, each one's page looked at."""
        listed = self.get(f"/0/data/jobs/{queue}/{registry}/8/asc/1.json")["jobs"]
        assert all(job["id"] in self.get(f"/0/view/job/{job['id']}") for job in listed)
        return [self.get(f"/0/data/job/{job['id']}.json")["description"] for job in listed]


def test_they_show_what_waits_runs_failed_and_is_done(environment: dict[str, str]):
    (done,) = posted(1)
    intake.cancel(done)  # its bell is answered: there is nothing to do
    pages = {path: replace(page, delay=0.1) for path, page in plain.render(make_novel(chapters=40)).items()}
    with Site(pages | {f"/other{path}": page for path, page in pages.items()}) as site:
        killed, runs = (post(f"{site.url}{path}/index.html") for path in ("", "/other"))
        waits = intake.submit("https://low.example/novel", priority=Priority.LOW).job.id
        with working() as worker:
            until(lambda: has_pages(killed, more_than=0), "no job was begun")
            child_of(worker).kill()
            until(lambda: is_running(runs), "the next job was not begun")
            dashboard = Dashboard(environment["REDIS_URL"])
            shown = {registry: dashboard.jobs(registry) for registry in REGISTRIES}
            low = dashboard.jobs("queued", queue="ingestion-low")
            (listener,) = dashboard.get("/0/data/workers.json")["workers"]
            told = CliRunner().invoke(rq, ["info", "--raw", "--url", environment["REDIS_URL"]]).output

    named = {"queued": [], "started": [runs], "failed": [killed], "finished": [done]}
    assert shown == {registry: [f"ingest job {job_id}" for job_id in ids] for registry, ids in named.items()}
    assert low == [f"ingest job {waits}"]
    assert (listener["state"], listener["current_job"]["description"]) == ("busy", f"ingest job {runs}")
    assert "queue ingestion 0, 1 executing, 1 finished, 1 failed" in told
    assert "queue ingestion-low 1" in told
    assert "busy ingestion-high, ingestion, ingestion-low" in told
