"""Tickets: a page in a browser listens without showing its token."""

from __future__ import annotations

import pytest
from websockets.exceptions import InvalidStatus

from ingestion import db, tickets, tokens
from ingestion.status import Scope
from tests.api.live import Served, hear
from tests.commandline import posted


@pytest.fixture
def header(api: Served) -> dict[str, str]:
    """What the bearer of a new token of scope read sends."""
    with db.transaction() as session:
        return {"Authorization": f"Bearer {tokens.create(session, 'phone.1', Scope.READ)}"}


def test_a_ticket_opens_what_only_tells(api: Served, header: dict[str, str]):
    (job_id,) = posted(1)
    made = api.post("/tickets", headers=header).json()
    with api.socket(f"/ws/jobs/{job_id}?ticket={made['ticket']}") as socket:
        told = hear(socket)
    with api.stream(f"/jobs/{job_id}/stream", params={"ticket": made["ticket"]}) as stream:
        streamed = next(stream)

    assert (told["type"], streamed["type"], made["seconds"]) == ("snapshot", "snapshot", 60)
    with pytest.raises(InvalidStatus, match="403"):
        api.socket(f"/ws/jobs/{job_id}")


def test_a_ticket_changes_nothing_and_makes_no_other(api: Served, header: dict[str, str]):
    (job_id,) = posted(1)
    ticket = api.post("/tickets", headers=header).json()["ticket"]

    assert [
        api.post(path, params={"ticket": ticket}).status_code for path in ("/tickets", f"/jobs/{job_id}/cancel")
    ] == [401, 401]


def test_a_ticket_ends_with_its_minute_and_with_its_token(
    api: Served, header: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    def answers(ticket: str) -> int:
        return api.get("/jobs", params={"ticket": ticket}).status_code

    ticket = api.post("/tickets", headers=header).json()["ticket"]
    good = answers(ticket)
    monkeypatch.setattr(tickets, "SECONDS", -1)
    over = answers(api.post("/tickets", headers=header).json()["ticket"])
    with db.transaction() as session:
        tokens.revoke(session, "phone.1")

    assert (good, over, answers(ticket)) == (200, 401, 401)


def test_what_is_no_ticket_of_ours_opens_nothing(api: Served, header: dict[str, str]):
    others = ("x", "phone.1", "phone.1.9999999999.0", "phone.1.x.0", "..", "phone.1.9999999999.\u0661")

    assert {api.get("/jobs", params={"ticket": ticket}).status_code for ticket in others} == {401}


def test_where_no_token_is_asked_for_none_needs_a_ticket(api: Served):
    assert api.post("/tickets").json() == {"ticket": None, "seconds": 60}
