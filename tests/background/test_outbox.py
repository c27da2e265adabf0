"""Whoever wants to hear of something is told in the transaction in which it happens, or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select

from ingestion import db, intake, jobs, queue
from ingestion.background import outbox, stranded, webhooks
from ingestion.crashpoints import Point
from ingestion.errors import NotFound
from ingestion.models import Job, Task
from ingestion.retry import Backoff
from ingestion.status import Happening, Refresh
from ingestion.tasks import process_job
from tests import followed
from tests.commandline import claim, fail, posted
from tests.conftest import configure
from tests.library import Work, ingest, novel
from tests.processes import post, read
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site

pytestmark = pytest.mark.usefixtures("environment")

ADDRESS = "json://127.0.0.1:1/a-secret-path"


def hook(
    *events: Happening, site: str | None = None, novel_id: int | None = None, url: str = "http://127.0.0.1:1/"
) -> int:
    with db.transaction() as session:
        return webhooks.create(session, url, events or list(Happening), site=site, novel_id=novel_id).id


def tasks() -> Sequence[Task]:
    with db.transaction() as session:
        return session.scalars(select(Task).order_by(Task.id)).all()


def told() -> list[tuple[int, str]]:
    """Which webhook is to be told of what."""
    return [(task.args["webhook_id"], task.args["message"]["event"]) for task in tasks()]


def test_a_job_that_fails_is_told_of_with_its_reason():
    webhook = hook()
    (job_id,) = posted(1)
    fail(job_id, NotFound("no such novel"))

    [task] = tasks()
    assert task.args["webhook_id"] == webhook
    message = task.args["message"]
    assert (message["event"], message["job"]["id"], message["novel"]) == ("job.error", job_id, None)
    assert (message["job"]["error_kind"], message["job"]["error_message"]) == ("not_found", "no such novel")


def test_what_is_undone_is_told_to_nobody():
    hook()
    (job_id,) = posted(1)
    claim(job_id)
    with db.transaction() as session:
        jobs.end(session, job_id, 1, NotFound("gone"), Backoff.as_set())
        assert len(session.scalars(select(Task)).all()) == 1
        session.rollback()

    assert tasks() == []


def test_a_webhook_hears_of_its_events_and_its_site_alone():
    everything = hook()
    hook(site="royalroad")
    hook(Happening.JOB_DONE)
    (job_id,) = posted(1)
    fail(job_id, NotFound("gone"))

    assert told() == [(everything, "job.error")]


def test_a_dry_run_is_told_to_nobody_and_a_cancel_to_webhooks_alone(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, NOTIFY_URLS=ADDRESS)
    webhook = hook()
    dry = intake.submit("https://example.org/novel", dry_run=True).job.id
    (job_id,) = posted(1)
    for each in (dry, job_id):
        intake.cancel(each)

    assert told() == [(webhook, "job.error")]


def test_a_look_at_a_followed_novel_is_told_of_when_it_found_something():
    hook(Happening.JOB_DONE)
    vain, found = (intake.submit(f"https://{n}.example.org/", refresh=Refresh.CHANGED).job.id for n in range(2))
    for job_id, new in ((vain, 0), (found, 2)):
        followed.end(job_id, new=new)
        with db.transaction() as session:
            outbox.tell(session, Happening.JOB_DONE, job_id)

    assert [task.args["message"]["job"]["id"] for task in tasks()] == [found]


def test_chapters_that_are_new_are_named_and_those_of_a_first_ingestion_are_not(
    work: Work, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(queue, "ALL", tuple(queue.NAMES.values()))
    webhook = hook()
    longer = make_novel(chapters=5, title="The Lamp on the Weir")
    shorter = replace(longer, chapters=longer.chapters[:3])
    with Site(plain.render(shorter)) as site:
        job = ingest(f"{site.url}/index.html", work)
        other = hook(Happening.NEW_CHAPTERS, novel_id=job.novel_id)
        site.pages.update(plain.render(longer))
        ingest(f"{site.url}/index.html", work)

    assert sorted(told()) == sorted([(webhook, "job.done")] * 2 + [(webhook, "chapters.new"), (other, "chapters.new")])
    message = next(task.args["message"] for task in tasks() if task.args["webhook_id"] == other)
    assert (message["chapters_new"], message["novel"]["title"]) == (2, "The Lamp on the Weir")
    assert [chapter["title"] for chapter in message["chapters"]] == [c.title for c in longer.chapters[3:]]


def test_what_was_committed_before_the_bell_could_be_rung_is_delivered(
    work: Work, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    with Site(plain.render(novel()) | {"/hook": Page()}) as site:
        hook(Happening.JOB_DONE, url=f"{site.url}/hook")
        job_id = post(f"{site.url}/index.html")
        configure(monkeypatch, CRASH_AT=Point.END_COMMITTED)
        if (child := os.fork()) == 0:
            process_job(job_id)
            os._exit(0)
        os.waitpid(child, 0)
        configure(monkeypatch, CRASH_AT="")
        assert (site.requests("/hook"), read(job_id).status.value) == (0, "done")
        stranded.recover()
        work()

    assert f"killed at {Point.END_COMMITTED}" in capfd.readouterr().err
    assert site.requests("/hook") == 1


def test_many_failures_are_one_digest_for_each_address(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, NOTIFY_URLS=f"{ADDRESS} json://127.0.0.1:2/other")
    monkeypatch.setattr(outbox, "MOST_LINES", 3)
    for job_id in posted(5):
        fail(job_id, NotFound("gone"))

    assert [task.args["to"] for task in tasks()] == [
        outbox.address(ADDRESS),
        outbox.address("json://127.0.0.1:2/other"),
    ]
    for task in tasks():
        assert (len(task.args["lines"]), task.args["more"]) == (3, 2)
        assert task.not_before is not None
        assert 290 < (task.not_before - task.created_at).total_seconds() <= 300


def test_a_digest_that_has_left_is_joined_by_nothing(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, NOTIFY_URLS=ADDRESS, NOTIFY_WAIT="0")
    first, second = posted(2)
    fail(first, NotFound("gone"))
    with db.transaction() as session:
        session.execute(Task.__table__.update().values(attempt=1))  # type: ignore[attr-defined]
    fail(second, NotFound("gone"))

    assert [task.args["lines"][0]["text"] for task in tasks()] == [
        f"https://example{n}.org/novel: job {job_id} failed (not_found): gone"
        for n, job_id in enumerate((first, second))
    ]


def test_people_are_told_of_what_they_want_to_hear(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, NOTIFY_URLS=ADDRESS, NOTIFY_ON="job.done")
    (job_id,) = posted(1)
    fail(job_id, NotFound("gone"))

    assert tasks() == []
    assert isinstance(read(job_id), Job)
