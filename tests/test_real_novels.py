"""Two real novels through the whole system, from a server that serves their files as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import html

from ingestion.items import Matter
from ingestion.status import JobStatus
from tests.alike import alike
from tests.library import Work, ingest, library, words
from tests.sites import dresses
from tests.sites.web import Page, Site
from tests.spiders.test_dresses import book
from tests.spiders.test_generic_novels import CHICKENS, FRANKENSTEIN, NOVELS, body_words

pytestmark = pytest.mark.skipif(not NOVELS.is_dir(), reason=f"the two real novels are not at {NOVELS}")


@pytest.mark.parametrize(("novel", "units"), alike((CHICKENS, 23), (FRANKENSTEIN, 28)))
def test_every_unit_is_in_the_library_in_order_and_word_for_word(work: Work, novel: str, units: int):
    with Site.serve_directory(NOVELS) as site:
        job = ingest(f"{site.url}/{novel}/toc.xhtml", work)

    body = [chapter for chapter in library(job) if chapter.matter is Matter.BODY]
    assert (job.status, job.chapters_missing, len(body)) == (JobStatus.DONE, 0, units)
    for chapter in body:
        found = html.fragment_fromstring(chapter.content or "", create_parent="div").text_content().split()
        assert found == body_words(novel, chapter.key), chapter.title


def test_a_novel_posted_by_a_later_page_of_its_index_is_read_from_the_first(work: Work):
    worn = replace(book(CHICKENS), units=book(CHICKENS).units[:13])
    pages = dresses.paged_newest_first(worn)
    with Site(
        {path: Page(body) for path, body in pages.items()} | {"/novel/7?page=1": Page(pages["/novel/7"])}
    ) as site:
        rows = library(ingest(f"{site.url}/novel/7?page=2", work))

    assert [row.title for row in rows] == [unit.title for unit in worn.units]
    assert all(words(row.content) == words(unit.content) for row, unit in zip(rows, worn.units, strict=True))


def test_asking_for_a_real_novel_again_costs_one_request(work: Work):
    with Site.serve_directory(NOVELS) as site:
        url = f"{site.url}/{CHICKENS}/toc.xhtml"
        ingest(url, work)
        before = len(site.hits)
        ingest(url, work)

        assert [hit.path for hit in site.hits[before:]] == [f"/{CHICKENS}/toc.xhtml"]
