"""WordPress: recorded pages and answers of the API, and a made-up novel as such a site would show it."""

from __future__ import annotations

import re

import pytest
from scrapy.http import HtmlResponse, TextResponse

from ingestion.errors import Blocked, NotFound, ParseError, UnsupportedSite
from spiders.wordpress import WordPress
from tests.sites import wordpress as site
from tests.sites.samples import make_novel
from tests.spiders.recorded import recorded, response

QUERY = "per_page=100&order=asc&orderby=date&_fields=id,date_gmt,modified_gmt,link,title,content"
API = f"https://serial.example/story/wp-json/wp/v2/posts?{QUERY}&page=1"
CHAPTER = "https://www.parahumans.net/2017/10/24/dusk-0-2/"


def page(name: str, *, status: int = 200) -> HtmlResponse:
    return recorded("wordpress", name, status=status)


def announcing(head: str, url: str = "https://serial.example/a/b/", **headers: str) -> HtmlResponse:
    """A page of a site with this in its head."""
    return HtmlResponse(url, body=f"<head>{head}</head><p>Hello</p>".encode(), headers=headers)


def answer(body: str, url: str = API, **headers: str) -> TextResponse:
    """An answer of the API."""
    return TextResponse(url, body=body.encode(), headers=headers)


@pytest.mark.parametrize(
    ("url", "index"),
    [
        ("http://www.parahumans.net/table-of-contents/", "https://www.parahumans.net/table-of-contents/"),
        ("https://parahumans.net:443/2017/10/21/a/?share=x#more", "https://parahumans.net/2017/10/21/a/"),
        ("https://parahumans.net", "https://parahumans.net/"),
        ("https://palelights.com/feed/", "https://palelights.com/"),
        ("https://palelights.com/2022/08/09/one/amp", "https://palelights.com/2022/08/09/one/"),
        ("https://palelights.com/2022/08/09/one/comment-page-3/#c7", "https://palelights.com/2022/08/09/one/"),
        ("https://palelights.com/page/4/", "https://palelights.com/"),
        ("https://palelights.com/wp-json/wp/v2/posts?page=2", "https://palelights.com/"),
        ("https://palelights.com/?p=12&utm_source=mail", "https://palelights.com/?p=12"),
        ("http://127.0.0.1:8123/one/feed", "http://127.0.0.1:8123/one/"),
    ],
)
def test_a_url_is_taken_as_the_page_that_a_reader_sees(url: str, index: str):
    assert WordPress.index_url(url) == index


# Where the API is -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("root", "posts"),
    [
        ("https://serial.example/wp-json/", f"https://serial.example/wp-json/wp/v2/posts?{QUERY}&page=1"),
        ("https://www.serial.example/wp-json", f"https://www.serial.example/wp-json/wp/v2/posts?{QUERY}&page=1"),
        ("https://serial.example/?rest_route=/", f"https://serial.example/?rest_route=/wp/v2/posts&{QUERY}&page=1"),
        ("/index.php/wp-json/", f"https://serial.example/index.php/wp-json/wp/v2/posts?{QUERY}&page=1"),
    ],
)
def test_the_api_is_where_the_page_announces_it(root: str, posts: str):
    for announced in (
        announcing(f"<link rel='https://api.w.org/' href='{root}'>"),
        announcing("", Link=f'<https://serial.example/a/>; rel=shortlink, <{root}>; rel="https://api.w.org/"'),
    ):
        assert WordPress().chapters(announced).further == (posts,)
    assert WordPress().chapters(answer(page("posts.json").text, posts)).links


@pytest.mark.parametrize("root", ["https://serial.example/wp-json/", "https://serial.example/?rest_route=/"])
def test_the_site_s_address_is_what_its_api_stands_below(root: str):
    head = f"<meta property=og:site_name content=Lanternfall><link rel='https://api.w.org/' href='{root}'>"

    novel = WordPress().novel(announcing(head))

    assert (novel.url, novel.key) == ("https://serial.example/", "serial.example")


def test_a_saved_copy_is_not_left_for_the_site_that_it_was_saved_from():
    head = "<link rel='https://api.w.org/' href='https://serial.example/wp-json/'>"

    with pytest.raises(UnsupportedSite):
        WordPress().chapters(announcing(head, url="http://127.0.0.1:8123/a/b/"))


def test_the_sites_of_wordpress_com_have_one_api():
    (posts,) = WordPress().chapters(announcing("", url="https://twigserial.wordpress.com/2014/12/24/one/")).further

    assert posts == f"https://public-api.wordpress.com/wp/v2/sites/twigserial.wordpress.com/posts?{QUERY}&page=1"


# Pages of posts ---------------------------------------------------------------------------------------------------------


def test_the_api_says_how_many_pages_and_posts_there_are():
    first = answer(page("posts.json").text, **{"X-WP-Total": "143", "X-WP-TotalPages": "2"})
    last = first.replace(url=API.replace("&page=1", "&page=2"))

    assert WordPress().chapters(first).further == (last.url,)
    assert WordPress().chapters(first).stated_total == 143
    assert WordPress().chapters(last).further == ()


@pytest.mark.parametrize(("count", "more"), [(99, False), (100, True)])
def test_a_full_page_leads_to_another_where_the_api_does_not_say(count: int, *, more: bool):
    post = '{"id": 1, "date_gmt": "", "modified_gmt": "", "title": {"rendered": "a"}, "content": {"rendered": "b"}}'

    index = WordPress().chapters(answer(f"[{','.join([post] * count)}]"))

    assert bool(index.further) is more
    assert index.stated_total is None


def test_a_site_without_posts_is_not_supported():
    with pytest.raises(UnsupportedSite, match="no posts"):
        WordPress().chapters(answer("[]"))


def test_a_post_with_a_password_is_locked():
    links = WordPress().chapters(page("posts.json")).links

    assert [link.key for link in links if link.locked] == ["19"]
    with pytest.raises(Blocked, match="password"):
        WordPress().chapter(page("protected.html"))


def test_a_post_that_the_api_gives_no_more_is_a_parse_error():
    with pytest.raises(ParseError, match="no post 12"):
        WordPress().chapter(answer(page("posts.json").text, f"{API}#12"))


@pytest.mark.parametrize("body", ['{"code": "rest_no_route"}', '[{"id": 4}]', '[{"id": 4, "title": null}]', "[4]"])
def test_an_answer_of_another_shape_is_a_parse_error(body: str):
    with pytest.raises(ParseError, match="wp-json"):
        WordPress().chapters(answer(body))


# What is no chapter -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_missing_page_is_not_found(method: str):
    with pytest.raises(NotFound):
        getattr(WordPress(), method)(page("contents.html", status=404))


@pytest.mark.parametrize(
    ("body", "status"), [('{"code": "rest_no_route"}', 404), ("<p>Gone</p>", 410), ("<p>Hi</p>", 200)]
)
def test_an_api_that_is_announced_and_absent_is_said_to_be(body: str, status: int):
    absent = answer(body).replace(status=status)

    with pytest.raises(UnsupportedSite, match="SITE_ALIASES"):
        WordPress().chapters(absent)
    with pytest.raises(UnsupportedSite, match="announces its API"):
        WordPress().chapter(absent)


@pytest.mark.parametrize("url", [CHAPTER, API])
@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_challenge_is_blocked(method: str, url: str):
    with pytest.raises(Blocked, match="Just a moment"):
        getattr(WordPress(), method)(response("royalroad/challenge.html", url))


def test_another_page_is_no_novel_and_no_chapter():
    other = HtmlResponse(CHAPTER, body=b"<html><body><p>Welcome!</p></body></html>")

    with pytest.raises(ParseError, match="does not name its site"):
        WordPress().novel(other)
    with pytest.raises(UnsupportedSite):
        WordPress().chapters(other)
    with pytest.raises(ParseError, match="entry-content"):
        WordPress().chapter(other)


@pytest.mark.parametrize("text", ["", "<p hidden>Nobody sees this.</p>", '<p><a href="/next/">Next Chapter</a></p>'])
def test_a_post_without_a_text_is_a_parse_error(text: str):
    with pytest.raises(ParseError, match="without a text"):
        WordPress().chapter(HtmlResponse(CHAPTER, body=f'<div class="entry-content">{text}</div>'.encode()))


@pytest.mark.parametrize(
    "text",
    [
        '<p><a href="/map/"><img src="/map.png"></a></p>',
        '<p>Next: <a href="/next/">the flood</a>.</p>',
        "<p>Next.</p>",
        '<p><a href="https://elsewhere.example/">Next Chapter</a></p>',
        '<p><a href="#n1"><sup>1</sup></a></p>',
    ],
)
def test_a_paragraph_of_the_text_stays(text: str):
    body = f'<div class="entry-content"><p>The lamp went out.</p>{text}</div>'

    chapter = WordPress().chapter(HtmlResponse(CHAPTER, body=body.encode()))

    assert chapter.content == f"<p>The lamp went out.</p>{text}"


# A made-up novel --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("api", [True, False])
def test_what_is_read_is_the_novel_again(*, api: bool):
    sample, base = make_novel(chapters=8), "https://serial.example"
    pages = {
        base + path: HtmlResponse(base + path, body=p.content) for path, p in site.render(sample, base, api=api).items()
    }
    spider, contents = WordPress(), pages[base + site.CONTENTS]

    novel, index = spider.novel(contents), spider.chapters(contents)
    links = index.links or spider.chapters(pages[index.further[0]]).links
    texts = [spider.chapter(pages[link.url.partition("#")[0]].replace(url=link.url)).content for link in links]

    assert (novel.title, novel.authors) == (sample.title, (sample.author,))
    assert [link.title.replace("’", "'") for link in links] == [chapter.title for chapter in sample.chapters]
    assert [link.published_at for link in links if api] == [chapter.published_at for chapter in sample.chapters if api]
    assert [re.sub(r"\s+", " ", text) for text in texts] == [
        re.sub(r"\s+", " ", chapter.content) for chapter in sample.chapters
    ]
