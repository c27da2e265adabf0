"""Of one host only so many jobs run at once; the others wait in the table, and each is rung for when its turn has come."""

from __future__ import annotations

import pytest
from sqlalchemy import func, update

from ingestion import broker, db, intake, jobs, queue, recovery, tasks
from ingestion.models import Job
from ingestion.status import JobStatus, Priority
from tests.conftest import configure
from tests.library import Work
from tests.processes import ended, post, read, story, working
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Site


@pytest.fixture(autouse=True)
def one_job_a_host(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, JOBS_PER_HOST="1")


def claim(job_id: int, *, per_host: int = 1) -> bool:
    with db.transaction() as session:
        return jobs.claim(session, job_id, worker="here:1", lease_seconds=60, per_host=per_host) is not None


def novels(host: str, count: int) -> list[int]:
    return [post(f"https://{host}/novel-{number}") for number in range(count)]


def test_the_first_job_of_a_host_is_rung_for_and_the_others_wait_in_the_table():
    first, *_ = novels("one.example.org", 5)
    other, *_ = novels("two.example.org", 2)

    assert queue.waiting() == {first, other}


def test_whoever_posts_hears_that_the_job_waits_for_its_turn():
    novels("one.example.org", 1)

    assert "waits for its turn" in intake.submit("https://one.example.org/another").message


def test_a_job_of_a_busy_host_is_not_to_be_had():
    first, second, third = novels("one.example.org", 3)
    (other,) = novels("two.example.org", 1)

    assert [claim(first), claim(second), claim(other)] == [True, False, True]
    assert [claim(second, per_host=2), claim(third, per_host=2)] == [True, False]


def test_recovery_rings_for_no_more_jobs_than_may_run():
    first, second, _ = novels("one.example.org", 3)
    broker.connection().flushall()
    assert recovery.recover().requeued == (first,)
    claim(first)
    broker.connection().flushall()

    assert recovery.recover().requeued == ()
    intake.cancel(first)
    assert recovery.recover().requeued == (second,)


def test_a_host_s_urgent_jobs_go_first():
    first, second = novels("one.example.org", 2)
    urgent = intake.submit("https://one.example.org/urgent", priority=Priority.HIGH).job.id
    claim(first)
    broker.connection().flushall()
    intake.cancel(first)

    assert recovery.recover().requeued == (urgent,)
    assert read(second).status is JobStatus.QUEUED


def test_a_job_that_was_cancelled_before_its_turn_holds_up_nobody():
    first, second = novels("one.example.org", 2)
    intake.cancel(first)
    assert tasks.process_job(first) == "not claimed"

    assert queue.waiting() == {first, second}  # the first one's bell still rings, and nobody will answer


def test_the_jobs_of_one_site_are_done_one_after_the_other_and_nobody_waits_for_recovery(work: Work):
    with Site() as site:
        for number in range(4):
            pages = plain.render(make_novel(chapters=2, seed=number))
            site.pages.update({f"/{number}{path}": page for path, page in pages.items()})
        made = [post(f"{site.url}/{number}/index.html") for number in range(4)]
        with working(RECOVERY_SECONDS="3600"), working(RECOVERY_SECONDS="3600"):
            ended(*made)
        busy = [(read(job).updated_at, job) for job in made]

    assert [(read(job).status, read(job).chapters_saved) for job in made] == [(JobStatus.DONE, 2)] * 4
    assert [job for _, job in sorted(busy)] == made
    assert all(len(story(job)) == 5 for job in made)


def test_a_look_at_what_recovery_would_do_sees_whose_turn_it_then_is(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, MAX_ATTEMPTS="3")
    lost, waits = novels("one.example.org", 2)
    claim(lost)
    with db.transaction() as session:
        session.execute(update(Job).where(Job.id == lost).values(attempt=2, lease_expires_at=func.now()))
    broker.connection().flushall()
    said = recovery.look()

    assert read(lost).status is JobStatus.CRAWLING
    assert said == recovery.recover() == recovery.Recovered(requeued=(waits,), expired=(lost,))
