"""Who gets in: tokens and their scopes, and what an API without tokens does not put up with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from fastapi import WebSocket
from fastapi.testclient import TestClient
from httpx2 import Response
from starlette.websockets import WebSocketDisconnect

from ingestion import db, tokens
from ingestion.api import create_app
from ingestion.status import Scope
from tests import applications
from tests.conftest import configure

URL = {"url": "https://example.org/novel"}


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(applications.api(), raise_server_exceptions=False) as client:
        yield client


def new(scope: Scope, name: str = "phone") -> dict[str, str]:
    """The header of a new token."""
    with db.transaction() as session:
        return {"Authorization": f"Bearer {tokens.create(session, name, scope)}"}


def refused(answer: Response) -> tuple[int, str]:
    """Status and challenge of a refusal, which is a problem."""
    assert answer.json()["status"] == answer.status_code
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.headers.get("WWW-Authenticate", "")


def test_once_there_is_a_token_every_endpoint_wants_one(api: TestClient):
    before = api.get("/jobs").status_code
    header = new(Scope.READ)

    assert before == 200
    for_anybody = {"/health/live", "/health/ready"}
    documented = api.get("/openapi.json").json()["paths"].items()
    paths = [
        path + ("?q=lamp" if path.startswith("/search") else "")
        for path, methods in documented
        if "{" not in path and "get" in methods and path not in for_anybody
    ]
    assert [refused(api.get(path)) for path in paths] == [(401, 'Bearer realm="quire"')] * len(paths)
    assert refused(api.post("/ingest", json=URL)) == (401, 'Bearer realm="quire"')
    assert [api.get(path, headers=header).status_code for path in paths] == [200] * len(paths)


def test_a_token_of_scope_read_changes_nothing(api: TestClient):
    reader, writer = new(Scope.READ), new(Scope.WRITE, "desk")
    told = api.post("/ingest", json=URL, headers=reader)

    assert refused(told) == (403, 'Bearer realm="quire", error="insufficient_scope", scope="write"')
    assert "phone may only read" in told.json()["detail"]
    assert api.get("/jobs", headers=reader).json()["jobs"] == []
    assert api.post("/ingest", json=URL, headers=writer).status_code == 202


@pytest.mark.parametrize("sent", ["Bearer nonsense", "Bearer ", "Basic cGhvbmU6", "Bearer \xff"])
def test_what_is_no_token_of_ours_gets_nobody_in(api: TestClient, sent: str):
    new(Scope.WRITE)
    answer = api.get("/jobs", headers={"Authorization": sent.encode("latin-1")})

    assert refused(answer) == (401, 'Bearer realm="quire", error="invalid_token"')


def test_a_revoked_token_is_refused_at_once_and_the_last_one_does_not_open_the_api(api: TestClient):
    header = new(Scope.WRITE)
    first = api.get("/jobs", headers=header).status_code
    with db.transaction() as session:
        tokens.revoke(session, "phone")

    assert (first, api.get("/jobs", headers=header).status_code, api.get("/jobs").status_code) == (200, 401, 401)


def test_tokens_may_come_from_the_environment(api: TestClient, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, API_TOKENS=f"ci:read:{hashlib.sha256(b'of the environment').hexdigest()}")

    assert api.get("/jobs").status_code == 401
    assert api.get("/jobs", headers={"Authorization": "bearer of the environment"}).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "library.example.org"])
def test_beyond_this_machine_a_token_is_wanted_though_there_is_none(
    api: TestClient, monkeypatch: pytest.MonkeyPatch, host: str
):
    configure(monkeypatch, API_HOST=host)
    closed = api.get("/jobs").status_code
    configure(monkeypatch, API_OPEN="true")

    assert (closed, api.get("/jobs").status_code) == (401, 200)


@pytest.mark.parametrize(("at", "status"), [("127.0.0.1", 200), ("[::1]", 200), ("192.0.2.7", 401)])
def test_a_server_told_to_listen_elsewhere_behind_our_back_lets_only_this_machine_in(
    api: TestClient, at: str, status: int
):
    # The test client tells the address in the URL as the one that the connection came in at, as uvicorn tells the socket's.
    assert api.get(f"http://{at}:8000/jobs").status_code == status


@pytest.mark.parametrize(
    "host", ["attacker.example", "attacker.example:8000", "localhost.attacker.example", "", "[::1"]
)
def test_an_open_api_is_not_called_by_a_name_that_others_chose(api: TestClient, host: str):
    answer = api.get("/jobs", headers={"Host": host})

    assert refused(answer)[0] == 421
    assert "API_HOSTNAMES" in answer.json()["detail"]


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "localhost", "[::1]:8000", "LOCALHOST:9", "192.0.2.7", "testserver"]
)
def test_an_open_api_answers_to_addresses_and_its_own_names(api: TestClient, host: str):
    assert api.get("/jobs", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [("https://attacker.example", 403), ("null", 403), ("http://[", 403), ("http://testserver", 202)],
)
def test_another_origin_s_page_changes_nothing_in_an_open_api(api: TestClient, origin: str, status: int):
    assert api.post("/ingest", json=URL, headers={"Origin": origin}).status_code == status


def test_pages_of_other_origins_get_in_when_the_operator_says_so(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    asks = {"Origin": "https://reader.example", "Access-Control-Request-Method": "POST"}
    with TestClient(applications.api()) as closed:
        before = closed.options("/ingest", headers=asks)
    configure(monkeypatch, CORS_ORIGINS="https://reader.example")
    with TestClient(create_app()) as api:
        after = api.options("/ingest", headers=asks)
        posted = api.post("/ingest", json=URL, headers={"Origin": "https://reader.example"})

    assert "Access-Control-Allow-Origin" not in before.headers
    assert after.headers["Access-Control-Allow-Origin"] == "https://reader.example"
    assert (posted.status_code, posted.headers["Access-Control-Allow-Origin"]) == (202, "https://reader.example")


def test_the_use_of_a_token_is_written_down(api: TestClient):
    header = new(Scope.READ)
    api.get("/jobs", headers=header)
    with db.transaction() as session:
        (first,) = tokens.listed(session)
    api.get("/jobs", headers=header)

    with db.transaction() as session:
        (second,) = tokens.listed(session)
    assert first.last_used_at is not None
    assert second.last_used_at == first.last_used_at  # an hour is near enough


def test_a_websocket_is_guarded_like_a_request(environment: dict[str, str]):
    app = create_app()

    @app.websocket("/echo")
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("in")
        await socket.close()

    with TestClient(app) as api:
        assert "a page of https://attacker.example" in told(api, {"Origin": "https://attacker.example"})
        assert told(api, {"Origin": "http://testserver"}) == told(api, {}) == told(api, new(Scope.READ)) == "in"
        assert "a token is needed" in told(api, {})


def told(api: TestClient, header: dict[str, str]) -> str:
    """What the WebSocket tells, or why it is refused."""
    try:
        with api.websocket_connect("/echo", headers=header) as socket:
            return socket.receive_text()
    except WebSocketDisconnect as refusal:
        return refusal.reason
