"""What the benchmarks compare, in a short form that no busy machine can fail: statements, rows and processor time are counted, not seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, text

from benchmarks import claiming, measure, parsing, sample, saving
from benchmarks.site import Site
from ingestion import broker, db
from ingestion.imports import asking
from tests import applications
from tests.conftest import configure

QUEUED = 100


def test_a_row_is_judged_by_the_median_of_its_rounds():
    fast = measure.by_time("job", ours=[1.0, 2.0, 9.0], against=[8.0, 8.0, 8.0], must=3, aim=8)
    large = measure.limit("memory", unit="MB", ours=[70.0], must=60, aim=20)
    unlimited = measure.growth("saving", unit="s", ours=[3.0], against=[2.0], aim=1.2)

    assert (fast.value, fast.verdict) == (4.0, "must")
    assert (large.value, large.verdict) == (70.0, "MISSED")
    assert (unlimited.value, unlimited.verdict) == (1.5, "beyond aim")


def test_the_site_confirms_what_a_client_has_and_writes_down_what_it_asked_for():
    with Site({"one": 1}) as site:
        first = httpx2.get(site.index("one"), trust_env=False)
        again = httpx2.get(site.index("one"), headers={"If-None-Match": first.headers["etag"]}, trust_env=False)
        site.grow("one")
        grown = httpx2.get(site.index("one"), headers={"If-None-Match": first.headers["etag"]}, trust_env=False)

        assert [answer.status_code for answer in (first, again, grown)] == [200, 304, 200]
        assert [path for _, path in site.asked()] == ["/one/index.html"] * 3


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that this process asks of the database."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)


@pytest.mark.usefixtures("environment")
def test_saving_many_chapters_takes_as_many_statements_as_saving_few():
    def saved(key: str, chapters: int) -> list[int]:
        counts = []
        for _ in ("first", "unchanged"):
            with statements() as asked:
                saving.save(sample.parsed(key, chapters))
            counts.append(len(asked))
        return counts

    assert saved("few", 5) == saved("many", 100)


@pytest.mark.usefixtures("environment")
def test_claiming_a_job_reads_no_finished_ones():
    def read(ask: Callable[..., object]) -> int:
        rows = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'job'"
        with db.transaction() as session:
            ask(session)
            return session.scalar(text(rows)) or 0

    claiming.fill(db.engine(), finished=30 * QUEUED, queued=QUEUED)

    assert all(read(ask) < 6 * QUEUED for ask in claiming.QUERIES.values())


def test_a_post_takes_few_statements_and_few_commands(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, INGEST_RATE="0")
    client = TestClient(applications.api())
    client.post("/ingest", json={"url": "http://127.0.0.1:1/first"})
    before = broker.connection().info("stats")["total_commands_processed"]
    with statements() as asked:
        client.post("/ingest", json={"url": "http://127.0.0.1:2/novel"})
    commands = broker.connection().info("stats")["total_commands_processed"] - before - 1

    assert len(asked) <= 8
    assert commands <= 12


@pytest.mark.usefixtures("environment")
def test_each_url_of_a_list_takes_one_statement_that_looks_whether_the_library_has_it():
    with statements() as asked:
        entries = list(asking.ask(f"https://novels.example/{number}" for number in range(50)))

    assert len(asked) <= len(entries) + 6


def test_reading_pages_takes_not_thirty_times_what_the_libraries_alone_take():
    pages = parsing.sample_pages(10)

    def work(read: Callable[[], object]) -> float:
        begun = time.process_time()
        read()
        return time.process_time() - begun

    rounds = [(work(lambda: parsing.read_by_rules(pages)), work(lambda: parsing.bare(pages))) for _ in range(5)]
    ours, theirs = map(min, zip(*rounds, strict=True))

    assert ours < 30 * theirs
