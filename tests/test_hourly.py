"""What was done in each of the last hours."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlalchemy import update

from ingestion import db, hourly
from ingestion.errors import NotFound
from ingestion.models import Job, JobEvent
from tests.commandline import fail, posted
from tests.followed import HOUR


@pytest.mark.usefixtures("environment")
def test_what_ended_is_counted_by_the_hour_and_a_jobs_chapters_once():
    twice, before, long_ago = posted(3)
    for job in (twice, before, long_ago):
        fail(job, NotFound("no such page"))
    with db.transaction() as session:
        session.execute(update(Job).values(chapters_new=5))
        again = session.query(JobEvent).filter_by(job_id=twice, status="error").one()
        session.add(JobEvent(job_id=twice, attempt=1, status=again.status, message="again"))
        for job, ago in ((before, HOUR), (long_ago, 9 * HOUR)):
            session.execute(update(JobEvent).where(JobEvent.job_id == job).values(created_at=JobEvent.created_at - ago))
    with db.transaction() as session:
        hours = hourly.counted(session, hours=4)

    assert [(hour.done, hour.failed, hour.chapters) for hour in hours] == [(0, 0, 0), (0, 0, 0), (0, 1, 5), (0, 2, 5)]
    assert [later.begun_at - hour.begun_at for hour, later in pairwise(hours)] == [HOUR] * 3
