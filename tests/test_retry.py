"""Which failures of a job come back by themselves, and when."""

from __future__ import annotations

import pytest

from ingestion.errors import (
    Blocked,
    Cancelled,
    Crashed,
    ForbiddenAddress,
    Incomplete,
    IngestionError,
    NotFound,
    ParseError,
    RateLimited,
    RobotsDisallowed,
    SiteTimeout,
    TooLarge,
    Unreachable,
    UnsupportedSite,
)
from ingestion.retry import LONGEST_RETRY_AFTER_SECONDS, Backoff, is_retried

BACKOFF = Backoff(max_attempts=9, first_seconds=30, longest_seconds=3600)


def rests(error: IngestionError, spent: int) -> list[float]:
    return [seconds for _ in range(200) if (seconds := BACKOFF.rest(error, spent)) is not None]


@pytest.mark.parametrize("kind", [Blocked, Crashed, RateLimited, SiteTimeout, Unreachable])
def test_what_may_pass_is_tried_again(kind: type[IngestionError]):
    assert is_retried(kind("later, perhaps"))


@pytest.mark.parametrize(
    "kind", [Cancelled, ForbiddenAddress, NotFound, ParseError, RobotsDisallowed, TooLarge, UnsupportedSite]
)
def test_what_will_be_the_same_again_is_not(kind: type[IngestionError]):
    assert not is_retried(kind("for good"))


@pytest.mark.parametrize(("kinds", "retried"), [({"parse"}, False), ({"parse", "timeout"}, True), (set(), False)])
def test_an_incomplete_novel_is_tried_again_when_any_of_its_chapters_may_come(kinds: set[str], retried: bool):
    assert is_retried(Incomplete("two are missing", kinds=frozenset(kinds))) is retried


@pytest.mark.parametrize(("spent", "full"), [(1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600)])
def test_the_rest_doubles_up_to_its_limit_and_is_never_the_same_twice(spent: int, full: float):
    found = rests(Unreachable("away"), spent)

    assert full / 2 <= min(found)
    assert max(found) <= full
    assert len(set(found)) > 100


def test_after_the_last_attempt_there_is_no_rest():
    assert rests(Unreachable("away"), 9) == []


@pytest.mark.parametrize("asked", [130, 5000])
def test_a_site_s_own_word_wins_over_the_backoff(asked: float):
    found = rests(RateLimited("later", retry_after=asked), 3)

    assert asked <= min(found)
    assert max(found) <= asked + 1


@pytest.mark.parametrize("asked", [0, 7])
def test_a_site_that_asks_for_next_to_nothing_does_not_switch_the_backoff_off(asked: float):
    assert min(rests(RateLimited("later", retry_after=asked), 3)) >= 60


def test_no_site_can_send_a_job_away_for_ever():
    assert max(rests(RateLimited("later", retry_after=10**9), 1)) <= LONGEST_RETRY_AFTER_SECONDS + 1
