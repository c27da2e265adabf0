"""An index that suddenly lists far fewer chapters changes nothing until a person has said that it is right."""

from __future__ import annotations

import pytest

from ingestion import intake
from ingestion.status import JobStatus
from tests.alike import alike
from tests.library import Work, ingest, library, words
from tests.sites import plain
from tests.sites.samples import SampleNovel, make_novel
from tests.sites.web import Site

WHOLE = make_novel(chapters=10, seed=5)


def without(count: int) -> SampleNovel:
    return WHOLE.without(*(chapter.key for chapter in WHOLE.chapters[:count]))


@pytest.fixture
def site(work: Work):
    with Site(plain.render(WHOLE)) as made:
        ingest(f"{made.url}/index.html", work)
        yield made


def test_an_index_that_lost_many_chapters_stops_the_job_with_a_question(site: Site, work: Work):
    site.pages.update(plain.render(without(6)))
    job = ingest(f"{site.url}/index.html", work)

    assert (job.status, job.error_kind, job.attempt) == (JobStatus.ERROR, "shrunk", 1)
    assert "no longer lists 6 of the 10 chapters" in (job.error_message or "")
    assert "--accept-shrink" in (job.error_message or "")


def test_the_library_follows_when_a_person_says_so_and_every_text_stays(site: Site, work: Work):
    site.pages.update(plain.render(without(6)))
    job = ingest(f"{site.url}/index.html", work)
    before = len(site.hits)
    intake.retry(job.id, accept_shrink=True)
    work()

    chapters = library(ingest(f"{site.url}/index.html", work))
    assert [hit.path for hit in site.hits[before:]] == ["/index.html"]  # the last post's; the retry asked for nothing
    assert sum(c.gone_at is not None for c in chapters) == 6
    assert {tuple(words(c.content)) for c in chapters} == {tuple(words(c.content)) for c in WHOLE.chapters}


@pytest.mark.parametrize("lost", alike(3, 2))
def test_a_few_chapters_may_go_without_a_question(site: Site, work: Work, lost: int):
    site.pages.update(plain.render(without(lost)))

    assert ingest(f"{site.url}/index.html", work).status is JobStatus.DONE


def test_chapters_that_are_gone_already_are_not_counted_again(site: Site, work: Work):
    for lost in (3, 5):
        site.pages.update(plain.render(without(lost)))
        job = ingest(f"{site.url}/index.html", work)

    assert job.status is JobStatus.DONE
