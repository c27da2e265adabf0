"""A digest is sent to an address of NOTIFY_URLS, which no error and no log line repeats."""

from __future__ import annotations

import json

import pytest

from ingestion.background import notifying, outbox, ringing
from ingestion.background.kinds import NOTIFY
from ingestion.background.perform import perform
from ingestion.models import Task
from ingestion.redaction import redacted
from tests.background.deeds import read
from tests.commandline import run
from tests.conftest import configure
from tests.sites.web import Page, Site

pytestmark = pytest.mark.usefixtures("environment")

LINES = [{"event": "job.error", "text": "A: job 1 failed"}, {"event": "chapters.new", "text": "B: 2 new chapters"}]
DIGEST = {"lines": [*LINES, LINES[0]], "more": 4}
SECRET = "Qx7-tellNobody"


def send(url: str, monkeypatch: pytest.MonkeyPatch) -> Task:
    configure(monkeypatch, NOTIFY_URLS=url)
    task, _ = ringing.submit(NOTIFY, DIGEST | {"to": outbox.address(url)})
    perform(task.id)
    return read(task.id)


def test_what_apprise_sends_arrives(monkeypatch: pytest.MonkeyPatch):
    with Site({f"/{SECRET}/": Page(), f"/{SECRET}": Page()}) as site:
        task = send(f"json://{site.netloc}/{SECRET}", monkeypatch)

    [hit] = site.hits
    said = json.loads(hit.body)
    assert (said["title"], said["message"]) == (notifying.title(DIGEST), notifying.text(DIGEST))
    assert (task.status.value, task.result) == ("done", {"lines": 7})


def test_what_a_site_calls_its_novel_is_no_markup():
    with Site({"/": Page()}) as site:
        notifying.send(f"json://{site.netloc}?format=html", "it", title="Quire", body="<b>A & B: 1\nC: 2")

    said = json.loads(site.hits[0].body)["message"]
    assert "<b>" not in said
    assert said.startswith("&lt;b&gt;A")
    assert "<br" in said


def test_a_digest_is_cut_to_what_its_service_takes_in_one_message():
    with Site({f"/hooks/{'a' * 24}": Page()}) as site:
        notifying.send(f"mmost://{site.netloc}/{'a' * 24}", "it", title="Quire", body="A long story.\n" * 1000)

    [hit] = site.hits
    assert 3000 < len(json.loads(hit.body)["text"]) <= 4000


def test_a_service_that_takes_nothing_is_asked_again_and_its_address_stays_a_secret(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    with Site() as site:
        task = send(f"json://me:{SECRET}@{site.netloc}/{SECRET}", monkeypatch)

    assert (task.status.value, task.error_kind, len(site.hits)) == ("queued", "unreachable", 1)
    assert (
        task.error_message == "address 1 of NOTIFY_URLS took no message; the worker's log has what Apprise says of it"
    )
    assert SECRET not in redacted(caplog.text + SECRET)


def test_an_address_that_apprise_does_not_know_is_said(monkeypatch: pytest.MonkeyPatch):
    task = send(f"nonsense://{SECRET}", monkeypatch)

    assert (task.status.value, task.error_kind) == ("error", "unsupported_site")
    assert SECRET not in (task.error_message or "")


def test_an_address_that_is_set_no_more_gets_nothing(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, NOTIFY_URLS="json://127.0.0.1:1/")
    task, _ = ringing.submit(NOTIFY, DIGEST | {"to": "another"})
    perform(task.id)

    assert read(task.id).error_message == "the address is no longer in NOTIFY_URLS"


def test_an_operator_can_try_the_addresses(monkeypatch: pytest.MonkeyPatch):
    assert run("notify").exit_code == 1
    with Site({"/": Page()}) as site:
        configure(monkeypatch, NOTIFY_URLS=f"json://{site.netloc} nonsense://{SECRET}")
        told = run("notify")

    assert (told.exit_code, site.requests()) == (1, 1)
    assert "address 1 of NOTIFY_URLS: sent" in told.stdout
    assert "address 2 of NOTIFY_URLS is none that Apprise knows" in told.stdout
    assert SECRET not in told.output
