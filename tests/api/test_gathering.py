"""Posts that come at once share a transaction, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, InternalError
from sqlalchemy.orm import Session

from ingestion import db, intake, jobs, queue, wishes
from ingestion.api import gathering
from ingestion.intake import Taken
from ingestion.status import Refresh
from ingestion.wishes import Wish
from tests.conftest import configure
from tests.test_benchmarks import statements

pytestmark = pytest.mark.usefixtures("environment")


def novels(count: int) -> list[Wish]:
    return [wishes.of(f"https://site{number}.example/novel") for number in range(count)]


def at_once(wished: Sequence[Wish]) -> list[Taken | BaseException]:
    async def post() -> list[Taken | BaseException]:
        return await asyncio.gather(*map(gathering.submit, wished), return_exceptions=True)

    return asyncio.run(post())


def test_many_posts_take_as_many_statements_as_one():
    counts = []
    for wished in (novels(1), [wishes.of(f"https://other.example/{number}") for number in range(30)]):
        with statements() as asked:
            at_once(wished)
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 5


def test_each_is_answered_for_itself():
    intake.submit("https://site0.example/novel")
    first, new, again, more = at_once(
        [*novels(2), novels(2)[1], wishes.of(novels(1)[0].source_url, refresh=Refresh.ALL)]
    )

    assert isinstance(first, Taken)
    assert isinstance(new, Taken)
    assert isinstance(again, Taken)
    assert isinstance(more, Taken)
    assert [taken.created for taken in (first, new, again, more)] == [False, True, False, False]
    assert (again.job.id, more.job.id, more.job.refresh) == (new.job.id, first.job.id, Refresh.ALL)
    assert [taken.message for taken in (first, new, again)] == [intake.EXISTING, intake.QUEUED, intake.EXISTING]
    assert queue.waiting() == {first.job.id, new.job.id}


def test_one_that_cannot_be_written_spoils_no_other():
    bad = wishes.of("https://bad.example/novel", moves_id=404)
    ends = at_once([*novels(2), bad])

    assert [type(end) for end in ends] == [Taken, Taken, IntegrityError]


def test_where_none_can_be_written_they_are_not_tried_one_by_one(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PGOPTIONS="-c default_transaction_read_only=on")
    with statements() as asked:
        ends = at_once(novels(30))

    assert {type(end) for end in ends} == {InternalError}
    assert len(asked) <= 5


def test_with_redis_away_all_of_them_wait(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, REDIS_URL="redis://127.0.0.1:1/0")

    assert {end.message for end in at_once(novels(3)) if isinstance(end, Taken)} == {intake.WAITING}


def test_the_same_novel_many_times_takes_no_statement_more():
    with statements() as asked:
        taken = at_once([wish for _ in range(30) for wish in novels(1)])

    assert [one.created for one in taken if isinstance(one, Taken)] == [True, *[False] * 29]
    assert len(asked) <= 5


@pytest.mark.long
def test_two_batches_that_want_the_same_novels_in_other_order_do_not_fail():
    first, last = novels(2)
    with ThreadPoolExecutor() as pool:
        with db.transaction() as session:
            jobs.create_all(session, [first.row()])
            other = pool.submit(intake.submit_all, [last, first])
            until_waiting(session)
            jobs.create_all(session, [last.row()])
        taken = other.result()

    assert [one.created for one in taken] == [False, False]


def until_waiting(session: Session) -> None:
    """Until another transaction waits for a lock."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while not session.scalar(waiting):
        pass
