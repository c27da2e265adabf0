"""The stage for scenarios: own servers, no workers yet, one novel, and this process's settings to post with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos import rig
from tests.chaos.novels import Shelf
from tests.chaos.stage import Stage
from tests.conftest import configure, forget
from tests.sites.web import Site

CHAPTERS = 30


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with Site() as site, rig.run() as system:
        shelf = Shelf(site, seed=1, chapters=(CHAPTERS,), patience=2)
        shelf.calm()
        configure(monkeypatch, **system.servers.environment(), ALLOWED_NETWORKS="127.0.0.0/8")
        yield Stage(system, shelf)
        forget()
