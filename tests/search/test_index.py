"""The index follows the library: what has changed is indexed again, and nothing else; what is not is said."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from ingestion import db
from ingestion.background.kinds import INDEX
from ingestion.background.perform import perform
from ingestion.background.ringing import submit
from ingestion.models import ChapterSearch, Task
from ingestion.scheduler import submit_index
from ingestion.search import index
from ingestion.search.index import Subject
from ingestion.status import TaskStatus
from tests.background.deeds import only, read
from tests.conftest import configure
from tests.library import Work, ingest, novel
from tests.search.shelf import find, index_all, places, shelve
from tests.sites import plain
from tests.sites.web import Site

pytestmark = pytest.mark.usefixtures("environment")


def test_only_what_has_changed_is_indexed_again():
    shelve("A lamp.", "A boat.", language="en")
    first, again = index_all(), index_all()
    shelve("A lamp.", "A bell.", language="en")
    assert find("lamp").waiting == 1
    third = index_all()

    assert (first, again, third) == (2, 0, 1)
    assert (len(places("boat")), len(places("bell")), find("lamp").waiting) == (0, 1, 0)


def test_another_language_or_title_is_indexed_anew():
    shelve("Many lamps.", language=None)
    index_all()
    before = places("lamp")
    shelve("Many lamps.", titles=("Herons",), language="en")
    index_all()

    assert (before, len(places("lamp")), len(places("heron"))) == ([], 1, 1)


def test_what_is_gone_is_found_no_more():
    novel_id = shelve("A lamp.", language="en")
    index_all()
    with db.transaction() as session:
        session.execute(text("DELETE FROM novel WHERE id = :id"), {"id": novel_id})

    assert (find("lamp").novels, find("lamp").chapters) == ((), ())


def test_a_long_text_is_indexed_as_far_as_an_index_goes():
    shelve("needle " + " ".join(f"w{n:x}-q{n:x}" for n in range(60_000)) + " haystack", language="en")
    shelve(
        "針" + "".join(map(chr, random.Random(1).choices(range(0x4E00, 0x9FFF), k=150_000))), key="n2", language="zh"
    )
    index_all()

    assert (len(places("needle")), len(places("haystack")), len(places("針"))) == (1, 0, 1)


def test_a_novel_that_is_saved_while_it_is_indexed_is_indexed_again(monkeypatch: pytest.MonkeyPatch):
    novel_id = shelve("A lamp.", language="en")
    task, _ = submit(INDEX, {"novel_id": novel_id}, once=str(novel_id))
    write = index.write_some

    def meanwhile(session: Session, subject: Subject) -> int:
        monkeypatch.setattr(index, "write_some", write)
        shelve("A bell.", language="en")
        return 0

    monkeypatch.setattr(index, "write_some", meanwhile)
    ends = perform(task.id), read(task.id).status, perform(task.id)

    assert ends == ("released", TaskStatus.QUEUED, "done")
    assert (len(places("bell")), find("bell").waiting) == (1, 0)


def test_what_nobody_asked_for_is_found_by_the_scheduler(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, SEARCH="true")
    monkeypatch.setattr(index, "MOST_ASKED", 1)
    submit_index()
    for key in "ab":
        shelve("A lamp.", key=key, language="en")
    submit_index()
    submit_index()

    assert perform(only().id) == "done"
    assert (len(places("lamp")), find("lamp").waiting) == (1, 1)


def test_a_job_has_its_novel_indexed_and_asks_for_it_once(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, SEARCH="true")
    with Site(plain.render(novel())) as site:
        job = ingest(f"{site.url}/index.html", work)

    task = only()
    assert (task.kind, task.args, task.status) == ("index", {"novel_id": job.novel_id}, TaskStatus.DONE)
    assert {chapter.novel_id for chapter in find("lantern").chapters} == {job.novel_id}


def test_without_the_setting_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, SEARCH="false")
    novel_id = shelve("A lamp.")
    with db.transaction() as session:
        index.ask(session, novel_id)
    submit_index()

    with db.transaction() as session:
        assert session.scalars(select(Task)).all() == []


def test_all_of_it_can_be_indexed_anew():
    shelve("A lamp.", "A boat.", language="en")
    index_all()
    with db.transaction() as session:
        index.forget(session)
        assert session.scalars(select(ChapterSearch)).all() == []

    assert (find("lamp").waiting, index_all(), len(places("lamp"))) == (1, 2, 1)


def test_a_novel_that_is_gone_by_then_is_given_up():
    task, _ = submit(INDEX, {"novel_id": 99}, once="99")

    assert perform(task.id) == "not_found"
