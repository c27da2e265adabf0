"""The form that brings in what other programs left."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from lxml import html

from tests.conftest import configure
from tests.imports.files import fanficfare
from tests.imports.test_taking import ROYAL, TOLD

BOOK = fanficfare(ROYAL, *TOLD)


def said(text: str) -> list[tuple[str, str]]:
    """What became of each entry."""
    return [(row.get("class"), row.xpath("string(strong)")) for row in html.fromstring(text).xpath("//ul/li[strong]")]


def test_files_and_addresses_are_taken_each_with_its_own_outcome(browser: TestClient):
    files = [("files", ("brine.epub", BOOK)), ("files", ("x.mobi", b"BOOKMOBI\0"))]
    answer = browser.post("/library/import", files=files, data={"urls": "https://example.org/n\nnonsense"})

    assert said(answer.text) == [
        ("reading", "brine.epub"),
        ("refused", "x.mobi"),
        ("created", "https://example.org/n"),
        ("refused", "nonsense"),
    ]


def test_nothing_sent_is_told_beside_the_field(browser: TestClient):
    parts = ('name="files"; filename=""', 'name="urls"')  # as a browser sends a form that was left empty
    body = "".join(f"--x\r\nContent-Disposition: form-data; {part}\r\n\r\n\r\n" for part in parts) + "--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = browser.post("/library/import", content=body, headers=headers)

    assert (answer.status_code, "Choose a file" in answer.text) == (422, True)
    assert "Choose a file" not in browser.get("/library/import").text


def test_a_book_may_be_as_large_as_for_programs_and_no_larger(browser: TestClient, monkeypatch: pytest.MonkeyPatch):
    def status() -> int:
        return browser.post("/library/import", files=[("files", ("brine.epub", BOOK))]).status_code

    configure(monkeypatch, MAX_BODY_BYTES="1024")
    small = status()
    configure(monkeypatch, MAX_IMPORT_BYTES="1024")

    assert (small, status()) == (200, 413)


def test_letters_that_are_none_are_left_out(browser: TestClient):
    part = 'Content-Disposition: form-data; name="urls"\r\n\r\n\\ud800'
    kind = {"Content-Type": "multipart/form-data; boundary=b; charset=raw_unicode_escape"}

    assert browser.post("/library/import", content=f"--b\r\n{part}\r\n--b--\r\n", headers=kind).status_code == 422
