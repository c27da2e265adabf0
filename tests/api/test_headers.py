"""What every answer tells a browser, errors included."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from ingestion.api import create_app
from ingestion.api.headers import INERT


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    app = create_app()

    @app.get("/fault")
    def fault() -> None:
        raise RuntimeError("a fault")

    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status"), [("/openapi.json", 200), ("/nowhere", 404), ("/jobs/x", 422), ("/ingest", 405), ("/fault", 500)]
)
def test_no_answer_can_run_or_be_taken_for_another_kind(api: TestClient, path: str, status: int):
    answer = api.get(path)

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in INERT} == INERT
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("root_path", ["", "/quire"])
@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_pages_about_the_api_run_their_own_scripts_and_are_shown_in_no_frame(
    api: TestClient, path: str, root_path: str
):
    answer = TestClient(api.app, root_path=root_path).get(root_path + path)

    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'unsafe-inline' https://cdn.jsdelivr.net;" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
