"""POST /import: lists become jobs at once, EPUBs in the background."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from ingestion import db
from ingestion.background import table
from ingestion.background.perform import perform
from ingestion.models import Upload
from tests import applications
from tests.background.deeds import only
from tests.conftest import configure
from tests.imports.files import fanficfare
from tests.imports.test_taking import ROYAL, TOLD

BOOK = fanficfare(ROYAL, *TOLD)
EPUB = {"Content-Type": "application/epub+zip"}


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(applications.api(), raise_server_exceptions=False) as client:
        yield client


def uploads() -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count(Upload.digest))) or 0


def test_each_url_of_a_list_has_its_own_outcome(api: TestClient):
    some = api.post("/import", content=f"# mine\n{ROYAL}\nnonsense\n{ROYAL}/brine")
    none = api.post("/import", content="nonsense")

    assert [entry["outcome"] for entry in some.json()["entries"]] == ["created", "refused", "created"]
    assert (some.status_code, none.status_code) == (202, 200)
    assert api.post("/import", content=b"BOOKMOBI\0").status_code == 422


def test_an_epub_is_kept_until_a_task_has_read_it(api: TestClient):
    asked, again = (api.post("/import?name=brine.epub", content=BOOK, headers=EPUB).json()["entries"] for _ in "12")
    kept = uploads()
    perform(only().id)
    task = api.get(f"/tasks/{asked[0]['task_id']}").json()

    assert (asked[0]["source"], asked[0]["outcome"], asked) == ("brine.epub", "reading", again)
    assert (kept, uploads()) == (1, 0)
    assert (task["status"], task["result"]["outcome"], task["result"]["chapters"]) == ("done", "created", 3)
    assert api.get(f"/novels/{task['result']['novel_id']}/chapters").json()["chapters"][0]["title"] == "Part 11"


def test_an_upload_is_forgotten_with_its_task(api: TestClient):
    api.post("/import", content=BOOK, headers=EPUB)
    with db.transaction() as session:
        session.delete(session.merge(only()))

    assert uploads() == 0
    with db.transaction() as session:
        assert table.page(session, limit=9) == []


def test_what_is_no_epub_or_too_large_is_refused_at_once(api: TestClient, monkeypatch: pytest.MonkeyPatch):
    broken = api.post("/import", content=b"PK\x03\x04", headers=EPUB)
    configure(monkeypatch, MAX_BODY_BYTES="1024", MAX_IMPORT_BYTES=str(len(BOOK)))
    fits = api.post("/import", content=BOOK, headers=EPUB)
    large = api.post("/import", content=BOOK + b"x", headers=EPUB)
    as_text = api.post("/import", content=BOOK)
    below = TestClient(api.app, root_path="/quire").post("/quire/import", content=BOOK, headers=EPUB)

    assert below.status_code == 202
    assert (broken.status_code, broken.json()["entries"][0]["outcome"]) == (200, "refused")
    assert [answer.status_code for answer in (fits, large, as_text)] == [202, 413, 413]
    assert "MAX_IMPORT_BYTES" in large.json()["detail"]
