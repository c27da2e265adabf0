"""GET /opds: the catalogue, as e-readers read it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from lxml import etree
from sqlalchemy import func, select

from ingestion import db, tokens
from ingestion.background.perform import perform
from ingestion.models import Task
from ingestion.status import Scope
from tests import applications
from tests.alike import alike
from tests.background.deeds import only
from tests.catalog import library, schemas
from tests.catalog.schemas import ATOM, feed, titles
from tests.conftest import configure
from tests.search.shelf import index_all, shelve
from tests.sites import art
from tests.test_novels import NOVEL, chapter, parsed, save
from tests.waiting import until

EPUB = "application/epub+zip"


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(applications.api(), raise_server_exceptions=False) as client:
        yield client


def href(page: Any, rel: str) -> str:
    (found,) = page.xpath(f"atom:link[@rel='{rel}']/@href", namespaces=ATOM)
    return found


def test_an_e_reader_with_a_token_comes_from_the_catalogue_s_address_to_the_bytes_of_a_book(
    api: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    configure(monkeypatch, PICTURES_STORE=str(tmp_path / "pictures"))
    library.weir("It falls.")
    with db.transaction() as session:
        api.auth = ("anybody", tokens.create(session, "reader", Scope.READ))
    (authors,) = feed(api, "/opds").xpath("atom:entry[atom:title='By author']/atom:link/@href", namespaces=ATOM)
    (author,) = feed(api, authors).xpath("atom:entry[1]/atom:link/@href", namespaces=ATOM)
    novels = feed(api, author)
    cover, thumbnail, book = novels.xpath("atom:entry/atom:link/@href", namespaces=ATOM)
    with ThreadPoolExecutor(1) as reader:
        asked = reader.submit(api.get, book)
        until(is_wanted, "nobody asked for the book")
        perform(only().id)
        served = asked.result()

    assert TestClient(api.app).get("/opds").headers["WWW-Authenticate"].startswith("Basic ")
    assert (api.get(cover).content, thumbnail) == (art.GIF, cover)
    assert (served.status_code, served.headers["Content-Type"]) == (200, EPUB)
    assert "It falls." in zipfile.ZipFile(io.BytesIO(served.content)).read("EPUB/c1.xhtml").decode()


def is_wanted() -> bool:
    with db.transaction() as session:
        return bool(session.scalar(select(func.count()).select_from(Task)))


def test_what_has_the_newest_chapter_comes_first_and_keeps_its_name(api: TestClient):
    for title in ("B", "A", "C"):
        save(parsed(chapter("1", 1), novel=replace(NOVEL, key=title, title=title)))
    before = feed(api, "/opds/new")
    save(parsed(chapter("1", 1), chapter("2", 2), novel=replace(NOVEL, key="A", title="A")))
    after = feed(api, "/opds/new")

    assert (titles(before), titles(after)) == (["C", "A", "B"], ["A", "C", "B"])
    assert titles(feed(api, "/opds/titles")) == ["A", "B", "C"]
    assert sorted(identifiers(before)) == sorted(identifiers(after))


def identifiers(page: Any) -> list[str]:
    found: list[str] = page.xpath("atom:entry/atom:id/text()", namespaces=ATOM)
    return found


@pytest.mark.parametrize(
    ("words", "found"),
    alike(
        ("weir cold", []),
        ("weir SONS", ["堰: <Weir> & Co"]),
        ("堰", ["堰: <Weir> & Co"]),
        ("%", []),
        ("_", []),
        ("\\", []),
    ),
)
def test_all_words_are_looked_for_in_titles_and_authors(api: TestClient, words: str, found: list[str]):
    library.weir("It falls.")
    described = api.get(href(feed(api, "/opds/new"), "search"))
    (url,) = etree.fromstring(described.content).xpath("os:Url", namespaces=ATOM)
    (search,) = (link for link in api.get("/opds/v2").json()["links"] if link["rel"] == "search")

    assert described.headers["Content-Type"] == "application/opensearchdescription+xml"
    assert url.get("type") == "application/atom+xml;profile=opds-catalog;kind=acquisition"
    assert titles(feed(api, url.get("template").replace("{searchTerms}", quote(words)))) == found
    answer = api.get(search["href"].replace("{?query}", f"?query={quote(words)}"))
    assert len(schemas.opds2(answer.content).get("publications", [])) == len(found)


def test_words_with_a_slip_find_the_novel_and_count_it(api: TestClient):
    shelve("It falls.", title="The Lamp on the Weir", language="en")
    shelve("It rises.", key="n2", title="Elsewhere", language="de")
    index_all()
    page = feed(api, "/opds/search?q=the lamp on teh wier")

    assert titles(page) == ["The Lamp on the Weir"]
    assert page.xpath("atom:link[@rel='http://opds-spec.org/facet']", namespaces=ATOM) == []


def test_who_has_a_page_is_not_sent_it_again(api: TestClient):
    library.weir("It falls.")
    page = api.get("/opds/new")
    asked = api.head("/opds/new")
    tag, date = page.headers["ETag"], page.headers["Last-Modified"]

    assert page.headers["Content-Type"] == "application/atom+xml;profile=opds-catalog;kind=acquisition"
    assert (asked.status_code, asked.headers["Last-Modified"]) == (200, date)
    known = ({"If-None-Match": f'"x", W/{tag}'}, {"If-Modified-Since": date}, {"If-None-Match": "*"})
    assert [(api.get("/opds/new", headers=one).status_code) for one in known] == [304] * 3
    unknown = ({"If-None-Match": '"x"', "If-Modified-Since": date}, {"If-Modified-Since": "never"})
    assert [(api.get("/opds/new", headers=one).status_code) for one in unknown] == [200] * 2


def test_behind_a_proxy_links_begin_with_its_path_and_name_no_host(environment: dict[str, str]):
    library.weir("It falls.")
    with TestClient(applications.api(), root_path="/quire") as api:
        page = api.get("/quire/opds/titles")
        template = api.get("/quire/opds/search.xml").text
        with db.transaction() as session:
            tokens.create(session, "reader", Scope.READ)
        refused = api.get("/quire/opds")

    links = schemas.atom(page.content).xpath("//@href")
    assert [link for link in links if not link.startswith("/quire/")] == []
    assert 'template="/quire/opds/search?q={searchTerms}"' in template
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    "path", ["/opds/titles?letter=%C3%84", "/opds/new?page=0", "/opds/search?q=%00", "/opds/new?status=lost"]
)
def test_what_is_no_page_is_refused(api: TestClient, path: str):
    assert api.get(path).status_code == 422
