"""The application with its pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from tests import applications


@pytest.fixture
def browser(environment: dict[str, str]) -> Iterator[TestClient]:
    """Follows redirects and keeps cookies, and says with each form that it is one of ours."""
    app = applications.pages()
    origin = {"Origin": "http://localhost"}
    with TestClient(app, "http://localhost", raise_server_exceptions=False, headers=origin) as client:
        yield client
