"""Counters of all processes in one hash."""

from __future__ import annotations

import json
import os
import threading

import pytest

from ingestion import broker, counts, series
from ingestion.counts import KEY, Tally
from tests.conftest import configure

pytestmark = pytest.mark.usefixtures("environment")


def test_what_several_processes_count_is_added_up():
    here, there = Tally(), Tally()
    here.add(series.STORED, 3, site="one")
    here.add(series.STORED, site="one")
    there.add(series.STORED, 5, site="one")
    there.add(series.STORED, 0.5, site="two")
    for tally in (here, there, here):
        tally.write()

    assert counts.read()[series.STORED] == {("one",): {"": 9}, ("two",): {"": 0.5}}


def test_a_histogram_s_values_fall_into_the_first_bucket_that_holds_them():
    tally = Tally()
    for seconds in (0.05, 0.1, 0.2, 100_000):
        tally.observe(series.STAGES, seconds, site="one", stage="parsing")
    tally.write()

    found = counts.read()[series.STAGES]
    assert found == {("one", "parsing"): {"0.1": 2, "0.5": 1, "+Inf": 1, "sum": pytest.approx(100_000.35)}}


def test_what_redis_does_not_take_is_written_down_the_next_time(monkeypatch: pytest.MonkeyPatch):
    reachable = os.environ["REDIS_URL"]
    tally = Tally()
    tally.add(series.RETRIES, 2, site="one")
    configure(monkeypatch, REDIS_URL="redis://127.0.0.1:1/0")
    tally.write()
    tally.add(series.RETRIES, site="one")
    configure(monkeypatch, REDIS_URL=reachable)
    tally.write()

    assert counts.read()[series.RETRIES] == {("one",): {"": 3}}


def test_a_child_does_not_write_down_what_its_parent_has_counted():
    counts.tally.add(series.BYTES, 7, site="one")
    if (pid := os.fork()) == 0:
        counts.tally.write()
        os._exit(0)
    os.waitpid(pid, 0)
    before = counts.read()[series.BYTES]
    counts.tally.write()

    assert (before, counts.read()[series.BYTES]) == ({}, {("one",): {"": 7}})


def test_threads_lose_nothing_of_each_other_s():
    tally = Tally()

    def count() -> None:
        for _ in range(2000):
            tally.add(series.WAITS, site="one")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally.write()

    assert counts.read()[series.WAITS] == {("one",): {"": 8000}}


def test_what_another_version_has_counted_is_passed_over():
    broker.connection().hset(KEY, json.dumps(["quire_of_tomorrow", "one", ""]), 1)
    broker.connection().hset(KEY, json.dumps(["quire_pages_stored", "one", "more", ""]), 1)

    assert {name: values for name, values in counts.read().items() if values} == {}
