"""What pages carry as data, in the shapes that sites give it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from parsel import Selector

from ingestion.errors import ParseError
from spiders import pagedata


def scripts(*bodies: str, kind: str = "application/ld+json") -> Selector:
    return Selector(text="".join(f'<script type="{kind}">{body}</script>' for body in bodies), type="html")


@pytest.mark.parametrize(
    "body",
    [
        '{"@type": "Book", "name": "A"}',
        '[{"@type": "Person", "name": "B"}, {"@type": ["Thing", "Book"], "name": "A"}]',
        '{"@graph": [{"@type": "WebSite", "name": "B"}, {"@type": "CreativeWorkSeries", "name": "A"}]}',
    ],
)
def test_a_book_is_found_in_every_shape(body: str):
    assert pagedata.book(scripts(body))["name"] == "A"


@pytest.mark.parametrize("body", ["[" * 100_000, '{"@type": [["Book"], {}], "name": "B"}', f'{{"x": {"9" * 5000}}}'])
def test_json_ld_of_an_odd_shape_is_passed_over(body: str):
    assert pagedata.book(scripts(body, '{"@type": "Book", "name": "A"}'))["name"] == "A"


def test_a_time_without_a_utc_is_none():
    assert pagedata.time("0001-01-01T00:00:00+14:00") is None


def test_json_ld_that_is_no_json_is_passed_over():
    assert pagedata.book(scripts("{oops", '{"@type": "Book", "name": "A"}'))["name"] == "A"
    assert pagedata.book(scripts("{oops")) == {}


@pytest.mark.parametrize(
    ("told", "names"),
    [("A", ("A",)), ({"name": " A "}, ("A",)), ([{"name": "A"}, "B", {"name": "A"}, {}], ("A", "B")), (None, ())],
)
def test_authors_are_names_or_persons(told: Any, names: tuple[str, ...]):
    assert pagedata.authors({"author": told}) == names


@pytest.mark.parametrize("told", ["a.jpg", ["a.jpg", "b.jpg"], {"url": "a.jpg"}, [{}, {"contentUrl": "a.jpg"}]])
def test_an_image_is_an_address_or_an_object(told: Any):
    assert pagedata.image({"image": told}) == "a.jpg"


def test_an_array_is_read_to_its_own_end():
    page = scripts('var a = 1; window.list=[{"t": "];"}, [2]]; window.other = [3];', kind="text/javascript")

    assert pagedata.assigned(page, "list") == [{"t": "];"}, [2]]
    assert pagedata.assigned(page, "missing") is None


def test_an_array_that_is_no_json_is_a_parse_error():
    with pytest.raises(ParseError, match=r"window\.list"):
        pagedata.assigned(scripts("window.list = [a]", kind="text/javascript"), "list")


@pytest.mark.parametrize("told", ["2025-03-02T07:30:00Z", "2025-03-02T09:30:00+02:00", "2025-03-02T07:30:00"])
def test_a_time_is_utc(told: str):
    assert pagedata.time(told) == datetime(2025, 3, 2, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("told", [None, "", "yesterday", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_what_is_no_time_is_none(told: str | None):
    assert pagedata.time(told) is None
