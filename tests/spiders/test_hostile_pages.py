"""Pages made to hurt whoever reads them: a spider reads them in time that grows with their length, or refuses them in its own words."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path
from types import ModuleType

import pytest
from scrapy.http import HtmlResponse, JsonResponse, Response, XmlResponse

import ingestion
import spiders
from ingestion import crawl, sanitize
from ingestion.errors import IngestionError
from ingestion.system import ROOT
from spiders.base import NovelSpider
from spiders.generic import Generic

URL = "https://example.org/novel/"
#: A pattern that looks at each of so many characters once takes a millisecond, one that begins again at each half a second.
CHARACTERS = 8000
SECONDS = 0.15
LIST = "<ol><li><a href='1'>Chapter 1</a><li><a href='2'>Chapter 2</a></ol>"
GRAPH = '{"@graph": ['
ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE h [<!ENTITY a "aaaaaaaaaa">{}<!ENTITY x SYSTEM "file:///etc/passwd">]>'.format(
        "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghij", "bcdefghijk", strict=True))
    )
)
PAGES = {
    "deep data": f'<script type="application/ld+json">{"[" * 100_000}</script>{LIST}',
    "deep graph": f'<script type="application/ld+json">{GRAPH * 400}{{}}{"]}" * 400}</script>{LIST}',
    "endless number": f'<script type="application/ld+json">{"9" * 5000}</script>{LIST}',
    "deep selector": f"<style>{':not(' * 5000}a{')' * 5000} {{display: none}}</style>{LIST}",
    "deep rules": f"<style>{'a{' * 5000}display:none{'}' * 5000}</style>{LIST}",
    "deep values": f'<p style="display:{"(" * 5000}">x</p>{LIST}',
    "deep media": f"<style>{'@media screen {' * 5000}</style>{LIST}",
    "big chapter number": f"<ol><li><a href='1'>Chapter {'9' * 5000}</a><li><a href='2'>Chapter 2</a></ol>",
    "long words": f"<ol><li><a href='1'>{'1' * 100_000}</a><li><a href='2'>Chapter 2</a></ol>",
    "bad addresses": f"<a href='http://[::1'>Chapter 1</a><a href='//'>2</a><a rel=next href='javascript:x'>Next</a>{LIST}",
    "nothing but tags": "<" * 50_000,
    "no end": "<a href='" * 5000,
}
#: What servers say in JSON where a page was asked for, and what looks like an API's answer.
DATA = [
    b"{",
    b'{"error": "slow down"}',
    b"[5]",
    b'[{"id": 1}]',
    b'[{"id": 1, "content": {"rendered": 5}}]',
    b"[" * 100_000,
]
POSTS = f"{URL}wp-json/wp/v2/posts?per_page=100&page=1"
#: Where a spider takes a number or JSON out of a page, and what Python makes neither of.
ODD = {
    "royalroad": (
        "/fiction/1",
        '<script>window.chapters = [];</script><table id="chapters" data-chapters="{}"></table>',
    ),
    "scribblehub": ("/series/1/x/", '<div class="fic_title">T</div><span class="cnt_toc">{}</span>'),
    "wikisource": (
        "/wiki/T",
        '<script>"wgPageName":"\\x{}"</script><div id="mw-content-text"><div class="mw-parser-output"><p>T</p></div></div>',
    ),
    "kakuyomu": ("/works/1", f'<script id="__NEXT_DATA__">{"[" * 100_000}{{}}</script>'),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_made_to_hurt_is_read_or_refused(name: str):
    read(HtmlResponse(URL, body=PAGES[name].encode(), encoding="utf-8"))


@pytest.mark.parametrize("body", [b"\xff\xfe\x00\xd8" * 500, b"\x00" * 5000, b"\xc3\x28" * 5000, b"+AD4-" * 500])
@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-7", "no-such"])
def test_a_page_in_no_encoding_is_read_or_refused(body: bytes, charset: str):
    read(HtmlResponse(URL, headers={"Content-Type": f"text/html; charset={charset}"}, body=body))


@pytest.mark.parametrize("spider", crawl.spiders(), ids=lambda spider: spider.name)
def test_data_where_a_page_was_asked_for_is_read_or_refused(spider: type[NovelSpider]):
    for body, url in product(DATA, (URL, f"{POSTS}#1", f"{URL}works/1", f"{URL}stories/1")):
        read(JsonResponse(url, body=body, headers={"Content-Type": "application/json"}), spider(url=url))


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("number", ["²", "9" * 5000])
def test_a_number_that_is_none_is_read_or_refused(name: str, number: str):
    path, page = ODD[name]
    url = f"https://example.org{path}"
    body = page.replace("{}", number).encode()
    read(HtmlResponse(url, body=body, encoding="utf-8"), crawl.spider_named(name)(url=url))


def test_half_a_sign_and_a_count_without_end_cost_no_post():
    half = {"rendered": "<p>One \ud83d two</p>"}
    post = {"id": 1, "link": URL, "title": half, "content": half, "date_gmt": None, "modified_gmt": None}
    page = JsonResponse(POSTS, body=json.dumps([post]).encode(), headers={"X-WP-Total": "9" * 5000})
    spider = crawl.spider_named("wordpress")(url=URL)

    assert [link.title for link in spider.chapters(page).links] == ["One two"]
    assert "One " in spider.chapter(page.replace(url=f"{POSTS}#1")).content


@pytest.mark.parametrize("name", ["k", "x"])
def test_entities_are_neither_multiplied_nor_fetched(name: str):
    body = f'{ENTITIES}<html xmlns="http://www.w3.org/1999/xhtml"><body>{LIST}<p>&{name};</p></body></html>'.encode()
    for made in (HtmlResponse, XmlResponse):
        response = made(URL, headers={"Content-Type": "application/xhtml+xml"}, body=body, encoding="utf-8")
        read(response)
        with suppress(IngestionError):
            content = Generic(url=URL).chapter(response).content
            assert len(content) < 5000
            assert "root:" not in content


def test_a_fragment_made_to_hurt_is_cleaned_in_time():
    begun = time.process_time()
    for fragment in (
        "<img " * 50_000,
        "<p style='" * 20_000,
        "<img width=" * 20_000,
        "<ruby><rt>" * 200,
        "&" * 100_000,
    ):
        sanitize.clean(fragment, URL)

    assert time.process_time() - begun < 4


@pytest.mark.parametrize("package", [spiders, ingestion], ids=lambda package: package.__name__)
def test_the_time_that_a_pattern_takes_grows_with_the_text(package: ModuleType):
    whole = "".join(path.read_text() for path in (ROOT / package.__name__).rglob("*.py"))
    for name, pattern, own in patterns(package):
        source = own if name.startswith("_") else whole
        # What is passed around (the words of links) is asked for the whole text alone.
        uses = set(re.findall(rf"\b{name}\.(match|fullmatch|search|findall|split)\b", source)) or {"fullmatch"}
        uses |= {"findall"} if f"{name}.sub(" in source else set()
        for text, use in product(attacks(pattern), uses):
            begun = time.process_time()
            getattr(pattern, use)(text)
            assert time.process_time() - begun < SECONDS, f"{name}.{use} on {text[:20]!r}…"


def read(response: Response, spider: NovelSpider | None = None) -> None:
    """Ask a spider for everything; what it refuses is an error of ours."""
    spider = spider or Generic(url=URL)
    for ask in (spider.novel, spider.chapters, spider.chapter):
        with suppress(IngestionError):
            ask(response)


def patterns(package: ModuleType) -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes], str]]:
    """Every pattern that has a name in a module, and that module's source."""
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        imported = importlib.import_module(module.name)
        for name, found in vars(imported).items():
            if isinstance(found, re.Pattern):
                yield name, found, Path(imported.__file__ or "").read_text()


def attacks(pattern: re.Pattern[str] | re.Pattern[bytes]) -> Iterator[str | bytes]:
    """Texts that are one piece again and again, and at last do not match: pieces that the pattern names, and common ones."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode()
    pieces = {
        *re.findall(r"[a-z]{3,}", source)[:3],
        " ",
        "a",
        "1",
        "I",
        "/",
        "/1",
        "1/",
        "- ",
        "a.",
        "<img ",
        '"',
        "[(",
        "一",
        "\\",
    }
    for piece in sorted(pieces):
        text = piece * (CHARACTERS // len(piece)) + "\0"
        yield text if isinstance(pattern.pattern, str) else text.encode()
