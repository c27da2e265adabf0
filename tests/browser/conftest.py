"""One browser and one server for all of these tests. Screenshots are kept in `screenshots/`, which git leaves out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from ingestion import embedded
from ingestion.system import ROOT
from tests import applications
from tests.api.live import Served, served

SCREENSHOTS = ROOT / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 20_000


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Ended with these tests: beside others it would only cost time."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"no browser here: none of {', '.join(NAMES)} is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def lasting(servers: embedded.Urls) -> Iterator[Served]:
    with served(applications.pages()) as made:
        yield made


@pytest.fixture
def quire(lasting: Served, environment: dict[str, str]) -> str:
    """The server's address, its library empty."""
    return f"http://127.0.0.1:{lasting.port}"


@pytest.fixture
def page(chromium: Browser, quire: str) -> Iterator[Page]:
    """A tab of its own cookies and storage, on a wide screen, at no page yet. Whatever its console says is an error is one."""
    context = chromium.new_context(base_url=quire, viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    tab = context.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: said.append(str(error)))
    yield tab
    context.close()
    assert said == []
