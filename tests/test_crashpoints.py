"""A process that dies between any two steps loses nothing: each point is visited, healed, and the library is whole."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from ingestion import broker, config, db, intake, joblist, logs, queue, recovery
from ingestion.crashpoints import Point
from ingestion.models import Job
from ingestion.status import TRANSITIONS, JobStatus, Priority
from ingestion.worker import IngestionWorker
from tests.conftest import configure
from tests.library import Work, library, words
from tests.sites import art, plain
from tests.sites.samples import SampleNovel, make_novel
from tests.sites.web import Page, Site
from tests.waiting import until

#: With the index and robots.txt enough for a fourth page.
CHAPTERS = 3
NOVEL: SampleNovel = make_novel(chapters=CHAPTERS, seed=9)
#: A page that was under way may be asked for again by the attempt after it.
AT_MOST = 2
OF_TASKS = {point for point in Point if point.startswith("task-")}


@pytest.fixture
def site(environment: dict[str, str]) -> Iterator[Site]:
    with Site(whole()) as made:
        yield made


def post(site: Site) -> None:
    intake.submit(f"{site.url}/index.html")


def work() -> None:
    IngestionWorker(queue.ALL, connection=broker.connection()).work(burst=True)


def post_and_work(site: Site) -> None:
    post(site)
    work()


def stop_in_the_middle(site: Site) -> None:
    post(site)
    _signal_after_a_page(os.getpid, signal.SIGTERM)
    work()


def lose_a_child(site: Site) -> None:
    post(site)
    worker = IngestionWorker(queue.ALL, connection=broker.connection())
    _signal_after_a_page(lambda: worker.horse_pid, signal.SIGKILL)
    worker.work(burst=True)


def _signal_after_a_page(process: Callable[[], int], number: signal.Signals) -> None:
    def wait_and_signal() -> None:
        until(lambda: only_job().pages_done > 0, "the child did not begin")
        os.kill(process(), number)

    threading.Thread(target=wait_and_signal, daemon=True).start()


def recover_what_redis_lost(site: Site) -> None:
    post(site)
    broker.connection().flushall()
    recovery.recover()


def put_back_by_hand(site: Site) -> None:
    post(site)
    job_id = only_job().id
    intake.cancel(job_id)
    intake.retry(job_id)


def move_to_another_queue(site: Site) -> None:
    post(site)
    intake.move(only_job().id, priority=Priority.LOW)


def whole() -> dict[str, Page]:
    return plain.render(NOVEL)


def with_pictures() -> dict[str, Page]:
    shown = ("/one.png", "/two.png"), ("/two.png", "/three.png")
    pictures = {path: art.picture(art.png(n)) for n, path in enumerate(("/one.png", "/two.png", "/three.png"))}
    return plain.render(art.illustrated(NOVEL, *shown)) | pictures


def slow() -> dict[str, Page]:
    return {path: replace(page, delay=0.5) for path, page in whole().items()}


def broken() -> dict[str, Page]:
    return {path: Page("oops", status=500) for path in whole()}


#: What a site and a process do so that a point is reached; elsewhere a job is posted and done at a site that is whole.
SCENES: dict[Point, tuple[Callable[[], dict[str, Page]], Callable[[Site], None]]] = {
    Point.JOB_CREATED: (whole, post),
    Point.JOB_PUSHED: (whole, post),
    Point.PICTURE_KEPT: (with_pictures, post_and_work),
    Point.FAILURE_SEEN: (broken, post_and_work),
    Point.FAILURE_COMMITTED: (broken, post_and_work),
    Point.STOP_SEEN: (slow, stop_in_the_middle),
    Point.RELEASE_COMMITTED: (slow, stop_in_the_middle),
    Point.CHILD_DIED: (slow, lose_a_child),
    Point.LEASES_EXPIRED: (whole, recover_what_redis_lost),
    Point.SOME_PUSHED_BACK: (whole, recover_what_redis_lost),
    Point.RETRY_COMMITTED: (whole, put_back_by_hand),
    Point.PRIORITY_COMMITTED: (whole, move_to_another_queue),
}


#: Between these and the point after them nothing is written that lasts, and who dies later dies at the first page, too.
LONG = (
    Point.CHILD_BEGUN,
    Point.PARSING_BEGUN,
    Point.CHAPTERS_WRITTEN,
    Point.FAILURE_SEEN,
    f"{Point.PAGE_FETCHED}:4",
    f"{Point.PAGE_STORED}:4",
    f"{Point.PICTURE_KEPT}:2",
)
POINTS = [*(point for point in Point if point not in OF_TASKS), *(point for point in LONG if ":" in point)]


@pytest.mark.parametrize("point", [pytest.param(p, marks=pytest.mark.long) if p in LONG else p for p in POINTS])
def test_a_process_that_dies_here_loses_nothing(
    point: str, site: Site, work: Work, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    name = point.partition(":")[0]
    pages, act = SCENES.get(Point(name), (whole, post_and_work))
    site.pages.update(pages())
    in_a_process_that_dies_at(point, lambda: act(site), monkeypatch)
    assert f"killed at {name}" in capfd.readouterr().err
    site.pages.update(whole())
    heal(work)

    job = only_job()
    assert (job.status, job.chapters_saved, job.chapters_missing) == (JobStatus.DONE, CHAPTERS, 0)
    assert [words(c.content) for c in library(job)] == [words(c.content) for c in NOVEL.chapters]
    fetched = Counter(hit.path for hit in site.hits if hit.status == 200)
    assert max(fetched.values()) <= AT_MOST
    assert timeline_is_legal(job)
    assert job.pictures_missing == 0
    # Of three pictures the one alone that was in the store but not in the table is asked for again.
    assert fetched.total() - fetched_pages(fetched) == (4 if pages is with_pictures else 0)


def test_nothing_dies_where_nobody_asked_for_it(site: Site, work: Work):
    post(site)
    work()

    assert config.settings().crash_at is None
    assert only_job().attempt == 1


def in_a_process_that_dies_at(point: str, act: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Do it in a process of its own, with one attempt a job, so that a point inside a job is visited once."""
    configure(monkeypatch, CRASH_AT=point, RETRY_SECONDS="0", PICTURES="true")
    if (child := os.fork()) == 0:
        try:
            os.setsid()
            logs.configure("dying")
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            act()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    monkeypatch.delenv("CRASH_AT")
    configure(monkeypatch, MAX_ATTEMPTS="3")


def heal(work: Work) -> None:
    """What time, recovery and a person do: leases run out, stranded jobs come back, a dead letter is tried again."""
    deadline = time.monotonic() + 30
    while (job := only_job()).status is not JobStatus.DONE:
        assert time.monotonic() < deadline, f"{job.status}: {job.error_message}"
        with db.transaction() as session:
            late = func.now() - timedelta(seconds=1)
            session.execute(update(Job).where(Job.lease_expires_at.is_not(None)).values(lease_expires_at=late))
        if job.status is JobStatus.ERROR:
            intake.retry(job.id)
        recovery.recover()
        work()


def fetched_pages(fetched: Counter[str]) -> int:
    return sum(count for path, count in fetched.items() if not path.endswith(".png"))


def only_job() -> Job:
    with db.transaction() as session:
        return session.scalars(select(Job)).one()


def timeline_is_legal(job: Job) -> bool:
    with db.transaction() as session:
        steps = [event.status for event in joblist.events(session, job.id)]
    return all(after is before or after in TRANSITIONS[before] for before, after in itertools.pairwise(steps))
