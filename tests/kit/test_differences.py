"""How two readings differ, in words, and what of one is lost in the other."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.kit.differences import SHOWN, lost, told

NOVEL = {"title": "The Ferry", "authors": ["Wilma"], "cover_url": None}
LIST = {"links": [{"key": "1", "title": "Rope", "volume": "One"}, {"key": "2", "title": "Salt", "volume": None}]}


@pytest.mark.parametrize(
    ("was", "now", "lines"),
    [
        (NOVEL, NOVEL, []),
        (NOVEL, NOVEL | {"title": "The Lamp"}, ["title: 'The Ferry' → 'The Lamp'"]),
        (NOVEL, NOVEL | {"authors": []}, ["authors[0]: 'Wilma' → nothing", "authors: nothing → []"]),
        (
            LIST,
            LIST | {"links": LIST["links"][:1]},
            ["links[1].key: '2' → nothing", "links[1].title: 'Salt' → nothing"],
        ),
        (NOVEL, {"error": "parse: no title"}, ["parse: no title"]),
    ],
)
def test_each_value_that_differs_is_named_with_its_path(was: Any, now: Any, lines: list[str]):
    found = told(was, now)

    assert [line for line in found if line in lines] == lines
    assert bool(found) is bool(lines)


def test_of_a_long_text_only_the_place_where_it_differs_is_shown():
    was = {"content": "a" * 500 + "the ferry" + "b" * 500}
    (line,) = told(was, {"content": was["content"].replace("ferry", "lamp")})

    assert "the ferry" in line
    assert "the lamp" in line
    assert len(line) < 250


def test_of_many_differences_the_first_are_shown_and_the_others_counted():
    found = told({"tags": [f"a{n}" for n in range(SHOWN + 5)]}, {"tags": [f"b{n}" for n in range(SHOWN + 5)]})

    assert (len(found), found[-1]) == (SHOWN + 1, "and 5 more")


@pytest.mark.parametrize(
    ("was", "now", "lines"),
    [
        (NOVEL, NOVEL | {"title": "The Lamp", "cover_url": "https://example.org/c.png"}, []),
        (NOVEL, NOVEL | {"authors": []}, ["authors is empty"]),
        (LIST, {"links": [{"key": "1", "title": "Rope", "volume": None}]}, ["links[].volume is empty"]),
        (
            LIST,
            {"links": []},
            ["links is empty", "links[].key is empty", "links[].title is empty", "links[].volume is empty"],
        ),
        (NOVEL, {"error": "parse: no title"}, ["parse: no title"]),
    ],
)
def test_lost_is_what_was_there_and_is_empty_now(was: Any, now: Any, lines: list[str]):
    assert lost(was, now) == lines
