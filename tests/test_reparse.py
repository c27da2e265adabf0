"""A mended spider reads the stored pages again: no request, a new revision for what reads differently, the old one kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scrapy.http import Response
from sqlalchemy import update

from ingestion import db
from ingestion.items import Chapter, IndexPage, Novel
from ingestion.models import Job, NovelRow
from spiders.generic import Generic
from tests.alike import alike
from tests.commandline import run
from tests.library import Work, ingest, library, novel, words
from tests.sites import plain
from tests.sites.web import Site


@pytest.fixture
def job(work: Work) -> Job:
    """A novel in the library, whose site is gone by now."""
    with Site(plain.render(novel())) as site:
        return ingest(f"{site.url}/index.html", work)


@pytest.fixture
def mended(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spider that finds one word more in each text."""
    read = Generic.chapter

    def chapter(self: Generic, response: Response) -> Chapter:
        found = read(self, response)
        return Chapter(content=f"{found.content}<p>Mended.</p>", title=found.title)

    monkeypatch.setattr(Generic, "chapter", chapter)


def test_the_same_spider_reads_the_same(job: Job):
    told = run("reparse")

    assert (told.exit_code, "0 chapters changed" in told.output) == (0, True)
    assert {chapter.revision for chapter in library(job)} == {1}


@pytest.mark.usefixtures("mended")
@pytest.mark.parametrize("wish", alike(["--site", "generic"], [], ["--novel", "1"]))
def test_a_mended_spider_gives_new_revisions_without_one_request(job: Job, wish: list[str]):
    told = run("reparse", *wish)

    chapters = library(job)
    assert "6 chapters changed" in told.output, told.output
    assert {chapter.revision for chapter in chapters} == {2}
    assert all(words(chapter.content)[-1] == "Mended." for chapter in chapters)


@pytest.mark.usefixtures("mended")
def test_what_a_chapter_said_before_can_be_compared(job: Job):
    chapter = library(job)[0]
    early = run("diff", str(chapter.id))
    run("reparse")
    told = run("diff", str(chapter.id))

    assert (early.exit_code, "no such older revision" in early.output) == (1, True)
    assert [line for line in told.output.splitlines() if line[:1] in "+-"] == [
        "--- revision 1",
        "+++ revision 2",
        "+Mended.",
    ]


def test_a_spider_that_reads_far_fewer_chapters_changes_nothing(job: Job, monkeypatch: pytest.MonkeyPatch):
    read = Generic.chapters
    monkeypatch.setattr(Generic, "chapters", lambda self, page: IndexPage(links=read(self, page).links[:1]))
    told = run("reparse")

    assert (told.exit_code, "left as it is" in told.output) == (1, True)
    assert all(chapter.gone_at is None for chapter in library(job))


def test_a_novel_of_a_spider_that_is_no_more_is_left_as_it_is(job: Job):
    with db.transaction() as session:
        session.execute(update(NovelRow).values(site="forgotten"))

    assert run("reparse").exit_code == 1
    assert run("reparse", "--novel", "99").exit_code == 1


def test_a_novel_that_the_mended_spider_fails_on_costs_the_others_nothing(
    job: Job, work: Work, monkeypatch: pytest.MonkeyPatch
):
    with Site(plain.render(replace(novel(), title="The Other"))) as site:
        other = ingest(f"{site.url}/index.html", work)
    read = Generic.novel

    def fails(self: Generic, response: Response) -> Novel:
        found = read(self, response)
        return replace(found, authors=found.authors[7]) if found.title == "The Other" else found

    monkeypatch.setattr(Generic, "novel", fails)
    told = run("reparse")

    assert told.exit_code == 1
    assert (
        f"novel {other.novel_id} (The Other): left as it is: the spider fails on its pages (IndexError" in told.output
    )
    assert f"novel {job.novel_id} (The Lamp on the Weir): 0 chapters changed" in told.output
