"""One pace per host for all workers, what moves it, and a slower one of one's own while Redis is away."""

from __future__ import annotations

import socket
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import redis

from ingestion import broker, pace
from ingestion.pace import HostRests, Pace, SlotVoid
from tests.conftest import configure

HOST = "example.org"


def made() -> Pace:
    return Pace(longest_rest=60)


def wait(one: Pace, interval: float = 5.0, host: str = HOST) -> float:
    return one.take(host, interval).wait


def begin_long_ago() -> None:
    """Let Redis have lived for longer than any interval."""
    made().take("another.example.org", 0.001)
    broker.connection().hset("pace:life", "since", "0")


@pytest.mark.usefixtures("environment")
class TestWithRedis:
    def test_eight_workers_get_turns_one_interval_apart_and_none_is_left_out(self):
        begin_long_ago()
        workers = [made() for _ in range(8)]
        first = time.monotonic()
        turns = [time.monotonic() - first + wait(worker) for _ in range(3) for worker in workers]

        gaps = [later - earlier for earlier, later in pairwise(turns)]
        assert turns[0] == pytest.approx(0, abs=0.1)
        assert gaps == pytest.approx([5.0] * 23, abs=0.1)

    def test_hosts_do_not_wait_for_each_other(self):
        begin_long_ago()

        assert [wait(made(), host=f"{name}.example.org") for name in "abc"] == [0, 0, 0]

    def test_how_a_host_is_asked_is_told_to_who_takes_no_turn(self):
        begin_long_ago()
        one = made()
        one.take(HOST, 5.0)
        asked = pace.standings([HOST, "unknown.example.org"])
        one.refused(HOST, 30)
        refused = pace.standings([HOST])[HOST]

        assert list(asked) == [HOST]
        assert (asked[HOST].interval, asked[HOST].factor, asked[HOST].rest) == (5.0, 1.0, 0.0)
        assert asked[HOST].wait == pytest.approx(5, abs=0.2)  # for the next one; the first leaves now
        assert (refused.factor, refused.wait) == (2.0, pytest.approx(30, abs=0.2))

    def test_a_redis_that_begins_to_live_gives_no_turn_before_one_interval(self):
        assert wait(made()) == pytest.approx(5, abs=0.1)

    def test_a_redis_that_was_emptied_voids_the_turns_that_it_gave(self):
        begin_long_ago()
        first, second = made(), made()
        used, kept = first.take(HOST, 5.0), second.take(HOST, 5.0)
        assert first.use(HOST, used, 5.0).has_come
        broker.connection().flushall()

        with pytest.raises(SlotVoid):
            second.use(HOST, kept, 5.0)
        assert wait(second) == pytest.approx(5, abs=0.1)

    def test_a_redis_that_was_restarted_does_so_too_though_it_kept_its_data(self):
        begin_long_ago()
        one = made()
        one.take(HOST, 5.0)
        kept = one.take(HOST, 5.0)
        broker.connection().hset("pace:life", "run", "the run id of the server that was")

        with pytest.raises(SlotVoid):
            one.use(HOST, kept, 5.0)

    def test_who_wakes_up_late_makes_the_next_one_wait(self):
        begin_long_ago()
        late, on_time = made(), made()
        slots = late.take(HOST, 5.0), on_time.take(HOST, 5.0)
        assert late.use(HOST, slots[0], 5.0).has_come
        turn = on_time.use(HOST, slots[1], 5.0)

        assert (turn.wait, turn.has_come) == (pytest.approx(4.95, abs=0.1), False)

    def test_the_moment_is_given_shortly_before_so_that_who_wakes_up_late_loses_none_of_it(self):
        begin_long_ago()
        first, second = made(), made()
        slots = first.take(HOST, 0.4), second.take(HOST, 0.4)
        leaves = first.use(HOST, slots[0], 0.4)
        time.sleep(slots[1].wait + 0.01)
        follows = second.use(HOST, slots[1], 0.4)

        assert bool(leaves.moment) is bool(follows.moment) is True
        assert int(follows.moment) - int(leaves.moment) == 400_000

    def test_who_misses_the_moment_leaves_at_once_if_nobody_has_a_later_one_and_the_next_one_waits(self):
        begin_long_ago()
        late, next_one = made(), made()
        slot, another = late.take(HOST, 5.0), next_one.take(HOST, 5.0)
        given = late.use(HOST, slot, 5.0)
        time.sleep(0.11)
        again = late.use(HOST, slot, 5.0, given)
        waits = next_one.use(HOST, another, 5.0).wait

        assert (given.has_come, again.wait, again.has_come) == (False, 0.0, True)
        assert waits == pytest.approx(4.95, abs=0.05)  # an interval from when it left, and not from when it should have

    def test_who_misses_the_moment_and_was_overtaken_waits_for_one_after_the_other_s(self):
        begin_long_ago()
        late, other = made(), made()
        slot, another = late.take(HOST, 1.0), other.take(HOST, 1.0)
        given = late.use(HOST, slot, 1.0)
        time.sleep(another.wait)
        taken = other.use(HOST, another, 1.0)
        again = late.use(HOST, slot, 1.0, given)

        assert (given.has_come, bool(taken.moment)) == (False, True)
        assert (again.has_come, again.wait) == (False, pytest.approx(taken.wait + 0.95, abs=0.2))

    def test_who_hears_of_the_moment_late_asks_again(self, monkeypatch: pytest.MonkeyPatch):
        begin_long_ago()
        one = made()
        one.use("another.example.org", one.take("another.example.org", 1.0), 1.0)
        prompt = one._use

        def slow(**asked: Any) -> Any:
            answer = prompt(**asked)
            time.sleep(0.1)
            return answer

        monkeypatch.setattr(one, "_use", slow)
        late = one.use(HOST, one.take(HOST, 1.0), 1.0)
        monkeypatch.setattr(one, "_use", prompt)

        assert (bool(late.moment), late.has_come) == (True, False)
        assert one.use(HOST, one.take(HOST, 1.0), 1.0, late).has_come

    def test_a_moment_that_a_forgetful_redis_gave_is_not_followed_too_soon(self):
        begin_long_ago()
        first, second = made(), made()
        slots = first.take(HOST, 0.4), second.take(HOST, 0.4)
        first.use(HOST, slots[0], 0.4)
        time.sleep(slots[1].wait + 0.01)
        leaves = second.use(HOST, slots[1], 0.4)
        left_at = time.monotonic() + leaves.wait
        broker.connection().flushall()
        again = first.take(HOST, 0.4).wait + pace.AHEAD_SECONDS

        assert leaves.moment
        assert time.monotonic() + again - left_at > 0.4

    def test_a_turn_that_nobody_uses_costs_one_interval_and_no_more(self):
        begin_long_ago()
        killed, other = made(), made()
        killed.take(HOST, 5.0)

        assert wait(other) == pytest.approx(5, abs=0.1)

    def test_retry_after_holds_for_every_worker_and_a_long_one_sends_them_away(self):
        begin_long_ago()
        made().refused(HOST, 30.0)
        made().refused("other.example.org", 600.0)

        assert wait(made()) == pytest.approx(30, abs=0.1)
        with pytest.raises(HostRests, match=r"other.example.org wants to be left alone for another (600|599) s"):
            made().take("other.example.org", 5.0)

    def test_retry_after_holds_for_who_has_a_turn_already(self):
        begin_long_ago()
        one, other = made(), made()
        soon, never = one.take(HOST, 0.1), other.take("other.example.org", 0.1)
        made().refused(HOST, 30.0)
        made().refused("other.example.org", 600.0)
        turn = one.use(HOST, soon, 0.1)

        assert (turn.wait, turn.has_come) == (pytest.approx(30, abs=0.2), False)
        with pytest.raises(SlotVoid):
            other.use("other.example.org", never, 0.1)

    def test_a_host_that_refuses_is_asked_half_as_often_and_recovers_with_its_answers(self):
        begin_long_ago()
        one, other = made(), made()
        other.refused(HOST, None)
        other.refused(HOST, None)
        slowed = [wait(one) for _ in range(2)]
        for _ in range(20):
            one.answered(HOST)
        before, after = wait(one), wait(other)

        assert slowed[1] - slowed[0] == pytest.approx(20, abs=0.1)
        assert after - before == pytest.approx(5, abs=0.1)

    def test_a_host_is_never_slowed_without_end(self):
        begin_long_ago()
        for _ in range(40):
            made().refused(HOST, None)
        first, second = wait(made()), wait(made())

        assert second - first == pytest.approx(5 * pace.SLOWEST, abs=0.2)

    def test_what_was_asked_alone_counts_when_redis_is_back(self):
        begin_long_ago()
        one = made()
        assert one.use(HOST, one.take_alone(HOST, 5.0), 5.0).has_come

        assert wait(one) == pytest.approx(5, abs=0.1)


def test_without_redis_a_process_keeps_a_slower_pace(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        configure(monkeypatch, REDIS_URL=f"redis://127.0.0.1:{silent.getsockname()[1]}/0", JOBS_PER_HOST="3")
        one, began = made(), time.monotonic()
        with pytest.raises(redis.RedisError):
            one.take(HOST, 5.0)
        took = time.monotonic() - began
        first = one.take_alone(HOST, 5.0)
        assert one.use(HOST, first, 5.0).has_come
        second = one.take_alone(HOST, 5.0)

    assert took < 4
    assert (first.wait, one.is_alone) == (0, True)
    assert second.wait == pytest.approx(15, abs=0.2)


def test_who_has_no_redis_at_all_keeps_the_pace_alone(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    configure(monkeypatch, REDIS_URL="", DATA_DIR=str(tmp_path))

    assert made().is_alone
