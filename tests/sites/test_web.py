"""The loopback web does what the tests of the crawler rely on."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.sites.web import Hit, Page, Site


@contextmanager
def connected(site: Site) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(site.netloc, timeout=5)
    try:
        yield connection
    finally:
        connection.close()


def ask(connection: http.client.HTTPConnection, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}


def test_one_connection_serves_many_pages_and_every_request_is_written_down():
    with Site({"/a": Page("ä"), "/b?c=1": Page(b"two")}) as site, connected(site) as connection:
        first = ask(connection, "/a", X_Test="yes")
        second = ask(connection, "/b?c=1")

        assert (first[0], first[1], second[1]) == (200, "ä".encode(), b"two")
        assert first[2]["content-type"] == "text/html; charset=utf-8"
        assert [(hit.method, hit.path, hit.status) for hit in site.hits] == [("GET", "/a", 200), ("GET", "/b?c=1", 200)]
        assert site.hits[0].headers["x-test"] == "yes"
        assert site.hits[0].time <= site.hits[1].time


def test_what_is_not_there_is_404_robots_txt_too():
    with Site() as site, connected(site) as connection:
        assert ask(connection, "/nothing")[0] == 404
        assert ask(connection, "/robots.txt")[0] == 404


@pytest.mark.parametrize("status", [403, 404, 410, 500])
def test_a_page_may_have_any_status(status: int):
    with Site({"/x": Page("no", status=status, headers={"Retry-After": "7"})}) as site, connected(site) as connection:
        code, body, headers = ask(connection, "/x")

    assert (code, body, headers["retry-after"]) == (status, b"no", "7")


def test_an_unchanged_page_is_304_for_who_has_its_tag():
    with Site({"/x": Page("text", etag=True)}) as site, connected(site) as connection:
        tag = ask(connection, "/x")[2]["etag"]
        again = ask(connection, "/x", If_None_Match=f'"other", {tag}')
        site.pages["/x"] = Page("new text", etag=True)
        changed = ask(connection, "/x", If_None_Match=tag)

    assert again[:2] == (304, b"")
    assert changed[:2] == (200, b"new text")


def test_an_unchanged_page_is_304_for_who_has_its_date():
    when = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    with Site({"/x": Page("text", last_modified=when)}) as site, connected(site) as connection:
        told = ask(connection, "/x")[2]["last-modified"]
        again = ask(connection, "/x", If_Modified_Since=told)

    assert told == format_datetime(when, usegmt=True)
    assert again[0] == 304


def test_a_page_fails_as_often_as_it_is_told():
    with Site({"/x": Page("text", fail_first=2), "/y": Page("other")}) as site, connected(site) as connection:
        statuses = [ask(connection, path)[0] for path in ("/x", "/y", "/x", "/x", "/x")]

        assert statuses == [503, 200, 503, 200, 200]
        assert site.requests("/x") == 4
        assert site.requests() == 5


def test_a_slow_page_holds_up_nobody_else():
    with (
        Site({"/slow": Page("late", delay=0.4), "/x": Page("text")}) as site,
        connected(site) as one,
        connected(site) as two,
    ):
        slow = threading.Thread(target=ask, args=(one, "/slow"))
        slow.start()
        began = time.monotonic()
        ask(two, "/x")
        quick = time.monotonic() - began
        slow.join()

        assert quick < 0.3
        assert [hit.path for hit in site.hits] == ["/x", "/slow"]


def test_a_page_may_be_a_function_of_the_request():
    def echo(hit: Hit) -> Page:
        return Page(hit.body.upper(), content_type="text/plain")

    with Site({"/x": echo}) as site, connected(site) as connection:
        connection.request("POST", "/x", body=b"shout")

        assert connection.getresponse().read() == b"SHOUT"
        assert site.hits[0].method == "POST"


def test_head_gives_the_length_and_no_body():
    with Site({"/x": Page("text")}) as site, connected(site) as connection:
        connection.request("HEAD", "/x")
        answer = connection.getresponse()

        assert (answer.getheader("Content-Length"), answer.read()) == ("4", b"")
        assert ask(connection, "/x")[1] == b"text"


def test_a_site_closes_while_a_client_keeps_its_connection():
    with Site({"/x": Page("text")}) as site:
        connection = http.client.HTTPConnection(site.netloc, timeout=5)
        ask(connection, "/x")
        began = time.monotonic()
    connection.close()

    assert time.monotonic() - began < 2


def test_a_folder_is_served_as_it_is(tmp_path: Path):
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "chapter 1.xhtml").write_text("<p>text</p>")
    (tmp_path / "content.opf").write_text("<package/>")
    with Site.serve_directory(tmp_path) as site, connected(site) as connection:
        text = ask(connection, "/text/chapter%201.xhtml")
        package = ask(connection, "/content.opf")

    assert (text[1], text[2]["content-type"]) == (b"<p>text</p>", "application/xhtml+xml")
    assert package[2]["content-type"] == "application/oebps-package+xml"
