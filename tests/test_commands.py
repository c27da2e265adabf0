"""What an operator types to look after jobs: the words, the exit codes, and what has changed after."""

from __future__ import annotations

import json

import pytest

from ingestion import queue
from ingestion.errors import Blocked, NotFound
from tests.commandline import fail, posted, run, statuses
from tests.processes import read

pytestmark = pytest.mark.usefixtures("environment")

# cancel, retry --------------------------------------------------------------------------------------------------------


def test_cancel_ends_each_job_and_says_so():
    made = posted(2)
    told = run("cancel", *made)

    assert (told.exit_code, told.stdout) == (0, f"job {made[0]} cancelled\njob {made[1]} cancelled\n")
    assert [read(job_id).error_kind for job_id in made] == ["cancelled"] * 2


def test_cancel_does_what_it_can_and_fails_for_the_rest():
    (job_id,) = posted(1)
    told = run("cancel", 999, job_id, job_id)

    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        "no job 999",
        f"job {job_id} cancelled",
        f"job {job_id} is ERROR; only an unfinished job can be cancelled",
    ]


def test_retry_puts_jobs_back_by_id():
    first, second = posted(2)
    fail(first, NotFound("gone"))
    told = run("retry", first, second)

    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        f"job {first} put back into the queue",
        f"job {second} is QUEUED; only a job in ERROR can be put back",
    ]
    assert (statuses(first), read(first).released, queue.waiting()) == (["queued"], 1, {first, second})


def test_retry_of_a_novel_that_has_another_job_is_refused():
    (old,) = posted(1)
    run("cancel", old)
    posted(1)
    told = run("retry", old)

    assert told.exit_code == 1
    assert "another unfinished job is at the same novel; follow that one" in told.stdout


def test_retry_by_kind_takes_those_alone():
    gone, blocked, cancelled = posted(3)
    fail(gone, NotFound("gone"))
    fail(blocked, Blocked("403"))
    run("cancel", cancelled)

    assert run("retry", "--kind", "blocked").exit_code == 0
    assert statuses(gone, blocked, cancelled) == ["error", "queued", "error"]
    assert run("retry", "--kind", "cancelled").exit_code == 0
    assert statuses(gone, blocked, cancelled) == ["error", "queued", "queued"]


def test_retry_all_leaves_what_a_person_cancelled():
    gone, blocked, cancelled = posted(3)
    fail(gone, NotFound("gone"))
    fail(blocked, Blocked("403"))
    run("cancel", cancelled)

    assert run("retry", "--all").exit_code == 0
    assert statuses(gone, blocked, cancelled) == ["queued", "queued", "error"]
    assert run("retry", "--all").stdout == "there is none\n"


@pytest.mark.parametrize("words", [[], ["7", "--all"], ["--all", "--kind", "blocked"], ["7", "--kind", "blocked"]])
def test_retry_wants_to_know_exactly_which(words: list[str]):
    told = run("retry", *words)

    assert told.exit_code == 1
    assert "say which: job ids, --kind KIND, or --all" in told.output


@pytest.mark.parametrize("words", [["cancel"], ["cancel", "x"], ["cancel", "0"], ["retry", "x"], ["job"]])
def test_ids_that_cannot_be_are_a_wrong_use(words: list[str]):
    assert run(*words).exit_code == 2


# dead-letters ---------------------------------------------------------------------------------------------------------


def test_dead_letters_are_counted_by_kind_and_listed_with_their_reasons():
    gone, blocked, other = posted(3)
    fail(gone, NotFound("no such novel"))
    fail(blocked, Blocked("it wants a login"))
    fail(other, Blocked("it wants a login"))
    told = run("dead-letters")

    assert told.exit_code == 0
    assert told.stdout.splitlines()[0] == "2 blocked, 1 not_found"
    assert "no such novel" in told.stdout
    assert run("dead-letters", "--kind", "blocked").stdout.count("it wants a login") == 2
    assert "no such novel" not in run("dead-letters", "--kind", "blocked").stdout


def test_dead_letters_for_a_script():
    gone, _ = posted(2)
    fail(gone, NotFound("no such novel"))
    told = json.loads(run("dead-letters", "--json").stdout)

    assert told["counts"] == {"not_found": 1}
    assert [(job["id"], job["error_kind"], job["error_message"]) for job in told["jobs"]] == [
        (gone, "not_found", "no such novel")
    ]


def test_without_dead_letters_it_says_so():
    posted(1)

    assert run("dead-letters").stdout == "no job is in ERROR\n"
    assert json.loads(run("dead-letters", "--json").stdout) == {"counts": {}, "jobs": []}
