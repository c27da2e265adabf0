from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, func, select

from ingestion import db, intake, jobs
from ingestion.models import Page
from ingestion.rehearsal import rehearse
from ingestion.status import JobStatus

URL = "https://example.org/index.html"


@pytest.fixture
def told(environment: object) -> Iterator[dict[str, str]]:
    """How each statement's words were come by."""
    heard: dict[str, str] = {}

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: Any) -> None:
        if getattr(context, "compiled", None) is not None:
            heard[statement] = context.cache_hit.name

    event.listen(db.engine(), "after_cursor_execute", note)
    yield heard
    event.remove(db.engine(), "after_cursor_execute", note)


def test_after_a_rehearsal_an_attempt_finds_its_words_and_nothing_is_written(told: dict[str, str]) -> None:
    job_id = intake.submit(URL).job.id
    db.engine().clear_compiled_cache()
    rehearse()
    told.clear()

    with db.transaction() as session:
        claimed = jobs.claim(session, job_id, worker="me", lease_seconds=60, per_host=1)
        assert claimed is not None
        jobs.renew(session, job_id, 1, lease_seconds=60, site="plain")
        jobs.hold(session, job_id, 1)
        jobs.advance(session, job_id, 1, to=JobStatus.PARSING, lease_seconds=60, message="")
        changes = {
            words: hit
            for words, hit in told.items()
            if words.startswith("UPDATE job SET") and "overtaken=" not in words
        }
        written = session.scalar(select(func.count()).select_from(Page))

    assert not [words for words, hit in changes.items() if hit != "CACHE_HIT"]
    assert written == 0
