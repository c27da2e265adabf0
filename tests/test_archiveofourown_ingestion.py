"""A work of the Archive, end to end: one request brings it whole, and one tells whether anything is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ingestion import db
from ingestion.models import NovelRow
from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, ingest, library, words
from tests.processes import story
from tests.sites import archiveofourown
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site


@pytest.fixture
def site(work: Work, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with Site() as made:
        configure(monkeypatch, SITE_ALIASES=f"{made.netloc}=archiveofourown")
        yield made


def test_a_work_costs_one_request_and_looking_again_one_more(work: Work, site: Site):
    novel = make_novel(chapters=7, seed=5)
    site.pages.update(archiveofourown.render(novel))
    job = ingest(f"{site.url}/collections/tidewrack/works/{novel.key}/chapters/{novel.chapters[2].key}", work)
    chapters = library(job)

    assert (job.status, job.site, job.chapters_saved) == (JobStatus.DONE, "archiveofourown", 7)
    assert [(c.key, c.title) for c in chapters] == [(c.key, c.title) for c in novel.chapters]
    assert [words(c.content) for c in chapters] == [words(c.content) for c in novel.chapters]
    assert [words(c.notes_before) for c in chapters] == [words(c.note_before) for c in novel.chapters]
    assert [hit.path for hit in site.hits] == ["/robots.txt", archiveofourown.start(novel)]

    again = ingest(f"{site.url}/works/{novel.key}", work)

    assert (again.status, again.novel_id, again.chapters_saved) == (JobStatus.DONE, job.novel_id, 7)
    assert [hit.path for hit in site.hits[2:]] == [archiveofourown.start(novel)]


def test_a_chapter_that_comes_between_moves_the_others_and_renames_none(work: Work, site: Site):
    novel = make_novel(chapters=4, seed=5)
    between = make_novel(chapters=1, seed=6).chapters[0]
    site.pages.update(archiveofourown.render(novel))
    before = library(ingest(f"{site.url}/works/{novel.key}", work))
    longer = novel.inserting(between, 1)
    site.pages.update(archiveofourown.render(longer))
    after = library(ingest(f"{site.url}/works/{novel.key}", work))

    assert [c.key for c in after] == [c.key for c in longer.chapters]
    assert {c.id: (c.title, words(c.content)) for c in before}.items() <= {
        c.id: (c.title, words(c.content)) for c in after
    }.items()


def test_an_edit_is_seen_though_the_site_gives_no_date(work: Work, site: Site):
    novel = make_novel(chapters=3, seed=5)
    site.pages.update(archiveofourown.render(novel))
    ingest(f"{site.url}/works/{novel.key}", work)
    site.pages.update(archiveofourown.render(novel.rewriting(novel.chapters[1].key, "<p>It was dry.</p>")))
    chapters = library(ingest(f"{site.url}/works/{novel.key}", work))

    assert [words(c.content) for c in chapters][1] == ["It", "was", "dry."]


def test_an_error_that_is_served_as_a_page_is_tried_again(work: Work, site: Site, monkeypatch: pytest.MonkeyPatch):
    novel = make_novel(chapters=3, seed=5)
    pages = archiveofourown.render(novel)
    busy = iter([Page("Retry later\n", content_type="text/plain")])
    path = archiveofourown.start(novel)
    site.pages.update(pages | {path: lambda _: next(busy, pages[path])})
    configure(monkeypatch, MAX_ATTEMPTS="2", RETRY_SECONDS="0")
    job = ingest(f"{site.url}/works/{novel.key}", work)

    assert any("failed (blocked)" in told for told in story(job.id))
    assert (job.status, job.attempt, job.chapters_saved) == (JobStatus.DONE, 2, 3)
    assert site.requests(path) == 2


def test_a_series_is_one_novel_with_a_volume_for_each_of_its_works(work: Work, site: Site):
    works = [
        replace(make_novel(chapters=count, title=f"Part {count}", seed=count), key=f"70{count}") for count in (2, 3)
    ]
    for novel in works:
        for path, page in archiveofourown.render(novel).items():
            site.pages[f"{path}&series=515" if "?" in path else path] = page
    blurbs = "".join(
        f'<li class="work blurb"><h4 class="heading"><a href="/works/{w.key}">{w.title}</a></h4></li>' for w in works
    )
    locked = '<li class="work"><h4 class="heading"><a href="/works/9">Mine</a> <img title="Restricted"></h4></li>'
    head = (
        '<h2 class="heading">The Weir</h2><dl class="series meta"><dd><a rel="author" href="/u/w">wilma</a></dd></dl>'
    )
    site.pages["/series/515"] = Page(f'{head}<ul class="series work index group">{blurbs}{locked}</ul>')
    job = ingest(f"{site.url}/series/515?page=1", work)

    found = [row for row in library(job) if row.missing_kind is None]
    assert (job.status, job.error_message, job.chapters_missing) == (JobStatus.DONE, None, 1)
    assert [(row.volume, words(row.content)) for row in found] == [
        (novel.title, words(chapter.content)) for novel in works for chapter in novel.chapters
    ]
    assert site.requests("/works/") == 2


def test_a_short_link_to_a_chapter_finds_the_work(work: Work, site: Site):
    novel = make_novel(chapters=3, seed=5)
    chapter = f"/works/{novel.key}/chapters/{novel.chapters[1].key}"
    moved = Page(status=302, headers={"Location": chapter})
    site.pages.update(archiveofourown.render(novel) | {"/chapters/7": moved, chapter: Page("<p>One chapter.</p>")})
    job = ingest(f"{site.url}/chapters/7", work)

    with db.transaction() as session:
        url = session.get_one(NovelRow, job.novel_id).url
    assert (job.status, job.chapters_saved, url) == (JobStatus.DONE, 3, f"{site.url}/works/{novel.key}")
