"""Requests made up by Schemathesis after the OpenAPI document, and what was wrong with the answers.

Imported by a test when it runs: the package takes a second to import, in each test process.
"""

from __future__ import annotations

import os
from typing import Any

import schemathesis
from schemathesis.engine import Status, from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

from ingestion.api import create_app
from ingestion.api.schemas import MOST_RULES
from tests.spiders.test_selected import RULES

EXAMPLES = int(os.environ.get("API_EXAMPLES", "2"))
LONG = EXAMPLES > 10
#: A sequence takes a job's `novel_id` for a novel's, though it is null while there is none: that is to be refused.
IN_SEQUENCE = {"positive_data_acceptance": {"enabled": False}}


def faults(*, generation: dict[str, Any] | None = None, **config: Any) -> list[str]:
    """What was wrong with the answers to requests of all kinds, with a command that shows it."""
    made = {"max-examples": EXAMPLES, "deterministic": not LONG} | (generation or {})
    phases = {"coverage": {"enabled": LONG}, "stateful": {"enabled": LONG, "checks": IN_SEQUENCE}}
    settings = schemathesis.Config.from_dict({"generation": made, "phases": phases, **config})
    schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(), config=settings)
    schema = schema.exclude(path="/jobs/{job_id}/stream")  # it lasts as long as the job
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
def at_once(_context: object, case: schemathesis.Case, _options: object) -> None:
    """Wait for nothing to happen to a job: nothing does here."""
    if isinstance(case.query, dict) and str(case.query.get("wait")) in map(str, range(61)):
        case.query["wait"] = 0


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
