"""Kakuyomu: recorded pages, and the pages of a made-up novel as the site would show it."""

from __future__ import annotations

import json

import pytest
from scrapy.http import HtmlResponse

from ingestion.errors import Blocked, NotFound, ParseError
from ingestion.items import Publication
from spiders.kakuyomu import Kakuyomu
from tests.sites import kakuyomu as site
from tests.sites.samples import make_novel
from tests.spiders.recorded import response

NUMBER = "16818000000000000042"
INDEX = f"https://kakuyomu.jp/works/{NUMBER}"
EPISODE = f"{INDEX}/episodes/700100"
METHODS = ["novel", "chapters", "chapter"]


def work(**changes: object) -> HtmlResponse:
    """The recorded work's page with some of the work's fields changed."""
    page = response("kakuyomu/work.html", INDEX)
    data = json.loads(page.css("script#__NEXT_DATA__::text").get(""))
    data["props"]["pageProps"]["__APOLLO_STATE__"][f"Work:{NUMBER}"].update(changes)
    body = f'<html lang="ja"><script id="__NEXT_DATA__">{json.dumps(data)}</script></html>'
    return HtmlResponse(INDEX, body=body, encoding="utf-8")


@pytest.mark.parametrize("tail", ["", "/", "/episodes/700100", "/episodes/700100#p3", "/reviews", "?utm_source=mail"])
@pytest.mark.parametrize("origin", ["https://kakuyomu.jp", "http://www.kakuyomu.jp"])
def test_every_url_of_a_work_leads_to_its_page(origin: str, tail: str):
    assert Kakuyomu.index_url(f"{origin}/works/{NUMBER}{tail}") == INDEX


def test_a_copy_of_the_site_stays_on_its_own_host():
    assert Kakuyomu.index_url("http://127.0.0.1:8123/works/7/episodes/8") == "http://127.0.0.1:8123/works/7"


@pytest.mark.parametrize("path", ["/users/wilma", "/works/new", "/search?q=works"])
def test_a_url_that_is_no_works_stays_as_it_is(path: str):
    assert Kakuyomu.index_url(f"https://kakuyomu.jp{path}") == f"https://kakuyomu.jp{path}"


def test_an_episode_keeps_its_blank_lines():
    chapter = Kakuyomu().chapter(response("kakuyomu/episode.html", EPISODE))

    assert chapter.content.count('class="blank"') == 3


def test_an_episode_that_is_paid_for_is_locked_where_it_has_a_name_and_counted_in_any_case():
    page = Kakuyomu().chapters(response("kakuyomu/work.html", INDEX))

    assert [link.key for link in page.links if link.locked] == ["700400"]
    assert (len(page.links), page.stated_total) == (6, 8)


def test_headings_of_two_levels_are_joined_and_end_each_other():
    page = Kakuyomu().chapters(response("kakuyomu/work.html", INDEX))

    assert [link.volume for link in page.links] == [
        None,
        "第一章 灯台, 一 霧",
        "第一章 灯台, 一 霧",
        "第一章 灯台, 二 鐘",
        "第一章 灯台, 二 鐘",
        "第二章 運河",
    ]


def test_a_heading_of_the_second_level_may_stand_alone():
    page = Kakuyomu().chapters(work(tableOfContentsV2=[{"__ref": "TableOfContentsChapter:503"}]))

    assert {link.volume for link in page.links} == {"二 鐘"}


def test_the_contents_in_their_older_form_are_read_too():
    page = work(tableOfContentsV2=None, tableOfContents=[{"__ref": "TableOfContentsChapter:502"}])

    assert [link.key for link in Kakuyomu().chapters(page).links] == ["700100", "700300"]


@pytest.mark.parametrize(
    ("told", "status"),
    [("RUNNING", Publication.ONGOING), ("COMPLETED", Publication.COMPLETED), ("OTHER", None), (None, None)],
)
def test_the_status_is_the_sites_own(told: str | None, status: Publication | None):
    assert Kakuyomu().novel(work(serialStatus=told)).status is status


def test_a_work_under_another_name_than_the_accounts_has_both():
    assert Kakuyomu().novel(work(alternateAuthorName="塩野 暦")).authors == ("塩野 暦", "見本 ウィルマ")


def test_what_the_work_lacks_is_none():
    novel = Kakuyomu().novel(
        work(author=None, introduction=None, catchphrase="", genre=None, tagLabels=None, isViolent=None)
    )

    assert (novel.authors, novel.description, novel.cover_url, novel.tags) == ((), None, None, ())


@pytest.mark.parametrize("method", ["novel", "chapters"])
@pytest.mark.parametrize(
    "script", ["", "<script id='__NEXT_DATA__'>{</script>", "<script id='__NEXT_DATA__'>{\"props\": []}</script>"]
)
def test_a_page_without_the_works_data_is_a_parse_error(method: str, script: str):
    page = HtmlResponse(INDEX, body=f"<html><body>{script}</body></html>", encoding="utf-8")

    with pytest.raises(ParseError, match=f"has no Work:{NUMBER} in its __NEXT_DATA__"):
        getattr(Kakuyomu(), method)(page)


@pytest.mark.parametrize("contents", [None, [], ["x"], [{"__ref": "Nowhere:1"}], "x"])
def test_contents_of_another_shape_are_a_parse_error(contents: object):
    with pytest.raises(ParseError, match="contents"):
        Kakuyomu().chapters(work(tableOfContentsV2=contents))


def test_an_episode_without_an_id_is_a_parse_error():
    contents = [{"episodeUnions": [{"__typename": "Episode", "title": "第一話"}]}]

    with pytest.raises(ParseError, match="known shape"):
        Kakuyomu().chapters(work(tableOfContentsV2=contents))


def test_a_work_without_a_title_is_a_parse_error():
    with pytest.raises(ParseError, match="no title"):
        Kakuyomu().novel(work(title=" "))


def test_another_page_says_what_to_give():
    with pytest.raises(ParseError, match="/works/<number>"):
        Kakuyomu().novel(response("kakuyomu/work.html", "https://kakuyomu.jp/users/wilma"))


@pytest.mark.parametrize("method", METHODS)
def test_a_missing_page_is_not_found(method: str):
    with pytest.raises(NotFound, match=NUMBER):
        getattr(Kakuyomu(), method)(response("kakuyomu/work.html", INDEX, status=404))


@pytest.mark.parametrize("method", METHODS)
def test_a_not_found_that_is_served_as_200_is_not_found(method: str):
    with pytest.raises(NotFound, match="removed, or the URL is wrong"):
        getattr(Kakuyomu(), method)(response("kakuyomu/not-found.html", EPISODE))


@pytest.mark.parametrize("method", METHODS)
def test_a_challenge_is_blocked(method: str):
    with pytest.raises(Blocked, match="Just a moment"):
        getattr(Kakuyomu(), method)(response("royalroad/challenge.html", EPISODE))


@pytest.mark.parametrize(
    "body",
    [
        '<div class="widget-episodeBody js-episode-body"><p class="blank"><br></p></div>',
        '<div class="widget-episodeBody js-episode-body"><p hidden>潮</p></div>',
        "<p>ここから先は有料です。</p>",
    ],
)
def test_an_episode_without_a_text_is_a_parse_error(body: str):
    with pytest.raises(ParseError, match=r"without a text|has no text"):
        Kakuyomu().chapter(HtmlResponse(EPISODE, body=body, encoding="utf-8"))


def test_a_made_up_novel_is_read_back_as_it_was():
    novel = make_novel(chapters=7)
    novel = novel.locking(novel.chapters[5].key)
    pages = site.render(novel)
    index = f"/works/{novel.key}"
    page = HtmlResponse(f"https://kakuyomu.jp{index}", body=pages[index].content, encoding="utf-8")
    spider = Kakuyomu()

    told, links = spider.novel(page), spider.chapters(page).links
    assert (told.key, told.title, told.authors) == (novel.key, novel.title, (novel.author,))
    assert (told.description, told.tags) == (novel.description, novel.tags)
    for link, chapter in zip(links, novel.chapters, strict=True):
        assert (link.key, link.title, link.volume) == (chapter.key, chapter.title, chapter.volume)
        assert (link.published_at, link.locked) == (chapter.published_at, chapter.locked)
        if not link.locked:
            body = pages[link.url.removeprefix("https://kakuyomu.jp")].content
            read = spider.chapter(HtmlResponse(link.url, body=body, encoding="utf-8"))
            assert read.content.replace("\n", "") == chapter.content.replace("\n", "")
