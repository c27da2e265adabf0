"""The pages of the catalogue are what the OPDS specifications say, and tell what is in the library."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import feedparser
import pytest
from fastapi.testclient import TestClient
from lxml import etree

from tests import applications
from tests.catalog import library, schemas
from tests.catalog.schemas import ATOM, feed, titles
from tests.test_novels import chapter, parsed, save

EPUB = "application/epub+zip"
ACQUISITION = "http://opds-spec.org/acquisition"


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(applications.api(), raise_server_exceptions=False) as client:
        yield client


def reached(api: TestClient, start: str, links: Callable[[bytes], list[str]]) -> dict[str, bytes]:
    """The pages of the catalogue that links lead to, one of those that are asked for by the same names."""
    found: dict[str, bytes] = {}
    left = [start]
    while left:
        path = left.pop()
        if shape(path) not in map(shape, found):
            answer = api.get(path)
            assert answer.status_code == 200, path
            found[path] = answer.content
            left += links(answer.content)
    return found


def shape(path: str) -> str:
    """What is asked for, without the values."""
    return re.sub("=[^&]*", "", path)


def atom_links(document: bytes) -> list[str]:
    return etree.fromstring(document).xpath("//*[contains(@type, 'opds-catalog')]/@href")


def json_links(document: bytes) -> list[str]:
    page = json.loads(document)
    listed = [page["links"], page.get("navigation", []), *(facet["links"] for facet in page.get("facets", []))]
    return [
        link["href"] for some in listed for link in some if link["href"].startswith("/") and "templated" not in link
    ]


def test_every_page_is_valid_opds_1_and_its_links_lead_to_others(api: TestClient):
    library.many(101)
    library.weir("It falls.")
    pages = reached(api, "/opds", atom_links)
    for page in pages.values():
        schemas.atom(page)

    assert [path for path, page in pages.items() if feedparser.parse(page).bozo] == []
    shapes = {shape(path) for path in pages}
    assert {"/opds/titles?page", "/opds/authors?page"} < shapes
    assert {"/opds/new?language&status", "/opds/titles?letter", "/opds/titles?author"} < shapes


def test_every_page_is_valid_opds_2_and_its_links_lead_to_others(api: TestClient):
    library.many(101)
    library.weir("It falls.")
    pages = reached(api, "/opds/v2", json_links)

    for page in pages.values():
        schemas.opds2(page)

    shapes = {shape(path).removeprefix("/opds/v2") for path in pages}
    assert {"", "/titles?page", "/authors?page", "/titles?letter", "/titles?author", "/new?language&status"} < shapes


@pytest.mark.parametrize("path", ["/opds", "/opds/new", "/opds/authors", "/opds/letters", "/opds/search?q=nothing"])
def test_the_catalogue_of_an_empty_library_is_valid_too(api: TestClient, path: str):
    schemas.atom(api.get(path).content)
    schemas.opds2(api.get(path.replace("/opds", "/opds/v2")).content)


def test_a_novel_is_told_whole_and_nothing_in_it_is_markup(api: TestClient):
    library.weir("It falls.")
    (entry,) = feed(api, "/opds/titles").xpath("atom:entry", namespaces=ATOM)
    (told,) = schemas.opds2(api.get("/opds/v2/titles").content)["publications"]

    words = {child.tag.rpartition("}")[2]: child.text for child in entry}
    assert words["title"] == "堰: <Weir> & Co"
    assert words["language"] == told["metadata"]["language"] == "en-GB"
    assert words["summary"].startswith("Water, 100% <b>cold</b>.\n\nIt falls.")
    assert len(words["summary"]) == len(told["metadata"]["description"]) == 2000
    assert words["id"] == told["metadata"]["identifier"]
    assert told["links"] == [{"rel": ACQUISITION, "href": "/novels/1/export?format=epub&wait=50", "type": EPUB}]
    assert told["images"][0]["type"] == "image/gif"


def test_a_novel_of_which_no_book_can_be_made_is_on_no_page(api: TestClient):
    save(parsed(chapter("1", 1, None)))

    assert titles(feed(api, "/opds/new")) == []
    assert schemas.opds2(api.get("/opds/v2/titles").content)["navigation"][0]["href"] == "/opds/v2"
