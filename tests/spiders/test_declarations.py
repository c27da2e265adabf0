"""What spiders declare of their sites: how lists are found, best first, and where the cheapest sign of a change is."""

from __future__ import annotations

import json

import pytest

from ingestion import crawl
from ingestion.items import Sign
from spiders.base import NovelSpider
from tests.spiders.recorded import PAGES

SPIDERS = {spider.name: spider for spider in crawl.spiders()}
SIGNS = [
    ("royalroad", "https://www.royalroad.com/fiction/9", "https://www.royalroad.com/fiction/syndication/9"),
    (
        "xenforo",
        "https://forums.spacebattles.com/threads/42/threadmarks?per_page=200&threadmark_category=1",
        "https://forums.spacebattles.com/threads/42/threadmarks.rss?threadmark_category=1",
    ),
    (
        "archiveofourown",
        "https://archiveofourown.org/works/9?view_full_work=true&view_adult=true",
        "https://archiveofourown.org/works/9/navigate?view_adult=true",
    ),
    (
        "scribblehub",
        "https://www.scribblehub.com/series/41/brine/",
        "https://www.scribblehub.com/rssfeed.php?type=series&sid=41",
    ),
    ("wordpress", "https://palelights.com/2022/09/table-of-contents/", "https://palelights.com/feed/"),
    (
        "syosetu",
        "https://ncode.syosetu.com/n1234ab/",
        "https://api.syosetu.com/novelapi/api/?out=json&of=gl-nu-ga-e&ncode=n1234ab",
    ),
    (
        "syosetu",
        "https://novel18.syosetu.com/n1234ab/",
        "https://api.syosetu.com/novel18api/api/?out=json&of=gl-nu-ga-e&ncode=n1234ab",
    ),
]


@pytest.mark.parametrize(("name", "index", "sign"), SIGNS)
def test_a_sign_is_at_a_url_made_of_the_index_s(name: str, index: str, sign: str):
    assert SPIDERS[name].sign_url(SPIDERS[name].index_url(index)) == sign


@pytest.mark.parametrize(
    "url", ["https://www.royalroad.com/fiction/chapter/7", "https://forums.spacebattles.com/posts/7/"]
)
def test_an_address_that_is_no_index_is_its_own_sign(url: str):
    spider = crawl.spider_for(url)

    assert spider.sign_url(spider.index_url(url)) == url


def test_a_copy_of_a_site_is_not_asked_about_elsewhere():
    index = "http://127.0.0.1:8123/n1234ab/"

    assert SPIDERS["syosetu"].sign_url(index) == index


@pytest.mark.parametrize("spider", SPIDERS.values(), ids=lambda spider: spider.name)
def test_where_there_is_a_cheaper_sign_than_the_index_it_is_declared(spider: type[NovelSpider]):
    elsewhere = {name for name, *_ in SIGNS}

    assert (spider.name in elsewhere) <= (spider.sign is not Sign.VALIDATOR)
    assert (spider.sign in (Sign.FEED, Sign.API)) <= (spider.name in elsewhere)


@pytest.mark.parametrize("name", sorted(path.name for path in PAGES.iterdir()))
def test_every_recorded_list_was_found_in_a_declared_way(name: str):
    pages = json.loads((PAGES / name / "expected.json").read_text(encoding="utf-8"))["chapters"].values()
    found = {page["strategy"] for page in pages if page["links"]}

    assert found
    assert found <= set(SPIDERS[name].strategies)


@pytest.mark.parametrize("name", sorted(path.name for path in PAGES.iterdir()))
def test_a_key_that_a_url_tells_is_the_one_that_the_pages_give(name: str):
    spider = SPIDERS[name]
    pages = json.loads((PAGES / name / "expected.json").read_text(encoding="utf-8"))
    novels = [novel for novel in pages["novel"].values() if "key" in novel]
    lists = [page["links"] for page in pages["chapters"].values() if len(page.get("links", ())) > 1]

    assert all(spider.novel_key(spider.index_url(novel["url"])) in (None, novel["key"]) for novel in novels)
    assert all(spider.chapter_key(link["url"]) in (None, link["key"]) for links in lists for link in links)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://archiveofourown.org/works/9/chapters/7", "7"),
        ("https://archiveofourown.org/works/9", None),
        ("https://www.fanfiction.net/s/9/7/The-Salt-Almanac", "7"),
        ("https://forums.spacebattles.com/threads/brine.42/page-3#post-7", "7"),
        ("https://forums.spacebattles.com/posts/7/", "7"),
        ("https://ncode.syosetu.com/n1234ab/7/", "7"),
        ("https://serial.example/novel/chapter-7", None),
    ],
)
def test_other_programs_spellings_of_a_chapter_s_url_tell_its_key(url: str, key: str | None):
    assert crawl.spider_for(url).chapter_key(url) == key
