"""How pages look is chosen by a form, kept in a cookie, and nobody else's business."""

from __future__ import annotations

from fastapi.testclient import TestClient
from lxml import html

from ingestion.web import look

CHOSEN = {"theme": "sepia", "size": "xl", "width": "narrow", "face": "sans", "lines": "loose"}


def test_what_is_chosen_holds_for_all_pages_and_leads_back(browser: TestClient):
    back = browser.post("/look", data=CHOSEN | {"back": "/?a=b"})
    form = html.fromstring(browser.get("/look").text)

    assert (back.url.path, back.url.query) == ("/", b"a=b")
    assert {name: html.fromstring(back.text).get(f"data-{name}") for name in look.CHOICES} == CHOSEN
    assert {field.get("name"): field.get("value") for field in form.xpath("//input[@checked]")} == CHOSEN


def test_nothing_else_can_be_chosen_and_no_other_page_chooses(browser: TestClient):
    forged = browser.post("/look", data=CHOSEN | {"back": "//evil.example"}, headers={"Origin": "https://evil.example"})

    assert browser.post("/look", data={"theme": "<b>"}).status_code == 422
    assert (forged.url.path, look.COOKIE in browser.cookies) == ("/", False)
