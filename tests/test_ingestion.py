"""The main job, end to end: a URL goes in, chapters come out, and asking again costs next to nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingestion import db, intake, joblist
from ingestion.models import Job
from ingestion.status import JobStatus, Refresh
from spiders import hidden
from tests.conftest import configure
from tests.library import Work, ingest, library, novel, words
from tests.sites import chain, plain, royalroad
from tests.sites.samples import make_novel
from tests.sites.web import Site


def test_a_novel_passes_through_the_stages_in_order_and_each_page_is_fetched_once(work: Work):
    with Site(plain.render(novel())) as site:
        job = ingest(f"{site.url}/index.html", work)

        paths = [hit.path for hit in site.hits]
    with db.transaction() as session:
        stages = [event.status.value for event in joblist.events(session, job.id)]
    assert stages == ["queued", "crawling", "parsing", "saving", "done"]
    assert (job.pages_done, job.pages_total, job.chapters_saved) == (7, 7, 6)
    assert len(paths) == len(set(paths)) == 8


def test_asking_again_costs_one_conditional_request_and_for_everything_one_a_page(work: Work):
    with Site(plain.render(novel())) as site:
        ingest(f"{site.url}/index.html", work)
        before = len(site.hits)
        job = ingest(f"{site.url}/index.html", work)
        later = site.hits[before:]
        ingest(f"{site.url}/index.html", work, refresh=Refresh.ALL)

        anew = site.hits[before + 1 :]
    assert [(hit.path, hit.status) for hit in later] == [("/index.html", 304)]
    assert (job.status, job.chapters_saved) == (JobStatus.DONE, 6)
    assert len({hit.path for hit in anew}) == len(anew) == 7
    assert {hit.status for hit in anew} == {304}


def test_without_validators_asking_again_costs_the_index_alone(work: Work):
    with Site(plain.render(novel(), etag=False)) as site:
        ingest(f"{site.url}/index.html", work)
        before = len(site.hits)
        ingest(f"{site.url}/index.html", work)

        assert [hit.path for hit in site.hits[before:]] == ["/index.html"]


def test_a_new_chapter_costs_one_request_more(work: Work):
    longer = make_novel(chapters=7, title="The Lamp on the Weir", seed=3)
    with Site(plain.render(longer.without(longer.chapters[-1].key))) as site:
        ingest(f"{site.url}/index.html", work)
        before = len(site.hits)
        site.pages.update(plain.render(longer))
        job = ingest(f"{site.url}/index.html", work)

        later = [hit.path for hit in site.hits[before:]]
    assert later == ["/index.html", f"/chapters/{longer.chapters[-1].key}.html"]
    assert len(library(job)) == 7


def test_an_inserted_chapter_never_puts_old_text_under_a_new_title(work: Work):
    whole = novel()
    with Site(plain.render(whole.without(whole.chapters[2].key))) as site:
        ingest(f"{site.url}/index.html", work)
        site.pages.update(plain.render(whole))
        job = ingest(f"{site.url}/index.html", work)

    assert [(c.key, words(c.content)) for c in library(job)] == [
        (f"chapters/{c.key}.html", words(c.content)) for c in whole.chapters
    ]


def test_moved_and_renamed_chapters_keep_their_rows_and_texts(work: Work):
    first = novel()
    turned = replace(first, chapters=tuple(replace(c, title=f"New: {c.title}") for c in first.chapters[::-1]))
    with Site(plain.render(first)) as site:
        before = {c.key: (c.id, c.content) for c in library(ingest(f"{site.url}/index.html", work))}
        site.pages.update(plain.render(turned))
        after = library(ingest(f"{site.url}/index.html", work))

    assert {c.key: (c.id, c.content) for c in after} == before
    assert all(c.title.startswith("New: ") for c in after)


def test_a_removed_chapter_stays_readable_and_is_marked_gone(work: Work):
    whole = novel()
    removed = whole.chapters[1].key
    with Site(plain.render(whole)) as site:
        ingest(f"{site.url}/index.html", work)
        site.pages.update(plain.render(whole.without(removed)))
        chapters = library(ingest(f"{site.url}/index.html", work))

    gone = [c for c in chapters if c.gone_at is not None]
    assert [c.key for c in gone] == [f"chapters/{removed}.html"]
    assert words(gone[0].content) == words(whole.chapters[1].content)


def test_an_edited_chapter_gets_a_new_revision(work: Work):
    sample = novel()
    with Site(plain.render(sample)) as site:
        ingest(f"{site.url}/index.html", work)
        edited = sample.chapters[0]
        pages = plain.render(replace(sample, chapters=(replace(edited, content="<p>All of it anew.</p>" * 5),)))
        path = f"/chapters/{edited.key}.html"
        site.pages[path] = pages[path]
        chapters = library(ingest(f"{site.url}/index.html", work, refresh=Refresh.ALL))

    assert words(chapters[0].content)[:4] == ["All", "of", "it", "anew."]
    assert [c.revision for c in chapters] == [2, 1, 1, 1, 1, 1]


def test_novels_that_are_posted_twice_are_each_saved_once(work: Work):
    samples = [make_novel(chapters=2, title=f"Novel {n}", seed=n) for n in range(5)]
    pages = {f"/{n}{path}": page for n, s in enumerate(samples) for path, page in plain.render(s).items()}
    with Site(pages) as site:
        made = [intake.submit(f"{site.url}/{n}/index.html").job.id for _ in range(2) for n in range(5)]
        work()

    with db.transaction() as session:
        found = [session.get_one(Job, job_id) for job_id in made]
    assert len(set(made)) == 5
    assert {job.status for job in found} == {JobStatus.DONE}
    assert len({job.novel_id for job in found}) == 5


def test_a_serial_without_an_index_is_followed_from_its_first_chapter(work: Work):
    sample = novel()
    with Site(chain.render(sample)) as site:
        job = ingest(f"{site.url}/part-1", work)

        assert len(site.hits) == 1 + len(sample.chapters)
    chapters = library(job)
    assert [words(c.content) for c in chapters] == [words(c.content) for c in sample.chapters]


def test_a_serial_without_an_index_is_asked_for_news_at_its_end_alone(work: Work):
    sample = novel()
    last = sample.chapters[-1].key
    with Site(chain.render(sample.without(last))) as site:
        ingest(f"{site.url}/part-1", work)
        before = len(site.hits)
        site.pages.update(chain.render(sample))
        job = ingest(f"{site.url}/part-1", work)

        asked = [hit.path for hit in site.hits[before:]]
    assert asked == ["/part-1", "/part-5", "/part-6"]
    assert job.chapters_saved == 6


def test_a_chapter_s_url_leads_to_its_index(work: Work):
    sample = novel()
    with Site(plain.render(sample)) as site:
        whole = ingest(f"{site.url}/index.html", work)
        job = ingest(f"{site.url}/chapters/{sample.chapters[3].key}.html", work)

    assert (job.status, job.novel_id, job.chapters_saved) == (JobStatus.DONE, whole.novel_id, 6)


def test_a_site_with_a_spider_of_its_own_is_read_by_it(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = novel().locking(novel().chapters[4].key)
    with Site(royalroad.render(sample)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=royalroad")
        job = ingest(f"{site.url}/fiction/{sample.key}/any-slug?utm_source=mail", work)

    chapters = library(job)
    assert (job.status, job.site, job.chapters_saved, job.chapters_missing) == (JobStatus.DONE, "royalroad", 5, 1)
    assert [(c.key, c.volume, c.missing_kind) for c in chapters][4] == (sample.chapters[4].key, "Book 1", "locked")
    assert all(c.hidden_removed for c in chapters if c.content)
    assert "stolen" not in " ".join(c.content or "" for c in chapters).lower()


@pytest.mark.parametrize(("wish", "removed"), [("false", 1), ("true", 0)])
def test_what_a_page_hides_is_left_out_or_kept_as_readers_wish(
    work: Work, monkeypatch: pytest.MonkeyPatch, wish: str, removed: int
):
    monkeypatch.setattr(hidden.Wish, "kept", False)  # and so again after the test
    configure(monkeypatch, KEEP_HIDDEN=wish)
    sample = novel()
    said = '<style>.k { display: none }</style><p>The lamp was lit.</p><p class="k">Read this at its own site.</p>'
    with Site(plain.render(sample.rewriting(sample.chapters[0].key, said))) as site:
        job = ingest(f"{site.url}/index.html", work)

    first = library(job)[0]
    assert first.hidden_removed == removed
    assert ("Read this at its own site." in (first.content or "")) == (removed == 0)
