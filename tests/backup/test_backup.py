"""Backups: taken while workers write, restored whole or not at all, of this version and of older ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from ingestion import db, migrations, tokens
from ingestion.backup import tables
from ingestion.config import settings
from ingestion.models import ApiToken, Job
from ingestion.pictures import kinds, store, table
from ingestion.status import JobStatus, Scope
from tests.commandline import posted, run
from tests.conftest import forget
from tests.library import Work, ingest, library, novel, words
from tests.processes import has_pages, is_running, post, read, story, working
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Site
from tests.waiting import until

PICTURE = b"\x89PNG\r\n\x1a\nnot much of one"


@pytest.fixture
def file(tmp_path: Path, environment: dict[str, str]) -> Path:
    return tmp_path / "library.tar"


def picture() -> str:
    """A picture in the store and in the table; its name."""
    name = kinds.name(PICTURE)
    assert name
    store.opened().put(name, PICTURE)
    with db.transaction() as session:
        table.keep(session, "https://site.example/cover.png", name=name, size=len(PICTURE))
    return name


def drop() -> None:
    with db.transaction() as session:
        session.execute(text(tables.DROP))


def backed_up(file: Path) -> None:
    told = run("backup", file)
    assert told.exit_code == 0, told.output
    assert file.stat().st_mode & 0o077 == 0
    assert [path for path in file.parent.iterdir() if path.name.startswith(".")] == []


def test_a_backup_taken_in_the_middle_of_a_job_brings_everything_back_and_the_job_goes_on(file: Path, work: Work):
    sample = make_novel(chapters=8, seed=4)
    pages = plain.render(sample)
    *_, held = pages
    name = picture()
    with db.transaction() as session:
        token = tokens.create(session, "phone", Scope.READ)
    with Site(plain.render(novel())) as whole, Site(pages) as slow:
        before = [row.content for row in library(ingest(f"{whole.url}/index.html", work))]
        slow.pages[held] = replace(pages[held], delay=60)
        with working():
            job_id = post(f"{slow.url}/index.html")
            until(lambda: has_pages(job_id, 2), "no page was fetched")
            backed_up(file)
            assert is_running(job_id)
        slow.pages = pages
        drop()
        store.opened().place(name).unlink()  # type: ignore[union-attr]
        forget()
        told = run("restore", file)
        assert told.exit_code == 0, told.output
        asked = len(slow.hits)
        assert run("process-queue").exit_code == 0
        work()

    assert "QUEUED now: 1" in told.output
    job = read(job_id)
    assert (job.status, job.attempt, job.chapters_saved) == (JobStatus.DONE, 2, 8), job.error_message
    assert f"restored from the backup of {read(job_id).created_at:%Y-%m-%d}" in " ".join(story(job_id))
    assert 0 < len(slow.hits) - asked < 9  # what the backup had is not fetched again
    assert [row.content for row in library(read(1))] == before
    assert [words(row.content) for row in library(job)] == [words(c.content) for c in sample.chapters]
    assert b"".join(store.opened().get(name)) == PICTURE
    with db.transaction() as session:
        assert tokens.bearer(session, settings(), token or "") == tokens.Bearer(
            name="phone", scope=Scope.READ, long_unseen=True
        )


def test_a_library_that_is_not_empty_is_replaced_only_by_force_and_then_whole(file: Path):
    first = posted(1)[0]
    backed_up(file)
    second = post("https://example9.org/novel")
    refused = run("restore", file)
    with db.transaction() as session:
        assert session.get(Job, second)
    forced = run("restore", file, "--force")

    assert (refused.exit_code, forced.exit_code) == (1, 0)
    assert "not empty (job, job_event have rows)" in str(refused.exception)
    with db.transaction() as session:
        assert session.scalars(select(Job.id)).all() == [first]
    assert post("https://example9.org/novel") == second  # the sequence goes on from where it was


def test_a_backup_of_an_older_version_is_brought_up_to_date(file: Path):
    picture()
    migrations.downgrade("0006")
    backed_up(file)
    migrations.upgrade()
    told = run("restore", file, "--force")

    assert told.exit_code == 0, told.output
    assert migrations.is_current()
    with db.transaction() as session:
        assert len(table.all_names(session)) == 1
        assert session.scalar(select(func.count()).select_from(ApiToken)) == 0


def test_a_backup_of_a_newer_version_is_refused(file: Path):
    with db.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    told = run("backup", file)
    with db.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": migrations.revisions()[-1]})

    assert "newer version (9999)" in str(told.exception)
    assert not file.exists()


def test_the_library_of_others_who_are_at_work_is_left_alone(file: Path):
    posted(1)
    backed_up(file)
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # no connection of the pool's any more
        connection.execute(text("SELECT 1"))
        told = run("restore", file, "--force")

    assert "1 connections of workers or of the API are open" in str(told.exception)


def test_a_damaged_backup_changes_nothing(file: Path):
    name = picture()
    backed_up(file)
    whole = file.read_bytes()
    job_id = posted(1)[0]
    for broken in (
        whole[: len(whole) // 2],
        whole.replace(b"PGDMP", b"PGDAM"),
        whole.replace(PICTURE, PICTURE[:8] + PICTURE[:7:-1]),
        b"once upon a time",
    ):
        file.write_bytes(broken)
        told = run("restore", file, "--force")

        assert isinstance(told.exception, SystemExit), told.exception
        assert (told.exit_code, read(job_id).status) == (1, JobStatus.QUEUED)
    assert b"".join(store.opened().get(name)) == PICTURE


def test_a_table_that_cannot_be_made_leaves_all_as_it_was(file: Path):
    backed_up(file)
    job_id = posted(1)[0]
    with db.transaction() as session:  # a name in the way, which is no table of ours
        session.execute(text("CREATE VIEW in_the_way AS SELECT 1 AS n"))
        session.execute(text("ALTER INDEX ix_page_host RENAME TO ix_page_host_before"))
        session.execute(text("CREATE TABLE stranger (n int)"))
        session.execute(text("CREATE INDEX ix_page_host ON stranger (n)"))
    told = run("restore", file, "--force")
    with db.transaction() as session:
        session.execute(text("DROP TABLE stranger; DROP VIEW in_the_way"))
        session.execute(text("ALTER INDEX ix_page_host_before RENAME TO ix_page_host"))

    assert 'relation "ix_page_host" already exists' in str(told.exception)
    assert read(job_id).status is JobStatus.QUEUED


def test_the_oldest_of_those_named_by_the_time_make_room(tmp_path: Path, environment: dict[str, str]):
    for name in ("quire-20260101T000000Z.tar", "quire-20260102T000000Z.tar", "mine.tar"):
        (tmp_path / name).touch()
    (tmp_path / ".quire-20260103T000000Z.tar.unfinished").touch()  # of a process that was killed
    told = run("backup", tmp_path, "--keep", 2)

    assert told.exit_code == 0, told.output
    names = sorted(path.name for path in tmp_path.iterdir() if path.name != "data")
    assert (names[0], names[1], len(names)) == ("mine.tar", "quire-20260102T000000Z.tar", 3)
