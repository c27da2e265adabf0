"""What every page brings: headers that keep others out, and problems told in plain words."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient
from lxml import html

from ingestion.web.page import STATIC


def test_a_page_allows_nothing_from_elsewhere_and_nothing_within_the_page(browser: TestClient):
    answer = browser.get("/")

    rules = answer.headers["Content-Security-Policy"]
    assert rules.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
    assert "unsafe" not in rules
    assert (
        answer.headers["Referrer-Policy"] == "same-origin"
    )  # under a stricter one browsers do not say where forms come from
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_what_a_page_refers_to_is_there_and_kept_for_ever(browser: TestClient):
    page = html.fromstring(browser.get("/").text)
    files = [browser.get(url) for url in page.xpath("//link/@href | //script/@src")]

    assert len(files) == len(list(STATIC.iterdir()))
    assert {(answer.status_code, "immutable" in answer.headers["Cache-Control"]) for answer in files} == {(200, True)}


def test_a_url_that_cannot_be_used_is_told_beside_the_field_with_what_was_typed(browser: TestClient):
    answer = browser.post("/", data={"url": 'ftp://x"><b>'})
    page = html.fromstring(answer.text)

    assert (answer.status_code, page.xpath("string(//input[@name='url']/@value)")) == (422, 'ftp://x"><b>')
    assert page.xpath("string(//*[@id='problem'])")


def test_a_problem_is_told_as_a_page_with_the_requests_name(browser: TestClient):
    answer = browser.post("/", data={})
    page = html.fromstring(answer.text)

    assert (answer.status_code, page.xpath("string(//h1)")) == (422, HTTPStatus(422).phrase)
    assert answer.headers["X-Request-ID"] in answer.text


def test_what_is_not_there_is_told_to_a_browser_as_a_page_and_to_a_program_as_a_problem(browser: TestClient):
    shown, told = (browser.get("/nowhere", headers={"Accept": kind}) for kind in ("text/html,*/*", "*/*"))

    assert (shown.status_code, html.fromstring(shown.text).xpath("string(//h1)")) == (404, "Not Found")
    assert (told.status_code, told.headers["Content-Type"]) == (404, "application/problem+json")


def test_behind_a_prefix_every_link_has_it(browser: TestClient):
    prefixed = TestClient(browser.app, "http://localhost", root_path="/books")
    page = html.fromstring(prefixed.get("/books/").text)

    assert {url.startswith("/books/") for url in page.xpath("//a/@href[not(starts-with(., '#'))] | //link/@href")} == {
        True
    }


@pytest.mark.parametrize("cookie", ["dark.xl.wide", "nonsense", "dark.<b>.", "", "..."])
def test_the_look_is_kept_in_a_cookie_and_nothing_else_gets_in(browser: TestClient, cookie: str):
    page = html.fromstring(browser.get("/", headers={"Cookie": f"look={cookie}"}).text)

    look = tuple(page.get(f"data-{name}") for name in ("theme", "size", "width", "face", "lines"))
    given = {"dark.xl.wide": ("dark", "xl", "wide"), "dark.<b>.": ("dark", "m", "normal")}
    assert look == (*given.get(cookie, ("auto", "m", "normal")), "serif", "normal")


def test_a_form_s_address_opened_by_hand_is_told_to_a_browser_as_a_page(browser: TestClient):
    answer = browser.get("/state/pause", headers={"Accept": "text/html,*/*;q=0.8"})

    assert (answer.status_code, answer.headers["Allow"], "a form is sent" in answer.text) == (405, "POST", True)


def test_a_page_can_be_asked_for_without_its_body(browser: TestClient):
    assert {browser.head(url).status_code for url in ("/", "/library", "/login", "/look")} == {200}
