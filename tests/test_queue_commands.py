"""What an operator types about the queues."""

from __future__ import annotations

import pytest

from tests.commandline import posted, run
from tests.processes import read

pytestmark = pytest.mark.usefixtures("environment")


def test_move_takes_each_job_to_the_queue_of_another_priority():
    first, second = posted(2)
    run("cancel", second)
    told = run("move", first, second, "--priority", "high")

    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        f"job {first} moved to priority high",
        f"job {second} is ERROR; only an unfinished job can be moved to another queue",
    ]
    assert read(first).priority == "high"


def test_move_wants_to_know_where_to():
    assert run("move", 1).exit_code == 2
    assert run("move", 1, "--priority", "urgent").exit_code == 2
