"""A worker for some sites alone: what it does, and that it leaves everybody else's jobs and bells as they are."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from rq import Queue

from ingestion import broker, config, db, intake, pauses, queue, sitework
from ingestion.sitework import SiteWorker
from ingestion.status import JobStatus, Priority
from tests.conftest import configure
from tests.library import novel
from tests.processes import post, read
from tests.sites import plain
from tests.sites.web import Site

pytestmark = pytest.mark.usefixtures("environment")


def worker(sites: str, *queues: str) -> SiteWorker:
    return SiteWorker(list(queues or queue.ALL), sites=sitework.known(sites), connection=broker.connection())


def take(one: SiteWorker) -> int | None:
    """The row of the next job that it takes."""
    found = one.dequeue_job_and_maintain_ttl(timeout=None)
    return found[0].args[0] if found else None


@pytest.fixture
def signals_as_they_were() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_it_does_the_jobs_of_its_sites_and_leaves_the_bells_of_others(signals_as_they_were: None):
    with Site(plain.render(novel())) as ours, Site(plain.render(novel())) as theirs:
        other, mine = (post(f"{site.url}/index.html") for site in (theirs, ours))
        (bell_of_other, _) = Queue("ingestion", connection=broker.connection()).job_ids
        worker(ours.netloc).work(burst=True)

    assert (read(mine).status, read(other).status) == (JobStatus.DONE, JobStatus.QUEUED)
    assert Queue("ingestion", connection=broker.connection()).job_ids == [bell_of_other]
    assert theirs.hits == []


def test_a_spider_s_name_stands_for_its_hosts_and_those_that_an_alias_gives_it(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, SITE_ALIASES="mirror.example=royalroad")
    sites = sitework.known("royalroad, WWW.Example.org:8080")
    urls = ("https://www.royalroad.com/fiction/1", "https://mirror.example/fiction/1", "https://www.example.org:8080/")

    assert [sites.have(read(post(url))) for url in urls] == [True] * 3
    assert not sites.have(read(post("https://www.example.org/")))


def test_a_job_whose_alias_names_no_spider_is_at_no_site(monkeypatch: pytest.MonkeyPatch):
    job = read(post("https://mirror.example/fiction/1"))
    configure(monkeypatch, SITE_ALIASES="mirror.example=nobody")

    assert not sitework.known("royalroad").have(job)


@pytest.mark.parametrize("name", ["royalrod", "http://", "https://user:secret@example.org"])
def test_a_site_that_is_none_is_refused_by_name(name: str):
    with pytest.raises(config.ConfigError, match="neither a host nor a spider"):
        sitework.known(f"royalroad,{name}")


def test_it_takes_the_most_urgent_first_and_every_fourth_time_another():
    made = [post(f"https://a.example/{n}") for n in range(2)]
    urgent = [intake.submit(f"https://a.example/h{n}", priority=Priority.HIGH).job.id for n in range(4)]
    one = worker("a.example")

    assert [take(one) for _ in range(7)] == [*urgent[:3], made[0], urgent[3], made[1], None]


def test_it_takes_only_what_waits_in_its_queues():
    post("https://a.example/1")
    low = intake.submit("https://a.example/2", priority=Priority.LOW).job.id

    assert take(worker("a.example", "ingestion-low")) == low


def test_queues_that_no_site_has_are_refused():
    with pytest.raises(config.ConfigError, match="name one of these queues"):
        worker("a.example", queue.EXPORT)


def test_what_cannot_be_claimed_is_not_taken():
    post("https://a.example/1")
    with db.transaction() as session:
        pauses.pause(session, "a.example")

    assert take(worker("a.example")) is None


def test_a_job_that_nobody_claimed_is_not_taken_again_at_once(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, RECOVERY_SECONDS="1")
    job_id = post("https://a.example/1")
    one = worker("a.example")
    taken = [take(one), take(one)]
    one._given[job_id] = 0, 0.0  # its time is over

    assert [*taken, take(one)] == [job_id, None, job_id]


def test_its_bell_is_one_that_any_worker_would_answer_and_does_not_stay_for_ever():
    job_id = post("https://a.example/1")
    found = worker("a.example").dequeue_job_and_maintain_ttl(timeout=None)

    assert found is not None
    assert (found[0].func_name, list(found[0].args), found[0].origin) == (queue.bell.PROCESS_JOB, [job_id], "ingestion")
    assert 0 < broker.connection().ttl(found[0].key) <= config.settings().queue_job_ttl
    assert queue.waiting() == set()


def test_with_redis_away_it_waits(monkeypatch: pytest.MonkeyPatch):
    one = worker("a.example")
    post("https://a.example/1")
    configure(monkeypatch, REDIS_URL="redis://127.0.0.1:1/0")

    assert take(one) is None
