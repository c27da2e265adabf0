"""GET /novels/{id}/export: the file, or the task that makes it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ingestion.api import exports
from ingestion.background.perform import perform
from ingestion.export import store
from tests import applications
from tests.background.deeds import only
from tests.conftest import configure
from tests.test_novels import NOVEL, chapter, parsed, save


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(applications.api(), raise_server_exceptions=False) as client:
        yield client


def test_a_book_is_made_in_the_background_and_served_until_the_novel_changes(api: TestClient):
    novel = replace(NOVEL, title='"Wehr" / 堰')
    path = f"/novels/{save(parsed(chapter('a', 1), novel=novel)).novel_id}/export?format=epub"
    asked, again = api.get(path), api.get(path)
    perform(only().id)
    told, served = api.get(asked.headers["Location"]).json(), api.get(path)

    assert (asked.status_code, asked.json()["kind"], asked.headers["Retry-After"]) == (202, "export", "2")
    assert asked.headers["Content-Length"] == str(len(asked.content))
    assert again.headers["Location"] == asked.headers["Location"]
    assert (served.status_code, served.headers["Content-Type"]) == (200, "application/epub+zip")
    assert served.headers["Content-Disposition"] == "attachment; filename*=utf-8''Wehr%20%E5%A0%B0.epub"
    assert told["result"] == {"file": next(store.folder().iterdir()).name, "size": len(served.content)}
    assert "EPUB/c1.xhtml" in zipfile.ZipFile(io.BytesIO(served.content)).namelist()

    save(parsed(chapter("a", 1, "Other words."), novel=novel))
    assert api.get(path).status_code == 202


def test_a_folder_that_takes_no_file_is_named_and_tried_again(
    api: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "books").touch()
    configure(monkeypatch, EXPORTS_DIR=str(tmp_path / "books"))
    asked = api.get(f"/novels/{save(parsed(chapter('a', 1))).novel_id}/export")
    perform(only().id)
    told = api.get(asked.headers["Location"]).json()

    assert (told["status"], told["error_kind"]) == ("queued", "unreachable")
    assert told["error_message"].startswith(f"the books' folder {tmp_path / 'books'} (EXPORTS_DIR) takes no file: ")


def test_who_has_the_file_or_a_part_of_it_is_not_sent_all_again(api: TestClient):
    path = f"/novels/{save(parsed(chapter('a', 1))).novel_id}/export"
    api.get(path)
    perform(only().id)
    whole = api.get(path)
    tag = {"ETag": whole.headers["ETag"]}

    same = api.get(path, headers={"If-None-Match": f'"x", {tag["ETag"]}'})
    name = api.head(path)
    rest = api.get(path, headers={"Range": "bytes=30-", "If-Range": tag["ETag"]})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag["ETag"])
    assert (rest.status_code, rest.content) == (206, whole.content[30:])
    assert (name.content, name.headers["Content-Disposition"]) == (b"", whole.headers["Content-Disposition"])


def test_a_part_is_a_file_of_its_own(api: TestClient):
    path = f"/novels/{save(parsed(chapter('a', 1), chapter('b', 2))).novel_id}/export"
    api.get(path, params={"first": 2, "last": 2})
    perform(only().id)

    assert api.get(path, params={"first": 2, "last": 2}).status_code == 200
    assert api.get(path).status_code == 202


def test_who_cannot_ask_again_is_told_when_waiting_was_not_enough(api: TestClient):
    answer = api.get(f"/novels/{save(parsed(chapter('a', 1))).novel_id}/export?wait=1")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert f"task {only().id} " in answer.json()["detail"]


@pytest.mark.parametrize(
    ("format", "kind", "said"),
    [
        ("txt", "text/plain; charset=utf-8", "Chapter a\n---------\n\n"),
        ("md", "text/markdown; charset=utf-8", "### Chapter a\n\n"),
        ("html", "text/html; charset=utf-8", "<h2>Chapter a</h2>"),
        ("json", "application/json", '"title": "Chapter a"'),
    ],
)
def test_each_format_is_a_file_of_its_own(api: TestClient, format: str, kind: str, said: str):
    novel = replace(NOVEL, title="堰")
    path = f"/novels/{save(parsed(chapter('a', 1), novel=novel)).novel_id}/export"
    asked = api.get(path, params={"format": format})
    perform(only().id)
    served = api.get(path, params={"format": format})

    assert (asked.status_code, served.status_code, served.headers["Content-Type"]) == (202, 200, kind)
    assert served.headers["Content-Disposition"] == f"attachment; filename*=utf-8''%E5%A0%B0.{format}"
    assert said in served.text
    assert api.get(path).status_code == 202


def test_only_so_many_are_made_at_once(api: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(exports, "EXPORT", replace(exports.EXPORT, most=1))
    path = f"/novels/{save(parsed(chapter('a', 1), chapter('b', 2))).novel_id}/export"
    first, again, other = api.get(path), api.get(path), api.get(path, params={"first": 2})
    perform(only().id)

    assert [answer.status_code for answer in (first, again, other)] == [202, 202, 429]
    assert "1 export tasks are unfinished" in other.json()["detail"]
    assert other.headers["Retry-After"] == "2"
    assert api.get(path, params={"first": 2}).status_code == 202


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/novels/99/export", 404),
        ("/novels/1/export?first=3", 404),
        ("/novels/1/export?volume=none", 404),
        ("/novels/1/export?format=pdf", 422),
        ("/novels/1/export?first=0", 422),
        ("/novels/1/export?volume=%00", 422),
        ("/novels/1/export?wait=61", 422),
    ],
)
def test_what_is_not_there_is_said(api: TestClient, path: str, status: int):
    save(parsed(chapter("a", 1)))

    assert api.get(path).status_code == status
