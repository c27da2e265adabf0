"""Royal Road: recorded pages of both layouts, and the pages of a made-up novel as the site would show it."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from ingestion.errors import Blocked, NotFound, ParseError
from spiders.royalroad import RoyalRoad
from tests.sites import royalroad as site
from tests.sites.samples import make_novel
from tests.spiders.recorded import response

INDEX = "https://www.royalroad.com/fiction/90210"
CHAPTER = f"{INDEX}/the-salt-almanac/chapter/700100/2-weather-rope"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.royalroad.com/fiction/90210",
        "https://www.royalroad.com/fiction/90210/the-salt-almanac",
        "http://royalroad.com/fiction/90210/the-salt-almanac?source=recommender#toc",
        "https://m.royalroad.com/fiction/90210/the-salt-almanac/chapter/700100/2-weather-rope",
        "https://www.royalroad.com/fiction/90210/chapter/700100",
        "https://www.royalroad.com/fiction/syndication/90210",
        "https://www.royalroad.com/syndication/90210,90210?count=5",
    ],
)
def test_every_url_of_a_fiction_leads_to_its_index(url: str):
    assert RoyalRoad.index_url(url) == INDEX


def test_a_copy_of_the_site_stays_on_its_own_host():
    url = "http://127.0.0.1:8123/fiction/90210/the-salt-almanac/chapter/1/x"

    assert RoyalRoad.index_url(url) == "http://127.0.0.1:8123/fiction/90210"


def test_a_host_that_only_ends_like_the_site_is_not_the_site():
    assert RoyalRoad.index_url("http://notroyalroad.com/fiction/1") == "http://notroyalroad.com/fiction/1"


def test_a_short_chapter_url_stays_as_it_is():
    url = "https://www.royalroad.com/fiction/chapter/700100"

    assert RoyalRoad.index_url(url) == url


def test_a_locked_chapter_is_listed_and_an_invisible_one_is_not():
    page = RoyalRoad().chapters(response("royalroad/index-redesign.html", INDEX))

    assert [link.key for link in page.links if link.locked] == ["700500"]
    assert "700450" not in {link.key for link in page.links}


def test_reading_a_page_twice_gives_the_same_chapter():
    page = response("royalroad/chapter.html", CHAPTER)
    spider = RoyalRoad()

    assert spider.chapter(page) == spider.chapter(page)


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_404_that_is_served_as_200_is_not_found(method: str):
    page = response("royalroad/not-found-as-200.html", CHAPTER)

    with pytest.raises(NotFound, match="has no page https"):
        getattr(RoyalRoad(), method)(page)


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_challenge_is_blocked(method: str):
    page = response("royalroad/challenge.html", CHAPTER)

    with pytest.raises(Blocked, match="Just a moment"):
        getattr(RoyalRoad(), method)(page)


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_another_page_is_a_parse_error(method: str):
    page = HtmlResponse(INDEX, body=b"<html><body><p>Welcome!</p></body></html>", encoding="utf-8")

    with pytest.raises(ParseError):
        getattr(RoyalRoad(), method)(page)


def test_a_chapter_whose_text_is_all_hidden_is_a_parse_error():
    body = b'<div class="chapter-content"> <p hidden>Nobody sees this.</p> </div>'

    with pytest.raises(ParseError, match="without a text"):
        RoyalRoad().chapter(HtmlResponse(CHAPTER, body=body, encoding="utf-8"))


def test_a_chapters_page_given_as_an_index_says_what_to_give():
    body = b'<div class="fic-header"><h1>A chapter</h1></div>'

    with pytest.raises(ParseError, match="/fiction/<number>"):
        RoyalRoad().novel(HtmlResponse(CHAPTER, body=body, encoding="utf-8"))


@pytest.mark.parametrize("script", ["window.chapters = [{'id': 1}];", 'window.chapters = [{"id": 1}];'])
def test_a_list_of_another_shape_is_a_parse_error(script: str):
    page = HtmlResponse(INDEX, body=f"<script>{script}</script>".encode(), encoding="utf-8")

    with pytest.raises(ParseError, match="chapters"):
        RoyalRoad().chapters(page)


@pytest.mark.parametrize("seconds", ["9" * 20, "²", "soon"])
def test_a_time_that_is_none_is_left_out(seconds: str):
    row = f'<table id="chapters"><tbody><tr class="chapter-row" data-url="/fiction/1/x/chapter/5/y"><td><a href="/x">I</a></td><td><time unixtime="{seconds}"></time></td></tr></tbody></table>'
    (link,) = RoyalRoad().chapters(HtmlResponse(INDEX, body=row.encode(), encoding="utf-8")).links

    assert (link.key, link.published_at) == ("5", None)


@pytest.mark.parametrize("json_list", [True, False])
def test_json_and_table_list_the_same_chapters(*, json_list: bool):
    novel = make_novel(chapters=7)
    pages = site.render(novel, json_list=json_list)
    path = f"/fiction/{novel.key}"
    index = HtmlResponse(f"https://www.royalroad.com{path}", body=pages[path].content, encoding="utf-8")

    links = RoyalRoad().chapters(index).links

    assert [(link.key, link.title) for link in links] == [(chapter.key, chapter.title) for chapter in novel.chapters]
    assert [link.published_at for link in links] == [chapter.published_at for chapter in novel.chapters]


@pytest.mark.parametrize("number", range(len(site.HIDDEN_FORMS)), ids=list(site.HIDDEN_FORMS))
def test_the_hidden_sentence_is_removed_in_every_form(number: int):
    novel = make_novel(chapters=1)
    body = site.chapter_page(novel, novel.chapters[0], number).encode()

    chapter = RoyalRoad().chapter(HtmlResponse(CHAPTER, body=body, encoding="utf-8"))

    assert site.WARNING not in chapter.content
    assert "cnM" not in chapter.content
    assert chapter.hidden_removed == 1
    assert chapter.content.replace("\n", "") == novel.chapters[0].content.replace("\n", "")
