"""GET /sites, and what jobs leave behind of their sites."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient

from tests import applications
from tests.commandline import run
from tests.conftest import configure
from tests.library import Work, ingest, novel
from tests.sites import royalroad
from tests.sites.web import Page, Site


def sites() -> list[dict[str, object]]:
    with TestClient(applications.api()) as client:
        found: list[dict[str, object]] = client.get("/sites").json()
        return found


def test_a_site_is_shown_as_its_jobs_could_read_it(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = novel()
    with Site(royalroad.render(sample, json_list=False)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=royalroad")
        ingest(f"{site.url}/fiction/{sample.key}", work)
        (read,) = sites()
        site.pages[f"/fiction/{sample.key}"] = Page("<html><body><p>Welcome to the new site!</p></body></html>")
        for _ in range(3):
            job = ingest(f"{site.url}/fiction/{sample.key}", work)
        (unread,) = sites()
        row = next(row for row in json.loads(run("spiders", "--json").stdout) if row["name"] == "royalroad")
        told = run("spiders").stdout.splitlines()

    assert (read["host"], read["site"], read["state"]) == (site.netloc, "royalroad", "no data")
    assert (read["strategy"], read["share"], read["jobs"]) == ("table#chapters", 1.0, 1)
    assert (read["empty"], read["shortened"]) == ([], 0)
    assert (unread["state"], unread["reasons"]) == ("failing", ["none of the last 3 jobs could read it (parse)"])
    assert job.error_kind == "parse"
    assert (row["health"], row["reasons"]) == (
        "failing",
        [f"{site.netloc}: none of the last 3 jobs could read it (parse)"],
    )
    assert told[-1] == f"royalroad is failing: {site.netloc}: none of the last 3 jobs could read it (parse)"
    assert (row["last_strategy"], row["jobs"], row["novels"]) == ("table#chapters", 4, 1)
    assert row["sign_url"] == f"{site.url}/fiction/syndication/{sample.key}"


def test_where_nothing_was_read_there_is_no_site(environment: dict[str, str]):
    assert sites() == []
    assert {row["health"] for row in json.loads(run("spiders", "--json").stdout)} == {"no data"}
