"""A work of Kakuyomu, end to end: its page, and a page an episode, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, ingest, library, words
from tests.sites import kakuyomu
from tests.sites.samples import SampleNovel, make_novel
from tests.sites.web import Site


@pytest.fixture
def novel() -> SampleNovel:
    made = make_novel(chapters=6, seed=7)
    return made.locking(made.chapters[4].key)


@pytest.fixture
def site(work: Work, novel: SampleNovel, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with Site(kakuyomu.render(novel)) as made:
        configure(monkeypatch, SITE_ALIASES=f"{made.netloc}=kakuyomu")
        yield made


def test_a_work_is_read_whole_and_looking_again_costs_one_request(work: Work, novel: SampleNovel, site: Site):
    job = ingest(f"{site.url}{kakuyomu.path_of(novel, novel.chapters[2])}?utm_source=mail", work)
    chapters = library(job)
    texts = [[] if c.locked else words(c.content) for c in novel.chapters]

    assert (job.status, job.site, job.chapters_saved, job.chapters_missing) == (JobStatus.DONE, "kakuyomu", 5, 1)
    assert [(c.key, c.volume) for c in chapters] == [(c.key, c.volume) for c in novel.chapters]
    assert [words(c.content) for c in chapters] == texts
    assert chapters[4].missing_kind == "locked"
    assert len(site.hits) == 1 + 1 + 5  # robots.txt, the work, its episodes

    again = ingest(f"{site.url}/works/{novel.key}", work)

    assert (again.status, again.novel_id) == (JobStatus.DONE, job.novel_id)
    assert [(hit.path, hit.status) for hit in site.hits[7:]] == [(f"/works/{novel.key}", 304)]


def test_an_episode_that_was_edited_since_is_asked_for_again(work: Work, novel: SampleNovel, site: Site):
    ingest(f"{site.url}/works/{novel.key}", work)
    one = novel.chapters[1]
    later = f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    site.pages.update(kakuyomu.render(novel.rewriting(one.key, "<p>It was dry.</p>"), edited={one.key: later}))
    chapters = library(ingest(f"{site.url}/works/{novel.key}", work))

    assert [hit.path for hit in site.hits[7:]] == [f"/works/{novel.key}", kakuyomu.path_of(novel, one)]
    assert words(chapters[1].content) == ["It", "was", "dry."]
