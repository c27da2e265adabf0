"""GET /pictures/{name}: bytes that a browser takes for a picture and for nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ingestion.pictures import kinds
from ingestion.pictures.store import Folder
from tests import applications
from tests.conftest import configure
from tests.sites import art

#: A picture that is a page too.
POLYGLOT = art.GIF + b"<script>alert(document.domain)</script>"


@pytest.fixture
def api(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    configure(monkeypatch, PICTURES_STORE=str(tmp_path))
    with TestClient(applications.api(), raise_server_exceptions=False) as client:
        yield client


def test_a_picture_is_served_as_it_is_for_ever_and_runs_nothing(api: TestClient, tmp_path: Path):
    name = kinds.name(POLYGLOT) or ""
    Folder(tmp_path).put(name, POLYGLOT)

    answer = api.get(f"/pictures/{name}")
    assert answer.content == POLYGLOT
    assert answer.headers["Content-Type"] == "image/gif"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"


def test_a_picture_that_is_not_there_is_told_so(api: TestClient):
    answer = api.get(f"/pictures/{'0' * 64}.png")

    assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")


@pytest.mark.parametrize(
    "name", [f"{'0' * 64}.svg", f"{'0' * 64}.html", "a.png", "%2e%2e%2f.env", f"{'0' * 64}.png%0a"]
)
def test_only_a_picture_s_name_is_looked_for(api: TestClient, tmp_path: Path, name: str):
    (tmp_path.parent / ".env").write_text("SECRET=1")

    assert api.get(f"/pictures/{name}").status_code in {404, 422}


def test_a_store_that_is_away_is_told_so_with_a_time_to_come_back(api: TestClient, tmp_path: Path):
    (tmp_path / "00").write_text("a file, where a folder should be")

    answer = api.get(f"/pictures/{'0' * 64}.png")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
