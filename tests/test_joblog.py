"""A job's log: kept where all workers reach it, told with its timeline, and never in anybody's way."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator

import pytest
import structlog
from fastapi.testclient import TestClient

from ingestion import broker, intake, joblog, logs
from ingestion.errors import NotFound
from ingestion.joblog import Story
from tests import applications
from tests.commandline import claim, fail, posted, run
from tests.conftest import configure
from tests.library import novel
from tests.processes import ended, post, working
from tests.sites import plain
from tests.sites.web import Site

pytestmark = pytest.mark.usefixtures("environment")

log = structlog.get_logger("here")

#: What is logged when a job is posted.
ASKED = "a novel was asked for"


@pytest.fixture
def kept(environment: dict[str, str]) -> Iterator[None]:
    """This process keeps the lines of jobs."""
    logs.configure("test")
    joblog.keep()
    yield
    logs.configure("test")


def told(job_id: int) -> list[str]:
    return [entry["event"] for entry in Story(job_id).more()]


def test_what_a_worker_and_its_child_do_is_told_with_the_timeline_in_order_of_time():
    with Site(plain.render(novel())) as site:
        job_id = post(f"{site.url}/index.html")
        with working(before=joblog.keep, LOG_LEVEL="INFO"):
            ended(job_id)
            while "saved" not in told(job_id):
                time.sleep(0.05)
    entries = Story(job_id).more()
    ours = [entry["event"] for entry in entries if entry["logger"] in {"ingestion.tasks", "timeline"}]

    assert ours[0] == "created"
    assert [entry for entry in ours if entry in {"crawling", "parsed", "saved"}] == ["crawling", "parsed", "saved"]
    assert any(entry["logger"].startswith("scrapy.") for entry in entries)
    assert {entry["attempt"] for entry in entries if entry["event"] != "created"} == {1}
    assert [entry["timestamp"] for entry in entries] == sorted(entry["timestamp"] for entry in entries)


@pytest.mark.usefixtures("kept")
def test_a_job_s_lines_are_kept_and_no_other_and_for_a_week(monkeypatch: pytest.MonkeyPatch):
    (job_id,) = posted(1)
    password = "s3cret-word"
    configure(monkeypatch, DATABASE_URL=f"postgresql://me:{password}@127.0.0.1:1/x")
    log.warning("of nobody")
    log.warning("of the job", job=job_id, url=f"postgresql://me:{password}@db/x")
    with logs.about(job=job_id):
        logging.getLogger("theirs").warning("of a library: %s", password)

    (key,) = broker.connection().keys("quire:log:*")
    lines = [json.loads(fields[b"line"]) for _, fields in broker.connection().xrange(key)]
    assert [line["event"] for line in lines] == [ASKED, "of the job", "of a library: ***"]
    assert password not in str(lines)
    assert joblog.KEPT_SECONDS - 60 < broker.connection().ttl(key) <= joblog.KEPT_SECONDS


@pytest.mark.usefixtures("kept")
def test_of_very_many_lines_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(joblog, "LINES", 100)
    (job_id,) = posted(1)
    for number in range(500):
        log.warning(str(number), job=job_id)

    assert 100 <= len(told(job_id)) <= 250
    assert told(job_id)[-1] == "499"


def test_a_line_that_cannot_be_made_fails_nobody(capsys: pytest.CaptureFixture[str]):
    (job_id,) = posted(1)
    with logs.about(job=job_id):
        for words in ("%d chapters", "%s chapters"):
            joblog.Keeper().handle(logging.LogRecord("theirs", logging.WARNING, __file__, 1, words, ("many",), None))

    assert told(job_id)[-1] == "many chapters"
    assert "TypeError: %d format" in capsys.readouterr().err


@pytest.mark.usefixtures("kept")
def test_of_a_very_long_line_the_beginning_is_kept():
    (job_id,) = posted(1)
    log.warning("a whole page", job=job_id, attempt=1, page="<p>" * 5000, parts=["<p>"] * 5000)
    line = Story(job_id).more()[-1]

    assert (line["event"], line["attempt"]) == ("a whole page", 1)
    assert line["page"].startswith("<p><p>")
    assert len(json.dumps(line)) < 3 * joblog.LONGEST


@pytest.mark.usefixtures("kept")
def test_without_redis_lines_are_lost_and_nobody_waits_or_fails(monkeypatch: pytest.MonkeyPatch):
    (job_id,) = posted(1)
    configure(monkeypatch, REDIS_URL="redis://127.0.0.1:1/0")
    begun = time.monotonic()
    for _ in range(200):
        log.warning("lost", job=job_id)
    seconds = time.monotonic() - begun
    command = run("logs", job_id)

    assert seconds < 2
    assert command.exit_code == 1
    assert "created" in command.stdout
    assert "Redis does not answer, so this is the timeline alone" in command.output


@pytest.mark.usefixtures("kept")
def test_the_command_and_the_api_tell_the_same():
    (job_id,) = posted(1)
    claim(job_id)
    log.warning("a page is not there", job=job_id, attempt=1, status=404)
    plainly, as_json = run("logs", job_id), run("logs", job_id, "--json")
    with TestClient(applications.api()) as api:
        answer, nothing = api.get(f"/jobs/{job_id}/logs"), api.get("/jobs/999/logs")

    events = ["created", ASKED, "attempt 1 claimed by here:1", "a page is not there"]
    assert [line["event"] for line in answer.json()] == events
    assert [json.loads(line)["event"] for line in as_json.stdout.splitlines()] == events
    assert [next(event for event in events if event in line) for line in plainly.stdout.splitlines()] == events
    assert answer.json()[-1]["status"] == 404
    assert "status=404" in plainly.stdout
    assert (nothing.status_code, run("logs", 999).exit_code) == (404, 1)


@pytest.mark.usefixtures("kept")
def test_who_follows_a_job_is_told_until_it_has_ended():
    (job_id,) = posted(1)

    def end() -> None:
        time.sleep(0.3)
        joblog.keep()  # the command has begun, and sees to its own log alone
        log.warning("soon over", job=job_id)
        fail(job_id, NotFound("no such novel"))

    ending = threading.Thread(target=end)
    ending.start()
    command = run("logs", job_id, "--follow")
    ending.join()

    assert command.exit_code == 0
    assert "soon over" in command.stdout
    assert "no such novel" in command.stdout.splitlines()[-1]
    assert command.stdout.count("created") == 1


def test_a_story_that_is_read_on_tells_nothing_twice():
    job_id = intake.submit("https://example.org/novel").job.id
    story = Story(job_id)
    first, again = story.more(), story.more()
    claim(job_id)

    assert (len(first), again) == (1, [])
    assert [entry["status"] for entry in story.more()] == ["crawling"]
