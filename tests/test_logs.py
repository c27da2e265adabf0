"""What every line of the log says: which request, which worker, which job; and in which form."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
import uvicorn
from fastapi.testclient import TestClient

from ingestion import lease, logs, tasks
from ingestion.api import create_app
from ingestion.values import LogFormat
from tests import applications
from tests.conftest import configure
from tests.library import Work, ingest, novel
from tests.sites import plain
from tests.sites.web import Site

pytestmark = pytest.mark.usefixtures("environment")


class Terminal(StringIO):
    """Where somebody reads."""

    def isatty(self) -> bool:
        return True


def lines(written: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.splitlines() if line.startswith("{")]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    configure(monkeypatch, LOG_LEVEL="DEBUG")
    stream = StringIO()
    logs.configure("test", stream=stream)
    yield stream
    logs.configure("test")


def test_each_line_of_a_job_says_whose_it_is_scrapy_s_and_rq_s_too(
    work: Work, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    def crash(*_: object, **__: object) -> None:
        raise ValueError("a bug")

    configure(monkeypatch, LOG_LEVEL="DEBUG")
    monkeypatch.setattr(tasks, "parse", crash)  # RQ tells of it
    with Site(plain.render(novel())) as site:
        job = ingest(f"{site.url}/index.html", work)

    told = lines(capfd.readouterr().out)
    of_scrapy = [line for line in told if line["logger"].startswith("scrapy.") and "Crawled" in line["event"]]
    of_rq = [line for line in told if line["logger"] == "rq.worker"]
    ours = [line for line in told if line["logger"] == "ingestion.tasks"]
    assert len(of_scrapy) == 8  # robots.txt, the index, six chapters
    assert "ValueError: a bug" in of_rq[-1]["event"] + str(of_rq[-1].get("exception"))
    for line in (*of_scrapy, *ours):
        whose = {name: line.get(name) for name in ("job", "attempt", "novel", "site", "worker")}
        worker = line["worker"]
        assert whose == {"job": job.id, "attempt": 1, "novel": job.canonical_url, "site": "generic", "worker": worker}
        assert worker.endswith(lease.FAMILY)
    assert {line["job"] for line in of_rq} == {job.id}
    assert "job" not in logs._about


def test_a_request_s_name_is_in_its_lines_and_in_its_answer(log: StringIO):
    with TestClient(applications.api()) as api:
        taken = api.post("/ingest", json={"url": "https://example.org/novel"}, headers={"X-Request-ID": "proxy-7"})
        missing = api.get("/jobs/99")

    (line,) = [line for line in lines(log.getvalue()) if line["event"] == "a novel was asked for"]
    assert taken.headers["X-Request-ID"] == line["request_id"] == "proxy-7"
    assert (line["job"], line["new"]) == (taken.json()["job_id"], True)
    assert missing.json()["request_id"] == missing.headers["X-Request-ID"]
    assert len(missing.headers["X-Request-ID"]) == 32


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "naïve", '"quoted"'])
def test_a_name_that_is_none_is_replaced(environment: dict[str, str], given: str):
    with TestClient(applications.api()) as api:
        answer = api.get("/health/live", headers={"X-Request-ID": given.encode("latin-1")})

    assert answer.headers["X-Request-ID"].isalnum()
    assert len(answer.headers["X-Request-ID"]) == 32


def test_a_fault_s_answer_and_its_lines_have_the_name_too(log: StringIO):
    app = create_app()

    @app.get("/fault")
    def fault() -> None:
        structlog.get_logger("here").warning("soon")
        raise ValueError("a bug")

    with TestClient(app, raise_server_exceptions=False) as api:
        answer = api.get("/fault", headers={"X-Request-ID": "seven"})

    (line,) = [line for line in lines(log.getvalue()) if line["event"] == "soon"]
    assert (answer.status_code, answer.json()["request_id"], answer.headers["X-Request-ID"]) == (500, "seven", "seven")
    assert line["request_id"] == "seven"


def test_uvicorn_s_own_lines_are_in_our_format_however_it_was_started(environment: dict[str, str]):
    uvicorn.Config(create_app())  # what `uvicorn main:app` does first: it gives its loggers handlers
    stream = StringIO()
    logs.configure("api", stream=stream)
    logging.getLogger("uvicorn.access").info('%s - "%s"', "127.0.0.1:5", "GET / HTTP/1.1")
    logging.getLogger("uvicorn.error").warning("shutting down")
    logs.configure("test")

    assert [(line["event"], line["process"]) for line in lines(stream.getvalue())] == [
        ('127.0.0.1:5 - "GET / HTTP/1.1"', "api"),
        ("shutting down", "api"),
    ]


@pytest.mark.parametrize(
    ("given", "stream", "form"),
    [
        ("auto", StringIO(), LogFormat.JSON),
        ("auto", Terminal(), LogFormat.CONSOLE),
        ("json", Terminal(), LogFormat.JSON),
        ("console", StringIO(), LogFormat.CONSOLE),
    ],
)
def test_a_person_reads_lines_and_a_program_json_unless_a_setting_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, given: str, stream: StringIO, form: LogFormat
):
    configure(monkeypatch, LOG_FORMAT=given)

    assert logs.form_for(stream) is form


def test_what_a_line_says_of_itself_is_not_overwritten(log: StringIO):
    with logs.about(job=1, site="one"):
        logs.bind(site="two")
        structlog.get_logger("here").warning("of another", job=2)
    structlog.get_logger("here").warning("of none")

    first, second = lines(log.getvalue())
    assert (first["job"], first["site"]) == (2, "two")
    assert {"job", "site"} & second.keys() == set()
