"""The verdict on a site: what is unusual lately is told, and what was always so, or is too little to tell, is not."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from ingestion import db, sitehealth
from ingestion.models import SiteReading
from ingestion.sitehealth import State, judge
from tests.commandline import posted


def reading(job_id: int = 1, **values: Any) -> SiteReading:
    usual = {"site": "lanterns", "url": "https://lanterns.example/1", "host": "lanterns.example", "strategy": "json"}
    counts = {"rank": 0, "asked": 10, "parsed": 10, "shortened": 0, "empty": []}
    return SiteReading(job_id=job_id, **(usual | counts | values))


def readings(*runs: tuple[int, dict[str, Any]]) -> list[SiteReading]:
    """So many readings of each kind, the newest first."""
    return [reading(**values) for count, values in runs for _ in range(count)]


GOOD: dict[str, Any] = {}
NO_COVER = {"empty": ["cover_url"]}
LATER_WAY = {"strategy": "table", "rank": 1}
UNREAD = {"error_kind": "parse", "strategy": "", "asked": 0, "parsed": 0}


def test_a_site_that_is_read_as_ever_is_ok():
    verdict = judge(readings((30, GOOD)))

    assert (verdict.state, verdict.reasons, verdict.share) == (State.OK, (), 1.0)


@pytest.mark.parametrize("count", [0, 1, 7])
def test_few_readings_give_no_verdict(count: int):
    assert judge(readings((count, GOOD))).state is State.NO_DATA


@pytest.mark.parametrize(
    ("symptom", "told"),
    [
        (NO_COVER, "no cover_url"),
        (LATER_WAY, "chapters found only by table"),
        ({"parsed": 9}, "pages of chapters without a text"),
        ({"shortened": 2}, "texts that lost more than half"),
        (UNREAD, "not readable at all"),
    ],
)
def test_what_the_last_few_jobs_show_and_those_before_did_not_is_told(symptom: dict[str, Any], told: str):
    verdict = judge(readings((1, GOOD), (4, symptom), (20, GOOD)))

    assert verdict.state is State.DEGRADED
    assert verdict.reasons == (f"{told} in 4 of the last 5 jobs, and in 0 of 20 before",)


@pytest.mark.parametrize("symptom", [NO_COVER, LATER_WAY, {"parsed": 9}, {"shortened": 2}])
def test_what_was_always_so_is_no_symptom(symptom: dict[str, Any]):
    assert judge(readings((30, symptom))).state is State.OK


def test_what_is_often_so_may_be_so_five_times_in_a_row():
    before = readings(*((1, kind) for _ in range(10) for kind in (GOOD, NO_COVER)))

    assert judge(readings((5, NO_COVER)) + before).state is State.OK


def test_what_is_often_so_is_told_when_it_is_so_every_time():
    before = readings(*((1, kind) for _ in range(20) for kind in (GOOD, NO_COVER)))
    verdict = judge(readings((12, NO_COVER)) + before)

    assert verdict.reasons == ("no cover_url in 12 of the last 12 jobs, and in 20 of 40 before",)


def test_once_is_chance():
    assert judge(readings((1, NO_COVER), (30, GOOD))).state is State.OK


def test_a_better_way_than_usual_is_no_symptom():
    assert judge(readings((5, GOOD), (20, LATER_WAY))).state is State.OK


def test_a_site_that_none_of_the_last_jobs_could_read_is_failing():
    verdict = judge(readings((3, UNREAD), (20, GOOD)))

    assert (verdict.state, verdict.reasons) == (State.FAILING, ("none of the last 3 jobs could read it (parse)",))


def test_a_site_that_was_never_readable_is_failing_too():
    assert judge(readings((3, UNREAD))).state is State.FAILING


def test_two_jobs_that_could_not_read_a_new_site_prove_nothing():
    assert judge(readings((2, UNREAD))).state is State.NO_DATA


def test_the_share_of_pages_with_a_text_is_that_of_the_last_few_jobs():
    assert judge(readings((5, {"asked": 8, "parsed": 6}), (20, GOOD))).share == 0.75
    assert judge(readings((3, UNREAD))).share is None


@pytest.mark.usefixtures("environment")
def test_the_job_by_which_a_site_drops_tells_so_in_the_log_once():
    told = []
    for job_id, values in zip(posted(14), [GOOD] * 8 + [LATER_WAY] * 6, strict=True):
        with capture_logs() as lines, db.transaction() as session:
            sitehealth.note(session, reading(job_id, **values))
        told += [(job_id, line["state"], line["reasons"]) for line in lines]

    assert told == [(13, "degraded", ["chapters found only by table in 5 of the last 5 jobs, and in 0 of 8 before"])]
