"""Webhooks over HTTP and by hand: made, listed, tried, removed; the secret and the path are told to nobody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from ingestion import db
from ingestion.background import webhooks
from ingestion.models import Webhook
from tests import applications
from tests.commandline import run
from tests.library import Work
from tests.sites.web import Page, Site

URL = "https://receiver.example.org/my/secret/path?key=1"


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(applications.api(), raise_server_exceptions=False) as client:
        yield client


def test_a_new_webhook_tells_its_secret_once_and_its_path_never(api: TestClient):
    made = api.post("/webhooks", json={"url": URL, "events": ["job.error"], "site": "royalroad"})
    [listed] = api.get("/webhooks").json()

    body = made.json()
    assert (made.status_code, made.headers["Location"]) == (201, f"/webhooks/{body['id']}")
    assert body.pop("secret").startswith("whsec_")
    assert listed == body == api.get(made.headers["Location"]).json()
    assert (body["url"], body["events"]) == ("https://receiver.example.org/…", ["job.error"])
    with db.transaction() as session:
        assert session.get_one(Webhook, body["id"]).url == URL


def test_what_cannot_be_told_is_refused(api: TestClient):
    refused: dict[str, dict[str, object]] = {
        "url: 10.0.0.1 is not a public address": {"url": "http://10.0.0.1/"},
        "only http and https": {"url": "ftp://example.org/"},
        "events: List should have at least 1 item": {"url": URL, "events": []},
        "events.0": {"url": URL, "events": ["job.began"]},
        "no novel 99": {"url": URL, "novel_id": 99},
    }
    for told, wish in refused.items():
        answer = api.post("/webhooks", json=wish)

        assert answer.status_code in {404, 422}
        assert told in answer.json()["detail"]


def test_there_is_an_end_to_webhooks(api: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(webhooks, "MOST", 1)
    answers = [api.post("/webhooks", json={"url": URL}).status_code for _ in range(2)]

    assert answers == [201, 409]


def test_a_test_is_a_task_that_says_what_came_of_it(api: TestClient, work: Work):
    with Site({"/hook": Page(status=202)}) as site:
        hook = api.post("/webhooks", json={"url": f"{site.url}/hook"}).json()
        asked = api.post(f"/webhooks/{hook['id']}/test")
        by_hand = run("webhook", "test", hook["id"])
        work()

    assert (asked.status_code, api.get(asked.headers["Location"]).json()["result"]) == (202, {"status": 202})
    assert "task 2;" in by_hand.stdout
    assert site.requests("/hook") == 2
    assert api.get(f"/webhooks/{hook['id']}").json()["last_status"] == 202


def test_a_removed_webhook_is_not_there(api: TestClient):
    hook = api.post("/webhooks", json={"url": URL}).json()["id"]

    assert api.delete(f"/webhooks/{hook}").status_code == 204
    for answer in (api.delete(f"/webhooks/{hook}"), api.get(f"/webhooks/{hook}"), api.post(f"/webhooks/{hook}/test")):
        assert (answer.status_code, answer.json()["detail"]) == (404, f"no webhook {hook}")


@pytest.mark.usefixtures("environment")
def test_by_hand_the_same():
    made = run("webhook", "add", URL, "--event", "job.error", "--event", "job.done")
    listed = run("webhook", "list", "--json").stdout

    assert "whsec_" in made.stdout
    assert URL in listed
    assert "whsec_" not in listed
    assert run("webhook", "remove", 1).exit_code == 0
    for command in (("remove", 1), ("test", 1), ("add", "http://10.0.0.1/"), ("add", URL, "--novel", 9)):
        assert run("webhook", *command).exit_code == 1
