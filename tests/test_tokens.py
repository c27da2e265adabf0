"""Tokens as an operator handles them, and a service that does not open itself to the world by mistake."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

import main
from ingestion import config, db, logs, system, tokens
from ingestion.config import ConfigError
from ingestion.status import Scope
from tests.commandline import run
from tests.conftest import configure

pytestmark = pytest.mark.usefixtures("environment")


def stored() -> str:
    """All that the table holds."""
    with db.transaction() as session:
        return str(session.execute(text("SELECT * FROM api_token")).all())


def known(token: str) -> tokens.Bearer | None:
    with db.transaction() as session:
        return tokens.bearer(session, config.settings(), token)


def test_a_new_token_is_printed_once_and_kept_as_a_digest():
    made = run("token", "new", "phone", "--scope", "write")
    token = made.stdout.strip()

    assert (made.exit_code, made.stdout) == (0, f"{token}\n")
    assert len(token) == len("quire_") + 43
    assert known(token) == tokens.Bearer(name="phone", scope=Scope.WRITE, long_unseen=True)
    assert token.removeprefix("quire_") not in stored() + run("token", "list", "--json").stdout


def test_a_token_only_reads_unless_more_is_asked_for():
    token = run("token", "new", "phone").stdout.strip()

    assert known(token) == tokens.Bearer(name="phone", scope=Scope.READ, long_unseen=True)


def test_a_name_is_taken_until_its_token_is_revoked():
    first = run("token", "new", "phone").stdout.strip()
    again = run("token", "new", "phone")
    revoked = run("token", "revoke", "phone")
    second = run("token", "new", "phone").stdout.strip()

    assert (again.exit_code, "a token phone already" in again.output) == (1, True)
    assert (revoked.exit_code, revoked.stdout) == (0, "token phone revoked\n")
    assert known(first) is None
    assert known(second) is not None


def test_tokens_are_listed_with_what_became_of_them():
    run("token", "new", "phone")
    run("token", "new", "desk", "--scope", "write")
    run("token", "revoke", "phone")
    desk, phone = json.loads(run("token", "list", "--json").stdout)

    assert (desk["name"], desk["scope"], desk["last_used_at"], desk["revoked_at"]) == ("desk", "write", None, None)
    assert (phone["name"], phone["scope"], phone["revoked_at"] is None) == ("phone", "read", False)
    assert "revoked at" in run("token", "list").stdout


@pytest.mark.parametrize("words", [["revoke", "nobody"], ["new", "a b"], ["new", "x" * 51], ["new", "a:b"]])
def test_what_cannot_be_done_is_said_in_a_sentence(words: list[str]):
    told = run("token", *words)

    assert told.exit_code == 1
    assert "nobody" in told.output or "NAME: at most 50 letters" in told.output


def test_the_api_does_not_start_beyond_this_machine_without_a_token(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, API_HOST="0.0.0.0", API_PORT=str(system.free_port()))

    with pytest.raises(SystemExit, match=r"API_HOST: 0\.0\.0\.0 can be reached .*cli\.py token new NAME"):
        main.main()
    logs.configure("test")


def test_up_does_not_start_beyond_this_machine_without_a_token(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, API_HOST="0.0.0.0", API_PORT=str(system.free_port()))

    with pytest.raises(ConfigError, match="there is no token"), system.started(config.settings(), output=1):
        pass


@pytest.mark.parametrize(
    "settings",
    [
        {"API_HOST": "127.0.0.1"},
        {"API_HOST": "::1"},
        {"API_HOST": "localhost"},
        {"API_HOST": "0.0.0.0", "API_OPEN": "true"},
        {"API_HOST": "0.0.0.0", "API_TOKENS": "ci:read:" + "0" * 64},
    ],
)
def test_it_starts_where_it_cannot_be_reached_or_knows_whom_to_let_in(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
):
    configure(monkeypatch, **settings)

    with db.transaction() as session:
        tokens.refuse_unguarded(session, config.settings())


def test_a_revoked_token_is_none_to_start_with(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, API_HOST="0.0.0.0")
    run("token", "new", "phone")
    with db.transaction() as session:
        tokens.refuse_unguarded(session, config.settings())
        tokens.revoke(session, "phone")
        with pytest.raises(ConfigError):
            tokens.refuse_unguarded(session, config.settings())
