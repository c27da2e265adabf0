"""python cli.py search: what an operator sees."""

from __future__ import annotations

import json

import pytest

from tests.background.deeds import only
from tests.commandline import run
from tests.conftest import configure
from tests.search.shelf import index_all, shelve

pytestmark = pytest.mark.usefixtures("environment")


def test_novels_then_chapters_are_shown_and_nothing_steers_the_terminal():
    shelve("A lamp\u202e burned.", language="en")
    index_all()
    told = run("search", "lamp")

    assert told.exit_code == 0
    assert told.stdout.splitlines() == [
        "novel 1: The Lamp on the Weir, by Wilma Example (title)",
        "chapter 1: Part 1 (The Lamp on the Weir, 1)",
        "  A lamp\\u202e burned.",
    ]
    assert json.loads(run("search", "lamp", "--json").stdout)["chapters"][0]["snippet"][1] == {
        "text": "lamp",
        "hit": True,
    }


def test_what_is_not_indexed_yet_is_said():
    shelve("A lamp.")

    assert run("search", "lamp").stdout.splitlines() == [
        "nothing is found",
        "1 novels are not indexed yet as they are now",
    ]


def test_the_library_is_indexed_anew_by_the_workers(monkeypatch: pytest.MonkeyPatch):
    shelve("A lamp.")
    refused = run("search", "--reindex")
    configure(monkeypatch, SEARCH="true")

    assert (refused.exit_code, run("search").exit_code) == (1, 1)
    assert run("search", "--reindex").stdout == "novels that the workers index anew: 1\n"
    assert (only().kind, only().args) == ("index", {"novel_id": 1})
