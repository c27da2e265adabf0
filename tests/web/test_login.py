"""A token, given once, lets a browser in; nothing else does, and no other page can use it."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from ingestion import db, tickets, tokens
from ingestion.status import Scope


def new(scope: Scope = Scope.WRITE) -> str:
    with db.transaction() as session:
        token = tokens.create(session, f"phone.{scope}", scope)
    assert token
    return token


def test_whoever_needs_a_token_is_asked_for_it_and_then_shown_what_he_asked_for(browser: TestClient):
    token = new()
    asked = browser.get("/?a=b")
    shown = browser.post("/login", data={"token": f" {token}\n", "next": "/?a=b"})

    assert (asked.url.path, asked.url.params["next"], "Token" in asked.text) == ("/login", "/?a=b", True)
    assert (shown.status_code, shown.url.path, shown.url.params["a"]) == (200, "/", "b")
    assert "Add a novel" in shown.text
    assert browser.get("/jobs").status_code == 200


def test_a_token_that_is_none_is_refused_with_a_sentence(browser: TestClient):
    new()
    answer = browser.post("/login", data={"token": "quire_nonsense"})

    assert (answer.status_code, "not known here" in answer.text) == (401, True)
    assert browser.get("/jobs").status_code == 401


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\nx", ""])
def test_a_login_leads_to_no_page_of_others(browser: TestClient, elsewhere: str):
    answer = browser.post("/login", data={"token": new(), "next": elsewhere}, follow_redirects=False)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_a_session_is_its_tokens_and_dies_with_it(browser: TestClient):
    browser.post("/login", data={"token": new(Scope.READ)})
    read, wrote = browser.get("/"), browser.post("/", data={"url": "https://example.org/novel"})
    with db.transaction() as session:
        tokens.revoke(session, "phone.read")

    assert (read.url.path, wrote.status_code, "may only read" in wrote.text) == ("/", 403, True)
    assert browser.get("/").url.path == "/login"


def test_a_session_ends_at_logout_and_with_its_month(browser: TestClient, monkeypatch: pytest.MonkeyPatch):
    token = new()
    browser.post("/login", data={"token": token})
    browser.post("/logout")
    left = browser.get("/").url.path
    monkeypatch.setattr(tickets, "SESSION_SECONDS", -1)
    over = browser.post("/login", data={"token": token}).url.path

    assert (left, over) == ("/login", "/login")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:81"])
def test_no_page_of_others_uses_a_session(browser: TestClient, origin: str):
    browser.post("/login", data={"token": new()})
    forged = {"Origin": origin}

    assert browser.post("/login", data={"token": new(Scope.READ)}, headers=forged).status_code == 403
    assert browser.post("/", data={"url": "https://example.org/n"}, headers=forged).url.path == "/login"
    assert browser.post("/ingest", json={"url": "https://example.org/n"}, headers=forged).status_code == 401
    assert browser.post("/logout", headers=forged).status_code == 200
    assert browser.get("/jobs").json()["jobs"] == []


def test_a_cookie_is_out_of_reach_of_scripts_and_secure_where_the_connection_is(browser: TestClient):
    data = {"token": new()}
    plain = browser.post("/login", data=data, follow_redirects=False).headers["Set-Cookie"]
    over_tls = browser.post("https://localhost/login", data=data, follow_redirects=False).headers["Set-Cookie"]

    assert {"HttpOnly", "SameSite=lax"} <= set(plain.split("; "))
    assert "Secure" not in plain
    assert "Secure" in over_tls
