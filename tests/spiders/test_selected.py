"""Spiders as data: a file of selectors reads a site, and one that cannot be used says why."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse

from ingestion import config, crawl, intake, rules
from ingestion.errors import ParseError
from ingestion.items import Form, Publication
from ingestion.rules import RuleError
from ingestion.status import JobStatus
from ingestion.system import ROOT
from spiders import selected
from spiders.base import NovelSpider
from tests.conftest import configure
from tests.library import Work, ingest, library, novel, words
from tests.sites.samples import SampleNovel
from tests.sites.web import Page, Site

RULES = """
name = "lanternpress"
domains = ["lanternpress.example"]
pace = 2.0
title = "h1.name"
author = ".by a"
description = ".blurb"
cover = ".cover img"
tags = ".shelf a"
status = ".state"
chapters = "ul.parts a"
newest_first = true
content = "div.reading"
remove = ".advert, .share"
key = '/part/([0-9]+)'
index = '^(https?://[^/]+/book/[^/?]+)'
"""
BOOK = "https://lanternpress.example/book/weir"


def spider(tmp_path: Path, text: str = RULES) -> type[NovelSpider]:
    path = tmp_path / "lanternpress.toml"
    path.write_text(text)
    return selected.spider(rules.read(path))


def render(sample: SampleNovel) -> dict[str, Page]:
    parts = "".join(
        f'<li><a href="/book/weir/part/{c.key}/x">{escape(c.title)}</a></li>' for c in sample.chapters[::-1]
    )
    about = f"<h1 class=name>{escape(sample.title)}</h1><p class=by><a>{sample.author}</a></p><div class=state>Complete</div>"
    shelf = "".join(f"<a>{tag}</a>" for tag in sample.tags)
    book = f"{about}<div class=blurb><p>One.</p><p>Two.</p></div><div class=cover><img src=/c.png></div><p class=shelf>{shelf}</p>"
    pages = {"/book/weir": Page(f"<html><body>{book}<ul class=parts>{parts}</ul></body></html>", etag=True)}
    for c in sample.chapters:
        text = f"<div class=reading><p class=advert>Buy!</p>{c.content}<p class=share>Share</p></div>"
        pages[f"/book/weir/part/{c.key}/x"] = Page(f"<html><body><nav>Home</nav>{text}</body></html>", etag=True)
    return pages


def response(sample: SampleNovel, path: str) -> HtmlResponse:
    return HtmlResponse(f"https://lanternpress.example{path}", body=render(sample)[path].content)


def test_the_selectors_read_the_book(tmp_path: Path):
    found = spider(tmp_path)().novel(response(novel(), "/book/weir"))

    assert (found.title, found.authors, found.tags) == (novel().title, (novel().author,), novel().tags)
    assert (found.description, found.status) == ("One.\n\nTwo.", Publication.COMPLETED)
    assert found.cover_url == "https://lanternpress.example/c.png"


def test_the_newest_first_is_turned_round_and_keys_are_the_site_s(tmp_path: Path):
    page = spider(tmp_path)().chapters(response(novel(), "/book/weir"))

    assert [(link.key, link.title) for link in page.links] == [(c.key, c.title) for c in novel().chapters]


def test_pages_that_begin_with_the_newest_say_so(tmp_path: Path):
    rules = RULES.replace("newest_first = true", 'newest_first = true\nnext_page = "a.on"')
    shown = response(novel(), "/book/weir")
    body = shown.body.replace(b"</body>", b'<a class=on href="?page=2">Older</a></body>')
    page = spider(tmp_path, rules)().chapters(shown.replace(body=body))

    assert (page.newest_first, page.further) == (True, (f"{BOOK}?page=2",))
    assert [link.key for link in page.links] == [c.key for c in novel().chapters]


@pytest.mark.parametrize("tail", ["", "/", "?from=mail"])
def test_a_list_that_the_index_lacks_is_had_by_a_form_below_it(tmp_path: Path, tail: str):
    found = spider(tmp_path, RULES + 'chapters_post = "ajax/list/"\n')()
    empty = HtmlResponse(BOOK + tail, body=b"<ul class=parts></ul>")

    assert found.chapters(empty).further == (Form(url=f"{BOOK}/ajax/list/"),)
    with pytest.raises(ParseError, match="finds no link"):
        found.chapters(empty.replace(url=f"{BOOK}/ajax/list/"))


def test_a_list_on_a_page_of_its_own_is_had_by_a_link_to_it(tmp_path: Path):
    found = spider(tmp_path, RULES + 'chapters_at = "a.all"\n')()
    book = HtmlResponse(BOOK, body=b"<h1 class=name>Weir</h1><a class=all href='/book/weir/parts#first'>All parts</a>")
    shown = response(novel(), "/book/weir")

    page = found.chapters(book)
    assert (page.links, page.further) == ((), (f"{BOOK}/parts#first",))
    assert len(found.chapters(shown.replace(url=f"{BOOK}/parts")).links) == len(novel().chapters)
    with pytest.raises(ParseError, match="finds no link"):
        found.chapters(book.replace(url=f"{BOOK}/parts"))


@pytest.mark.parametrize(("order", "volumes"), [("false", [None, "I", "II", "II"]), ("true", ["II", "II", "I", None])])
def test_volumes_are_the_headings_above_the_links(tmp_path: Path, order: str, volumes: list[str | None]):
    rules = RULES.replace("newest_first = true", f'newest_first = {order}\nvolume = "b"')
    links = "<a href=/part/1>a</a><b>I</b><a href=/part/2>b</a><b>II</b><a href=/part/3>c</a><a href=/part/4>d</a>"
    page = spider(tmp_path, rules)().chapters(HtmlResponse(BOOK, body=f"<ul class=parts>{links}</ul>".encode()))

    assert ([link.volume for link in page.links], page.volumes_run_on) == (volumes, True)


@pytest.mark.parametrize(("said", "status"), [("Incomplete", Publication.ONGOING), ("On hold", Publication.HIATUS)])
def test_a_status_is_read_in_whatever_words_sites_say_it(tmp_path: Path, said: str, status: Publication):
    page = HtmlResponse(BOOK, body=f"<h1 class=name>Weir</h1><p class=state>{said}</p>".encode())

    assert spider(tmp_path)().novel(page).status is status


@pytest.mark.parametrize("tail", ["", "/", "/part/7/x", "?page=2"])
def test_any_url_of_the_novel_leads_to_its_index(tmp_path: Path, tail: str):
    assert spider(tmp_path).index_url(BOOK + tail) == BOOK


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_site_that_has_changed_is_told_with_the_selector_that_finds_nothing(tmp_path: Path, method: str):
    empty = HtmlResponse(BOOK, body=b"<html><body><p>Something else.</p></body></html>")

    with pytest.raises(ParseError, match=r"\(.+\) finds no"):
        getattr(spider(tmp_path)(), method)(empty)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("title =", "titel ="), "unknown key titel; there are name, domains"),
        (('content = "div.reading"', ""), "content must be given"),
        (('"div.reading"', '"div..x"'), r"content \(div..x\) cannot be used"),
        (("/part/([0-9]+)", "/part/[0-9]+"), "it has no group in parentheses"),
        (("/part/([0-9]+)", "/part/([0-9]+"), "cannot be used"),
        (("pace = 2.0", 'pace = "2"'), "pace is '2', which is of the wrong kind"),
        (("pace = 2.0", "pace = 1e9"), "must be between 0 and 3600 seconds"),
        (("pace = 2.0", "pace = nan"), "must be between 0 and 3600 seconds"),
        (('["lanternpress.example"]', "[7]"), "must be hosts in quotation marks"),
        (('["lanternpress.example"]', "[" * 5000), "nested too deeply"),
        (('"lanternpress"', '"Lantern Press"'), "a word in small letters"),
        (("name =", "name"), "Expected '='"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, change: tuple[str, str], says: str):
    with pytest.raises(RuleError, match=says):
        spider(tmp_path, RULES.replace(*change, 1))


def test_the_file_in_the_documents_is_one(tmp_path: Path):
    (text,) = re.findall(r"```toml\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)

    assert spider(tmp_path, text).index_url(f"{BOOK}/part/1") == BOOK


def test_a_folder_of_files_is_read_through_the_whole_system(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    sample = novel()
    (tmp_path / "lanternpress.toml").write_text(RULES)
    with Site(render(sample)) as site:
        configure(monkeypatch, SPIDERS_DIR=str(tmp_path), SITE_ALIASES=f"{site.netloc}=lanternpress")
        job = ingest(f"{site.url}/book/weir/part/{sample.chapters[2].key}/x", work)
        intake.submit(f"{site.url}/book/weir")
        work()

        assert (
            len(site.hits) == 1 + 1 + len(sample.chapters) + 1
        )  # robots.txt, the index, the chapters, the index again
    assert (job.status, job.site) == (JobStatus.DONE, "lanternpress")
    assert [(c.key, words(c.content)) for c in library(job)] == [(c.key, words(c.content)) for c in sample.chapters]


@pytest.mark.usefixtures("environment")
def test_a_folder_with_a_file_that_cannot_be_used_is_an_error_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name, text in (("a.toml", RULES), ("b.toml", RULES)):
        (tmp_path / name).write_text(text)
    configure(monkeypatch, SPIDERS_DIR=str(tmp_path))

    with pytest.raises(config.ConfigError, match=r"b.toml: there is a spider named lanternpress already"):
        crawl.warm()
