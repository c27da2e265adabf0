"""A series of Scribble Hub through the whole system: an index that is had by a form, and what it costs."""

from __future__ import annotations

import pytest

from ingestion.status import JobStatus
from tests.alike import alike
from tests.commandline import run
from tests.conftest import configure
from tests.library import Work, ingest, library, words
from tests.sites import scribblehub
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site


def test_a_series_is_read_from_the_answer_to_its_form(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = make_novel(chapters=7)
    with Site(scribblehub.render(sample)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=scribblehub")
        job = ingest(f"{site.url}{scribblehub.path_of(sample, sample.chapters[4])}", work)
        asked = [(hit.method, hit.path) for hit in site.hits if hit.path != "/robots.txt"]
        came_from = {hit.headers.get("referer") for hit in site.hits if "/chapter/" in hit.path}
        series = f"{site.url}{scribblehub.start(sample)}"
    again = run("reparse")
    chapters = library(job)

    assert (job.status, job.site, job.chapters_saved) == (JobStatus.DONE, "scribblehub", 7)
    assert [(c.key, c.title, words(c.content)) for c in chapters] == [
        (c.key, c.title, words(c.content)) for c in sample.chapters
    ]
    assert asked[:2] == [("GET", scribblehub.start(sample)), ("POST", scribblehub.FORM)]
    assert sorted(asked[2:]) == sorted(("GET", scribblehub.path_of(sample, c)) for c in sample.chapters)
    assert came_from == {series}
    assert (again.exit_code, "0 chapters changed" in again.output) == (0, True)


def test_asking_again_sends_the_form_anew_and_finds_what_is_new_and_what_is_locked(
    work: Work, monkeypatch: pytest.MonkeyPatch
):
    sample = make_novel(chapters=5)
    new = sample.chapters[-1]
    with Site(scribblehub.render(sample.without(new.key))) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=scribblehub")
        ingest(f"{site.url}{scribblehub.start(sample)}", work)
        before = len(site.hits)
        site.pages.update(scribblehub.render(sample.locking(new.key)))
        job = ingest(f"{site.url}/rssfeed.php?type=series&sid={sample.key}", work)

        later = [(hit.method, hit.path, hit.status, "if-none-match" in hit.headers) for hit in site.hits[before:]]
    assert (job.status, job.chapters_saved, job.chapters_missing) == (JobStatus.DONE, 4, 1)
    assert [(c.key, c.missing_kind) for c in library(job)][-1] == (new.key, "locked")
    assert later == [
        ("GET", f"/series/{sample.key}/", 301, False),
        ("GET", scribblehub.start(sample), 200, True),
        ("POST", scribblehub.FORM, 200, False),
        ("GET", scribblehub.path_of(sample, new), 200, False),
    ]


ROBOTS = Page("User-agent: *\nDisallow: /wp-admin/\n", content_type="text/plain")


@pytest.mark.parametrize(
    "refusal", alike({"/robots.txt": ROBOTS}, {}, {scribblehub.FORM: Page("Forbidden", status=403)})
)
def test_where_the_form_is_no_good_the_pages_of_the_list_are_turned_round_as_a_whole(
    work: Work, monkeypatch: pytest.MonkeyPatch, refusal: dict[str, Page]
):
    sample = make_novel(chapters=7)
    with Site(scribblehub.render(sample, form=False) | refusal) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=scribblehub")
        job = ingest(f"{site.url}{scribblehub.start(sample)}", work)

    assert (job.status, job.chapters_saved, job.error_message) == (JobStatus.DONE, 7, None)
    assert [c.key for c in library(job)] == [c.key for c in sample.chapters]
    assert site.requests(scribblehub.FORM) == ("/robots.txt" not in refusal)


def test_an_answer_to_the_form_that_was_none_is_asked_for_again(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = make_novel(chapters=4)
    wall = Page("<html><head><title>Just a moment...</title></head><body>Wait.</body></html>")
    good = scribblehub.render(sample)
    with Site(good | {scribblehub.FORM: wall}) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=scribblehub")
        blocked = ingest(f"{site.url}{scribblehub.start(sample)}", work)
        site.pages.update(good)
        told = run("retry", blocked.id)
        work()
        asked = [hit.method for hit in site.hits if hit.path == scribblehub.FORM]

    assert (blocked.error_kind, told.exit_code) == ("blocked", 0)
    assert asked == ["POST", "POST"]
    assert "done" in run("job", blocked.id).output
