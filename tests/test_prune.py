"""What is over goes, and what something still needs stays, however old it is."""

from __future__ import annotations

import itertools
import json
import os
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ingestion import config, db, intake, prune, readings, tokens
from ingestion.errors import ParseError
from ingestion.models import ApiToken, Base, Job, JobEvent, NovelRow, Page
from ingestion.pictures import kinds, store, table
from ingestion.status import JobStatus, Scope
from tests.commandline import posted, run
from tests.conftest import configure

pytestmark = pytest.mark.usefixtures("environment")
NUMBERS = itertools.count()


def novel() -> int:
    kinds_of = {"title": "x", "authors": [], "tags": [], "confidence": 1.0}
    with db.transaction() as session:
        made = NovelRow(site="generic", key=str(next(NUMBERS)), url="https://site.example/", **kinds_of)
        session.add(made)
        session.flush()
        return made.id


def ended(novel_id: int | None, *, days: int, status: JobStatus = JobStatus.DONE, dry_run: bool = False) -> int:
    """A job that came to this so many days ago, with one event."""
    job_id = intake.submit(f"https://site.example/{next(NUMBERS)}", dry_run=dry_run).job.id
    with db.transaction() as session:
        when = func.now() - timedelta(days=days)
        session.execute(update(Job).values(status=status, novel_id=novel_id, updated_at=when).where(Job.id == job_id))
        session.execute(update(JobEvent).values(created_at=when).where(JobEvent.job_id == job_id))
    return job_id


def left(model: type[Base]) -> list[object]:
    with db.transaction() as session:
        return sorted(session.scalars(select(next(iter(model.__table__.primary_key)))))


def told(*, dry_run: bool = False) -> dict[str, int]:
    """How many of what went."""
    return {one.what: one.count for one in prune.prune(dry_run=dry_run) if one.count}


def test_of_the_old_jobs_those_that_something_needs_stay():
    first, second = novel(), novel()
    ended(first, days=200)
    stays = [ended(first, days=100), ended(first, days=400, status=JobStatus.ERROR), ended(second, days=400)]
    stays += [ended(None, days=89), ended(None, days=500, status=JobStatus.QUEUED)]
    stays += [ended(None, days=364, status=JobStatus.ERROR), ended(None, days=6, dry_run=True)]
    ended(None, days=91)
    ended(None, days=366, status=JobStatus.ERROR)
    ended(None, days=8, dry_run=True)

    gone = {"events of jobs that are DONE": 4, "jobs that are DONE": 2, "jobs in ERROR": 1, "dry runs": 1}
    assert told(dry_run=True) == gone
    assert len(left(Job)) == 11
    assert told() == gone
    assert left(Job) == stays
    assert told() == {}


def test_a_site_is_judged_by_readings_whose_jobs_are_gone():
    job_id = ended(None, days=91)
    with db.transaction() as session:
        unread = readings.unread(ParseError("x"), job_id=job_id, site="generic", url="https://site.example/1")
        readings.keep(session, unread)
    told()

    assert left(Job) == []
    with db.transaction() as session:
        assert [[one.job_id for one in host] for host in readings.by_host(session, limit=9)] == [[job_id]]


def test_rows_go_some_at_a_time_and_one_that_is_being_changed_is_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(prune, "BATCH", 2)
    put_back, *_ = [ended(None, days=400, status=JobStatus.ERROR) for _ in range(6)]
    with Session(db.engine()) as somebody:
        somebody.get(Job, put_back, with_for_update=True)
        assert told() == {"jobs in ERROR": 5}

    assert left(Job) == [put_back]
    assert told() == {"jobs in ERROR": 1}


def page(url: str, *, days: int) -> bytes:
    host, now = url.split("/")[2], func.now() - timedelta(days=days)
    row = Page(fingerprint=url.encode(), url=url, host=host, status=200, headers={}, body=b"x" * 5000, fetched_at=now)
    with db.transaction() as session:
        session.add(row)
    return url.encode()


def test_pages_are_kept_for_ever_unless_a_setting_says_otherwise(monkeypatch: pytest.MonkeyPatch):
    page("https://quiet.example/1", days=5000)
    posted(1)
    busy, young = page("https://example0.org/1", days=31), page("https://quiet.example/2", days=29)
    assert told() == {}
    configure(monkeypatch, KEEP_PAGES_DAYS="30")
    pages = next(one for one in prune.prune() if one.what == "pages")

    assert (pages.count, left(Page)) == (1, [busy, young])
    assert 5000 < pages.size < 5400


def test_the_last_token_that_was_revoked_still_closes_the_api():
    with db.transaction() as session:
        for name in ("first", "second"):
            tokens.create(session, name, Scope.READ)
            tokens.revoke(session, name)
            session.execute(update(ApiToken).values(revoked_at=ApiToken.revoked_at - timedelta(days=91)))

    assert told() == {"revoked tokens": 1}
    with db.transaction() as session:
        assert tokens.are_wanted(session, config.settings())
    assert left(ApiToken) == ["second"]


def picture(content: bytes, *, days: int) -> str:
    """A file in the folder of pictures that nobody has wished for since."""
    name = kinds.name(b"GIF89a" + content) or ""
    store.opened().put(name, b"GIF89a" + content)
    long_ago = time.time() - days * 86_400
    os.utime(folder().place(name), (long_ago, long_ago))
    return name


def folder() -> store.Folder:
    opened = store.opened()
    assert isinstance(opened, store.Folder)
    return opened


def test_a_picture_goes_when_nothing_names_it_and_nobody_has_just_put_it(tmp_path: object):
    named, stray, new, wished = (
        picture(word, days=days) for word, days in ((b"a", 9), (b"b", 9), (b"c", 0), (b"d", 9))
    )
    broken_off = folder().place(stray).with_suffix(".0123")
    broken_off.write_bytes(b"half")
    os.utime(broken_off, (0, 0))
    with db.transaction() as session:
        table.keep(session, "https://site.example/cover.gif", name=named, size=7)
    listed = list(folder().old())
    store.opened().put(wished, b"GIF89ad")

    assert not folder().remove(folder().place(wished))  # it was old when it was listed
    assert folder().place(wished) in [path for path, _ in listed]
    assert told(dry_run=True) == {"pictures that nothing names": 2}
    assert told() == {"pictures that nothing names": 2}
    there = [folder().place(name).exists() for name in (named, stray, new, wished)]
    assert (there, broken_off.exists()) == ([True, False, True, True], False)


def test_the_command_says_what_goes_and_what_would(monkeypatch: pytest.MonkeyPatch):
    ended(None, days=91)
    would, did = run("prune", "--dry-run"), run("prune", "--json")

    assert "jobs that are DONE: 1 would be let go, 0.0 MB" in would.stdout
    assert {"what": "jobs that are DONE", "count": 1} in [
        {name: one[name] for name in ("what", "count")} for one in json.loads(did.stdout)
    ]
