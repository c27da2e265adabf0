"""Each night the scheduler asks for a look at what is old; a worker lets go of it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from ingestion import db, intake, joblist
from ingestion.background.perform import perform
from ingestion.scheduler import submit_prune
from ingestion.status import TaskStatus
from tests.background.deeds import only, read

pytestmark = pytest.mark.usefixtures("environment")


def test_a_nights_look_is_asked_for_once_and_says_what_went():
    job_id = intake.submit("https://example.org/novel", dry_run=True).job.id
    intake.cancel(job_id)
    with db.transaction() as session:
        session.execute(text("UPDATE job SET updated_at = now() - interval '8 days'"))
    submit_prune()
    submit_prune()
    task = only()
    perform(task.id)

    assert read(task.id).status is TaskStatus.DONE
    assert (read(task.id).result or {})["dry runs"] == 1
    with db.transaction() as session:
        assert joblist.get(session, job_id) is None
