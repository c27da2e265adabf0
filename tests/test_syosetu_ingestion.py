"""A work of Syosetu through the whole system: an edited episode alone is asked for again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, ingest, library, words
from tests.sites import syosetu
from tests.sites.samples import make_novel
from tests.sites.web import Answer, Page, Site


def test_a_long_work_is_read_from_all_pages_of_its_index(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = make_novel(chapters=7, per_volume=3)
    with Site(syosetu.render(sample, per_page=2)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=syosetu")
        job = ingest(f"{site.url}{syosetu.path_of(sample, sample.chapters[4])}", work)

        paths = [hit.path for hit in site.hits]
    chapters = library(job)
    assert (job.status, job.site, job.chapters_saved) == (JobStatus.DONE, "syosetu", 7)
    assert [(c.key, c.volume, words(c.content)) for c in chapters] == [
        (c.key, c.volume, words(c.content)) for c in sample.chapters
    ]
    assert [words(c.notes_after) for c in chapters] == [words(c.note_after) for c in sample.chapters]
    assert len(paths) == len(set(paths)) == 1 + 4 + 7


def test_asking_again_costs_the_index_and_what_was_edited(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = make_novel(chapters=4, per_volume=0)
    changed = sample.chapters[1].key
    later = datetime.now(UTC) + timedelta(minutes=5)
    with Site(syosetu.render(sample, per_page=2)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=syosetu")
        ingest(f"{site.url}{syosetu.start(sample)}", work)
        before = len(site.hits)
        ingest(f"{site.url}{syosetu.start(sample)}", work)
        again = [(hit.path, hit.status) for hit in site.hits[before:]]
        before = len(site.hits)
        edited = sample.rewriting(changed, "<p>All of it anew.</p>")
        site.pages.update(syosetu.render(edited, per_page=2, edited={changed: later}))
        job = ingest(f"{site.url}{syosetu.start(sample)}", work)
        asked = [hit.path for hit in site.hits[before:]]

    index = [syosetu.start(sample), f"{syosetu.start(sample)}?p=2"]
    assert again == [(path, 304) for path in index]
    assert sorted(asked) == sorted([*index, syosetu.path_of(sample, sample.chapters[1])])
    assert [c.revision for c in library(job)] == [1, 2, 1, 1]


def test_a_short_work_costs_one_request(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = make_novel(chapters=1)
    with Site(syosetu.render(sample)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=syosetu")
        job = ingest(f"{site.url}{syosetu.start(sample)}", work)
        ingest(f"{site.url}{syosetu.start(sample)}", work)

        asked = [(hit.path, hit.status) for hit in site.hits]
    assert job.status is JobStatus.DONE
    assert [words(c.content) for c in library(job)] == [words(sample.chapters[0].content)]
    assert asked == [("/robots.txt", 404), (syosetu.start(sample), 200), (syosetu.start(sample), 304)]


def test_the_question_of_age_ends_the_job_with_its_reason(work: Work, monkeypatch: pytest.MonkeyPatch):
    gate = Page("<title>年齢確認</title><a id='yes18' href='/n5678cd/'>はい</a>")
    moved = Page(status=302, headers={"Location": "/redirect/ageauth/?url=x"})
    with Site({"/n5678cd/": moved, "/redirect/ageauth/?url=x": gate}) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=syosetu")
        job = ingest(f"{site.url}/n5678cd/", work)

    assert (job.status, job.error_kind) == (JobStatus.ERROR, "blocked")
    assert "over18=yes" in (job.error_message or "")
    assert "ADULT_PAGES=true" in (job.error_message or "")
    assert not any("cookie" in hit.headers for hit in site.hits)


def test_adult_pages_answers_the_question_of_age_to_the_site_that_asks_and_to_no_other(
    work: Work, monkeypatch: pytest.MonkeyPatch
):
    sample = make_novel(chapters=3, per_volume=0)
    moved = syosetu.path_of(sample, sample.chapters[2])

    def gated(page: Page) -> Answer:
        gate = Page("<title>年齢確認</title>", headers={"Set-Cookie": "session=1"})
        return lambda hit: page if hit.headers.get("cookie") == "over18=yes" else gate

    with Site(syosetu.render(sample)) as other, Site() as site:
        pictured = sample.rewriting(sample.chapters[0].key, f'<p>A map:</p><img src="{other.url}/map.png">')
        site.pages.update({path: gated(page) for path, page in syosetu.render(pictured).items()})
        site.pages[moved] = Page(status=302, headers={"Location": other.url + moved})
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=syosetu")
        refused = ingest(f"{site.url}{syosetu.start(sample)}", work)
        configure(monkeypatch, ADULT_PAGES="true", PICTURES="true")
        job = ingest(f"{site.url}{syosetu.start(sample)}", work)

    assert (refused.error_kind, job.status, job.chapters_saved) == ("blocked", JobStatus.DONE, 3)
    assert [hit.path for hit in other.hits if hit.path != "/robots.txt"] == [moved, "/map.png"]
    assert not any("cookie" in hit.headers for hit in other.hits)
