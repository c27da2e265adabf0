"""What a site said before a job was made does not pass for what it says since."""

from __future__ import annotations

import time

from tests.chaos.stage import Stage

#: Longer than the site takes to answer; twice that is less than the lease, so that the child keeps its job.
MOMENT_SECONDS = 0.4


def test_an_index_answered_before_a_job_was_made_is_asked_for_again(stage: Stage):
    stage.start(1)
    stage.post()
    stage.at_work(answers=0)
    with stage.suffering("freeze-horse"):
        time.sleep(MOMENT_SECONDS)
        stage.shelf.change(0, "insert", seed=5)
        stage.post(stage.shelf.first_chapter(0))
        time.sleep(MOMENT_SECONDS)
    stage.wait(stage.ended)

    assert stage.verdict() == []
