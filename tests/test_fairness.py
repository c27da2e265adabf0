"""No queue waits for ever, however many jobs wait in a more urgent one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ingestion import fairness, intake, queue
from ingestion.status import Priority

QUEUES = ["high", "default", "low"]


def test_three_jobs_of_four_are_looked_for_in_the_most_urgent_queue_first():
    first = [fairness.order(QUEUES, turn)[0] for turn in range(8)]

    assert first == ["high", "high", "high", "default", "high", "high", "high", "low"]


def test_each_queue_but_the_first_has_the_same_share_of_what_is_left():
    queues = [*QUEUES, "enrichment", "export"]
    first = Counter(fairness.order(queues, turn)[0] for turn in range(160))

    assert first == {"high": 120, "default": 10, "low": 10, "enrichment": 10, "export": 10}


def test_a_queue_that_is_empty_leaves_its_turn_to_the_others_as_they_stand():
    assert fairness.order(QUEUES, 7) == ["low", "high", "default"]
    assert fairness.order(QUEUES, 3) == ["default", "high", "low"]


def test_a_single_queue_is_all_there_is():
    assert [fairness.order(["low"], turn) for turn in range(4)] == [["low"]] * 4


def test_a_worker_comes_to_a_less_urgent_queue_in_a_flood_of_urgent_jobs(work: Callable[..., None]):
    default = intake.submit("https://default.example.org/1").job.id
    high = [intake.submit(f"https://high{n}.example.org/1", priority=Priority.HIGH).job.id for n in range(5)]
    for job_id in (default, *high):
        intake.cancel(job_id)  # what is taken ends at once; the bells ring all the same
    assert queue.waiting() == {default, *high}
    work(max_jobs=4)

    assert queue.waiting() == set(high[3:])
