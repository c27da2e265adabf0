"""One pace per host for all workers, and a pace of one's own while Redis is away."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from ingestion.pace import Pace
from tests.conftest import configure


def seconds(pace: Pace) -> tuple[float, float]:
    """How long the next slot is away, and how long it took to find out."""
    began = time.monotonic()
    wait = pace.wait("example.org", 5.0)
    return wait, time.monotonic() - began


@pytest.mark.usefixtures("environment")
def test_two_workers_share_one_pace():
    first, second = Pace(), Pace()

    assert seconds(first)[0] == 0
    assert 4 < seconds(second)[0] <= 5
    assert 9 < seconds(first)[0] <= 10


def test_a_redis_that_hangs_holds_up_one_page_for_a_moment_and_the_next_not_at_all(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        configure(monkeypatch, REDIS_URL=f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        pace = Pace()
        first, second = seconds(pace), seconds(pace)

    assert (first[0], first[1] < 4) == (0, True)
    assert 1 < second[0] <= 5
    assert second[1] < 0.4


@pytest.mark.usefixtures("environment")
def test_who_has_no_redis_at_all_keeps_the_pace_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, REDIS_URL="", DATA_DIR=str(tmp_path))
    pace = Pace()

    assert seconds(pace)[0] == 0
    assert 4 < seconds(pace)[0] <= 5
