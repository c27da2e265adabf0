"""/state: how everything is, and hosts that are held back and let go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from lxml import html

from ingestion import broker, db, pauses, queue
from ingestion.errors import ParseError
from ingestion.models import ALL_HOSTS
from ingestion.worker import IngestionWorker
from tests.commandline import claim, fail, posted


@pytest.fixture
def worker(environment: dict[str, str]) -> Iterator[IngestionWorker]:
    """One that has signed on."""
    made = IngestionWorker(queue.ALL, connection=broker.connection())
    made.register_birth()
    yield made
    made.register_death()


def paused() -> list[str]:
    with db.transaction() as session:
        return list(pauses.paused(session))


def text(answer: object) -> str:
    return " ".join(html.fromstring(answer.text).text_content().split())  # type: ignore[attr-defined]


def test_what_is_wrong_is_told_with_what_to_do(browser: TestClient):
    told = text(browser.get("/state"))

    assert "no worker is running, and no job is begun" in told
    assert "To do: python worker.py" in told
    assert "All is well" not in told


def test_who_works_at_what_and_what_was_done_of_late_are_shown(browser: TestClient, worker: IngestionWorker):
    job, failed = posted(2)
    claim(job)
    fail(failed, ParseError("no title"))
    worker.set_state("busy")
    broker.connection().sadd(worker.executions_key, f"{job}-6f6e:9a41")
    page = html.fromstring(browser.get("/state").text)

    assert page.xpath("//*[@id='workers']//td/a/@href") == [f"/activity/{job}"]
    assert len(page.xpath("//*[@id='hours']//*[local-name()='rect'][@class='bad']")) == 1
    assert page.xpath("//table[caption='Jobs that ended']//tr[td][1]/td/text()") == ["0", "1"]
    assert "All is well" in page.text_content()


def test_a_host_is_held_back_and_let_go_whatever_way_it_is_written(browser: TestClient):
    held = browser.post("/state/pause", data={"host": " HTTPS://Example.org/novel "})
    while_held = paused()
    let_go = browser.post("/state/resume", data={"host": "example.org"})
    twice = browser.post("/state/resume", data={"host": "example.org"})

    assert (while_held, paused()) == (["example.org"], [])
    assert "example.org is paused." in text(held)
    assert "example.org goes on." in text(let_go)
    assert "example.org was not paused." in text(twice)


def test_without_a_name_everything_is_held_back(browser: TestClient):
    held = browser.post("/state/pause", data={"host": ""})
    while_held = paused()
    browser.post("/state/resume", data={"host": ALL_HOSTS})

    assert (while_held, paused()) == ([ALL_HOSTS], [])
    assert "every host is paused" in text(held)
    assert browser.post("/state/pause", data={"host": "https://"}).status_code == 422
