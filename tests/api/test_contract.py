"""The API does what its OpenAPI document says, whatever is sent: with a token, and open.

API_EXAMPLES is how many requests are made up for each operation and kind of test: a few in each run of the tests; hundreds
take minutes, try sequences of requests too, and find more.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from schemathesis.engine import Status, from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

from ingestion import db, tokens
from ingestion.api import create_app
from ingestion.api.schemas import MOST_RULES
from ingestion.status import Scope
from tests.conftest import configure
from tests.library import Work, ingest, novel
from tests.sites import plain
from tests.sites.web import Site
from tests.spiders.test_selected import RULES

EXAMPLES = int(os.environ.get("API_EXAMPLES", "2"))
LONG = EXAMPLES > 10
#: For an API without tokens: its document says that one is needed, once there is one, and these take it for a promise.
OPEN = {
    "checks": {"ignored_auth": {"enabled": False}, "missing_required_header": {"enabled": False}},
    "generation": {"with-security-parameters": False},
}
#: A sequence takes a job's `novel_id` for a novel's, though it is null while there is none: that is to be refused.
IN_SEQUENCE = {"positive_data_acceptance": {"enabled": False}}


@pytest.fixture(autouse=True)
def library(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something of everything that can be asked for."""
    configure(monkeypatch, INGEST_RATE="0")
    with Site(plain.render(novel())) as site:
        ingest(f"{site.url}/index.html", work)


def test_with_a_token_every_answer_is_as_documented():
    with db.transaction() as session:
        token = tokens.create(session, "test", Scope.WRITE)

    assert faults(headers={"Authorization": f"Bearer {token}"}, coverage=LONG) == []


def test_without_tokens_every_answer_is_as_documented():
    assert faults(**OPEN, coverage=LONG) == []


def faults(*, coverage: bool, generation: dict[str, Any] | None = None, **config: Any) -> list[str]:
    """What was wrong with the answers to requests of all kinds, with a command that shows it."""
    made = {"max-examples": EXAMPLES, "deterministic": not LONG} | (generation or {})
    phases = {"coverage": {"enabled": coverage}, "stateful": {"enabled": LONG, "checks": IN_SEQUENCE}}
    settings = schemathesis.Config.from_dict({"generation": made, "phases": phases, **config})
    schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(), config=settings)
    asked, wrong = 0, []
    for event in from_schema(schema).execute():
        if isinstance(event, ScenarioFinished):
            asked += len(event.recorder.interactions)
            checks = [check for some in event.recorder.checks.values() for check in some]
            wrong += [_told(check.failure_info) for check in checks if check.status is Status.FAILURE]
        elif isinstance(event, NonFatalError | FatalError):
            wrong.append(repr(event))
    assert asked > 20
    return wrong


@schemathesis.hook("before_call")
def with_rules(_context: object, case: schemathesis.Case, _options: object) -> None:
    """Put rules that can be used in the place of a text made up for them: no schema tells such a text from others."""
    body = case.body
    if isinstance(body, dict) and _is_text(body.get("rules")) and isinstance(body.get("dry_run", True), bool):
        case.body = body | {"rules": RULES, "dry_run": True}


def _is_text(rules: object) -> bool:
    return isinstance(rules, str) and len(rules) <= MOST_RULES


def _told(failure: Any) -> str:
    return f"{failure.failure.title}: {failure.failure.message}\n{failure.code_sample}"
