"""The kit at a site: what check shows and records, what diff tells when the site has changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse

from ingestion.errors import Unreachable
from ingestion.kit import drift, recording, sample
from ingestion.kit.sample import Sample
from spiders.generic import Generic
from tests.commandline import run
from tests.conftest import configure
from tests.library import novel
from tests.sites import chain, plain, scribblehub
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site
from tests.spiders.test_selected import RULES, render


@pytest.fixture
def pages(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where pages are recorded."""
    monkeypatch.setattr(recording, "PAGES", tmp_path / "pages")
    return tmp_path / "pages"


def test_rules_are_tried_recorded_replayed_and_seen_to_break_by_the_very_selector(pages: Path, tmp_path: Path):
    rules = tmp_path / "lanternpress.toml"
    rules.write_text(RULES)
    with Site(render(novel())) as site:
        book = f"{site.url}/book/weir"
        checked = run("spider", "check", f"{book}/part/{novel().chapters[0].key}/x", "--rules", rules, "--save")
        asked = [hit.path for hit in site.hits]
        same = run("spider", "diff", "lanternpress", "--rules", rules)
        site.pages["/book/weir"] = Page(str(render(novel())["/book/weir"].body).replace("class=by", "class=writer"))
        broken = run("spider", "diff", "lanternpress", "--rules", rules)

    assert (checked.exit_code, same.exit_code, broken.exit_code) == (0, 0, 1), checked.output
    assert asked[:2] == ["/robots.txt", "/book/weir"]
    assert len(asked) == 2 + 4
    assert novel().author in checked.stdout
    assert (
        "novel of index.html: broken\n    authors is empty\n    `author` (.by a) matches nothing any more"
        in broken.stdout
    )
    assert run("spider", "test", "lanternpress", "--rules", rules).exit_code == 0
    (pages / "lanternpress" / "chapter-1.html").write_text("<div class=reading><p>Another text.</p></div>")
    replayed = run("spider", "test", "lanternpress", "--rules", rules)
    assert (replayed.exit_code, "chapter of chapter-1.html\n    content: " in replayed.stdout) == (1, True)
    accepted = run("spider", "test", "lanternpress", "--rules", rules, "--accept")
    assert (accepted.exit_code, accepted.stdout.startswith(replayed.stdout)) == (0, True)
    assert run("spider", "test", "lanternpress", "--rules", rules).exit_code == 0
    (pages / "lanternpress" / "chapter-1.html").write_text("<p>No text.</p>")
    for words in (("--accept",), ()):
        assert run("spider", "test", "lanternpress", "--rules", rules, *words).exit_code == 1


def test_what_looks_wrong_is_an_exit_code_and_nothing_half_read_is_recorded(pages: Path):
    site_pages = plain.render(novel())
    del site_pages[f"/chapters/{novel().chapters[1].key}.html"]
    with Site(site_pages) as site:
        told = run("spider", "check", f"{site.url}/index.html", "--save")
        gone = run("spider", "check", f"{site.url}/nothing.html")

    assert (told.exit_code, gone.exit_code) == (1, 1)
    assert "looks wrong: '2. Slack Water' cannot be read: the site answers 404" in told.stdout
    assert not pages.exists()
    assert "generic cannot read it (not_found)" in gone.output


@pytest.mark.usefixtures("environment")
def test_a_site_that_is_given_to_no_spider_is_no_traceback(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, SITE_ALIASES="mirror.example=royalraod")
    told = run("spider", "check", "https://mirror.example/fiction/1")

    assert (told.exit_code, told.output.startswith("SITE_ALIASES gives mirror.example")) == (1, True)


@pytest.mark.parametrize(("form", "index"), [(True, 2), (False, 3)])
def test_an_index_that_is_had_by_a_form_is_recorded_with_it_and_another_way_is_gone_where_it_fails(
    pages: Path, monkeypatch: pytest.MonkeyPatch, *, form: bool, index: int
):
    sample = make_novel(chapters=5)
    with Site(scribblehub.render(sample, form=form)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=scribblehub")
        checked = run("spider", "check", f"{site.url}{scribblehub.start(sample)}", "--save")
        same = run("spider", "diff", "scribblehub")
        posted = [hit.path for hit in site.hits if hit.method == "POST"]

    recorded = recording.load("scribblehub")
    assert (checked.exit_code, same.exit_code) == (0, 0), checked.output + same.output
    assert "5 chapters (the site says 5): 0 in volumes, 0 dated, 0 locked" in checked.stdout
    assert len(recorded.items["chapters"]) == index
    assert [len(fields) for fields in recorded.forms.values()] == ([3] if form else [])
    assert posted == [scribblehub.FORM] * (2 if form else 1)


def test_of_a_novel_without_an_index_the_first_pages_are_looked_at(pages: Path):
    with Site(chain.render(novel())) as site:
        seen = sample.take(Generic, f"{site.url}{next(iter(site.pages))}")

    assert (len(seen.index), len(seen.unseen)) == (sample.CHAIN_PAGES, 1)
    assert all(chapter.chapter for chapter in seen.novel(Generic).chapters)


def test_a_page_that_is_not_utf_8_is_read_as_it_came(pages: Path):
    index = HtmlResponse(
        "https://example.org/b/",
        headers={"Content-Type": "text/html; charset=gbk"},
        body="<title>渡船</title><ol><li><a href=1.html>第1章 绳</a><li><a href=2.html>第2章 盐</a></ol>".encode("gbk"),
    )
    seen = Sample(index_url=index.url, index={index.url: index}, pages=texts(), holes={}, unseen=frozenset())
    kept = recording.save(Generic, seen)

    assert kept.types == {"index.html": "text/html; charset=gbk"}
    assert [link["title"] for link in kept.items["chapters"]["index.html"]["links"]] == ["第1章 绳", "第2章 盐"]
    assert all(one.was == one.now for one in recording.replay(Generic, recording.load("generic")))
    assert recording.save(Generic, seen) == kept


def test_a_page_that_does_not_come_any_more_is_broken(pages: Path):
    index = HtmlResponse(
        "https://example.org/b/", body=b"<ol><li><a href=1.html>1. Rope</a><li><a href=2.html>2. Salt</a></ol>"
    )
    seen = Sample(index_url=index.url, index={index.url: index}, pages=texts(), holes={}, unseen=frozenset())
    kept = recording.save(Generic, seen)
    fetched = {url: recorded for recorded in (index, *texts().values()) if (url := recorded.url)}

    away = drift.compare(Generic, kept, fetched | {index.url: Unreachable("it is away")})

    assert {one.of: one.broken for one in away if one.broken} == {
        "novel of index.html": ["unreachable: it is away"],
        "chapters of index.html": ["unreachable: it is away"],
    }
    assert not any(one.broken or one.changed for one in drift.compare(Generic, kept, fetched))


@pytest.mark.usefixtures("pages")
def test_the_pages_of_another_novel_are_told_from_the_first_one_s_by_a_number():
    for book in "bcc":
        body = b"<ol><li><a href=1.html>1. Rope</a><li><a href=2.html>2. Salt</a></ol>"
        index = HtmlResponse(f"https://example.org/{book}/", body=body)
        chapters = {
            url: page.replace(url=url) for old, page in texts().items() for url in [old.replace("/b/", f"/{book}/")]
        }
        seen = Sample(index_url=index.url, index={index.url: index}, pages=chapters, holes={}, unseen=frozenset())
        kept = recording.save(Generic, seen)

    own = ["index.html", "chapter-1.html", "chapter-2.html"]
    assert list(kept.urls) == [*own, *(f"2-{name}" for name in own)]
    written = json.loads((kept.folder / recording.EXPECTED).read_text())["novel"]
    assert list(written["index.html"]) == list(written["2-index.html"])


def texts() -> dict[str, HtmlResponse]:
    text = "<main>" + "<p>Nobody said so, but the tide had already turned that night.</p>" * 9 + "</main>"
    urls = [f"https://example.org/b/{n}.html" for n in (1, 2)]
    return {url: HtmlResponse(url, body=text, encoding="utf-8") for url in urls}
