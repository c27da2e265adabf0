"""WebSockets to a real server: a snapshot, then every change, once."""

from __future__ import annotations

import pytest
from websockets.exceptions import InvalidStatus

from ingestion import db, intake, jobs
from ingestion.api.live import listener
from ingestion.errors import NotFound
from tests.api.live import Served, hear, rest, served, steps
from tests.commandline import claim, fail, posted
from tests.library import Work, novel
from tests.sites import plain
from tests.sites.web import Site


def test_a_job_is_told_from_its_snapshot_to_its_end(api: Served):
    (job_id,) = posted(1)
    with api.socket(f"/ws/jobs/{job_id}") as socket:
        first = hear(socket)
        fail(job_id, NotFound("gone"))
        told = rest(socket)

    assert (first["type"], first["job"]["status"]) == ("snapshot", "queued")
    assert steps(told) == ["crawling", "error"]
    assert (told[-1]["job"]["error_kind"], told[-1]["event"]["message"]) == ("not_found", "gone")
    assert socket.close_code == 1000


def test_who_comes_back_is_told_what_he_missed_and_no_more(api: Served):
    (job_id,) = posted(1)
    with api.socket(f"/ws/jobs/{job_id}") as socket:
        seen = hear(socket)["id"]
    fail(job_id, NotFound("gone"))
    with api.socket(f"/ws/jobs/{job_id}?last_event_id={seen}") as socket:
        missed = rest(socket)
    with api.socket(f"/ws/jobs/{job_id}?last_event_id={missed[-1]['id']}") as socket:
        told = rest(socket)

    assert [said["type"] for said in missed] == ["event", "event"]
    assert steps(missed) == ["crawling", "error"]
    assert (told, socket.close_code) == ([], 1000)


def test_progress_is_told_without_an_id(api: Served):
    (job_id,) = posted(1)
    claim(job_id)
    with api.socket(f"/ws/jobs/{job_id}") as socket:
        hear(socket)
        with db.transaction() as session:
            jobs.renew(session, job_id, 1, lease_seconds=60, pages_done=3, pages_total=9)
        while (told := hear(socket, "progress"))["job"]["pages_done"] == 0:
            pass  # until Redis is heard, running jobs are told of unasked

    assert (told["job"]["pages_done"], told["job"]["pages_total"], "id" in told) == (3, 9, False)


def test_all_jobs_are_told_of_and_a_mark_leads_back(api: Served):
    first, second = posted(2)
    with api.socket("/ws/jobs") as socket:
        begun = hear(socket)
        claim(second)
        mark = hear(socket, "event")["id"]
    fail(first, NotFound("gone"))
    with api.socket("/ws/jobs") as socket:
        now = hear(socket)
    with api.socket(f"/ws/jobs?last_event_id={mark}") as socket:
        missed = [hear(socket), hear(socket)]

    assert [job["id"] for job in begun["jobs"]] == [second, first]
    assert [(said["job"]["id"], said["event"]["status"]) for said in missed] == [(first, "crawling"), (first, "error")]
    assert {job["id"]: job["status"] for job in now["jobs"]} == {first: "error", second: "crawling"}


def test_who_listens_to_all_jobs_hears_on_when_one_has_ended(api: Served):
    first, second = posted(2)
    told = []
    with api.socket("/ws/jobs") as socket:
        hear(socket)
        for job_id in (first, second):
            fail(job_id, NotFound("gone"))
            told += [hear(socket, "event") for _ in range(2)]

    assert [(said["job"]["id"], said["event"]["status"]) for said in told] == [
        (job_id, status) for job_id in (first, second) for status in ("crawling", "error")
    ]


def test_of_all_jobs_those_of_a_site_or_status_can_be_wished_for(api: Served):
    first, second = posted(2)
    with api.socket("/ws/jobs?site=example1.org&status=error&status=queued") as socket:
        begun = hear(socket)
        for job_id in (first, second):
            fail(job_id, NotFound("gone"))
        told = hear(socket, "event")

    assert [job["id"] for job in begun["jobs"]] == [second]
    assert (told["job"]["id"], told["event"]["status"]) == (second, "error")


def test_two_servers_tell_the_same(api: Served):
    (job_id,) = posted(1)
    with (
        served() as other,
        api.socket(f"/ws/jobs/{job_id}") as here,
        other.socket(f"/ws/jobs/{job_id}") as there,
    ):
        hear(here)
        hear(there)
        fail(job_id, NotFound("gone"))

        assert steps(rest(here)) == steps(rest(there)) == ["crawling", "error"]


def test_a_quiet_job_has_a_heartbeat(api: Served, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(listener, "HEARTBEAT_SECONDS", 0.05)
    (job_id,) = posted(1)
    with api.socket(f"/ws/jobs/{job_id}") as socket:
        assert hear(socket, "heartbeat") == {"type": "heartbeat"}


def test_nobody_listens_for_ever_without_showing_his_token_again(api: Served, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(listener, "LONGEST_SECONDS", 0.0)
    (job_id,) = posted(1)
    with api.socket(f"/ws/jobs/{job_id}") as socket:
        assert (rest(socket), socket.close_code, socket.close_reason) == ([], 1012, listener.Farewell.OVER.reason)


def test_a_real_job_is_told_from_stage_to_stage(api: Served, work: Work):
    with Site(plain.render(novel())) as site:
        job_id = intake.submit(f"{site.url}/index.html").job.id
        with api.socket(f"/ws/jobs/{job_id}") as socket:
            hear(socket)
            work()
            told = rest(socket)

    assert steps(told) == ["crawling", "parsing", "saving", "done"]
    assert (told[-1]["job"]["chapters_saved"], told[-1]["job"]["pages_done"]) == (6, 7)


def test_a_server_that_stops_says_so_at_once(environment: dict[str, str]):
    (job_id,) = posted(1)
    with served() as leaving, leaving.socket(f"/ws/jobs/{job_id}") as socket:
        hear(socket)
        with leaving.stream(f"/jobs/{job_id}/stream") as stream:
            next(stream)
            leaving.stop()
            told = list(stream)

        assert told[-1]["said"] == "this server stops; come back with last_event_id"
        assert (rest(socket), socket.close_code) == ([], 1012)


@pytest.mark.parametrize(("path", "code"), [("/ws/jobs/7", 4404), ("/ws/jobs?last_event_id=7", 1007)])
def test_what_cannot_be_told_is_refused_with_a_code(api: Served, path: str, code: int):
    with api.socket(path) as socket:
        assert (rest(socket), socket.close_code) == ([], code)


@pytest.mark.parametrize(
    ("path", "origin"),
    [("/ws/jobs?status=x", None), ("/ws/jobs?site=%00", None), ("/ws/jobs", "https://attacker.example")],
)
def test_who_may_not_hear_gets_no_socket(api: Served, path: str, origin: str | None):
    with pytest.raises(InvalidStatus, match="403"):
        api.socket(path, origin=origin)
