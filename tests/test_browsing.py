"""Novels of the library, found by words and by what they are filed under, in the order that was asked for."""

from __future__ import annotations

import pytest

from ingestion import browsing, db
from ingestion.browsing import Order, Tally, Wish
from ingestion.items import Publication
from tests.search.shelf import index_all
from tests.shelf import chapter, put

pytestmark = pytest.mark.usefixtures("environment")


def titles(wish: Wish = Wish(), *, skip: int = 0, limit: int = 10) -> list[str]:  # noqa: B008 - it is frozen
    with db.transaction() as session:
        return [novel.title for novel in browsing.found(session, wish, skip=skip, limit=limit)[0]]


def test_a_novel_is_found_by_words_of_its_title_and_authors_whatever_stands_in_them():
    put(key="a", title="100% Lamp_light", authors=("Wilma Example",))
    put(key="b", title="Weir", authors=("Ana", "Bo Lamp"))

    found = {
        words: titles(Wish(words=words, order=Order.TITLE))
        for words in ("lamp", "example LAMP", "%", "_", "ana bo", "zz")
    }
    assert found == {
        "lamp": ["100% Lamp_light", "Weir"],
        "example LAMP": ["100% Lamp_light"],
        "%": ["100% Lamp_light"],
        "_": ["100% Lamp_light"],
        "ana bo": ["Weir"],
        "zz": [],
    }


def test_each_filter_leaves_what_is_like_it():
    put(key="a", title="A", site="one", tags=("calm", "river"), language="en", authors=("Ana",))
    put(key="b", title="B", status=Publication.HIATUS)

    wishes = [Wish(site="one"), Wish(tag="river"), Wish(language="en"), Wish(author="Ana")]
    assert [titles(wish) for wish in wishes] == [["A"]] * 4
    assert titles(Wish(status=Publication.HIATUS)) == ["B"]
    assert titles(Wish(site="one", status=Publication.HIATUS)) == []
    with db.transaction() as session:
        choices = browsing.choices(session)
    assert (set(choices.sites), choices.languages, choices.tags) == ({"one", "example"}, ["en"], ["calm", "river"])


def test_each_order_begins_with_what_it_says_and_pages_follow_one_another():
    put(chapter(1), key="a", title="b", authors=("Zoe",))
    put(chapter(1), chapter(2), key="b", title="C")
    put(chapter(1, None), key="c", title="A", authors=("ann",))
    put(chapter(1), chapter(3), key="a", title="b", authors=("Zoe",))

    assert {order: "".join(titles(Wish(order=order))) for order in Order} == {
        Order.NEW: "bCA",
        Order.TITLE: "AbC",
        Order.AUTHOR: "AbC",
        Order.ADDED: "ACb",
        Order.SIZE: "CbA",
    }
    assert titles(skip=1, limit=1) == ["C"]


def test_of_a_novel_it_is_told_how_much_is_there_and_up_to_where():
    novel = put(chapter(1), chapter(2), chapter(3, None))

    with db.transaction() as session:
        assert browsing.tallies(session, [novel]) == {novel: Tally(saved=2, missing=1, last=2)}


def test_a_title_of_any_length_is_filed():
    put(title="".join(map(chr, range(0x4E00, 0x9E00))))

    assert len(titles(Wish(order=Order.TITLE))) == 1


def test_a_novel_is_found_with_a_slip_in_its_name():
    put(key="a", title="The Clockmaker of Vell")
    put(key="b", title="Low Water")
    index_all()

    assert titles(Wish(words="clokmaker")) == ["The Clockmaker of Vell"]
