"""The API does what its OpenAPI document says, whatever is sent: with a token, and open.

API_EXAMPLES is how many requests are made up for each operation and kind of test: a few in each run of the tests; hundreds
take minutes, try sequences of requests too, and find more.
"""

from __future__ import annotations

from typing import Any

import pytest

from ingestion import db, tokens
from ingestion.status import Scope
from tests.conftest import configure
from tests.library import Work, ingest, novel
from tests.sites import plain
from tests.sites.web import Site

#: For an API without tokens: its document says that one is needed, once there is one, and these take it for a promise.
OPEN = {
    "checks": {"ignored_auth": {"enabled": False}, "missing_required_header": {"enabled": False}},
    "generation": {"with-security-parameters": False},
}


@pytest.fixture(autouse=True)
def library(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something of everything that can be asked for."""
    configure(monkeypatch, INGEST_RATE="0")
    with Site(plain.render(novel())) as site:
        ingest(f"{site.url}/index.html", work)


def test_with_a_token_every_answer_is_as_documented():
    with db.transaction() as session:
        token = tokens.create(session, "test", Scope.WRITE)

    assert faults(headers={"Authorization": f"Bearer {token}"}) == []


@pytest.mark.long
def test_without_tokens_every_answer_is_as_documented():
    assert faults(**OPEN) == []


def faults(**config: Any) -> list[str]:
    from tests.api import contract

    return contract.faults(**config)
