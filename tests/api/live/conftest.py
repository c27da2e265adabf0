"""One server for all of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingestion import embedded
from tests.api.live import Served, served


@pytest.fixture(scope="session")
def lasting(servers: embedded.Urls) -> Iterator[Served]:
    with served() as made:
        yield made


@pytest.fixture
def api(lasting: Served, environment: dict[str, str]) -> Served:
    return lasting
