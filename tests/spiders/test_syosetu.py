"""Syosetu: recorded pages, and a made-up novel as the site would show it."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from ingestion.errors import Blocked, NotFound, ParseError
from spiders.syosetu import Syosetu
from tests.sites import syosetu as site
from tests.sites.samples import make_novel
from tests.spiders.recorded import recorded, response

WORK = "https://ncode.syosetu.com/n1234ab/"


def page(name: str, *, status: int = 200) -> HtmlResponse:
    return recorded("syosetu", name, status=status)


@pytest.mark.parametrize(
    "url",
    [
        WORK,
        "http://ncode.syosetu.com/n1234ab",
        "https://ncode.syosetu.com/N1234AB/",
        "https://ncode.syosetu.com/n1234ab/17/",
        "https://ncode.syosetu.com/n1234ab/?p=2",
        "https://ncode.syosetu.com/n1234ab/17/?utm_source=mail#main",
        "https://ncode.syosetu.com/novelview/infotop/ncode/n1234ab/",
    ],
)
def test_every_url_of_a_work_leads_to_its_page(url: str):
    assert Syosetu.index_url(url) == WORK


@pytest.mark.parametrize(
    ("url", "index"),
    [
        ("http://novel18.syosetu.com/n5678cd/3/", "https://novel18.syosetu.com/n5678cd/"),
        ("http://127.0.0.1:8123/n1234ab/3/", "http://127.0.0.1:8123/n1234ab/"),
        ("https://ncode.syosetu.com/search/", "https://ncode.syosetu.com/search/"),
        ("https://ncode.syosetu.com/n1234ab.html", "https://ncode.syosetu.com/n1234ab.html"),
    ],
)
def test_a_url_stays_on_its_own_host(url: str, index: str):
    assert Syosetu.index_url(url) == index


def test_an_author_without_a_link_is_named_all_the_same():
    assert Syosetu().novel(page("short.html")).authors == ("見本 花子",)


def test_a_short_work_is_its_own_only_chapter():
    index = page("short.html")

    (link,) = Syosetu().chapters(index).links

    assert link.url == index.url
    assert list(Syosetu(url=index.url).parse_index(index)) == []


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_the_question_of_age_is_blocked_and_says_what_it_wants(method: str):
    with pytest.raises(Blocked, match="over18=yes"):
        getattr(Syosetu(), method)(page("age.html"))
    with pytest.raises(Blocked, match="over18=yes"):
        getattr(Syosetu(), method)(page("age.html").replace(url="https://novel18.syosetu.com/n5678cd/"))


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_missing_page_is_not_found(method: str):
    with pytest.raises(NotFound, match="n1234ab"):
        getattr(Syosetu(), method)(page("index.html", status=404))


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_challenge_is_blocked(method: str):
    with pytest.raises(Blocked, match="Just a moment"):
        getattr(Syosetu(), method)(response("royalroad/challenge.html", WORK))


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
@pytest.mark.parametrize("url", [WORK, "https://ncode.syosetu.com/search/"])
def test_another_page_is_a_parse_error(method: str, url: str):
    with pytest.raises(ParseError):
        getattr(Syosetu(), method)(HtmlResponse(url, body=b"<p>Welcome!</p>"))


def test_an_episode_s_page_is_no_index():
    with pytest.raises(ParseError, match="/<ncode>/"):
        Syosetu().chapters(page("episode.html"))


def test_a_list_without_an_episode_is_a_parse_error():
    with pytest.raises(ParseError, match="without an episode"):
        Syosetu().chapters(HtmlResponse(WORK, body=b'<div class="p-eplist"></div>'))


@pytest.mark.parametrize("text", ["", "<p><br></p>", "<p hidden>Nobody sees this.</p>"])
def test_an_episode_without_a_text_is_a_parse_error(text: str):
    around = '<div class="p-novel__text p-novel__text--afterword"><p>Thank you!</p></div>'
    body = f'<div class="p-novel__body"><div class="p-novel__text">{text}</div>{around}</div>'

    with pytest.raises(ParseError, match="without a text"):
        Syosetu().chapter(HtmlResponse(f"{WORK}5/", body=body.encode()))


@pytest.mark.parametrize(("chapters", "per_page"), [(1, 100), (7, 100), (7, 3)])
def test_what_is_read_is_the_novel_again(chapters: int, per_page: int):
    sample, base, spider = make_novel(chapters=chapters, per_volume=3), "https://ncode.syosetu.com", Syosetu()
    rendered = site.render(sample, per_page=per_page)
    pages = {base + path: HtmlResponse(base + path, body=p.content, encoding="utf-8") for path, p in rendered.items()}
    first = pages[base + site.start(sample)]

    index = [spider.chapters(pages[url]) for url in (first.url, *spider.chapters(first).further)]
    links = [link for one in index for link in one.links]
    read = [spider.chapter(pages[link.url]) for link in links]

    assert (spider.novel(first).title, spider.novel(first).description) == (sample.title, sample.description)
    assert [(c.content, c.notes_before, c.notes_after) for c in read] == [
        (c.content, c.note_before, c.note_after) for c in sample.chapters
    ]
    if chapters > 1:
        assert [(link.key, link.title, link.volume, link.published_at) for link in links] == [
            (c.key, c.title, c.volume, c.published_at) for c in sample.chapters
        ]
