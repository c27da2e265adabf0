"""`python cli.py spiders`: every site, and what is known of it."""

from __future__ import annotations

import json

import pytest

from ingestion import db, readings
from ingestion.errors import Blocked
from spiders.syosetu import Syosetu
from tests.commandline import posted, run
from tests.conftest import configure

pytestmark = pytest.mark.usefixtures("environment")


def listed() -> dict[str, dict[str, object]]:
    return {row["name"]: row for row in json.loads(run("spiders", "--json").stdout)}


def test_each_site_is_listed_with_what_its_spider_declares(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PACE_SECONDS="1")
    rows = listed()
    declared = ("name", "hosts", "pace", "sign", "batch", "strategies", "off")

    assert {name: rows["xenforo"][name] for name in declared} == {
        "name": "xenforo",
        "hosts": ["spacebattles.com", "sufficientvelocity.com", "questionablequesting.com", "alternatehistory.com"],
        "pace": 6.0,
        "sign": "feed",
        "batch": 10,
        "strategies": ["reader pages"],
        "off": None,
    }
    assert (rows["royalroad"]["pace"], rows["archiveofourown"]["batch"]) == (1.0, "all")
    assert (rows["generic"]["hosts"], rows["madara"]["hosts"]) == (["any other"], ["those in SITE_ALIASES"])
    assert "robots.txt" in str(rows["wattpad"]["off"])


def test_a_site_is_as_well_as_the_worst_of_its_hosts():
    hosts = ["forums.spacebattles.com"] * 8 + ["www.alternatehistory.com"] * 3
    for job_id, host in zip(posted(len(hosts)), hosts, strict=True):
        unread = readings.unread(
            Blocked("a challenge"), job_id=job_id, site="xenforo", url=f"https://{host}/threads/1/"
        )
        unread.error_kind = None if host == hosts[0] else "blocked"
        with db.transaction() as session:
            readings.keep(session, unread)
    row = listed()["xenforo"]

    assert row["health"] == "failing"
    assert row["reasons"] == ["www.alternatehistory.com: none of the last 3 jobs could read it (blocked)"]


def test_without_a_database_what_is_declared_is_told_all_the_same(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, DATABASE_URL="postgresql+psycopg2://nobody@127.0.0.1:9/none")
    told = run("spiders", "--json")

    assert told.exit_code == 0
    assert "no database answers" in told.stderr
    assert {row["health"] for row in json.loads(told.stdout)} == {"no data"}


def test_each_site_is_listed_with_the_state_of_its_tests(monkeypatch: pytest.MonkeyPatch):
    before = {name: row["tests"] for name, row in listed().items()}
    monkeypatch.setattr(Syosetu, "novel", Syosetu.chapters)

    assert all(str(told).endswith(" pass") for told in before.values())
    assert str(listed()["syosetu"]["tests"]).endswith(" fail")
