"""A message reaches its webhook, signed; what the receiver answers decides what becomes of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from ingestion import db
from ingestion.background import outbox, ringing, webhooks
from ingestion.background.kinds import WEBHOOK
from ingestion.background.perform import perform
from ingestion.models import Task, Webhook
from ingestion.status import Happening, TaskStatus
from tests.background.deeds import read
from tests.conftest import configure
from tests.sites.web import Page, Site

pytestmark = pytest.mark.usefixtures("environment")

PATH = "/hook/of-mine"


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({PATH: Page(status=204)}) as made:
        yield made


def hook(site: Site) -> Webhook:
    with db.transaction() as session:
        return webhooks.create(session, f"{site.url}{PATH}", list(Happening))


def deliver(webhook: Webhook) -> Task:
    """A test message, tried once."""
    args = {
        "webhook_id": webhook.id,
        "message": outbox.message("test", datetime.now(UTC)) | {"novel": {"title": "Das Läuten"}},
    }
    task, _ = ringing.submit(WEBHOOK, args)
    perform(task.id)
    return read(task.id)


def standing(webhook: Webhook) -> Webhook:
    with db.transaction() as session:
        return session.get_one(Webhook, webhook.id)


def test_the_receiver_can_tell_who_sent_it_and_when(site: Site):
    webhook = hook(site)
    task = deliver(webhook)

    [hit] = site.hits
    signed = f"{hit.headers['webhook-id']}.{hit.headers['webhook-timestamp']}.".encode() + hit.body
    key = base64.b64decode(webhook.secret.split("_", 1)[1])
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert hit.headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(hit.headers["webhook-timestamp"]) - time.time()) < 5
    assert json.loads(hit.body) == task.args["message"]
    assert (hit.headers["content-type"], hit.headers["webhook-id"]) == ("application/json", task.args["message"]["id"])
    assert (task.status, task.result, standing(webhook).last_status) == (TaskStatus.DONE, {"status": 204}, 204)


def test_any_other_answer_is_tried_again_later(site: Site):
    answers = {
        "the receiver answered 500": Page(status=500),
        "the receiver answered 302, a redirect, which is not followed": Page(status=302, headers={"Location": "/"}),
        "the receiver answered 404": Page(status=404),
    }
    for told, answer in answers.items():
        site.pages[PATH] = answer
        webhook = hook(site)
        task = deliver(webhook)

        assert (task.status, task.attempt, task.error_kind) == (TaskStatus.QUEUED, 1, "unreachable")
        assert (task.error_message, standing(webhook).last_error) == (told, told)
        assert task.not_before is not None
        assert standing(webhook).last_status == answer.status


def test_it_arrives_in_the_end_under_the_same_id(site: Site):
    site.pages[PATH] = Page(status=200, fail_first=1)
    task = deliver(hook(site))
    with db.transaction() as session:
        session.execute(update(Task).values(not_before=None))
    perform(task.id)

    assert read(task.id).status is TaskStatus.DONE
    assert [hit.status for hit in site.hits] == [503, 200]
    assert len({hit.headers["webhook-id"] for hit in site.hits}) == 1


def test_a_receiver_that_wants_to_be_left_alone_is(site: Site):
    site.pages[PATH] = Page(status=429, headers={"Retry-After": "7200"})
    task = deliver(hook(site))

    assert task.not_before is not None
    assert (task.not_before - task.created_at).total_seconds() > 7000


def test_a_receiver_that_is_gone_is_told_nothing_more(site: Site):
    site.pages[PATH] = Page(status=410)
    webhook = hook(site)
    first, second = deliver(webhook), deliver(webhook)

    assert (first.status, first.error_kind) == (TaskStatus.ERROR, "not_found")
    assert (second.status, second.error_kind, len(site.hits)) == (TaskStatus.ERROR, "cancelled", 1)
    assert standing(webhook).disabled_at is not None
    with db.transaction() as session:
        assert webhooks.wanting(session, Happening.JOB_DONE, site=None, novel_id=None) == []


def test_an_address_that_is_no_longer_allowed_gets_nothing(site: Site, monkeypatch: pytest.MonkeyPatch):
    webhook = hook(site)
    configure(monkeypatch, ALLOWED_NETWORKS="")
    task = deliver(webhook)

    assert (task.status, task.error_kind, site.hits) == (TaskStatus.ERROR, "forbidden_address", [])
    assert standing(webhook).last_error == task.error_message


def test_what_waits_for_a_webhook_that_was_removed_is_not_sent(site: Site):
    webhook = hook(site)
    with db.transaction() as session:
        assert webhooks.remove(session, webhook.id)
        assert not webhooks.remove(session, webhook.id)

    assert (deliver(webhook).error_message, site.hits) == (f"webhook {webhook.id} was removed", [])
